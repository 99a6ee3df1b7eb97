//! Faults: a server with an inbox on a disk whose calls fail, and on one that loses power.
//!
//! ```sh
//! cargo run --release -p tests --bin faults -- io --seed 1
//! cargo run --release -p tests --bin faults -- power --events 200 --seed 1
//! ```
//!
//! Both run the server of the crash test under strace (Linux). `io` and `power` say what is tried and counted,
//! `docs/reliability.md` what it shows.

mod check;
mod disk;
mod inject;
mod io;
mod power;
mod trace;

use ::tests::inbox::{program, server};
use clap::{Parser, Subcommand};
use std::{
    env,
    ffi::OsString,
    process::{Command, ExitCode, Stdio},
};
use tower_whatsapp::BoxError;

#[derive(Debug, Parser)]
#[command(about = "Has the disk of a server with an inbox fail, and counts what is lost")]
struct Cli {
    #[command(subcommand)]
    part: Part,
}

#[derive(Debug, Subcommand)]
enum Part {
    /// A write or a sync fails, each in turn
    Io(io::Options),
    /// Power is lost at each 200: later writes are dropped, torn, and in another order
    Power(power::Options),
    /// The server
    #[command(hide = true)]
    Serve(server::Options),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    if !matches!(cli.part, Part::Serve(_)) && !may_trace() {
        return program::exit(not_shown(env::var_os("CI")));
    }
    program::exit(match &cli.part {
        Part::Io(options) => io::run(options),
        Part::Power(options) => power::run(options),
        Part::Serve(options) => server::run(options).map(|()| true),
    })
}

/// Where tracing is forbidden, as in some containers, nothing can be shown. In CI that is a failure.
fn not_shown(ci: Option<OsString>) -> Result<bool, BoxError> {
    let why = "strace is not installed, or may not trace here";
    if ci.is_some_and(|ci| !ci.is_empty()) {
        return Err(why.into());
    }
    println!("skipped: {why}");
    Ok(true)
}

fn may_trace() -> bool {
    let traced = Command::new("strace")
        .args(["-f", "-o", "/dev/null", "true"])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .status();
    traced.is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_nothing_can_be_shown_ci_fails() {
        assert!(not_shown(Some("true".into())).is_err());
        assert!(not_shown(Some("".into())).is_ok_and(|is_right| is_right));
        assert!(not_shown(None).is_ok_and(|is_right| is_right));
    }
}
