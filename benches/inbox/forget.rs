//! A steady rate while keys whose day is over are removed.

use crate::{
    Options, Result,
    counts::{self, NONE},
    floor::Floor,
    one,
    running::{DEFAULT_QUEUE, Server},
    steady,
};
use benches::results::{Goal, Record};
use rusqlite::Connection;
use std::path::Path;

pub(crate) async fn run(options: &Options, record: &mut Record) -> Result<()> {
    // Millions of keys are gone sooner.
    let duration = options.run() / 6;
    let what = format!("inbox_forget/{}_per_second_for_{}_s", options.rate, duration.as_secs());
    let floor = Floor::before(options)?;
    // It begins to forget as soon as it runs.
    let mut server = Server::launch_with(options, DEFAULT_QUEUE, age).await?;
    let mut load = server.connect(options.connections).await?;
    let answers = load.open(options.rate, duration).await?;
    let complete = server.complete(&load, 0).await?;
    steady::accepted(record, &what, &answers);
    let forgotten = options.keys + answers.accepted - complete.stored.keys;
    record.tell(&what, "keys_forgotten", one(forgotten as f64), Goal::Shown);
    counts::tell(record, &what, &answers, &complete, NONE, NONE);
    floor.record(record, &what)
}

/// The days of all keys but those of the last table are over.
fn age(file: &Path) -> Result<()> {
    const EARLIER: i64 = 100;
    let file = Connection::open(file)?;
    let days = file
        .prepare("SELECT day FROM key_tables ORDER BY day")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<Vec<i64>>>()?;
    for day in days.iter().rev().skip(1) {
        let then = day - EARLIER;
        file.execute_batch(&format!(
            "ALTER TABLE keys_{day} RENAME TO keys_{then};
             UPDATE key_tables SET day = {then} WHERE day = {day}"
        ))?;
    }
    Ok(())
}
