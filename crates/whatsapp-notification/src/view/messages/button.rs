//! `button`: a quick reply to a template. The header's context names the template message.
//!
//! ```
//! use whatsapp_notification::{Button, Notification};
//!
//! let body = r#"{"messages":[{"from":"15550001","id":"A","timestamp":"1750000000",
//!     "button":{"payload":"yes-1","text":"Yes"},"type":"button"}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<Button>().ok());
//! let event = event.ok_or("no such event")?;
//! assert!(event.get().payload.is_some_and(|payload| payload == "yes-1"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::json::Str;
use crate::view::object;

object! {
    /// The content of a quick reply.
    pub struct ButtonContent<'a> {
        /// What the business put into the button. May be `null` or missing.
        pub payload: Option<Str<'a>> = "payload",
        /// The button's label.
        pub text: Option<Str<'a>> = "text",
    }
}
