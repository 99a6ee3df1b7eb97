//! `phone_number_name_update`: the review of a number's name (Cloud).
//!
//! ```
//! use whatsapp_notification::{Notification, PhoneNumberName, view::Decision};
//!
//! let body = r#"{"entry":[{"id":"1","changes":[{"field":"phone_number_name_update",
//!     "value":{"display_phone_number":"15550009","decision":"APPROVED",
//!     "requested_verified_name":"Lanterns","rejection_reason":null}}]}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<PhoneNumberName>().ok());
//! let event = event.ok_or("no such event")?;
//! assert_eq!(event.get().decision, Some(Decision::Approved));
//! assert!(event.get().rejection_reason.is_none());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::{Decision, object};
use crate::json::Str;

object! {
    /// The review of a number's name was decided.
    pub struct PhoneNumberNameView<'a> {
        /// The number.
        pub display_phone_number: Option<Str<'a>> = "display_phone_number",
        /// The decision.
        pub decision: Option<Decision<'a>> = "decision",
        /// The name that was asked for.
        pub requested_verified_name: Option<Str<'a>> = "requested_verified_name",
        /// Why it was rejected: `NAME_NOT_CONSISTENT`, …; `null` otherwise.
        pub rejection_reason: Option<Str<'a>> = "rejection_reason",
    }
}
