//! `wahook settings` and `wahook certificates`: the settings API of an On-Premises client.
//!
//! `connect` makes a client of the options, `input` reads files and passwords, `output` prints; the
//! rest says what is called, and in which order.

mod certificates;
mod connect;
mod dialog360;
mod failure;
mod input;
mod output;
mod settings;

use crate::{
    cli::{Backend, Certificates, Settings},
    failure::finish,
};
use std::process::ExitCode;

/// Runs `wahook settings`.
pub(crate) fn settings(command: &Settings) -> ExitCode {
    finish(match command {
        Settings::Get { backend, .. }
        | Settings::Set { backend, .. }
        | Settings::Check { backend, .. }
            if backend.backend == Backend::Dialog360 =>
        {
            dialog360::run(command)
        }
        _ => settings::run(command),
    })
}

/// Runs `wahook certificates`.
pub(crate) fn certificates(command: &Certificates) -> ExitCode {
    finish(certificates::run(command))
}
