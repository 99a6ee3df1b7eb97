//! The highest rate at which notifications are accepted, handled and completed.

use crate::{
    Options, Result, counts,
    floor::Floor,
    load::{Answers, Load},
    running::Server,
};
use benches::{
    results::{Goal, Record},
    rounds::Spread,
};
use std::time::Duration;

/// Rounds of a run.
const ROUNDS: u32 = 5;

const GOAL: Goal = Goal::AtLeast(10_000.0);

pub(crate) async fn run(options: &Options, record: &mut Record) -> Result<()> {
    for connections in [64, 256] {
        let what = format!("inbox_rate/{connections}_connections");
        let mut server = Server::launch(options).await?;
        let mut load = server.connect(connections).await?;
        let floor = Floor::before(options)?;
        let (mut rates, mut p50, mut p99) = (Vec::new(), Vec::new(), Vec::new());
        // The first round warms up.
        for round in 0..=ROUNDS {
            let (rate, answers) = closed(&mut server, &mut load, options.run() / ROUNDS).await?;
            if round > 0 {
                let at = |quantile| answers.latencies.value_at_quantile(quantile) as f64 / 1e3;
                rates.push(rate);
                p50.push(at(0.5));
                p99.push(at(0.99));
            }
        }
        record.tell(&what, "completed_per_second", Spread::of(rates.into_iter()), GOAL);
        record.tell(&what, "accept_p50_in_ms", Spread::of(p50.into_iter()), Goal::Shown);
        record.tell(&what, "accept_p99_in_ms", Spread::of(p99.into_iter()), Goal::Shown);
        floor.record(record, &what)?;
    }
    Ok(())
}

/// Notifications a second in a closed loop, until the last is recorded as done; fails if one was not
/// accepted, or not handled once, in order.
pub(crate) async fn closed(
    server: &mut Server,
    load: &mut Load,
    duration: Duration,
) -> Result<(f64, Answers)> {
    let answers = load.closed(duration).await?;
    let complete = server.complete(load, 0).await?;
    counts::check(&answers, &complete, 0)?;
    let took = answers.took + complete.took;
    Ok((answers.accepted as f64 / took.as_secs_f64(), answers))
}
