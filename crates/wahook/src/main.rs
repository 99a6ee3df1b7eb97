//! The command-line tool for WhatsApp notifications.

mod cli;
mod decode;
mod demo;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::Cli::parse().command {
        cli::Command::Decode(options) => decode::run(&options),
        cli::Command::Demo(options) => demo::run(&options),
    }
}
