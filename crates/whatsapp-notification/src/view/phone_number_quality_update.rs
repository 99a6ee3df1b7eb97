//! `phone_number_quality_update`: a number's throughput and limit (Cloud).
//!
//! ```
//! use whatsapp_notification::{Notification, PhoneNumberQuality};
//!
//! let body = r#"{"entry":[{"id":"1","changes":[{"field":"phone_number_quality_update",
//!     "value":{"display_phone_number":"15550009","event":"THROUGHPUT_UPGRADE",
//!     "current_limit":"TIER_UNLIMITED"}}]}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<PhoneNumberQuality>().ok());
//! let event = event.ok_or("no such event")?;
//! assert!(event.get().event.is_some_and(|event| event == "THROUGHPUT_UPGRADE"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::object;
use crate::json::Str;

object! {
    /// A number's throughput or limit changed.
    pub struct PhoneNumberQualityView<'a> {
        /// The number.
        pub display_phone_number: Option<Str<'a>> = "display_phone_number",
        /// `ONBOARDING`, `THROUGHPUT_UPGRADE`, `FLAGGED`; `UPGRADE`, `DOWNGRADE`, `UNFLAGGED` before.
        pub event: Option<Str<'a>> = "event",
        /// The limit before (until February 2026).
        pub old_limit: Option<Str<'a>> = "old_limit",
        /// The limit now (until February 2026).
        pub current_limit: Option<Str<'a>> = "current_limit",
        /// Conversations a day: a number, or a tier such as `TIER_2K`.
        pub max_daily_conversations_per_business: Option<Str<'a>> = "max_daily_conversations_per_business",
    }
}
