//! The crash test: a server with an inbox is killed with `kill -9` at random moments, and started again,
//! under a sender that behaves like WhatsApp.
//!
//! ```sh
//! cargo run --release -p tests --bin crash -- --kills 20 --events 20000 --seed 1
//! ```
//!
//! This process sends and checks, and is not killed; the server is a process of its own, the same program.
//! Its handlers append to a log outside the store. `check` says what is counted, `docs/reliability.md` what
//! it shows.

mod check;

use ::tests::inbox::{
    log,
    process::{self, Server},
    program, server, store,
};
use clap::{Args, Parser, Subcommand};
use fastrand::Rng;
use std::{
    io,
    net::SocketAddr,
    path::PathBuf,
    process::ExitCode,
    thread,
    time::{Duration, Instant},
};
use tower_whatsapp::BoxError;
use whatsapp_testkit::HttpClient;

#[derive(Debug, Parser)]
#[command(about = "Kills a server with an inbox again and again, and counts what is lost")]
#[command(args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    part: Option<Part>,
}

#[derive(Args, Debug)]
struct Options {
    /// How often the server is killed
    #[arg(long, default_value_t = 20)]
    kills: u32,
    /// How many events are sent
    #[arg(long, default_value_t = 20_000)]
    events: usize,
    /// What is random is the same for the same seed, but for the machine's own timing
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where the store's file is; a folder for temporary files is made in it
    #[arg(long)]
    folder: Option<PathBuf>,
    /// Have the server answer before the commit: the test must fail
    #[arg(long, hide = true)]
    answer_early: bool,
}

#[derive(Debug, Subcommand)]
enum Part {
    /// The server
    #[command(hide = true)]
    Serve(server::Options),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    program::exit(match &cli.part {
        Some(Part::Serve(options)) => server::run(options).map(|()| true),
        None => run(&cli.options),
    })
}

/// Events a second, at the most.
const RATE: f64 = 3000.0;
/// The shortest time, and by default the longest, that a generation lives, in milliseconds.
const LIFE: (u64, u64) = (20, 600);
/// The shortest time that bodies stay, in seconds.
const KEPT: u64 = 3;
/// When nothing has been handled for so long, nothing more will be.
const QUIET: Duration = Duration::from_secs(10);
/// When the sender is not done so long after the last kill, it never will be.
const PATIENCE: Duration = Duration::from_secs(900);

/// True if all is answered and over, and nothing lost, repeated or disordered.
fn run(options: &Options) -> Result<bool, BoxError> {
    let folder = program::folder(options.folder.as_deref())?;
    let each = options.events as f64 / f64::from(options.kills.max(1)) / RATE * 1000.0;
    let longest = LIFE.1.max((2.0 * each) as u64);
    let plan = Plan {
        address: process::address(options.seed)?,
        file: folder.path().join("inbox.db"),
        log: folder.path().join("handlers.log"),
        seed: options.seed,
        keep_bodies: KEPT.max((3 * longest).div_ceil(1000)),
        answer_early: options.answer_early,
    };
    let mut rng = Rng::with_seed(options.seed);
    let over = Duration::from_millis((LIFE.0 + longest) / 2) * options.kills.max(1);
    let to = HttpClient::to(plan.address);
    let sending = program::sending(to, options.events, over, options.seed);

    let mut checker = check::Checker::new(options.events);
    let mut log = log::Reader::open(&plan.log)?;
    let mut generation = 1;
    let mut server = plan.start(generation, false)?;
    while generation <= options.kills {
        thread::sleep(Duration::from_millis(rng.u64(LIFE.0..=longest)));
        server.kill()?;
        let snapshot = store::read(&plan.file, checker.last())?;
        let lines = log.read()?;
        server = plan.start(generation + 1, generation == options.kills)?;
        checker.generation(generation, &lines, &snapshot)?;
        generation += 1;
    }

    let mut lines = Vec::new();
    let sent = wait(sending, &mut server, || {
        lines.extend(log.read()?);
        Ok(())
    })?;
    let mut quiet = Instant::now();
    while quiet.elapsed() < QUIET && !server.has_ended()? {
        let new = log.read()?;
        if !new.is_empty() {
            quiet = Instant::now();
        }
        lines.extend(new);
        thread::sleep(Duration::from_millis(20));
    }
    server.drain()?;
    lines.extend(log.read()?);
    let snapshot = store::read(&plan.file, checker.last())?;
    checker.generation(generation, &lines, &snapshot)?;

    let verdict = checker.verdict(&sent.answered);
    println!("{} POSTs, {} of them without a 200", sent.posts, sent.failed);
    println!(
        "{} handlings, {} of them failed; {} events handled to the end again, {} times by one server; \
         {} dead, {} pending; {} lines torn",
        verdict.began,
        verdict.failed,
        verdict.again,
        verdict.by_one_server,
        snapshot.dead,
        snapshot.pending.len(),
        log.torn
    );
    let (bodies, swept) =
        (checker.bodies(), checker.bodies().saturating_sub(snapshot.stored as usize));
    println!(
        "{} events without id or time, handled {} times; {swept} of {bodies} bodies swept",
        verdict.anonymous, verdict.anonymous_handled
    );
    let (kills, events) = (options.kills, options.events);
    let check::Verdict { answered, lost, repeated, disordered, .. } = verdict;
    let is_complete = answered == events && snapshot.pending.is_empty();
    let is_right = lost + repeated + disordered == 0 && is_complete;
    if is_right && swept == 0 {
        return Err("the run was too short for a body to be swept: take more kills".into());
    }
    if !is_right {
        eprintln!("the files are in {}", folder.keep().display());
    }
    println!(
        "crash: kills {kills} events {events} answered {answered} lost {lost} repeated {repeated} \
         disordered {disordered}"
    );
    Ok(is_right)
}

/// Waits for the sender, and calls `meanwhile` again and again.
fn wait<T>(
    sending: thread::JoinHandle<Result<T, BoxError>>,
    server: &mut Server,
    mut meanwhile: impl FnMut() -> Result<(), BoxError>,
) -> Result<T, BoxError> {
    let began = Instant::now();
    while !sending.is_finished() {
        if server.has_ended()? {
            return Err("the server has ended by itself".into());
        }
        if began.elapsed() > PATIENCE {
            return Err("the sender does not come to its end".into());
        }
        meanwhile()?;
        thread::sleep(Duration::from_millis(20));
    }
    sending.join().map_err(|_| "the sender has panicked")?
}

/// How servers are started.
struct Plan {
    address: SocketAddr,
    file: PathBuf,
    log: PathBuf,
    seed: u64,
    /// In seconds.
    keep_bodies: u64,
    answer_early: bool,
}

impl Plan {
    /// In a generation that is killed a body stays longer than the generation lives, so that the checker sees
    /// each one; those of the generations before are swept. In the last one all stay.
    fn start(&self, generation: u32, is_last: bool) -> io::Result<Server> {
        Server::start(&server::Options {
            address: self.address,
            file: self.file.clone(),
            log: self.log.clone(),
            generation,
            seed: self.seed,
            keep_bodies: if is_last { 86_400 } else { self.keep_bodies },
            idle: false,
            answer_early: self.answer_early,
        })
    }
}
