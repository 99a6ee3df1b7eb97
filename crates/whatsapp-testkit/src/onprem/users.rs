//! Who may log in, and the tokens that they were given.

use super::error::Fault;
use base64ct::{Base64, Encoding};
use fastrand::Rng;
use http::{HeaderMap, header::AUTHORIZATION};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::{collections::HashMap, time::Duration};

/// The administrator, and its tokens.
pub(super) struct Users {
    pub(super) name: String,
    pub(super) password: String,
    /// The password is the one that the client came with: it must be changed.
    pub(super) first_login: bool,
    pub(super) token_life: Duration,
    tokens: HashMap<String, Timestamp>,
    rng: Rng,
}

impl Users {
    pub(super) fn new(name: &str, password: &str) -> Self {
        Users {
            name: name.to_owned(),
            password: password.to_owned(),
            first_login: false,
            token_life: Duration::from_secs(7 * 24 * 60 * 60),
            tokens: HashMap::new(),
            rng: Rng::with_seed(5),
        }
    }

    /// Whether these are the name and the password.
    pub(super) fn knows(&self, headers: &HeaderMap) -> bool {
        let decoded = scheme(headers, "Basic").and_then(|text| Base64::decode_vec(text).ok());
        decoded.is_some_and(|decoded| {
            decoded == format!("{}:{}", self.name, self.password).into_bytes()
        })
    }

    /// A token for who is known, and a new password if one comes: at the first login it has to.
    pub(super) fn log_in(&mut self, body: &[u8], now: Timestamp) -> Result<Value, Fault> {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        match body["new_password"].as_str() {
            Some(same) if same == self.password => {
                return Err(Fault::invalid("new_password", "must be another one"));
            }
            Some(password) if !password.is_empty() => {
                self.password = password.to_owned();
                self.first_login = false;
            }
            _ if self.first_login => return Err(Fault::missing("new_password")),
            _ => {}
        }
        let token: String = (0..64).map(|_| self.rng.alphanumeric()).collect();
        let expires = now + self.token_life;
        self.tokens.insert(token.clone(), expires);
        let expires_after = expires.strftime("%Y-%m-%d %H:%M:%S+00:00").to_string();
        Ok(json!({"users": [{"token": token, "expires_after": expires_after}]}))
    }

    pub(super) fn admits(&self, headers: &HeaderMap, now: Timestamp) -> bool {
        let expires = scheme(headers, "Bearer").and_then(|token| self.tokens.get(token));
        expires.is_some_and(|expires| now < *expires)
    }

    pub(super) fn expire_tokens(&mut self) {
        self.tokens.clear();
    }
}

/// What stands behind a scheme's name in the one `Authorization`.
fn scheme<'a>(headers: &'a HeaderMap, scheme: &str) -> Option<&'a str> {
    let mut all = headers.get_all(AUTHORIZATION).iter();
    let (Some(only), None) = (all.next(), all.next()) else { return None };
    let (name, credential) = only.to_str().ok()?.split_once(' ')?;
    name.eq_ignore_ascii_case(scheme).then(|| credential.trim())
}
