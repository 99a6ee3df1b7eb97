//! What `/v1/stats/app` counts.

use serde_json::{Value, json};
use std::{collections::BTreeMap, time::Duration};

/// What a callback is about, as the counters name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Type {
    InboundMessage,
    StatusChange,
    /// Errors and contacts; the name is ours.
    Other,
}

impl Type {
    fn name(self) -> &'static str {
        match self {
            Type::InboundMessage => "inbound_message",
            Type::StatusChange => "status_change",
            Type::Other => "other",
        }
    }
}

/// Callbacks by type and result: how many, and how long they took together.
#[derive(Default)]
pub(super) struct Stats {
    requests: BTreeMap<(Type, String), (u64, Duration)>,
}

impl Stats {
    /// `result` is `success`, an HTTP status, or `1` for what never got one.
    pub(super) fn count(&mut self, kind: Type, result: String, took: Duration) {
        let (requests, all) = self.requests.entry((kind, result)).or_default();
        *requests += 1;
        *all += took;
    }

    /// The shape in which hosts pass it on (Kaleyra, monitoring stats; Meta, stats).
    pub(super) fn json(&self, queue: usize) -> Value {
        let rows = |value: fn(&(u64, Duration)) -> u64| -> Vec<Value> {
            let row = |((kind, result), counted): (&(Type, String), &(u64, Duration))| {
                let labels = json!({"type": kind.name(), "result": result});
                json!({"labels": labels, "value": value(counted)})
            };
            self.requests.iter().map(row).collect()
        };
        let millis =
            |(_, took): &(u64, Duration)| u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let counter =
            |help: &str, data: Vec<Value>| json!({"type": "counter", "help": help, "data": data});
        let requests = rows(|(requests, _)| *requests);
        json!({"stats": {"app": {
            "callback_queue_size": {
                "type": "gauge",
                "help": "Callbacks that wait",
                "data": [{"value": queue}],
            },
            "callback_requests": counter("Callbacks sent", requests.clone()),
            "callback_requests_duration_ms_count": counter("Callbacks measured", requests),
            "callback_requests_duration_ms_sum": counter("Milliseconds in all", rows(millis)),
        }}})
    }
}
