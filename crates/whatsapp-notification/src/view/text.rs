//! `text`: Cloud, messages → text; On-Premises, inbound notifications → text.

use super::object;
use crate::json::Str;

object! {
    /// The content of a text message.
    pub struct TextContent<'a> {
        /// What the customer wrote.
        pub body: Option<Str<'a>> = "body",
    }
}
