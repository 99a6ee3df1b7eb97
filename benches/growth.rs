//! How the time of a parse grows with the events in a body: 8,000 events in bodies of 100, of 1,000
//! and in one, interleaved round by round.
//!
//! ```text
//! cargo bench -p benches --bench growth [-- [--check] [--write | FILTER]]
//! ```
//!
//! The whole is the same in all three, so that caches and branch predictors have the same to hold.
//! The figure is the time per byte, in that of bodies of 100 events. The instructions per byte are
//! counted by `instructions`, and the peak of memory is asserted by the test `allocations`.

use benches::{
    Rotation, payload,
    results::{Goal, Record},
    rounds::{Contender, Spread, interleave, restarted},
};
use bytes::Bytes;
use std::{hint::black_box, io, process::ExitCode, time::Duration};
use whatsapp_notification::Notification;

const ROUNDS: usize = 61;
const TURN: Duration = Duration::from_millis(20);

fn main() -> io::Result<ExitCode> {
    if let Some(ended) = restarted()? {
        return Ok(ended);
    }
    let mut record = Record::of_arguments()?;
    for kind in ["statuses", "mixed"] {
        growth(&mut record, kind);
    }
    record.close("growth")
}

fn growth(record: &mut Record, kind: &str) {
    let whole = format!("growth/{kind}");
    if !record.wants(&whole) {
        return;
    }
    let pieces = [100, 1000, 8000].map(|events| payload(&format!("{kind}_by_{events}")));
    let mut contenders = pieces.each_ref().map(|bodies| {
        let mut rotation = Rotation::new(bodies);
        Contender::new("parse", move || {
            black_box(Notification::parse(rotation.next_body())).ok();
        })
    });
    interleave(&mut contenders, ROUNDS, TURN);
    let bytes = pieces.each_ref().map(|bodies| mean_length(bodies));
    // Nanoseconds a byte, round by round.
    let speed = |at: usize| contenders[at].rounds().iter().map(move |nanos| nanos / bytes[at]);
    let goal = Goal::AtMost(1.15);
    for (at, unit) in [(1, "1000_vs_100_events"), (2, "8000_vs_100_events")] {
        let ratios = speed(at).zip(speed(0)).map(|(many, few)| many / few);
        record.tell(&whole, unit, Spread::of(ratios), goal);
    }
    let kilo = speed(0).map(|nanos| nanos * 1000.0);
    record.tell(&whole, "100_events_in_ns_per_kB", Spread::of(kilo), Goal::Shown);
}

fn mean_length(bodies: &[Bytes]) -> f64 {
    bodies.iter().map(Bytes::len).sum::<usize>() as f64 / bodies.len() as f64
}
