//! [`VerifyToken`]: what proves the GET challenge of the Cloud API.

use ctutils::CtEq;
use std::fmt;
use zeroize::Zeroizing;

/// The verify token: zeroized when dropped, compared in constant time, never shown.
pub(crate) struct VerifyToken(Zeroizing<String>);

impl VerifyToken {
    /// `None` for an empty or blank token: it would let everybody in.
    pub(crate) fn new(token: String) -> Option<Self> {
        let token = Zeroizing::new(token);
        (!token.trim().is_empty()).then_some(VerifyToken(token))
    }

    /// Compares in constant time; only the length can be learnt.
    pub(crate) fn matches(&self, given: &str) -> bool {
        self.0.as_bytes().ct_eq(given.as_bytes()).into()
    }

    /// True if white space stands at an end: mostly the line end of a file.
    #[cfg(feature = "tracing")]
    pub(crate) fn has_outer_white_space(&self) -> bool {
        self.0.trim().len() != self.0.len()
    }
}

impl fmt::Debug for VerifyToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VerifyToken(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::VerifyToken;

    #[test]
    fn a_token_equals_itself_only() {
        let token = VerifyToken::new("a-token".into()).expect("not empty");
        assert!(token.matches("a-token"));
        for other in ["", "a-toke", "a-tokeN", "a-token "] {
            assert!(!token.matches(other), "{other:?}");
        }
    }

    #[test]
    fn an_empty_or_blank_token_is_none() {
        for blank in ["", " ", "\n"] {
            assert!(VerifyToken::new(blank.into()).is_none(), "{blank:?}");
        }
    }

    #[test]
    fn debug_is_redacted() {
        let token = VerifyToken::new("canary".into()).expect("not empty");
        assert_eq!(format!("{token:?}"), "VerifyToken(redacted)");
    }
}
