//! The command-line tool for WhatsApp notifications.

mod cli;
mod decode;
mod demo;
mod onprem;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::Cli::parse().command {
        cli::Command::Decode(options) => decode::run(&options),
        cli::Command::Demo(options) => demo::run(&options),
        cli::Command::Settings { command } => onprem::settings(&command),
        cli::Command::Certificates { command } => onprem::certificates(&command),
    }
}
