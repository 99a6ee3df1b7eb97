//! The record of what was measured: one line a figure, and tables in `RESULTS.md` and the README,
//! between two comments.
//!
//! ```text
//! ratio <workload>/<payload> ours_vs_<other> <value> goal <value> <met|missed|shown> [low..high]
//! ```

use crate::rounds::Spread;
use std::{
    fs, io,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// What a bench was asked for, and its figures.
#[derive(Debug, Default)]
pub struct Record {
    filter: String,
    /// Fail when a goal is missed.
    pub check: bool,
    /// Write the tables.
    pub write: bool,
    figures: Vec<Figure>,
}

#[derive(Debug)]
struct Figure {
    what: String,
    unit: String,
    value: Spread,
    goal: Goal,
}

/// What a figure should be.
#[derive(Clone, Copy, Debug)]
pub enum Goal {
    /// As many, or more.
    AtLeast(f64),
    /// As many, or fewer.
    AtMost(f64),
    /// No goal: for comparison.
    Shown,
}

impl Figure {
    fn goal(&self) -> String {
        match self.goal {
            Goal::AtLeast(goal) | Goal::AtMost(goal) => goal.to_string(),
            Goal::Shown => "-".to_owned(),
        }
    }

    fn verdict(&self) -> &'static str {
        let met = match self.goal {
            Goal::AtLeast(goal) => self.value.median >= goal,
            Goal::AtMost(goal) => self.value.median <= goal,
            Goal::Shown => return "shown",
        };
        if met { "met" } else { "missed" }
    }
}

impl Record {
    /// By the program's arguments: `--check`, `--write` and a part of the figures' names.
    ///
    /// # Errors
    /// If a part of the figures is to be written: it would replace the table of all.
    pub fn of_arguments() -> io::Result<Self> {
        Record::of(std::env::args().skip(1))
    }

    fn of(arguments: impl IntoIterator<Item = String>) -> io::Result<Self> {
        let mut record = Record::default();
        for argument in arguments {
            match argument.as_str() {
                "--check" => record.check = true,
                "--write" => record.write = true,
                "--bench" => {} // Cargo's own.
                _ => record.filter = argument,
            }
        }
        if record.write && !record.filter.is_empty() {
            let part = record.filter;
            return Err(io::Error::other(format!(
                "--write replaces whole tables, and {part:?} asks for a part: leave one of them out"
            )));
        }
        Ok(record)
    }

    /// True if a figure of this name was asked for.
    #[must_use]
    pub fn wants(&self, what: &str) -> bool {
        what.contains(&self.filter)
    }

    /// Prints a figure and keeps it.
    pub fn tell(&mut self, what: &str, unit: &str, value: Spread, goal: Goal) {
        let (what, unit) = (what.to_owned(), unit.to_owned());
        let figure = Figure { what, unit, value, goal };
        let (goal, verdict) = (figure.goal(), figure.verdict());
        let Spread { low, median, high } = value;
        let Figure { what, unit, .. } = &figure;
        println!("ratio {what} {unit} {median:.2} goal {goal} {verdict} [{low:.2}..{high:.2}]");
        self.figures.push(figure);
    }

    /// The figure of this name, if it was measured.
    #[must_use]
    pub fn value(&self, what: &str, unit: &str) -> Option<f64> {
        let mut figures = self.figures.iter();
        figures.find(|one| one.what == what && one.unit == unit).map(|one| one.value.median)
    }

    /// Writes the table of this name, if that was asked for, and gives the verdict on the whole.
    ///
    /// # Errors
    /// If `RESULTS.md` cannot be written.
    pub fn close(&self, table: &str) -> io::Result<ExitCode> {
        if self.write {
            write_table(&record(), table, &self.table())?;
        }
        let missed = self.figures.iter().any(|figure| figure.verdict() == "missed");
        Ok(if self.check && missed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }

    fn table(&self) -> String {
        let mut table =
            "| figure | | value | middle half | goal | |\n|---|---|---:|---|---:|---|\n".to_owned();
        for figure in &self.figures {
            let Figure { what, unit, value: Spread { low, median, high }, .. } = figure;
            let (goal, verdict) = (figure.goal(), figure.verdict());
            table += &format!(
                "| {what} | {unit} | {median:.2} | {low:.2}–{high:.2} | {goal} | {verdict} |\n"
            );
        }
        table
    }
}

/// `benches/RESULTS.md`.
#[must_use]
pub fn record() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("RESULTS.md")
}

/// The README of the workspace.
#[must_use]
pub fn readme() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md")
}

/// Replaces the table of this name in a file.
///
/// # Errors
/// If the file cannot be read or written, or has no place for the table: the lines
/// `<!-- name -->` and `<!-- end of name -->`.
pub fn write_table(file: &Path, name: &str, table: &str) -> io::Result<()> {
    let text = fs::read_to_string(file)?;
    let (before, _, behind) = split(file, &text, name)?;
    fs::write(file, format!("{before}{table}{behind}"))
}

/// The table of this name in a file.
///
/// # Errors
/// As [`write_table`].
pub fn read_table(file: &Path, name: &str) -> io::Result<String> {
    let text = fs::read_to_string(file)?;
    split(file, &text, name).map(|(_, table, _)| table.to_owned())
}

/// What stands in a table under `column`, in the line that begins with `row`.
#[must_use]
pub fn cell<'t>(table: &'t str, row: &str, column: &str) -> Option<&'t str> {
    let mut lines = table.lines();
    let at = cells(lines.next()?).position(|head| head == column)?;
    let line = lines.find(|line| cells(line).next() == Some(row))?;
    cells(line).nth(at)
}

fn cells(line: &str) -> impl Iterator<Item = &str> {
    line.trim().trim_matches('|').split('|').map(str::trim)
}

/// What stands before a table, the table, and what stands behind it.
fn split<'a>(file: &Path, text: &'a str, name: &str) -> io::Result<(&'a str, &'a str, &'a str)> {
    let begin = format!("<!-- {name} -->\n");
    let found = text.find(&begin).map(|at| text.split_at(at + begin.len()));
    let table = found.and_then(|(before, rest)| {
        let (table, behind) = rest.split_at(rest.find(&format!("<!-- end of {name} -->"))?);
        Some((before, table, behind))
    });
    table.ok_or_else(|| io::Error::other(format!("{} has no place for {name}", file.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(arguments: &str) -> io::Result<Record> {
        Record::of(arguments.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn a_part_of_the_figures_is_shown_or_checked_but_never_written() {
        let part = record("--bench --check w1/text").unwrap();
        assert!(part.check && !part.write && part.wants("w1/text_shuffled"));
        assert!(!part.wants("w2/text"));
        let whole = record("--write --check --bench").unwrap();
        assert!(whole.check && whole.write && whole.wants("anything"));
        for both in ["--write w1", "w1 --write"] {
            let error = record(both).unwrap_err().to_string();
            assert!(error.contains("--write") && error.contains("\"w1\""), "{error}");
        }
    }

    #[test]
    fn a_table_stands_between_the_comments_of_its_name() {
        let file = Path::new("R.md");
        let text =
            "a\n<!-- one -->\n| 1 |\n<!-- end of one -->\n<!-- two -->\n<!-- end of two -->\n";
        let (before, table, behind) = split(file, text, "one").unwrap();
        assert_eq!((before, table), ("a\n<!-- one -->\n", "| 1 |\n"));
        assert_eq!([before, table, behind].concat(), text);
        assert_eq!(split(file, text, "two").unwrap().1, "");
        let open = "<!-- end of one -->\n<!-- one -->\n| 1 |\n";
        for (text, name) in [(text, "three"), (text, "on"), (open, "one"), ("", "one")] {
            let error = split(file, text, name).unwrap_err().to_string();
            assert_eq!(error, format!("R.md has no place for {name}"));
        }
    }

    #[test]
    fn a_cell_is_found_by_its_whole_row_and_column() {
        let table =
            "| payload | w1 | w2 |\n|---|---:|---:|\n| text_first | 1 | 2 |\n| text | 3 | |\n";
        assert_eq!(cell(table, "text", "w1"), Some("3"));
        assert_eq!(cell(table, "text_first", "w2"), Some("2"));
        assert_eq!(cell(table, "text", "w2"), Some(""));
        for (row, column) in [("tex", "w1"), ("payload", "w1"), ("text", "w"), ("text", "w3")] {
            assert_eq!(cell(table, row, column), None, "{column} of {row}");
        }
        assert_eq!(cell("", "text", "w1"), None);
    }
}
