//! `wahook decode`: what stands in stored notifications, and what no typed field holds.

mod input;
pub(crate) mod line;
mod report;
pub(crate) mod tree;

use crate::cli::{Decode, Format};
use report::Report;
use std::{
    io::{self, IsTerminal, Write},
    process::ExitCode,
};

/// Decodes all files; findings and the summary go to standard error.
pub(crate) fn run(options: &Decode) -> ExitCode {
    let format = options
        .format
        .unwrap_or_else(|| if io::stdout().is_terminal() { Format::Text } else { Format::Json });
    let mut report = Report::default();
    let mut out = io::BufWriter::new(io::stdout().lock());
    let written = options.files.iter().try_for_each(|file| match input::read(file) {
        Ok(bodies) => {
            bodies.into_iter().try_for_each(|body| line::write(body, format, &mut report, &mut out))
        }
        Err(error) => {
            report.unreadable(&input::name(file), &error);
            Ok(())
        }
    });
    match written.and_then(|()| out.flush()) {
        // Nobody reads any more, which is no fault of the files'.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return ExitCode::SUCCESS,
        Err(error) => report.unreadable("standard output", &error),
        Ok(()) => {}
    }
    report.print(options.strict);
    if report.failed(options.strict) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
