//! `history`: what was said before the business came to the API (Cloud, coexistence).
//!
//! ```
//! use whatsapp_notification::{Notification, History};
//!
//! let body = r#"{"entry":[{"id":"1","changes":[{"field":"history",
//!     "value":{"history":[{"metadata":{"phase":0,"chunk_order":1,"progress":55},
//!     "threads":[{"id":"15550001","messages":[{"from":"15550001","id":"A",
//!     "timestamp":"1750000000","type":"text","text":{"body":"Hi"},
//!     "history_context":{"status":"READ"}}]}]}]}}]}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<History>().ok());
//! let event = event.ok_or("no such event")?;
//! let history = event.get();
//! assert_eq!(history.metadata.and_then(|chunk| chunk.progress?.as_u64()), Some(55));
//! for thread in history.threads {
//!     for message in thread.messages {
//!         println!("a message of {:?}", message.header.kind);
//!     }
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::{AnyContent, ErrorView, Message, object};
use crate::json::{List, Nested, Number, Str};

object! {
    /// One chunk of a history; thousands of messages may stand in it, and chunks come in any order.
    /// 180 days are told, without groups. Where the business declines, only `errors` is there.
    pub struct HistoryView<'a> {
        /// Which chunk it is.
        pub metadata: Option<HistoryMetadata<'a>> = "metadata",
        /// The conversations.
        pub threads: List<'a, HistoryThread<'a>> = "threads",
        /// Why there is none: 2593109 where the business declined.
        pub errors: List<'a, ErrorView<'a>> = "errors",
    }
}

object! {
    /// Which chunk of a history it is.
    pub struct HistoryMetadata<'a> {
        /// 0: the last day, 1: up to 90 days, 2: up to 180 days.
        pub phase: Option<Number<'a>> = "phase",
        /// The chunk's place in its phase.
        pub chunk_order: Option<Number<'a>> = "chunk_order",
        /// How much has been told, in percent.
        pub progress: Option<Number<'a>> = "progress",
    }
}

object! {
    /// One conversation of a history.
    pub struct HistoryThread<'a> {
        /// The customer's number; missing where it is not shared.
        pub id: Option<Str<'a>> = "id",
        /// Who the customer is.
        pub context: Nested<'a, ThreadContext<'a>> = "context",
        /// What was said, by both sides; a message of the business's has its number as `from`.
        pub messages: List<'a, Message<'a, AnyContent<'a>>> = "messages",
    }
}

object! {
    /// The customer of a conversation.
    pub struct ThreadContext<'a> {
        /// The WhatsApp id.
        pub wa_id: Option<Str<'a>> = "wa_id",
        /// The business-scoped user id.
        pub user_id: Option<Str<'a>> = "user_id",
        /// The user id in the scope of the parent portfolio.
        pub parent_user_id: Option<Str<'a>> = "parent_user_id",
        /// The user name.
        pub username: Option<Str<'a>> = "username",
    }
}

object! {
    /// What had become of a message of a history.
    pub struct HistoryContext<'a> {
        /// `DELIVERED`, `ERROR`, `PENDING`, `PLAYED`, `READ`, `SENT`.
        pub status: Option<Str<'a>> = "status",
    }
}
