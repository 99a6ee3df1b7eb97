//! Who is meant: ids as they are compared.

use std::{borrow::Cow, collections::HashSet};

/// So many ids that a body tells are looked for in its texts, beside those that were given: a person has
/// a handful, and each takes a look at all of the body.
const LEARNT: usize = 16;

/// One person, by the ids that are known.
#[derive(Clone)]
pub(super) struct Contact {
    ids: HashSet<String>,
    looked_for: Vec<String>,
    learnt: usize,
}

impl Contact {
    pub(super) fn of(ids: &[&str]) -> Self {
        let mut contact = Contact { ids: HashSet::new(), looked_for: Vec::new(), learnt: 0 };
        for id in ids {
            let new = contact.add(id);
            contact.looked_for.extend(new);
        }
        contact
    }

    /// They have this id, too.
    pub(super) fn learn(&mut self, id: &str) {
        if let Some(id) = self.add(id)
            && self.learnt < LEARNT
        {
            self.looked_for.push(id);
            self.learnt += 1;
        }
    }

    /// The id, if it is a new one.
    fn add(&mut self, id: &str) -> Option<String> {
        let id = plain(id).into_owned();
        (!id.is_empty() && self.ids.insert(id.clone())).then_some(id)
    }

    /// True if this id is one of theirs.
    pub(super) fn is(&self, id: &str) -> bool {
        self.ids.contains(&*plain(id))
    }

    /// True if one of their ids stands in a text by itself; a number in whichever way it is written.
    pub(super) fn is_mentioned(&self, text: &[u8]) -> bool {
        self.is_in(text) || self.is_in(unescaped(text).as_bytes())
    }

    fn is_in(&self, text: &[u8]) -> bool {
        self.looked_for.iter().any(|id| match is_number(id) {
            true => has_number(text, id.as_bytes()),
            false => has_word(text, id.as_bytes()),
        })
    }
}

/// A number's digits; a user name without its `@`.
fn plain(id: &str) -> Cow<'_, str> {
    let id = id.trim();
    if is_number(id) {
        return id.chars().filter(char::is_ascii_digit).collect();
    }
    Cow::Borrowed(id.strip_prefix('@').unwrap_or(id))
}

fn is_number(id: &str) -> bool {
    id.bytes().all(|byte| byte.is_ascii_digit() || is_between_digits(byte))
}

fn is_between_digits(byte: u8) -> bool {
    matches!(byte, b'+' | b' ' | b'-' | b'(' | b')')
}

fn has_number(text: &[u8], digits: &[u8]) -> bool {
    let is_digit =
        |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(u8::is_ascii_digit);
    (0..text.len()).any(|start| {
        if is_digit(start.checked_sub(1)) {
            return false;
        }
        let mut left = digits;
        for (at, byte) in text.iter().enumerate().skip(start) {
            match left {
                [next, rest @ ..] if next == byte => left = rest,
                [] => return !is_digit(Some(at)),
                _ if left.len() < digits.len() && is_between_digits(*byte) => {}
                _ => return false,
            }
        }
        left.is_empty()
    })
}

fn has_word(text: &[u8], word: &[u8]) -> bool {
    let is_apart = |byte: Option<&u8>| !byte.is_some_and(u8::is_ascii_alphanumeric);
    text.windows(word.len()).enumerate().any(|(at, window)| {
        window == word
            && is_apart(at.checked_sub(1).and_then(|at| text.get(at)))
            && is_apart(text.get(at + word.len()))
    })
}

/// With what JSON escapes, as WhatsApp does with all that is not ASCII; but with spaces for the signs that
/// people, or their phones, put around and between digits: hard spaces, hyphens, marks of direction, emoji.
fn unescaped(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        let char = match char {
            '\\' => match chars.next() {
                Some('u') => {
                    let code = chars
                        .by_ref()
                        .take(4)
                        .fold(0, |code, digit| code * 16 + digit.to_digit(16).unwrap_or_default());
                    // Halves of pairs are none: letters of ids are not among those.
                    char::from_u32(code).unwrap_or(' ')
                }
                Some('b' | 'f' | 'n' | 'r' | 't') | None => '\n',
                Some(other) => other,
            },
            char => char,
        };
        plain.push(if char.is_ascii() || char.is_alphanumeric() { char } else { ' ' });
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_its_digits_and_a_user_name_has_no_at() {
        let contact = Contact::of(&["+1 (555) 000-1", "@ada", " US.ab1 ", "", "@", "+"]);
        assert_eq!(contact.looked_for, ["15550001", "ada", "US.ab1"]);
        for id in ["15550001", "+15550001", "1-555-0001", "ada", "@ada", "US.ab1"] {
            assert!(contact.is(id), "{id}");
        }
        for id in ["", "+", "1555000", "115550001", "Ada", "US.ab", "US.AB1"] {
            assert!(!contact.is(id), "{id}");
        }
        assert!(!Contact::of(&[]).is(""));
    }

    #[test]
    fn of_all_that_a_body_tells_some_are_looked_for_in_its_texts() {
        let mut contact = Contact::of(&["15550001"]);
        (0..1000).for_each(|n| contact.learn(&format!("US.{n}")));
        assert!(contact.is("US.999"));
        assert_eq!(contact.looked_for.len(), 1 + LEARNT);
        assert!(contact.is_mentioned(b"15550001") && contact.is_mentioned(b"US.0"));
    }

    #[test]
    fn a_mention_stands_by_itself() {
        let is_mentioned =
            |text: &str| Contact::of(&["15550001", "US.ab1"]).is_mentioned(text.as_bytes());
        for text in ["15550001", r#""+1 (555) 000-1""#, "2 15550001.", "5 1 15550001", "US.ab1,"] {
            assert!(is_mentioned(text), "{text}");
        }
        for text in ["", "115550001", "155500012", "1555000", "1.5550001", "US.ab12", "xUS.ab1"] {
            assert!(!is_mentioned(text), "{text}");
        }
        assert!(!Contact::of(&[""]).is_mentioned(b"anything"));
        // As JSON has it, with spaces, hyphens and marks that are not ASCII.
        for text in [
            r"at\u00a015550001",
            r"\ud83d\ude0015550001",
            r"\u206615550001\u2069",
            r"+1\u00a0555\u00a00001",
            "+1\u{202f}555\u{2011}0001",
            r"call\n15550001",
            r"\u0031555000\u0031",
            r"\u00e9 US.\u0061b1",
        ] {
            assert!(is_mentioned(text), "{text}");
        }
        for text in [r"1555\u00e90001", r"\u003115550001", r"1555\n0001"] {
            assert!(!is_mentioned(text), "{text}");
        }
    }
}
