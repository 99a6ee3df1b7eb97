//! JSON text: a checking cursor and the values that stay where they are in the body.
//!
//! Nothing here builds a tree. A [`Str`], [`Number`], [`List`] or [`Raw`] is a place in the body;
//! it is decoded when it is read.
//!
//! ```
//! use whatsapp_notification::{Notification, Text};
//!
//! let body = r#"{"messages":[{"from":"15550001","id":"A","timestamp":"1750000000",
//!     "text":{"body":"Namast\u00e9"},"type":"text"}]}"#;
//! let notification = Notification::parse(body)?;
//! let event = notification.events().next().and_then(|event| event.narrow::<Text>().ok());
//! let event = event.ok_or("no text")?;
//! let text = event.get().body.ok_or("no body")?;
//! assert_eq!(text.raw(), "Namast\\u00e9"); // as sent
//! assert!(text == "Namasté"); // compared without allocating
//! assert_eq!(text.to_cow(), "Namasté"); // decoded
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod bet;
mod cursor;
mod decode;
mod lex;
mod list;
mod nested;
mod number;
mod raw;
mod skip;
mod text;
mod untyped;

pub(crate) use bet::Bet;
#[cfg(test)]
pub(crate) use bet::switch;
pub(crate) use cursor::{Cursor, Fault};
pub use list::{List, ListIter};
pub use nested::Nested;
pub use number::Number;
pub use raw::Raw;
pub use text::{Chars, LoneSurrogate, Str};
pub(crate) use untyped::{Untyped, push_index, push_key};

/// One field of a typed view: read from whatever JSON value stands there.
pub(crate) trait Field<'a>: Default {
    /// Reads the value at the cursor. A value of another type reads as absent.
    fn read(cursor: &mut Cursor<'a>) -> Self;

    /// Reads the value as it is mostly written; `None` if it is not, and then what the field holds
    /// is of no use.
    #[inline(always)]
    fn bet(&mut self, _bet: &mut Bet<'a>) -> Option<()> {
        None
    }

    /// True when serializing would have nothing to say.
    fn is_absent(&self) -> bool;

    /// Passes over the value at the cursor and lists what reading it leaves out.
    fn untyped(cursor: &mut Cursor<'a>, found: &mut Untyped) {
        untyped(cursor, found, |cursor| Self::read(cursor).is_absent());
    }
}

/// A value that a field or a list may hold.
pub(crate) trait Value<'a>: Sized {
    /// Any JSON at all: nothing is typed.
    const IS_RAW: bool = false;

    /// Reads the value at the cursor, or passes over it and gives `None` if its type is another.
    fn read_value(cursor: &mut Cursor<'a>) -> Option<Self>;

    /// Reads the value as it is mostly written; `None` if it is not.
    #[inline(always)]
    fn bet(_bet: &mut Bet<'a>) -> Option<Self> {
        None
    }

    /// The same, in its place: views are large.
    #[inline(always)]
    fn bet_to(slot: &mut Option<Self>, bet: &mut Bet<'a>) -> Option<()> {
        *slot = Some(Self::bet(bet)?);
        Some(())
    }

    /// [`read_value`](Self::read_value), in its place. Another type leaves what is there.
    #[inline]
    fn read_to(&mut self, cursor: &mut Cursor<'a>) {
        if let Some(value) = Self::read_value(cursor) {
            *self = value;
        }
    }

    /// Passes over the value, checking it as [`read_value`](Self::read_value) does.
    #[inline]
    fn pass(cursor: &mut Cursor<'a>) {
        Self::read_value(cursor);
    }

    /// Passes over the value at the cursor and lists what reading it leaves out.
    fn untyped(cursor: &mut Cursor<'a>, found: &mut Untyped) {
        untyped(cursor, found, |cursor| Self::read_value(cursor).is_none());
    }
}

/// Lists a value that reads as absent although it is there.
pub(crate) fn untyped<'a>(
    cursor: &mut Cursor<'a>,
    found: &mut Untyped,
    is_absent: impl FnOnce(&mut Cursor<'a>) -> bool,
) {
    let there = cursor.peek() != Some(b'n');
    if is_absent(cursor) && there {
        found.here();
    }
}

impl<'a, T: Value<'a>> Field<'a> for Option<T> {
    #[inline]
    fn read(cursor: &mut Cursor<'a>) -> Self {
        T::read_value(cursor)
    }

    #[inline(always)]
    fn bet(&mut self, bet: &mut Bet<'a>) -> Option<()> {
        T::bet_to(self, bet)
    }

    #[inline]
    fn is_absent(&self) -> bool {
        self.is_none()
    }

    fn untyped(cursor: &mut Cursor<'a>, found: &mut Untyped) {
        T::untyped(cursor, found);
    }
}

/// `true` and `false`, also in quotes: group pages print `"billable": "true"` (Meta, groups).
impl<'a> Value<'a> for bool {
    #[inline(always)]
    fn bet(bet: &mut Bet<'a>) -> Option<Self> {
        let yes = bet.is(b"true");
        if yes || bet.is(b"false") { Some(yes) } else { None }
    }

    fn read_value(cursor: &mut Cursor<'a>) -> Option<Self> {
        let value = match cursor.peek() {
            Some(b't') => Some(true),
            Some(b'f') => Some(false),
            Some(b'"') => {
                let text = cursor.string();
                let (yes, no) = (text == "true", text == "false");
                return if yes || no { Some(yes) } else { None };
            }
            _ => None,
        };
        cursor.skip_value();
        value
    }
}
