//! `contacts` of a notification: who a message is from, or a status about.
//!
//! ```
//! use whatsapp_notification::{Notification, Text};
//!
//! let body = r#"{"contacts":[{"profile":{"name":"Ada"},"wa_id":"15550001"}],"messages":[
//!     {"from":"15550001","id":"A","text":{"body":"Hi"},"type":"text"}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<Text>().ok());
//! let event = event.ok_or("no such event")?;
//! let contact = event.sender().contact().ok_or("no contact")?;
//! assert!(contact.profile.and_then(|profile| profile.name).is_some_and(|name| name == "Ada"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::object;
use crate::json::Str;
use crate::usual;

object! {
    /// A contact of a notification. Which of its ids are there depends on what the customer shares.
    pub struct ContactView<'a> [|view, bet| {
        let usual::ContactMembers { name, wa_id, user_id } = usual::contact(bet)?;
        view.profile = Some(Profile { name: Some(name), ..Profile::default() });
        (view.wa_id, view.user_id) = (Some(wa_id), user_id);
        Some(())
    }] {
        /// Name and user name.
        pub profile: Option<Profile<'a>> = "profile",
        /// The WhatsApp id: the phone number's digits. May differ from a message's `from`.
        pub wa_id: Option<Str<'a>> = "wa_id",
        /// The business-scoped user id (Cloud, since 2026).
        pub user_id: Option<Str<'a>> = "user_id",
        /// The user id in the scope of the parent portfolio.
        pub parent_user_id: Option<Str<'a>> = "parent_user_id",
        /// Set where the identity-change check is on.
        pub identity_key_hash: Option<Str<'a>> = "identity_key_hash",
        /// The number that was looked up (On-Premises, `/v1/contacts`).
        pub input: Option<Str<'a>> = "input",
        /// What the look-up found: `valid`, `invalid`, `processing`, `failed`.
        pub status: Option<Str<'a>> = "status",
    }
}

object! {
    /// What a customer shows of themselves.
    pub struct Profile<'a> {
        /// The name, free text.
        pub name: Option<Str<'a>> = "name",
        /// The user name; samples show it with and without a leading `@`.
        pub username: Option<Str<'a>> = "username",
        /// The country, as seen on accounts without a phone number.
        pub country_code: Option<Str<'a>> = "country_code",
    }
}
