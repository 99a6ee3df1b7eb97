//! A server that is running, on a copy of a filled file, and the account of what it was sent.

use crate::{
    Options, Result, fill,
    load::{Answers, Load},
    server::{Report, Stored, question},
    shared::{cpus, process::Process},
};
use std::{
    fs::{self, File},
    io,
    path::PathBuf,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// The argument that makes this program a server.
pub(crate) const RUN: &str = "run-server";

const DEFAULT_QUEUE: usize = 1024;

/// When nothing has been handled for so long, nothing more will be.
const PATIENCE: Duration = Duration::from_secs(20);

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(5);

pub(crate) struct Server {
    process: Process,
    /// What it was sent and has accepted, but for what is stuck.
    accepted: u64,
    pub(crate) file: PathBuf,
    /// Removed when this is dropped, after the process has ended.
    _folder: TempDir,
}

impl Server {
    /// On a file of its own, which holds keys already; in which as many may wait as by default.
    pub(crate) async fn launch(options: &Options) -> Result<Self> {
        Self::launch_with(options, true, DEFAULT_QUEUE).await
    }

    /// The same on a file that is in the page cache or is not, and in which so many may wait.
    pub(crate) async fn launch_with(options: &Options, cached: bool, queue: usize) -> Result<Self> {
        let filled = fill::filled(&options.folder, options.keys).await?;
        let folder = tempfile::tempdir_in(&options.folder)?;
        let file = folder.path().join("inbox.db");
        fs::copy(filled, &file)?;
        let copy = File::open(&file)?;
        copy.sync_all()?;
        if !cached {
            forget(&copy)?;
        }
        let cpu = if options.pin { Some(cpus::first_and_last()?.1) } else { None };
        let queue = queue.to_string();
        let process = Process::launch([RUN.as_ref(), file.as_os_str(), queue.as_ref()], cpu)?;
        Ok(Server { process, accepted: 0, file, _folder: folder })
    }

    pub(crate) async fn connect(&self, connections: usize) -> Result<Load> {
        Load::connect(self.process.address(), connections).await
    }

    pub(crate) fn report(&mut self) -> Result<Report> {
        Ok(serde_json::from_str(&self.process.ask(question::REPORT)?)?)
    }

    pub(crate) fn stored(&mut self) -> Result<Stored> {
        Ok(serde_json::from_str(&self.process.ask(question::STATS)?)?)
    }

    pub(crate) fn tell(&mut self, what: &str) -> Result<()> {
        self.process.ask(what)?;
        Ok(())
    }

    pub(crate) fn process(&self) -> &Process {
        &self.process
    }

    /// Waits until all that was accepted is handled, or nothing more is: how long that took after the
    /// last answer, and what was handled in all.
    pub(crate) async fn complete(&mut self, answers: &Answers) -> Result<(Duration, Report)> {
        self.accepted += answers.accepted - answers.stuck;
        let began = Instant::now();
        let report = self.handled().await?;
        let took = began.elapsed();
        self.tell(question::FORGET)?;
        Ok((took, report))
    }

    /// Has the conversation that is stuck go on, with so many events, and waits until they are handled.
    pub(crate) async fn release(&mut self, stuck: u64) -> Result<Report> {
        self.accepted += stuck;
        self.tell(question::RELEASE)?;
        self.handled().await
    }

    async fn handled(&mut self) -> Result<Report> {
        let (mut last, mut moved) = (0, Instant::now());
        loop {
            let mut report = self.report()?;
            report.lost = self.accepted.saturating_sub(report.handled);
            if report.lost == 0 || moved.elapsed() > PATIENCE {
                return Ok(report);
            }
            if report.handled > last {
                (last, moved) = (report.handled, Instant::now());
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Waits until what was handled is also recorded as done, but for so many events; or for long.
    pub(crate) async fn settled(&mut self, pending: u64) -> Result<Stored> {
        let began = Instant::now();
        loop {
            let stored = self.stored()?;
            if stored.pending <= pending || began.elapsed() > PATIENCE {
                return Ok(stored);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// Takes a file out of the page cache.
#[cfg(target_os = "linux")]
fn forget(file: &File) -> io::Result<()> {
    Ok(rustix::fs::fadvise(file, 0, None, rustix::fs::Advice::DontNeed)?)
}

#[cfg(not(target_os = "linux"))]
fn forget(_: &File) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
