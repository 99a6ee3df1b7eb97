//! The counters through the `metrics` facade.
#![cfg(feature = "metrics")]
#![allow(clippy::expect_used, reason = "what tests share")]

mod common;

use common::*;
use http::Method;
use metrics::{
    Counter, CounterFn, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

/// Counts by name and labels.
#[derive(Clone, Default)]
struct Counts(Arc<Mutex<BTreeMap<String, u64>>>);

struct Count(Counts, String);

impl CounterFn for Count {
    fn increment(&self, value: u64) {
        *self.0.0.lock().expect("no panic in it").entry(self.1.clone()).or_default() += value;
    }

    fn absolute(&self, _: u64) {
        panic!("counters only go up by one");
    }
}

impl Recorder for Counts {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        let labels: Vec<_> =
            key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
        let name = format!("{}{{{}}}", key.name(), labels.join(","));
        Counter::from_arc(Arc::new(Count(self.clone(), name)))
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

#[test]
fn requests_are_counted_by_answer_and_refusals_by_reason() {
    let counts = Counts::default();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    metrics::with_local_recorder(&counts, || {
        runtime.block_on(async {
            let (webhook, _) = webhook();
            send(webhook.clone(), signed(CLOUD)).await.assert_accepted();
            send(webhook.clone(), signed(CLOUD)).await.assert_accepted();
            send(webhook.clone(), request(Method::POST, "/whatsapp")).await;
            send(webhook.clone(), request(Method::PUT, &format!("/onprem/{HOOK}"))).await;
            send(webhook, request(Method::PUT, "/elsewhere")).await;
        });
    });
    let counts = counts.0.lock().expect("no panic in it");
    let expected = [
        ("whatsapp_refusals_total{label=cloud,reason=missing_credential}", 1),
        ("whatsapp_refusals_total{label=shop-1,reason=method_not_allowed}", 1),
        ("whatsapp_requests_total{label=cloud,status=200}", 2),
        ("whatsapp_requests_total{label=cloud,status=401}", 1),
        ("whatsapp_requests_total{label=shop-1,status=405}", 1),
    ];
    let counts: Vec<_> = counts.iter().map(|(name, count)| (name.as_str(), *count)).collect();
    assert_eq!(counts, expected);
}
