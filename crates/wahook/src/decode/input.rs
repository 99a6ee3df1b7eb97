//! The bodies that files hold: one a file, or one a line.

use bytes::Bytes;
use std::{
    fs,
    io::{self, Read},
    path::Path,
};
use tower_whatsapp::{
    Notification,
    notification::{Origin, ParseError, Parser},
};

/// A body, and where it comes from.
#[derive(Debug)]
pub(super) struct Body {
    /// The file's name, and the line's number where a file holds a body a line.
    pub(super) file: String,
    pub(super) parsed: Result<Notification, (ParseError, Bytes)>,
}

/// How a file is named in the output.
pub(super) fn name(file: &Path) -> String {
    if file == Path::new("-") { "standard input".to_owned() } else { file.display().to_string() }
}

/// The bodies of a file, or of standard input for `-`.
pub(super) fn read(file: &Path) -> io::Result<Vec<Body>> {
    let mut bytes = Vec::new();
    if file == Path::new("-") {
        io::stdin().lock().read_to_end(&mut bytes)?;
    } else {
        bytes = fs::read(file)?;
    }
    Ok(bodies(&name(file), bytes.into()))
}

/// One body; or, if that is none and every line is one, a body a line.
fn bodies(file: &str, bytes: Bytes) -> Vec<Body> {
    let whole = parse(bytes.clone());
    if whole.is_err() {
        let lines = bytes.split(|byte| *byte == b'\n').enumerate();
        let lines = lines.filter(|(_, line)| !line.trim_ascii().is_empty());
        let lines: Vec<_> = lines
            .map(|(index, line)| (format!("{file}:{}", index + 1), parse(bytes.slice_ref(line))))
            .collect();
        // The first line tells: a document over many lines begins with half of one.
        if lines.len() > 1 && lines.first().is_some_and(|(_, first)| first.is_ok()) {
            return lines.into_iter().map(|(file, parsed)| Body { file, parsed }).collect();
        }
    }
    vec![Body { file: file.to_owned(), parsed: whole }]
}

fn parse(bytes: Bytes) -> Result<Notification, (ParseError, Bytes)> {
    Parser::new().parse(bytes.clone(), Origin::default()).map_err(|error| (error, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &'static str) -> Vec<(String, bool)> {
        let bodies = bodies("f", Bytes::from_static(text.as_bytes()));
        bodies.into_iter().map(|body| (body.file, body.parsed.is_ok())).collect()
    }

    #[test]
    fn a_file_is_one_body_or_one_a_line() {
        assert_eq!(names("{\n}\n"), [("f".to_owned(), true)]);
        assert_eq!(
            names("{}\n\n{\"a\":1}\n{oops\n"),
            [("f:1".to_owned(), true), ("f:3".to_owned(), true), ("f:4".to_owned(), false)]
        );
        assert_eq!(names("{\n\"a\":\n"), [("f".to_owned(), false)]);
        assert_eq!(names(""), [("f".to_owned(), false)]);
    }
}
