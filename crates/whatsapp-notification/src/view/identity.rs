//! `identity`: the state of the customer's security code.

use super::object;
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
