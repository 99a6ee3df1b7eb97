//! What an inbox takes under load: a server in a process of its own, with the layer, a file that holds
//! many keys already, and workers; senders on the same machine.
//!
//! ```text
//! cargo bench -p benches --bench inbox -- [PART ...] [--keys N] [--rate N] [--seconds N] [--write]
//! ```
//!
//! - `file`: bytes on the disk for each key, and how long it takes to open the file.
//! - `steady`: an open loop, where notifications are due at a fixed rate, and each is charged with the
//!   time from when it was due.
//! - `rates`: closed loops, where each connection sends its next notification when it has the answer;
//!   the rate is that at which notifications were accepted, handled and completed.
//! - `memory`: `steady` for so many minutes, with the memory that the server has at each.
//!
//! `docs/reliability.md` says more. Linux only.

mod fill;
mod floor;
mod load;
mod running;
mod server;
#[path = "../shared/mod.rs"]
mod shared;
mod steady;
mod traffic;

use clap::{Parser, ValueEnum};
use std::{path::PathBuf, process::ExitCode, time::Duration};
use tower_whatsapp::BoxError;

type Result<T> = std::result::Result<T, BoxError>;

#[derive(Debug, Parser)]
struct Options {
    /// What is measured; all of it by default
    parts: Vec<Part>,
    /// How many keys the file holds when the server begins
    #[arg(long, default_value_t = 10_000_000)]
    keys: u64,
    /// Notifications a second that are due in the open loop
    #[arg(long, default_value_t = 3300)]
    rate: u32,
    /// How long each run takes
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// How long memory is looked at
    #[arg(long, default_value_t = 10)]
    minutes: u64,
    /// How many connections the open loop has
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// Where files are made; the filled one stays there, and is taken the next time
    #[arg(long, default_value = "target/inbox")]
    folder: PathBuf,
    /// The senders on the first CPU, the server on the last; otherwise the server may run on all
    #[arg(long)]
    pin: bool,
    /// The server begins with a file that is not in memory
    #[arg(long)]
    cold: bool,
    /// Fail when a goal is missed
    #[arg(long)]
    check: bool,
    /// Put the figures into `RESULTS.md`
    #[arg(long)]
    write: bool,
    /// Cargo's own
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    Fill,
    Steady,
}

impl Options {
    fn run(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}

fn main() -> Result<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().is_some_and(|run| run == running::RUN) {
        let file = arguments.next().ok_or("no file")?;
        server::run(file.as_ref())?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut options = Options::parse();
    // Cargo runs benches in their package's folder.
    options.folder = std::path::absolute(
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(&options.folder),
    )?;
    std::fs::create_dir_all(&options.folder)?;
    let first = shared::cpus::first_and_last()?.0;
    shared::cpus::pin(None, &[first])?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        for part in &options.parts {
            match part {
                Part::Fill => {
                    fill::filled(&options.folder, options.keys).await?;
                }
                Part::Steady => steady::run(&options).await?,
            }
        }
        Ok(ExitCode::SUCCESS)
    })
}
