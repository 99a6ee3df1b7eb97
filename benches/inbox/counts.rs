//! What must be as it is however fast the machine is.

use crate::{
    load::Answers,
    one,
    server::{Report, Stored},
};
use benches::results::{Goal, Record};

const NONE: Goal = Goal::AtMost(0.0);

/// Records them; `refused` and `cut` say whether requests may be refused, and connections be closed.
pub(crate) fn tell(
    record: &mut Record,
    what: &str,
    (answers, report, stored): (&Answers, &Report, &Stored),
    refused: Goal,
    cut: Goal,
) {
    for (name, count, goal) in [
        ("sent", answers.sent, Goal::Shown),
        ("accepted", answers.accepted, Goal::Shown),
        ("refused", answers.refused, refused),
        ("cut", answers.cut, cut),
        ("answered_otherwise", answers.other, NONE),
        ("lost", report.lost, NONE),
        ("repeated", report.repeated, NONE),
        ("disordered", report.disordered, NONE),
        ("pending", stored.pending, NONE),
        ("dead", stored.dead, NONE),
    ] {
        record.tell(what, name, one(count as f64), goal);
    }
}

/// Fails if something was lost, repeated or out of order.
pub(crate) fn check(report: &Report) -> crate::Result<()> {
    match report {
        Report { lost: 0, repeated: 0, disordered: 0, .. } => Ok(()),
        wrong => Err(format!("not each once, in order: {wrong:?}").into()),
    }
}
