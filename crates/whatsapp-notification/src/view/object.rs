//! [`Object`]: what the macro `object!` makes of a view.

use crate::json::{Cursor, Str, Untyped};
use serde::ser::SerializeMap;

/// The view of one JSON object.
pub(crate) trait Object<'a>: Default {
    /// Reads the object at the cursor; `rest` takes the members that have no field.
    fn read_with(cursor: &mut Cursor<'a>, rest: impl FnMut(Str<'a>, &mut Cursor<'a>)) -> Self;

    /// Passes over the object at the cursor and lists what its fields do not hold; `rest` takes the
    /// members that have no field.
    fn untyped_with(
        cursor: &mut Cursor<'a>,
        found: &mut Untyped,
        rest: impl FnMut(Str<'a>, &mut Cursor<'a>, &mut Untyped),
    );

    /// Writes the members that are there, under the wire's names.
    fn serialize_members<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error>;
}

/// Reads the object at the cursor, or passes over what is none.
#[inline]
pub(crate) fn read_object<'a, V: Object<'a>>(cursor: &mut Cursor<'a>) -> Option<V> {
    if cursor.peek() != Some(b'{') {
        cursor.skip_value();
        return None;
    }
    Some(V::read_with(cursor, |_, cursor| cursor.skip_value()))
}

/// Passes over the object at the cursor and lists what its fields do not hold.
pub(crate) fn untyped_object<'a, V: Object<'a>>(cursor: &mut Cursor<'a>, found: &mut Untyped) {
    if cursor.peek() != Some(b'{') {
        return found.whole(cursor);
    }
    V::untyped_with(cursor, found, |_, cursor, found| found.whole(cursor));
}
