//! `location`: a place that the customer shared.
//!
//! ```
//! use whatsapp_notification::{Location, Notification};
//!
//! let body = r#"{"messages":[{"from":"15550001","id":"A","timestamp":"1750000000",
//!     "location":{"latitude":1.5,"longitude":"2.25"},"type":"location"}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<Location>().ok());
//! let event = event.ok_or("no such event")?;
//! let place = event.get();
//! assert_eq!(place.latitude.map(|degrees| degrees.as_f64()), Some(1.5));
//! assert_eq!(place.longitude.map(|degrees| degrees.as_f64()), Some(2.25)); // quoted or not
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::json::{Number, Str};
use crate::view::object;

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
