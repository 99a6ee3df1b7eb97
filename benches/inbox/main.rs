//! What an inbox takes under load: a server in a process of its own, with the layer, a file that holds
//! many keys already, and workers; senders on the same machine.
//!
//! ```text
//! cargo bench -p benches --bench inbox -- [PART ...] [--keys N] [--rate N] [--seconds N] [--write]
//! ```
//!
//! - `file`: the bytes of the file for each key, and how long it takes to open it, also after a crash.
//! - `steady`: an open loop, where notifications are due at a fixed rate, and each is charged with the
//!   time from when it was due.
//! - `rates`: closed loops, where each connection sends its next notification when it has the answer;
//!   the rate is that at which notifications were accepted, handled and completed.
//! - `memory`: `steady` for so many minutes, with the memory that the server has at each.
//! - `stuck`: rounds in which the handler of a conversation does not return, in turn with others.
//! - `overload`: ten times as much as the file takes.
//! - `forget`: `steady` while keys whose day is over are removed.
//! - `fill`: makes the file with its keys, which is kept for the next time, and measures nothing.
//!
//! The senders have the first CPU, together with whatever of the server is there: the server may run
//! on all, but for `--pin`. `docs/reliability.md` says more. Linux only.

mod counts;
mod file;
mod fill;
mod floor;
mod forget;
mod load;
mod overload;
mod rates;
mod running;
mod server;
#[path = "../shared/mod.rs"]
mod shared;
mod steady;
mod stuck;
mod throttle;
mod traffic;

use benches::{results::Record, rounds::Spread};
use clap::{Parser, ValueEnum};
use std::{path::PathBuf, process::ExitCode, time::Duration};
use tower_whatsapp::BoxError;

type Result<T> = std::result::Result<T, BoxError>;

#[derive(Debug, Parser)]
struct Options {
    /// What is measured; all by default
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
    File,
    Steady,
    Rates,
    Memory,
    Stuck,
    Overload,
    Forget,
}

impl Part {
    const MEASURED: [Self; 7] = [
        Self::File,
        Self::Steady,
        Self::Rates,
        Self::Memory,
        Self::Stuck,
        Self::Overload,
        Self::Forget,
    ];

    /// The name of its table.
    fn table(self) -> &'static str {
        match self {
            Part::Fill => "",
            Part::File => "inbox_file",
            Part::Steady => "inbox_steady",
            Part::Rates => "inbox_rates",
            Part::Memory => "inbox_memory",
            Part::Stuck => "inbox_stuck",
            Part::Overload => "inbox_overload",
            Part::Forget => "inbox_forget",
        }
    }
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
        let queue = arguments.next().ok_or("no queue")?;
        server::run(file.as_ref(), queue.to_string_lossy().parse()?)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut options = Options::parse();
    // Cargo runs benches in their package's folder.
    options.folder = std::path::absolute(
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(&options.folder),
    )?;
    std::fs::create_dir_all(&options.folder)?;
    let first = shared::cpus::first_and_last()?.0;
    shared::cpus::pin(&[first])?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    if options.parts.is_empty() {
        options.parts = Part::MEASURED.into();
    }
    let mut code = ExitCode::SUCCESS;
    for part in &options.parts {
        let closed = runtime.block_on(measure(*part, &options))?;
        if closed != ExitCode::SUCCESS {
            code = closed;
        }
    }
    Ok(code)
}

async fn measure(part: Part, options: &Options) -> Result<ExitCode> {
    let mut record = Record::default();
    (record.check, record.write) = (options.check, options.write);
    match part {
        Part::Fill => {
            fill::filled(&options.folder, options.keys).await?;
            return Ok(ExitCode::SUCCESS);
        }
        Part::File => file::run(options, &mut record).await?,
        Part::Steady => steady::run(options, &mut record).await?,
        Part::Rates => rates::run(options, &mut record).await?,
        Part::Memory => steady::memory(options, &mut record).await?,
        Part::Forget => forget::run(options, &mut record).await?,
        Part::Stuck => stuck::run(options, &mut record).await?,
        Part::Overload => {
            overload::run(options, &mut record).await?;
            overload::bytes(options, &mut record).await?;
        }
    }
    Ok(record.close(part.table())?)
}

/// A figure that was measured once.
fn one(value: f64) -> Spread {
    Spread::of(std::iter::once(value))
}

fn mib(bytes: u64) -> Spread {
    one(bytes as f64 / f64::from(1 << 20))
}
