//! `text`: Cloud, messages → text; On-Premises, inbound notifications → text.
//!
//! ```
//! use whatsapp_notification::{Notification, Text};
//!
//! let body = r#"{"messages":[{"from":"15550001","id":"A","timestamp":"1750000000",
//!     "text":{"body":"Namast\u00e9"},"type":"text"}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<Text>().ok());
//! let event = event.ok_or("no such event")?;
//! assert!(event.get().body.is_some_and(|body| body == "Namasté"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::json::Str;
use crate::view::object;

object! {
    /// The content of a text message.
    pub struct TextContent<'a> {
        /// What the customer wrote.
        pub body: Option<Str<'a>> = "body",
    }
}
