//! The lexical pieces below the cursor: the end of a string, of an escape, of a number.
//!
//! Strings end where memchr's vector code finds a quote or a backslash. Its top-level functions
//! choose AVX2 at run time through a pointer, which costs more than it gains on strings of 15 bytes;
//! its building blocks for the vectors that every machine of an architecture has are inlined
//! instead.

#[cfg(target_arch = "aarch64")]
use memchr::arch::aarch64::neon::memchr::Two;
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
use memchr::arch::all::memchr::Two;
#[cfg(target_arch = "x86_64")]
use memchr::arch::x86_64::sse2::memchr::Two;

/// The offset of the first quote or backslash at or after `at`; the length if there is none.
#[inline(always)]
pub(super) fn quote_or_backslash(bytes: &[u8], at: usize) -> usize {
    // Most strings end within one vector: that much is worth inlining.
    let first = bytes.get(at..).and_then(|rest| rest.first_chunk::<16>());
    match (first, first.and_then(|first| two()?.find(first))) {
        (_, Some(found)) => at + found,
        (Some(_), None) => quote_or_backslash_beyond(bytes, at + 16),
        (None, None) => quote_or_backslash_beyond(bytes, at),
    }
}

#[inline(never)]
fn quote_or_backslash_beyond(bytes: &[u8], at: usize) -> usize {
    let found = bytes.get(at..).and_then(|rest| two()?.find(rest));
    found.map_or(bytes.len(), |found| at + found)
}

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
#[inline(always)]
fn two() -> Option<Two> {
    Two::new(b'"', b'\\')
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
#[inline(always)]
fn two() -> Option<Two> {
    Some(Two::new(b'"', b'\\'))
}

/// True if there is a control character anywhere: in compact JSON there is none, and its strings
/// need not be searched for one. The minimum of bytes is one vector instruction.
pub(super) fn has_controls(bytes: &[u8]) -> bool {
    let least = |bytes: &[u8]| bytes.iter().fold(u8::MAX, |least, byte| least.min(*byte));
    let (chunks, rest) = bytes.as_chunks::<32>();
    let least_of_all = chunks.iter().fold([u8::MAX; 32], |mut least, chunk| {
        least.iter_mut().zip(chunk).for_each(|(least, byte)| *least = (*least).min(*byte));
        least
    });
    // The last 32 bytes once more, rather than the rest one by one.
    let end = bytes.last_chunk::<32>().map_or(least(rest), |end| least(end));
    least(&least_of_all).min(end) < 0x20
}

/// The offset behind the number that starts here, or of what makes it none.
pub(super) fn number_end(bytes: &[u8], start: usize) -> Result<usize, usize> {
    let minus = usize::from(bytes.get(start) == Some(&b'-'));
    let first = start + minus;
    let mut at = digits(bytes, first);
    // One or more digits, and no zero in front of others.
    if at == first || (at > first + 1 && bytes.get(first) == Some(&b'0')) {
        return Err(first);
    }
    if bytes.get(at) == Some(&b'.') {
        let fraction = at + 1;
        at = digits(bytes, fraction);
        if at == fraction {
            return Err(at);
        }
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let exponent = at + 1 + sign;
        at = digits(bytes, exponent);
        if at == exponent {
            return Err(at);
        }
    }
    Ok(at)
}

#[inline]
fn digits(bytes: &[u8], mut at: usize) -> usize {
    while let Some(b'0'..=b'9') = bytes.get(at) {
        at += 1;
    }
    at
}

/// The length of the escape at `at`: 2, or 6 for `\uXXXX`; `None` if it is not one.
#[inline]
pub(super) fn escape_len(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at + 1)? {
        b'u' => {
            let digits = bytes.get(at + 2..at + 6)?;
            digits.iter().all(u8::is_ascii_hexdigit).then_some(6)
        }
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(2),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_special_byte_is_found_at_every_distance() {
        for special in [b'"', b'\\'] {
            for before in 0..70 {
                for after in 0..40 {
                    let mut bytes = vec![0xc3; before];
                    bytes.push(special);
                    bytes.extend(std::iter::repeat_n(b'"', after));
                    assert_eq!(quote_or_backslash(&bytes, 0), before);
                    assert_eq!(quote_or_backslash(&bytes, before), before);
                }
            }
        }
        assert_eq!(quote_or_backslash(b"0123456789", 3), 10);
        assert_eq!(quote_or_backslash(b"0123456789", 30), 10);
    }

    #[test]
    fn a_control_character_is_found_at_every_place() {
        for at in 0..100 {
            let mut bytes = vec![b' '; 100];
            assert!(!has_controls(&bytes));
            bytes[at] = 0x1f;
            assert!(has_controls(&bytes));
        }
        assert!(!has_controls(b""));
    }
}
