//! A call of the disk's fails, each in turn.
//!
//! In every run one call of a server fails under strace: the first, the second … until there is none. POSTs
//! come one after the other; then the server is killed, and the file is opened without strace.
//!
//! - **Lost**: answered with 200, and not in the file.
//! - **Late**: answered with 200 after a write or a sync had failed with `EIO`, so that the store had to be
//!   closed; or nothing but 200s came. Where the thread of the log fails, the store is closed a moment later,
//!   and nothing may be answered with 200 after a refusal.
//! - **Damaged**: the file cannot be opened, or does not know what is in it.

use crate::{
    check,
    inject::{self, Fault, Hit},
};
use ::tests::inbox::{
    process::{self, Server},
    program, server, traffic,
};
use bytes::Bytes;
use clap::Args;
use fastrand::Rng;
use http_body_util::Full;
use std::{
    collections::BTreeSet,
    env, fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    rc::Rc,
    time::{Duration, SystemTime},
};
use tokio::{runtime::Runtime, time::timeout};
use tower::Service;
use tower_whatsapp::BoxError;
use whatsapp_testkit::{HttpClient, request};

#[derive(Args, Debug)]
pub(crate) struct Options {
    /// How many events are sent in each run
    #[arg(long, default_value_t = 12)]
    events: usize,
    /// What is random is the same for the same seed, but for the machine's own timing
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Of each so many writes one fails; of the syncs all, in turn
    #[arg(long, default_value_t = 1)]
    every: u32,
    /// Where the files are; a folder for temporary files is made in it
    #[arg(long)]
    folder: Option<PathBuf>,
    /// Have the server answer before the commit: the test must fail
    #[arg(long, hide = true)]
    answer_early: bool,
}

/// When a run's call fails, and what it begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// From the server's start on, in a new file.
    New,
    /// From the server's start on, in a file that another server was killed over.
    Killed,
    /// In a server that listens, and whose workers are at work.
    Working,
    /// In a server that listens, without workers: what the writer does is for the POST under way.
    Idle,
    /// In the thread that moves pages from the log to the file, which bodies are large enough for.
    Moving,
}

/// Pages are moved when the log has a thousand, of 4 kB: two such bodies, of up to four events.
const LARGE: usize = 2_500_000;
const LARGE_BODIES: traffic::Number = 8;
/// The parts of a store, where they are counted.
const OPENING: usize = 0;
const WRITER: usize = 1;
const LOG: usize = 2;
/// A store that has to be closed is, before so many POSTs more.
const SOON: usize = 50;

#[derive(Debug, Default)]
struct Counts {
    runs: usize,
    injections: usize,
    /// Of those: while the file was opened, in the writer, in the log's thread.
    by: [usize; 3],
    answered: usize,
    refused: usize,
    lost: usize,
    late: usize,
    damaged: usize,
}

/// True if nothing is lost, late or damaged.
pub(crate) fn run(options: &Options) -> Result<bool, BoxError> {
    let folder = program::folder(options.folder.as_deref())?;
    let mut test = Test {
        options,
        runtime: Rc::new(tokio::runtime::Builder::new_current_thread().enable_all().build()?),
        folder: folder.path().to_owned(),
        killed: BTreeSet::new(),
        counts: Counts::default(),
    };
    test.kill()?;
    for form in [Form::New, Form::Killed, Form::Working, Form::Idle, Form::Moving] {
        // Large bodies are many writes, which are all alike.
        let every = if form == Form::Moving { 40 * options.every } else { options.every };
        for (call, error, every) in [
            ("fsync", "EIO", 1),
            ("fdatasync", "EIO", 1),
            ("ftruncate", "EIO", 1),
            ("unlink", "EIO", 1),
            ("pwrite64", "EIO", every),
            ("pwrite64", "ENOSPC", 2 * every),
        ] {
            test.sweep(form, call, error, every)?;
        }
    }
    let Counts { runs, injections, by, answered, refused, lost, late, damaged } = test.counts;
    let [opening, writer, log] = by;
    println!(
        "{runs} runs; failed while the file was opened {opening}, in the writer {writer}, in the log's \
         thread {log}; {answered} POSTs answered with 200, {refused} not"
    );
    let is_right = lost + late + damaged == 0;
    if is_right && (by.contains(&0) || answered == 0 || refused == 0) {
        return Err("not every part of the store has met a fault: nothing is shown".into());
    }
    println!("faults io: injections {injections} lost {lost} late {late} damaged {damaged}");
    Ok(is_right)
}

impl Hit {
    fn part(&self) -> usize {
        match &self.thread[..] {
            "inbox-write" => WRITER,
            "inbox-log" => LOG,
            _ => OPENING,
        }
    }
}

struct Test<'o> {
    options: &'o Options,
    runtime: Rc<Runtime>,
    folder: PathBuf,
    /// What is in the file that a server was killed over.
    killed: BTreeSet<traffic::Number>,
    counts: Counts,
}

/// A POST that was sent, with the times when it began and ended, in seconds of the Unix epoch.
struct Post {
    began: f64,
    ended: f64,
    is_ok: bool,
}

/// POSTs, one after the other.
struct Sender {
    runtime: Rc<Runtime>,
    client: HttpClient,
    rng: Rng,
    next: traffic::Number,
    posts: Vec<Post>,
    answered: BTreeSet<traffic::Number>,
}

impl Test<'_> {
    /// The file over which a server is killed.
    fn kill(&mut self) -> Result<(), BoxError> {
        let folder = self.folder.join("killed");
        fs::create_dir(&folder)?;
        let options = self.server(&folder, false)?;
        let mut server = Server::start(&options)?;
        server.listens(options.address)?;
        let mut sender = self.sender(options.address, 0);
        sender.send(self.options.events, 0)?;
        server.kill()?;
        self.killed = sender.answered;
        Ok(())
    }

    /// Has the first call fail, the next one, … until none is left.
    fn sweep(
        &mut self,
        form: Form,
        call: &'static str,
        error: &'static str,
        every: u32,
    ) -> Result<(), BoxError> {
        let mut nth = 1;
        let mut fault = Fault { call, error, nth };
        while self.once(form, &fault)? {
            nth += every;
            fault.nth = nth;
        }
        Ok(())
    }

    /// One run. False if nothing has failed.
    fn once(&mut self, form: Form, fault: &Fault) -> Result<bool, BoxError> {
        let (folder, output) = (self.folder.join("run"), self.folder.join("strace.txt"));
        for path in [&folder, &output] {
            let _ = fs::remove_dir_all(path).or_else(|_| fs::remove_file(path));
        }
        fs::create_dir(&folder)?;
        let mut first = 0;
        if form == Form::Killed {
            for name in ["inbox.db", "inbox.db-wal"] {
                fs::copy(self.folder.join("killed").join(name), folder.join(name))?;
            }
            first = self.options.events;
        }
        let options = self.server(&folder, matches!(form, Form::Idle | Form::Moving))?;
        let mut sender = self.sender(options.address, first);
        let last = first + self.options.events;
        let thread = (form == Form::Moving).then_some("inbox-log");

        if matches!(form, Form::New | Form::Killed) {
            let mut command = fault.strace(&output);
            command.args(["-f", "--"]).arg(env::current_exe()?);
            command.stderr(std::process::Stdio::null());
            let mut strace = Server::start_under(command, &options)?;
            if strace.listens(options.address).is_ok() {
                sender.send_until(last, &output, thread)?;
                // It may fail in its last calls, too.
                let _ = strace.drain();
            }
        } else {
            let mut server = Server::start(&options)?;
            server.listens(options.address)?;
            let mut strace = fault.put_on(server.id(), thread, &output)?;
            if form == Form::Moving {
                sender.send(LARGE_BODIES, LARGE)?;
                inject::wait_for_sync(&options.file, &output)?;
            }
            sender.send_until(last, &output, thread)?;
            server.kill()?;
            strace.wait()?;
        }
        let hits = inject::hits(&output, thread)?;
        self.judge(form, fault, &hits, &sender);

        let mut answered = sender.answered;
        if form == Form::Killed {
            answered.extend(&self.killed);
        }
        let found = self
            .runtime
            .block_on(check::reopen(&options.file))
            .and_then(|()| check::events(&options.file));
        match found {
            Ok(found) => {
                let lost = answered.difference(&found).count();
                self.counts.lost += lost;
                if lost > 0 {
                    eprintln!("{form:?} {fault:?}: {lost} lost; {hits:?}");
                }
            }
            Err(error) => {
                self.counts.damaged += 1;
                eprintln!("{form:?} {fault:?}: {error}; {hits:?}");
            }
        }
        Ok(!hits.is_empty())
    }

    /// Was anything answered with 200 that must not be?
    fn judge(&mut self, form: Form, fault: &Fault, hits: &[Hit], sender: &Sender) {
        let counts = &mut self.counts;
        let posts = &sender.posts;
        counts.runs += 1;
        counts.answered += posts.iter().filter(|post| post.is_ok).count();
        counts.refused += posts.iter().filter(|post| !post.is_ok).count();
        if hits.is_empty() && (posts.is_empty() || posts.iter().any(|post| !post.is_ok)) {
            eprintln!("{form:?} {fault:?}: refused, though nothing has failed");
            counts.damaged += 1;
        }
        counts.injections += hits.len();
        for hit in hits {
            counts.by[hit.part()] += 1;
        }
        // Whatever else fails, the disk has what it shall have.
        let is_write = matches!(fault.call, "fsync" | "fdatasync" | "pwrite64");
        let late = match is_write && fault.error == "EIO" {
            true => hits.iter().map(|hit| late(form, hit, posts)).max().unwrap_or(0),
            false => 0,
        };
        if late > 0 {
            eprintln!("{form:?} {fault:?}: {late} late; {hits:?}");
        }
        counts.late += late;
    }

    fn server(&self, folder: &Path, idle: bool) -> Result<server::Options, BoxError> {
        Ok(server::Options {
            address: process::address(self.options.seed)?,
            file: folder.join("inbox.db"),
            log: folder.join("handlers.log"),
            generation: 1,
            seed: self.options.seed,
            keep_bodies: 86_400,
            idle,
            answer_early: self.options.answer_early,
        })
    }

    fn sender(&self, to: SocketAddr, next: traffic::Number) -> Sender {
        Sender {
            runtime: self.runtime.clone(),
            client: HttpClient::to(to),
            rng: Rng::with_seed(self.options.seed),
            next,
            posts: Vec::new(),
            answered: BTreeSet::new(),
        }
    }
}

impl Sender {
    /// Sends the events up to this one, and if a call has failed, others until one is refused.
    fn send_until(
        &mut self,
        last: usize,
        output: &Path,
        thread: Option<&str>,
    ) -> Result<(), BoxError> {
        self.send(last, 0)?;
        let mut more = 0;
        while more < SOON
            && self.posts.iter().all(|post| post.is_ok)
            && !inject::hits(output, thread)?.is_empty()
        {
            self.send(self.next + 1, 0)?;
            more += 1;
        }
        Ok(())
    }

    /// Sends the events up to this one, in bodies of at least this size.
    fn send(&mut self, last: usize, size: usize) -> Result<(), BoxError> {
        while self.next < last {
            let first = self.next;
            let mut body = traffic::body(&mut self.next, last, &mut self.rng);
            body.extend(std::iter::repeat_n(' ', size.saturating_sub(body.len())));
            let post = request::signed(traffic::PATH, &traffic::secret()?, body);
            let began = now();
            let answer = self.client.call(post.map(Full::<Bytes>::new));
            let answer =
                self.runtime.block_on(async { timeout(Duration::from_secs(60), answer).await });
            let is_ok = matches!(answer, Ok(Ok(response)) if response.status() == 200);
            self.posts.push(Post { began, ended: now(), is_ok });
            if is_ok {
                self.answered.extend(first..self.next);
            }
        }
        Ok(())
    }
}

/// How many POSTs were answered with 200 after this failed, and must not have been.
fn late(form: Form, hit: &Hit, posts: &[Post]) -> usize {
    if hit.call.contains("-shm>") {
        return 0;
    }
    if !hit.call.contains("inbox.db") {
        // The folder. SQLite does not tell of it; the store syncs it again before it is open.
        let is_good = |post: &&Post| hit.made_good.is_some_and(|synced| synced < post.ended);
        let posts = posts.iter().filter(|post| post.is_ok && !is_good(post));
        return if hit.part() == OPENING { posts.count() } else { 0 };
    }
    let is_late = |post: &&Post| {
        let is_its_own = form == Form::Idle && post.ended > hit.at;
        post.is_ok && hit.part() == WRITER && (post.began > hit.at || is_its_own)
    };
    let late = posts.iter().filter(is_late).count();
    match posts.iter().position(|post| !post.is_ok) {
        Some(refused) => late + posts[refused..].iter().filter(|post| post.is_ok).count(),
        None => late + usize::from(posts.iter().any(|post| post.began > hit.at)),
    }
}

fn now() -> f64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}
