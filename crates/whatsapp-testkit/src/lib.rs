//! For tests of whatever receives WhatsApp notifications.
//!
//! [`Samples`] makes notifications from a seed; [`request`] puts them into HTTP requests. With a
//! tower service, a test is a `oneshot`:
//! ```
//! use whatsapp_signature::AppSecret;
//! use whatsapp_testkit::{Samples, request};
//!
//! let secret = AppSecret::new("test_app_secret")?;
//! let mut samples = Samples::new(7);
//! let text = samples.text();
//! let signed = request::signed("/whatsapp", &secret, text.body.clone());
//! // let response = app.oneshot(signed.map(Body::from)).await?;
//! // assert_eq!(response.status(), 200);
//! assert_eq!(signed.body(), &text.body);
//! # Ok::<(), whatsapp_signature::SecretError>(())
//! ```
//!
//! The same seed gives the same bytes on every machine, as long as the version is the same.
//!
//! # Features
//!
//! - **`senders`**: a fake On-Premises client ([`onprem`]), on tokio's clock.

#[cfg(feature = "senders")]
pub mod onprem;
pub mod request;
mod samples;

pub use samples::{Api, KeyOrder, Sample, Samples, escape, escape_json};

/// The README's example runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
