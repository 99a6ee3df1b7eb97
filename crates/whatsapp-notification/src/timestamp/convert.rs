//! Into the time types of other crates, each behind the feature of its name.
//!
//! ```
//! # #[cfg(feature = "jiff")] {
//! use whatsapp_notification::Timestamp;
//!
//! let time = jiff::Timestamp::try_from(Timestamp::from_secs(1_750_000_000))?;
//! assert_eq!(time.to_string(), "2025-06-15T15:06:40Z");
//! # }
//! # Ok::<(), whatsapp_notification::TimestampOutOfRange>(())
//! ```

use super::Timestamp;
use std::{error, fmt};

/// A moment that the other type cannot hold: thousands of years away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimestampOutOfRange(());

impl fmt::Display for TimestampOutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the time is out of the other type's range")
    }
}

impl error::Error for TimestampOutOfRange {}

const OUT_OF_RANGE: TimestampOutOfRange = TimestampOutOfRange(());

impl TryFrom<Timestamp> for std::time::SystemTime {
    type Error = TimestampOutOfRange;

    fn try_from(time: Timestamp) -> Result<Self, Self::Error> {
        time.to_system_time().ok_or(OUT_OF_RANGE)
    }
}

#[cfg(feature = "jiff")]
impl TryFrom<Timestamp> for jiff::Timestamp {
    type Error = TimestampOutOfRange;

    fn try_from(time: Timestamp) -> Result<Self, Self::Error> {
        jiff::Timestamp::from_millisecond(time.as_millis()).map_err(|_| OUT_OF_RANGE)
    }
}

#[cfg(feature = "time")]
impl TryFrom<Timestamp> for time::UtcDateTime {
    type Error = TimestampOutOfRange;

    fn try_from(time: Timestamp) -> Result<Self, Self::Error> {
        let nanos = i128::from(time.as_millis()) * 1_000_000;
        time::UtcDateTime::from_unix_timestamp_nanos(nanos).map_err(|_| OUT_OF_RANGE)
    }
}

#[cfg(feature = "time")]
impl TryFrom<Timestamp> for time::OffsetDateTime {
    type Error = TimestampOutOfRange;

    fn try_from(time: Timestamp) -> Result<Self, Self::Error> {
        time::UtcDateTime::try_from(time).map(Into::into)
    }
}

#[cfg(feature = "chrono")]
impl TryFrom<Timestamp> for chrono::DateTime<chrono::Utc> {
    type Error = TimestampOutOfRange;

    fn try_from(time: Timestamp) -> Result<Self, Self::Error> {
        chrono::DateTime::from_timestamp_millis(time.as_millis()).ok_or(OUT_OF_RANGE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A moment before 1970, one in milliseconds, and one that is too far away.
    #[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
    fn check<T: TryFrom<Timestamp>>(millis: fn(T) -> i128) {
        for moment in [Timestamp::from_secs(-1), Timestamp::from_millis(1_602_532_300_123)] {
            let there = T::try_from(moment).ok().map(millis);
            assert_eq!(there, Some(i128::from(moment.as_millis())));
        }
        assert!(T::try_from(Timestamp::from_secs(i64::MAX)).is_err());
    }

    #[cfg(feature = "jiff")]
    #[test]
    fn jiff() {
        check::<jiff::Timestamp>(|time| time.as_millisecond().into());
    }

    #[cfg(feature = "time")]
    #[test]
    fn time() {
        check::<time::UtcDateTime>(|time| time.unix_timestamp_nanos() / 1_000_000);
        check::<time::OffsetDateTime>(|time| time.unix_timestamp_nanos() / 1_000_000);
    }

    #[cfg(feature = "chrono")]
    #[test]
    fn chrono() {
        check::<chrono::DateTime<chrono::Utc>>(|time| time.timestamp_millis().into());
    }

    #[test]
    fn the_standard_library() {
        let moment = Timestamp::from_millis(1_602_532_300_123);
        let time = std::time::SystemTime::try_from(moment);
        assert_eq!(time.ok(), moment.to_system_time());
    }
}
