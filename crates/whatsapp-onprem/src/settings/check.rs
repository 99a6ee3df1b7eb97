//! [`ApplicationSettings::check`]: what is wrong or doubtful about settings, before they are sent.
//!
//! ```
//! use whatsapp_onprem::{ApplicationSettings, Severity, Webhooks};
//!
//! let settings = ApplicationSettings::new()
//!     .webhooks(Webhooks::new().url("webhook.your-domain").max_concurrent_requests(7));
//! let problems = settings.check();
//! assert_eq!(
//!     problems[0].to_string(),
//!     "webhooks.max_concurrent_requests: it must be 6, 12, 18 or 24"
//! );
//! assert!(problems.iter().all(|problem| problem.severity == Severity::Error));
//! assert!(settings.validate().is_err());
//! ```

use super::{ApplicationSettings, value::Setting as _, webhook_url};
use std::{borrow::Cow, error, fmt};

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Severity {
    /// It is sent all the same.
    Warning,
    /// It is not sent.
    Error,
}

impl Severity {
    /// The name, as it may stand in output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A place in a text: line and column, both from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// Something wrong or doubtful. `Display` says where and what to do, and repeats no value but the
/// host of a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// Where in the text, if the settings were read from one.
    pub position: Option<Position>,
    /// The setting, such as `webhooks.url`; empty for what is about the text.
    pub path: String,
    /// What is wrong, and what to write instead.
    pub message: Cow<'static, str>,
}

impl Problem {
    pub(crate) fn new(
        severity: Severity,
        path: impl Into<String>,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Problem { severity, position: None, path: path.into(), message: message.into() }
    }

    pub(crate) fn at(mut self, position: Position) -> Self {
        self.position = Some(position);
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(position) = self.position {
            write!(f, "{position}: ")?;
        }
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path.escape_debug())?;
        }
        f.write_str(&self.message)
    }
}

/// Settings that cannot be sent: all that is wrong with them, a line each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidSettings {
    pub(crate) problems: Vec<Problem>,
}

impl InvalidSettings {
    /// What is wrong, in the order of the text, if they were read from one.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl fmt::Display for InvalidSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the settings are not valid:")?;
        self.problems.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

impl error::Error for InvalidSettings {}

impl ApplicationSettings {
    /// The settings, if nothing in them is wrong: what [`Client::patch_settings`] asks before it
    /// sends them.
    ///
    /// # Errors
    /// [`InvalidSettings`] with every problem of [`Severity::Error`].
    ///
    /// [`Client::patch_settings`]: crate::Client::patch_settings
    pub fn validate(&self) -> Result<(), InvalidSettings> {
        let mut problems = self.check();
        problems.retain(|problem| problem.severity == Severity::Error);
        if problems.is_empty() { Ok(()) } else { Err(InvalidSettings { problems }) }
    }

    /// What is wrong or doubtful about these settings, taken as a change. What stands in other
    /// settings of the client is not known here: check [`merged`](Self::merged) ones for that.
    ///
    /// Meta publishes no range for the back-off delays; any number from 1 is taken.
    #[must_use]
    pub fn check(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        self.check_types(&mut problems);
        self.check_values(&mut problems);
        self.check_contradictions(&mut problems);
        problems
    }

    fn check_types(&self, problems: &mut Vec<Problem>) {
        let mut misfits = Vec::new();
        self.misfits("", &mut misfits);
        problems.extend(misfits.into_iter().map(|misfit| match misfit.must_be {
            Some(must_be) => {
                Problem::new(Severity::Error, misfit.path, format!("it must be {must_be}"))
            }
            None => Problem::new(
                Severity::Warning,
                misfit.path,
                "no setting of this name is documented: it is sent as it is",
            ),
        }));
    }

    fn check_values(&self, problems: &mut Vec<Problem>) {
        let mut wrong = |path: &str, message: Cow<'static, str>| {
            problems.push(Problem::new(Severity::Error, path, message));
        };
        let webhooks = self.webhooks.as_ref();
        let concurrent = webhooks.and_then(|webhooks| webhooks.max_concurrent_requests);
        if concurrent.is_some_and(|number| ![6, 12, 18, 24].contains(&number)) {
            wrong("webhooks.max_concurrent_requests", "it must be 6, 12, 18 or 24".into());
        }
        let url = webhooks.and_then(|webhooks| webhooks.url.as_deref());
        if let Some(fault) = url.and_then(webhook_url::fault) {
            wrong("webhooks.url", fault.into());
        }
        for (path, value) in [
            ("callback_backoff_delay_ms", self.callback_backoff_delay_ms),
            ("max_callback_backoff_delay_ms", self.max_callback_backoff_delay_ms),
            ("heartbeat_interval", self.heartbeat_interval.map(u64::from)),
            ("unhealthy_interval", self.unhealthy_interval.map(u64::from)),
        ] {
            if value == Some(0) {
                wrong(path, "it must be 1 or more".into());
            }
        }
    }

    fn check_contradictions(&self, problems: &mut Vec<Problem>) {
        let mut doubt = |path: &str, message: &'static str| {
            problems.push(Problem::new(Severity::Warning, path, message));
        };
        let message = self.webhooks.as_ref().and_then(|webhooks| webhooks.message.as_ref());
        match (self.sent_status, message.and_then(|message| message.sent)) {
            (Some(true), Some(false)) => doubt(
                "sent_status",
                "it asks for `sent` statuses, and webhooks.message.sent is false: set both alike, or the latter alone since v2.45",
            ),
            (Some(false), Some(true)) => doubt(
                "sent_status",
                "it asks for no `sent` statuses, and webhooks.message.sent is true: set both alike, or the latter alone since v2.45",
            ),
            (Some(_), None) => {
                doubt("sent_status", "deprecated since v2.45: set webhooks.message.sent as well");
            }
            _ => {}
        }
        if let (Some(delay), Some(most)) =
            (self.callback_backoff_delay_ms, self.max_callback_backoff_delay_ms)
            && delay > most
        {
            doubt(
                "callback_backoff_delay_ms",
                "it is above max_callback_backoff_delay_ms, its cap",
            );
        }
        if let (Some(beat), Some(unhealthy)) = (self.heartbeat_interval, self.unhealthy_interval)
            && beat >= unhealthy
        {
            doubt(
                "heartbeat_interval",
                "it is not below unhealthy_interval: all parts would count as unhealthy",
            );
        }
        if self.pass_through == Some(true) {
            doubt("pass_through", "since v2.35 it cannot be switched on again");
        }
        if self.callback_persist == Some(false) {
            doubt(
                "callback_persist",
                "callbacks that are under way are lost when the client restarts",
            );
        }
        if self.wa_id.is_some() {
            doubt("wa_id", "it can be read only: it is left out");
        }
        let media = self.media.as_ref().and_then(|media| media.auto_download.as_ref());
        let types = ["image", "document", "audio", "video", "voice", "sticker"];
        if media.is_some_and(|media| media.iter().any(|media| !types.contains(&media.as_str()))) {
            doubt(
                "media.auto_download",
                "documented are image, document, audio, video, voice and sticker",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MediaSettings, MessageFilter, Webhooks};
    use serde_json::json;

    fn paths(settings: &ApplicationSettings, severity: Severity) -> Vec<String> {
        let problems = settings.check().into_iter();
        problems
            .filter(|problem| problem.severity == severity)
            .map(|problem| problem.path)
            .collect()
    }

    #[test]
    fn values_out_of_range_are_errors() {
        for number in [0, 1, 5, 7, 30] {
            let settings = ApplicationSettings::new()
                .webhooks(Webhooks::new().max_concurrent_requests(number));
            assert_eq!(paths(&settings, Severity::Error), ["webhooks.max_concurrent_requests"]);
        }
        for number in [6, 12, 18, 24] {
            let settings = ApplicationSettings::new()
                .webhooks(Webhooks::new().max_concurrent_requests(number));
            assert!(settings.check().is_empty());
        }
        let zero = ApplicationSettings::new()
            .callback_backoff_delay_ms(0)
            .max_callback_backoff_delay_ms(0)
            .heartbeat_interval(0)
            .unhealthy_interval(0);
        assert_eq!(paths(&zero, Severity::Error).len(), 4);
        assert_eq!(zero.validate().unwrap_err().problems().len(), 4);
    }

    #[test]
    fn values_of_another_type_are_errors_and_unknown_names_warnings() {
        let odd = json!({"sent_status": "true", "heartbeat_interval": -1, "callback_persit": true,
            "webhooks": {"message": [], "url": 1}, "media": {"auto_download": [1]},
            "callback_backoff_delay_ms": "soon"});
        let settings = ApplicationSettings::of_answer(&odd).unwrap();
        let mut errors = paths(&settings, Severity::Error);
        errors.sort();
        assert_eq!(
            errors,
            [
                "callback_backoff_delay_ms",
                "heartbeat_interval",
                "media.auto_download",
                "sent_status",
                "webhooks.message",
                "webhooks.url"
            ]
        );
        assert_eq!(paths(&settings, Severity::Warning), ["callback_persit"]);
    }

    #[test]
    fn contradictions_are_warnings() {
        let message = |sent| Webhooks::new().message(MessageFilter::new().sent(sent));
        let new = ApplicationSettings::new;
        for (settings, path) in [
            (new().sent_status(true).webhooks(message(false)), "sent_status"),
            (new().sent_status(false).webhooks(message(true)), "sent_status"),
            (new().sent_status(true), "sent_status"),
            (
                new().callback_backoff_delay_ms(2).max_callback_backoff_delay_ms(1),
                "callback_backoff_delay_ms",
            ),
            (new().heartbeat_interval(30).unhealthy_interval(30), "heartbeat_interval"),
            (new().pass_through(true), "pass_through"),
            (new().callback_persist(false), "callback_persist"),
            (new().wa_id("15550001"), "wa_id"),
            (
                new().media(MediaSettings::new().auto_download(["hologram".to_owned()])),
                "media.auto_download",
            ),
        ] {
            assert_eq!(paths(&settings, Severity::Warning), [path]);
            assert!(settings.validate().is_ok());
        }
        assert!(new().sent_status(true).webhooks(message(true)).check().is_empty());
    }
}
