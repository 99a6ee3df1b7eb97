//! Routes the events of WhatsApp notifications to typed async handlers. There is no HTTP here: the
//! same router serves a web server, a queue and a file of stored bodies.
//!
//! # State first
//! Most handlers need something: a pool, a client. It is cloned for each event.
//! ```
//! use whatsapp_notification::{Event, Text};
//! use whatsapp_router::EventRouter;
//!
//! #[derive(Clone)]
//! struct Db;
//!
//! impl Db {
//!     async fn save(&self, sender: &str, text: &str) -> Result<(), std::io::Error> {
//!         Ok(())
//!     }
//! }
//!
//! async fn on_text(event: Event<Text>, db: Db) -> Result<(), std::io::Error> {
//!     let text = event.get(); // a view into the body: bind it once
//!     let sender = event.sender().key().unwrap_or_default();
//!     db.save(&sender.to_cow(), &text.body.unwrap_or_default().to_cow()).await
//! }
//!
//! let router = EventRouter::builder().on_with(Db, on_text).build()?;
//! # Ok::<(), whatsapp_router::ConfigError>(())
//! ```
//!
//! # Closures
//! A closure says what it takes. What it captures, it clones for its future; an `async move`
//! closure that captures lends its captures to its futures and does not compile here: use
//! `on_with`, or clone as below.
//! ```
//! use std::{convert::Infallible, sync::Arc};
//! use whatsapp_notification::{Event, Status};
//! use whatsapp_router::EventRouter;
//!
//! let prefix: Arc<str> = "status".into();
//! let router = EventRouter::builder()
//!     .on(move |event: Event<Status>| {
//!         let prefix = prefix.clone();
//!         async move {
//!             println!("{prefix}: {}", event.get().status);
//!             Ok::<_, Infallible>(())
//!         }
//!     })
//!     .build()?;
//! # Ok::<(), whatsapp_router::ConfigError>(())
//! ```
//!
//! # Verdicts
//! A handler returns `Ok(())`, or an [`Outcome`]: [`Retry`](Outcome::Retry) for later,
//! [`Dead`](Outcome::Dead) for never. An `Err` is a retry after the default delay. Over HTTP the
//! answer is 200 when all events of the notification are done or dead, and 503 otherwise, after
//! which WhatsApp sends the *whole* notification again: handlers see some events twice, unless a
//! [`Dedup`](dedup::Dedup) stands before them.
//!
//! # Slow handlers
//! WhatsApp waits for its answer, and sends again when it waits too long. Fast handlers run within
//! the request (`Dispatch`); slow ones behind [`Detach`], so that they finish when the client goes
//! away.
//!
//! # Features
//! | feature | default | |
//! |---|---|---|
//! | `tracing` | yes | events at target `whatsapp`, with `kind`, `label`, `path` (in bodies up to 16 KiB), `offset`, `length`, `reason` |
//! | `metrics` | no | counter `whatsapp_events_total` by `kind` and `outcome`: `done`, `retry`, `dead`, `error`, `panic`, `unrouted`; and `whatsapp_dedup_total` by [`result`](dedup#what-is-counted) |
//! | `tokio` | no | [`Detach`] |
//! | `dedup` | no | [`dedup`]: an event that was handled is not handled again; on tokio's timer |
//!
//! Neither logs nor metrics have content, nor a handler's error, which may repeat content.

#[cfg(feature = "dedup")]
pub mod dedup;
#[cfg(feature = "tokio")]
mod detach;
mod dispatch;
mod error;
mod handler;
mod outcome;
mod router;
mod telemetry;

#[cfg(feature = "tokio")]
pub use detach::{Detach, DetachFuture, DetachLayer};
pub use dispatch::{Dispatch, DispatchFuture};
pub use error::{BoxError, ConfigError, DispatchError, Unrouted};
pub use handler::{Handler, HandlerFn, handler_fn};
pub use outcome::Outcome;
pub use router::{EventRouter, EventRouterBuilder, RouteFuture};

/// The README's example runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
