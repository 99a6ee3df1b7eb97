//! What is told on standard error: findings, and the summary.

use std::{collections::BTreeMap, fmt, io};
use tower_whatsapp::notification::{Kind, ParseError};

/// What a run has found.
#[derive(Debug, Default)]
pub(super) struct Report {
    bodies: usize,
    events: usize,
    /// Files that could not be read, and bodies that are not JSON.
    unreadable: usize,
    /// Events of a kind that no view is for.
    unknown: BTreeMap<&'static str, usize>,
    untyped: usize,
    findings: Vec<String>,
}

impl Report {
    pub(super) fn body(&mut self) {
        self.bodies += 1;
    }

    pub(super) fn unreadable(&mut self, file: &str, error: &io::Error) {
        self.unreadable += 1;
        eprintln!("{file}: {error}");
    }

    pub(super) fn not_json(&mut self, file: &str, error: &ParseError) {
        self.unreadable += 1;
        eprintln!("{file}: {error}");
    }

    pub(super) fn event(&mut self, file: &str, path: &str, kind: Kind, untyped: &[String]) {
        self.events += 1;
        if let Kind::Unknown | Kind::Malformed | Kind::OtherMessage | Kind::Change = kind {
            *self.unknown.entry(kind.name()).or_insert(0) += 1;
            self.find(file, path, kind.name());
        }
        self.untyped(file, path, untyped);
    }

    pub(super) fn untyped(&mut self, file: &str, path: &str, pointers: &[String]) {
        self.untyped += pointers.len();
        for pointer in pointers {
            self.find(file, &format!("{path}{pointer}"), "untyped");
        }
    }

    fn find(&mut self, file: &str, path: &str, what: &str) {
        self.findings.push(format!("{file} {path}: {what}"));
    }

    /// Tells the findings, if that is what was asked for, and the summary.
    pub(super) fn print(&self, strict: bool) {
        if strict {
            for finding in &self.findings {
                eprintln!("{}", finding.escape_debug());
            }
        }
        eprintln!("{self}");
    }

    pub(super) fn failed(&self, strict: bool) -> bool {
        self.unreadable > 0 || strict && !self.findings.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}, {}",
            count(self.bodies, "body", "bodies"),
            count(self.events, "event", "events")
        )?;
        for (kind, number) in &self.unknown {
            write!(f, ", {number} {kind}")?;
        }
        write!(f, ", {}", count(self.untyped, "untyped member", "untyped members"))?;
        if self.unreadable > 0 {
            write!(f, ", {} not readable", self.unreadable)?;
        }
        Ok(())
    }
}

fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
