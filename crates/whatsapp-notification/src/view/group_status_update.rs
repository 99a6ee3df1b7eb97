//! `group_status_update`: groups that WhatsApp suspends (Cloud, groups).
//!
//! ```
//! use whatsapp_notification::{Notification, GroupStatus};
//!
//! let body = r#"{"entry":[{"id":"1","changes":[{"field":"group_status_update",
//!     "value":{"groups":[{"timestamp":"1750000000","group_id":"G1",
//!     "type":"group_suspend"}]}}]}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<GroupStatus>().ok());
//! let event = event.ok_or("no such event")?;
//! assert!(event.get().kind.is_some_and(|kind| kind == "group_suspend"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::{ErrorView, object};
use crate::{
    Timestamp,
    json::{List, Str},
};

object! {
    /// A group was suspended, or is no longer.
    pub struct GroupStatusView<'a> {
        /// When, in seconds.
        pub timestamp: Option<Timestamp> = "timestamp",
        /// The group.
        pub group_id: Option<Str<'a>> = "group_id",
        /// `group_suspend` or `group_suspend_cleared`.
        pub kind: Option<Str<'a>> = "type",
        /// Errors, if any.
        pub errors: List<'a, ErrorView<'a>> = "errors",
    }
}
