//! `group_lifecycle_update`: groups come and go (Cloud, groups).
//!
//! ```
//! use whatsapp_notification::{Notification, GroupLifecycle};
//!
//! let body = r#"{"entry":[{"id":"1","changes":[{"field":"group_lifecycle_update",
//!     "value":{"groups":[{"timestamp":"1750000000","group_id":"G1",
//!     "type":"group_create","request_id":"R1","subject":"Walks"}]}}]}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<GroupLifecycle>().ok());
//! let event = event.ok_or("no such event")?;
//! assert!(event.get().subject.is_some_and(|subject| subject == "Walks"));
//! assert!(event.conversation().is_some_and(|group| group == "G1"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::{ErrorView, object};
use crate::{
    Timestamp,
    json::{List, Str},
};

object! {
    /// A group was created or deleted, or could not be.
    pub struct GroupLifecycleView<'a> {
        /// When, in seconds.
        pub timestamp: Option<Timestamp> = "timestamp",
        /// The group.
        pub group_id: Option<Str<'a>> = "group_id",
        /// `group_create` or `group_delete`.
        pub kind: Option<Str<'a>> = "type",
        /// The request that this answers.
        pub request_id: Option<Str<'a>> = "request_id",
        /// The group's subject.
        pub subject: Option<Str<'a>> = "subject",
        /// The group's description.
        pub description: Option<Str<'a>> = "description",
        /// The link by which customers join.
        pub invite_link: Option<Str<'a>> = "invite_link",
        /// `approval_required` or `auto_approve`.
        pub join_approval_mode: Option<Str<'a>> = "join_approval_mode",
        /// Why it could not be.
        pub errors: List<'a, ErrorView<'a>> = "errors",
    }
}
