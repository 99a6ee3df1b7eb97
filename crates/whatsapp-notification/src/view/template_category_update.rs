//! `template_category_update`: a template's category (Cloud).
//!
//! ```
//! use whatsapp_notification::{Notification, TemplateCategory};
//!
//! let body = r#"{"entry":[{"id":"1","changes":[{"field":"template_category_update",
//!     "value":{"message_template_id":806312974732579,
//!     "previous_category":"UTILITY","new_category":"MARKETING"}}]}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<TemplateCategory>().ok());
//! let event = event.ok_or("no such event")?;
//! assert!(event.get().new_category.is_some_and(|category| category == "MARKETING"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::object;
use crate::{Timestamp, json::Str};

object! {
    /// A template's category has changed (`previous_category`), or will (`correct_category`).
    pub struct TemplateCategoryView<'a> {
        /// The template.
        pub message_template_id: Option<Str<'a>> = "message_template_id",
        /// The template's name.
        pub message_template_name: Option<Str<'a>> = "message_template_name",
        /// The template's language: `en_US`, or `en-US`.
        pub message_template_language: Option<Str<'a>> = "message_template_language",
        /// The category before a change that has happened.
        pub previous_category: Option<Str<'a>> = "previous_category",
        /// The category now; before a change that is to come it is the *current* one.
        pub new_category: Option<Str<'a>> = "new_category",
        /// The category that it will have.
        pub correct_category: Option<Str<'a>> = "correct_category",
        /// When it will change, in seconds.
        pub category_update_timestamp: Option<Timestamp> = "category_update_timestamp",
    }
}
