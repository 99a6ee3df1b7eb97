//! The lexical pieces below the cursor: the end of a string, of an escape, of a number.
//!
//! A string ends at a quote, and a backslash or a control character stops the search for it. Sixteen
//! bytes are looked at in one go.

use wide::u8x16;

/// What a string search looks at in one go.
const CHUNK: u32 = 16;

/// The offset of the first quote, backslash or control character at or after `at`; the length, or
/// `at` if that is behind it, if there is none.
#[inline(always)]
pub(super) fn quote_or_odd(bytes: &[u8], at: u32) -> u32 {
    // Most strings end within one chunk: that much is worth inlining.
    match chunk(bytes, at).map(odd_bytes) {
        Some(0) => quote_or_odd_beyond(bytes, at + CHUNK),
        Some(odd) => at + odd.trailing_zeros(),
        None => quote_or_odd_beyond(bytes, at),
    }
}

/// The same, for strings that are mostly longer than a chunk: four in one go.
#[inline(always)]
pub(super) fn quote_or_odd_far(bytes: &[u8], at: u32) -> u32 {
    let start = at as usize;
    let Some((block, [])) = bytes.get(start..start + 64).map(<[u8]>::as_chunks) else {
        return quote_or_odd_beyond(bytes, at);
    };
    let odd = block.iter().rev().fold(0, |odd, chunk| odd << CHUNK | u64::from(odd_bytes(chunk)));
    if odd == 0 { quote_or_odd_beyond(bytes, at + 64) } else { at + odd.trailing_zeros() }
}

#[inline(never)]
fn quote_or_odd_beyond(bytes: &[u8], mut at: u32) -> u32 {
    while let Some(chunk) = chunk(bytes, at) {
        let odd = odd_bytes(chunk);
        if odd != 0 {
            return at + odd.trailing_zeros();
        }
        at += CHUNK;
    }
    while bytes.get(at as usize).is_some_and(|byte| !is_odd(*byte)) {
        at += 1;
    }
    at
}

/// True if the first quote, backslash or control character stands so many bytes behind `at`.
#[inline(always)]
pub(super) fn ends_behind(bytes: &[u8], at: u32, len: u32) -> bool {
    let odd = |at| chunk(bytes, at).map(odd_bytes);
    let (chunks, rest) = (len / CHUNK, len % CHUNK);
    let up_to_there = (2 << rest) - 1;
    (0..chunks).all(|before| odd(at + before * CHUNK) == Some(0))
        && odd(at + chunks * CHUNK).is_some_and(|odd| odd & up_to_there == 1 << rest)
}

#[inline(always)]
fn chunk(bytes: &[u8], at: u32) -> Option<&[u8; CHUNK as usize]> {
    let at = at as usize;
    bytes.get(at..at + CHUNK as usize)?.first_chunk()
}

fn is_odd(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | ..b' ')
}

/// One bit a byte: set where it is odd.
#[inline(always)]
fn odd_bytes(chunk: &[u8; CHUNK as usize]) -> u32 {
    let text = u8x16::new(*chunk);
    // With this bit turned, a quote is what comes behind the control characters.
    let quote_or_control = (text ^ u8x16::splat(0x02)).simd_le(u8x16::splat(b' '));
    (quote_or_control | text.simd_eq(u8x16::splat(b'\\'))).to_bitmask()
}

/// True if the same so many bytes stand at both places.
#[inline]
pub(super) fn are_same(bytes: &[u8], one: u32, other: u32, len: u32) -> bool {
    if let (Some(ours), Some(theirs)) = (chunk(bytes, one), chunk(bytes, other))
        && len <= CHUNK
    {
        let same = u8x16::new(*ours).simd_eq(u8x16::new(*theirs)).to_bitmask();
        return same.trailing_ones() >= len;
    }
    let at = |at: u32| bytes.get(at as usize..(at + len) as usize);
    at(one).is_some() && at(one) == at(other)
}

/// The offset behind white space.
#[cold]
#[inline(never)]
pub(super) fn space_end(bytes: &[u8], mut at: u32) -> u32 {
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = bytes.get(at as usize) {
        at += 1;
    }
    at
}

/// The offset behind the number that starts here, or of what makes it none.
#[inline(always)]
pub(super) fn number_end(bytes: &[u8], start: u32) -> Result<u32, u32> {
    match short_number_end(bytes, start) {
        Some(end) => Ok(end),
        None => any_number_end(bytes, start),
    }
}

/// The same for digits, maybe with a fraction, that stand within one chunk; `None` for the rest.
#[inline(always)]
fn short_number_end(bytes: &[u8], start: u32) -> Option<u32> {
    let text = u8x16::new(*chunk(bytes, start)?);
    // Of all bytes digits alone are at most nine behind a zero.
    let digits = (text - u8x16::splat(b'0')).simd_le(u8x16::splat(9)).to_bitmask();
    let whole = digits.trailing_ones();
    if whole == 0 || whole >= CHUNK || (whole > 1 && byte(bytes, start) == Some(b'0')) {
        return None;
    }
    let end = start + whole;
    match byte(bytes, end)? {
        b'.' => {
            let fraction = (digits >> (whole + 1)).trailing_ones();
            let end = end + 1 + fraction;
            let ends = fraction > 0
                && end < start + CHUNK
                && !matches!(byte(bytes, end), Some(b'e' | b'E'));
            ends.then_some(end)
        }
        b'e' | b'E' => None,
        _ => Some(end),
    }
}

#[inline(never)]
fn any_number_end(bytes: &[u8], start: u32) -> Result<u32, u32> {
    let minus = u32::from(byte(bytes, start) == Some(b'-'));
    let first = start + minus;
    let mut at = digits(bytes, first);
    // One or more digits, and no zero in front of others.
    if at == first || (at > first + 1 && byte(bytes, first) == Some(b'0')) {
        return Err(first);
    }
    if byte(bytes, at) == Some(b'.') {
        let fraction = at + 1;
        at = digits(bytes, fraction);
        if at == fraction {
            return Err(at);
        }
    }
    if let Some(b'e' | b'E') = byte(bytes, at) {
        let sign = u32::from(matches!(byte(bytes, at + 1), Some(b'+' | b'-')));
        let exponent = at + 1 + sign;
        at = digits(bytes, exponent);
        if at == exponent {
            return Err(at);
        }
    }
    Ok(at)
}

#[inline]
fn digits(bytes: &[u8], mut at: u32) -> u32 {
    while let Some(b'0'..=b'9') = byte(bytes, at) {
        at += 1;
    }
    at
}

#[inline(always)]
fn byte(bytes: &[u8], at: u32) -> Option<u8> {
    bytes.get(at as usize).copied()
}

/// The offset of the quote that ends the string under way at `at`, or of what makes it none.
#[inline(never)]
pub(super) fn string_end(bytes: &[u8], at: u32) -> u32 {
    let mut at = quote_or_odd(bytes, at);
    while let Some([b'\\', kind]) = bytes.get(at as usize..).and_then(|rest| rest.first_chunk()) {
        let end = match kind {
            b'u' => unicode_end(bytes, at),
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => at + 2,
            _ => at,
        };
        if end == at {
            return at; // No escape.
        }
        at = if byte(bytes, end) == Some(b'\\') { end } else { quote_or_odd(bytes, end) };
    }
    at
}

/// The end of a run of `\uXXXX`: mostly one follows another.
#[inline(always)]
fn unicode_end(bytes: &[u8], mut at: u32) -> u32 {
    let (escapes, _) = bytes.get(at as usize..).unwrap_or_default().as_chunks::<6>();
    for [backslash, u, a, b, c, d] in escapes {
        let digits = digit(*a) | digit(*b) | digit(*c) | digit(*d);
        if (*backslash, *u) != (b'\\', b'u') || digits & NO_DIGIT != 0 {
            break;
        }
        at += 6;
    }
    at
}

/// The value of four hexadecimal digits.
#[inline(always)]
pub(super) fn hex4(digits: &[u8; 4]) -> Option<u32> {
    let [a, b, c, d] = digits.map(digit);
    let value = |digit: u8| u32::from(digit);
    let all = value(a) << 12 | value(b) << 8 | value(c) << 4 | value(d);
    ((a | b | c | d) & NO_DIGIT == 0).then_some(all)
}

const NO_DIGIT: u8 = 0x80;

#[inline(always)]
fn digit(byte: u8) -> u8 {
    DIGITS[byte as usize]
}

/// The value of each byte as a hexadecimal digit.
static DIGITS: [u8; 256] = {
    let mut digits = [NO_DIGIT; 256];
    let mut value = 0;
    while value < 16 {
        let digit = b"0123456789abcdef"[value as usize];
        digits[digit as usize] = value;
        digits[digit.to_ascii_uppercase() as usize] = value;
        value += 1;
    }
    digits
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_odd_byte_is_found_at_every_distance() {
        for odd in [b'"', b'\\', 0, 0x1f] {
            for before in 0..100 {
                for after in 0..40 {
                    let mut bytes = vec![0xc3; before];
                    bytes.push(odd);
                    bytes.extend(std::iter::repeat_n(b'"', after));
                    assert_eq!(quote_or_odd(&bytes, 0), before as u32);
                    assert_eq!(quote_or_odd(&bytes, before as u32), before as u32);
                }
            }
        }
        let far: Vec<u8> = std::iter::repeat_n(b'a', 200).collect();
        for end in 0..150 {
            let mut bytes = far.clone();
            bytes[end] = b'"';
            assert_eq!(quote_or_odd_far(&bytes, 0), end as u32);
            assert_eq!(quote_or_odd_far(&bytes[..end + 1], 0), end as u32);
        }
        assert_eq!(quote_or_odd(b"0123456789", 3), 10);
        assert_eq!(quote_or_odd(b"0123456789", 30), 30);
    }

    #[test]
    fn a_string_ends_behind_so_many_bytes_if_no_odd_one_stands_before() {
        for len in [10, 32] {
            for odd in [b'"', b'\\', 0x1f] {
                for place in 0..60 {
                    for size in place + 1..70 {
                        let mut bytes = vec![b'a'; size];
                        bytes[place] = odd;
                        let there = place as u32 == len;
                        let ends = ends_behind(&bytes, 0, len);
                        // Near the end of the body it may miss one, and never finds another.
                        let room = size >= (len as usize / 16 + 1) * 16;
                        assert_eq!(ends, there && room, "{len} {place} {size}");
                    }
                }
            }
        }
    }

    #[test]
    fn every_byte_is_judged_alike_alone_and_in_a_chunk() {
        for byte in 0..=u8::MAX {
            for at in 0..CHUNK as usize {
                let mut chunk = [b'a'; CHUNK as usize];
                chunk[at] = byte;
                let expected = u32::from(is_odd(byte)) << at;
                assert_eq!(odd_bytes(&chunk), expected, "{byte:#x} at {at}");
            }
        }
    }

    #[test]
    fn short_numbers_end_where_any_number_does() {
        let pieces = ["", "-", "0", "00", "7", "40", "0.5", ".", "e", "E+2", "1234567890123456"];
        for behind in [",                ", "}", "", " 1               "] {
            for text in pieces.iter().flat_map(|a| pieces.iter().map(move |b| (a, b))) {
                let text = format!("{}{}{behind}", text.0, text.1);
                let any = any_number_end(text.as_bytes(), 0);
                if let Some(end) = short_number_end(text.as_bytes(), 0) {
                    assert_eq!(any, Ok(end), "{text}");
                }
                assert_eq!(number_end(text.as_bytes(), 0), any, "{text}");
            }
        }
        assert_eq!(short_number_end(b"40.34,          ", 0), Some(5));
    }

    #[test]
    fn the_same_bytes_are_found_at_every_length() {
        let text: Vec<u8> = (0..80).map(|at| b'a' + at % 40).collect();
        for len in 1..30 {
            assert!(are_same(&text, 3, 43, len), "{len}");
            let mut other = text.clone();
            other[43 + len as usize - 1] = b' ';
            assert!(!are_same(&other, 3, 43, len), "{len}");
        }
        assert!(!are_same(&text, 3, 70, 20));
    }

    #[test]
    fn four_hexadecimal_digits_are_read_and_nothing_else() {
        assert_eq!(hex4(b"00e9"), Some(0xe9));
        assert_eq!(hex4(b"FfFf"), Some(0xffff));
        for byte in (0..=u8::MAX).filter(|byte| !byte.is_ascii_hexdigit()) {
            for at in 0..4 {
                let mut digits = *b"1111";
                digits[at] = byte;
                assert_eq!(hex4(&digits), None, "{byte:#x} at {at}");
            }
        }
    }
}
