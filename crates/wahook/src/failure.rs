//! [`Failure`]: why a command failed, and with which exit code.

use crate::print::printable;
use std::{fmt::Display, io, process::ExitCode};

/// What is told on standard error; nothing if it was told before.
#[derive(Debug)]
pub(crate) struct Failure {
    code: Code,
    message: String,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Code {
    Refused = 1,
    Input = 2,
    Unreachable = 3,
}

impl Failure {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Failure { code, message: message.into() }
    }

    pub(crate) fn input(message: impl Into<String>) -> Self {
        Failure::new(Code::Input, message)
    }

    /// A file that cannot be read or does not hold what it should.
    pub(crate) fn file(name: &str, error: &dyn Display) -> Self {
        Failure::input(format!("{name}: {error}"))
    }

    /// The same, said of a file.
    pub(crate) fn of_file(self, name: &str) -> Self {
        Failure { message: format!("{name}: {}", self.message), ..self }
    }

    /// The same, after so many steps that were done.
    pub(crate) fn after(self, done: u64) -> Self {
        Failure { message: format!("after {done} that were done: {}", self.message), ..self }
    }

    pub(crate) fn report(self) -> ExitCode {
        if !self.message.is_empty() {
            eprintln!("wahook: {}", printable(&self.message));
        }
        ExitCode::from(self.code as u8)
    }
}

/// Of standard output: nobody may read it any more, which is no fault.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        let quiet = error.kind() == io::ErrorKind::BrokenPipe;
        Failure::new(
            Code::Refused,
            if quiet { String::new() } else { format!("standard output: {error}") },
        )
    }
}

/// The exit code of a command.
pub(crate) fn finish(result: Result<(), Failure>) -> ExitCode {
    result.map_or_else(Failure::report, |()| ExitCode::SUCCESS)
}

/// An error and what is behind it, in one line.
pub(crate) fn explained(error: &dyn std::error::Error) -> String {
    let sources = std::iter::successors(error.source(), |error| (*error).source());
    let mut message = error.to_string();
    for source in sources.map(ToString::to_string) {
        // Some errors print their source themselves.
        if !message.ends_with(&source) {
            message = format!("{message}: {source}");
        }
    }
    message
}
