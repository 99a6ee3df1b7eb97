//! `unsupported`, formerly `unknown`: a message that WhatsApp itself cannot pass on.
//!
//! The header's `errors` say why (131051; 501 on the On-Premises API).

use super::object;
use crate::json::Str;

object! {
    /// The content of an unsupported message.
    pub struct UnsupportedContent<'a> {
        /// What the customer's message was: `edit`, `poll`, … (since November 2025).
        pub kind: Option<Str<'a>> = "type",
    }
}
