//! The cursor: the one piece of code that moves over JSON text, and it checks all it passes.

use super::{
    Str,
    bet::bets_are_on,
    lex::{number_end, quote_or_odd, space_end, string_end},
};
use bytestring::ByteString;

/// Why a scan stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Syntax,
    TooDeep,
    TooManyEvents,
}

/// Nesting that [`Cursor::skip_value`] can hold: one bit a level.
pub(crate) const MAX_DEPTH: u32 = 128;

/// A place in JSON text. Every step is checked against RFC 8259.
///
/// A fault is kept, not returned: the cursor goes to the end of the text, where each step ends what
/// it is in, and [`fault`](Self::fault) tells when all is done. So readers are plain functions; over
/// text that a scan has passed they have nothing to report.
///
/// What is rare is done [`aside`](Self::aside), on a copy: a cursor that no call holds a reference
/// to stays in registers.
#[derive(Clone, Copy)]
pub(crate) struct Cursor<'a> {
    pub(super) text: &'a ByteString,
    pub(super) bytes: &'a [u8],
    /// Bodies are shorter than `u32::MAX` (checked by `parse`). Sums with it need no check for
    /// overflow as a `usize`.
    pub(super) at: u32,
    pub(super) depth: u32,
    pub(super) max_depth: u32,
    pub(super) fault: Option<(Fault, u32)>,
}

impl<'a> Cursor<'a> {
    /// At the start of a body.
    pub(crate) fn new(text: &'a ByteString, max_depth: u32) -> Self {
        Cursor { max_depth: max_depth.min(MAX_DEPTH), ..Cursor::at(text, 0) }
    }

    /// At a place that an earlier scan has passed.
    #[inline]
    pub(crate) fn at(text: &'a ByteString, at: u32) -> Self {
        let (bytes, max_depth) = (text.as_bytes(), MAX_DEPTH);
        Cursor { text, bytes, at, depth: 0, max_depth, fault: None }
    }

    #[inline]
    pub(crate) fn text(&self) -> &'a ByteString {
        self.text
    }

    #[inline]
    pub(crate) fn offset(&self) -> u32 {
        self.at
    }

    /// The first fault and its offset.
    pub(crate) fn fault(&self) -> Option<(Fault, usize)> {
        self.fault.map(|(fault, at)| (fault, at as usize))
    }

    /// Takes a step out of line.
    #[inline(always)]
    pub(crate) fn aside<T>(&mut self, step: impl FnOnce(&mut Self) -> T) -> T {
        #[inline(never)]
        fn apart<'a, T>(
            mut cursor: Cursor<'a>,
            step: impl FnOnce(&mut Cursor<'a>) -> T,
        ) -> (Cursor<'a>, T) {
            let found = step(&mut cursor);
            (cursor, found)
        }
        let (behind, found) = apart(*self, step);
        *self = behind;
        found
    }

    /// Keeps a fault that lies at the cursor.
    #[inline(always)]
    pub(crate) fn fail(&mut self, fault: Fault) {
        self.fail_at(fault, self.at);
    }

    #[inline(always)]
    fn fail_at(&mut self, fault: Fault, at: u32) {
        self.aside(|cursor| {
            let len = cursor.bytes.len() as u32;
            cursor.fault.get_or_insert((fault, at.min(len)));
            cursor.at = len;
        });
    }

    #[inline(always)]
    fn byte(&self) -> Option<u8> {
        self.bytes.get(self.at as usize).copied()
    }

    /// Passes over white space and gives the first byte of what follows.
    #[inline(always)]
    pub(crate) fn peek(&mut self) -> Option<u8> {
        match self.byte() {
            Some(byte) if byte > b' ' => Some(byte),
            _ => {
                self.at = space_end(self.bytes, self.at);
                self.byte()
            }
        }
    }

    /// True if exactly these bytes stand so many bytes behind the cursor.
    #[inline(always)]
    fn has(&self, behind: usize, literal: &'static [u8]) -> bool {
        let at = self.at as usize + behind;
        self.bytes.get(at..at + literal.len()) == Some(literal)
    }

    /// Passes over exactly these bytes, if they stand here.
    #[inline(always)]
    pub(crate) fn literal(&mut self, literal: &'static [u8]) -> bool {
        let here = self.has(0, literal);
        if here {
            self.at += literal.len() as u32;
        }
        here
    }

    /// Passes over `"key":` if exactly these bytes stand behind the separator at the cursor: the
    /// usual key at its usual place.
    #[inline(always)]
    pub(crate) fn usual_key(&mut self, literal: &'static [u8]) -> bool {
        let here = bets_are_on() && self.has(1, literal);
        if here {
            self.at += 1 + literal.len() as u32;
        }
        here
    }

    /// Enters an object. `true`: there are members, and the cursor stands *on* the byte before the
    /// first key, as it stands on the comma before each later one. `false`: the object was empty.
    #[inline(always)]
    pub(crate) fn enter_object(&mut self) -> bool {
        self.depth += 1;
        if self.has(0, b"{\"") && self.depth <= self.max_depth {
            true
        } else {
            self.aside(Self::enter_odd_object)
        }
    }

    fn enter_odd_object(&mut self) -> bool {
        if self.open(b'{') {
            let brace = self.at;
            self.at += 1;
            match self.peek() {
                Some(b'"') => {
                    self.at = brace;
                    return true;
                }
                Some(b'}') => return self.leave(),
                _ => self.fail(Fault::Syntax),
            }
        }
        false
    }

    /// True if this byte stands here, no deeper than allowed.
    #[inline(always)]
    fn open(&mut self, open: u8) -> bool {
        let fault = if self.peek() != Some(open) {
            Fault::Syntax
        } else if self.depth > self.max_depth {
            Fault::TooDeep
        } else {
            return true;
        };
        self.fail(fault);
        false
    }

    /// After a member's value. `true`: it stands on a comma. `false`: the object ended.
    #[inline(always)]
    pub(crate) fn next_member(&mut self) -> bool {
        match self.peek() {
            Some(b',') => true,
            Some(b'}') => self.leave(),
            _ => {
                self.fail(Fault::Syntax);
                false
            }
        }
    }

    /// Passes over the separator at the cursor, a key and its colon.
    #[inline]
    pub(crate) fn key(&mut self) -> Str<'a> {
        self.at += 1;
        match self.plain_string() {
            Some(key) if self.byte() == Some(b':') => {
                self.at += 1;
                key
            }
            Some(key) => self.aside(|cursor| cursor.colon(key)),
            None => self.aside(Self::odd_key),
        }
    }

    fn odd_key(&mut self) -> Str<'a> {
        self.peek();
        let key = self.string();
        self.colon(key)
    }

    /// Passes over the colon behind a key.
    fn colon(&mut self, key: Str<'a>) -> Str<'a> {
        if self.peek() == Some(b':') {
            self.at += 1;
        } else {
            self.fail(Fault::Syntax);
        }
        key
    }

    /// Enters an array. `true`: it stands before the first element. `false`: the array was empty.
    #[inline(always)]
    pub(crate) fn enter_array(&mut self) -> bool {
        self.depth += 1;
        if !self.open(b'[') {
            return false;
        }
        self.at += 1;
        match self.peek() {
            Some(b']') => self.leave(),
            first => first.is_some() || self.no_element(),
        }
    }

    /// After an element. `true`: it stands before the next one. `false`: the array ended.
    #[inline(always)]
    pub(crate) fn next_element(&mut self) -> bool {
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                true
            }
            Some(b']') => self.leave(),
            _ => self.no_element(),
        }
    }

    #[inline(always)]
    fn no_element(&mut self) -> bool {
        self.fail(Fault::Syntax);
        false
    }

    #[inline(always)]
    fn leave(&mut self) -> bool {
        self.depth = self.depth.saturating_sub(1);
        self.at += 1;
        false
    }

    /// True if nothing follows and nothing was amiss.
    #[inline(always)]
    pub(crate) fn is_at_end(&mut self) -> bool {
        self.peek().is_none() && self.at as usize == self.bytes.len() && self.fault.is_none()
    }

    /// Only white space may follow the body's value.
    pub(crate) fn end(&mut self) {
        if self.peek().is_some() {
            self.fail(Fault::Syntax);
        }
    }

    /// Passes over a string, quotes included. The cursor stands on the opening one.
    #[inline(always)]
    pub(crate) fn string(&mut self) -> Str<'a> {
        match self.plain_string() {
            Some(string) => string,
            None => self.aside(Self::odd_string),
        }
    }

    /// The same, for a string without escapes.
    #[inline(always)]
    pub(crate) fn plain_string(&mut self) -> Option<Str<'a>> {
        if self.byte() != Some(b'"') {
            return None;
        }
        let start = self.at + 1;
        let end = quote_or_odd(self.bytes, start);
        if self.bytes.get(end as usize) != Some(&b'"') {
            return None;
        }
        self.at = end + 1;
        Some(Str::at(self.text, start, end - start, false))
    }

    /// A string with an escape, or none at all.
    fn odd_string(&mut self) -> Str<'a> {
        let start = self.at + 1;
        if self.byte() != Some(b'"') {
            self.fail(Fault::Syntax);
            return Str::default();
        }
        let end = string_end(self.bytes, start);
        if self.bytes.get(end as usize) != Some(&b'"') {
            self.fail_at(Fault::Syntax, end);
            return Str::default();
        }
        self.at = end + 1;
        Str::at(self.text, start, end - start, true)
    }

    /// Passes over a number and gives its text.
    #[inline]
    pub(crate) fn number(&mut self) -> Str<'a> {
        let start = self.at;
        match number_end(self.bytes, start) {
            Ok(end) => {
                self.at = end;
                Str::number(self.text, start, end - start)
            }
            Err(at) => {
                self.fail_at(Fault::Syntax, at);
                Str::default()
            }
        }
    }

    /// Passes over a string or a number and gives it; passes over anything else and gives `None`.
    #[inline(always)]
    pub(crate) fn text_or_number(&mut self) -> Option<Str<'a>> {
        if self.byte() == Some(b'"') { Some(self.string()) } else { self.aside(Self::odd_text) }
    }

    fn odd_text(&mut self) -> Option<Str<'a>> {
        match self.peek() {
            Some(b'"') => Some(self.string()),
            Some(b'-' | b'0'..=b'9') => Some(self.number()),
            _ => {
                self.skip_value();
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<(), Fault> {
        let text = ByteString::from(text);
        let mut cursor = Cursor::new(&text, MAX_DEPTH);
        cursor.skip_value();
        cursor.end();
        cursor.fault().map_or(Ok(()), |(fault, _)| Err(fault))
    }

    #[test]
    fn accepts_json_and_refuses_what_is_not() {
        for good in [
            "0",
            "-0",
            "1.5e+3",
            " [ ] ",
            "{}",
            "[[],{},[{}]]",
            r#"{"a":[1,{"b":null}],"c":"\u00e9"}"#,
            r#""\ud800""#,
            "true",
            "[1,2]\n",
            "{ \"a\" : \"b\" , \"c\" : [ { } ] }",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            " ",
            "01",
            "-",
            "1.",
            "1e",
            "+1",
            ".5",
            "tru",
            "[1,]",
            "{\"a\"}",
            "{\"a\":}",
            "{,}",
            "[1 2]",
            "\"\u{1}\"",
            r#""\x""#,
            r#""\u12g4""#,
            "\"",
            "[",
            "{",
            "[}",
            "{]",
            "1 1",
            "nan",
            "{\"a\":1,}",
            "[1}",
            "{\"a\":1]",
            "{\"a\":1,2}",
            "{1:2}",
            "{\"a\" 1}",
            "[\"a\"",
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn depth_is_counted_across_objects_and_arrays() {
        let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert_eq!(check(&nested(128)), Ok(()));
        assert_eq!(check(&nested(129)), Err(Fault::TooDeep));
        let objects = |n: usize| format!("{}1{}", "{\"a\":[".repeat(n), "]}".repeat(n));
        assert_eq!(check(&objects(64)), Ok(()));
        assert_eq!(check(&objects(65)), Err(Fault::TooDeep));
    }
}
