//! The test of rolling restarts: one server after the other takes over the socket and the file of the one
//! before it, while it still runs, under a sender that behaves like WhatsApp.
//!
//! ```sh
//! cargo run --release -p tests --bin rolling -- --restarts 12 --events 20000 --seed 1
//! ```
//!
//! This process holds the socket, sends and checks; servers are processes of their own, the same program. Most of
//! them are told to end in order, some of these with handlers that are stuck; some get a second signal soon after
//! the first, some are killed with `kill -9` while the next one runs. `check` says what is counted, `docs/reliability.md` what it shows.
//! It needs Unix, where a socket can be handed down.

mod check;
mod client;
mod cuts;
#[path = "../../examples/rolling/serve.rs"]
mod serve;
mod server;

use ::tests::inbox::{handler, log, program, store, traffic};
use clap::{Args, Parser, Subcommand, ValueEnum};
use client::Client;
use cuts::{Cuts, NEWS};
use fastrand::Rng;
use rustix::process::{Pid, Signal, kill_process};
use std::{
    env, fs,
    io::{BufRead, BufReader, Read},
    net::{Ipv4Addr, TcpListener},
    os::fd::OwnedFd,
    path::PathBuf,
    process::{Child, ChildStdout, Command, ExitCode, Stdio},
    thread,
    time::{Duration, Instant},
};
use tower_whatsapp::BoxError;

#[derive(Debug, Parser)]
#[command(
    about = "Replaces a server with an inbox again and again while it is in use, and counts what is lost"
)]
#[command(args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    part: Option<Part>,
}

#[derive(Args, Debug)]
struct Options {
    /// How often the server is replaced
    #[arg(long, default_value_t = 12)]
    restarts: u32,
    /// How many events are sent
    #[arg(long, default_value_t = 20_000)]
    events: usize,
    /// What is random is the same for the same seed, but for the machine's own timing
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where the store's file is; a folder for temporary files is made in it
    #[arg(long)]
    folder: Option<PathBuf>,
    /// Have the servers make a mistake: the test must fail
    #[arg(long, hide = true)]
    fault: Option<server::Fault>,
}

#[derive(Debug, Subcommand)]
enum Part {
    /// A server
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
/// About how long it is from one restart to the next.
const EACH: Duration = Duration::from_millis(1200);
/// Connections that are kept.
const CONNECTIONS: usize = 16;
/// How often the file and the log are read.
const LOOK: Duration = Duration::from_millis(30);
/// When a server does not come to its end within this, it never will.
const PATIENCE: Duration = Duration::from_secs(60);

/// When nothing has been handled for so long, nothing more will be.
const QUIET: Duration = Duration::from_secs(30);

/// True if all is answered and over, and nothing lost, repeated, disordered or reset.
fn run(options: &Options) -> Result<bool, BoxError> {
    let folder = program::folder(options.folder.as_deref())?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let client = Client::to(listener.local_addr()?, CONNECTIONS);
    let (folder_path, seed, fault) = (folder.path().to_owned(), options.seed, options.fault);
    let plan = Plan { listener, folder: folder_path, seed, fault };
    let mut watch = Watch::new(&plan, options.events)?;
    let mut rng = Rng::with_seed(seed);
    let mut ends: Vec<_> =
        (0..options.restarts.div_ceil(6)).flat_map(|_| End::six(&mut rng)).collect();
    ends.truncate(options.restarts as usize);
    let mut ends = ends.into_iter();
    // And the last one in order.
    let mut start = |generation| plan.start(generation, ends.next().unwrap_or(End::Orderly));
    let mut server = start(1)?;
    let over = EACH * options.restarts;
    let over = over.max(Duration::from_secs_f64(options.events as f64 / RATE));
    let sending = program::sending(client.clone(), options.events, over, seed);

    let mut cuts = Cuts::default();
    for generation in 1..=options.restarts {
        watch.pass(Duration::from_millis(rng.u64(50..400)))?;
        let next = start(generation + 1)?;
        watch.pass(Duration::from_millis(rng.u64(0..200)))?;
        let old = std::mem::replace(&mut server, next);
        watch.end(generation, old, &mut cuts)?;
    }
    let began = Instant::now();
    while !sending.is_finished() {
        if began.elapsed() > over + PATIENCE {
            return Err("the sender does not come to its end".into());
        }
        watch.pass(LOOK)?;
    }
    let sent = sending.join().map_err(|_| "the sender has panicked")??;
    let (mut quiet, mut lines) = (Instant::now(), 0);
    while !watch.snapshot.pending.is_empty() && quiet.elapsed() < QUIET {
        watch.pass(LOOK)?;
        if watch.checker.lines() > lines {
            (quiet, lines) = (Instant::now(), watch.checker.lines());
        }
    }
    watch.end(options.restarts + 1, server, &mut cuts)?;
    // What its last handlers have done.
    watch.pass(Duration::ZERO)?;

    let verdict = watch.checker.verdict(&sent.answered);
    let resets = cuts.resets(&client.unanswered(), &fs::read_to_string(plan.posts())?);
    println!(
        "{} restarts in order, {} of which are held to all that they have handled; {} events handed back; \
         {} with a second signal, {} with a kill",
        cuts.orderly, verdict.orderly, cuts.handed_back, cuts.twice, cuts.killed
    );
    println!(
        "{} POSTs, {} of them without a 200: {} cut off with a server, {} otherwise ({} of them read)",
        sent.posts, sent.failed, resets.with_a_server, resets.others, resets.read
    );
    let connections = client.connections();
    println!(
        "{} connections, {} of them found closed while they were idle",
        connections.opened, connections.closed
    );
    println!(
        "{} handlings, {} of them failed; {} events handled to the end again; \
         {} dead, {} pending; {} lines torn",
        verdict.began,
        verdict.failed,
        verdict.again,
        watch.snapshot.dead,
        watch.snapshot.pending.len(),
        watch.log.torn
    );
    let (restarts, events, reset) = (options.restarts, options.events, resets.others);
    let check::Verdict { answered, lost, repeated, disordered, .. } = verdict;
    let is_complete = answered == events && watch.snapshot.pending.is_empty();
    let is_right = lost + repeated + disordered + reset == 0 && is_complete;
    if !is_right {
        eprintln!("the files are in {}", folder.keep().display());
    }
    println!(
        "rolling: restarts {restarts} events {events} answered {answered} lost {lost} \
         repeated {repeated} disordered {disordered} reset {reset}"
    );
    if is_right && plan.fault.is_none() && (verdict.orderly == 0 || cuts.handed_back == 0) {
        let why = "no server was held to what it has handled, or none has handed back an event";
        return Err(format!("{why}: take more restarts, at least 6").into());
    }
    Ok(is_right)
}

/// How servers are started.
struct Plan {
    /// It is never closed: so nobody who comes is refused.
    listener: TcpListener,
    folder: PathBuf,
    seed: u64,
    fault: Option<server::Fault>,
}

impl Plan {
    fn file(&self) -> PathBuf {
        self.folder.join("inbox.db")
    }

    fn log(&self) -> PathBuf {
        self.folder.join("handlers.log")
    }

    fn posts(&self) -> PathBuf {
        self.folder.join("posts.log")
    }

    /// Returns when it is ready.
    fn start(&self, generation: u32, end: End) -> Result<Server, BoxError> {
        let mut command = Command::new(env::current_exe()?);
        command.arg("serve").arg("--file").arg(self.file()).arg("--log").arg(self.log());
        command.arg("--posts").arg(self.posts());
        command.args(["--generation", &generation.to_string(), "--seed", &self.seed.to_string()]);
        if end == End::Stuck {
            command.arg("--stuck");
        }
        if let Some(fault) = self.fault.and_then(|fault| fault.to_possible_value()) {
            command.args(["--fault", fault.get_name()]);
        }
        let listener = OwnedFd::from(self.listener.try_clone()?);
        let mut process = command.stdin(Stdio::from(listener)).stdout(Stdio::piped()).spawn()?;
        let output = BufReader::new(process.stdout.take().ok_or("a server without output")?);
        let mut server = Server { process, output, end };
        let mut ready = String::new();
        server.output.read_line(&mut ready)?;
        match ready.as_str() {
            "ready\n" => Ok(server),
            _ => Err(format!("server {generation} has not become ready").into()),
        }
    }
}

/// A server that is running.
struct Server {
    process: Child,
    output: BufReader<ChildStdout>,
    /// How it will be ended.
    end: End,
}

impl Server {
    fn has_ended(&mut self) -> Result<bool, BoxError> {
        Ok(self.process.try_wait()?.is_some())
    }

    fn terminate(&self) -> Result<(), BoxError> {
        Ok(kill_process(Pid::from_child(&self.process), Signal::TERM)?)
    }

    /// How many events it has handed back, if it has ended in order.
    fn handed_back(mut self) -> Result<Option<usize>, BoxError> {
        if !self.process.wait()?.success() {
            return Ok(None);
        }
        let mut last = String::new();
        self.output.read_to_string(&mut last)?;
        let handed_back = last.split_whitespace().last().and_then(|last| last.parse().ok());
        Ok(Some(handed_back.ok_or("a server has not said what it has handed back")?))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// How a server comes to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Orderly,
    /// In order, with handlers that do not end in time: it hands their events back.
    Stuck,
    /// With a second signal so long after the first.
    Twice(Duration),
    Killed,
}

impl End {
    /// Six ends in any order: four in order, one of them with handlers that are stuck, and two not.
    fn six(rng: &mut Rng) -> [Self; 6] {
        let mut ends = [End::Orderly; 6];
        ends[0] = End::Killed;
        ends[1] = End::Twice(server::FAREWELL.mul_f64(rng.f64() * 1.2));
        ends[2] = End::Stuck;
        rng.shuffle(&mut ends);
        ends
    }
}

/// Reads the file and the log, again and again.
struct Watch {
    file: PathBuf,
    log: log::Reader,
    checker: check::Checker,
    /// The last one.
    snapshot: store::Snapshot,
}

impl Watch {
    fn new(plan: &Plan, events: usize) -> Result<Self, BoxError> {
        let (log, checker) = (log::Reader::open(&plan.log())?, check::Checker::new(events));
        Ok(Watch { file: plan.file(), log, checker, snapshot: store::Snapshot::default() })
    }

    /// Watches for so long.
    fn pass(&mut self, time: Duration) -> Result<(), BoxError> {
        let began = Instant::now();
        loop {
            self.snapshot = store::read(&self.file, self.checker.last())?;
            let lines = self.log.read()?;
            self.checker.see(&self.snapshot, &lines)?;
            let left = time.saturating_sub(began.elapsed());
            if left.is_zero() {
                return Ok(());
            }
            thread::sleep(left.min(LOOK));
        }
    }

    /// Has a server come to its end.
    fn end(
        &mut self,
        generation: u32,
        mut server: Server,
        cuts: &mut Cuts,
    ) -> Result<(), BoxError> {
        if server.has_ended()? {
            return Err(format!("server {generation} has ended by itself").into());
        }
        let (began, lines) = (Instant::now(), self.checker.lines());
        let mut cut = None;
        match server.end {
            End::Killed => {
                cut = Some(Instant::now());
                server.process.kill()?;
            }
            End::Orderly | End::Stuck => server.terminate()?,
            End::Twice(after) => {
                server.terminate()?;
                self.pass(after)?;
                if !server.has_ended()? {
                    cut = Some(Instant::now());
                    server.terminate()?;
                }
            }
        }
        while !server.has_ended()? {
            if began.elapsed() > PATIENCE {
                return Err(format!("server {generation} does not come to its end").into());
            }
            self.pass(LOOK)?;
        }
        let end = server.end;
        match (server.handed_back()?, cut) {
            (Some(handed_back), _) => {
                cuts.orderly += 1;
                cuts.handed_back += handed_back;
                if handed_back == 0 {
                    self.checker.ended(generation, lines);
                }
                Ok(())
            }
            (None, None) => Err(format!("server {generation} has not ended in order").into()),
            (None, Some(from)) => {
                match end {
                    End::Killed => cuts.killed += 1,
                    _ => cuts.twice += 1,
                }
                cuts.cut(generation, from);
                self.pass(NEWS)
            }
        }
    }
}
