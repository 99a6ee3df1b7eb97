//! Commands and options.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Works with WhatsApp notifications.
#[derive(Debug, Parser)]
#[command(version, about)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Prints the events of stored notifications, and what of them no typed field holds.
    ///
    /// A file holds one body, or one a line. Prints texts and numbers as they are: the output is as
    /// personal as the files. A summary goes to standard error. Exits with 1 if a file cannot be
    /// read or is not JSON.
    Decode(Decode),
    /// Runs a server and a sender in one process, and checks what the server makes of it.
    ///
    /// Prints a line for each handled event and a summary. Exits with 1 if any figure is not what
    /// the sender expects.
    Demo(Demo),
}

#[derive(Args, Debug)]
pub(crate) struct Decode {
    /// The files; `-`, and no file at all, is standard input.
    #[arg(default_value = "-", value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Exit with 1 if anything is unknown, malformed or untyped, and say where.
    #[arg(long)]
    pub(crate) strict: bool,
    /// A tree for people (the default on a terminal), or a JSON object a line.
    #[arg(long, value_enum)]
    pub(crate) format: Option<Format>,
}

#[derive(Args, Debug)]
pub(crate) struct Demo {
    /// How many requests are sent.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) count: u32,
    /// What the notifications are made from: the same seed makes the same ones.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Lines for people, or a JSON object a line.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
}

#[cfg(test)]
mod tests {
    use super::Cli;
    use clap::CommandFactory;

    #[test]
    fn the_options_do_not_contradict_each_other() {
        Cli::command().debug_assert();
    }
}
