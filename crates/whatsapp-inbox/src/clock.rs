//! The wall's time, which a test may replace.

use crate::store::Millis;
use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

/// Tells the time that goes into a store.
#[derive(Clone)]
pub(crate) struct Clock(Arc<dyn Fn() -> Millis + Send + Sync>);

impl Clock {
    pub(crate) fn wall() -> Self {
        Clock(Arc::new(|| SystemTime::now().into()))
    }

    /// Tokio's time, which a test may pause: it begins as the wall's time of 2026.
    #[cfg(test)]
    pub(crate) fn virtual_time() -> Self {
        let start = tokio::time::Instant::now();
        Clock::of(move || later(Millis(1_767_225_600_000), start.elapsed()))
    }

    #[cfg(test)]
    pub(crate) fn of(now: impl Fn() -> Millis + Send + Sync + 'static) -> Self {
        Clock(Arc::new(now))
    }

    pub(crate) fn now(&self) -> Millis {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

pub(crate) fn later(time: Millis, by: Duration) -> Millis {
    Millis(time.0.saturating_add(millis(by)))
}

/// How long it is from `from` to `to`; nothing if it is past.
pub(crate) fn until(from: Millis, to: Millis) -> Duration {
    Duration::from_millis(to.0.saturating_sub(from.0))
}
