//! `errors`: beside messages, in a `value`, in a message, in a status. One shape for all.
//!
//! ```
//! use whatsapp_notification::{Error, Notification};
//!
//! let body = r#"{"errors":[{"code":"1014","title":"Internal error","details":"Try again"}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<Error>().ok());
//! let event = event.ok_or("no such event")?;
//! let error = event.get();
//! assert_eq!(error.code.and_then(|code| code.as_u64()), Some(1014)); // quoted or not
//! assert!(error.details().is_some_and(|details| details == "Try again"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::object;
use crate::json::{Number, Str};
use crate::usual;

object! {
    /// An error. Branch on `code`, never on `title`.
    pub struct ErrorView<'a> [|view, bet| {
        let usual::ErrorMembers { code, title, message, details, href } = usual::error(bet)?;
        (view.code, view.title, view.message) = (Some(Number::of(code)), Some(title), Some(message));
        (view.error_data, view.href) = (Some(ErrorData { details: Some(details) }), href);
        Some(())
    }] {
        /// The code; group pages print it in quotes.
        pub code: Option<Number<'a>> = "code",
        /// What it is about.
        pub title: Option<Str<'a>> = "title",
        /// The same as `title`; missing in older notifications.
        pub message: Option<Str<'a>> = "message",
        /// More (Cloud).
        pub error_data: Option<ErrorData<'a>> = "error_data",
        /// More (On-Premises).
        pub details: Option<Str<'a>> = "details",
        /// Where it is documented; absolute or relative, sometimes free text.
        pub href: Option<Str<'a>> = "href",
    }
}

impl<'a> ErrorView<'a> {
    /// The details, wherever the API puts them.
    #[must_use]
    pub fn details(&self) -> Option<Str<'a>> {
        self.error_data.and_then(|data| data.details).or(self.details)
    }
}

object! {
    /// More about an error.
    pub struct ErrorData<'a> {
        /// What happened.
        pub details: Option<Str<'a>> = "details",
    }
}
