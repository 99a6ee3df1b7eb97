//! `revoke`: a customer deleted a message for everyone (Cloud, messages → revoke).
//!
//! ```
//! use whatsapp_notification::{Notification, Revoke};
//!
//! let body = r#"{"messages":[{"from":"15550001","id":"B","timestamp":"1750000000",
//!     "type":"revoke","revoke":{"original_message_id":"A"}}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<Revoke>().ok());
//! let event = event.ok_or("no such event")?;
//! assert!(event.get().original_message_id.is_some_and(|id| id == "A"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::{json::Str, view::object};

object! {
    /// The content of a revocation: the business should delete its copy, too.
    pub struct RevokeContent<'a> {
        /// The message that was deleted.
        pub original_message_id: Option<Str<'a>> = "original_message_id",
    }
}
