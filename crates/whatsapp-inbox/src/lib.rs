//! A durable inbox for WhatsApp notifications.
//!
//! An [`Inbox`] is a `Service<Notification>` that is `Ok` once a notification is kept in a [`Store`]:
//! so a 200 means kept. What is kept is handed to a `Service<Event>`, event by event, until it is done
//! or given up.

mod error;
mod inbox;
mod lane;
pub mod store;

pub use error::{StoreError, StoreErrorKind};
pub use inbox::{Inbox, InboxFuture};
pub use store::Store;
