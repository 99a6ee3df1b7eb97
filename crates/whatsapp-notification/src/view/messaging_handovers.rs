//! `messaging_handovers`: who is in control of a conversation (Cloud).
//!
//! ```
//! use whatsapp_notification::{Notification, Handover};
//!
//! let body = r#"{"entry":[{"id":"1","changes":[{"field":"messaging_handovers",
//!     "value":{"messaging_product":"whatsapp",
//!     "sender":{"phone_number":"15550001"},"recipient":{"phone_number_id":"7"},
//!     "type":"control_passed","timestamp":"1750000000",
//!     "control_passed":{"new_owner_role":"escalation"}}}]}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<Handover>().ok());
//! let event = event.ok_or("no such event")?;
//! let passed = event.get().control_passed.get().ok_or("not passed")?;
//! assert!(passed.new_owner_role.is_some_and(|role| role == "escalation"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::{ConversationContextView, Metadata, object};
use crate::{
    Timestamp,
    json::{Nested, Str},
};

object! {
    /// Control over a conversation has passed. The dashboard's older sample has no `type`.
    pub struct HandoverView<'a> {
        /// `whatsapp`.
        pub messaging_product: Option<Str<'a>> = "messaging_product",
        /// The customer.
        pub sender: Option<HandoverSender<'a>> = "sender",
        /// The business's number.
        pub recipient: Option<Metadata<'a>> = "recipient",
        /// `control_passed` or `control_taken`.
        pub kind: Option<Str<'a>> = "type",
        /// When, in seconds.
        pub timestamp: Option<Timestamp> = "timestamp",
        /// From whom to whom it was passed.
        pub control_passed: Nested<'a, Control<'a>> = "control_passed",
        /// From whom it was taken, and by whom.
        pub control_taken: Nested<'a, Control<'a>> = "control_taken",
    }
}

object! {
    /// The customer of a conversation whose control has passed.
    pub struct HandoverSender<'a> {
        /// The number.
        pub phone_number: Option<Str<'a>> = "phone_number",
        /// The business-scoped user id.
        pub user_id: Option<Str<'a>> = "user_id",
        /// The user id in the scope of the parent portfolio.
        pub parent_user_id: Option<Str<'a>> = "parent_user_id",
    }
}

object! {
    /// From whom to whom control has passed. Roles: `customer_service`, `marketing`, `utility`,
    /// `ctwa`, `ai_agent`, `escalation`.
    pub struct Control<'a> {
        /// The application that was in control.
        pub previous_owner_app_id: Option<Str<'a>> = "previous_owner_app_id",
        /// What that application is; only when passed.
        pub previous_owner_app_role: Option<Str<'a>> = "previous_owner_app_role",
        /// The role that was in control.
        pub previous_owner_role: Option<Str<'a>> = "previous_owner_role",
        /// The application that is in control.
        pub new_owner_app_id: Option<Str<'a>> = "new_owner_app_id",
        /// The role that is in control.
        pub new_owner_role: Option<Str<'a>> = "new_owner_role",
        /// What the one who passes it says to the other.
        pub metadata: Option<Str<'a>> = "metadata",
        /// What came before.
        pub conversation_context: Nested<'a, ConversationContextView<'a>> = "conversation_context",
    }
}
