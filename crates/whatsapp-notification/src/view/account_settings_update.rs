//! `account_settings_update`: settings of a phone number (Cloud, calling → settings).
//!
//! ```
//! use whatsapp_notification::{Notification, AccountSettings};
//!
//! let body = r#"{"entry":[{"id":"1","changes":[{"field":"account_settings_update",
//!     "value":{"messaging_product":"whatsapp","timestamp":"1750000000",
//!     "type":"phone_number_settings",
//!     "phone_number_settings":{"phone_number_id":"7",
//!     "calling":{"status":"ENABLED"}}}}]}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<AccountSettings>().ok());
//! let event = event.ok_or("no such event")?;
//! let settings = event.get().phone_number_settings.get().ok_or("no settings")?;
//! assert!(settings.calling.get().and_then(|calling| calling.status).is_some_and(|status| status == "ENABLED"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::object;
use crate::{
    Timestamp,
    json::{List, Nested, Number, Str},
};

object! {
    /// Settings as they are now.
    pub struct AccountSettingsView<'a> {
        /// `whatsapp`.
        pub messaging_product: Option<Str<'a>> = "messaging_product",
        /// When, in seconds.
        pub timestamp: Option<Timestamp> = "timestamp",
        /// `phone_number_settings`.
        pub kind: Option<Str<'a>> = "type",
        /// The settings of a number.
        pub phone_number_settings: Nested<'a, PhoneNumberSettings<'a>> = "phone_number_settings",
    }
}

object! {
    /// The settings of a number.
    pub struct PhoneNumberSettings<'a> {
        /// The number's id.
        pub phone_number_id: Option<Str<'a>> = "phone_number_id",
        /// Calls.
        pub calling: Nested<'a, CallingSettings<'a>> = "calling",
    }
}

object! {
    /// The settings of calls.
    pub struct CallingSettings<'a> {
        /// `ENABLED` or `DISABLED`.
        pub status: Option<Str<'a>> = "status",
        /// `DEFAULT` or `DISABLE_ALL`.
        pub call_icon_visibility: Option<Str<'a>> = "call_icon_visibility",
        /// Where the button for calls is shown.
        pub call_icons: Nested<'a, CallIcons<'a>> = "call_icons",
        /// `ENABLED` or `DISABLED`: whether a call from a customer permits calling back.
        pub callback_permission_status: Option<Str<'a>> = "callback_permission_status",
        /// When calls are taken.
        pub call_hours: Nested<'a, CallHours<'a>> = "call_hours",
        /// SIP.
        pub sip: Nested<'a, SipSettings<'a>> = "sip",
    }
}

object! {
    /// Where the button for calls is shown.
    pub struct CallIcons<'a> {
        /// Only to customers of these countries, by their codes.
        pub restrict_to_user_countries: List<'a, Str<'a>> = "restrict_to_user_countries",
    }
}

object! {
    /// When calls are taken.
    pub struct CallHours<'a> {
        /// `ENABLED` or `DISABLED`.
        pub status: Option<Str<'a>> = "status",
        /// The time zone's name.
        pub timezone_id: Option<Str<'a>> = "timezone_id",
        /// The hours of each day of the week.
        pub weekly_operating_hours: List<'a, OperatingHours<'a>> = "weekly_operating_hours",
        /// Days with other hours.
        pub holiday_schedule: List<'a, Holiday<'a>> = "holiday_schedule",
    }
}

object! {
    /// The hours of a day of the week.
    pub struct OperatingHours<'a> {
        /// `MONDAY` …
        pub day_of_week: Option<Str<'a>> = "day_of_week",
        /// `0900`.
        pub open_time: Option<Str<'a>> = "open_time",
        /// `1700`.
        pub close_time: Option<Str<'a>> = "close_time",
    }
}

object! {
    /// A day with other hours.
    pub struct Holiday<'a> {
        /// `YYYY-MM-DD`.
        pub date: Option<Str<'a>> = "date",
        /// `0900`.
        pub start_time: Option<Str<'a>> = "start_time",
        /// `1200`.
        pub end_time: Option<Str<'a>> = "end_time",
    }
}

object! {
    /// SIP.
    pub struct SipSettings<'a> {
        /// `ENABLED` or `DISABLED`.
        pub status: Option<Str<'a>> = "status",
        /// Where calls go.
        pub servers: List<'a, SipServer<'a>> = "servers",
    }
}

object! {
    /// A SIP server.
    pub struct SipServer<'a> {
        /// Its name.
        pub hostname: Option<Str<'a>> = "hostname",
        /// Its port.
        pub port: Option<Number<'a>> = "port",
        /// The application that it serves.
        pub app_id: Option<Str<'a>> = "app_id",
    }
}
