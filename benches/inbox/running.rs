//! A server that is running, on a copy of a filled file, and the account of what it was sent.

use crate::{
    Options, Result, fill,
    load::{Answers, Load},
    server::{Report, Stored, question},
    shared::{cpus, process::Process},
};
use std::{
    fs::{self, File},
    path::PathBuf,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// The argument that makes this program a server.
pub(crate) const RUN: &str = "run-server";

/// When nothing has been handled for so long, nothing more will be.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Server {
    process: Process,
    /// What it was sent and has accepted, but for what is stuck.
    accepted: u64,
    pub(crate) file: PathBuf,
    /// Removed when this is dropped, after the process has ended.
    _folder: TempDir,
}

impl Server {
    /// On a file of its own that holds this many keys and is not in the page cache.
    pub(crate) async fn launch(options: &Options, keys: u64) -> Result<Self> {
        let filled = fill::filled(&options.folder, keys).await?;
        let folder = tempfile::tempdir_in(&options.folder)?;
        let file = folder.path().join("inbox.db");
        fs::copy(filled, &file)?;
        let copy = File::open(&file)?;
        copy.sync_all()?;
        if options.cold {
            rustix::fs::fadvise(&copy, 0, None, rustix::fs::Advice::DontNeed)?;
        }
        let cpu = if options.pin { Some(cpus::first_and_last()?.1) } else { None };
        let process = Process::launch([RUN.as_ref(), file.as_os_str()], cpu)?;
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

    /// Waits until all that was accepted is handled: how long that took after the last answer, and
    /// what was handled.
    pub(crate) async fn complete(&mut self, answers: &Answers) -> Result<(Duration, Report)> {
        self.accepted += answers.accepted - answers.stuck;
        let (mut last, mut moved) = (0, Instant::now());
        let began = Instant::now();
        let mut all: Option<Report> = None;
        loop {
            let report = self.report()?;
            // Quantiles are of what was handled since the last report: those of the first are the
            // run's.
            let all = all.get_or_insert(Report { ..report });
            (all.handled, all.repeated, all.disordered) =
                (report.handled, report.repeated, report.disordered);
            if report.handled >= self.accepted {
                let took = began.elapsed();
                return Ok((took, std::mem::take(all)));
            }
            if report.handled > last {
                (last, moved) = (report.handled, Instant::now());
            }
            if moved.elapsed() > PATIENCE {
                let Report { handled, .. } = report;
                return Err(format!("{} accepted, {handled} handled", self.accepted).into());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Waits until what was handled is also recorded as done, but for so many events.
    pub(crate) async fn settled(&mut self, pending: u64) -> Result<Stored> {
        let began = Instant::now();
        loop {
            let stored = self.stored()?;
            if stored.pending <= pending {
                return Ok(stored);
            }
            if began.elapsed() > PATIENCE {
                return Err(format!("still pending: {}", stored.pending).into());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}
