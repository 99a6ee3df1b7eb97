//! [`HeldBytes`]: what one request holds of the bytes in flight.

use crate::endpoint::Mounted;
use std::{fmt, sync::Arc};

/// The bytes that a request holds at its endpoint: given back when dropped, in whichever state that
/// happens.
///
/// It keeps the endpoint for the rest of the request, too: the limits are reached through it, so
/// that one reference count serves for both.
pub(crate) struct HeldBytes {
    endpoint: Arc<Mounted>,
    bytes: usize,
}

impl HeldBytes {
    pub(crate) fn none(endpoint: Arc<Mounted>) -> Self {
        HeldBytes { endpoint, bytes: 0 }
    }

    pub(crate) fn endpoint(&self) -> &Mounted {
        &self.endpoint
    }

    /// Takes `bytes` more; false, and nothing taken, if that is more than there is.
    pub(crate) fn take(&mut self, bytes: usize) -> bool {
        let taken = self.endpoint.bounds().in_flight.take(bytes);
        if taken {
            self.bytes += bytes;
        }
        taken
    }

    /// Gives everything back.
    pub(crate) fn release(&mut self) {
        if self.bytes > 0 {
            self.endpoint.bounds().in_flight.give(self.bytes);
            self.bytes = 0;
        }
    }
}

impl Drop for HeldBytes {
    fn drop(&mut self) {
        self.release();
    }
}

impl fmt::Debug for HeldBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeldBytes").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        OnPremises,
        limits::{Bounds, Limits},
        path::PathPattern,
    };

    #[test]
    fn what_is_held_never_exceeds_the_limit_and_is_given_back_once() {
        let bounds = Arc::new(Bounds::new(Limits { in_flight: 10, ..Limits::default() }));
        let path = Arc::new(PathPattern::new("/").expect("valid"));
        let endpoint = OnPremises::insecure_unverified("a").into();
        let endpoint = Arc::new(Mounted::new(path, endpoint, bounds.clone()).expect("valid"));
        let all = &bounds.in_flight;
        // Exactly nothing is in flight if the whole can be taken.
        let is_free = || {
            let taken = all.take(10);
            if taken {
                all.give(10);
            }
            taken
        };
        let mut one = HeldBytes::none(endpoint.clone());
        let mut other = HeldBytes::none(endpoint);
        assert!(one.take(6) && !other.take(5) && other.take(4));
        assert!(all.is_spent() && !one.take(1) && !one.take(usize::MAX));
        drop(one);
        assert!(!all.is_spent() && !is_free() && other.take(6));
        other.release();
        assert!(is_free());
        drop(other);
        assert!(is_free());
    }
}
