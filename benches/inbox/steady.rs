//! A steady rate: for a minute, and for many.

use crate::{
    Options, Result,
    counts::{self, NONE},
    floor::Floor,
    load::Answers,
    mib, one,
    running::Server,
};
use benches::results::{Goal, Record};
use std::time::Duration;

pub(crate) async fn run(options: &Options, record: &mut Record) -> Result<()> {
    let what = format!("inbox_steady/{}_per_second_for_{}_s", options.rate, options.seconds);
    let mut server = Server::launch(options).await?;
    let mut load = server.connect(options.connections).await?;
    let floor = Floor::before(options)?;
    let spent = server.process().cpu_time().await?;
    let answers = load.open(options.rate, options.run()).await?;
    let spent = server.process().cpu_time().await? - spent;
    let complete = server.complete(&load, 0).await?;

    accepted(record, &what, &answers);
    let report = &complete.report;
    for (name, micros) in [("begun_p50_in_ms", report.p50), ("begun_p99_in_ms", report.p99)] {
        record.tell(&what, name, one(micros as f64 / 1e3), Goal::Shown);
    }
    let behind = complete.took.as_secs_f64() * 1e3;
    record.tell(&what, "complete_behind_in_ms", one(behind), Goal::Shown);
    counts::tell(record, &what, &answers, &complete, NONE, NONE);
    let each = spent.as_secs_f64() * 1e6 / answers.sent as f64;
    record.tell(&what, "server_cpu_each_in_us", one(each), Goal::Shown);
    floor.record(record, &what)
}

pub(crate) fn accepted(record: &mut Record, what: &str, answers: &Answers) {
    for (name, quantile, goal) in [
        ("accept_p50_in_ms", 0.5, Goal::AtMost(5.0)),
        ("accept_p99_in_ms", 0.99, Goal::AtMost(25.0)),
        ("accept_p99.9_in_ms", 0.999, Goal::Shown),
        ("accept_longest_in_ms", 1.0, Goal::Shown),
    ] {
        let millis = answers.latencies.value_at_quantile(quantile) as f64 / 1e3;
        record.tell(what, name, one(millis), goal);
    }
}

pub(crate) async fn memory(options: &Options, record: &mut Record) -> Result<()> {
    const MINUTE: Duration = Duration::from_secs(60);
    let what = format!("inbox_memory/{}_per_second", options.rate);
    let mut server = Server::launch(options).await?;
    let mut load = server.connect(options.connections).await?;
    let floor = Floor::before(options)?;
    let duration = MINUTE * u32::try_from(options.minutes)?;
    let process = server.process();
    let rss = || process.memory("VmRSS");
    let mut minutes = vec![rss()?];
    let answers = {
        let watch = async {
            loop {
                tokio::time::sleep(MINUTE).await;
                match rss() {
                    Ok(bytes) => minutes.push(bytes),
                    Err(error) => break error,
                }
            }
        };
        tokio::select! {
            answers = load.open(options.rate, duration) => answers?,
            error = watch => return Err(error.into()),
        }
    };
    // The last minute ends with the load.
    minutes.truncate(usize::try_from(options.minutes)?);
    minutes.push(rss()?);
    let anonymous = process.memory("RssAnon")?;
    let complete = server.complete(&load, 0).await?;

    for (minute, bytes) in minutes.iter().enumerate() {
        record.tell(&what, &format!("rss_after_{minute}_minutes_in_mib"), mib(*bytes), Goal::Shown);
    }
    record.tell(&what, "of_it_anonymous_in_mib", mib(anonymous), Goal::Shown);
    if let ([_, first, ..], Some(last)) = (&minutes[..], minutes.last()) {
        let grown = *last as f64 / *first as f64;
        record.tell(&what, "last_minute_vs_first", one(grown), Goal::AtMost(1.05));
    }
    accepted(record, &what, &answers);
    counts::tell(record, &what, &answers, &complete, NONE, NONE);
    floor.record(record, &what)
}
