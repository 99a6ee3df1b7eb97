//! The command-line tool for WhatsApp notifications.

mod cli;
mod decode;
mod demo;
mod failure;
mod inbox;
mod onprem;
mod print;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::Cli::parse().command {
        cli::Command::Decode(options) => decode::run(&options),
        cli::Command::Demo(options) => demo::run(&options),
        cli::Command::Inbox(options) => inbox::run(&options),
        cli::Command::Settings { command } => onprem::settings(&command),
        cli::Command::Certificates { command } => onprem::certificates(&command),
    }
}
