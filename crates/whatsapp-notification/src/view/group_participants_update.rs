//! `group_participants_update`: who joins and leaves (Cloud, groups).
//!
//! ```
//! use whatsapp_notification::{Notification, GroupParticipants};
//!
//! let body = r#"{"entry":[{"id":"1","changes":[{"field":"group_participants_update",
//!     "value":{"groups":[{"timestamp":"1750000000","group_id":"G1",
//!     "type":"group_participants_remove",
//!     "removed_participants":[{"wa_id":"15550001"}],
//!     "initiated_by":"participant"}]}}]}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<GroupParticipants>().ok());
//! let event = event.ok_or("no such event")?;
//! let left = event.get().removed_participants.first().and_then(|who| who.wa_id);
//! assert!(left.is_some_and(|wa_id| wa_id == "15550001"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::{ErrorView, object};
use crate::{
    Timestamp,
    json::{List, Str},
};

object! {
    /// Who joined, left or asks to join. Someone who asks stands in the view itself.
    pub struct GroupParticipantsView<'a> {
        /// When, in seconds.
        pub timestamp: Option<Timestamp> = "timestamp",
        /// The group.
        pub group_id: Option<Str<'a>> = "group_id",
        /// `group_participants_add`, `group_participants_remove`, `group_join_request_created`,
        /// `group_join_request_revoked`.
        pub kind: Option<Str<'a>> = "type",
        /// The request that this answers.
        pub request_id: Option<Str<'a>> = "request_id",
        /// How they joined: `invite_link`.
        pub reason: Option<Str<'a>> = "reason",
        /// Who joined.
        pub added_participants: List<'a, Participant<'a>> = "added_participants",
        /// Who left or was removed.
        pub removed_participants: List<'a, Participant<'a>> = "removed_participants",
        /// Who could not be removed.
        pub failed_participants: List<'a, Participant<'a>> = "failed_participants",
        /// `business` or `participant`.
        pub initiated_by: Option<Str<'a>> = "initiated_by",
        /// The request to join.
        pub join_request_id: Option<Str<'a>> = "join_request_id",
        /// The WhatsApp id of who asks to join.
        pub wa_id: Option<Str<'a>> = "wa_id",
        /// Their business-scoped user id.
        pub user_id: Option<Str<'a>> = "user_id",
        /// Their user id in the scope of the parent portfolio.
        pub parent_user_id: Option<Str<'a>> = "parent_user_id",
        /// Their user name.
        pub username: Option<Str<'a>> = "username",
        /// Why it could not be.
        pub errors: List<'a, ErrorView<'a>> = "errors",
    }
}

object! {
    /// A member of a group.
    pub struct Participant<'a> {
        /// What the business named them by: a number or a user id.
        pub input: Option<Str<'a>> = "input",
        /// The WhatsApp id.
        pub wa_id: Option<Str<'a>> = "wa_id",
        /// The business-scoped user id.
        pub user_id: Option<Str<'a>> = "user_id",
        /// The user id in the scope of the parent portfolio.
        pub parent_user_id: Option<Str<'a>> = "parent_user_id",
        /// The user name.
        pub username: Option<Str<'a>> = "username",
        /// Who removed them, where the documents place it here: `business` or `participant`.
        pub initiated_by: Option<Str<'a>> = "initiated_by",
        /// Why it could not be.
        pub errors: List<'a, ErrorView<'a>> = "errors",
    }
}
