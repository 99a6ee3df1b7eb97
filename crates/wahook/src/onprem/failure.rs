//! [`Failure`]: why a command failed, and with which exit code.

use super::output::printable;
use std::{error::Error as _, fmt::Display, io, process::ExitCode};
use whatsapp_onprem::{Error, ErrorKind, InvalidCertificates, InvalidSettings};

/// What is told on standard error; nothing if it was told before.
#[derive(Debug)]
pub(super) struct Failure {
    code: Code,
    message: String,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Code {
    Refused = 1,
    Input = 2,
    Unreachable = 3,
}

/// What to do about it, by a word of rustls'.
const HINTS: [(&str, &str); 4] = [
    ("UnknownIssuer", "; if its CA is a private one, give it with --ca"),
    (
        "BadSignature",
        "; a CA of that name is trusted, and this is another one: give it with --ca, in place of an old one",
    ),
    (
        "CaUsedAsEndEntity",
        "; the server's own certificate is marked as a CA's: make it with basicConstraints=CA:FALSE",
    ),
    ("InvalidContentType", "; what answers at this port does not speak https"),
];

impl Failure {
    pub(super) fn new(code: Code, message: impl Into<String>) -> Self {
        Failure { code, message: message.into() }
    }

    pub(super) fn input(message: impl Into<String>) -> Self {
        Failure::new(Code::Input, message)
    }

    /// A file that cannot be read or does not hold what it should.
    pub(super) fn file(name: &str, error: &dyn Display) -> Self {
        Failure::input(format!("{name}: {error}"))
    }

    /// The same, said of a file.
    pub(super) fn of_file(self, name: &str) -> Self {
        Failure { message: format!("{name}: {}", self.message), ..self }
    }

    pub(super) fn report(self) -> ExitCode {
        if !self.message.is_empty() {
            eprintln!("wahook: {}", printable(&self.message));
        }
        ExitCode::from(self.code as u8)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let code = match error.kind() {
            kind if kind.is_input() => Code::Input,
            ErrorKind::Unreachable => Code::Unreachable,
            _ => Code::Refused,
        };
        let sources = std::iter::successors(error.source(), |error| (*error).source());
        let mut message = error.to_string();
        for source in sources.map(ToString::to_string) {
            // Some errors print their source themselves.
            if !message.ends_with(&source) {
                message = format!("{message}: {source}");
            }
        }
        for (word, hint) in HINTS {
            if message.contains(word) {
                message.push_str(hint);
            }
        }
        if error.kind() == ErrorKind::PasswordChangeWanted {
            message.push_str("; give it with --new-password-file");
        }
        Failure { code, message }
    }
}

impl From<InvalidSettings> for Failure {
    fn from(invalid: InvalidSettings) -> Self {
        Failure::input(invalid.to_string())
    }
}

impl From<InvalidCertificates> for Failure {
    fn from(invalid: InvalidCertificates) -> Self {
        Failure::input(invalid.to_string())
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
