//! `security`: a number's PIN (Cloud).
//!
//! ```
//! use whatsapp_notification::{Notification, Security, view::SecurityEvent};
//!
//! let body = r#"{"entry":[{"id":"1","changes":[{"field":"security",
//!     "value":{"display_phone_number":"15550009","event":"PIN_RESET_REQUEST",
//!     "requester":"8"}}]}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<Security>().ok());
//! let event = event.ok_or("no such event")?;
//! assert_eq!(event.get().event, Some(SecurityEvent::PinResetRequest));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::{object, open_enum};
use crate::json::Str;

open_enum! {
    /// What happened to a PIN.
    pub enum SecurityEvent<'a> {
        /// It was changed.
        PinChanged = "PIN_CHANGED",
        /// Someone asks to reset it.
        PinResetRequest = "PIN_RESET_REQUEST",
        /// It was reset.
        PinRequestSuccess = "PIN_REQUEST_SUCCESS",
    }
}

object! {
    /// A number's PIN for two-step verification was changed or asked for.
    pub struct SecurityView<'a> {
        /// The number.
        pub display_phone_number: Option<Str<'a>> = "display_phone_number",
        /// What happened.
        pub event: Option<SecurityEvent<'a>> = "event",
        /// Who asks to reset it.
        pub requester: Option<Str<'a>> = "requester",
    }
}
