//! [`Scheme`]: a way in which a request proves where it comes from.
//!
//! A scheme of your own, over a header that a proxy sets:
//! ```
//! use whatsapp_signature::{Credential, Refusal, RefusalKind, Scheme, SecretName, Source};
//!
//! struct BehindOurProxy;
//!
//! impl Scheme for BehindOurProxy {
//!     fn name(&self) -> &'static str {
//!         "our-proxy"
//!     }
//!     fn source(&self) -> Source<'_> {
//!         Source::Header("x-verified-by")
//!     }
//!     fn credential(&self, values: &[&[u8]]) -> Result<Credential, Refusal> {
//!         match values {
//!             [b"our-proxy"] => Ok(Credential::Proven(SecretName::from("proxy"))),
//!             _ => Err(RefusalKind::Mismatch.into()),
//!         }
//!     }
//!     fn verify(&self, credential: &Credential, _body: &[u8]) -> Result<SecretName, Refusal> {
//!         credential.proven()
//!     }
//! }
//!
//! let scheme = BehindOurProxy;
//! let credential = scheme.credential(&[b"our-proxy"])?;
//! assert_eq!(scheme.verify(&credential, b"{}")?.as_str(), "proxy");
//! # Ok::<(), Refusal>(())
//! ```

use crate::{Refusal, RefusalKind, SecretName, SecretWarning};
use std::fmt;

/// A way in which a request proves where it comes from, in two steps: what the head says before a
/// byte of the body is read, and what the body says to it.
///
/// Compare in constant time, and say in errors nothing of what was expected.
pub trait Scheme: Send + Sync + 'static {
    /// The scheme's name, as it stands in logs and on each notification.
    fn name(&self) -> &'static str;

    /// Where in the request the credential stands.
    fn source(&self) -> Source<'_>;

    /// Looks at the credential: `values` are all values that stand at [`source`](Self::source).
    ///
    /// # Errors
    /// [`Refusal`] if there is none, more than one, or one of the wrong form; and already here if
    /// the head alone shows that it is the wrong one.
    fn credential(&self, values: &[&[u8]]) -> Result<Credential, Refusal>;

    /// Verifies exactly the body's bytes; gives the name of the secret that matched.
    ///
    /// # Errors
    /// [`Refusal`] if the credential is not the right one for this body.
    fn verify(&self, credential: &Credential, body: &[u8]) -> Result<SecretName, Refusal>;

    /// What is suspicious about the secrets, to be logged once.
    fn warnings(&self) -> Vec<SecretWarning> {
        Vec::new()
    }
}

/// Where in a request a credential stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source<'a> {
    /// In the header of this name, in lower case.
    Header(&'a str),
    /// In the segment `{secret}` of the endpoint's path.
    Path,
    /// In the query's parameter of this name; values are percent-decoded.
    Query(&'a str),
}

/// What the head of a request shows. `Debug` does not show it.
#[derive(Clone)]
#[non_exhaustive]
pub enum Credential {
    /// A tag, to compare with the one computed over the body.
    Tag([u8; 32]),
    /// The head alone proved it: with the secret of this name.
    Proven(SecretName),
}

impl Credential {
    /// The secret's name, if the head alone proved it.
    ///
    /// # Errors
    /// A [`Mismatch`](RefusalKind::Mismatch) otherwise.
    pub fn proven(&self) -> Result<SecretName, Refusal> {
        match self {
            Credential::Proven(name) => Ok(name.clone()),
            Credential::Tag(_) => Err(RefusalKind::Mismatch.into()),
        }
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Credential::Tag(_) => f.write_str("Tag(..)"),
            Credential::Proven(name) => f.debug_tuple("Proven").field(name).finish(),
        }
    }
}

/// The one value that belongs there.
pub(crate) fn only<'a>(values: &[&'a [u8]]) -> Result<&'a [u8], Refusal> {
    match values {
        [] => Err(RefusalKind::Missing.into()),
        [value] => Ok(value),
        _ => Err(RefusalKind::Repeated.into()),
    }
}
