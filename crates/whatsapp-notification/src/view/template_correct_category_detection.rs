//! `template_correct_category_detection`: a category that was found to be wrong (Cloud).
//!
//! ```
//! use whatsapp_notification::{Notification, TemplateCorrectCategory};
//!
//! let body = r#"{"entry":[{"id":"1","changes":[{"field":"template_correct_category_detection",
//!     "value":{"message_template_id":806312974732579,"category":"UTILITY",
//!     "correct_category":"MARKETING"}}]}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<TemplateCorrectCategory>().ok());
//! let event = event.ok_or("no such event")?;
//! assert!(event.get().correct_category.is_some_and(|category| category == "MARKETING"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::object;
use crate::json::Str;

object! {
    /// A template's category was found to be wrong.
    pub struct TemplateCorrectCategoryView<'a> {
        /// The template.
        pub message_template_id: Option<Str<'a>> = "message_template_id",
        /// The template's name.
        pub message_template_name: Option<Str<'a>> = "message_template_name",
        /// The template's language: `en_US`, or `en-US`.
        pub message_template_language: Option<Str<'a>> = "message_template_language",
        /// The category that it has.
        pub category: Option<Str<'a>> = "category",
        /// The category that it should have.
        pub correct_category: Option<Str<'a>> = "correct_category",
    }
}
