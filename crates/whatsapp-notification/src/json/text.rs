//! [`Str`]: a JSON string that stays in the body until it is read.
//!
//! ```
//! use whatsapp_notification::{Notification, Text};
//!
//! let body = r#"{"messages":[{"from":"15550001","id":"A","timestamp":"1750000000",
//!     "text":{"body":"\ud83d\ude00"},"type":"text"}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<Text>().ok());
//! let event = event.ok_or("no such event")?;
//! let body = event.get().body.ok_or("no body")?;
//! assert_eq!((body.is_escaped(), body.as_str()), (true, None));
//! assert_eq!(body.to_cow(), "😀");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::{
    Bet, Cursor, Value, decode,
    lex::{are_same, hex4},
};
use bytestring::ByteString;
use serde::{Serialize, Serializer};
use std::{borrow::Cow, cmp::Ordering, fmt, hash};

/// Flags above the length in [`Str`]'s `place`.
const ESCAPED: u64 = 1 << 63;
const NUMBER: u64 = 1 << 62;
const LEN: u64 = (1 << 30) - 1;

/// A string of a notification: a place in the body, decoded only when it is read.
///
/// WhatsApp writes every character beyond ASCII as `\uXXXX` and `/` as `\/`, so most texts of the
/// world cannot be borrowed as they are. A `Str` compares, hashes, orders and prints its decoded
/// characters without allocating; [`to_cow`](Self::to_cow) borrows where nothing is escaped and
/// allocates where something is.
///
/// A number where a string is usual reads as its digits, for WhatsApp's own documents mix the two.
/// A lone surrogate reads as U+FFFD; [`try_to_cow`](Self::try_to_cow) tells.
///
/// `Debug` shows the length only, never the text; `Display` shows the text.
#[derive(Clone, Copy)]
pub struct Str<'a> {
    of: &'a ByteString,
    /// The offset, the length above it, and two flags: one word, so that a `Str` travels in two.
    place: u64,
}

impl<'a> Str<'a> {
    #[inline]
    pub(crate) fn at(of: &'a ByteString, at: u32, len: u32, escaped: bool) -> Self {
        let escaped = if escaped { ESCAPED } else { 0 };
        Str { of, place: u64::from(at) | (u64::from(len) & LEN) << 32 | escaped }
    }

    #[inline]
    pub(crate) fn number(of: &'a ByteString, at: u32, len: u32) -> Self {
        Str { of, place: u64::from(at) | (u64::from(len) & LEN) << 32 | NUMBER }
    }

    /// The offset of the JSON value in the body: of the opening quote, or of the first digit.
    #[inline]
    pub(crate) fn value_offset(&self) -> u32 {
        let at = self.place as u32;
        if self.is_number() { at } else { at.saturating_sub(1) }
    }

    /// The length in the body, in bytes.
    #[inline]
    fn len(&self) -> usize {
        (self.place >> 32 & LEN) as usize
    }

    /// The length, if this is a string without escapes and not too long for a byte; zero otherwise.
    #[inline]
    pub(crate) fn plain_len(&self) -> u8 {
        if self.is_escaped() || self.is_number() {
            0
        } else {
            u8::try_from(self.len()).unwrap_or(0)
        }
    }

    /// True if the very same string, in its quotes and not empty, stands at this offset too.
    #[inline]
    pub(crate) fn stands_at(&self, offset: u32) -> bool {
        !self.is_empty()
            && !self.is_number()
            && are_same(self.of.as_bytes(), self.value_offset(), offset, self.len() as u32 + 2)
    }

    /// The text as it stands in the body, escapes and all, without its quotes.
    #[inline]
    #[must_use]
    pub fn raw(&self) -> &'a str {
        let at = self.place as u32 as usize;
        self.of.get(at..at + self.len()).unwrap_or_default()
    }

    /// The bytes of [`raw`](Self::raw).
    #[inline]
    pub(crate) fn raw_bytes(&self) -> &'a [u8] {
        let at = self.place as u32 as usize;
        self.of.as_bytes().get(at..at + self.len()).unwrap_or_default()
    }

    /// True when [`raw`](Self::raw) differs from the text it stands for.
    #[inline]
    #[must_use]
    pub fn is_escaped(&self) -> bool {
        self.place & ESCAPED != 0
    }

    /// True when the body has a number here, not a string.
    #[inline]
    #[must_use]
    pub fn is_number(&self) -> bool {
        self.place & NUMBER != 0
    }

    /// True when there is no character.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The text, if it can be borrowed as it stands.
    #[inline]
    #[must_use]
    pub fn as_str(&self) -> Option<&'a str> {
        if self.is_escaped() { None } else { Some(self.raw()) }
    }

    /// The decoded text: borrowed where nothing is escaped. A lone surrogate becomes U+FFFD.
    #[inline]
    #[must_use]
    pub fn to_cow(&self) -> Cow<'a, str> {
        match self.as_str() {
            Some(text) => Cow::Borrowed(text),
            None => Cow::Owned(decode::decode(self.raw())),
        }
    }

    /// The decoded text, strictly.
    ///
    /// # Errors
    /// [`LoneSurrogate`] if an escape stands for half a character.
    pub fn try_to_cow(&self) -> Result<Cow<'a, str>, LoneSurrogate> {
        if self.is_escaped() && self.chars().units().any(|unit| unit.is_err()) {
            return Err(LoneSurrogate(()));
        }
        Ok(self.to_cow())
    }

    /// Without an `@` at its start.
    pub(crate) fn without_at(self) -> Self {
        match self.raw().strip_prefix('@') {
            Some(rest) => {
                Str::at(self.of, self.place as u32 + 1, rest.len() as u32, self.is_escaped())
            }
            None => self,
        }
    }

    /// The decoded characters. A lone surrogate becomes U+FFFD.
    #[must_use]
    pub fn chars(&self) -> Chars<'a> {
        Chars { rest: self.raw(), escaped: self.is_escaped() }
    }

    /// The text itself where it can be borrowed; the equal one of `keys` where it is escaped.
    #[inline]
    pub(crate) fn among(&self, keys: &[&'static str]) -> &'a str {
        match self.as_str() {
            Some(text) => text,
            None => keys.iter().copied().find(|key| self == *key).unwrap_or("\u{0}"),
        }
    }
}

/// The empty string.
impl Default for Str<'_> {
    fn default() -> Self {
        static EMPTY: ByteString = ByteString::from_static("");
        Str { of: &EMPTY, place: 0 }
    }
}

/// An escape stood for half a character: [`Str::try_to_cow`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoneSurrogate(());

impl fmt::Display for LoneSurrogate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the text has a lone surrogate; `to_cow` reads it as U+FFFD")
    }
}

impl std::error::Error for LoneSurrogate {}

/// The decoded characters of a [`Str`].
#[derive(Clone)]
pub struct Chars<'a> {
    rest: &'a str,
    escaped: bool,
}

impl fmt::Debug for Chars<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chars").finish_non_exhaustive()
    }
}

impl<'a> Chars<'a> {
    fn units(mut self) -> impl Iterator<Item = Result<char, LoneSurrogate>> + use<'a> {
        std::iter::from_fn(move || self.next_unit())
    }

    #[inline]
    fn next_unit(&mut self) -> Option<Result<char, LoneSurrogate>> {
        if !self.escaped || !self.rest.starts_with('\\') {
            let mut chars = self.rest.chars();
            let char = chars.next()?;
            self.rest = chars.as_str();
            return Some(Ok(char));
        }
        let kind = self.rest.as_bytes().get(1).copied();
        self.rest = self.rest.get(2..).unwrap_or_default();
        match kind {
            Some(b'u') => Some(self.unicode()),
            Some(kind) => Some(Ok(decode::simple(kind))),
            None => Some(Ok('\\')),
        }
    }

    /// After `\u`: four digits, and a second escape where the first is a high surrogate.
    fn unicode(&mut self) -> Result<char, LoneSurrogate> {
        let first = self.hex4().unwrap_or(0xfffd);
        if let Some(char) = char::from_u32(first) {
            return Ok(char);
        }
        let mut ahead = self.clone();
        ahead.rest = ahead.rest.strip_prefix("\\u").ok_or(LoneSurrogate(()))?;
        let second = ahead.hex4().unwrap_or_default();
        let char = decode::pair(first, second).ok_or(LoneSurrogate(()))?;
        self.rest = ahead.rest;
        Ok(char)
    }

    fn hex4(&mut self) -> Option<u32> {
        let code = hex4(self.rest.as_bytes().first_chunk()?)?;
        self.rest = self.rest.get(4..)?;
        Some(code)
    }
}

impl Iterator for Chars<'_> {
    type Item = char;

    #[inline]
    fn next(&mut self) -> Option<char> {
        self.next_unit().map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
    }
}

impl<'a> Value<'a> for Str<'a> {
    #[inline]
    fn read_value(cursor: &mut Cursor<'a>) -> Option<Self> {
        cursor.text_or_number()
    }

    #[inline(always)]
    fn bet(bet: &mut Bet<'a>) -> Option<Self> {
        bet.whole_string()
    }
}

impl fmt::Display for Str<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write;
        match self.as_str() {
            Some(text) => f.pad(text),
            None => self.chars().try_for_each(|char| f.write_char(char)),
        }
    }
}

/// Shows the length only: a string of a notification may be a text or a phone number.
impl fmt::Debug for Str<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Str({} bytes)", self.raw().len())
    }
}

impl PartialEq for Str<'_> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        match (self.as_str(), other.as_str()) {
            (Some(one), Some(two)) => one == two,
            _ => self.chars().eq(other.chars()),
        }
    }
}

impl Eq for Str<'_> {}

impl PartialEq<str> for Str<'_> {
    #[inline]
    fn eq(&self, other: &str) -> bool {
        match self.as_str() {
            Some(text) => text == other,
            None => self.chars().eq(other.chars()),
        }
    }
}

impl PartialEq<&str> for Str<'_> {
    #[inline]
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

impl PartialEq<Str<'_>> for str {
    fn eq(&self, other: &Str<'_>) -> bool {
        other == self
    }
}

impl PartialEq<Str<'_>> for &str {
    fn eq(&self, other: &Str<'_>) -> bool {
        other == *self
    }
}

impl PartialOrd for Str<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Str<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        if let (Some(one), Some(two)) = (self.as_str(), other.as_str()) {
            return one.cmp(two);
        }
        self.chars().cmp(other.chars())
    }
}

/// Hashes the decoded characters, so that equal strings have equal hashes in every byte form.
impl hash::Hash for Str<'_> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.chars().for_each(|char| char.hash(state));
        state.write_u8(0xff);
    }
}

/// The decoded text, or the number as a number: what the wire has.
impl Serialize for Str<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.is_number() {
            return super::number::serialize(self.raw(), serializer);
        }
        match self.as_str() {
            Some(text) => serializer.serialize_str(text),
            None => serializer.collect_str(self),
        }
    }
}

impl From<Str<'_>> for String {
    fn from(text: Str<'_>) -> Self {
        text.to_cow().into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn str_of(json: &str) -> Str<'static> {
        let json: &'static ByteString = Box::leak(Box::new(ByteString::from(json)));
        Cursor::at(json, 0).string()
    }

    #[test]
    fn decodes_as_serde_json_does() {
        for json in [
            r#""plain""#,
            r#""""#,
            r#""a\"b\\c\/d\b\f\n\r\t""#,
            r#""\u0928\u092e\u0938""#,
            r#""\ud83d\ude00 ok""#,
            "\"Ünïcode 😀\"",
            r#""\u00e9\u0000""#,
        ] {
            let ours = str_of(json);
            let theirs: String = serde_json::from_str(json).expect("valid");
            assert_eq!(ours.to_cow(), theirs);
            assert_eq!(ours.try_to_cow().as_deref(), Ok(theirs.as_str()));
            assert_eq!(ours.to_string(), theirs);
            assert!(ours == theirs.as_str());
            assert_eq!(
                serde_json::to_string(&ours).unwrap(),
                serde_json::to_string(&theirs).unwrap()
            );
        }
    }

    #[test]
    fn a_lone_surrogate_reads_as_the_replacement_character_and_is_told_by_the_strict_reader() {
        for (json, text) in [
            (r#""a\ud83dz""#, "a\u{fffd}z"),
            (r#""\ude00""#, "\u{fffd}"),
            (r#""\ud83d\ud83d\ude00""#, "\u{fffd}😀"),
            (r#""\ud83d\n""#, "\u{fffd}\n"),
        ] {
            assert_eq!(str_of(json).to_cow(), text);
            assert_eq!(str_of(json).try_to_cow(), Err(LoneSurrogate(())));
        }
    }

    #[test]
    fn equal_texts_are_equal_and_hash_alike_in_every_byte_form() {
        use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
        let (one, two) = (str_of(r#""\u00e9\/x""#), str_of("\"é/x\""));
        assert_eq!(one, two);
        assert_eq!(one.cmp(&two), Ordering::Equal);
        let hasher = BuildHasherDefault::<DefaultHasher>::default();
        assert_eq!(hasher.hash_one(one), hasher.hash_one(two));
        assert_ne!(one, str_of("\"é/y\""));
    }

    #[test]
    fn debug_never_shows_the_text() {
        assert_eq!(format!("{:?}", str_of("\"secret\"")), "Str(6 bytes)");
    }
}
