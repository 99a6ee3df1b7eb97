//! `smb_app_state_sync`: the contacts of the business's app (Cloud, coexistence).
//!
//! ```
//! use whatsapp_notification::{Notification, StateSync, view::SyncAction};
//!
//! let body = r#"{"entry":[{"id":"1","changes":[{"field":"smb_app_state_sync",
//!     "value":{"state_sync":[{"type":"contact","contact":{"full_name":"Ada L",
//!     "phone_number":"15550001"},"action":"add",
//!     "metadata":{"timestamp":"1750000000"}}]}}]}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<StateSync>().ok());
//! let event = event.ok_or("no such event")?;
//! assert_eq!(event.get().action, Some(SyncAction::Add));
//! assert!(event.get().contact.and_then(|contact| contact.full_name).is_some_and(|name| name == "Ada L"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::{object, open_enum};
use crate::{Timestamp, json::Str};

open_enum! {
    /// What happened to a contact.
    pub enum SyncAction<'a> {
        /// Added, or edited.
        Add = "add",
        /// Removed.
        Remove = "remove",
    }
}

object! {
    /// A contact of the business's app that was added, edited or removed.
    pub struct StateSyncView<'a> {
        /// `contact`.
        pub kind: Option<Str<'a>> = "type",
        /// The contact.
        pub contact: Option<SyncContact<'a>> = "contact",
        /// What happened to it.
        pub action: Option<SyncAction<'a>> = "action",
        /// When.
        pub metadata: Option<SyncMetadata> = "metadata",
    }
}

object! {
    /// A contact, as the business's app knows it.
    pub struct SyncContact<'a> {
        /// The whole name.
        pub full_name: Option<Str<'a>> = "full_name",
        /// The first name.
        pub first_name: Option<Str<'a>> = "first_name",
        /// The number.
        pub phone_number: Option<Str<'a>> = "phone_number",
        /// The business-scoped user id.
        pub user_id: Option<Str<'a>> = "user_id",
        /// The user id in the scope of the parent portfolio.
        pub parent_user_id: Option<Str<'a>> = "parent_user_id",
        /// The user name.
        pub username: Option<Str<'a>> = "username",
    }
}

object! {
    /// When a contact was synchronized.
    pub struct SyncMetadata {
        /// In seconds.
        pub timestamp: Option<Timestamp> = "timestamp",
    }
}
