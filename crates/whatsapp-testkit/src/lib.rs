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
//! # Retries
//!
//! With the feature `senders`, notifications come as WhatsApp sends them: until they are answered
//! with exactly 200, for days if need be.
//!
//! | | sends | again |
//! |---|---|---|
//! | `deliver` | one request | as you say; with duplicates |
//! | `CloudSender` | signed POSTs to every app of an account; batches, duplicates, any order | at once, then ever more rarely for 7 days |
//! | `onprem::FakeClient` | callbacks, by the settings that its API was given | 3 s, 6 s, 9 s … up to 15 minutes, for ever or for a day |
//!
//! Each delivers to any `Service<Request<Full<Bytes>>>`: a layer, an axum router, an HTTP client.
//! A service that takes another body is wrapped with tower's `map_request`.
//!
//! **Time is tokio's.** In a test with `#[tokio::test(start_paused = true)]` (tokio's feature
//! `test-util`) a week passes in no time, as long as the receiver is in the same process. With
//! sockets, leave the clock alone and set small delays: a paused clock leaps to the next timer
//! whenever all tasks wait for sockets, and every request would time out.
//!
//! # Features
//!
//! None is on by default.
//!
//! - **`senders`**: the senders above. Adds tokio (`rt`, `sync`, `time`), `serde_json` and jiff.
//! - **`http`**: `HttpClient`, which takes them over real sockets. Adds hyper-util.

#[cfg(feature = "senders")]
pub mod onprem;
pub mod request;
mod samples;
#[cfg(feature = "senders")]
mod senders;

pub use request::sign;
pub use samples::{Api, KeyOrder, Sample, Samples, escape, escape_json};

#[cfg(feature = "http")]
pub use senders::HttpClient;
#[cfg(feature = "senders")]
pub use senders::{Answer, App, Attempt, CloudSender, Deliver, Report, Schedule, deliver};

/// The README's example runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
