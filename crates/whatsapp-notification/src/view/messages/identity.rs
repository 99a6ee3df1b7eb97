//! `identity`: the state of the customer's security code.
//!
//! ```
//! use whatsapp_notification::{Notification, Text};
//!
//! let body = r#"{"messages":[{"from":"15550001","id":"A","timestamp":"1750000000",
//!     "identity":{"acknowledged":true,"created_timestamp":1750000000123,"hash":"h"},
//!     "text":{"body":"Hi"},"type":"text"}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<Text>().ok());
//! let event = event.ok_or("no such event")?;
//! let identity = event.get().header.identity.get().ok_or("no identity")?;
//! assert_eq!(identity.created_timestamp.map(|time| time.as_secs()), Some(1_750_000_000));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::view::object;
use crate::{Timestamp, json::Str};

object! {
    /// The customer's identity, where the settings ask for it (`show_security_notifications`).
    pub struct Identity<'a> {
        /// True when the business has acknowledged it.
        pub acknowledged: Option<bool> = "acknowledged",
        /// Since when. In milliseconds, unlike nearly all other times (On-Premises reference).
        pub created_timestamp: Option<Timestamp> = "created_timestamp" [Timestamp::read_millis],
        /// What to acknowledge it with.
        pub hash: Option<Str<'a>> = "hash",
    }
}
