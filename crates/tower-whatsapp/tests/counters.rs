//! The counters through the `metrics` facade.
#![cfg(feature = "metrics")]
#![allow(clippy::expect_used, reason = "what tests share")]

mod common;

use common::*;
use http::Method;
use metrics_util::debugging::{DebugValue, DebuggingRecorder};

#[test]
fn requests_are_counted_by_answer_and_refusals_by_reason() {
    let recorder = DebuggingRecorder::new();
    let counted = recorder.snapshotter();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    metrics::with_local_recorder(&recorder, || {
        runtime.block_on(async {
            let (webhook, _) = webhook();
            send(webhook.clone(), signed(CLOUD)).await.assert_accepted();
            send(webhook.clone(), signed(CLOUD)).await.assert_accepted();
            send(webhook.clone(), request(Method::POST, "/whatsapp")).await;
            send(webhook.clone(), request(Method::PUT, &format!("/onprem/{HOOK}"))).await;
            send(webhook, request(Method::PUT, "/elsewhere")).await;
        });
    });
    let mut counts: Vec<_> = counted
        .snapshot()
        .into_vec()
        .into_iter()
        .map(|(key, _, _, value)| {
            let DebugValue::Counter(count) = value else { panic!("only counters") };
            let label = |label: &metrics::Label| format!("{}={}", label.key(), label.value());
            let labels: Vec<_> = key.key().labels().map(label).collect();
            (format!("{}{{{}}}", key.key().name(), labels.join(",")), count)
        })
        .collect();
    counts.sort();
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
