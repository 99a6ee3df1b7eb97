//! `edit`: a customer changed what they had written (Cloud, messages → edit).
//!
//! ```
//! use whatsapp_notification::{Notification, Edit};
//!
//! let body = r#"{"messages":[{"from":"15550001","id":"B","timestamp":"1750000000",
//!     "type":"edit","edit":{"original_message_id":"A","message":{"type":"text",
//!     "text":{"body":"Hello"}}}}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<Edit>().ok());
//! let event = event.ok_or("no such event")?;
//! assert!(event.get().original_message_id.is_some_and(|id| id == "A"));
//! let edited = event.get().message.ok_or("no message")?;
//! assert!(edited.text.and_then(|text| text.body).is_some_and(|body| body == "Hello"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::{
    json::{Nested, Str},
    view::{Context, MediaContent, TextContent, object},
};

object! {
    /// The content of an edit. Only texts and captions can be edited, for 15 minutes.
    pub struct EditContent<'a> {
        /// The message that was edited.
        pub original_message_id: Option<Str<'a>> = "original_message_id",
        /// What it says now.
        pub message: Option<EditedMessage<'a>> = "message",
    }
}

object! {
    /// What an edited message says now.
    pub struct EditedMessage<'a> {
        /// What it replies to.
        pub context: Nested<'a, Context<'a>> = "context",
        /// The type: names the key of the content.
        pub kind: Option<Str<'a>> = "type",
        /// A text.
        pub text: Option<TextContent<'a>> = "text",
        /// An image with its caption.
        pub image: Nested<'a, MediaContent<'a>> = "image",
        /// A video with its caption.
        pub video: Nested<'a, MediaContent<'a>> = "video",
        /// A document with its caption.
        pub document: Nested<'a, MediaContent<'a>> = "document",
    }
}
