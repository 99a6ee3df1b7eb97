//! `conversation_context`: a summary of the conversation so far (Cloud, conversation routing).
//!
//! ```
//! use whatsapp_notification::{Notification, ConversationContext};
//!
//! let body = r#"{"entry":[{"id":"1","changes":[{"field":"messages",
//!     "value":{"conversation_context":{"type":"summary",
//!     "summary":{"text":"Asks for a refund"}}}}]}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<ConversationContext>().ok());
//! let event = event.ok_or("no such event")?;
//! let summary = event.get().summary.and_then(|summary| summary.text);
//! assert!(summary.is_some_and(|text| text == "Asks for a refund"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::{json::Str, view::object};

object! {
    /// What came before, for whoever takes the conversation over (2026).
    pub struct ConversationContextView<'a> {
        /// `summary`.
        pub kind: Option<Str<'a>> = "type",
        /// The summary.
        pub summary: Option<ConversationSummary<'a>> = "summary",
    }
}

object! {
    /// A conversation in words.
    pub struct ConversationSummary<'a> {
        /// Its text.
        pub text: Option<Str<'a>> = "text",
    }
}
