//! The file: its length, and how long it takes to open.

use crate::{Options, Result, fill, one, running::Server};
use benches::{
    results::{Goal, Record},
    rounds::Spread,
};
use std::fs;

const LAUNCHES: usize = 5;

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
        record.tell(&what, name, Spread::of(took.into_iter()), Goal::AtMost(1000.0));
    }
    Ok(())
}
