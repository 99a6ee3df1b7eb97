//! The file: its length, and how long it takes to open, in the page cache, out of it, and after a crash.

use crate::{Options, Result, fill, one, running::Server};
use benches::{
    results::{Goal, Record},
    rounds::Spread,
};
use std::{fs, time::Duration};

const LAUNCHES: usize = 5;

const GOAL: Goal = Goal::AtMost(1000.0);

pub(crate) async fn run(options: &Options, record: &mut Record) -> Result<()> {
    let what = format!("inbox_file/{}_keys", options.keys);
    let bytes = fs::metadata(fill::filled(&options.folder, options.keys).await?)?.len();
    let each = bytes as f64 / options.keys as f64;
    record.tell(&what, "bytes_per_key", one(each), Goal::AtMost(48.0));
    for (name, cached) in [("open_in_ms", true), ("open_uncached_in_ms", false)] {
        let mut took = Vec::new();
        for _ in 0..LAUNCHES {
            let mut server = Server::launch_with(options, cached, 1).await?;
            took.push(server.report()?.opened as f64 / 1e3);
        }
        record.tell(&what, name, Spread::of(took.into_iter()), GOAL);
    }
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
    Ok(())
}
