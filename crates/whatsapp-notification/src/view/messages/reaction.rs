//! `reaction`: an emoji on a message, or its removal.
//!
//! ```
//! use whatsapp_notification::{Notification, Reaction};
//!
//! let body = r#"{"messages":[{"from":"15550001","id":"A","timestamp":"1750000000",
//!     "reaction":{"message_id":"B"},"type":"reaction"}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<Reaction>().ok());
//! let event = event.ok_or("no such event")?;
//! assert!(event.get().is_removal()); // no emoji: taken back
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::json::Str;
use crate::view::object;

object! {
    /// The content of a reaction.
    pub struct ReactionContent<'a> {
        /// The message it belongs to.
        pub message_id: Option<Str<'a>> = "message_id",
        /// The emoji; missing or empty when the reaction was removed.
        pub emoji: Option<Str<'a>> = "emoji",
        /// `message_id` as several documents of the On-Premises API misspell it.
        pub messsage_id: Option<Str<'a>> = "messsage_id",
    }
}

impl ReactionContent<'_> {
    /// True when the customer took the reaction back: no emoji (2025 on) or an empty one (before).
    #[must_use]
    pub fn is_removal(&self) -> bool {
        self.emoji.is_none_or(|emoji| emoji.is_empty())
    }
}
