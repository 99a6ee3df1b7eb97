//! [`Timestamp`]: WhatsApp's times, in whichever unit a field has them.
//!
//! ```
//! use std::time::{Duration, UNIX_EPOCH};
//! use whatsapp_notification::Timestamp;
//!
//! let time = Timestamp::from_secs(1_750_000_000);
//! assert_eq!(time.as_millis(), 1_750_000_000_000);
//! assert_eq!(time.to_system_time(), Some(UNIX_EPOCH + Duration::from_secs(1_750_000_000)));
//! ```

mod convert;
mod iso;

pub use convert::TimestampOutOfRange;

use crate::{
    json::{Bet, Cursor, Str, Value},
    scan::join::text_at,
};
use bytestring::ByteString;
use serde::{Serialize, Serializer};
use std::{
    cmp::Ordering,
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// A moment: a whole number of seconds or of milliseconds since 1970-01-01 UTC.
///
/// Nearly all fields are in seconds, as a string or as a number; an On-Premises identity is in
/// milliseconds, and one partner's documents show an ISO date. The unit is known per field, so that
/// a `Timestamp` is always right.
///
/// With the features `jiff`, `time` and `chrono` it converts into their types by `TryFrom`.
#[derive(Clone, Copy)]
pub struct Timestamp {
    value: i64,
    unit: Unit,
}

#[derive(Clone, Copy)]
enum Unit {
    Seconds,
    Millis,
}

impl Timestamp {
    /// A moment in seconds since 1970.
    #[must_use]
    pub const fn from_secs(secs: i64) -> Self {
        Timestamp { value: secs, unit: Unit::Seconds }
    }

    /// A moment in milliseconds since 1970.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Timestamp { value: millis, unit: Unit::Millis }
    }

    /// Whole seconds since 1970, rounded down.
    #[must_use]
    pub const fn as_secs(self) -> i64 {
        match self.unit {
            Unit::Seconds => self.value,
            Unit::Millis => self.value.div_euclid(1000),
        }
    }

    /// Milliseconds since 1970; saturating.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        match self.unit {
            Unit::Seconds => self.value.saturating_mul(1000),
            Unit::Millis => self.value,
        }
    }

    /// As the standard library's time; `None` where that cannot hold it.
    #[must_use]
    pub fn to_system_time(self) -> Option<SystemTime> {
        let since = match self.unit {
            Unit::Seconds => Duration::from_secs(self.value.unsigned_abs()),
            Unit::Millis => Duration::from_millis(self.value.unsigned_abs()),
        };
        if self.value < 0 { UNIX_EPOCH.checked_sub(since) } else { UNIX_EPOCH.checked_add(since) }
    }

    /// The moment that a text says: seconds, or an ISO date.
    #[inline]
    pub(crate) fn of(text: Str<'_>) -> Option<Self> {
        ten_digits(text.raw_bytes()).map(Timestamp::from_secs).or_else(|| Timestamp::of_any(text))
    }

    #[inline(never)]
    fn of_any(text: Str<'_>) -> Option<Self> {
        let text = text.raw();
        whole(text).or_else(|| iso::seconds(text)).map(Timestamp::from_secs)
    }

    /// The moment at a place that the scan has noted.
    #[inline]
    pub(crate) fn at(text: &ByteString, place: u32) -> Option<Self> {
        let at = place as usize;
        match text.as_bytes().get(at..at + 12) {
            Some([b'"', digits @ .., b'"']) if place != 0 => {
                ten_digits(digits).map(Timestamp::from_secs)
            }
            _ => None,
        }
        .or_else(|| text_at(text, place).and_then(Timestamp::of_any))
    }

    /// For `object!`: a field in milliseconds.
    pub(crate) fn read_millis(cursor: &mut Cursor<'_>) -> Option<Self> {
        whole(cursor.text_or_number()?.raw()).map(Timestamp::from_millis)
    }
}

/// The whole number that these decimal digits are. Times are on every handler's way, and the
/// standard library's parser takes five times as many instructions.
fn whole(text: &str) -> Option<i64> {
    ten_digits(text.as_bytes()).or_else(|| any_whole(text))
}

/// The number of the ten digits that times have until the year 2286.
#[inline]
fn ten_digits(text: &[u8]) -> Option<i64> {
    match text {
        [first @ b'1'..=b'9', rest @ .., last @ b'0'..=b'9'] if rest.len() == 8 => {
            let middle = eight_digits(rest.first_chunk()?)?;
            Some(i64::from(first - b'0') * 1_000_000_000 + middle * 10 + i64::from(last - b'0'))
        }
        _ => None,
    }
}

/// The number of eight digits: neighbours are added up to pairs, pairs to fours, fours to eight.
#[inline]
fn eight_digits(digits: &[u8; 8]) -> Option<i64> {
    let each = |byte: u8| u64::from_le_bytes([byte; 8]);
    let text = u64::from_le_bytes(*digits);
    // Of digits alone the upper halves are 3, and stay so when 6 is added to the lower ones.
    let high = each(0xf0);
    if (text & high) | ((text.wrapping_add(each(6)) & high) >> 4) != each(0x33) {
        return None;
    }
    let ones = text & each(0x0f);
    let pairs = (ones * 10 + (ones >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs * 100 + (pairs >> 16)) & 0x0000_ffff_0000_ffff;
    Some(((fours * 10_000 + (fours >> 32)) & 0xffff_ffff).cast_signed())
}

fn any_whole(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    // A zero in front would be lost in the number.
    let zero = digits.as_bytes().first() == Some(&b'0') && text.len() > 1;
    if digits.is_empty() || digits.len() > 18 || zero {
        return None;
    }
    let digit =
        |value: i64, byte: u8| byte.is_ascii_digit().then(|| value * 10 + i64::from(byte - b'0'));
    digits.bytes().try_fold(0, digit).map(|value| sign * value)
}

/// A field in seconds, as a number or in quotes; or an ISO date.
impl<'a> Value<'a> for Timestamp {
    #[inline]
    fn read_value(cursor: &mut Cursor<'a>) -> Option<Self> {
        cursor.text_or_number().and_then(Timestamp::of)
    }

    #[inline(always)]
    fn bet(bet: &mut Bet<'a>) -> Option<Self> {
        bet.literal(b"\"")?;
        let time = ten_digits(bet.str_of(10).raw_bytes())?;
        bet.literal(b"\"")?;
        Some(Timestamp::from_secs(time))
    }
}

impl PartialEq for Timestamp {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Timestamp {}

impl PartialOrd for Timestamp {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// By the moment, whatever the unit.
impl Ord for Timestamp {
    fn cmp(&self, other: &Self) -> Ordering {
        let millis = |time: &Self| match time.unit {
            Unit::Seconds => i128::from(time.value) * 1000,
            Unit::Millis => i128::from(time.value),
        };
        millis(self).cmp(&millis(other))
    }
}

impl std::hash::Hash for Timestamp {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.as_millis().hash(state);
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.unit {
            Unit::Seconds => write!(f, "{} s", self.value),
            Unit::Millis => write!(f, "{} ms", self.value),
        }
    }
}

/// The number in the unit that the field has on the wire.
impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_compare_across_units() {
        assert_eq!(Timestamp::from_secs(2), Timestamp::from_millis(2000));
        assert!(Timestamp::from_millis(1999) < Timestamp::from_secs(2));
        assert_eq!(Timestamp::from_millis(-1).as_secs(), -1);
        assert_eq!(Timestamp::from_secs(i64::MAX).as_millis(), i64::MAX);
    }

    #[test]
    fn ten_digits_are_the_number_that_the_standard_library_reads() {
        for number in (1_000_000_000..10_000_000_000_i64).step_by(98_765_431) {
            let digits = number.to_string();
            assert_eq!(whole(&digits), Some(number));
            for at in 0..10 {
                for byte in ['/', ':', ' ', 'a', '\u{7f}'] {
                    let mut text = digits.clone();
                    text.replace_range(at..=at, &byte.to_string());
                    let expected = text.parse().ok();
                    assert_eq!(whole(&text), expected, "{text}");
                }
            }
        }
    }

    #[test]
    fn seconds_may_be_a_string_or_a_number() {
        for json in ["1750000000", "\"1750000000\""] {
            let json = bytestring::ByteString::from(json);
            let time = Timestamp::read_value(&mut Cursor::at(&json, 0));
            assert_eq!(time, Some(Timestamp::from_secs(1_750_000_000)));
        }
        for json in [
            "\"\"",
            "\"-\"",
            "\"soon\"",
            "1.5",
            "null",
            "{}",
            "9999999999999999999",
            "\"01\"",
            "-0",
        ] {
            let json = bytestring::ByteString::from(json);
            let time = Timestamp::read_value(&mut Cursor::at(&json, 0));
            assert_eq!(time, None, "{json}");
        }
    }
}
