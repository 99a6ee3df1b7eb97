//! `group_settings_update`: subject, description and picture (Cloud, groups).
//!
//! ```
//! use whatsapp_notification::{Notification, GroupSettings};
//!
//! let body = r#"{"entry":[{"id":"1","changes":[{"field":"group_settings_update",
//!     "value":{"groups":[{"timestamp":"1750000000","group_id":"G1",
//!     "type":"group_settings_update","group_subject":{"text":"Walks",
//!     "update_successful":true}}]}}]}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<GroupSettings>().ok());
//! let event = event.ok_or("no such event")?;
//! let subject = event.get().group_subject.get().ok_or("no subject")?;
//! assert_eq!(subject.update_successful, Some(true));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::{ErrorView, object};
use crate::{
    Timestamp,
    json::{List, Nested, Str},
};

object! {
    /// Settings that the business has changed, each with its own success.
    pub struct GroupSettingsView<'a> {
        /// When, in seconds.
        pub timestamp: Option<Timestamp> = "timestamp",
        /// The group.
        pub group_id: Option<Str<'a>> = "group_id",
        /// `group_settings_update`.
        pub kind: Option<Str<'a>> = "type",
        /// The request that this answers.
        pub request_id: Option<Str<'a>> = "request_id",
        /// The picture.
        pub profile_picture: Nested<'a, GroupSetting<'a>> = "profile_picture",
        /// The subject.
        pub group_subject: Nested<'a, GroupSetting<'a>> = "group_subject",
        /// The description.
        pub group_description: Nested<'a, GroupSetting<'a>> = "group_description",
        /// Why it could not be.
        pub errors: List<'a, ErrorView<'a>> = "errors",
    }
}

object! {
    /// One setting of a group.
    pub struct GroupSetting<'a> {
        /// The text: of subject and description.
        pub text: Option<Str<'a>> = "text",
        /// The media type: of a picture.
        pub mime_type: Option<Str<'a>> = "mime_type",
        /// The SHA-256: of a picture.
        pub sha256: Option<Str<'a>> = "sha256",
        /// True if it is now so.
        pub update_successful: Option<bool> = "update_successful",
        /// Why it is not.
        pub errors: List<'a, ErrorView<'a>> = "errors",
    }
}
