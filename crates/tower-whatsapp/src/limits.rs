//! The limits of a layer, and the count of the bytes in flight.

use crate::deadline::Deadline;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
#[cfg(feature = "tokio")]
use std::time::Duration;
use whatsapp_notification::Parser;

/// What a layer bounds. The builder's options say what each is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) body: usize,
    pub(crate) in_flight: usize,
    pub(crate) parser: Parser,
    pub(crate) lookups: usize,
    #[cfg(feature = "tokio")]
    pub(crate) lookup_deadline: Option<Duration>,
    #[cfg(feature = "tokio")]
    pub(crate) body_deadline: Option<Duration>,
    #[cfg(feature = "tokio")]
    pub(crate) handling_deadline: Option<Duration>,
}

impl Limits {
    pub(crate) fn lookup_deadline(&self) -> Deadline {
        #[cfg(feature = "tokio")]
        return Deadline::new(self.lookup_deadline);
        #[cfg(not(feature = "tokio"))]
        return Deadline;
    }

    pub(crate) fn body_deadline(&self) -> Deadline {
        #[cfg(feature = "tokio")]
        return Deadline::new(self.body_deadline);
        #[cfg(not(feature = "tokio"))]
        return Deadline;
    }

    pub(crate) fn handling_deadline(&self) -> Deadline {
        #[cfg(feature = "tokio")]
        return Deadline::new(self.handling_deadline);
        #[cfg(not(feature = "tokio"))]
        return Deadline;
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            // Meta: payloads can be up to 3 MB. The rest is for what surrounds them.
            body: 3 * 1024 * 1024 + 64 * 1024,
            in_flight: 64 * 1024 * 1024,
            parser: Parser::new(),
            lookups: 256,
            #[cfg(feature = "tokio")]
            lookup_deadline: Some(Duration::from_secs(2)),
            #[cfg(feature = "tokio")]
            body_deadline: Some(Duration::from_secs(10)),
            #[cfg(feature = "tokio")]
            handling_deadline: Some(Duration::from_secs(20)),
        }
    }
}

/// What all endpoints of a layer are bounded by.
#[derive(Debug)]
pub(crate) struct Bounds {
    pub(crate) limits: Limits,
    /// Bytes of bodies.
    pub(crate) in_flight: InFlight,
    /// Look-ups under way.
    pub(crate) lookups: InFlight,
}

impl Bounds {
    pub(crate) fn new(limits: Limits) -> Self {
        Bounds {
            limits,
            in_flight: InFlight::new(limits.in_flight),
            lookups: InFlight::new(limits.lookups),
        }
    }
}

/// What all requests of a layer hold together of something.
#[derive(Debug)]
pub(crate) struct InFlight {
    held: AtomicUsize,
    limit: usize,
}

impl InFlight {
    fn new(limit: usize) -> Self {
        InFlight { held: AtomicUsize::new(0), limit }
    }

    pub(crate) fn is_spent(&self) -> bool {
        self.held.load(Relaxed) >= self.limit
    }

    /// Takes so much more; false, and nothing taken, if that is more than there is.
    pub(crate) fn take(&self, more: usize) -> bool {
        // Relaxed: the count guards no other memory.
        let taken = self.held.fetch_update(Relaxed, Relaxed, |held| {
            held.checked_add(more).filter(|sum| *sum <= self.limit)
        });
        taken.is_ok()
    }

    /// Gives back what was taken.
    pub(crate) fn give(&self, taken: usize) {
        self.held.fetch_sub(taken, Relaxed);
    }
}
