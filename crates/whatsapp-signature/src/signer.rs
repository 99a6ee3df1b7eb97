//! [`Signer`]: makes signatures, for tests and tools.
//!
//! ```
//! use whatsapp_signature::{AppSecret, Signer};
//!
//! let signer = Signer::new(&AppSecret::new("test_app_secret")?);
//! let whole = signer.sign(b"one two");
//! let mut signing = signer.start();
//! signing.update(b"one ");
//! signing.update(b"two");
//! assert_eq!(signing.finish(), whole);
//! assert!(whole.to_string().starts_with("sha256="));
//! # Ok::<(), whatsapp_signature::SecretError>(())
//! ```

use crate::AppSecret;
use base64ct::{Base64, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;

pub(crate) type HmacSha256 = Hmac<Sha256>;

/// The state of an HMAC that has taken in the key: cloned for each body.
pub(crate) fn keyed(secret: &AppSecret) -> HmacSha256 {
    match HmacSha256::new_from_slice(secret.as_bytes()) {
        Ok(state) => state,
        // HMAC takes keys of every length; the error belongs to other algorithms of the trait.
        Err(_) => unreachable!("HMAC takes keys of every length"),
    }
}

/// Signs bodies as the Cloud API does, for tests and tools. To check a signature, take a
/// [`Verifier`](crate::Verifier): it compares in constant time.
#[derive(Clone)]
pub struct Signer {
    keyed: HmacSha256,
}

impl Signer {
    /// A signer with this secret.
    #[must_use]
    pub fn new(secret: &AppSecret) -> Self {
        Signer { keyed: keyed(secret) }
    }

    /// Signs a whole body.
    #[must_use]
    pub fn sign(&self, body: &[u8]) -> Signature {
        let mut signing = self.start();
        signing.update(body);
        signing.finish()
    }

    /// Signs a body piece by piece.
    #[must_use]
    pub fn start(&self) -> Signing {
        Signing { state: self.keyed.clone() }
    }
}

/// A signature under way: [`Signer::start`].
#[derive(Clone)]
pub struct Signing {
    state: HmacSha256,
}

impl Signing {
    /// Takes in the next piece of the body.
    pub fn update(&mut self, piece: &[u8]) {
        self.state.update(piece);
    }

    /// The signature over all pieces.
    #[must_use]
    pub fn finish(self) -> Signature {
        Signature(self.state.finalize().into_bytes().into())
    }
}

/// A signature; `Display` is the value of `X-Hub-Signature-256`, `Debug` does not show it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature([u8; 32]);

impl Signature {
    /// The 32 bytes of the HMAC.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// In base64, with padding: the value of Turn.io's `X-Turn-Hook-Signature`.
    #[must_use]
    pub fn to_base64(&self) -> String {
        Base64::encode_string(&self.0)
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sha256=")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// `Debug` of a type that holds something secret: its name alone.
macro_rules! redacted {
    ($($Type:ident),*) => {
        $(impl fmt::Debug for $Type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($Type), "(..)"))
            }
        })*
    };
}

redacted!(Signer, Signing, Signature);
