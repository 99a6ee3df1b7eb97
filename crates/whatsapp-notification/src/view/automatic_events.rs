//! `automatic_events`: conversions that WhatsApp found by itself (Cloud).
//!
//! ```
//! use whatsapp_notification::{Notification, AutomaticEvent};
//!
//! let body = r#"{"entry":[{"id":"1","changes":[{"field":"automatic_events",
//!     "value":{"automatic_events":[{"id":"wamid.A","event_name":"Purchase",
//!     "timestamp":1750000000,"custom_data":{"currency":"USD",
//!     "value":25.5}}]}}]}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<AutomaticEvent>().ok());
//! let event = event.ok_or("no such event")?;
//! let order = event.get().custom_data.ok_or("no data")?;
//! assert_eq!(order.value.map(|value| value.as_str()), Some("25.5"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::object;
use crate::{
    Timestamp,
    json::{Number, Str},
};

object! {
    /// A conversion, for the Conversions API.
    pub struct AutomaticEventView<'a> {
        /// The message in which it was found.
        pub id: Option<Str<'a>> = "id",
        /// `LeadSubmitted` or `Purchase`.
        pub event_name: Option<Str<'a>> = "event_name",
        /// When, in seconds; a number here.
        pub timestamp: Option<Timestamp> = "timestamp",
        /// The click on the advertisement.
        pub ctwa_clid: Option<Str<'a>> = "ctwa_clid",
        /// What it is worth.
        pub custom_data: Option<CustomData<'a>> = "custom_data",
    }
}

object! {
    /// What a conversion is worth.
    pub struct CustomData<'a> {
        /// ISO 4217.
        pub currency: Option<Str<'a>> = "currency",
        /// How much.
        pub value: Option<Number<'a>> = "value",
    }
}
