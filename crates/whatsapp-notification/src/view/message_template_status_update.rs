//! `message_template_status_update`: the review and fate of a template (Cloud).
//!
//! ```
//! use whatsapp_notification::{Notification, TemplateStatus, view::TemplateEvent};
//!
//! let body = r#"{"entry":[{"id":"1","changes":[{"field":"message_template_status_update",
//!     "value":{"event":"REJECTED","message_template_id":12345678901234567890,
//!     "message_template_name":"hello","reason":"INVALID_FORMAT"}}]}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<TemplateStatus>().ok());
//! let event = event.ok_or("no such event")?;
//! assert_eq!(event.get().event, Some(TemplateEvent::Rejected));
//! assert!(event.get().message_template_id.is_some_and(|id| id == "12345678901234567890"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::{QualityScore, object, open_enum};
use crate::{Timestamp, json::Str};

open_enum! {
    /// What happened to a template.
    pub enum TemplateEvent<'a> {
        /// It can be sent.
        Approved = "APPROVED",
        /// It was archived.
        Archived = "ARCHIVED",
        /// It was deleted.
        Deleted = "DELETED",
        /// It is disabled for its quality.
        Disabled = "DISABLED",
        /// It will be disabled unless its quality improves.
        Flagged = "FLAGGED",
        /// The business appealed.
        InAppeal = "IN_APPEAL",
        /// The account has as many templates as it may.
        LimitExceeded = "LIMIT_EXCEEDED",
        /// It cannot be edited.
        Locked = "LOCKED",
        /// It is paused for its quality.
        Paused = "PAUSED",
        /// It is being reviewed.
        Pending = "PENDING",
        /// It is being deleted.
        PendingDeletion = "PENDING_DELETION",
        /// It is back.
        Reinstated = "REINSTATED",
        /// It was rejected.
        Rejected = "REJECTED",
    }
}

object! {
    /// A template's status changed. Ids are strings here, for they go beyond 2^53.
    pub struct TemplateStatusView<'a> {
        /// What happened.
        pub event: Option<TemplateEvent<'a>> = "event",
        /// The template.
        pub message_template_id: Option<Str<'a>> = "message_template_id",
        /// The template's name.
        pub message_template_name: Option<Str<'a>> = "message_template_name",
        /// The template's language: `en_US`, or `en-US`.
        pub message_template_language: Option<Str<'a>> = "message_template_language",
        /// Why: `NONE`, `null`, or a reason such as `INVALID_FORMAT`.
        pub reason: Option<Str<'a>> = "reason",
        /// `UTILITY`, `MARKETING`, `AUTHENTICATION`.
        pub message_template_category: Option<Str<'a>> = "message_template_category",
        /// When it was disabled.
        pub disable_info: Option<DisableInfo> = "disable_info",
        /// Why it is locked or is no longer.
        pub other_info: Option<TemplateOtherInfo<'a>> = "other_info",
        /// Why it was rejected.
        pub rejection_info: Option<RejectionInfo<'a>> = "rejection_info",
        /// The quality before: Meta's own sample of the quality update has this field's name.
        pub previous_quality_score: Option<QualityScore<'a>> = "previous_quality_score",
        /// The quality now: see `previous_quality_score`.
        pub new_quality_score: Option<QualityScore<'a>> = "new_quality_score",
    }
}

object! {
    /// When a template was disabled.
    pub struct DisableInfo {
        /// In seconds; a number or in quotes.
        pub disable_date: Option<Timestamp> = "disable_date",
    }
}

object! {
    /// Why a template is locked or is no longer.
    pub struct TemplateOtherInfo<'a> {
        /// `FIRST_PAUSE`, `SECOND_PAUSE`, `RATE_LIMITING_PAUSE`, `UNPAUSE`, `DISABLED`.
        pub title: Option<Str<'a>> = "title",
        /// In words.
        pub description: Option<Str<'a>> = "description",
    }
}

object! {
    /// Why a template was rejected.
    pub struct RejectionInfo<'a> {
        /// The reason in words.
        pub reason: Option<Str<'a>> = "reason",
        /// What to do.
        pub recommendation: Option<Str<'a>> = "recommendation",
    }
}
