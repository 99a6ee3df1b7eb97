//! `payment_configuration_update`: a configuration for payments (Cloud, India).
//!
//! ```
//! use whatsapp_notification::{Notification, PaymentConfiguration};
//!
//! let body = r#"{"entry":[{"id":"1","changes":[{"field":"payment_configuration_update",
//!     "value":{"configuration_name":"shop","provider_name":"razorpay",
//!     "status":"Needs Testing","created_timestamp":1750000000}}]}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<PaymentConfiguration>().ok());
//! let event = event.ok_or("no such event")?;
//! assert!(event.get().status.is_some_and(|status| status == "Needs Testing"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::object;
use crate::{Timestamp, json::Str};

object! {
    /// A configuration for payments as it is now.
    pub struct PaymentConfigurationView<'a> {
        /// Its name.
        pub configuration_name: Option<Str<'a>> = "configuration_name",
        /// The provider.
        pub provider_name: Option<Str<'a>> = "provider_name",
        /// The business's id at the provider.
        pub provider_mid: Option<Str<'a>> = "provider_mid",
        /// `Active`, `Needs Connecting`, `Needs Testing`.
        pub status: Option<Str<'a>> = "status",
        /// Since when, in seconds.
        pub created_timestamp: Option<Timestamp> = "created_timestamp",
        /// The last change, in seconds.
        pub updated_timestamp: Option<Timestamp> = "updated_timestamp",
    }
}
