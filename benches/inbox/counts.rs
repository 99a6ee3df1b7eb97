//! What must be as it is however fast the machine is.

use crate::{load::Answers, one, running::Complete, server::Report};
use benches::results::{Goal, Record};

pub(crate) const NONE: Goal = Goal::AtMost(0.0);

/// Records them; `refused` and `cut` say whether requests may be refused, and connections be closed.
pub(crate) fn tell(
    record: &mut Record,
    what: &str,
    answers: &Answers,
    Complete { report, stored, .. }: &Complete,
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
        ("kept_without_200", report.unanswered, cut),
        ("repeated", report.repeated, NONE),
        ("disordered", report.disordered, NONE),
        ("pending", stored.pending, NONE),
        ("dead", stored.dead, NONE),
    ] {
        record.tell(what, name, one(count as f64), goal);
    }
}

/// Fails unless all was accepted, and each was handled once, in order, and recorded as done, but for so
/// many that are stuck.
pub(crate) fn check(answers: &Answers, complete: &Complete, stuck: u64) -> crate::Result<()> {
    if answers.accepted != answers.sent {
        return Err(format!("not all were accepted: {answers:?}").into());
    }
    check_handled(complete, stuck)
}

/// The same, where that all were accepted is known.
pub(crate) fn check_handled(complete: &Complete, stuck: u64) -> crate::Result<()> {
    let Complete { report, stored, .. } = complete;
    match report {
        Report { lost: 0, unanswered: 0, repeated: 0, disordered: 0, .. }
            if stored.pending == stuck && stored.dead == 0 =>
        {
            Ok(())
        }
        wrong => Err(format!("not each once, in order: {wrong:?}, {stored:?}").into()),
    }
}
