//! `metadata`: the business's own number. The On-Premises API has none.
//!
//! ```
//! use whatsapp_notification::{Notification, Status};
//!
//! let body = r#"{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"value":{
//!     "metadata":{"display_phone_number":"15550009","phone_number_id":"7"},
//!     "statuses":[{"id":"A","status":"sent"}]},"field":"messages"}]}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<Status>().ok());
//! let event = event.ok_or("no such event")?;
//! let metadata = event.metadata().ok_or("no metadata")?;
//! assert!(metadata.phone_number_id.is_some_and(|id| id == "7"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::object;
use crate::json::Str;
use crate::usual;

object! {
    /// The business's number that a `value` belongs to.
    pub struct Metadata<'a> [|view, bet| {
        let (shown, id) = usual::metadata(bet)?;
        (view.display_phone_number, view.phone_number_id) = (Some(shown), Some(id));
        Some(())
    }] {
        /// The number as it is shown: digits, sometimes formatted.
        pub display_phone_number: Option<Str<'a>> = "display_phone_number",
        /// The number's id.
        pub phone_number_id: Option<Str<'a>> = "phone_number_id",
    }
}
