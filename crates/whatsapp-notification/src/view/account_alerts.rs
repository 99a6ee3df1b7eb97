//! `account_alerts`: limits, badges and profile pictures (Cloud).
//!
//! ```
//! use whatsapp_notification::{Notification, AccountAlert};
//!
//! let body = r#"{"entry":[{"id":"1","changes":[{"field":"account_alerts",
//!     "value":{"entity_type":"PHONE_NUMBER","entity_id":"7",
//!     "alert_info":{"alert_severity":"INFORMATIONAL",
//!     "alert_type":"OBA_APPROVED"}}}]}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<AccountAlert>().ok());
//! let event = event.ok_or("no such event")?;
//! let alert = event.get().alert_info.ok_or("no alert")?;
//! assert!(alert.alert_type.is_some_and(|kind| kind == "OBA_APPROVED"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::object;
use crate::json::Str;

object! {
    /// An alert about a business or a number.
    pub struct AccountAlertView<'a> {
        /// `BUSINESS`, `PHONE_NUMBER`, `CURRENT_STATUS_ID`.
        pub entity_type: Option<Str<'a>> = "entity_type",
        /// Its id.
        pub entity_id: Option<Str<'a>> = "entity_id",
        /// The alert.
        pub alert_info: Option<AlertInfo<'a>> = "alert_info",
    }
}

object! {
    /// What an alert says.
    pub struct AlertInfo<'a> {
        /// `CRITICAL`, `INFORMATIONAL`, `WARNING`.
        pub alert_severity: Option<Str<'a>> = "alert_severity",
        /// `ACTIVE` or `NONE`.
        pub alert_status: Option<Str<'a>> = "alert_status",
        /// `OBA_APPROVED`, `OBA_REJECTED`, `INCREASED_CAPABILITIES_ELIGIBILITY_DEFERRED`,
        /// `INCREASED_CAPABILITIES_ELIGIBILITY_FAILED`,
        /// `INCREASED_CAPABILITIES_ELIGIBILITY_NEED_MORE_INFO`, `PROFILE_PICTURE_LOST`.
        pub alert_type: Option<Str<'a>> = "alert_type",
        /// The alert in words.
        pub alert_description: Option<Str<'a>> = "alert_description",
    }
}
