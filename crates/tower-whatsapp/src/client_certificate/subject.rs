//! The common name in a certificate's subject, as a proxy writes it into a header.
//!
//! The text is a distinguished name: `CN=name,OU=a+OU=b,O=Some\, Inc.`. RFC 4514 says how it is
//! written. The blanks, quotes and `OID.` of RFC 2253, which proxies name, are read too; its `;` is
//! not, for a writer that leaves it unescaped may do so in a value.

/// The one common name of a subject, decoded. `None` if there is none or several, if it is not
/// text, or if the subject is malformed anywhere.
pub(super) fn common_name(subject: &[u8]) -> Option<Vec<u8>> {
    let mut found = None;
    let mut rest = subject;
    loop {
        let equals = rest.iter().position(|byte| *byte == b'=')?;
        let is_name = is_common_name(rest[..equals].trim_ascii())?;
        let (value, next) = value(&rest[equals + 1..])?;
        if is_name && found.replace(value?).is_some() {
            return None;
        }
        match next {
            Some(next) => rest = next,
            None => return found,
        }
    }
}

/// Whether an attribute's type is the common name. `None` if it is no type at all.
fn is_common_name(kind: &[u8]) -> Option<bool> {
    let kind = match kind.get(..4) {
        Some(prefix) if prefix.eq_ignore_ascii_case(b"OID.") => &kind[4..],
        _ => kind,
    };
    let valid = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    let names: [&[u8]; 3] = [b"CN", b"commonName", b"2.5.4.3"];
    (!kind.is_empty() && kind.iter().all(valid))
        .then(|| names.iter().any(|name| kind.eq_ignore_ascii_case(name)))
}

/// A value, `None` within if it is the hex of some DER, and what follows its separator.
type Value<'s> = (Option<Vec<u8>>, Option<&'s [u8]>);

/// Reads a value and the separator behind it.
fn value(text: &[u8]) -> Option<Value<'_>> {
    let text = text.trim_ascii_start();
    match text.first() {
        Some(b'#') => {
            let end = text.iter().position(|byte| is_separator(*byte)).unwrap_or(text.len());
            let digits = text[1..end].trim_ascii();
            let is_hex = digits.iter().all(u8::is_ascii_hexdigit);
            let next = text.get(end + 1..);
            (!digits.is_empty() && digits.len().is_multiple_of(2) && is_hex).then_some((None, next))
        }
        Some(b'"') => quoted(&text[1..]),
        _ => plain(text),
    }
}

/// A value up to its separator, blanks at its end taken off unless they are escaped.
fn plain(text: &[u8]) -> Option<Value<'_>> {
    let (mut value, mut kept, mut at) = (Vec::new(), 0, 0);
    while let Some(&byte) = text.get(at) {
        match byte {
            _ if is_separator(byte) => break,
            b'\\' => {
                let (escaped, length) = pair(&text[at + 1..])?;
                value.push(escaped);
                kept = value.len();
                at += length;
            }
            b'"' | b';' | b'<' | b'>' | 0 => return None,
            _ => {
                value.push(byte);
                if byte != b' ' {
                    kept = value.len();
                }
            }
        }
        at += 1;
    }
    value.truncate(kept);
    Some((Some(value), text.get(at + 1..)))
}

/// A value whose opening quote has been read.
fn quoted(text: &[u8]) -> Option<Value<'_>> {
    let (mut value, mut at) = (Vec::new(), 0);
    loop {
        match text.get(at)? {
            b'"' => break,
            b'\\' => {
                let (escaped, length) = pair(&text[at + 1..])?;
                value.push(escaped);
                at += length;
            }
            byte => value.push(*byte),
        }
        at += 1;
    }
    let after = text[at + 1..].trim_ascii_start();
    match after.first() {
        None => Some((Some(value), None)),
        Some(byte) if is_separator(*byte) => Some((Some(value), Some(&after[1..]))),
        Some(_) => None,
    }
}

/// What stands behind a backslash: a special character, or two hex digits. And its length.
fn pair(text: &[u8]) -> Option<(u8, usize)> {
    match text {
        [special, ..] if b" \"#+,;<=>\\".contains(special) => Some((*special, 1)),
        [high, low, ..] => Some((hex(*high)? << 4 | hex(*low)?, 2)),
        _ => None,
    }
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| digit.try_into().ok())
}

fn is_separator(byte: u8) -> bool {
    matches!(byte, b',' | b'+')
}

#[cfg(test)]
mod tests {
    use super::common_name;

    fn name(subject: &str) -> Option<String> {
        common_name(subject.as_bytes()).map(|name| String::from_utf8(name).expect("UTF-8"))
    }

    #[test]
    fn the_common_name_may_stand_anywhere_and_be_written_in_all_ways() {
        for subject in [
            "CN=a.b-c",
            "cn=a.b-c",
            "commonName=a.b-c",
            "2.5.4.3=a.b-c",
            "OID.2.5.4.3=a.b-c",
            "oid.2.5.4.3=a.b-c",
            "CN=a.b-c,O=Meta Platforms\\, Inc.,C=US",
            "C=US,O=Meta,CN=a.b-c",
            "OU=x+CN=a.b-c,O=Meta",
            "CN=a.b-c+OU=x",
            " CN = a.b-c , O = Meta ",
            "CN=\"a.b-c\",O=Meta",
            "O=\"x, y\" , CN= \"a.b-c\" ",
            "CN=\\61.b\\2Dc",
            "CN=\\61.b\\2dc",
            "O=#04024869,CN=a.b-c",
            "1.2.840.113549.1.9.1=#0402Af00 + CN=a.b-c",
            "O=,CN=a.b-c,OU=",
            "O=a=b,CN=a.b-c",
            "O=\u{e9}\\C3\\A9,CN=a.b-c",
        ] {
            assert_eq!(name(subject).as_deref(), Some("a.b-c"), "{subject}");
        }
    }

    #[test]
    fn what_is_escaped_or_quoted_is_part_of_the_value() {
        for (subject, expected) in [
            ("CN=a\\,CN=b", "a,CN=b"),
            ("CN=a\\2CCN=b", "a,CN=b"),
            ("CN=a\\+CN\\=b", "a+CN=b"),
            ("CN=\"a,CN=b\"", "a,CN=b"),
            ("CN=\"a\\\"b\\\\\"", "a\"b\\"),
            ("CN=\\\"a\\\"", "\"a\""),
            ("CN=\\ a\\ ", " a "),
            ("CN=  a b  ", "a b"),
            ("CN=a\\20 ", "a "),
            ("CN=\" a \"", " a "),
            ("CN=\\#a", "#a"),
            ("CN=a#b", "a#b"),
            ("CN=\\C3\\A9", "é"),
            ("CN=a\\00b", "a\0b"),
            ("CN=", ""),
            ("CN=,O=x", ""),
        ] {
            assert_eq!(name(subject).as_deref(), Some(expected), "{subject}");
        }
        assert_eq!(name("O=x\\,CN=b"), None);
        assert_eq!(name("O=x\\2cCN=b"), None);
        assert_eq!(name("O=\"x,CN=b\""), None);
        assert_eq!(name("O=x\\\\,CN=b").as_deref(), Some("b"), "the backslash is the escaped one");
    }

    #[test]
    fn no_common_name_or_two_are_none() {
        for subject in [
            "O=Meta",
            "CN=a,CN=a",
            "CN=a+CN=b",
            "CN=a,O=x,cn=b",
            "CN=a,2.5.4.3=b",
            "CN=a,OID.2.5.4.3=b",
            "CN=a,2.5.4.3=#0C0162",
            "CN=#0C0161",
            "XCN=a",
            "CNX=a",
            "2.5.4.31=a",
        ] {
            assert_eq!(name(subject), None, "{subject}");
        }
    }

    #[test]
    fn a_fault_anywhere_makes_the_subject_malformed() {
        for subject in [
            "",
            " ",
            ",",
            "=a",
            "CN",
            "a.b-c",
            "CN=a,",
            "CN=a+",
            ",CN=a",
            "CN=a,,O=x",
            "CN=a,O",
            "/C=US/O=Meta/CN=a",
            "CN=a;O=x",
            "O=x;CN=a",
            "O=x y;,CN=a",
            "CN=a\"b\"",
            "CN=\"a",
            "CN=\"a\"b",
            "CN=\"a\\\"",
            "CN=a\\",
            "CN=a\\2",
            "CN=a\\x",
            "CN=a\\2x",
            "CN=a,O=<x>",
            "CN=a,O=#",
            "CN=a,O=#0",
            "CN=a,O=#0g",
            "CN=a,O=#04 04",
            "C N=a",
            "CN=a,\u{e9}=x",
            "CN=a,OID.=x",
        ] {
            assert_eq!(name(subject), None, "{subject:?}");
        }
    }

    #[test]
    fn bytes_that_are_no_utf8_are_bytes() {
        assert_eq!(common_name(b"CN=\\FF").as_deref(), Some(&b"\xFF"[..]));
        assert_eq!(common_name(b"CN=\xFF,O=x").as_deref(), Some(&b"\xFF"[..]));
    }
}
