//! `user_id_update`: a customer has other user ids (Cloud, business-scoped user ids).
//!
//! ```
//! use whatsapp_notification::{Notification, UserIdUpdate};
//!
//! let body = r#"{"entry":[{"id":"1","changes":[{"field":"user_id_update",
//!     "value":{"user_id_update":[{"wa_id":"15550001",
//!     "user_id":{"previous":"US.1","current":"US.2"},
//!     "timestamp":"1750000000"}]}}]}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<UserIdUpdate>().ok());
//! let event = event.ok_or("no such event")?;
//! let ids = event.get().user_id.ok_or("no id")?;
//! assert!(ids.previous.is_some_and(|id| id == "US.1") && ids.current.is_some_and(|id| id == "US.2"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::object;
use crate::{Timestamp, json::Str};

object! {
    /// A customer's user ids have changed.
    pub struct UserIdUpdateView<'a> {
        /// The WhatsApp id, where it is shared.
        pub wa_id: Option<Str<'a>> = "wa_id",
        /// The change in words.
        pub detail: Option<Str<'a>> = "detail",
        /// The business-scoped user id.
        pub user_id: Option<PreviousAndCurrent<'a>> = "user_id",
        /// The user id in the scope of the parent portfolio.
        pub parent_user_id: Option<PreviousAndCurrent<'a>> = "parent_user_id",
        /// When, in seconds.
        pub timestamp: Option<Timestamp> = "timestamp",
    }
}

object! {
    /// An id before and after.
    pub struct PreviousAndCurrent<'a> {
        /// Before.
        pub previous: Option<Str<'a>> = "previous",
        /// After.
        pub current: Option<Str<'a>> = "current",
    }
}
