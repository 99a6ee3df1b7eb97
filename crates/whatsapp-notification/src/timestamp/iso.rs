//! Dates as one partner's documents write them: ISO 8601, in the profile of RFC 3339.

/// Seconds since 1970 of `2025-04-17`, `2025-04-17T09:30:00Z` or `2025-04-17T09:30:00+02:00`.
/// A fraction is dropped; a time without a zone is UTC.
#[cold]
pub(super) fn seconds(text: &str) -> Option<i64> {
    let (date, rest) = (text.get(..10)?, text.get(10..)?);
    let mut parts = date.splitn(3, '-').map(number);
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let days = days(year, month, day)?;
    let Some(time) = rest.strip_prefix(['T', 't', ' ']) else {
        return rest.is_empty().then(|| days * DAY);
    };
    let mut parts = time.get(..8)?.splitn(3, ':').map(number);
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    // 60 is a leap second.
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let zone = match time.get(8..)?.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|digit: char| digit.is_ascii_digit()),
        None => time.get(8..)?,
    };
    Some(days * DAY + hour * 3600 + minute * 60 + second - offset(zone)?)
}

const DAY: i64 = 86_400;

/// Seconds by which the zone is ahead of UTC.
fn offset(zone: &str) -> Option<i64> {
    let (sign, rest) = match zone {
        "" | "Z" | "z" => return Some(0),
        zone => match zone.split_at_checked(1)? {
            ("+", rest) => (1, rest),
            ("-", rest) => (-1, rest),
            _ => return None,
        },
    };
    let (hours, minutes) = (number(rest.get(..2)?)?, rest.get(2..)?);
    let minutes = number(minutes.strip_prefix(':').unwrap_or(minutes))?;
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

fn number(digits: &str) -> Option<i64> {
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok()
}

/// Days since 1970 of a date of the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let february = if leap { 29 } else { 28 };
    let lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let before = lengths.get(..usize::try_from(month.checked_sub(1)?).ok()?)?;
    let length = *lengths.get(before.len())?;
    if !(1..=length).contains(&day) {
        return None;
    }
    // Whole years since 0000, of which every fourth is a leap year, but for …
    let leaps = |years: i64| (years + 3) / 4 - (years + 99) / 100 + (years + 399) / 400;
    let since = |years: i64| years * 365 + leaps(years);
    Some(since(year) - since(1970) + before.iter().sum::<i64>() + day - 1)
}

#[cfg(test)]
mod tests {
    use super::seconds;
    use proptest::prelude::*;

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "soon",
            "April 17, 2025",
            "2025-13-01",
            "2025-02-29",
            "2025-00-10",
            "2025-01-00",
            "2025-01-01T",
            "2025-01-01T24:00:00Z",
            "2025-01-01T00:00:00+2",
            "2025-01-01T00:00:00X",
            "+025-01-01",
            "2025-01-01é",
        ] {
            assert_eq!(seconds(text), None, "{text}");
        }
        assert_eq!(seconds("2024-02-29"), Some(1_709_164_800));
        assert_eq!(seconds("1970-01-01T00:00:00.9"), Some(0));
    }

    proptest! {
        #[test]
        fn dates_are_read_as_jiff_reads_them(
            secs in -62_167_219_200_i64..253_402_207_200,
            zone in prop_oneof![Just("Z"), Just("+02:00"), Just("-0330")],
        ) {
            let stamp = jiff::Timestamp::from_second(secs).map_err(|error| TestCaseError::fail(error.to_string()))?;
            let text = format!("{}{zone}", &stamp.to_string()[..19]);
            let theirs: jiff::Timestamp = text.parse().map_err(|_| TestCaseError::reject("out of jiff's range"))?;
            prop_assert_eq!(seconds(&text), Some(theirs.as_second()), "{}", text);
        }
    }
}
