//! [`Schedule`]: when a sender tries again, and when it gives up.

use std::time::Duration;
use tokio::time::Instant;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// How long a sender waits after each failure, and when it gives up.
///
/// ```
/// use std::time::Duration;
/// use whatsapp_testkit::Schedule;
///
/// let quick = Schedule::linear(Duration::from_millis(5), Duration::from_millis(20));
/// let delays: Vec<_> = (1..=5).map(|failures| quick.delay(failures).as_millis()).collect();
/// assert_eq!(delays, [5, 10, 15, 20, 20]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Schedule {
    growth: Growth,
    give_up: Option<Duration>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Growth {
    Linear { step: Duration, cap: Duration },
    Doubling { first: Duration, cap: Duration },
}

impl Schedule {
    /// Waits `step`, twice `step`, thrice `step` …, and `cap` from then on, for ever.
    pub const fn linear(step: Duration, cap: Duration) -> Self {
        Schedule { growth: Growth::Linear { step, cap }, give_up: None }
    }

    /// Tries again at once, then waits `first`, twice `first`, four times `first` …, and `cap` from
    /// then on, for ever.
    pub const fn doubling(first: Duration, cap: Duration) -> Self {
        Schedule { growth: Growth::Doubling { first, cap }, give_up: None }
    }

    /// The Cloud API: at once, then ever more rarely, for seven days (Meta, webhooks overview).
    ///
    /// The times in between are not published. These are ours: a minute, doubled up to six hours.
    pub const fn cloud() -> Self {
        Schedule::doubling(Duration::from_secs(MINUTE), Duration::from_secs(6 * HOUR))
            .give_up_after(Duration::from_secs(7 * DAY))
    }

    /// The On-Premises client as it comes: 3 s, 6 s, 9 s … up to 15 minutes, for ever (Meta,
    /// On-Premises reference, settings). Its guide speaks of 24 hours in all: see
    /// [`give_up_after`](Self::give_up_after).
    pub const fn on_premises() -> Self {
        Schedule::linear(Duration::from_secs(3), Duration::from_secs(15 * MINUTE))
    }

    /// The same with an end: what would be tried later than this after the first attempt is given up.
    pub const fn give_up_after(mut self, after: Duration) -> Self {
        self.give_up = Some(after);
        self
    }

    /// How long it waits after this many failures in a row, from 1.
    #[must_use]
    pub fn delay(&self, failures: u32) -> Duration {
        match self.growth {
            Growth::Linear { step, cap } => step.saturating_mul(failures).min(cap),
            Growth::Doubling { .. } if failures <= 1 => Duration::ZERO,
            Growth::Doubling { first, cap } => {
                let times = 1_u32.checked_shl(failures - 2).unwrap_or(u32::MAX);
                first.saturating_mul(times).min(cap)
            }
        }
    }

    /// When the next attempt is due, if there is one.
    pub(crate) fn next(&self, failures: u32, first: Instant, now: Instant) -> Option<Instant> {
        let due = now.checked_add(self.delay(failures))?;
        self.give_up.is_none_or(|after| due.duration_since(first) <= after).then_some(due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Failures until the delay grows no more, and the time until then.
    fn to_the_cap(schedule: &Schedule, cap: Duration) -> (u32, Duration) {
        let failures = (1..).find(|failures| schedule.delay(*failures) >= cap).unwrap();
        (failures, (1..=failures).map(|failures| schedule.delay(failures)).sum())
    }

    #[test]
    fn on_premises_reaches_the_cap_after_300_failures_and_37_6_hours() {
        let cap = Duration::from_secs(15 * MINUTE);
        let (failures, time) = to_the_cap(&Schedule::on_premises(), cap);
        assert_eq!(failures, 300);
        assert_eq!(time.as_secs(), 135_450);
        assert!((time.as_secs_f64() / HOUR as f64 - 37.6).abs() < 0.05);
        assert_eq!(Schedule::on_premises().delay(u32::MAX), cap);
    }

    #[test]
    fn cloud_tries_at_once_and_then_ever_more_rarely() {
        let cloud = Schedule::cloud();
        let minutes: Vec<_> =
            (1..=11).map(|failures| cloud.delay(failures).as_secs() / MINUTE).collect();
        assert_eq!(minutes, [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 360]);
        assert_eq!(cloud.delay(u32::MAX).as_secs(), 6 * HOUR);
    }

    #[test]
    fn what_would_be_too_late_is_given_up() {
        let day = Duration::from_secs(DAY);
        let schedule = Schedule::on_premises().give_up_after(day);
        let first = Instant::now();
        assert_eq!(schedule.next(1, first, first), Some(first + Duration::from_secs(3)));
        assert_eq!(schedule.next(300, first, first + day), None);
        assert!(Schedule::on_premises().next(300, first, first + day).is_some());
        let never = Schedule::linear(day, Duration::MAX).give_up_after(Duration::MAX);
        assert!(never.next(1, first, first).is_some());
    }
}
