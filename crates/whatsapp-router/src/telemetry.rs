//! What is logged and counted. Kinds, labels, places and lengths; never content, and never a
//! handler's error, which may repeat content: log it in the handler.

#![cfg_attr(
    not(all(feature = "tracing", feature = "metrics")),
    allow(unused_variables, reason = "what only one of the features tells")
)]

use crate::{BoxError, Outcome};
use whatsapp_notification::{Event, Kind};

/// The size of a body, in bytes, up to which a warning names the path of its event.
#[cfg(feature = "tracing")]
const PATH_IN_BODIES_OF: usize = 16 * 1024;

#[inline]
fn count(kind: Kind, outcome: &'static str) {
    #[cfg(feature = "metrics")]
    metrics::counter!("whatsapp_events_total", "kind" => kind.name(), "outcome" => outcome)
        .increment(1);
}

/// What deduplication has made of an event.
#[cfg(feature = "dedup")]
pub(crate) fn deduplicated(result: &'static str) {
    #[cfg(feature = "metrics")]
    metrics::counter!("whatsapp_dedup_total", "result" => result).increment(1);
}

/// A handler has come to its end.
#[inline]
pub(crate) fn handled(kind: Kind, result: &Result<Outcome, BoxError>) {
    count(kind, result.as_ref().map_or("error", Outcome::name));
}

/// No route takes the event.
#[inline]
pub(crate) fn unrouted(event: &Event) {
    count(event.kind(), "unrouted");
    #[cfg(feature = "tracing")]
    if let Kind::Unknown | Kind::Malformed | Kind::Unparseable = event.kind() {
        // A path costs a walk: for each broken item of a body full of them, that would be a hang.
        let path = (event.notification().body().len() <= PATH_IN_BODIES_OF).then(|| event.path());
        tracing::warn!(
            target: "whatsapp",
            kind = event.kind().name(),
            label = event.notification().origin().label(),
            path,
            offset = event.offset(),
            length = event.raw().len(),
            "unrouted event"
        );
    }
}

/// An event failed: WhatsApp will send its notification again.
#[inline]
pub(crate) fn failed(kind: Kind) {
    #[cfg(feature = "tracing")]
    tracing::warn!(target: "whatsapp", kind = kind.name(), "event not handled");
}

/// A handler gave an event up.
#[inline]
pub(crate) fn dead(kind: Kind, reason: &str) {
    #[cfg(feature = "tracing")]
    tracing::warn!(target: "whatsapp", kind = kind.name(), reason, "event given up");
}

/// A handler panicked. The panic hook has told where.
#[inline]
pub(crate) fn panicked(kind: Kind) {
    count(kind, "panic");
    #[cfg(feature = "tracing")]
    tracing::error!(target: "whatsapp", kind = kind.name(), "handler panicked");
}
