//! [`Number`]: a number, written as a number or in quotes.
//!
//! ```
//! use whatsapp_notification::{Location, Notification};
//!
//! let body = r#"{"messages":[{"from":"15550001","id":"A","timestamp":"1750000000",
//!     "location":{"latitude":"-1.50","longitude":{}},"type":"location"}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<Location>().ok());
//! let event = event.ok_or("no such event")?;
//! let place = event.get();
//! assert_eq!(place.latitude.map(|degrees| degrees.as_str()), Some("-1.50"));
//! assert!(place.longitude.is_none()); // another type reads as absent
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::{Bet, Cursor, Str, Value, lex::number_end};
use serde::{Serialize, Serializer};
use std::fmt;

/// A number of a notification, whether the body has `7.5` or `"7.5"`: WhatsApp sends both
/// for the same field. Its decimal text is kept, so that a price loses nothing.
///
/// `Debug` does not show the value: a coordinate is personal.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Number<'a>(Str<'a>);

impl<'a> Number<'a> {
    /// The number that this text is.
    #[inline]
    pub(crate) fn of(text: Str<'a>) -> Self {
        Number(text)
    }

    /// The decimal text as it stands in the body, without quotes.
    #[must_use]
    pub fn as_str(&self) -> &'a str {
        self.0.raw()
    }

    /// The value, if it is whole and fits.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        self.as_str().parse().ok()
    }

    /// The value, if it is whole, not negative, and fits.
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        self.as_str().parse().ok()
    }

    /// The nearest `f64`; infinite where the number is too large for one.
    #[must_use]
    pub fn as_f64(&self) -> f64 {
        // Every JSON number is one to Rust too.
        short(self.0.raw_bytes()).or_else(|| self.as_str().parse().ok()).unwrap_or(f64::NAN)
    }
}

/// The value of a short decimal, such as a code or a price. Digits of up to fifteen places and the
/// power of ten below them are exact, so that their quotient is the nearest `f64` (Clinger 1990).
#[inline]
fn short(text: &[u8]) -> Option<f64> {
    if text.len() > 15 {
        return None;
    }
    let (mut digits, mut point) = (0_u64, text.len());
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'0'..=b'9' => digits = digits * 10 + u64::from(byte - b'0'),
            b'.' => point = at + 1,
            _ => return None,
        }
    }
    // A JSON number has one point at most.
    let places = text.len() - point;
    let power = POWERS.get(places)?;
    Some(if places == 0 { digits as f64 } else { digits as f64 / power })
}

const POWERS: [f64; 16] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

impl<'a> Value<'a> for Number<'a> {
    fn read_value(cursor: &mut Cursor<'a>) -> Option<Self> {
        if let Some(b'0'..=b'9') = cursor.peek() {
            return Some(Number(cursor.number()));
        }
        let text = cursor.text_or_number()?;
        (text.is_number() || is_number(text.raw())).then_some(Number(text))
    }

    #[inline(always)]
    fn bet(bet: &mut Bet<'a>) -> Option<Self> {
        bet.number().map(Number)
    }
}

/// True for text that is exactly one JSON number.
fn is_number(text: &str) -> bool {
    number_end(text.as_bytes(), 0) == Ok(text.len() as u32)
}

impl fmt::Display for Number<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Number<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Number(..)")
    }
}

/// As on the wire: a number as a number, one in quotes as a string.
impl Serialize for Number<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// Serializes the text of a number as that number.
pub(super) fn serialize<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    if let Ok(number) = text.parse::<i64>() {
        serializer.serialize_i64(number)
    } else if let Ok(number) = text.parse::<u64>() {
        serializer.serialize_u64(number)
    } else {
        serializer.serialize_f64(text.parse().map_err(serde::ser::Error::custom)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytestring::ByteString;

    /// What a reader makes of the number, or of whatever else the JSON is.
    fn read<T>(json: &str, reader: impl Fn(Number<'_>) -> T) -> Option<T> {
        let json = ByteString::from(json);
        Number::read_value(&mut Cursor::at(&json, 0)).map(reader)
    }

    #[test]
    fn a_number_in_quotes_is_the_same_number() {
        for (json, value) in [("7.5", 7.5), ("\"7.5\"", 7.5), ("-3", -3.0), ("\"12\"", 12.0)] {
            assert_eq!(read(json, |number| number.as_f64()), Some(value), "{json}");
        }
        assert_eq!(read("\"42\"", |number| number.as_u64()).flatten(), Some(42));
        assert_eq!(read("18446744073709551615", |n| n.as_u64()).flatten(), Some(u64::MAX));
    }

    #[test]
    fn short_decimals_are_the_nearest_floats() {
        let parts = ["0", "7", "10", "1234567", "999999999999999"];
        let fractions = ["", ".0", ".1", ".05", ".29", ".123456", ".00000000000001"];
        for text in parts.iter().flat_map(|whole| fractions.map(|rest| format!("{whole}{rest}"))) {
            let nearest: f64 = text.parse().expect("a decimal");
            assert_eq!(read(&text, |number| number.as_f64()), Some(nearest), "{text}");
            assert_eq!(short(text.as_bytes()).is_some(), text.len() <= 15, "{text}");
        }
        for other in ["-1", "1e3", "0.1e-2"] {
            assert_eq!(short(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn what_is_no_number_reads_as_none() {
        for json in [
            "\"TIER_2K\"",
            "\"\"",
            "\" 1\"",
            "\"1 \"",
            "\"01\"",
            "null",
            "[1]",
            "true",
            r#""\u0031""#,
        ] {
            assert_eq!(read(json, |number| number.as_f64()), None, "{json}");
        }
    }
}
