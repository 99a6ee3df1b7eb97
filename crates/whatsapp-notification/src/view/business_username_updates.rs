//! `business_username_updates`: a business's user name (Cloud).
//!
//! ```
//! use whatsapp_notification::{Notification, BusinessUsername};
//!
//! let body = r#"{"entry":[{"id":"1","changes":[{"field":"business_username_updates",
//!     "value":{"display_phone_number":"15550009","username":"lanterns",
//!     "status":"approved"}}]}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<BusinessUsername>().ok());
//! let event = event.ok_or("no such event")?;
//! assert!(event.get().username.is_some_and(|name| name == "lanterns"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::object;
use crate::json::Str;

object! {
    /// A business's user name. Meta's sample spells the field `business_username_update`; both come
    /// here.
    pub struct BusinessUsernameView<'a> {
        /// The number that it belongs to.
        pub display_phone_number: Option<Str<'a>> = "display_phone_number",
        /// The name; missing when deleted.
        pub username: Option<Str<'a>> = "username",
        /// `approved`, `reserved`, `deleted`.
        pub status: Option<Str<'a>> = "status",
        /// `revoked`, as integrators report.
        pub context: Option<Str<'a>> = "context",
    }
}
