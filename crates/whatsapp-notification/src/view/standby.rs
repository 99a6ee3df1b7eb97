//! `standby`: what goes on while another application is in control (Cloud).
//!
//! ```
//! use whatsapp_notification::{Notification, StandbyEcho};
//!
//! let body = r#"{"entry":[{"id":"1","changes":[{"field":"standby",
//!     "value":{"standby":{"message_echoes":[{"id":"A","timestamp":"1750000000",
//!     "message":{"to":"15550001","type":"text","text":{"body":"Hi"}}}]}}}]}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<StandbyEcho>().ok());
//! let event = event.ok_or("no such event")?;
//! let sent: serde_json::Value = event.get().message.ok_or("no message")?.deserialize()?;
//! assert_eq!(sent["text"]["body"], "Hi");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::object;
use crate::{
    Timestamp,
    json::{Raw, Str},
};

object! {
    /// What the application in control has sent, as it gave it to the API.
    pub struct StandbyEchoView<'a> {
        /// The message's id.
        pub id: Option<Str<'a>> = "id",
        /// When, in seconds.
        pub timestamp: Option<Timestamp> = "timestamp",
        /// The body of the request that sent it (Cloud, messages API).
        pub message: Option<Raw<'a>> = "message",
        /// The template that was sent.
        pub template: Option<Raw<'a>> = "template",
        /// The flow that was sent.
        pub flow: Option<Raw<'a>> = "flow",
    }
}
