//! [`Error`]: why a call failed.
//!
//! ```
//! use whatsapp_onprem::{ErrorKind, Login, Client};
//!
//! let error = Client::new("http://onprem.test", Login::new("admin", "secret"), ()).unwrap_err();
//! assert_eq!(error.kind(), ErrorKind::PlainHttp);
//! ```

use crate::{InvalidCertificates, InvalidSettings, secret::Secrets};
use http::StatusCode;
use serde_json::Value;
use std::{borrow::Cow, error, fmt, sync::Arc};

pub(crate) type BoxError = Box<dyn error::Error + Send + Sync>;

/// A call that failed. `Display` says why and what to do about it; no password, token, key or URL
/// stands in it. Cheap to clone.
#[derive(Clone)]
pub struct Error {
    inner: Arc<Inner>,
}

struct Inner {
    kind: ErrorKind,
    note: Option<Cow<'static, str>>,
    status: Option<StatusCode>,
    api: Vec<ApiError>,
    source: Option<BoxError>,
}

/// Why a call failed. The names are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The URL of the API is not one. Nothing was sent.
    InvalidUrl,
    /// The URL is plain http, and its host is not this machine. Nothing was sent.
    PlainHttp,
    /// A user name, password or key that no header can carry. Nothing was sent.
    InvalidLogin,
    /// The settings hold something that is not possible. Nothing was sent.
    InvalidSettings,
    /// The certificates are not PEM, or not certificates. Nothing was sent.
    InvalidCertificates,
    /// The host cannot be reached, its certificate is not trusted, or the connection broke off: the
    /// [source](std::error::Error::source) tells. A deadline of the HTTP service's is this, too.
    Unreachable,
    /// The user name or the password is wrong.
    WrongLogin,
    /// The account is locked (code 1031): it was tried too often.
    AccountLocked,
    /// It is the first login of this user, who must give a new password.
    PasswordChangeWanted,
    /// The token or the key is refused, or the user may not do this: settings and certificates want
    /// the admin account.
    NotAllowed,
    /// Nothing is at this URL.
    NotFound,
    /// The API refuses the request (any other 4xx).
    Refused,
    /// The API failed (5xx).
    Failed,
    /// The answer is none of this API's: a redirect, a web page, another form.
    UnexpectedAnswer,
    /// The answer is longer than 1 MiB.
    AnswerTooLarge,
}

impl ErrorKind {
    /// The name, as it may stand in logs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ErrorKind::InvalidUrl => "invalid_url",
            ErrorKind::PlainHttp => "plain_http",
            ErrorKind::InvalidLogin => "invalid_login",
            ErrorKind::InvalidSettings => "invalid_settings",
            ErrorKind::InvalidCertificates => "invalid_certificates",
            ErrorKind::Unreachable => "unreachable",
            ErrorKind::WrongLogin => "wrong_login",
            ErrorKind::AccountLocked => "account_locked",
            ErrorKind::PasswordChangeWanted => "password_change_wanted",
            ErrorKind::NotAllowed => "not_allowed",
            ErrorKind::NotFound => "not_found",
            ErrorKind::Refused => "refused",
            ErrorKind::Failed => "failed",
            ErrorKind::UnexpectedAnswer => "unexpected_answer",
            ErrorKind::AnswerTooLarge => "answer_too_large",
        }
    }

    /// True if nothing was sent: what the caller gave is at fault.
    #[must_use]
    pub fn is_input(self) -> bool {
        matches!(
            self,
            ErrorKind::InvalidUrl
                | ErrorKind::PlainHttp
                | ErrorKind::InvalidLogin
                | ErrorKind::InvalidSettings
                | ErrorKind::InvalidCertificates
        )
    }

    fn text(self) -> &'static str {
        match self {
            ErrorKind::InvalidUrl => "the URL of the API is not valid",
            ErrorKind::PlainHttp => {
                "plain http to another machine would show the password to everybody on the way: use https"
            }
            ErrorKind::InvalidLogin => "the login is not possible",
            ErrorKind::InvalidSettings => "invalid settings: nothing was sent",
            ErrorKind::InvalidCertificates => "the certificates are not valid",
            ErrorKind::Unreachable => "the host cannot be reached",
            ErrorKind::WrongLogin => "the user name or the password is wrong",
            ErrorKind::AccountLocked => "the account is locked: wait before the next login",
            ErrorKind::PasswordChangeWanted => {
                "this is the user's first login: log in with a new password"
            }
            ErrorKind::NotAllowed => {
                "not allowed: the token or key is not valid, or the user is not the admin"
            }
            ErrorKind::NotFound => "nothing is at this URL: is it that of the API?",
            ErrorKind::Refused => "the API refuses this",
            ErrorKind::Failed => "the API failed",
            ErrorKind::UnexpectedAnswer => "the answer is not one of this API",
            ErrorKind::AnswerTooLarge => "the answer is longer than 1 MiB",
        }
    }
}

/// Prints the [name](ErrorKind::as_str).
impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Error {
    fn with(kind: ErrorKind, change: impl FnOnce(&mut Inner)) -> Self {
        let mut inner = Inner { kind, note: None, status: None, api: Vec::new(), source: None };
        change(&mut inner);
        Error { inner: Arc::new(inner) }
    }

    pub(crate) fn new(kind: ErrorKind) -> Self {
        Error::with(kind, |_| {})
    }

    pub(crate) fn noted(kind: ErrorKind, note: impl Into<Cow<'static, str>>) -> Self {
        Error::with(kind, |inner| inner.note = Some(note.into()))
    }

    pub(crate) fn because(kind: ErrorKind, source: impl Into<BoxError>) -> Self {
        Error::with(kind, |inner| inner.source = Some(source.into()))
    }

    /// An answer that is no success.
    pub(crate) fn answered(kind: ErrorKind, status: StatusCode, api: Vec<ApiError>) -> Self {
        Error::with(kind, |inner| {
            inner.status = Some(status);
            inner.api = api;
        })
    }

    /// Why.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.inner.kind
    }

    /// The status of the answer, if there was one.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.inner.status
    }

    /// What the API says about it.
    #[must_use]
    pub fn api_errors(&self) -> &[ApiError] {
        &self.inner.api
    }

    /// What is wrong with the settings that were to be sent, for [`ErrorKind::InvalidSettings`].
    #[must_use]
    pub fn invalid_settings(&self) -> Option<&InvalidSettings> {
        self.inner.source.as_ref()?.downcast_ref()
    }
}

impl From<InvalidSettings> for Error {
    fn from(invalid: InvalidSettings) -> Self {
        Error::because(ErrorKind::InvalidSettings, invalid)
    }
}

impl From<InvalidCertificates> for Error {
    fn from(invalid: InvalidCertificates) -> Self {
        Error::because(ErrorKind::InvalidCertificates, invalid)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.inner.kind.text())?;
        if let Some(note) = &self.inner.note {
            write!(f, ": {note}")?;
        }
        if let Some(status) = self.inner.status {
            write!(f, " (HTTP {})", status.as_u16())?;
        }
        self.inner.api.iter().try_for_each(|error| write!(f, ": {error}"))
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A source is not ours: it may quote what must not stand in a log.
        f.debug_struct("Error")
            .field("kind", &self.inner.kind)
            .field("status", &self.inner.status)
            .field("api_errors", &self.inner.api)
            .finish_non_exhaustive()
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.inner.source.as_deref().map(|source| source as &(dyn error::Error + 'static))
    }
}

/// An error as the API describes it: `{errors:[{code, title, details, href}]}` of the On-Premises
/// client, `{meta:{developer_message, details}}` of 360dialog.
///
/// Its texts are the API's. What of them is a secret of this call's is replaced by `[hidden]`;
/// control characters are escaped, and very long texts cut.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ApiError {
    /// The error's number, such as 1009: a parameter's value is not valid.
    pub code: Option<i64>,
    /// What the number means. Do not branch on it: it changes.
    pub title: Option<String>,
    /// What is wrong with this request.
    pub details: Option<String>,
    /// Where to read more: mostly a URL.
    pub href: Option<String>,
}

impl ApiError {
    /// The errors that a body describes; none if it has another form.
    pub(crate) fn of(body: &[u8], secrets: &Secrets<'_>) -> Vec<ApiError> {
        let Ok(body) = serde_json::from_slice::<Value>(body) else { return Vec::new() };
        let text = |value: Option<&Value>| match value? {
            Value::String(text) => Some(clean(text, secrets)),
            Value::Null => None,
            other => Some(clean(&other.to_string(), secrets)),
        };
        if let Some(Value::Array(errors)) = body.get("errors") {
            let errors = errors.iter().filter(|error| error.is_object()).take(MOST);
            return errors
                .map(|error| ApiError {
                    code: error.get("code").and_then(number),
                    title: text(error.get("title")),
                    details: text(error.get("details")),
                    href: text(error.get("href")),
                })
                .collect();
        }
        let Some(meta) = body.get("meta") else { return Vec::new() };
        let either = |snake, camel| meta.get(snake).or_else(|| meta.get(camel));
        let Some(title) = text(either("developer_message", "developerMessage")) else {
            return Vec::new();
        };
        let details = match meta.get("details") {
            Some(Value::Array(lines)) => {
                let lines: Vec<_> = lines.iter().filter_map(Value::as_str).take(MOST).collect();
                (!lines.is_empty()).then(|| clean(&lines.join("; "), secrets))
            }
            other => text(other),
        };
        vec![ApiError { code: None, title: Some(title), details, href: None }]
    }

    /// True if any of its texts has this word, in any case.
    pub(crate) fn says(&self, word: &str) -> bool {
        let texts = [&self.title, &self.details].into_iter().flatten();
        texts.into_iter().any(|text| text.to_ascii_lowercase().contains(word))
    }
}

/// So many errors of an answer are kept.
const MOST: usize = 16;

fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// A text of the API's as it may be shown.
fn clean(text: &str, secrets: &Secrets<'_>) -> String {
    const LONGEST: usize = 500;
    let text = secrets.hide(text);
    let cut = text.chars().count() > LONGEST;
    let mut shown: String = text.chars().take(LONGEST).flat_map(escape).collect();
    if cut {
        shown.push('…');
    }
    shown
}

/// Control characters could move a terminal's cursor.
fn escape(c: char) -> impl Iterator<Item = char> {
    let (plain, escaped) =
        if c.is_control() { (None, Some(c.escape_default())) } else { (Some(c), None) };
    plain.into_iter().chain(escaped.into_iter().flatten())
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut before = "";
        if let Some(code) = self.code {
            write!(f, "{code}")?;
            before = " ";
        }
        if let Some(title) = &self.title {
            write!(f, "{before}{title}")?;
            before = ": ";
        }
        if let Some(details) = &self.details {
            write!(f, "{before}{details}")?;
        }
        self.href.as_ref().map_or(Ok(()), |href| write!(f, " ({href})"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secrets;

    fn of(body: &str) -> Vec<ApiError> {
        ApiError::of(body.as_bytes(), &Secrets::new(["canary"]))
    }

    #[test]
    fn errors_of_the_client_and_of_360dialog_are_read() {
        let errors = of(r#"{"errors":[{"code":"1009","title":"Parameter value is not valid",
            "details":"webhooks.url","href":"https://example.test"},3]}"#);
        assert_eq!(errors.len(), 1);
        assert_eq!(
            errors[0].to_string(),
            "1009 Parameter value is not valid: webhooks.url (https://example.test)"
        );
        for body in [
            r#"{"meta":{"success":false,"http_code":400,"developer_message":"no","details":["a","b"]}}"#,
            r#"{"meta":{"success":false,"httpCode":400,"developerMessage":"no","details":"a; b"}}"#,
        ] {
            assert_eq!(of(body)[0].to_string(), "no: a; b");
        }
        for other in ["", "<html>", "[]", "null", "{}", r#"{"errors":{}}"#, r#"{"meta":{}}"#] {
            assert!(of(other).is_empty(), "{other}");
        }
    }

    #[test]
    fn texts_of_the_api_are_shown_without_secrets_and_control_characters() {
        let errors = of(r#"{"errors":[{"title":"\u001b[2J","details":"the password canary"}]}"#);
        assert_eq!(errors[0].to_string(), "\\u{1b}[2J: the password [hidden]");
        let long = format!(r#"{{"errors":[{{"title":"{}"}}]}}"#, "a".repeat(5000));
        assert!(of(&long)[0].to_string().len() < 600);
    }

    #[test]
    fn the_source_is_reachable_but_not_printed() {
        let error = Error::because(ErrorKind::Unreachable, "canary");
        assert!(!format!("{error:?} {error}").contains("canary"));
        assert_eq!(error::Error::source(&error).unwrap().to_string(), "canary");
    }

    #[test]
    fn an_error_can_go_anywhere() {
        fn check<T: Send + Sync + Clone + 'static>() {}
        check::<Error>();
    }
}
