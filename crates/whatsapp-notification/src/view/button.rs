//! `button`: a quick reply to a template. The header's context names the template message.

use super::object;
use crate::json::Str;

object! {
    /// The content of a quick reply.
    pub struct ButtonContent<'a> {
        /// What the business put into the button. May be `null` or missing.
        pub payload: Option<Str<'a>> = "payload",
        /// The button's label.
        pub text: Option<Str<'a>> = "text",
    }
}
