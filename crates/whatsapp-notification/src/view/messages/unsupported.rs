//! `unsupported`, formerly `unknown`: a message that WhatsApp itself cannot pass on.
//!
//! The header's `errors` say why (131051; 501 on the On-Premises API).
//!
//! ```
//! use whatsapp_notification::{Notification, Unsupported};
//!
//! let body = r#"{"messages":[{"from":"15550001","id":"A","timestamp":"1750000000",
//!     "errors":[{"code":131051}],"type":"unsupported","unsupported":{"type":"poll"}}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<Unsupported>().ok());
//! let event = event.ok_or("no such event")?;
//! let message = event.get();
//! assert!(message.kind.is_some_and(|kind| kind == "poll"));
//! assert_eq!(message.header.errors.first().and_then(|error| error.code?.as_u64()), Some(131_051));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::json::Str;
use crate::view::object;

object! {
    /// The content of an unsupported message.
    pub struct UnsupportedContent<'a> {
        /// What the customer's message was: `edit`, `poll`, … (since November 2025).
        pub kind: Option<Str<'a>> = "type",
    }
}
