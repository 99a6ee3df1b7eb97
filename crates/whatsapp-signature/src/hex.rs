//! The 64 hex digits of a signature.

/// The 32 bytes that the digits spell, in either case; `None` if one is none.
///
/// The digits are the sender's and no secret: the time that this takes may depend on them. It is
/// written without a branch or a table for the compiler to make vector instructions of it.
pub(crate) fn decode(digits: &[u8; 64]) -> Option<[u8; 32]> {
    let wrong = digits.iter().fold(0, |wrong, byte| wrong | u8::from(!byte.is_ascii_hexdigit()));
    let (pairs, _) = digits.as_chunks::<2>();
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(pairs) {
        let pair = u16::from_be_bytes(*pair);
        // In ASCII the low half of a digit is its value, that of a letter nine less.
        let values = (pair & 0x0f0f) + 9 * (pair >> 6 & 0x0101);
        *byte = (values >> 4 | values) as u8;
    }
    (wrong == 0).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn every_byte_is_a_digit_or_refused_at_every_place() {
        let digits = *b"00112233445566778899aAbBcCdDeEfFfFeEdDcCbBaA99887766554433221100";
        for place in 0..digits.len() {
            for byte in 0..=u8::MAX {
                let mut digits = digits;
                digits[place] = byte;
                let pairs = digits.chunks(2).map(|pair| {
                    let text = str::from_utf8(pair).ok().filter(|text| !text.contains('+'))?;
                    u8::from_str_radix(text, 16).ok()
                });
                let expected: Option<Vec<u8>> = pairs.collect();
                assert_eq!(decode(&digits).map(Vec::from), expected, "{byte:#x} at {place}");
            }
        }
    }
}
