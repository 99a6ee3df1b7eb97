//! [`Login`]: who calls the API.
//!
//! ```
//! use whatsapp_onprem::Login;
//!
//! let login = Login::new("admin", "a password");
//! assert_eq!(format!("{login:?}"), r#"Login { user: "admin", password: .. }"#);
//! ```

use crate::{Error, ErrorKind, secret::Secret};
use base64ct::{Base64, Encoding};
use http::HeaderValue;
use zeroize::Zeroizing;

/// A user name and a password of the On-Premises client. Settings and certificates want the admin
/// account. The password is wiped from memory when it is dropped, and `Debug` does not show it.
#[derive(Clone, Debug)]
pub struct Login {
    user: String,
    password: Secret,
}

impl Login {
    /// A login. The password is taken as it is: white space at its ends counts, as the line end of
    /// a file.
    #[must_use]
    pub fn new(user: impl Into<String>, password: impl Into<String>) -> Self {
        Login { user: user.into(), password: Secret::new(password) }
    }

    pub(crate) fn user(&self) -> &str {
        &self.user
    }

    pub(crate) fn password(&self) -> &str {
        self.password.as_str()
    }

    /// # Errors
    /// [`ErrorKind::InvalidLogin`] for what HTTP's Basic scheme cannot carry, or an empty password.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let invalid = |note: &'static str| Err(Error::noted(ErrorKind::InvalidLogin, note));
        if self.user.is_empty() {
            return invalid("the user name is empty");
        }
        if self.user.contains(':') {
            return invalid("a user name has no colon (RFC 7617)");
        }
        if self.password().is_empty() {
            return invalid("the password is empty: is the variable or file right that holds it?");
        }
        Ok(())
    }

    /// The header's value of HTTP's Basic scheme.
    pub(crate) fn basic(&self) -> Result<HeaderValue, Error> {
        let pair = Zeroizing::new(format!("{}:{}", self.user, self.password()));
        let encoded = Zeroizing::new(Base64::encode_string(pair.as_bytes()));
        sensitive(&format!("Basic {}", encoded.as_str()))
    }
}

/// A header's value that HTTP libraries do not show.
pub(crate) fn sensitive(text: &str) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::from_str(text).map_err(|_| {
        Error::noted(ErrorKind::InvalidLogin, "it has characters that no header carries")
    })?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_basic_scheme_is_that_of_rfc_7617() {
        let login = Login::new("Aladdin", "open sesame");
        let value = login.basic().unwrap();
        assert_eq!(value.to_str().unwrap(), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert!(value.is_sensitive());
        assert!(Login::new("é", "\u{a0}ü\n").basic().is_ok());
    }

    #[test]
    fn what_cannot_be_a_login_is_refused() {
        for (user, password) in [("", "canary"), ("a:b", "canary"), ("admin", "")] {
            let error = Login::new(user, password).check().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidLogin);
            assert!(!error.to_string().contains("canary"));
        }
    }
}
