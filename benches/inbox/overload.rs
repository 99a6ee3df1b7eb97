//! More than the store can take: what is answered, what is kept all the same, what memory it takes,
//! and how it is afterwards.

use crate::{
    Options, Result, counts, floor::Floor, load::Load, mib, one, running::Server,
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

/// How far memory may grow, in MiB: what may wait in the store.
const MEMORY: f64 = 64.0;

/// With large bodies: how many connections send, and how many notifications a second the file takes.
const LARGE: usize = 512;
const LARGE_TAKEN: u32 = 50;

/// The limits that bodies meet on their way, in MiB: hyper's buffers, the layer's bytes in flight, the
/// store's queue, the bodies that workers have in hand.
const LARGE_MEMORY: f64 = 16.0 + 64.0 + 64.0 + 16.0;

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

    let found = (&answers, &report, &stored);
    counts::tell(record, &what, found, Goal::Shown, Goal::AtMost(0.0));
    let goodput = answers.accepted as f64 / answers.took.as_secs_f64();
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

/// More bytes at once than the layer and the store hold: as many connections as notifications, each of
/// which is sent when the last is answered.
pub(crate) async fn bytes(options: &Options, record: &mut Record) -> Result<()> {
    const SIZE: usize = 256 * 1024;
    let what = format!("inbox_overload/{LARGE}_connections_with_{}_KiB", SIZE / 1024);
    let mut server = Server::launch(options).await?;
    let mut load = server.connect(LARGE).await?;
    full_speed(&mut server, &mut load).await?;
    let memory = server.process().memory("VmRSS")?;

    load.size = SIZE;
    let throttle = Throttle::start(&server.file, LARGE_TAKEN)?;
    let answers = load.closed(options.run() / 2).await?;
    throttle.stop()?;
    let (_, report) = server.complete(&answers).await?;
    let stored = server.settled(0).await?;
    let grown = server.process().memory("VmHWM")?.saturating_sub(memory);

    // Who is refused before the whole body is sent may find the connection closed.
    let found = (&answers, &report, &stored);
    counts::tell(record, &what, found, Goal::Shown, Goal::Shown);
    record.tell(&what, "memory_grown_in_mib", mib(grown), Goal::AtMost(LARGE_MEMORY));
    Ok(())
}

/// Notifications a second in a closed loop.
async fn full_speed(server: &mut Server, load: &mut Load) -> Result<f64> {
    let began = Instant::now();
    let answers = load.closed(Duration::from_secs(3)).await?;
    server.complete(&answers).await?;
    server.settled(0).await?;
    Ok(answers.accepted as f64 / began.elapsed().as_secs_f64())
}
