//! What a failure of the settings API is to the tool.

use crate::failure::{Code, Failure, explained};
use whatsapp_onprem::{Error, ErrorKind, InvalidCertificates, InvalidSettings};

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

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let code = match error.kind() {
            kind if kind.is_input() => Code::Input,
            ErrorKind::Unreachable => Code::Unreachable,
            _ => Code::Refused,
        };
        let mut message = explained(&error);
        for (word, hint) in HINTS {
            if message.contains(word) {
                message.push_str(hint);
            }
        }
        if error.kind() == ErrorKind::PasswordChangeWanted {
            message.push_str("; give it with --new-password-file");
        }
        Failure::new(code, message)
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
