//! What is printed: a line an event, and the summary.

use super::{inbox::Found, plan::Expected};
use crate::cli::Format;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Write},
    time::Duration,
};

/// One handled event.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) kind: &'static str,
    pub(super) label: String,
    pub(super) id: Option<String>,
    pub(super) detail: String,
}

impl Line {
    fn print(&self, format: Format, out: &mut impl Write) -> io::Result<()> {
        let Line { kind, label, id, detail } = self;
        match format {
            Format::Text => {
                let id = id.as_ref().map(|id| format!("…{id}")).unwrap_or_default();
                writeln!(out, "{kind:<13} {label:<11} {id:<7} {detail}")
            }
            Format::Json => {
                let line = json!({ "kind": kind, "endpoint": label, "id": id, "detail": detail });
                writeln!(out, "{line}")
            }
        }
    }
}

/// Prints lines; when nobody reads any more, it is silent and the run goes on.
pub(super) struct Printer<W> {
    format: Format,
    out: Option<W>,
}

impl<W: Write> Printer<W> {
    pub(super) fn new(format: Format, out: W) -> Self {
        Printer { format, out: Some(out) }
    }

    fn print(&mut self, print: impl FnOnce(Format, &mut W) -> io::Result<()>) {
        if let Some(out) = &mut self.out
            && print(self.format, out).and_then(|()| out.flush()).is_err()
        {
            self.out = None;
        }
    }

    pub(super) fn line(&mut self, line: &Line) {
        self.print(|format, out| line.print(format, out));
    }

    pub(super) fn summary(&mut self, summary: &Summary) {
        self.print(|format, out| match format {
            Format::Text => summary.print(out),
            Format::Json => writeln!(out, "{}", json!({ "summary": summary.to_json() })),
        });
    }
}

/// What the sender expected, what it saw, and what the handlers counted.
#[derive(Clone, Debug)]
pub(super) struct Summary {
    pub(super) expected: Expected,
    pub(super) answers: BTreeMap<u16, usize>,
    pub(super) events: BTreeMap<&'static str, usize>,
    /// What the inbox told, if there is one.
    pub(super) inbox: Option<Found>,
    pub(super) elapsed: Duration,
}

impl Summary {
    /// Each figure with what was expected and what was found.
    fn figures(&self) -> Vec<(String, usize, usize)> {
        let answers: BTreeSet<_> =
            self.expected.answers.keys().chain(self.answers.keys()).collect();
        let events: BTreeSet<_> = self.expected.events.keys().chain(self.events.keys()).collect();
        let get = |counts: &BTreeMap<u16, usize>, key| counts.get(key).copied().unwrap_or(0);
        let sent = self.answers.values().sum();
        let mut figures = vec![("requests sent".to_owned(), self.expected.requests, sent)];
        figures.extend(answers.into_iter().map(|status| {
            let name = format!("answered {status}");
            (name, get(&self.expected.answers, status), get(&self.answers, status))
        }));
        figures.extend(events.into_iter().map(|kind| {
            let get = |counts: &BTreeMap<&str, usize>| counts.get(kind).copied().unwrap_or(0);
            (format!("{kind} handled"), get(&self.expected.events), get(&self.events))
        }));
        if let Some(Found { kept, duplicates, pending, dead }) = self.inbox {
            figures.extend([
                ("events kept".to_owned(), self.expected.events.values().sum(), kept),
                ("duplicates not kept".to_owned(), self.expected.duplicates, duplicates),
                ("left pending".to_owned(), 0, pending),
                ("dead letters".to_owned(), 0, dead),
            ]);
        }
        figures
    }

    /// The figures that are not what was expected, in words.
    pub(super) fn faults(&self) -> Vec<String> {
        let wrong = self.figures().into_iter().filter(|(_, expected, found)| expected != found);
        wrong
            .map(|(name, expected, found)| format!("{name}: {found} instead of {expected}"))
            .collect()
    }

    fn print(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "\n{:<24} {:>8} {:>8}", "", "expected", "found")?;
        for (name, expected, found) in self.figures() {
            let fault = if expected == found { "" } else { "  <- wrong" };
            writeln!(out, "{name:<24} {expected:>8} {found:>8}{fault}")?;
        }
        let often = if self.inbox.is_some() { "once" } else { "twice" };
        writeln!(
            out,
            "\n{} notifications came twice and were handled {often}.",
            self.expected.repeats
        )?;
        writeln!(out, "{:.2} s", self.elapsed.as_secs_f64())
    }

    fn to_json(&self) -> Value {
        let answers: BTreeMap<_, _> =
            self.answers.iter().map(|(status, count)| (status.to_string(), count)).collect();
        let get = |kind| self.events.get(kind).copied().unwrap_or(0);
        json!({
            "requests": self.expected.requests,
            "answers": answers,
            "events": self.events,
            "repeats": self.expected.repeats,
            "inbox": self.inbox.map(|Found { kept, duplicates, pending, dead }| {
                json!({ "kept": kept, "duplicates": duplicates, "pending": pending, "dead": dead })
            }),
            "malformed": get("malformed"),
            "unknown": get("unknown"),
            "elapsed_ms": u64::try_from(self.elapsed.as_millis()).unwrap_or(u64::MAX),
            "faults": self.faults(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary() -> Summary {
        let answers = BTreeMap::from([(200, 2), (401, 1)]);
        let events = BTreeMap::from([("status", 1), ("text", 5)]);
        let expected = Expected {
            requests: 3,
            repeats: 1,
            duplicates: 1,
            answers: answers.clone(),
            events: events.clone(),
        };
        let inbox = Some(Found { kept: 6, duplicates: 1, pending: 0, dead: 0 });
        Summary { expected, answers, events, inbox, elapsed: Duration::ZERO }
    }

    #[test]
    fn any_wrong_figure_is_a_fault() {
        assert_eq!(summary().faults(), Vec::<String>::new());
        let mut lost = summary();
        lost.events.insert("text", 4);
        assert_eq!(lost.faults(), ["text handled: 4 instead of 5"]);
        let mut more = summary();
        more.events.insert("order", 1);
        assert_eq!(more.faults(), ["order handled: 1 instead of 0"]);
        let mut refused = summary();
        refused.answers = BTreeMap::from([(200, 1), (401, 1), (503, 1)]);
        assert_eq!(
            refused.faults(),
            ["answered 200: 1 instead of 2", "answered 503: 1 instead of 0"]
        );
        let mut kept_twice = summary();
        kept_twice.inbox = Some(Found { kept: 7, duplicates: 0, pending: 1, dead: 0 });
        assert_eq!(
            kept_twice.faults(),
            [
                "events kept: 7 instead of 6",
                "duplicates not kept: 0 instead of 1",
                "left pending: 1 instead of 0"
            ]
        );
        let mut short = summary();
        short.answers = BTreeMap::from([(200, 2)]);
        assert_eq!(short.faults().len(), 2);
    }

    #[test]
    fn nobody_reading_is_no_error() {
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut printer = Printer::new(Format::Text, Closed);
        printer.summary(&summary());
        assert!(printer.out.is_none());
        printer.summary(&summary());
    }
}
