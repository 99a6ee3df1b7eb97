//! The limits of a layer, and the count of the bytes that it holds.

use crate::{deadline::Deadline, endpoint::Mounted};
#[cfg(feature = "tokio")]
use std::time::Duration;
use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};
use whatsapp_notification::Parser;

/// What a layer bounds. The builder's options say what each is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) body: usize,
    pub(crate) in_flight: usize,
    pub(crate) parser: Parser,
    #[cfg(feature = "tokio")]
    pub(crate) body_deadline: Option<Duration>,
    #[cfg(feature = "tokio")]
    pub(crate) handling_deadline: Option<Duration>,
}

impl Limits {
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
    pub(crate) in_flight: InFlight,
}

impl Bounds {
    pub(crate) fn new(limits: Limits) -> Self {
        Bounds { limits, in_flight: InFlight::new(limits.in_flight) }
    }
}

/// The bytes that all requests of a layer hold together.
#[derive(Debug)]
pub(crate) struct InFlight {
    bytes: AtomicUsize,
    limit: usize,
}

impl InFlight {
    fn new(limit: usize) -> Self {
        InFlight { bytes: AtomicUsize::new(0), limit }
    }

    pub(crate) fn is_spent(&self) -> bool {
        self.bytes.load(Relaxed) >= self.limit
    }

    /// Takes `bytes` more; false, and nothing taken, if that is more than there is.
    fn take(&self, bytes: usize) -> bool {
        // Relaxed: the count guards no other memory.
        let taken = self.bytes.fetch_update(Relaxed, Relaxed, |held| {
            held.checked_add(bytes).filter(|sum| *sum <= self.limit)
        });
        taken.is_ok()
    }
}

/// The endpoint of a request, and the request's share of the bytes in flight there: given back when
/// dropped, in whichever state that happens.
pub(crate) struct Held {
    endpoint: Arc<Mounted>,
    bytes: usize,
}

impl Held {
    pub(crate) fn new(endpoint: Arc<Mounted>) -> Self {
        Held { endpoint, bytes: 0 }
    }

    pub(crate) fn endpoint(&self) -> &Mounted {
        &self.endpoint
    }

    /// Takes `bytes` more; false, and nothing taken, if that is more than there is.
    pub(crate) fn take(&mut self, bytes: usize) -> bool {
        let taken = self.endpoint.bounds().in_flight.take(bytes);
        self.bytes += if taken { bytes } else { 0 };
        taken
    }

    /// Gives everything back.
    pub(crate) fn release(&mut self) {
        if self.bytes > 0 {
            self.endpoint.bounds().in_flight.bytes.fetch_sub(self.bytes, Relaxed);
            self.bytes = 0;
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.release();
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::OnPremises;

    #[test]
    fn what_is_held_never_exceeds_the_limit_and_is_given_back() {
        let bounds = Arc::new(Bounds::new(Limits { in_flight: 10, ..Limits::default() }));
        let endpoint = OnPremises::insecure_unverified("a").into();
        let endpoint = Arc::new(Mounted::new("/", endpoint, bounds.clone()).expect("valid"));
        let all = &bounds.in_flight;
        let mut one = Held::new(endpoint.clone());
        let mut other = Held::new(endpoint);
        assert!(one.take(6) && !other.take(5) && other.take(4));
        assert!(all.is_spent() && !one.take(1) && !one.take(usize::MAX));
        drop(one);
        assert!(!all.is_spent() && other.take(6));
        other.release();
        assert_eq!(all.bytes.load(Relaxed), 0);
        drop(other);
        assert_eq!(all.bytes.load(Relaxed), 0);
    }
}
