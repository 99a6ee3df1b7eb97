//! [`StaticHeader`]: a header with a value that both sides know.
//!
//! ```
//! use whatsapp_signature::{Scheme, Source, StaticHeader};
//!
//! let scheme = StaticHeader::new("Authorization", "Bearer 3f1c9a0b7d5e4c2a8b6f")?;
//! assert_eq!(scheme.source(), Source::Header("authorization"));
//! assert!(scheme.credential(&[b"Bearer 3f1c9a0b7d5e4c2a8b6f"]).is_ok());
//! # Ok::<(), whatsapp_signature::SecretError>(())
//! ```

use crate::{
    ConfigError, Credential, Refusal, Scheme, SecretError, SecretName, Source,
    hashed::{Hash, hash, prove},
    secret::{consume, is_blank},
    secrets::Secrets,
};
use base64ct::{Base64, Encoding};
use zeroize::Zeroizing;

/// A header with a fixed value, which some hosts of the On-Premises API let you set (360dialog,
/// `/v1/configs/webhook`). The value is compared whole and exactly, `Bearer ` or `Basic ` included.
///
/// Only hashes of the values are kept, and wiped when dropped; they are compared in constant time.
#[derive(Clone, Debug)]
pub struct StaticHeader {
    name: String,
    hashes: Secrets<Hash>,
}

impl StaticHeader {
    /// A scheme with one value, named `default`.
    ///
    /// # Errors
    /// [`SecretError`] if the name is not that of a header, or if the value is blank or one that no
    /// header carries: with white space at an end or a control character.
    pub fn new(name: impl AsRef<str>, value: impl Into<String>) -> Result<Self, SecretError> {
        Ok(StaticHeader { name: header_name(name)?, hashes: Secrets::one(value_hash(value)?) })
    }

    /// `Authorization: Bearer TOKEN`.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    ///
    /// ```
    /// use whatsapp_signature::{Scheme, StaticHeader};
    ///
    /// let scheme = StaticHeader::bearer("3f1c9a0b7d5e4c2a8b6f")?;
    /// assert!(scheme.credential(&[b"Bearer 3f1c9a0b7d5e4c2a8b6f"]).is_ok());
    /// # Ok::<(), whatsapp_signature::SecretError>(())
    /// ```
    pub fn bearer(token: impl Into<String>) -> Result<Self, SecretError> {
        consume(token, |token| match not_blank(token)? {
            // Before it, it would stand within the value, where headers may have it.
            token if token.trim_ascii() != token => Err(SecretError::NotAHeaderValue),
            token => Self::authorization("Bearer", token),
        })
    }

    /// `Authorization: Basic …` of this user and password (RFC 7617).
    ///
    /// # Errors
    /// [`SecretError`] if the password is blank, if one of both has a control character, or the
    /// user's name a colon.
    ///
    /// ```
    /// use whatsapp_signature::{Scheme, StaticHeader};
    ///
    /// let scheme = StaticHeader::basic("Aladdin", "open sesame")?; // the example of RFC 7617
    /// assert!(scheme.credential(&[b"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="]).is_ok());
    /// # Ok::<(), whatsapp_signature::SecretError>(())
    /// ```
    pub fn basic(user: &str, password: impl Into<String>) -> Result<Self, SecretError> {
        if user.contains(|letter: char| letter == ':' || letter.is_control()) {
            return Err(SecretError::NotAUserName);
        }
        consume(password, |password| {
            // In base64 it would pass for a value, and never match.
            if not_blank(password)?.contains(char::is_control) {
                return Err(SecretError::NotAPassword);
            }
            let pair = Zeroizing::new(format!("{user}:{password}"));
            let encoded = Zeroizing::new(Base64::encode_string(pair.as_bytes()));
            Self::authorization("Basic", &encoded)
        })
    }

    fn authorization(scheme: &str, credential: &str) -> Result<Self, SecretError> {
        Self::new("authorization", format!("{scheme} {credential}"))
    }

    /// A scheme with several named values, so that one can be rotated.
    ///
    /// # Errors
    /// [`ConfigError`], also for what [`new`](Self::new) would refuse.
    pub fn several<N: Into<SecretName>, S: Into<String>>(
        name: impl AsRef<str>,
        values: impl IntoIterator<Item = (N, S)>,
    ) -> Result<Self, ConfigError> {
        let hashes = Secrets::several(values, value_hash)?;
        let name = header_name(name).map_err(|_| ConfigError::NotAHeaderName)?;
        Ok(StaticHeader { name, hashes })
    }
}

fn header_name(name: impl AsRef<str>) -> Result<String, SecretError> {
    let name = name.as_ref();
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || !name.bytes().all(token) {
        return Err(SecretError::NotAHeaderName);
    }
    Ok(name.to_ascii_lowercase())
}

fn not_blank(secret: &str) -> Result<&str, SecretError> {
    if is_blank(secret.as_bytes()) { Err(SecretError::Blank) } else { Ok(secret) }
}

fn value_hash(value: impl Into<String>) -> Result<Hash, SecretError> {
    let forbidden = |byte: u8| byte.is_ascii_control() && byte != b'\t';
    consume(value, |value| {
        if is_blank(value.as_bytes()) {
            Err(SecretError::Blank)
        } else if value.trim_ascii() != value || value.bytes().any(forbidden) {
            Err(SecretError::NotAHeaderValue)
        } else {
            Ok(hash(value.as_bytes()))
        }
    })
}

impl Scheme for StaticHeader {
    fn name(&self) -> &'static str {
        "static-header"
    }

    fn source(&self) -> Source<'_> {
        Source::Header(&self.name)
    }

    fn credential(&self, values: &[&[u8]]) -> Result<Credential, Refusal> {
        prove(&self.hashes, values)
    }

    fn verify(&self, credential: &Credential, _body: &[u8]) -> Result<SecretName, Refusal> {
        credential.proven()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RefusalKind;

    #[test]
    fn the_value_must_be_exactly_the_one() {
        let scheme = StaticHeader::new("Authorization", "Bearer canary").unwrap();
        let kind = |values: &[&[u8]]| scheme.credential(values).err().map(|refusal| refusal.kind());
        assert_eq!(kind(&[b"Bearer canary"]), None);
        assert_eq!(kind(&[b"bearer canary"]), Some(RefusalKind::Mismatch));
        assert_eq!(kind(&[b"Bearer canary "]), Some(RefusalKind::Mismatch));
        assert_eq!(kind(&[]), Some(RefusalKind::Missing));
        assert_eq!(kind(&[b"Bearer canary", b"Bearer canary"]), Some(RefusalKind::Repeated));
        assert!(!format!("{scheme:?}").contains("canary"));
    }

    #[test]
    fn names_and_values_that_cannot_be_are_refused() {
        for name in ["", "a b", "a:", "é"] {
            assert_eq!(StaticHeader::new(name, "x").unwrap_err(), SecretError::NotAHeaderName);
        }
        assert_eq!(StaticHeader::new("a", " ").unwrap_err(), SecretError::Blank);
        for value in ["Bearer x\n", " Bearer x", "Bearer\0x", "Bearer x\u{7f}y"] {
            let refused = StaticHeader::new("a", value).unwrap_err();
            assert_eq!(refused, SecretError::NotAHeaderValue, "{value:?}");
        }
        for value in ["Bearer x", "a\tb", "ä"] {
            assert!(StaticHeader::new("a", value).is_ok(), "{value}");
        }
    }

    #[test]
    fn basic_and_bearer_are_values_of_authorization() {
        for scheme in [StaticHeader::basic("admin", "canary: é"), StaticHeader::bearer("canary")] {
            let scheme = scheme.unwrap();
            assert_eq!(scheme.source(), Source::Header("authorization"));
            assert!(!format!("{scheme:?}").contains("canary"));
        }
        // printf %s 'admin:canary: é' | base64
        let scheme = StaticHeader::basic("admin", "canary: é").unwrap();
        assert!(scheme.credential(&[b"Basic YWRtaW46Y2FuYXJ5OiDDqQ=="]).is_ok());
        assert!(scheme.credential(&[b"Basic"]).is_err());
        assert_eq!(StaticHeader::basic("a:b", "c").unwrap_err(), SecretError::NotAUserName);
        assert_eq!(StaticHeader::basic("a\n", "c").unwrap_err(), SecretError::NotAUserName);
        assert_eq!(StaticHeader::basic("a", "\n").unwrap_err(), SecretError::Blank);
        for password in ["from a file\n", "a\0b", "\u{7f}a", "a\u{85}"] {
            let error = StaticHeader::basic("a", password).unwrap_err();
            assert_eq!(error, SecretError::NotAPassword, "{password:?}");
        }
        assert_eq!(StaticHeader::bearer("").unwrap_err(), SecretError::Blank);
        for token in ["a\n", " a", "a\tb\0"] {
            assert_eq!(StaticHeader::bearer(token).unwrap_err(), SecretError::NotAHeaderValue);
        }
    }

    #[test]
    fn any_of_several_values_matches_and_is_named() {
        let scheme = StaticHeader::several("A", [("new", "one"), ("old", "two")]).unwrap();
        let name = |value: &[u8]| scheme.credential(&[value]).and_then(|c| scheme.verify(&c, b""));
        assert_eq!(scheme.source(), Source::Header("a"));
        assert_eq!(name(b"one").unwrap().as_str(), "new");
        assert_eq!(name(b"two").unwrap().as_str(), "old");
        assert_eq!(name(b"six").unwrap_err().kind(), RefusalKind::Mismatch);
    }

    #[test]
    fn a_value_given_as_the_name_is_not_shown() {
        let error = StaticHeader::several("Bearer canary", [("new", "authorization")]).unwrap_err();
        assert_eq!(error, ConfigError::NotAHeaderName);
        assert!(!format!("{error} {error:?}").contains("canary"));
    }
}
