//! `statuses`: what became of a message that the business sent.
//!
//! ```
//! use whatsapp_notification::{Notification, Status, view::Delivery};
//!
//! let body = r#"{"statuses":[{"id":"A","status":"delivered","timestamp":"1750000000","recipient_id":"15550001",
//!     "pricing":{"billable":true,"category":"utility"}}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<Status>().ok());
//! let event = event.ok_or("no such event")?;
//! let status = event.get();
//! assert_eq!(status.status, Delivery::Delivered);
//! assert_eq!(status.pricing.and_then(|pricing| pricing.billable), Some(true));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::view::{ErrorView, Payment, object, open_enum};
use crate::{
    Timestamp,
    json::{List, Nested, Str},
    usual,
};

open_enum! {
    /// How far a message has come. Order of arrival is not order of happening: a `delivered` may
    /// come before its `sent`, twice, or not at all where `read` came at once.
    pub enum Delivery<'a> {
        /// On its way.
        Sent = "sent",
        /// On the customer's device.
        Delivered = "delivered",
        /// Read by the customer.
        Read = "read",
        /// A voice message was played for the first time.
        Played = "played",
        /// Not delivered: see `errors`.
        Failed = "failed",
        /// The *customer* deleted a message that they had sent (On-Premises).
        Deleted = "deleted",
        /// Sent with a fault, such as an unavailable catalog item (On-Premises).
        Warning = "warning",
        /// A payment was made.
        Captured = "captured",
        /// A payment is under way.
        Pending = "pending",
    }
}

impl Default for Delivery<'_> {
    fn default() -> Self {
        Delivery::Other(Str::default())
    }
}

impl<'a> crate::json::Field<'a> for Delivery<'a> {
    fn read(cursor: &mut crate::json::Cursor<'a>) -> Self {
        use crate::json::Value;
        Delivery::read_value(cursor).unwrap_or_default()
    }

    #[inline(always)]
    fn bet(&mut self, bet: &mut crate::json::Bet<'a>) -> Option<()> {
        *self = Delivery::of(bet.whole_string()?);
        Some(())
    }

    fn is_absent(&self) -> bool {
        false
    }
}

object! {
    /// A status of a message that the business sent (Cloud, messages → statuses; On-Premises,
    /// outbound notifications).
    pub struct StatusView<'a> [|view, bet| {
        let (head, status) = usual::status_head(bet)?;
        let usual::StatusRest { conversation, pricing, errors } = usual::status_rest(bet)?;
        (view.id, view.status) = (Some(head.id), Delivery::of(status));
        view.timestamp = Timestamp::of(head.timestamp);
        (view.recipient_id, view.recipient_user_id) = (Some(head.party), head.party_user_id);
        (view.conversation, view.pricing, view.errors) = (conversation, pricing, errors);
        Some(())
    }] {
        /// The message that it is about.
        pub id: Option<Str<'a>> = "id",
        /// How far the message has come.
        pub status: Delivery<'a> = "status",
        /// When, in seconds.
        pub timestamp: Option<Timestamp> = "timestamp",
        /// The recipient's number or the group's id; not there when sent to a user id.
        pub recipient_id: Option<Str<'a>> = "recipient_id",
        /// The recipient's business-scoped user id.
        pub recipient_user_id: Option<Str<'a>> = "recipient_user_id",
        /// The recipient's user id in the scope of the parent portfolio.
        pub recipient_parent_user_id: Option<Str<'a>> = rare "recipient_parent_user_id",
        /// The same, as it was called before 2026-05-05.
        pub parent_recipient_user_id: Option<Str<'a>> = rare "parent_recipient_user_id",
        /// `group` for a message to a group.
        pub recipient_type: Option<Str<'a>> = rare "recipient_type",
        /// The member of the group that it is about.
        pub recipient_participant_id: Option<Str<'a>> = rare "recipient_participant_id",
        /// The same, as some pages on groups spell it.
        pub participant_recipient_id: Option<Str<'a>> = rare "participant_recipient_id",
        /// The member's business-scoped user id.
        pub recipient_participant_user_id: Option<Str<'a>> = rare "recipient_participant_user_id",
        /// The member's user id in the scope of the parent portfolio.
        pub recipient_participant_parent_user_id: Option<Str<'a>> = rare "recipient_participant_parent_user_id",
        /// Set where the identity-change check is on.
        pub recipient_identity_key_hash: Option<Str<'a>> = rare "recipient_identity_key_hash",
        /// What the business put into the message for itself (`biz_opaque_callback_data`).
        pub biz_opaque_callback_data: Option<Str<'a>> = rare "biz_opaque_callback_data",
        /// The conversation. Since v24.0 only inside a free entry point's window.
        pub conversation: Option<Conversation<'a>> = "conversation",
        /// What it costs.
        pub pricing: Option<Pricing<'a>> = "pricing",
        /// Why it failed.
        pub errors: List<'a, ErrorView<'a>> = "errors",
        /// `message`, or `payment`.
        pub kind: Option<Str<'a>> = rare "type",
        /// The payment, of a status of type `payment`.
        pub payment: Nested<'a, Payment<'a>> = rare "payment",
        /// Who pays (On-Premises, type `payment`).
        pub from: Option<Str<'a>> = rare "from",
        /// The recipient, where On-Premises versions since 2.39.1 have it.
        pub message: Option<StatusMessage<'a>> = "message",
    }
}

object! {
    /// The message of an On-Premises status.
    pub struct StatusMessage<'a> {
        /// The recipient's number.
        pub recipient_id: Option<Str<'a>> = "recipient_id",
    }
}

object! {
    /// A conversation, as it was counted for its price.
    pub struct Conversation<'a> {
        /// Its id.
        pub id: Option<Str<'a>> = "id",
        /// Until when, in seconds. A string or a number; only on `sent`.
        pub expiration_timestamp: Option<Timestamp> = "expiration_timestamp",
        /// Who or what opened it.
        pub origin: Option<ConversationOrigin<'a>> = "origin",
        /// The price, where group notifications nest it.
        pub pricing: Option<Pricing<'a>> = "pricing",
    }
}

object! {
    /// Who or what opened a conversation.
    pub struct ConversationOrigin<'a> {
        /// `marketing`, `utility`, `service`, `authentication`, `referral_conversion`, …
        pub kind: Option<Str<'a>> = "type",
    }
}

object! {
    /// What a message costs.
    pub struct Pricing<'a> {
        /// True if it is charged.
        pub billable: Option<bool> = "billable",
        /// `PMP` (per message), or `CBP` (per conversation) before 2025-07-01.
        pub pricing_model: Option<Str<'a>> = "pricing_model",
        /// `regular`, `free_customer_service`, `free_entry_point`.
        pub kind: Option<Str<'a>> = "type",
        /// `marketing`, `utility`, `authentication-international` (with a hyphen), …
        pub category: Option<Str<'a>> = "category",
    }
}
