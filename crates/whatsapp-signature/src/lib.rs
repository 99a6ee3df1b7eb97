//! Proof of where a WhatsApp notification comes from.
//!
//! The Cloud API signs each POST body with the app secret: HMAC-SHA256 over the raw bytes, in the
//! header `X-Hub-Signature-256` (Meta, create a webhook endpoint). [`Verifier`] checks it. The
//! On-Premises API signs nothing, so its endpoints carry a secret of their own: in the path
//! ([`PathSecret`]), in the query ([`QuerySecret`]) or in a header that some hosts let you set
//! ([`StaticHeader`]: Basic, Bearer or any other). Turn.io signs in its own way ([`TurnVerifier`]).
//!
//! All of them are [`Scheme`]s, and none of them knows an HTTP type: the crate `tower-whatsapp`
//! takes the credential from the request and hands it over as bytes.
//!
//! # Verify a body
//! ```
//! use whatsapp_signature::{AppSecret, Verifier};
//!
//! let verifier = Verifier::new(AppSecret::new("test_app_secret")?);
//! let header = "sha256=d73e9e864071bf8dbd89f02cbf0017b6e96cf6c13d09ced00b472c1d060e4301";
//! assert_eq!(verifier.verify(header, b"{}")?.as_str(), "default");
//! assert!(verifier.verify(header, b"{ }").is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Rotate a secret
//! While a new app secret spreads, both are valid; the result names the one that matched.
//! ```
//! use whatsapp_signature::{AppSecret, Signer, Verifier};
//!
//! let verifier = Verifier::builder()
//!     .secret("new", AppSecret::new("after the rotation")?)
//!     .secret("old", AppSecret::new("before the rotation")?)
//!     .build()?;
//! let header = Signer::new(&AppSecret::new("before the rotation")?).sign(b"{}").to_string();
//! assert_eq!(verifier.verify(&header, b"{}")?.as_str(), "old");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is refused
//! Every refusal has a [`RefusalKind`], and none tells what was expected. Empty and blank secrets
//! are refused when they are made. A signature has no time in it, so a replay verifies: what was
//! handled must be known by its id, which is the matter of deduplication.

mod error;
mod hashed;
mod hex;
mod path_secret;
mod query_secret;
mod refusal;
mod scheme;
mod secret;
mod secrets;
mod signer;
mod static_header;
mod turn;
mod verifier;

pub use error::{ConfigError, SecretError};
pub use path_secret::PathSecret;
pub use query_secret::QuerySecret;
pub use refusal::{Refusal, RefusalKind};
pub use scheme::{Credential, Scheme, Source};
pub use secret::{AppSecret, SecretWarning};
pub use secrets::SecretName;
pub use signer::{Signature, Signer, Signing};
pub use static_header::StaticHeader;
pub use turn::TurnVerifier;
pub use verifier::{Verification, Verifier, VerifierBuilder};

/// The README's example runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
