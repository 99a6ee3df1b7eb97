//! `metadata`: the business's own number. The On-Premises API has none.

use super::object;
use crate::json::Str;

object! {
    /// The business's number that a `value` belongs to.
    pub struct Metadata<'a> {
        /// The number as it is shown: digits, sometimes formatted.
        pub display_phone_number: Option<Str<'a>> = "display_phone_number",
        /// The number's id.
        pub phone_number_id: Option<Str<'a>> = "phone_number_id",
    }
}
