//! JSON in the form that WhatsApp writes.

/// A text as the inside of a JSON string in WhatsApp's form: `/` as `\/`, every non-ASCII character
/// as `\uXXXX` in lower case, in two halves beyond the basic plane (Meta, Graph webhooks).
///
/// ```
/// assert_eq!(whatsapp_testkit::escape("a/é😀\n\""), r#"a\/\u00e9\ud83d\ude00\n\""#);
/// ```
#[must_use]
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '"' => escaped.push_str("\\\""),
            '\\' => escaped.push_str("\\\\"),
            '\n' => escaped.push_str("\\n"),
            char => escape_char(char, &mut escaped),
        }
    }
    escaped
}

/// A JSON text in WhatsApp's form: the strings in it as [`escape`] writes them.
///
/// ```
/// assert_eq!(whatsapp_testkit::escape_json(r#"{"a":"/é\n"}"#), r#"{"a":"\/\u00e9\n"}"#);
/// ```
#[must_use]
pub fn escape_json(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    // Outside strings there is nothing to escape.
    json.chars().for_each(|char| escape_char(char, &mut escaped));
    escaped
}

fn escape_char(char: char, escaped: &mut String) {
    match char {
        '/' => escaped.push_str("\\/"),
        char if char.is_ascii() && !char.is_ascii_control() => escaped.push(char),
        char => {
            for unit in char.encode_utf16(&mut [0; 2]) {
                escaped.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
}

/// A JSON string.
pub(super) fn string(text: &str) -> String {
    format!("\"{}\"", escape(text))
}

/// A JSON object of members that are JSON already.
pub(super) fn object(members: &[(&str, String)]) -> String {
    let members: Vec<_> = members.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
    format!("{{{}}}", members.join(","))
}

/// A JSON array of items that are JSON already.
pub(super) fn array(items: &[String]) -> String {
    format!("[{}]", items.join(","))
}
