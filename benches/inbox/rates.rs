//! The highest rate at which notifications are accepted, handled and completed.

use crate::{Options, Result, counts, floor::Floor, one, running::Server};
use benches::{
    results::{Goal, Record},
    rounds::Spread,
};
use std::time::Instant;

/// Rounds of a run.
const ROUNDS: u32 = 5;

pub(crate) async fn run(options: &Options, record: &mut Record) -> Result<()> {
    // The goal is for the highest rate, and with more connections it gets no higher.
    for (connections, goal) in [(64, Goal::AtLeast(10_000.0)), (256, Goal::Shown)] {
        let what = format!("inbox_rate/{connections}_connections");
        let mut server = Server::launch(options).await?;
        let mut load = server.connect(connections).await?;
        let floor = Floor::before(options)?;
        let (mut rates, mut p50, mut p99) = (Vec::new(), Vec::new(), Vec::new());
        let mut refused = 0;
        // The first round warms up.
        for round in 0..=ROUNDS {
            let began = Instant::now();
            let answers = load.closed(options.run() / ROUNDS).await?;
            let (_, report) = server.complete(&answers).await?;
            server.settled(0).await?;
            let took = began.elapsed().as_secs_f64();
            refused += answers.refused + answers.other + answers.cut;
            counts::check(&report)?;
            if round > 0 {
                let at = |quantile| answers.latencies.value_at_quantile(quantile) as f64 / 1e3;
                rates.push(answers.accepted as f64 / took);
                p50.push(at(0.5));
                p99.push(at(0.99));
            }
        }
        record.tell(&what, "completed_per_second", Spread::of(rates.into_iter()), goal);
        record.tell(&what, "accept_p50_in_ms", Spread::of(p50.into_iter()), Goal::Shown);
        record.tell(&what, "accept_p99_in_ms", Spread::of(p99.into_iter()), Goal::Shown);
        record.tell(&what, "refused", one(refused as f64), Goal::AtMost(0.0));
        floor.record(record, &what)?;
    }
    Ok(())
}
