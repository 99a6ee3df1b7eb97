//! A conversation whose handler does not return: rounds without it and with it, in turn.

use crate::{Options, Result, counts, floor::Floor, one, running::Server, server::question};
use benches::{
    results::{Goal, Record},
    rounds::Spread,
};

/// Pairs of rounds.
const ROUNDS: u32 = 5;

/// What a round has shown of all other conversations.
struct Others {
    p50: f64,
    p99: f64,
}

pub(crate) async fn run(options: &Options, record: &mut Record) -> Result<()> {
    let rate = options.rate / 3;
    let what = format!("inbox_stuck/{rate}_per_second");
    let mut server = Server::launch(options).await?;
    let mut load = server.connect(options.connections).await?;
    let floor = Floor::before(options)?;
    let each = options.run() / (2 * ROUNDS);
    let (mut without, mut with) = (Vec::new(), Vec::new());
    let (mut sent, mut stuck) = (0, 0);
    // The first pair warms up.
    for round in 0..=ROUNDS {
        for is_stuck in [false, true] {
            load.stuck = is_stuck;
            server.tell(if is_stuck { question::STICK } else { question::RELEASE })?;
            let answers = load.open(rate, each).await?;
            // Its first event is in hand, the others wait: all of them are pending, and no other is.
            let complete = server.complete(&load, answers.stuck).await?;
            counts::check(&answers, &complete, answers.stuck)?;
            let report = &complete.report;
            if (report.handled, answers.stuck > 0)
                != (load.accepted.len() - answers.stuck, is_stuck)
            {
                return Err(format!("{} should be stuck: {report:?}", answers.stuck).into());
            }
            sent += answers.sent;
            stuck += answers.stuck;
            if is_stuck {
                server.tell(question::RELEASE)?;
                counts::check_handled(&server.complete(&load, 0).await?, 0)?;
            }
            if round > 0 {
                let others = Others { p50: report.p50 as f64 / 1e3, p99: report.p99 as f64 / 1e3 };
                if is_stuck { &mut with } else { &mut without }.push(others);
            }
        }
    }
    record.tell(&what, "sent", one(sent as f64), Goal::Shown);
    record.tell(&what, "of_the_stuck_conversation", one(stuck as f64), Goal::Shown);
    for (name, rounds) in [("without", &without), ("with", &with)] {
        let p50 = Spread::of(rounds.iter().map(|others| others.p50));
        let p99 = Spread::of(rounds.iter().map(|others| others.p99));
        record.tell(&what, &format!("others_begun_p50_{name}_in_ms"), p50, Goal::Shown);
        record.tell(&what, &format!("others_begun_p99_{name}_in_ms"), p99, Goal::Shown);
    }
    let pairs = with.iter().zip(&without);
    let ratio = Spread::of(pairs.map(|(with, without)| with.p99 / without.p99));
    record.tell(&what, "others_begun_p99_with_vs_without", ratio, Goal::Shown);
    floor.record(record, &what)
}
