//! A client of the On-Premises client's settings API.
//!
//! WhatsApp's On-Premises client ("Coreapp") is told over an HTTP API of its own where its
//! notifications go, which of them are sent, and how failures are retried. This crate speaks it,
//! over any tower service that sends HTTP requests.
//!
//! **Meta switched the On-Premises API off on 2025-10-23.** What still speaks its form: hosts such
//! as 360dialog's sandbox and Turn.io, which offer parts of it, recorded traffic, and fakes in
//! tests. New businesses use the Cloud API, where a webhook is set in the app's dashboard.
//!
//! # Read and change settings
//! The first call logs in; a change holds only what it sets.
//! ```
//! # use bytes::Bytes;
//! # use http::{Request, Response};
//! # use http_body_util::Full;
//! # use std::convert::Infallible;
//! use whatsapp_onprem::{ApplicationSettings, Client, Login, MessageFilter, Webhooks, diff};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let http = tower::service_fn(async |_: Request<Full<Bytes>>| {
//! #     let body = r#"{"users":[{"token":"a"}],"settings":{"application":{"webhooks":{"max_concurrent_requests":6}}}}"#;
//! #     Ok::<_, Infallible>(Response::new(Full::<Bytes>::from(body)))
//! # });
//! // let http = HttpClient::new()?; with the feature `rustls`
//! let client = Client::new("https://onprem.example:9090", Login::new("admin", "a password"), http)?;
//!
//! let before = client.settings().await?;
//! let change = ApplicationSettings::new().webhooks(
//!     Webhooks::new()
//!         .url("https://hooks.example/onprem/0123456789abcdef")
//!         .max_concurrent_requests(12)
//!         .message(MessageFilter::new().read(false)),
//! );
//! for problem in change.check() {
//!     println!("{}: {problem}", problem.severity);
//! }
//! client.patch_settings(&change).await?;
//!
//! for change in diff(&before, &before.merged(&change)) {
//!     let restart = if change.needs_restart() { " (after a restart)" } else { "" };
//!     println!("{change}{restart}");
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Settings from a file
//! [`ApplicationSettings::from_json`] takes JSON. Meta's guide prints its example with comments, a
//! trailing comma and a URL without a scheme; pasted as it is, each of these is named with its
//! place.
//! ```
//! use whatsapp_onprem::ApplicationSettings;
//!
//! let invalid = ApplicationSettings::from_json(r#"{"webhooks":{"url":"webhook.your-domain"}} // …"#);
//! assert_eq!(
//!     invalid.unwrap_err().to_string(),
//!     "the settings are not valid:
//!   line 1, column 20: webhooks.url: it has no scheme: write \"https://webhook.your-domain\"
//!   line 1, column 44: JSON has no comments: remove it"
//! );
//! ```
//!
//! # Nothing is lost that this version does not know
//! All members are optional. A setting that has no field, or is of another type than documented, is
//! kept in `other`, shown, and sent as it is.
//! ```
//! use whatsapp_onprem::ApplicationSettings;
//!
//! let settings: ApplicationSettings = serde_json::from_str(r#"{"of_a_later_version":1}"#)?;
//! assert_eq!(serde_json::to_string(&settings)?, r#"{"of_a_later_version":1}"#);
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! # Deadlines
//! The HTTP service decides how long a call may take. [`HttpClient`](crate#features) has no deadline
//! of its own, so put tower's `Timeout` around it:
//! ```
//! # use bytes::Bytes;
//! # use http::{Request, Response};
//! # use http_body_util::Full;
//! # use std::{future::pending, time::Duration};
//! use whatsapp_onprem::{Client, ErrorKind, Login};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let http = tower::service_fn(async |_: Request<Full<Bytes>>| {
//! #     pending::<Result<Response<Full<Bytes>>, std::io::Error>>().await
//! # });
//! let http = tower::timeout::Timeout::new(http, Duration::from_millis(1));
//! let client = Client::new("https://onprem.example", Login::new("admin", "a password"), http)?;
//! assert_eq!(client.settings().await.unwrap_err().kind(), ErrorKind::Unreachable);
//! # Ok(())
//! # }
//! ```
//! That bounds the time until the answer begins. `tokio::time::timeout` around a call bounds all of
//! it, the login included.
//!
//! # The login
//! A token lives for seven days. It is kept, shared by the clones of a client, renewed five minutes
//! before its end and once when it is refused. Callers that need a new one at the same time share
//! one login, and its failure. The first login of the admin must bring a new password:
//! [`Client::change_password`].
//!
//! # What is sent where
//! Plain http goes to this machine only; to another it is refused before anything is sent
//! ([`ErrorKind::PlainHttp`]). Answers of more than 1 MiB are not read. Redirects are not followed.
//! Passwords, tokens and keys stand in no error, `Debug` or log; where they are kept they are wiped
//! from memory in the end, though not from the buffers of a request. [`Change`]'s `Display` and the
//! settings themselves show `webhooks.url`, which may hold a secret.
//!
//! # Features
//! - **`rustls`** (off): `HttpClient`, a client ready for use over hyper-util and rustls, with ring,
//!   the system's roots and one's own.

mod base_url;
mod certificates;
mod client;
pub mod dialog360;
mod error;
mod exchange;
#[cfg(feature = "rustls")]
mod https;
mod login;
mod secret;
mod session;
mod settings;
mod stats;

pub use certificates::{CaCertificates, InvalidCertificates};
pub use client::Client;
pub use error::{ApiError, Error, ErrorKind};
#[cfg(feature = "rustls")]
pub use https::HttpClient;
pub use login::Login;
pub use settings::{
    ApplicationSettings, Change, GarbageCollector, InvalidSettings, MediaSettings, MessageFilter,
    Position, Problem, Severity, Webhooks, diff,
};
pub use stats::{Callbacks, Metric, Sample, Stats};

/// The README's example runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
