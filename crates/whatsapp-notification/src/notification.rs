//! [`Notification`]: one POST body and the events in it. [`Parser`]: how it is read.
//!
//! ```
//! use whatsapp_notification::{Form, Notification, Status};
//!
//! let body = r#"{"statuses":[{"id":"A","status":"sent"}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<Status>().ok());
//! let event = event.ok_or("no such event")?;
//! assert_eq!(event.notification().form(), Form::OnPremises);
//! assert_eq!(event.notification().len(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::{
    Any, Event, Origin, ParseError, ParseErrorKind,
    json::Fault,
    path,
    scan::Scan,
    table::{Index, NONE, Noted, Row},
};
use bytes::Bytes;
use bytestring::ByteString;
use std::{cell::Cell, fmt};
use triomphe::ThinArc;

/// Which API's form a body has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Form {
    /// `entry` or `object` at the top: the Cloud API.
    Cloud,
    /// `messages`, `statuses`, `errors` or `contacts` at the top: the On-Premises API.
    OnPremises,
    /// Neither: one [`Unknown`](crate::Unknown) event holds the body.
    Other,
}

/// How a body is read: the limits that are set to it.
///
/// ```
/// use whatsapp_notification::{Origin, ParseErrorKind, Parser};
///
/// let parser = Parser::new().max_events(1);
/// let error = parser.parse(r#"{"errors":[{"code":1},{"code":2}]}"#, Origin::default()).unwrap_err();
/// assert_eq!(error.kind(), ParseErrorKind::TooManyEvents);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Parser {
    max_depth: u32,
    max_events: usize,
}

impl Parser {
    /// Depth 128 and 65,536 events a body.
    pub const fn new() -> Self {
        Parser { max_depth: 128, max_events: 65_536 }
    }

    /// How deep objects and arrays may be nested: 128 at most, which is also the default.
    pub const fn max_depth(mut self, depth: u32) -> Self {
        self.max_depth = if depth < 128 { depth } else { 128 };
        self
    }

    /// How many events (and contacts) one body may hold. Default 65,536; WhatsApp sends 1000.
    pub const fn max_events(mut self, events: usize) -> Self {
        self.max_events = events;
        self
    }

    /// Reads a body: one pass that checks the JSON and notes where its events stand.
    ///
    /// Allocates once, for the notification. The working space of a thread is kept for its next
    /// body (up to 8192 rows, 256 KiB); a body of more events lets it grow for the occasion, and
    /// one with more than 32 contacts in another order than its items has them sorted.
    ///
    /// # Errors
    /// [`ParseError`] if the body is not JSON or goes beyond a limit. A body that is authentic all
    /// the same can be kept whole with [`Notification::unparseable`].
    pub fn parse(
        &self,
        body: impl Into<Bytes>,
        origin: Origin,
    ) -> Result<Notification, ParseError> {
        let body = body.into();
        let error = |kind, offset, limit| ParseError { kind, offset, limit };
        if body.len() >= 1 << 30 {
            return Err(error(ParseErrorKind::TooLong, body.len(), 1 << 30));
        }
        // The whole body at once: strings need no look at their bytes' encoding later.
        let body = ByteString::try_from(body)
            .map_err(|utf8| error(ParseErrorKind::Utf8, utf8.valid_up_to(), 0))?;
        let mut rows = ROWS.take();
        let mut scan = Scan::new(&body, &mut rows, self.max_depth, self.max_events);
        let result = scan.body().map_err(|(fault, offset)| match fault {
            Fault::Syntax => error(ParseErrorKind::Syntax, offset, 0),
            Fault::TooDeep => error(ParseErrorKind::TooDeep, offset, self.max_depth as usize),
            Fault::TooManyEvents => error(ParseErrorKind::TooManyEvents, offset, self.max_events),
        });
        let result = result.map(|form| {
            let events = rows.iter().filter(|row| row.is_event()).count();
            let head = Head { body: Body::Json(body), form, origin, events };
            Notification { inner: ThinArc::from_header_and_slice(head, &rows) }
        });
        if rows.capacity() <= KEPT_ROWS {
            rows.clear();
            ROWS.set(rows);
        }
        result
    }
}

impl Default for Parser {
    fn default() -> Self {
        Parser::new()
    }
}

const KEPT_ROWS: usize = 8192;

thread_local! {
    /// The rows of a scan under way, so that a parse allocates nothing but its result.
    static ROWS: Cell<Vec<Row>> = const { Cell::new(Vec::new()) };
}

/// One POST body, and the table of the events found in it. Cheap to clone; never copied.
///
/// `Debug` shows figures, never content.
#[derive(Clone)]
pub struct Notification {
    inner: ThinArc<Head, Row>,
}

struct Head {
    body: Body,
    form: Form,
    origin: Origin,
    events: usize,
}

enum Body {
    Json(ByteString),
    Opaque(Bytes),
}

impl Notification {
    /// Reads a body with the default limits and without an origin: see [`Parser::parse`].
    ///
    /// # Errors
    /// [`ParseError`] if the body is not JSON or goes beyond a limit.
    pub fn parse(body: impl Into<Bytes>) -> Result<Self, ParseError> {
        Parser::new().parse(body, Origin::default())
    }

    /// A notification of one [`Unparseable`](crate::Unparseable) event: for a body that is
    /// authentic and yet not JSON, so that it is not lost.
    #[must_use]
    pub fn unparseable(body: impl Into<Bytes>, origin: Origin) -> Self {
        let body = body.into();
        let end = u32::try_from(body.len()).unwrap_or(u32::MAX);
        let row = Row::event(crate::Kind::Unparseable, 0..end, NONE, Noted::NOTHING);
        let head = Head { body: Body::Opaque(body), form: Form::Other, origin, events: 1 };
        Notification { inner: ThinArc::from_header_and_slice(head, &[row]) }
    }

    /// True if `other` is a clone of this very notification: an equal body that came again is
    /// another one.
    #[must_use]
    pub fn is_same(&self, other: &Notification) -> bool {
        self.inner.ptr() == other.inner.ptr()
    }

    /// Which API's form the body has.
    #[must_use]
    pub fn form(&self) -> Form {
        self.inner.header.header.form
    }

    /// Through which endpoint it came, and what proved it.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.inner.header.header.origin
    }

    /// The body, exactly as it was received.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        match &self.inner.header.header.body {
            Body::Json(text) => text.as_bytes(),
            Body::Opaque(bytes) => bytes,
        }
    }

    /// How many events there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.inner.header.header.events
    }

    /// True if there is no event: an empty array, say. Such a notification is in order.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The events, in the body's order.
    #[must_use]
    pub fn events(&self) -> Events<'_> {
        Events { notification: self, next: 0, left: self.len() }
    }

    /// Where each event stands in the body, as JSON pointers (RFC 6901), in the events' order. One
    /// walk over the body, where [`Event::path`] takes one each.
    #[must_use]
    pub fn paths(&self) -> Vec<String> {
        let rows = self.rows().iter().filter(|row| row.is_event());
        let starts: Vec<_> = rows.map(|row| row.start().unwrap_or(0)).collect();
        path::pointers(self.text(), &starts)
    }

    /// The body as text; empty if it is not JSON.
    #[inline]
    pub(crate) fn text(&self) -> &ByteString {
        static EMPTY: ByteString = ByteString::from_static("");
        match &self.inner.header.header.body {
            Body::Json(text) => text,
            Body::Opaque(_) => &EMPTY,
        }
    }

    pub(crate) fn rows(&self) -> &[Row] {
        &self.inner.slice
    }

    /// Where the item of this row stands.
    #[inline]
    pub(crate) fn start(&self, index: Index) -> Option<u32> {
        self.row(index).start()
    }

    #[inline]
    pub(crate) fn row(&self, index: Index) -> &Row {
        self.inner.slice.get(index as usize).unwrap_or(&Row::Hidden)
    }
}

impl fmt::Debug for Notification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notification")
            .field("form", &self.form())
            .field("origin", self.origin())
            .field("bytes", &self.body().len())
            .field("events", &self.len())
            .finish()
    }
}

impl<'a> IntoIterator for &'a Notification {
    type Item = Event<Any>;
    type IntoIter = Events<'a>;

    fn into_iter(self) -> Events<'a> {
        self.events()
    }
}

impl IntoIterator for Notification {
    type Item = Event<Any>;
    type IntoIter = IntoEvents;

    fn into_iter(self) -> IntoEvents {
        let left = self.len();
        IntoEvents { notification: Some(self), next: 0, left }
    }
}

/// The events of a [`Notification`], in the body's order.
#[derive(Clone)]
pub struct Events<'a> {
    notification: &'a Notification,
    next: Index,
    left: usize,
}

/// The events of a [`Notification`], in the body's order; it owns a share of the notification.
#[derive(Clone)]
pub struct IntoEvents {
    notification: Option<Notification>,
    next: Index,
    left: usize,
}

impl Notification {
    /// The row of the first event at or behind row `next`, which moves behind it.
    #[inline]
    fn next_event(&self, next: &mut Index) -> Option<Index> {
        while let Some(row) = self.inner.slice.get(*next as usize) {
            let index = *next;
            *next += 1;
            if row.is_event() {
                return Some(index);
            }
        }
        None
    }
}

/// The traits of an iterator over events, for the one that borrows and the one that owns, and how
/// each gives its share of the notification to the next event.
macro_rules! event_iterator {
    ($($Iter:ty: |$events:ident| $share:expr;)*) => {
        $(
            impl Iterator for $Iter {
                type Item = Event<Any>;

                #[inline]
                fn next(&mut self) -> Option<Event<Any>> {
                    let $events = self;
                    if $events.left == 0 {
                        return None;
                    }
                    $events.left -= 1;
                    let notification: Notification = $share?;
                    let row = notification.next_event(&mut $events.next)?;
                    Some(Event::new(notification, row))
                }

                fn size_hint(&self) -> (usize, Option<usize>) {
                    (self.left, Some(self.left))
                }
            }

            impl ExactSizeIterator for $Iter {}
            impl std::iter::FusedIterator for $Iter {}

            impl fmt::Debug for $Iter {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.debug_struct(stringify!($Iter)).field("left", &self.left).finish()
                }
            }
        )*
    };
}

event_iterator! {
    Events<'_>: |events| Some(events.notification.clone());
    // The last one needs no share of its own.
    IntoEvents: |events| {
        if events.left == 0 { events.notification.take() } else { events.notification.clone() }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notification_is_one_pointer_and_can_go_anywhere() {
        fn anywhere<T: Send + Sync + Clone + 'static>() {}
        anywhere::<Notification>();
        assert_eq!(size_of::<Notification>(), size_of::<usize>());
    }

    #[test]
    fn debug_shows_no_content() {
        let body =
            r#"{"messages":[{"from":"15550001","id":"A","text":{"body":"secret"},"type":"text"}]}"#;
        let notification = Notification::parse(body).expect("valid");
        let debug = format!("{notification:?} {:?}", notification.events());
        assert!(!debug.contains("15550001") && !debug.contains("secret"), "{debug}");
    }
}
