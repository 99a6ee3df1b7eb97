//! Why a request is refused.
//!
//! ```
//! use whatsapp_signature::{AppSecret, RefusalKind, Verifier};
//!
//! let verifier = Verifier::new(AppSecret::new("test_app_secret")?);
//! let refusal = verifier.verify("sha1=0123", b"{}").unwrap_err();
//! assert_eq!(refusal.kind(), RefusalKind::Malformed);
//! assert_eq!(refusal.kind().as_str(), "malformed_credential");
//! # Ok::<(), whatsapp_signature::SecretError>(())
//! ```

use std::{error, fmt};

/// A request that did not prove where it comes from. It says nothing of what was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    kind: RefusalKind,
}

/// Why a request was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RefusalKind {
    /// There is no credential.
    Missing,
    /// There are several where one belongs.
    Repeated,
    /// It does not have the form that it must have.
    Malformed,
    /// It is not the right one for this body.
    Mismatch,
}

impl Refusal {
    /// A refusal for this reason.
    #[must_use]
    pub fn new(kind: RefusalKind) -> Self {
        Refusal { kind }
    }

    /// Why.
    #[must_use]
    pub fn kind(&self) -> RefusalKind {
        self.kind
    }
}

impl RefusalKind {
    /// A stable name for logs and metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            RefusalKind::Missing => "missing_credential",
            RefusalKind::Repeated => "repeated_credential",
            RefusalKind::Malformed => "malformed_credential",
            RefusalKind::Mismatch => "mismatch",
        }
    }
}

impl From<RefusalKind> for Refusal {
    fn from(kind: RefusalKind) -> Self {
        Refusal::new(kind)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            RefusalKind::Missing => "the request has no credential",
            RefusalKind::Repeated => "the request has several credentials where one belongs",
            RefusalKind::Malformed => "the credential does not have the right form",
            RefusalKind::Mismatch => "the credential is not the right one",
        })
    }
}

impl error::Error for Refusal {}
