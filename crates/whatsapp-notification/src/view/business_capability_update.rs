//! `business_capability_update`: limits of a business (Cloud).
//!
//! ```
//! use whatsapp_notification::{Notification, BusinessCapability};
//!
//! let body = r#"{"entry":[{"id":"1","changes":[{"field":"business_capability_update",
//!     "value":{"max_daily_conversations_per_business":"TIER_2K",
//!     "max_phone_numbers_per_business":25}}]}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<BusinessCapability>().ok());
//! let event = event.ok_or("no such event")?;
//! let limit = event.get().max_daily_conversations_per_business;
//! assert!(limit.is_some_and(|limit| limit == "TIER_2K"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::object;
use crate::json::{Number, Str};

object! {
    /// The limits of a business as they are now.
    pub struct BusinessCapabilityView<'a> {
        /// Conversations a day and number; -1 is no limit (until February 2026).
        pub max_daily_conversation_per_phone: Option<Number<'a>> = "max_daily_conversation_per_phone",
        /// Conversations a day: a number, or a tier such as `TIER_2K`.
        pub max_daily_conversations_per_business: Option<Str<'a>> = "max_daily_conversations_per_business",
        /// Numbers that the business may have.
        pub max_phone_numbers_per_business: Option<Number<'a>> = "max_phone_numbers_per_business",
        /// Numbers that the account may have.
        pub max_phone_numbers_per_waba: Option<Number<'a>> = "max_phone_numbers_per_waba",
    }
}
