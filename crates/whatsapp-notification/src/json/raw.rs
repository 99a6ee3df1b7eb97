//! [`Raw`]: a JSON value kept as its text.
//!
//! ```
//! use whatsapp_notification::{Change, Notification};
//!
//! let body = r#"{"entry":[{"changes":[{"field":"tomorrow","value":{"event":"DAWN"}}]}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<Change>().ok());
//! let event = event.ok_or("no such event")?;
//! let fields: std::collections::BTreeMap<&str, &str> = event.get().deserialize()?;
//! assert_eq!(fields["event"], "DAWN"); // borrowed from the body
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::{Cursor, Value};
use serde::{Deserialize, Serialize, Serializer, de};
use serde_json::value::RawValue;
use std::fmt;

/// A JSON value of a notification, as its text in the body.
///
/// `Debug` shows the length only.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Raw<'a>(&'a str);

impl<'a> Raw<'a> {
    #[inline]
    pub(crate) fn new(json: &'a str) -> Self {
        Raw(json)
    }

    /// The JSON text.
    #[inline]
    #[must_use]
    pub fn as_str(&self) -> &'a str {
        self.0
    }

    /// Reads the value into your own serde type, which may borrow from the body.
    ///
    /// # Errors
    /// What `serde_json` says when the value does not fit the type.
    pub fn deserialize<T: Deserialize<'a>>(&self) -> serde_json::Result<T> {
        serde_json::from_str(self.0)
    }

    /// The value as `serde_json`'s raw value.
    ///
    /// # Errors
    /// Never for a value of a parsed notification.
    pub fn to_raw_value(&self) -> serde_json::Result<&'a RawValue> {
        serde_json::from_str(self.0)
    }
}

/// `null`, which is what stands where nothing is.
impl Default for Raw<'_> {
    fn default() -> Self {
        Raw("null")
    }
}

impl<'a> Value<'a> for Raw<'a> {
    const IS_RAW: bool = true;

    fn read_value(cursor: &mut Cursor<'a>) -> Option<Self> {
        let is_null = cursor.peek() == Some(b'n');
        let start = cursor.offset();
        cursor.skip_value();
        cursor.text().get(start as usize..cursor.offset() as usize).filter(|_| !is_null).map(Raw)
    }
}

impl fmt::Debug for Raw<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Raw({} bytes)", self.0.len())
    }
}

impl Serialize for Raw<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value = self.to_raw_value().map_err(serde::ser::Error::custom)?;
        value.serialize(serializer)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Raw<'a> {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&'de RawValue>::deserialize(deserializer).map(|value| Raw(value.get()))
    }
}
