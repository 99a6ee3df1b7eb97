//! [`PathSecret`]: a secret that is one segment of the URL's path.
//!
//! ```
//! use whatsapp_signature::{PathSecret, Scheme};
//!
//! let scheme = PathSecret::new("3f1c9a0b7d5e4c2a8b6f")?;
//! assert!(scheme.credential(&[b"3f1c9a0b7d5e4c2a8b6f"]).is_ok());
//! assert!(scheme.credential(&[b"3f1c9a0b7d5e4c2a8b6e"]).is_err());
//! # Ok::<(), whatsapp_signature::SecretError>(())
//! ```

use crate::{
    ConfigError, Credential, Refusal, Scheme, SecretError, SecretName, Source,
    hashed::{Hash, prove, url_safe},
    secrets::Secrets,
};

/// A secret in the URL's path, for senders that sign nothing: the On-Premises client posts to
/// whatever URL its settings name (On-Premises, webhooks). It travels in every request line, so
/// keep it out of access logs; `tower-whatsapp` logs labels, never URIs.
///
/// Only its hash is kept, and wiped when dropped; hashes are compared in constant time.
#[derive(Clone, Debug)]
pub struct PathSecret {
    hashes: Secrets<Hash>,
}

impl PathSecret {
    /// A scheme with one secret, named `default`.
    ///
    /// # Errors
    /// [`SecretError`] if it is blank, shorter than 16 characters, or has a character other than
    /// `A-Z a-z 0-9 - . _ ~`, which a URL might carry in several spellings.
    pub fn new(secret: impl Into<String>) -> Result<Self, SecretError> {
        Ok(PathSecret { hashes: Secrets::one(url_safe(secret)?) })
    }

    /// A scheme with several named secrets, so that one can be rotated.
    ///
    /// # Errors
    /// [`ConfigError`], also for a secret that [`new`](Self::new) would refuse.
    pub fn several<N: Into<SecretName>, S: Into<String>>(
        secrets: impl IntoIterator<Item = (N, S)>,
    ) -> Result<Self, ConfigError> {
        Ok(PathSecret { hashes: Secrets::several(secrets, url_safe)? })
    }
}

impl Scheme for PathSecret {
    fn name(&self) -> &'static str {
        "path-secret"
    }

    fn source(&self) -> Source<'_> {
        Source::Path
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
    fn a_secret_that_is_weak_or_ambiguous_in_a_url_is_refused() {
        let refused = |secret: &str| PathSecret::new(secret).unwrap_err();
        assert_eq!(refused(""), SecretError::Blank);
        assert_eq!(refused("0123456789abcde"), SecretError::TooShort);
        for bad in
            ["0123456789abcdef/", "0123456789abcdef%20", "0123456789abcdefé", "0123456789 abcdef"]
        {
            assert_eq!(refused(bad), SecretError::NotUrlSafe, "{bad}");
        }
    }

    #[test]
    fn the_segment_must_be_the_secret() {
        let scheme =
            PathSecret::several([("new", "0123456789abcdef"), ("old", "fedcba9876543210")]);
        let scheme = scheme.unwrap();
        let name = |value: &[u8]| scheme.credential(&[value]).and_then(|c| scheme.verify(&c, b""));
        assert_eq!(name(b"0123456789abcdef").unwrap().as_str(), "new");
        assert_eq!(name(b"fedcba9876543210").unwrap().as_str(), "old");
        for wrong in [&b""[..], b"0123456789abcde", b"0123456789abcdef0", b"0123456789ABCDEF"] {
            assert_eq!(name(wrong).unwrap_err().kind(), RefusalKind::Mismatch);
        }
        assert_eq!(scheme.credential(&[]).unwrap_err().kind(), RefusalKind::Missing);
        let twice: [&[u8]; 2] = [b"0123456789abcdef"; 2];
        assert_eq!(scheme.credential(&twice).unwrap_err().kind(), RefusalKind::Repeated);
    }
}
