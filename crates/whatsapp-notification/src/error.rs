//! [`ParseError`]: why a body is not a notification.
//!
//! ```
//! use whatsapp_notification::{Notification, ParseErrorKind};
//!
//! let error = Notification::parse(r#"{"entry":[}"#).unwrap_err();
//! assert_eq!(error.kind(), ParseErrorKind::Syntax);
//! assert_eq!(error.to_string(), "not JSON: error at byte 10");
//! ```

use std::{error, fmt};

/// A body that could not be parsed. It tells where and why, and nothing of the content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    pub(crate) kind: ParseErrorKind,
    pub(crate) offset: usize,
    pub(crate) limit: usize,
}

/// Why a body could not be parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ParseErrorKind {
    /// The body is not one JSON value (RFC 8259).
    Syntax,
    /// The body is not UTF-8.
    Utf8,
    /// Objects and arrays are nested deeper than [`Parser::max_depth`](crate::Parser::max_depth).
    TooDeep,
    /// There are more events than [`Parser::max_events`](crate::Parser::max_events).
    TooManyEvents,
    /// The body has 2³⁰ bytes or more.
    TooLong,
}

impl ParseError {
    /// Why.
    #[must_use]
    pub fn kind(&self) -> ParseErrorKind {
        self.kind
    }

    /// The offset in the body, in bytes, at which parsing stopped.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// True when the body may be valid but goes beyond a limit, which another setting could lift.
    #[must_use]
    pub fn is_limit(&self) -> bool {
        use ParseErrorKind::{TooDeep, TooLong, TooManyEvents};
        matches!(self.kind, TooDeep | TooManyEvents | TooLong)
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ParseError { offset, limit, .. } = self;
        match self.kind {
            ParseErrorKind::Syntax => write!(f, "not JSON: error at byte {offset}"),
            ParseErrorKind::Utf8 => write!(f, "not UTF-8: error at byte {offset}"),
            ParseErrorKind::TooDeep => {
                write!(f, "nested deeper than {limit} levels at byte {offset}")
            }
            ParseErrorKind::TooManyEvents => {
                write!(f, "more than {limit} events at byte {offset}")
            }
            ParseErrorKind::TooLong => write!(f, "a body of {offset} bytes is too long"),
        }
    }
}

impl error::Error for ParseError {}
