//! [`Nested`]: an object that stays in the body until it is asked for.
//!
//! ```
//! use whatsapp_notification::{Notification, Text};
//!
//! let body = r#"{"messages":[{"from":"15550001","id":"A","timestamp":"1750000000",
//!     "context":{"id":"Z"},"text":{"body":"Hi"},"type":"text"}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<Text>().ok());
//! let event = event.ok_or("no such event")?;
//! let header = event.get().header;
//! assert!(header.context.is_some() && header.referral.is_none());
//! assert!(header.context.get().and_then(|context| context.id).is_some_and(|id| id == "Z"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::{Bet, Cursor, Field, Untyped, Value};
use bytestring::ByteString;
use serde::{Serialize, Serializer};
use std::{fmt, marker::PhantomData};

/// An object inside a view that most events lack or most handlers do not read: noted where it
/// stands, and read by [`get`](Self::get).
pub struct Nested<'a, T> {
    /// The cursor's place at `{`, where there is an object.
    at: Option<(&'a ByteString, u32)>,
    object: PhantomData<fn() -> T>,
}

#[expect(private_bounds, reason = "sealed: what may be nested is this crate's matter")]
impl<'a, T: Value<'a>> Nested<'a, T> {
    /// Reads the object, if there is one.
    #[must_use]
    pub fn get(&self) -> Option<T> {
        let (text, at) = self.at?;
        T::read_value(&mut Cursor::at(text, at))
    }
}

impl<T> Nested<'_, T> {
    /// True if there is an object.
    #[must_use]
    pub fn is_some(&self) -> bool {
        self.at.is_some()
    }

    /// True if there is none.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.at.is_none()
    }
}

impl<T> Clone for Nested<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Nested<'_, T> {}

impl<T> Default for Nested<'_, T> {
    fn default() -> Self {
        Nested { at: None, object: PhantomData }
    }
}

impl<'a, T: Value<'a> + fmt::Debug> fmt::Debug for Nested<'a, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

impl<'a, T: Value<'a> + PartialEq> PartialEq for Nested<'a, T> {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl<'a, T: Value<'a>> Field<'a> for Nested<'a, T> {
    #[inline]
    fn read(cursor: &mut Cursor<'a>) -> Self {
        let is_object = cursor.peek() == Some(b'{');
        let at = cursor.offset();
        // The object knows its usual keys: its reader passes over it faster than any value's.
        T::pass(cursor);
        Nested { at: is_object.then_some((cursor.text(), at)), object: PhantomData }
    }

    #[inline(always)]
    fn bet(&mut self, bet: &mut Bet<'a>) -> Option<()> {
        self.at = Some(bet.place());
        T::bet(bet).map(drop)
    }

    #[inline]
    fn is_absent(&self) -> bool {
        self.at.is_none()
    }

    fn untyped(cursor: &mut Cursor<'a>, found: &mut Untyped) {
        T::untyped(cursor, found);
    }
}

impl<'a, T: Value<'a> + Serialize> Serialize for Nested<'a, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.get().serialize(serializer)
    }
}
