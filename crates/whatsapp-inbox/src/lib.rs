//! A durable inbox for WhatsApp notifications.
//!
//! An [`Inbox`] is a `Service<Notification>` that is `Ok` once a notification is kept in a [`Store`]:
//! so a 200 means kept. What is kept is handed to a `Service<Event>`, event by event, until it is done
//! or given up.

mod clock;
mod error;
mod inbox;
mod lane;
mod signal;
pub mod store;
mod telemetry;
mod workers;

pub use error::{StoreError, StoreErrorKind};
pub use inbox::{Inbox, InboxFuture};
pub use store::Store;
pub use workers::{Drained, Running, Workers};
