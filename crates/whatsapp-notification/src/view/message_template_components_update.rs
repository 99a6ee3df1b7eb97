//! `message_template_components_update`: a template was edited (Cloud).
//!
//! ```
//! use whatsapp_notification::{Notification, TemplateComponents};
//!
//! let body = r#"{"entry":[{"id":"1","changes":[{"field":"message_template_components_update",
//!     "value":{"message_template_id":806312974732579,
//!     "message_template_element":"Hello {{1}}",
//!     "message_template_buttons":[{"message_template_button_type":"URL",
//!     "message_template_button_text":"Shop"}]}}]}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<TemplateComponents>().ok());
//! let event = event.ok_or("no such event")?;
//! let button = event.get().message_template_buttons.first().ok_or("no button")?;
//! assert!(button.message_template_button_text.is_some_and(|text| text == "Shop"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::object;
use crate::json::{List, Str};

object! {
    /// A template as it is now.
    pub struct TemplateComponentsView<'a> {
        /// The template.
        pub message_template_id: Option<Str<'a>> = "message_template_id",
        /// The template's name.
        pub message_template_name: Option<Str<'a>> = "message_template_name",
        /// The template's language: `en_US`, or `en-US`.
        pub message_template_language: Option<Str<'a>> = "message_template_language",
        /// The header.
        pub message_template_title: Option<Str<'a>> = "message_template_title",
        /// The body.
        pub message_template_element: Option<Str<'a>> = "message_template_element",
        /// The footer.
        pub message_template_footer: Option<Str<'a>> = "message_template_footer",
        /// The buttons.
        pub message_template_buttons: List<'a, TemplateButton<'a>> = "message_template_buttons",
    }
}

object! {
    /// A button of a template.
    pub struct TemplateButton<'a> {
        /// `PHONE_NUMBER`, `URL`, `QUICK_REPLY`, `CATALOG`, `COPY_CODE`, `FLOW`, `MPM`, `OTP`, …
        pub message_template_button_type: Option<Str<'a>> = "message_template_button_type",
        /// The label.
        pub message_template_button_text: Option<Str<'a>> = "message_template_button_text",
        /// The address.
        pub message_template_button_url: Option<Str<'a>> = "message_template_button_url",
        /// The number.
        pub message_template_button_phone_number: Option<Str<'a>> = "message_template_button_phone_number",
    }
}
