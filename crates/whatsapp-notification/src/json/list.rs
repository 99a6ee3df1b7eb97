//! [`List`]: an array that stays in the body and is read item by item.
//!
//! ```
//! use whatsapp_notification::{Contacts, Notification};
//!
//! let body = r#"{"messages":[{"from":"15550001","id":"A","timestamp":"1750000000",
//!     "contacts":[{"phones":[{"phone":"1"},7,{"phone":"2"}]}],"type":"contacts"}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<Contacts>().ok());
//! let event = event.ok_or("no such event")?;
//! let card = event.get().first().ok_or("no card")?;
//! assert_eq!(card.phones.iter().count(), 2); // what is no phone is passed over
//! assert!(card.emails.is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::{Bet, Cursor, Field, Untyped, Value};
use bytestring::ByteString;
use serde::{Serialize, Serializer};
use std::{fmt, marker::PhantomData};

/// An array of a notification. Each item is read when the iterator comes to it; items of another
/// type than `T` are passed over. An array that is missing is an empty list, and a value that
/// stands alone is a list of one: WhatsApp's own pages show `"waba_ban_state"` both ways.
pub struct List<'a, T> {
    /// The cursor's place at `[`, where there is an array.
    at: Option<(&'a ByteString, u32)>,
    items: PhantomData<fn() -> T>,
}

impl<'a, T> List<'a, T> {
    /// The array at a place that a reader has passed.
    #[inline]
    pub(crate) fn noted(place: (&'a ByteString, u32)) -> Self {
        List { at: Some(place), items: PhantomData }
    }

    /// The items, in their order.
    #[must_use]
    pub fn iter(&self) -> ListIter<'a, T> {
        let one = self.is_one();
        let cursor = self.at.map(|(text, at)| Cursor::at(text, at));
        let entered = cursor.and_then(|mut cursor| (one || cursor.enter_array()).then_some(cursor));
        ListIter { cursor: entered, one, items: PhantomData }
    }

    /// True for one value that stands for an array of one.
    fn is_one(&self) -> bool {
        self.at.is_some_and(|(text, at)| text.as_bytes().get(at as usize) != Some(&b'['))
    }
}

#[expect(private_bounds, reason = "sealed: what a list may hold is this crate's matter")]
impl<'a, T: Value<'a>> List<'a, T> {
    /// The first item.
    #[must_use]
    pub fn first(&self) -> Option<T> {
        self.iter().next()
    }

    /// True when there is no item.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.first().is_none()
    }
}

impl<T> Clone for List<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for List<'_, T> {}

impl<T> Default for List<'_, T> {
    fn default() -> Self {
        List { at: None, items: PhantomData }
    }
}

impl<'a, T: Value<'a> + fmt::Debug> fmt::Debug for List<'a, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<'a, T: Value<'a> + PartialEq> PartialEq for List<'a, T> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<'a, T: Value<'a>> Field<'a> for List<'a, T> {
    #[inline]
    fn read(cursor: &mut Cursor<'a>) -> Self {
        let is_array = cursor.peek() == Some(b'[');
        let at = cursor.offset();
        if !is_array {
            let one = T::read_value(cursor).map(|_| (cursor.text(), at));
            return List { at: one, items: PhantomData };
        }
        // Items know their usual keys: their reader passes over them faster than any value's.
        let mut more = cursor.enter_array();
        while more {
            T::pass(cursor);
            more = cursor.next_element();
        }
        List { at: Some((cursor.text(), at)), items: PhantomData }
    }

    #[inline(always)]
    fn bet(&mut self, bet: &mut Bet<'a>) -> Option<()> {
        self.at = Some(bet.place());
        let mut more = bet.enter_array()?;
        while more {
            T::bet(bet)?;
            more = bet.next_element()?;
        }
        Some(())
    }

    #[inline]
    fn is_absent(&self) -> bool {
        self.at.is_none()
    }

    fn untyped(cursor: &mut Cursor<'a>, found: &mut Untyped) {
        if cursor.peek() != Some(b'[') {
            return T::untyped(cursor, found);
        }
        let mut more = cursor.enter_array();
        let mut index = 0;
        while more {
            found.item(index, |found| T::untyped(cursor, found));
            more = cursor.next_element();
            index += 1;
        }
    }
}

impl<'a, T: Value<'a>> Value<'a> for List<'a, T> {
    fn read_value(cursor: &mut Cursor<'a>) -> Option<Self> {
        Some(List::read(cursor)).filter(|list| !list.is_absent())
    }

    #[inline(always)]
    fn bet(bet: &mut Bet<'a>) -> Option<Self> {
        let mut list = List::default();
        Field::bet(&mut list, bet).map(|()| list)
    }

    fn untyped(cursor: &mut Cursor<'a>, found: &mut Untyped) {
        <Self as Field<'a>>::untyped(cursor, found);
    }
}

impl<'a, T: Value<'a> + Serialize> Serialize for List<'a, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.first().filter(|_| self.is_one()) {
            Some(one) => one.serialize(serializer),
            // An item of another type is `null`, so that the others keep their places.
            None => {
                let mut items = self.iter();
                serializer.collect_seq(std::iter::from_fn(|| items.advance()))
            }
        }
    }
}

impl<'a, T: Value<'a>> IntoIterator for List<'a, T> {
    type Item = T;
    type IntoIter = ListIter<'a, T>;

    fn into_iter(self) -> ListIter<'a, T> {
        self.iter()
    }
}

impl<'a, T: Value<'a>> IntoIterator for &List<'a, T> {
    type Item = T;
    type IntoIter = ListIter<'a, T>;

    fn into_iter(self) -> ListIter<'a, T> {
        self.iter()
    }
}

/// The items of a [`List`].
pub struct ListIter<'a, T> {
    /// Before the next item, if there is one.
    cursor: Option<Cursor<'a>>,
    /// The value stands alone.
    one: bool,
    items: PhantomData<fn() -> T>,
}

impl<T> fmt::Debug for ListIter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListIter").finish_non_exhaustive()
    }
}

#[expect(private_bounds, reason = "sealed: what a list may hold is this crate's matter")]
impl<'a, T: Value<'a>> ListIter<'a, T> {
    /// The next item, or `Some(None)` for one of another type.
    fn advance(&mut self) -> Option<Option<T>> {
        let cursor = self.cursor.as_mut()?;
        let item = T::read_value(cursor);
        if self.one || !cursor.next_element() {
            self.cursor = None;
        }
        Some(item)
    }
}

impl<'a, T: Value<'a>> Iterator for ListIter<'a, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        loop {
            if let Some(item) = self.advance()? {
                return Some(item);
            }
        }
    }
}
