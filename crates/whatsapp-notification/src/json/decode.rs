//! Decoding of a whole string: the escapes of most of the world's texts.

use super::lex::quote_or_odd;

/// The text that stands for `raw`, a string that the cursor has passed. A lone surrogate becomes
/// U+FFFD.
#[inline(never)]
pub(super) fn decode(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    loop {
        rest = unicode(rest, &mut text);
        let end = quote_or_odd(rest.as_bytes(), 0) as usize;
        let Some((plain, escape)) = rest.split_at_checked(end) else { return text };
        text.push_str(plain);
        let Some(kind) = escape.as_bytes().get(1) else { return text };
        rest = match kind {
            b'u' if unit(escape.as_bytes()).is_some() => escape,
            kind => {
                text.push(simple(*kind));
                escape.get(2..).unwrap_or_default()
            }
        };
    }
}

/// The character of an escape of two bytes.
pub(super) fn simple(kind: u8) -> char {
    match kind {
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        other => char::from(other),
    }
}

/// Decodes the run of `\uXXXX` at the start, and gives what stands behind it.
fn unicode<'a>(mut rest: &'a str, text: &mut String) -> &'a str {
    while let Some(first) = unit(rest.as_bytes()) {
        rest = rest.get(6..).unwrap_or_default();
        let char = match char::from_u32(first) {
            Some(char) => char,
            None => match unit(rest.as_bytes()).and_then(|second| pair(first, second)) {
                Some(char) => {
                    rest = rest.get(6..).unwrap_or_default();
                    char
                }
                None => char::REPLACEMENT_CHARACTER,
            },
        };
        text.push(char);
    }
    rest
}

/// The UTF-16 unit of the escape at the start.
fn unit(bytes: &[u8]) -> Option<u32> {
    match bytes.first_chunk()? {
        [b'\\', b'u', a, b, c, d] => Some(code([*a, *b, *c, *d])),
        _ => None,
    }
}

/// The value of four hexadecimal digits that the cursor has passed, all at once.
#[inline(always)]
fn code(digits: [u8; 4]) -> u32 {
    let digits = u32::from_be_bytes(digits);
    // A letter is nine more than its lowest four bits say.
    let values = (digits & 0x0f0f_0f0f) + 9 * (digits >> 6 & 0x0101_0101);
    let pairs = (values | values >> 4) & 0x00ff_00ff;
    (pairs | pairs >> 8) & 0xffff
}

/// The character of two surrogates.
pub(super) fn pair(high: u32, low: u32) -> Option<char> {
    match (high, low) {
        (0xd800..0xdc00, 0xdc00..0xe000) => {
            char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00))
        }
        _ => None,
    }
}
