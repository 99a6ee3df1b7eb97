//! An event as a tree for people.

use super::line::Line;
use serde_json::Value;
use std::io::{self, Write};

pub(crate) fn write(line: &Line<'_>, out: &mut impl Write) -> io::Result<()> {
    write!(out, "{}", line.kind)?;
    if let Some(time) = line.timestamp {
        write!(out, "  {}", moment(time.as_secs()))?;
    }
    writeln!(out, "\n  {} {}", line.file, line.path)?;
    let ids = [
        ("entry", line.account.entry_id),
        ("number id", line.account.phone_number_id),
        ("number", line.account.display_phone_number),
        ("field", line.field),
    ];
    for (name, id) in ids {
        if let Some(id) = id {
            writeln!(out, "  {name}: {}", plain(&id.to_string()))?;
        }
    }
    if let Some(contact) = &line.contact {
        node("contact", &serde_json::to_value(contact)?, 1, out)?;
    }
    match serde_json::to_value(line.typed)? {
        Value::Object(members) => {
            for (name, value) in &members {
                node(name, value, 1, out)?;
            }
        }
        value => node("json", &value, 1, out)?,
    }
    untyped(line.untyped, out)
}

/// What of an envelope no typed member holds.
pub(super) fn write_envelope(
    file: &str,
    pointers: &[String],
    out: &mut impl Write,
) -> io::Result<()> {
    writeln!(out, "envelope\n  {file}")?;
    untyped(pointers, out)
}

fn untyped(pointers: &[String], out: &mut impl Write) -> io::Result<()> {
    for pointer in pointers {
        writeln!(out, "  ! untyped: {}", plain(pointer))?;
    }
    writeln!(out)
}

/// A name and what it holds, indented. Not deeper than a view is: views are as deep as their types.
fn node(name: &str, value: &Value, depth: usize, out: &mut impl Write) -> io::Result<()> {
    write!(out, "{:indent$}{}:", "", plain(name), indent = depth * 2)?;
    match value {
        Value::Object(members) if depth < MOST => {
            writeln!(out)?;
            members.iter().try_for_each(|(name, value)| node(name, value, depth + 1, out))
        }
        Value::Array(items) if depth < MOST => {
            writeln!(out)?;
            let mut items = items.iter().enumerate();
            items.try_for_each(|(index, item)| node(&index.to_string(), item, depth + 1, out))
        }
        Value::String(text) => writeln!(out, " {}", plain(text)),
        value => writeln!(out, " {value}"),
    }
}

/// Raw JSON deeper than this is printed on one line.
const MOST: usize = 16;

/// Text without what would move a terminal's cursor.
fn plain(text: &str) -> String {
    text.chars()
        .flat_map(|char| {
            let escape = char.is_control().then(|| char.escape_default());
            let char = escape.is_none().then_some(char);
            escape.into_iter().flatten().chain(char)
        })
        .collect()
}

/// UTC, to the second; the bare number where a calendar does not reach.
pub(crate) fn moment(secs: i64) -> String {
    jiff::Timestamp::from_second(secs).map_or_else(|_| secs.to_string(), |time| time.to_string())
}
