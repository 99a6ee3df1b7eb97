//! Power is lost: the files as they may be at each 200, and at each sync, opened again.
//!
//! A server runs under strace, with the traffic of the crash test, and moves pages from its log to its file
//! meanwhile. From what it has written and synced `disk` makes the files as they may be when power is lost at
//! that moment. In each of them every event must be found that was answered with 200 before.

use crate::{
    check,
    disk::{Disk, Luck},
    trace::{self, Call, Moment},
};
use ::tests::inbox::{
    process::{self, Server},
    program, server, traffic,
};
use clap::Args;
use fastrand::Rng;
use std::{
    collections::BTreeSet,
    env,
    fs::{self, File},
    io::BufReader,
    path::{Path, PathBuf},
    time::Duration,
};
use tower_whatsapp::BoxError;
use whatsapp_testkit::HttpClient;

#[derive(Args, Debug)]
pub(crate) struct Options {
    /// How many events are sent
    #[arg(long, default_value_t = 200)]
    events: usize,
    /// What is random is the same for the same seed, but for the machine's own timing
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where the files are; a folder for temporary files is made in it
    #[arg(long)]
    folder: Option<PathBuf>,
    /// Have the server answer before the commit: the test must fail
    #[arg(long, hide = true)]
    answer_early: bool,
}

/// Of each so many images one is opened with the store, too.
const REOPENED: usize = 40;

/// Moments at which power is lost.
#[derive(Clone, Copy, Debug, Default)]
struct Points {
    all: usize,
    unsure: usize,
}

#[derive(Debug, Default)]
struct Counts {
    writes: usize,
    syncs: usize,
    /// Pages were moved to the file, and the log begun anew, after the first 200.
    moved: usize,
    anew: usize,
    /// The 200s and the syncs, and those at which something was not on the disk for sure.
    oks: Points,
    sync_points: Points,
    images: usize,
    reopened: usize,
    /// Events that were answered and are in some image not found.
    lost: BTreeSet<traffic::Number>,
    damaged: usize,
}

/// True if nothing is lost.
pub(crate) fn run(options: &Options) -> Result<bool, BoxError> {
    let folder = program::folder(options.folder.as_deref())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (output, images) = (folder.path().join("strace.txt"), folder.path().join("image"));
    let served = folder.path().join("served");
    fs::create_dir(&served)?;
    let server = server::Options {
        address: process::address(options.seed)?,
        file: served.join("inbox.db"),
        log: folder.path().join("handlers.log"),
        generation: 1,
        seed: options.seed,
        keep_bodies: 86_400,
        idle: false,
        answer_early: options.answer_early,
    };
    let mut command = trace::strace(&output);
    command.arg(env::current_exe()?);
    let mut process = Server::start_under(command, &server)?;
    process.listens(server.address)?;
    // So slowly that few share a commit, and there is much in the log.
    let over = Duration::from_millis(20) * u32::try_from(options.events)?;
    let to = HttpClient::to(server.address);
    let sent = runtime.block_on(traffic::send(to, options.events, over, options.seed))?;
    process.drain()?;

    let moments = trace::read(BufReader::new(File::open(&output)?))?;
    let mut rng = Rng::with_seed(options.seed);
    let (mut disk, mut counts) = (Disk::new("served"), Counts::default());
    let mut answered = BTreeSet::new();
    for moment in &moments {
        disk.happens(moment)?;
        counts.see(moment, !answered.is_empty());
        let points = match moment {
            Moment::Answered(events) => {
                answered.extend(events.iter().copied());
                &mut counts.oks
            }
            Moment::Entered(_, Call::Sync { .. }) if !answered.is_empty() => {
                &mut counts.sync_points
            }
            _ => continue,
        };
        // If all is on the disk, there is one image only.
        let is_unsure = disk.unsure() > 0;
        points.all += 1;
        points.unsure += usize::from(is_unsure);
        for luck in if is_unsure { &Luck::ALL[..] } else { &[Luck::Nothing] } {
            counts.images += 1;
            let file = write(&images, &disk, *luck, &mut rng)?;
            match check::events(&file) {
                Ok(found) => counts.lost.extend(answered.difference(&found)),
                Err(error) => {
                    counts.damaged += 1;
                    eprintln!("{luck:?}: {error}");
                }
            }
            if counts.images % REOPENED == 0 {
                counts.reopened += 1;
                if let Err(error) = runtime.block_on(check::reopen(&file)) {
                    counts.damaged += 1;
                    eprintln!("{luck:?}, opened with the store: {error}");
                }
            }
        }
    }
    let Counts { writes, syncs, moved, anew, images, reopened, lost, damaged, .. } = counts;
    let (oks, sync_points) = (counts.oks, counts.sync_points);
    let (lost, events, points) = (lost.len(), answered.len(), oks.all + sync_points.all);
    println!(
        "{} POSTs; {writes} writes, {syncs} syncs; pages were moved {moved} times, and the log begun \
         anew {anew} times; {reopened} images were opened with the store, too",
        sent.posts
    );
    println!(
        "something was not synced at {} of {} 200s, and at {} of {} syncs",
        oks.unsure, oks.all, sync_points.unsure, sync_points.all
    );
    let is_right = lost + damaged == 0;
    // What is about to be synced was not before; at a 200 that is another commit's, if there is one.
    let is_trivial = 2 * sync_points.unsure < sync_points.all;
    if is_right && (events != options.events || moved == 0 || anew == 0 || is_trivial) {
        return Err("the run was too short to show anything: take more events".into());
    }
    if !is_right {
        eprintln!("the files are in {}", folder.keep().display());
    }
    println!(
        "faults power: points {points} images {images} events {events} lost {lost} damaged {damaged}"
    );
    Ok(is_right)
}

impl Counts {
    fn see(&mut self, moment: &Moment, has_answered: bool) {
        let Moment::Entered(_, call) = moment else { return };
        match call {
            Call::Write { file, at: 0, .. } if has_answered && file.ends_with("-wal") => {
                self.writes += 1;
                self.anew += 1;
            }
            Call::Write { .. } => self.writes += 1,
            Call::Sync { file } => {
                self.syncs += 1;
                self.moved += usize::from(has_answered && file == "inbox.db");
            }
            _ => {}
        }
    }
}

/// Writes an image, in the place of the one before.
fn write(folder: &Path, disk: &Disk, luck: Luck, rng: &mut Rng) -> Result<PathBuf, BoxError> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir(folder)?;
    for (name, bytes) in disk.image(luck, rng) {
        fs::write(folder.join(name), bytes)?;
    }
    Ok(folder.join("inbox.db"))
}
