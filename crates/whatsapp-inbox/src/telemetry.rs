//! What is logged and counted. Kinds, labels, reasons and counts; never content, and never a handler's
//! error, which may repeat content.

#![cfg_attr(
    not(all(feature = "tracing", feature = "metrics")),
    allow(unused_variables, reason = "what only one of the features tells")
)]

use crate::{
    StoreError,
    store::{Kept, Millis, Stats},
};
use tokio::time::Instant;
use whatsapp_notification::Event;

/// A notification was kept.
pub(crate) fn kept(kept: &Kept) {
    #[cfg(feature = "metrics")]
    for (result, count) in [("new", kept.new), ("duplicate", kept.duplicates)] {
        metrics::counter!("whatsapp_inbox_events_total", "result" => result)
            .increment(count as u64);
    }
}

/// The store was asked to keep a notification, and has answered.
pub(crate) fn took(began: Instant) {
    #[cfg(feature = "metrics")]
    metrics::histogram!("whatsapp_inbox_keep_seconds").record(began.elapsed());
}

/// A store's writer has begun a transaction, beside which so many calls wait.
#[cfg(feature = "sqlite")]
pub(crate) fn waiting(calls: usize) {
    #[cfg(feature = "metrics")]
    metrics::gauge!("whatsapp_inbox_queue").set(calls as f64);
}

/// What was in its transaction is durable.
#[cfg(feature = "sqlite")]
pub(crate) fn committed(began: std::time::Instant) {
    #[cfg(feature = "metrics")]
    metrics::histogram!("whatsapp_inbox_commit_seconds").record(began.elapsed());
}

/// A notification was not kept.
pub(crate) fn refused(error: &StoreError) {
    #[cfg(feature = "metrics")]
    metrics::counter!("whatsapp_inbox_refusals_total", "reason" => error.kind().as_str())
        .increment(1);
}

/// An attempt has ended.
pub(crate) fn attempted(outcome: &'static str) {
    #[cfg(feature = "metrics")]
    metrics::counter!("whatsapp_inbox_attempts_total", "outcome" => outcome).increment(1);
}

/// An event is to be tried again.
pub(crate) fn failed(event: Option<&Event>, attempts: u32) {
    #[cfg(feature = "tracing")]
    tracing::warn!(
        target: "whatsapp",
        kind = event.map(|event| event.kind().name()),
        label = event.map(|event| event.notification().origin().label()),
        attempts,
        "event not handled"
    );
}

/// An event was given up.
pub(crate) fn dead(event: Option<&Event>, attempts: u32, reason: &str) {
    #[cfg(feature = "metrics")]
    metrics::counter!("whatsapp_inbox_dead_letters_total").increment(1);
    #[cfg(feature = "tracing")]
    tracing::warn!(
        target: "whatsapp",
        kind = event.map(|event| event.kind().name()),
        label = event.map(|event| event.notification().origin().label()),
        attempts,
        reason,
        "event given up"
    );
}

/// The store failed a worker. What does not pass by itself is an error, with its cause, which holds no content.
pub(crate) fn store_failed(call: &'static str, error: &StoreError) {
    count_failure(call);
    #[cfg(feature = "tracing")]
    {
        use crate::StoreErrorKind;
        use std::error::Error;
        let reason = error.kind().as_str();
        let cause = error.source().map(ToString::to_string);
        match error.kind() {
            StoreErrorKind::Busy | StoreErrorKind::Full | StoreErrorKind::Draining => {
                tracing::warn!(target: "whatsapp", call, reason, cause, "the store failed");
            }
            StoreErrorKind::Closed | StoreErrorKind::Other => {
                tracing::error!(target: "whatsapp", call, reason, cause, "the store failed");
            }
        }
    }
}

fn count_failure(call: &'static str) {
    #[cfg(feature = "metrics")]
    metrics::counter!("whatsapp_inbox_store_errors_total", "call" => call).increment(1);
}

/// A call that fails again and again: each time is counted, the first is logged. Each of many events has
/// its own.
pub(crate) struct Failures {
    call: &'static str,
    is_logged: bool,
}

impl Failures {
    pub(crate) fn of(call: &'static str) -> Self {
        Failures { call, is_logged: false }
    }

    pub(crate) fn tell(&mut self, error: &StoreError) {
        match std::mem::replace(&mut self.is_logged, true) {
            false => store_failed(self.call, error),
            true => count_failure(self.call),
        }
    }
}

/// The events are in these workers' hands, or not any more.
pub(crate) fn owned(is_owner: bool, why: &'static str) {
    #[cfg(feature = "metrics")]
    metrics::gauge!("whatsapp_inbox_owner").set(f64::from(u8::from(is_owner)));
    #[cfg(feature = "tracing")]
    tracing::info!(target: "whatsapp", is_owner, "{why}");
}

/// What the workers have in hand.
pub(crate) fn in_hand(lanes: usize, running: usize) {
    #[cfg(feature = "metrics")]
    {
        metrics::gauge!("whatsapp_inbox_lanes").set(lanes as f64);
        metrics::gauge!("whatsapp_inbox_running").set(running as f64);
    }
}

/// What the store holds.
pub(crate) fn stored(stats: &Stats, now: Millis) {
    #[cfg(feature = "metrics")]
    {
        let age = stats.oldest.map_or(0, |oldest| now.0.saturating_sub(oldest.0));
        metrics::gauge!("whatsapp_inbox_pending").set(stats.pending as f64);
        metrics::gauge!("whatsapp_inbox_oldest_seconds").set(age as f64 / 1000.0);
        metrics::gauge!("whatsapp_inbox_dead_letters").set(stats.dead as f64);
        metrics::gauge!("whatsapp_inbox_bodies").set(stats.bodies as f64);
    }
}

#[cfg(all(test, feature = "tracing"))]
pub(crate) mod tests {
    use super::*;
    use crate::StoreErrorKind;
    use std::io;
    use tempfile::NamedTempFile;
    use tracing_subscriber::util::SubscriberInitExt;

    /// A file to which this thread logs until the guard is dropped.
    pub(crate) fn log_to_file() -> io::Result<(NamedTempFile, impl Sized)> {
        let file = NamedTempFile::new()?;
        let subscriber = tracing_subscriber::fmt().with_ansi(false);
        let guard = subscriber.with_writer(file.reopen()?).set_default();
        Ok((file, guard))
    }

    #[test]
    fn a_store_that_does_not_recover_by_itself_is_an_error_with_its_cause() {
        let (file, logging) = log_to_file().unwrap();
        store_failed("finish", &StoreError::new(StoreErrorKind::Busy));
        store_failed("pending", &StoreError::because(StoreErrorKind::Other, "malformed"));
        drop(logging);
        let log = std::fs::read_to_string(file.path()).unwrap();
        let [busy, damaged] = log.lines().collect::<Vec<_>>()[..] else { panic!("{log}") };
        assert!(busy.contains("WARN") && busy.contains(r#"reason="busy""#), "{busy}");
        assert!(damaged.contains("ERROR") && damaged.contains(r#"call="pending""#), "{damaged}");
        assert!(damaged.contains(r#"cause="malformed""#), "{damaged}");
    }
}
