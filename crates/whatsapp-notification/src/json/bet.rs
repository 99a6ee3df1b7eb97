//! [`Bet`]: bytes that are expected to stand next, matched in one go.
//!
//! WhatsApp writes the same members in the same order, compactly. Where a reader bets on that, a
//! run of keys, quotes and commas costs one comparison; where the bet is lost, nothing has moved
//! and the [`Cursor`] reads member by member. What is bet on stands in `usual`.

use super::{
    Cursor, Str,
    lex::{ends_behind, number_end, quote_or_odd, quote_or_odd_far, string_end},
};
use bytestring::ByteString;

/// A bet under way. Each step is `None` when it is lost.
///
/// It never leaves the function that makes it but for one that is inlined, so that it is a few
/// registers: hence `inline(always)`, and no closures.
pub(crate) struct Bet<'a> {
    text: &'a ByteString,
    bytes: &'a [u8],
    at: u32,
    /// How many levels deeper it may go.
    levels: u32,
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

    /// Passes over a string without escapes, from behind its opening quote to its closing one. That
    /// it ends with a quote is for the next literal to find.
    #[inline(always)]
    pub(crate) fn str(&mut self) -> Str<'a> {
        let start = self.at;
        self.at = quote_or_odd(self.bytes, start);
        Str::at(self.text, start, self.at - start, false)
    }

    /// The same, for a string that is mostly so long: a time has ten digits until 2286, a
    /// conversation's id has 32. An end at a place that is known spares what comes next from waiting
    /// until it is found.
    #[inline(always)]
    pub(crate) fn str_of(&mut self, len: u32) -> Str<'a> {
        let start = self.at;
        self.at = if ends_behind(self.bytes, start, len) {
            start + len
        } else {
            quote_or_odd(self.bytes, start)
        };
        Str::at(self.text, start, self.at - start, false)
    }

    /// The same, for a long string: the id of a message has 50 to 70 characters.
    #[inline(always)]
    pub(crate) fn long_str(&mut self) -> Str<'a> {
        let start = self.at;
        self.at = quote_or_odd_far(self.bytes, start);
        Str::at(self.text, start, self.at - start, false)
    }

    /// The same, for a string that a person may have written: mostly with escapes outside the
    /// Latin-speaking world.
    #[inline(always)]
    pub(crate) fn text(&mut self) -> Str<'a> {
        let start = self.at;
        self.at = quote_or_odd(self.bytes, start);
        let escaped = self.byte() == Some(b'\\');
        if escaped {
            self.at = string_end(self.bytes, self.at);
        }
        Str::at(self.text, start, self.at - start, escaped)
    }

    /// Tells how many levels literals have entered, or left.
    #[inline(always)]
    pub(crate) fn deepen(&mut self, levels: i32) {
        self.levels = self.levels.saturating_add_signed(-levels);
    }

    /// Passes over a number.
    #[inline(always)]
    pub(crate) fn number(&mut self) -> Option<Str<'a>> {
        let start = self.at;
        self.at = number_end(self.bytes, start).ok()?;
        Some(Str::number(self.text, start, self.at - start))
    }

    /// The body and the offset, as they are noted.
    #[inline(always)]
    pub(crate) fn place(&self) -> (&'a ByteString, u32) {
        (self.text, self.at)
    }

    /// The next byte.
    #[inline(always)]
    pub(crate) fn byte(&self) -> Option<u8> {
        self.bytes.get(self.at as usize).copied()
    }

    /// Passes over a whole string, quotes included.
    #[inline(always)]
    pub(crate) fn whole_string(&mut self) -> Option<Str<'a>> {
        self.literal(b"\"")?;
        let start = self.at;
        self.at = quote_or_odd(self.bytes, start);
        let escaped = self.byte()? != b'"';
        if escaped {
            self.at = string_end(self.bytes, self.at);
        }
        let text = Str::at(self.text, start, self.at - start, escaped);
        if escaped {
            self.literal(b"\"")?;
        } else {
            self.at += 1;
        }
        Some(text)
    }

    /// Enters an object. The bet stands on the byte before its first key then, as it stands on the
    /// comma before each later one.
    #[inline(always)]
    pub(crate) fn enter_object(&mut self) -> Option<()> {
        if !bets_are_on() || self.levels == 0 {
            return None;
        }
        self.literal(b"{\"")?;
        self.at -= 2;
        self.levels -= 1;
        Some(())
    }

    /// Passes over the separator here and `"key":`, if it is this key in exactly these bytes.
    #[inline(always)]
    pub(crate) fn key(&mut self, key: &'static [u8]) -> bool {
        let at = self.at as usize + 1;
        let here = bets_are_on() && self.bytes.get(at..at + key.len()) == Some(key);
        if here {
            self.at += 1 + key.len() as u32;
        }
        here
    }

    /// The same for a key without its quotes and colon.
    #[inline(always)]
    pub(crate) fn bare_key(&mut self, key: &str) -> bool {
        let start = self.at as usize + 2;
        let end = start + key.len();
        let here = bets_are_on()
            && self.bytes.get(start - 1) == Some(&b'"')
            && self.bytes.get(start..end) == Some(key.as_bytes())
            && self.bytes.get(end..end + 2) == Some(b"\":");
        if here {
            self.at += key.len() as u32 + 4;
        }
        here
    }

    /// Behind a member's value. `Some(true)`: on the comma. `Some(false)`: out of the object.
    #[inline(always)]
    pub(crate) fn next_member(&mut self) -> Option<bool> {
        match self.byte()? {
            b',' => Some(true),
            b'}' => {
                self.at += 1;
                self.levels += 1;
                Some(false)
            }
            _ => None,
        }
    }

    /// Enters an array. `Some(false)`: it was empty.
    #[inline(always)]
    pub(crate) fn enter_array(&mut self) -> Option<bool> {
        if self.levels == 0 {
            return None;
        }
        self.literal(b"[")?;
        if self.is(b"]") {
            return Some(false);
        }
        self.levels -= 1;
        Some(true)
    }

    /// Behind an element. `Some(true)`: before the next one. `Some(false)`: out of the array.
    #[inline(always)]
    pub(crate) fn next_element(&mut self) -> Option<bool> {
        let more = match self.byte()? {
            b',' => true,
            b']' => {
                self.levels += 1;
                false
            }
            _ => return None,
        };
        self.at += 1;
        Some(more)
    }

    /// A place to go back to.
    #[inline(always)]
    pub(crate) fn mark(&self) -> Mark {
        Mark { at: self.at, levels: self.levels }
    }

    /// Goes back.
    #[inline(always)]
    pub(crate) fn back_to(&mut self, mark: Mark) {
        (self.at, self.levels) = (mark.at, mark.levels);
    }
}

/// Where a bet has been.
#[derive(Clone, Copy)]
pub(crate) struct Mark {
    at: u32,
    levels: u32,
}

impl<'a> Cursor<'a> {
    /// A bet on what stands here, so many levels deep at the most.
    #[inline(always)]
    pub(crate) fn bet(&self, levels: u32) -> Option<Bet<'a>> {
        let bet = self.begin_bet();
        (bet.levels >= levels && bets_are_on()).then_some(bet)
    }

    /// A bet on what stands here.
    #[inline(always)]
    pub(crate) fn begin_bet(&self) -> Bet<'a> {
        let levels = self.max_depth.saturating_sub(self.depth);
        Bet { text: self.text, bytes: self.bytes, at: self.at, levels }
    }

    /// Goes to where a bet has come.
    #[inline(always)]
    pub(crate) fn take(&mut self, bet: &Bet<'a>) {
        debug_assert!(bet.levels <= self.max_depth, "more levels left than entered");
        self.at = bet.at;
        self.depth = self.max_depth - bet.levels;
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
