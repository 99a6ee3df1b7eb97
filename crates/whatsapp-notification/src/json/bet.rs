//! [`Bet`]: bytes that are expected to stand next, matched in one go.
//!
//! WhatsApp writes the same members in the same order, compactly. Where a reader bets on that, a
//! run of keys, quotes and commas costs one comparison; where the bet is lost, nothing has moved
//! and the [`Cursor`] reads member by member. Who bets on what stands in `scan::usual`.

use super::{
    Cursor, Str,
    lex::{number_end, quote_or_odd, string_end},
};
use bytestring::ByteString;

/// A bet under way. Each step is `None` when it is lost.
pub(crate) struct Bet<'a> {
    text: &'a ByteString,
    bytes: &'a [u8],
    at: u32,
}

impl<'a> Bet<'a> {
    /// Where it has come to.
    #[inline(always)]
    pub(crate) fn offset(&self) -> u32 {
        self.at
    }

    /// Exactly these bytes stand here.
    #[inline(always)]
    pub(crate) fn literal(&mut self, literal: &'static [u8]) -> Option<()> {
        let at = self.at as usize;
        if self.bytes.get(at..at + literal.len())? != literal {
            return None;
        }
        self.at += literal.len() as u32;
        Some(())
    }

    /// The same, for bytes that may well not stand here.
    #[inline(always)]
    pub(crate) fn is(&mut self, literal: &'static [u8]) -> bool {
        self.literal(literal).is_some()
    }

    /// Passes over a string without escapes, from behind its opening quote to its closing one, and
    /// gives the offset of the opening one. That it ends with a quote is for the next literal to
    /// find.
    #[inline(always)]
    pub(crate) fn string(&mut self) -> u32 {
        let start = self.at;
        self.at = quote_or_odd(self.bytes, start);
        start - 1
    }

    /// The same, and gives the string.
    #[inline(always)]
    pub(crate) fn str(&mut self) -> Str<'a> {
        let start = self.at;
        self.at = quote_or_odd(self.bytes, start);
        Str::at(self.text, start, self.at - start, false)
    }

    /// Passes over a number.
    #[inline(always)]
    pub(crate) fn number(&mut self) -> Option<()> {
        self.at = number_end(self.bytes, self.at).ok()?;
        Some(())
    }

    /// Passes over a string that a person may have written: mostly with escapes outside the
    /// Latin-speaking world.
    #[inline(always)]
    pub(crate) fn text(&mut self) {
        self.at = quote_or_odd(self.bytes, self.at);
        if self.bytes.get(self.at as usize) == Some(&b'\\') {
            self.at = string_end(self.bytes, self.at);
        }
    }
}

/// How deep a bet may go below where it begins.
const LEVELS: u32 = 8;

impl<'a> Cursor<'a> {
    /// Bets on a whole value.
    #[inline(always)]
    pub(crate) fn bet<T>(&mut self, bet: impl FnOnce(&mut Bet<'a>) -> Option<T>) -> Option<T> {
        if self.depth + LEVELS > self.max_depth || !bets_are_on() {
            return None;
        }
        let mut under_way = Bet { text: self.text, bytes: self.bytes, at: self.at };
        let won = bet(&mut under_way)?;
        self.at = under_way.at;
        Some(won)
    }

    /// Bets on the first members of an object: the cursor is in it then, behind a value.
    #[inline(always)]
    pub(crate) fn bet_on_members<T>(
        &mut self,
        bet: impl FnOnce(&mut Bet<'a>) -> Option<T>,
    ) -> Option<T> {
        let won = self.bet(bet)?;
        self.deepen(1);
        Some(won)
    }

    /// Bets on all that is left of an object, from behind a value: the cursor is out of it then.
    #[inline(always)]
    pub(crate) fn bet_on_the_rest(
        &mut self,
        bet: impl FnOnce(&mut Bet<'a>) -> Option<()>,
    ) -> Option<()> {
        self.bet(bet)?;
        self.deepen(-1);
        Some(())
    }

    /// Tells how many levels a bet has entered, or left.
    #[inline(always)]
    pub(crate) fn deepen(&mut self, levels: i32) {
        self.depth = self.depth.saturating_add_signed(levels);
    }
}

#[inline(always)]
pub(super) fn bets_are_on() -> bool {
    #[cfg(test)]
    return switch::BETS.get();
    #[cfg(not(test))]
    true
}

/// Tests read every document with and without bets.
#[cfg(test)]
pub(crate) mod switch {
    use std::cell::Cell;

    thread_local! {
        pub(crate) static BETS: Cell<bool> = const { Cell::new(true) };
    }
}
