//! [`AppSecret`]: the secret with which the Cloud API signs.
//!
//! ```
//! use whatsapp_signature::AppSecret;
//!
//! let secret = AppSecret::new("from a file\n")?;
//! for warning in secret.warnings() {
//!     println!("app secret: {warning}");
//! }
//! assert_eq!(format!("{secret:?}"), "AppSecret(..)");
//! # Ok::<(), whatsapp_signature::SecretError>(())
//! ```

use crate::SecretError;
use std::fmt;
use zeroize::{ZeroizeOnDrop, Zeroizing};

/// An app secret, from the app's dashboard, or another key of an HMAC, such as that of a webhook of
/// Turn.io's. Its text is the key: it is not decoded from hex (Meta, create a webhook endpoint).
/// Wiped from memory when dropped; `Debug` does not show it.
#[derive(Clone)]
pub struct AppSecret {
    bytes: Zeroizing<Vec<u8>>,
}

impl ZeroizeOnDrop for AppSecret {}

impl AppSecret {
    /// A secret of this text, taken as it is: white space at its ends counts, see
    /// [`warnings`](Self::warnings).
    ///
    /// # Errors
    /// [`SecretError::Blank`] if it is empty or white space only.
    pub fn new(secret: impl Into<String>) -> Result<Self, SecretError> {
        Self::from_bytes(secret.into().into_bytes())
    }

    /// A secret of any bytes.
    ///
    /// # Errors
    /// [`SecretError::Blank`] if it is empty or white space only.
    pub fn from_bytes(secret: impl Into<Vec<u8>>) -> Result<Self, SecretError> {
        let bytes = Zeroizing::new(secret.into());
        if is_blank(&bytes) { Err(SecretError::Blank) } else { Ok(AppSecret { bytes }) }
    }

    /// What is suspicious about the secret, though it is taken as it is; nothing if it is not UTF-8.
    pub fn warnings(&self) -> impl Iterator<Item = SecretWarning> + use<> {
        let text = str::from_utf8(&self.bytes).unwrap_or_default();
        let first = text.starts_with(char::is_whitespace);
        let last = text.ends_with(char::is_whitespace);
        let first = first.then_some(SecretWarning::WhiteSpaceBefore);
        let last = last.then_some(SecretWarning::WhiteSpaceBehind);
        first.into_iter().chain(last)
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// White space of every script counts: a copied secret may bring a no-break space along.
pub(crate) fn is_blank(secret: &[u8]) -> bool {
    str::from_utf8(secret).is_ok_and(|text| text.trim().is_empty())
}

/// Wipes a secret's text once it has been read.
pub(crate) fn consume<T>(secret: impl Into<String>, read: impl FnOnce(&str) -> T) -> T {
    read(&Zeroizing::new(secret.into()))
}

impl fmt::Debug for AppSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AppSecret(..)")
    }
}

/// Something suspicious about a secret. `Display` says what to do, and never the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretWarning {
    /// It begins with white space.
    WhiteSpaceBefore,
    /// It ends with white space: often the line end of the file that it was read from.
    WhiteSpaceBehind,
}

impl fmt::Display for SecretWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SecretWarning::WhiteSpaceBefore => {
                "the secret begins with white space: if signatures do not match, trim it"
            }
            SecretWarning::WhiteSpaceBehind => {
                "the secret ends with white space, perhaps a file's line end: if signatures do not match, trim it"
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hashed::Hash;
    use sha2::Sha256;

    #[test]
    fn a_blank_secret_is_refused() {
        for blank in ["", " ", "\n\t ", "\u{a0}"] {
            assert_eq!(AppSecret::new(blank).unwrap_err(), SecretError::Blank);
        }
    }

    #[test]
    fn white_space_at_the_ends_is_told() {
        let warnings =
            |secret: &str| AppSecret::new(secret).unwrap().warnings().collect::<Vec<_>>();
        assert_eq!(warnings("s"), []);
        assert_eq!(warnings("s\n"), [SecretWarning::WhiteSpaceBehind]);
        assert_eq!(warnings("\u{a0}s"), [SecretWarning::WhiteSpaceBefore]);
        assert_eq!(
            warnings(" s "),
            [SecretWarning::WhiteSpaceBefore, SecretWarning::WhiteSpaceBehind]
        );
    }

    #[test]
    fn a_secret_is_wiped_and_can_go_anywhere() {
        fn wiped<T: ZeroizeOnDrop + Send + Sync + Clone + 'static>() {}
        wiped::<AppSecret>();
        // `Hmac` has no such mark of its own: it is made of these states.
        wiped::<Sha256>();
        wiped::<Hash>();
    }
}
