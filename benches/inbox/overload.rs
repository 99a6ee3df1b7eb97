//! More than the store can take: what is answered, what is kept all the same, what memory it takes,
//! and how it is afterwards.

use crate::{
    Options, Result,
    floor::Floor,
    load::{Answers, Load},
    mib, one,
    running::Server,
    throttle::Throttle,
};
use benches::results::{Goal, Record};
use std::time::{Duration, Instant};

/// Notifications a second that the file takes.
const TAKEN: u32 = 500;

/// Notifications a second that are due.
const OFFERED: u32 = 5000;

/// More than may wait in the store: else each would wait for its answer, and none be refused.
const CONNECTIONS: usize = 2 * WAITING;

/// How many notifications may wait.
const WAITING: usize = 200;

/// How far memory may grow: what the store's queue may hold.
const MEMORY: f64 = 64.0;

pub(crate) async fn run(options: &Options, record: &mut Record) -> Result<()> {
    let what = format!("inbox_overload/{OFFERED}_per_second_offered_{TAKEN}_taken");
    let mut server = Server::launch_with(options, true, WAITING).await?;
    let mut load = server.connect(CONNECTIONS).await?;
    let floor = Floor::before(options)?;
    // The first round warms up.
    full_speed(&mut server, &mut load).await?;
    let before = full_speed(&mut server, &mut load).await?;
    let memory = server.process().memory("VmHWM")?;

    let throttle = Throttle::start(&server.file, TAKEN)?;
    let answers = load.open(OFFERED, options.run()).await?;
    throttle.stop()?;
    let (_, report) = server.complete(&answers).await?;
    let stored = server.settled(0).await?;
    let grown = server.process().memory("VmHWM")?.saturating_sub(memory);
    let after = full_speed(&mut server, &mut load).await?;

    let Answers { sent, accepted, refused, other, .. } = answers;
    let goodput = accepted as f64 / answers.took.as_secs_f64();
    let counts = [("sent", sent), ("accepted", accepted), ("refused", refused)];
    for (name, count) in counts {
        record.tell(&what, name, one(count as f64), Goal::Shown);
    }
    for (name, count) in [
        ("answered_otherwise", other),
        ("repeated", report.repeated),
        ("disordered", report.disordered),
        ("pending", stored.pending),
    ] {
        record.tell(&what, name, one(count as f64), Goal::AtMost(0.0));
    }
    let goal = Goal::AtLeast(0.8 * f64::from(TAKEN));
    record.tell(&what, "accepted_per_second", one(goodput), goal);
    let refusals = answers.refusals.value_at_quantile(0.99) as f64 / 1e3;
    record.tell(&what, "refused_p99_in_ms", one(refusals), Goal::Shown);
    let waited = answers.latencies.value_at_quantile(0.99) as f64 / 1e3;
    record.tell(&what, "accept_p99_in_ms", one(waited), Goal::Shown);
    record.tell(&what, "memory_grown_in_mib", mib(grown), Goal::AtMost(MEMORY));
    record.tell(&what, "before_per_second", one(before), Goal::Shown);
    record.tell(&what, "afterwards_per_second", one(after), Goal::Shown);
    record.tell(&what, "afterwards_vs_before", one(after / before), Goal::AtLeast(0.8));
    floor.record(record, &what)
}

/// Notifications a second in a closed loop.
async fn full_speed(server: &mut Server, load: &mut Load) -> Result<f64> {
    let began = Instant::now();
    let answers = load.closed(Duration::from_secs(3)).await?;
    server.complete(&answers).await?;
    server.settled(0).await?;
    Ok(answers.accepted as f64 / began.elapsed().as_secs_f64())
}
