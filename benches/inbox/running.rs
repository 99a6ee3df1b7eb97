//! A server that is running, on a copy of a filled file, and the account of what it was sent.

use crate::{
    Options, Result, fill,
    load::Load,
    server::{Report, Stored, question},
    shared::{cpus, process::Process},
};
use roaring::RoaringTreemap;
use serde::de::DeserializeOwned;
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// The argument that makes this program a server.
pub(crate) const RUN: &str = "run-server";

pub(crate) const DEFAULT_QUEUE: usize = 1024;

/// When nothing has been completed for so long, nothing more will be.
const PATIENCE: Duration = Duration::from_secs(20);

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(5);

pub(crate) struct Server {
    process: Process,
    cpu: Option<usize>,
    pub(crate) file: PathBuf,
    /// Removed when this is dropped, after the process has ended.
    folder: TempDir,
}

/// What was found when all had come to its end.
pub(crate) struct Complete {
    /// How long that took after the last answer.
    pub(crate) took: Duration,
    pub(crate) report: Report,
    pub(crate) stored: Stored,
}

impl Server {
    /// On a file of its own, which holds keys already; in which as many may wait as by default.
    pub(crate) async fn launch(options: &Options) -> Result<Self> {
        Self::launch_with(options, DEFAULT_QUEUE, |_| Ok(())).await
    }

    /// The same, in which so many may wait, on a file to which something was done before.
    pub(crate) async fn launch_with(
        options: &Options,
        queue: usize,
        prepare: impl FnOnce(&Path) -> Result<()>,
    ) -> Result<Self> {
        let filled = fill::filled(&options.folder, options.keys).await?;
        let folder = tempfile::tempdir_in(&options.folder)?;
        let file = folder.path().join("inbox.db");
        fs::copy(filled, &file)?;
        prepare(&file)?;
        File::open(&file)?.sync_all()?;
        let cpu = if options.pin { Some(cpus::first_and_last()?.1) } else { None };
        Ok(Server { process: start(&file, queue, cpu)?, cpu, file, folder })
    }

    /// Kills it, and launches another on what it has left; with the bytes of the log in which that is.
    pub(crate) fn killed(self) -> Result<(u64, Self)> {
        let Server { process, cpu, file, folder } = self;
        process.kill()?;
        let log = fs::metadata(file.with_extension("db-wal"))?.len();
        Ok((log, Server { process: start(&file, DEFAULT_QUEUE, cpu)?, cpu, file, folder }))
    }

    pub(crate) async fn connect(&self, connections: usize) -> Result<Load> {
        Load::connect(self.process.address(), connections).await
    }

    pub(crate) fn tell(&mut self, what: &str) -> Result<()> {
        self.process.ask(what)?;
        Ok(())
    }

    fn ask<T: DeserializeOwned>(&mut self, question: &str) -> Result<T> {
        Ok(serde_json::from_str(&self.process.ask(question)?)?)
    }

    pub(crate) fn report(&mut self) -> Result<Report> {
        self.ask(question::REPORT)
    }

    pub(crate) fn process(&self) -> &Process {
        &self.process
    }

    /// Waits until all that is in the store is recorded as done, but for so many events of a
    /// conversation that is stuck; or until it does not get less for long. Then looks for each that was
    /// accepted.
    pub(crate) async fn complete(&mut self, load: &Load, stuck: u64) -> Result<Complete> {
        let began = Instant::now();
        let (mut least, mut moved) = (u64::MAX, Instant::now());
        let (stored, took) = loop {
            let stored: Stored = self.ask(question::STATS)?;
            if stored.pending <= stuck || moved.elapsed() > PATIENCE {
                break (stored, began.elapsed());
            }
            if stored.pending < least {
                (least, moved) = (stored.pending, Instant::now());
            }
            tokio::time::sleep(PAUSE).await;
        };
        let ended: RoaringTreemap = self.ask(question::ENDED)?;
        let mut report = self.report()?;
        report.lost = load.accepted.difference_len(&ended).saturating_sub(stuck);
        report.unanswered = ended.difference_len(&load.accepted);
        self.tell(question::FORGET)?;
        Ok(Complete { took, report, stored })
    }
}

fn start(file: &Path, queue: usize, cpu: Option<usize>) -> Result<Process> {
    let queue = queue.to_string();
    Ok(Process::launch([RUN.as_ref(), file.as_os_str(), queue.as_ref()], cpu)?)
}
