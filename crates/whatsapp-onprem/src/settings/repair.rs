//! The JSON that a text was meant to be, and what had to be changed for it: for messages that name
//! every fault at once, not to accept such a text.

use super::check::{Position, Problem, Severity};
use jsonc_parser::{
    CollectOptions, ParseOptions,
    errors::{ParseError, ParseErrorKind},
    parse_to_ast,
};
use std::borrow::Cow;

/// So many faults are named.
pub(super) const MOST: usize = 30;

/// A text of the same length that is JSON, or `None` where nobody can tell what was meant; and the
/// faults.
pub(super) fn repair(text: &str) -> (Option<String>, Vec<Problem>) {
    let mut repaired = text.to_owned();
    let mut problems = Vec::new();
    while let Err(error) = strict(&repaired) {
        let at = error.range().start;
        let (message, replacement) = remedy(&repaired, at, error.kind());
        problems.push(Problem::new(Severity::Error, "", message).at(position(text, at)));
        let Some((range, with)) = replacement.filter(|_| problems.len() < MOST) else {
            return (None, problems);
        };
        repaired.replace_range(range, &with);
    }
    (Some(repaired), problems)
}

/// The place of a byte.
pub(super) fn position(text: &str, at: usize) -> Position {
    let before = text.get(..at).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or_default();
    Position { line: before.matches('\n').count() + 1, column: line.chars().count() + 1 }
}

fn strict(text: &str) -> Result<(), ParseError> {
    let strict = ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    parse_to_ast(text, &CollectOptions::default(), &strict).map(drop)
}

type Replacement = (std::ops::Range<usize>, String);

/// What is wrong at this place, and what to put there instead to read on: of the same length, so
/// that places stay what they are.
fn remedy(
    text: &str,
    at: usize,
    kind: &ParseErrorKind,
) -> (Cow<'static, str>, Option<Replacement>) {
    let rest = text.get(at..).unwrap_or_default();
    let blank = |length: usize| Some((at..at + length, " ".repeat(length)));
    let line = rest.find('\n').unwrap_or(rest.len());
    if rest.starts_with('#') || rest.starts_with("//") {
        return ("JSON has no comments: remove it".into(), blank(line));
    }
    if rest.starts_with("/*") {
        let end = rest.find("*/").map(|end| end + 2);
        return ("JSON has no comments: remove it".into(), end.and_then(blank));
    }
    if matches!(kind, ParseErrorKind::TrailingCommasNotAllowed) && rest.starts_with(',') {
        return ("JSON has no comma behind the last member: remove it".into(), blank(1));
    }
    if rest.starts_with('|') {
        let end = rest.find([',', '}', '\n']).unwrap_or(rest.len());
        return ("choose one of these values: remove the others".into(), blank(end));
    }
    if rest.starts_with('\'') {
        let inner = rest.get(1..).and_then(|rest| rest.split_once('\'')).map(|(inner, _)| inner);
        let inner = inner.filter(|inner| !inner.contains(['"', '\\', '\n']));
        let quoted = inner.map(|inner| (at..at + inner.len() + 2, format!("\"{inner}\"")));
        return ("JSON has double quotes only".into(), quoted);
    }
    match kind {
        ParseErrorKind::UnexpectedToken | ParseErrorKind::UnexpectedWord
            if rest.starts_with(char::is_alphanumeric) =>
        {
            word(rest, at)
        }
        ParseErrorKind::ExpectedStringObjectProperty if rest.starts_with(char::is_alphanumeric) => {
            ("a name stands between double quotes".into(), None)
        }
        ParseErrorKind::ExpectedComma => {
            let room = rest.starts_with(|c: char| c.is_ascii_whitespace());
            ("a comma is missing".into(), room.then(|| (at..at + 1, ",".to_owned())))
        }
        other => (format!("not JSON: {}", other.to_string().to_lowercase()).into(), None),
    }
}

/// A word where a value belongs.
fn word(rest: &str, at: usize) -> (Cow<'static, str>, Option<Replacement>) {
    let end = rest.find(|c: char| c.is_whitespace() || ",{}[]\"#|".contains(c));
    let word = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
    let small = word.to_ascii_lowercase();
    let range = at..at + word.len();
    if let "true" | "false" | "null" = small.as_str() {
        return ("true, false and null are written in small letters".into(), Some((range, small)));
    }
    let length = word.len();
    let null = (length >= 4).then(|| (range, format!("null{}", " ".repeat(length - 4))));
    ("a text stands between double quotes".into(), null)
}
