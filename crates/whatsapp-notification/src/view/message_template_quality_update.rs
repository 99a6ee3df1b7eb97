//! `message_template_quality_update`: a template's quality (Cloud).
//!
//! ```
//! use whatsapp_notification::{Notification, TemplateQuality, view::QualityScore};
//!
//! let body = r#"{"entry":[{"id":"1","changes":[{"field":"message_template_quality_update",
//!     "value":{"previous_quality_score":"GREEN","new_quality_score":"YELLOW",
//!     "message_template_id":806312974732579,
//!     "message_template_name":"hello"}}]}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<TemplateQuality>().ok());
//! let event = event.ok_or("no such event")?;
//! assert_eq!(event.get().new_quality_score, Some(QualityScore::Yellow));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::{object, open_enum};
use crate::json::Str;

open_enum! {
    /// How customers take a template.
    pub enum QualityScore<'a> {
        /// Well.
        Green = "GREEN",
        /// Not so well.
        Yellow = "YELLOW",
        /// Badly.
        Red = "RED",
        /// Not yet known.
        Unknown = "UNKNOWN",
    }
}

object! {
    /// A template's quality changed.
    pub struct TemplateQualityView<'a> {
        /// The quality before.
        pub previous_quality_score: Option<QualityScore<'a>> = "previous_quality_score",
        /// The quality now.
        pub new_quality_score: Option<QualityScore<'a>> = "new_quality_score",
        /// The template.
        pub message_template_id: Option<Str<'a>> = "message_template_id",
        /// The template's name.
        pub message_template_name: Option<Str<'a>> = "message_template_name",
        /// The template's language: `en_US`, or `en-US`.
        pub message_template_language: Option<Str<'a>> = "message_template_language",
    }
}
