//! More than the store can take: what is answered, what is kept all the same, what memory it takes,
//! and how it is afterwards.

use crate::{
    Options, Result,
    counts::{self, NONE},
    floor::Floor,
    load::Load,
    mib, one,
    rates::closed,
    running::Server,
    server::READ,
    shared::process::Process,
    throttle::Throttle,
};
use benches::{
    results::{Goal, Record},
    rounds::Spread,
};
use std::time::Duration;

/// Notifications a second that the file takes.
const TAKEN: u32 = 500;

/// Notifications a second that are due.
const OFFERED: u32 = 5000;

/// More than may wait in the store: else each would wait for its answer, and none be refused.
const CONNECTIONS: usize = 2 * WAITING;

/// How many notifications may wait.
const WAITING: usize = 200;

/// A notification that waits, and what is known of it, take no more bytes.
const EACH_WAITING: usize = 4096;

/// How far memory may grow, in MiB: what hyper reads of each connection at once, and what may wait.
const MEMORY: f64 = (CONNECTIONS * READ + WAITING * EACH_WAITING) as f64 / (1 << 20) as f64;

/// Rounds at full speed, before and afterwards.
const ROUNDS: u32 = 3;

/// With large bodies: how many connections send, and how many notifications a second the file takes.
const LARGE: usize = 512;
const LARGE_TAKEN: u32 = 50;

/// The limits that bodies meet on their way, in MiB: hyper's buffers, the layer's bytes in flight, the
/// store's queue, the bodies that workers have in hand.
const LARGE_MEMORY: f64 = 16.0 + 64.0 + 64.0 + 16.0;

pub(crate) async fn run(options: &Options, record: &mut Record) -> Result<()> {
    let what = format!("inbox_overload/{OFFERED}_per_second_offered_{TAKEN}_taken");
    let mut server = Server::launch_with(options, WAITING, |_| Ok(())).await?;
    let mut load = server.connect(CONNECTIONS).await?;
    let floor = Floor::before(options)?;
    let before = full_speed(&mut server, &mut load).await?;
    let memory = Memory::of(server.process())?;

    let throttle = Throttle::start(&server.file, TAKEN)?;
    let answers = load.open(OFFERED, options.run()).await?;
    throttle.stop()?;
    let complete = server.complete(&load, 0).await?;
    let grown = memory.grown(server.process())?;
    let after = full_speed(&mut server, &mut load).await?;

    counts::tell(record, &what, &answers, &complete, Goal::Shown, NONE);
    let goodput = answers.accepted as f64 / answers.took.as_secs_f64();
    let goal = Goal::AtLeast(0.8 * f64::from(TAKEN));
    record.tell(&what, "accepted_per_second", one(goodput), goal);
    let refusals = answers.refusals.value_at_quantile(0.99) as f64 / 1e3;
    record.tell(&what, "refused_p99_in_ms", one(refusals), Goal::Shown);
    let waited = answers.latencies.value_at_quantile(0.99) as f64 / 1e3;
    record.tell(&what, "accept_p99_in_ms", one(waited), Goal::Shown);
    record.tell(&what, "memory_grown_in_mib", mib(grown), Goal::AtMost(MEMORY));
    let ratio = after.median / before.median;
    record.tell(&what, "before_per_second", before, Goal::Shown);
    record.tell(&what, "afterwards_per_second", after, Goal::Shown);
    record.tell(&what, "afterwards_vs_before", one(ratio), Goal::AtLeast(0.8));
    floor.record(record, &what)
}

/// More bytes at once than the layer and the store hold: as many connections as notifications, each of
/// which is sent when the last is answered.
pub(crate) async fn bytes(options: &Options, record: &mut Record) -> Result<()> {
    const SIZE: usize = 256 * 1024;
    let what = format!("inbox_overload/{LARGE}_connections_with_{}_KiB", SIZE / 1024);
    let mut server = Server::launch(options).await?;
    let mut load = server.connect(LARGE).await?;
    let floor = Floor::before(options)?;
    full_speed(&mut server, &mut load).await?;
    let memory = Memory::of(server.process())?;

    load.size = SIZE;
    let throttle = Throttle::start(&server.file, LARGE_TAKEN)?;
    let answers = load.closed(options.run() / 2).await?;
    throttle.stop()?;
    let complete = server.complete(&load, 0).await?;
    let grown = memory.grown(server.process())?;

    // Who is refused before the whole body is sent may find the connection closed.
    counts::tell(record, &what, &answers, &complete, Goal::Shown, Goal::Shown);
    record.tell(&what, "memory_grown_in_mib", mib(grown), Goal::AtMost(LARGE_MEMORY));
    floor.record(record, &what)
}

/// Notifications a second in a closed loop, after a round that warms up. No more of the connections send
/// than notifications may wait: so none is refused.
async fn full_speed(server: &mut Server, load: &mut Load) -> Result<Spread> {
    const EACH: Duration = Duration::from_secs(3);
    let mut rates = Vec::new();
    for round in 0..=ROUNDS {
        let rate = load.with_first(WAITING, async |load| closed(server, load, EACH).await).await?.0;
        if round > 0 {
            rates.push(rate);
        }
    }
    Ok(Spread::of(rates.into_iter()))
}

/// How much memory a process has had at a moment, in bytes.
struct Memory(u64);

impl Memory {
    /// Now. The most that it has had is forgotten.
    fn of(process: &Process) -> Result<Self> {
        process.forget_highest()?;
        Ok(Memory(process.memory("VmRSS")?))
    }

    /// By how much the most is more that it has had since then.
    fn grown(&self, process: &Process) -> Result<u64> {
        Ok(process.memory("VmHWM")?.saturating_sub(self.0))
    }
}
