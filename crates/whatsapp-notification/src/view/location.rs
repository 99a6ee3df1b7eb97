//! `location`: a place that the customer shared.

use super::object;
use crate::json::{Number, Str};

object! {
    /// The content of a location message.
    pub struct LocationContent<'a> {
        /// Degrees north.
        pub latitude: Option<Number<'a>> = "latitude",
        /// Degrees east.
        pub longitude: Option<Number<'a>> = "longitude",
        /// The place's name.
        pub name: Option<Str<'a>> = "name",
        /// The place's address.
        pub address: Option<Str<'a>> = "address",
        /// A link that the place has.
        pub url: Option<Str<'a>> = "url",
    }
}
