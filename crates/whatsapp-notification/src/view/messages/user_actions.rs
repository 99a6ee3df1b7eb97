//! `user_actions`: what a customer did with a marketing message (Cloud, messages).
//!
//! ```
//! use whatsapp_notification::{Notification, UserAction};
//!
//! let body = r#"{"entry":[{"id":"1","changes":[{"field":"messages",
//!     "value":{"user_actions":[{"action_type":"marketing_messages_link_click",
//!     "timestamp":"1750000000",
//!     "marketing_messages_link_click_data":{"click_component":"cta"}}]}}]}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<UserAction>().ok());
//! let event = event.ok_or("no such event")?;
//! let click = event.get().marketing_messages_link_click_data.ok_or("no click")?;
//! assert!(click.click_component.is_some_and(|component| component == "cta"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::{Timestamp, json::Str, view::object};

object! {
    /// What a customer did (Cloud, marketing messages → track click events).
    pub struct UserActionView<'a> {
        /// `marketing_messages_link_click`.
        pub action_type: Option<Str<'a>> = "action_type",
        /// When, in seconds.
        pub timestamp: Option<Timestamp> = "timestamp",
        /// The click on a link.
        pub marketing_messages_link_click_data: Option<LinkClick<'a>> = "marketing_messages_link_click_data",
    }
}

object! {
    /// A click on a link of a marketing message.
    pub struct LinkClick<'a> {
        /// `cta` or `body`.
        pub click_component: Option<Str<'a>> = "click_component",
        /// The product behind the link.
        pub product_id: Option<Str<'a>> = "product_id",
        /// The click's id.
        pub click_id: Option<Str<'a>> = "click_id",
        /// The business's token.
        pub tracking_token: Option<Str<'a>> = "tracking_token",
    }
}
