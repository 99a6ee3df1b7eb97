//! `user_preferences`: whether a customer wants marketing messages (Cloud).
//!
//! ```
//! use whatsapp_notification::{Notification, UserPreference, view::Preference};
//!
//! let body = r#"{"entry":[{"id":"1","changes":[{"field":"user_preferences",
//!     "value":{"user_preferences":[{"wa_id":"15550001",
//!     "category":"marketing_messages","value":"stop",
//!     "timestamp":1750000000}]}}]}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<UserPreference>().ok());
//! let event = event.ok_or("no such event")?;
//! assert_eq!(event.get().value, Some(Preference::Stop));
//! assert!(event.sender().key().is_some_and(|key| key == "15550001"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::{object, open_enum};
use crate::{Timestamp, json::Str};

open_enum! {
    /// What a customer chose.
    pub enum Preference<'a> {
        /// No more.
        Stop = "stop",
        /// Again.
        Resume = "resume",
        /// Signed up.
        Signup = "signup",
    }
}

object! {
    /// A customer's choice (Cloud, `user_preferences`).
    pub struct UserPreferenceView<'a> {
        /// The WhatsApp id.
        pub wa_id: Option<Str<'a>> = "wa_id",
        /// The business-scoped user id.
        pub user_id: Option<Str<'a>> = "user_id",
        /// The user id in the scope of the parent portfolio.
        pub parent_user_id: Option<Str<'a>> = "parent_user_id",
        /// The choice in words.
        pub detail: Option<Str<'a>> = "detail",
        /// `marketing_messages`.
        pub category: Option<Str<'a>> = "category",
        /// The choice.
        pub value: Option<Preference<'a>> = "value",
        /// The sign-up that it came from.
        pub signup_id: Option<Str<'a>> = "signup_id",
        /// When, in seconds; a number here.
        pub timestamp: Option<Timestamp> = "timestamp",
    }
}
