//! The record of what was measured: tables in `RESULTS.md` and the README, between two comments.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

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
    let missing = || io::Error::other(format!("{} has no place for {name}", file.display()));
    let begin = format!("<!-- {name} -->\n");
    let end = format!("<!-- end of {name} -->");
    let (before, rest) = text.split_once(&begin).ok_or_else(missing)?;
    let (_, behind) = rest.split_once(&end).ok_or_else(missing)?;
    fs::write(file, format!("{before}{begin}{table}{end}{behind}"))
}
