//! `system`: a changed number, a changed identity, an old group's events.
//!
//! ```
//! use whatsapp_notification::{Notification, System};
//!
//! let body = r#"{"messages":[{"from":"15550001","id":"A","timestamp":"1750000000",
//!     "system":{"type":"user_changed_number","wa_id":"15550002"},"type":"system"}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<System>().ok());
//! let event = event.ok_or("no such event")?;
//! assert!(event.get().new_wa_id().is_some_and(|id| id == "15550002"));
//! assert!(event.sender().address().is_some_and(|old| old == "15550001"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::json::{List, Str};
use crate::view::object;

object! {
    /// The content of a system message. The header's `from` is the *old* number.
    pub struct SystemContent<'a> {
        /// What happened, in words.
        pub body: Option<Str<'a>> = "body",
        /// `user_changed_number`, `user_changed_user_id`, `customer_identity_changed` (Cloud);
        /// `user_changed_number`, `user_identity_changed`, `group_…` (On-Premises).
        pub kind: Option<Str<'a>> = "type",
        /// The new number's id (Cloud, since v12).
        pub wa_id: Option<Str<'a>> = "wa_id",
        /// The new number's id (On-Premises, older Cloud versions).
        pub new_wa_id: Option<Str<'a>> = "new_wa_id",
        /// The new business-scoped user id (2026).
        pub user_id: Option<Str<'a>> = "user_id",
        /// The new user id in the scope of the parent portfolio.
        pub parent_user_id: Option<Str<'a>> = "parent_user_id",
        /// The hash of the new identity.
        pub identity: Option<Str<'a>> = "identity",
        /// Whose identity it is (On-Premises).
        pub user: Option<Str<'a>> = "user",
        /// Whose number it was (older Cloud versions).
        pub customer: Option<Str<'a>> = "customer",
        /// The group (On-Premises, old).
        pub group_id: Option<Str<'a>> = "group_id",
        /// Who acted in the group (On-Premises, old).
        pub operator: Option<Str<'a>> = "operator",
        /// Who was acted upon (On-Premises, old).
        pub users: List<'a, Str<'a>> = "users",
    }
}

impl<'a> SystemContent<'a> {
    /// The new number's id, by either name.
    #[must_use]
    pub fn new_wa_id(&self) -> Option<Str<'a>> {
        self.wa_id.or(self.new_wa_id)
    }
}
