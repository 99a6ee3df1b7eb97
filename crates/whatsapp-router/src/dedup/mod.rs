//! [`Dedup`]: an event that was handled is not handled again when WhatsApp sends it again.
//!
//! WhatsApp sends until it gets a 200, to every app of an account, and sometimes twice. In front of a
//! router, a `Dedup` claims each event before its handler runs, commits after success, and releases
//! on failure, panic or drop:
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
//! use std::convert::Infallible;
//! use tower::{ServiceBuilder, Service, ServiceExt};
//! use whatsapp_notification::{Event, Notification, Text};
//! use whatsapp_router::{Dispatch, EventRouter, dedup::{DedupLayer, MemoryDedup}};
//!
//! async fn on_text(_: Event<Text>) -> Result<(), Infallible> {
//!     println!("once");
//!     Ok(())
//! }
//!
//! let router = EventRouter::builder().on(on_text).build()?;
//! let events = ServiceBuilder::new().layer(DedupLayer::new(MemoryDedup::new())).service(router);
//! let mut dispatch = Dispatch::new(events);
//! let body = r#"{"messages":[{"from":"15550001","id":"A","type":"text","text":{"body":"Hi"}}]}"#;
//! for _ in 0..2 {
//!     dispatch.ready().await?.call(Notification::parse(body)?).await?; // `Ok` both times
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # What is promised
//! An event is handled at least once; and never again, within the store's window, once its success
//! has been recorded. If it was handled, but that could not be recorded, it may be handled again.
//! While one request handles an event, a repeat of it is an [`Outcome::Retry`](crate::Outcome): over
//! HTTP a 503, never a 200, for the first may yet fail. A repeat within the very notification that
//! is being handled waits for the first to end: then it is `Done`, or handled in its turn.
//!
//! # Where it stands
//! Around all that may end, or seem to end, before the handler does: a [`Detach`](crate::Detach) goes
//! around the `Dedup`, not into it. When the future of a `Dedup` is dropped, its claim is released, and
//! what runs on behind it is handled once more beside itself. A store is of one handling: of two
//! services behind layers over one store, each of which is to see every event, one would see it.
//!
//! # What makes two events the same
//! [`Event::key`](whatsapp_notification::Event::key), hashed to 16 bytes with the store's
//! [`HashKey`]. An event with neither an id nor a time of its own has none, and is never taken for a
//! repeat: to handle one twice is safe, to take two for one is a loss. The endpoint's label is part
//! of it: what two tenants get are two events, if each tenant's endpoint has a label of its own.
//!
//! # What is counted
//! With the feature `metrics`, `whatsapp_dedup_total` by `result`. Each event is one of the first five;
//! the others are faults beside.
//!
//! | result | an event |
//! |---|---|
//! | `new` | was handed to its handler |
//! | `duplicate` | had been handled |
//! | `busy` | is being handled, for another notification: it is to come again |
//! | `unkeyed` | has no key, and was handed to its handler |
//! | `unclaimed` | was not handed on, for the store did not answer: it is to come again |
//! | `not_renewed` | is being handled, and the store did not renew its claim: it is asked again |
//! | `lost` | is being handled, but its claim is another's by now: it may be handled twice |
//! | `stale` | was handled, but its claim was another's by then |
//! | `stale_release` | was not handled, and its claim was another's by then ([`MemoryDedup`]) |
//! | `not_recorded` | was handled, but the store could not record it |
//! | `evicted` | was forgotten before the end of its window, for lack of room ([`MemoryDedup`]) |

mod future;
mod key;
mod layer;
mod memory;
mod service;
mod store;

pub use future::DedupFuture;
pub use key::{DedupKey, HashKey};
pub use layer::DedupLayer;
pub use memory::{MemoryDedup, MemoryDedupBuilder};
pub use service::Dedup;
pub use store::{Claim, DedupStore, Token};
