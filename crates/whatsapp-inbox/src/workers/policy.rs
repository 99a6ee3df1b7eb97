//! What becomes of an event after an attempt.

use crate::{
    clock::{later, until},
    store::{End, Millis, Pending},
};
use std::time::Duration;
use whatsapp_router::Outcome;

/// How often, how long and how far apart an event is tried.
#[derive(Clone, Copy, Debug)]
pub(super) struct Policy {
    pub(super) attempts: u32,
    pub(super) age: Duration,
    pub(super) backoff: (Duration, Duration),
}

/// How often even an old event is tried: it may have waited for a day because nobody was there, or be a
/// dead letter that was replayed. And one whose attempts are cut short, which may be by no fault of its own.
const TRIED: u32 = 5;

/// No event waits longer for its next attempt. So one that is due much later was put off by a clock that
/// was ahead.
pub(super) const LONGEST: Duration = Duration::from_secs(86_400);

/// How an attempt ended.
#[derive(Debug)]
pub(super) enum Attempt {
    Returned(Outcome),
    Failed,
    Panicked,
}

impl Attempt {
    /// As it stands in metrics.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Attempt::Returned(outcome) => outcome.name(),
            Attempt::Failed => "error",
            Attempt::Panicked => "panic",
        }
    }
}

impl Policy {
    /// What is recorded before an attempt that may end the process, so that it counts all the same.
    pub(super) fn begin(&self, pending: &Pending, now: Millis) -> End {
        if pending.attempts >= self.attempts.max(TRIED) {
            let reason =
                format!("{} attempts, and the last one may not have ended", pending.attempts);
            return End::Dead { attempts: pending.attempts, reason };
        }
        let attempts = pending.attempts.saturating_add(1);
        End::Retry { attempts, due: later(now, self.jittered(attempts)) }
    }

    pub(super) fn end(&self, pending: &Pending, attempt: Attempt, now: Millis) -> End {
        let attempts = pending.attempts.saturating_add(1);
        let (delay, last) = match attempt {
            Attempt::Returned(Outcome::Done) => return End::Done,
            Attempt::Returned(Outcome::Dead(reason)) => {
                return End::Dead { attempts, reason: reason.into_owned() };
            }
            Attempt::Returned(Outcome::Retry(delay)) => (delay, "asked for a retry"),
            Attempt::Panicked => (self.jittered(attempts), "panicked"),
            // A verdict that this version does not know is no success.
            Attempt::Failed | Attempt::Returned(_) => (self.jittered(attempts), "failed"),
        };
        let old = attempts >= TRIED && until(pending.received, now) >= self.age;
        if attempts >= self.attempts || old {
            let tried = if attempts == 1 { "1 attempt" } else { &format!("{attempts} attempts") };
            let why = if old { ", and too old for another" } else { "" };
            return End::Dead { attempts, reason: format!("{tried}, the last one {last}{why}") };
        }
        End::Retry { attempts, due: later(now, delay.min(LONGEST)) }
    }

    /// The longest delay after so many attempts.
    fn ceiling(&self, attempts: u32) -> Duration {
        let (first, most) = self.backoff;
        first.saturating_mul(2_u32.saturating_pow(attempts.saturating_sub(1))).min(most)
    }

    /// Anything up to it: those that failed together do not come back together.
    fn jittered(&self, attempts: u32) -> Duration {
        self.ceiling(attempts).mul_f64(fastrand::f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{BodyId, Lane, Seq};

    const POLICY: Policy = Policy {
        attempts: 20,
        age: Duration::from_secs(86_400),
        backoff: (Duration::from_secs(1), Duration::from_secs(600)),
    };

    fn pending(attempts: u32) -> Pending {
        let (seq, body, lane, zero) = (Seq(1), BodyId(1), Lane(1), Millis(0));
        Pending { seq, body, offset: 0, lane, received: zero, attempts, due: zero }
    }

    #[test]
    fn delays_are_spread_below_a_ceiling_that_doubles_from_a_second_to_ten_minutes() {
        fastrand::seed(1);
        let seconds: Vec<_> = (1..=12).map(|n| POLICY.ceiling(n).as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600]);
        assert_eq!(POLICY.ceiling(u32::MAX).as_secs(), 600);
        for attempts in 0..19 {
            let ceiling = POLICY.ceiling(attempts + 1).as_millis() as u64;
            let delays: Vec<_> = (0..200)
                .map(|_| match POLICY.end(&pending(attempts), Attempt::Failed, Millis(50)) {
                    End::Retry { due, .. } => due.0 - 50,
                    end => panic!("{end:?}"),
                })
                .collect();
            assert!(delays.iter().all(|delay| *delay <= ceiling), "{attempts}");
            // Full jitter: a fifth of 200 in the lowest and in the highest third, at the least.
            assert!(delays.iter().filter(|delay| **delay < ceiling / 3).count() > 40);
            assert!(delays.iter().filter(|delay| **delay > ceiling / 3 * 2).count() > 40);
        }
    }

    #[test]
    fn a_handler_says_when_and_whether_it_is_tried_again() {
        let end = |outcome| POLICY.end(&pending(3), Attempt::Returned(outcome), Millis(7));
        assert_eq!(end(Outcome::Done), End::Done);
        let retry = Outcome::retry_after(Duration::from_secs(5));
        assert_eq!(end(retry), End::Retry { attempts: 4, due: Millis(5007) });
        let retry = End::Retry { attempts: 4, due: later(Millis(7), LONGEST) };
        assert_eq!(end(Outcome::retry_after(Duration::MAX)), retry);
        let dead = End::Dead { attempts: 4, reason: "no such order".into() };
        assert_eq!(end(Outcome::dead("no such order")), dead);
    }

    #[test]
    fn an_attempt_that_never_ends_counts() {
        let policy = |attempts| Policy { attempts, ..POLICY };
        for (allowed, counted) in [(20, 20), (6, 6), (1, TRIED)] {
            let begin = |attempts| policy(allowed).begin(&pending(attempts), Millis(50));
            let End::Retry { attempts, due } = begin(counted - 1) else { panic!("{allowed}") };
            assert_eq!(attempts, counted);
            assert!(due.0 - 50 <= POLICY.ceiling(counted).as_millis() as u64);
            let reason = format!("{counted} attempts, and the last one may not have ended");
            assert_eq!(begin(counted), End::Dead { attempts: counted, reason });
        }
    }

    #[test]
    fn an_event_is_given_up_after_so_many_attempts_or_so_long() {
        let reason = |attempts, attempt, now| match POLICY.end(&pending(attempts), attempt, now) {
            End::Dead { reason, .. } => Some(reason),
            _ => None,
        };
        let (early, late) = (Millis(86_399_999), Millis(86_400_000));
        assert_eq!(reason(18, Attempt::Failed, early), None);
        assert_eq!(
            reason(19, Attempt::Panicked, early).unwrap(),
            "20 attempts, the last one panicked"
        );
        let retry = Attempt::Returned(Outcome::Retry(Duration::ZERO));
        assert_eq!(
            reason(4, retry, late).unwrap(),
            "5 attempts, the last one asked for a retry, and too old for another"
        );
        assert_eq!(reason(3, Attempt::Failed, late), None);
        assert_eq!(reason(30, Attempt::Returned(Outcome::Done), late), None);
    }
}
