//! [`QuerySecret`]: a secret that is a parameter of the URL's query.
//!
//! ```
//! use whatsapp_signature::{QuerySecret, Scheme, Source};
//!
//! let scheme = QuerySecret::new("auth", "3f1c9a0b7d5e4c2a8b6f")?; // …/onprem?auth=3f1c9a0b7d5e4c2a8b6f
//! assert_eq!(scheme.source(), Source::Query("auth"));
//! assert!(scheme.credential(&[b"3f1c9a0b7d5e4c2a8b6f"]).is_ok());
//! assert!(scheme.credential(&[b"3f1c9a0b7d5e4c2a8b6e"]).is_err());
//! # Ok::<(), whatsapp_signature::SecretError>(())
//! ```

use crate::{
    ConfigError, Credential, Refusal, Scheme, SecretError, SecretName, Source,
    hashed::{Hash, prove, url_safe},
    secrets::Secrets,
};

/// A secret in the URL's query, for senders that sign nothing and whose URL may have one. As
/// [`PathSecret`](crate::PathSecret), but a wrong one is refused, where a wrong path does not exist.
///
/// Only its hash is kept, and wiped when dropped; hashes are compared in constant time.
#[derive(Clone, Debug)]
pub struct QuerySecret {
    parameter: String,
    hashes: Secrets<Hash>,
}

impl QuerySecret {
    /// A scheme with one secret, named `default`, in this parameter; its name is compared to the
    /// letter, once it has been percent-decoded.
    ///
    /// # Errors
    /// [`SecretError`] if the parameter's name is empty, or if the secret is blank, shorter than 16
    /// characters, or has a character other than `A-Z a-z 0-9 - . _ ~`.
    pub fn new(
        parameter: impl Into<String>,
        secret: impl Into<String>,
    ) -> Result<Self, SecretError> {
        let parameter = parameter.into();
        if parameter.is_empty() {
            return Err(SecretError::NotAParameterName);
        }
        Ok(QuerySecret { parameter, hashes: Secrets::one(url_safe(secret)?) })
    }

    /// A scheme with several named secrets, so that one can be rotated.
    ///
    /// # Errors
    /// [`ConfigError`], also for what [`new`](Self::new) would refuse.
    pub fn several<N: Into<SecretName>, S: Into<String>>(
        parameter: impl Into<String>,
        secrets: impl IntoIterator<Item = (N, S)>,
    ) -> Result<Self, ConfigError> {
        let parameter = parameter.into();
        if parameter.is_empty() {
            return Err(ConfigError::NotAParameterName);
        }
        Ok(QuerySecret { parameter, hashes: Secrets::several(secrets, url_safe)? })
    }
}

impl Scheme for QuerySecret {
    fn name(&self) -> &'static str {
        "query-secret"
    }

    fn source(&self) -> Source<'_> {
        Source::Query(&self.parameter)
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

    const NEW: &str = "0123456789abcdef";
    const OLD: &str = "fedcba9876543210";

    #[test]
    fn the_parameter_must_be_one_of_the_secrets_and_stand_there_once() {
        let scheme = QuerySecret::several("auth", [("new", NEW), ("old", OLD)]).unwrap();
        let name = |values: &[&[u8]]| {
            let name = scheme.credential(values).and_then(|shown| scheme.verify(&shown, b""));
            name.map(|name| name.as_str().to_owned()).map_err(|refusal| refusal.kind())
        };
        assert_eq!(name(&[NEW.as_bytes()]).as_deref(), Ok("new"));
        assert_eq!(name(&[OLD.as_bytes()]).as_deref(), Ok("old"));
        assert_eq!(name(&[b"0123456789abcdeF"]), Err(RefusalKind::Mismatch));
        assert_eq!(name(&[b""]), Err(RefusalKind::Mismatch));
        assert_eq!(name(&[]), Err(RefusalKind::Missing));
        assert_eq!(name(&[NEW.as_bytes(), NEW.as_bytes()]), Err(RefusalKind::Repeated));
        assert!(!format!("{scheme:?}").contains(NEW));
    }

    #[test]
    fn what_cannot_be_a_parameter_or_a_secret_is_refused() {
        assert_eq!(QuerySecret::new("", NEW).unwrap_err(), SecretError::NotAParameterName);
        let none = QuerySecret::several("", [("a", NEW)]).unwrap_err();
        assert_eq!(none, ConfigError::NotAParameterName);
        assert_eq!(QuerySecret::new("a", "short").unwrap_err(), SecretError::TooShort);
        assert_eq!(
            QuerySecret::new("a", "0123456789abcdef+").unwrap_err(),
            SecretError::NotUrlSafe
        );
    }
}
