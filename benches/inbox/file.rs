//! The file: its length, and how long it takes to open, in the page cache, out of it, and after a crash.

use crate::{
    Options, Result, fill,
    floor::Floor,
    one,
    running::{DEFAULT_QUEUE, Server},
};
use benches::{
    results::{Goal, Record},
    rounds::Spread,
};
use std::{
    fs::{self, File},
    path::Path,
    time::Duration,
};

const LAUNCHES: usize = 5;

const GOAL: Goal = Goal::AtMost(1000.0);

pub(crate) async fn run(options: &Options, record: &mut Record) -> Result<()> {
    let what = format!("inbox_file/{}_keys", options.keys);
    let bytes = fs::metadata(fill::filled(&options.folder, options.keys).await?)?.len();
    let each = bytes as f64 / options.keys as f64;
    record.tell(&what, "bytes_per_key", one(each), Goal::AtMost(48.0));
    let floor = Floor::before(options)?;
    let opened = launches(options, |_| Ok(())).await?;
    record.tell(&what, "open_in_ms", opened, GOAL);
    let opened = launches(options, uncached).await?;
    record.tell(&what, "open_uncached_in_ms", opened, GOAL);
    let (mut took, mut logs) = (Vec::new(), Vec::new());
    for _ in 0..LAUNCHES {
        let server = Server::launch(options).await?;
        server.connect(options.connections).await?.closed(Duration::from_secs(3)).await?;
        let (log, mut next) = server.killed()?;
        logs.push(log as f64 / f64::from(1 << 20));
        took.push(next.report()?.opened as f64 / 1e3);
    }
    record.tell(&what, "open_after_kill_in_ms", Spread::of(took.into_iter()), GOAL);
    record.tell(&what, "its_log_in_mib", Spread::of(logs.into_iter()), Goal::Shown);
    floor.record(record, &what)
}

/// How many milliseconds it took to open the file, to which this was done before.
async fn launches(options: &Options, prepare: fn(&Path) -> Result<()>) -> Result<Spread> {
    let mut took = Vec::new();
    for _ in 0..LAUNCHES {
        let mut server = Server::launch_with(options, DEFAULT_QUEUE, prepare).await?;
        took.push(server.report()?.opened as f64 / 1e3);
    }
    Ok(Spread::of(took.into_iter()))
}

/// Takes a file out of the page cache.
#[cfg(target_os = "linux")]
fn uncached(file: &Path) -> Result<()> {
    let file = File::open(file)?;
    // What is not on the disk yet would stay.
    file.sync_all()?;
    Ok(rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed)?)
}

#[cfg(not(target_os = "linux"))]
fn uncached(_: &Path) -> Result<()> {
    Err(std::io::Error::from(std::io::ErrorKind::Unsupported).into())
}
