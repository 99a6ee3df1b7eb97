//! [`Object`]: what the macro `object!` makes of a view.

use crate::json::{Bet, Cursor, Str, Untyped};
use serde::ser::SerializeMap;

/// The view of one JSON object.
pub(crate) trait Object<'a>: Default {
    /// Bets on the whole object as it is most of all; sets no field unless the bet is won.
    #[inline(always)]
    fn usual(&mut self, _bet: &mut Bet<'a>) -> Option<()> {
        None
    }

    /// Bets on the members that are usual, in their usual order, from the separator before one of
    /// them. True: the object has ended. False: the bet stands on the separator before another.
    fn usual_members(&mut self, bet: &mut Bet<'a>) -> bool;

    /// Reads one member by its name; `rest` takes one that has no field.
    fn named_member(&mut self, cursor: &mut Cursor<'a>, rest: impl FnMut(Str<'a>, &mut Cursor<'a>));

    /// Reads the object at the cursor. `rest` takes the members that have no field; before it is
    /// asked, `usual` may bet on one of them.
    #[inline(always)]
    fn read_with(
        &mut self,
        cursor: &mut Cursor<'a>,
        mut usual: impl FnMut(&mut Bet<'a>) -> Option<()>,
        mut rest: impl FnMut(Str<'a>, &mut Cursor<'a>),
    ) {
        let mut bet = cursor.begin_bet();
        if bet.enter_object().is_none() {
            if !cursor.enter_object() {
                return;
            }
            bet = cursor.begin_bet();
        }
        loop {
            if self.usual_members(&mut bet) {
                cursor.take(&bet);
                return;
            }
            let member = bet.mark();
            match usual(&mut bet).and_then(|()| bet.next_member()) {
                Some(true) => continue,
                Some(false) => {
                    cursor.take(&bet);
                    return;
                }
                None => bet.back_to(member),
            }
            cursor.take(&bet);
            self.named_member(cursor, &mut rest);
            if !cursor.next_member() {
                return;
            }
            bet = cursor.begin_bet();
        }
    }

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

/// How deep the bets of whole objects go: a status, its `errors`, one of them, its `error_data`.
const LEVELS: u32 = 4;

/// Reads the object at the cursor into `view`; false for what is none, which is passed over.
#[inline(never)]
pub(crate) fn read_object<'a, V: Object<'a>>(view: &mut V, cursor: &mut Cursor<'a>) -> bool {
    read_object_inline(view, cursor)
}

/// The same, for one place.
#[inline(always)]
pub(crate) fn read_object_inline<'a, V: Object<'a>>(view: &mut V, cursor: &mut Cursor<'a>) -> bool {
    if cursor.peek() != Some(b'{') {
        cursor.skip_value();
        return false;
    }
    if let Some(mut bet) = cursor.bet(LEVELS)
        && view.usual(&mut bet).is_some()
    {
        cursor.take(&bet);
        return true;
    }
    view.read_with(cursor, |_| None, |_, cursor| cursor.skip_value());
    true
}

/// Passes over the object at the cursor and lists what its fields do not hold.
pub(crate) fn untyped_object<'a, V: Object<'a>>(cursor: &mut Cursor<'a>, found: &mut Untyped) {
    if cursor.peek() != Some(b'{') {
        return found.whole(cursor);
    }
    V::untyped_with(cursor, found, |_, cursor, found| found.whole(cursor));
}
