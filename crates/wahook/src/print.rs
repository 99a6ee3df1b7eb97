//! What is printed.

use crate::failure::Failure;
use std::io::{self, Write};

/// A line on standard output.
pub(crate) fn line(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}", printable(text)).and_then(|()| out.flush())?;
    Ok(())
}

/// A text with what would move a terminal's cursor, or turn the order of its letters, written as in
/// JSON: much of it comes from the other side.
pub(crate) fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\n' | '\t') || !(c.is_control() || is_direction(c)) {
            shown.push(c);
        } else {
            // All of these have four digits.
            shown.push_str(&format!("\\u{:04x}", u32::from(c)));
        }
    }
    shown
}

/// Marks, embeddings, overrides and isolates of bidirectional text, and its separators of lines.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn nothing_that_is_printed_moves_the_cursor_and_json_stays_what_it_is() {
        let text = "\u{1b}[2J \u{7f}\u{9b}31m \u{202e}\u{2028} é\t\n";
        let shown = printable(text);
        assert_eq!(shown, "\\u001b[2J \\u007f\\u009b31m \\u202e\\u2028 é\t\n");
        let json = serde_json::json!({ text: text });
        let read: serde_json::Value = serde_json::from_str(&printable(&json.to_string())).unwrap();
        assert_eq!(read, json);
    }
}
