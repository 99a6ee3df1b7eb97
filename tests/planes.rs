//! The same `EventRouter` value behind HTTP and over stored bytes.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test's helpers may panic")]

use bytes::Bytes;
use http_body_util::Full;
use std::{
    collections::BTreeMap,
    convert::Infallible,
    sync::{Arc, Mutex},
};
use tower::{Service, ServiceExt};
use tower_whatsapp::{AppSecret, Cloud, OnPremises, PathSecret, WebhookLayer};
use whatsapp_notification::{Any, Event, Notification};
use whatsapp_router::{Dispatch, EventRouter};
use whatsapp_testkit::{Api, Sample, Samples, request};

type Counts = Arc<Mutex<BTreeMap<&'static str, usize>>>;

async fn on_any(event: Event<Any>, counts: Counts) -> Result<(), Infallible> {
    *counts.lock().unwrap().entry(event.kind().name()).or_insert(0) += 1;
    Ok(())
}

fn samples() -> Vec<Sample> {
    let mut samples = Samples::new(11);
    let mut all = samples.mixed(64);
    all.extend(samples.onprem_mixed(28));
    all.extend([
        samples.broken(),
        samples.change(),
        samples.error(),
        samples.other_message(),
        samples.group_text(),
        samples.text_without_number(),
        samples.referral(),
        samples.shuffled_text(),
        samples.statuses(100),
        samples.mixed_batch(100_000),
    ]);
    all
}

fn expected() -> BTreeMap<&'static str, usize> {
    let mut expected = BTreeMap::new();
    for sample in samples() {
        for (kind, count) in sample.events {
            *expected.entry(kind).or_insert(0) += count;
        }
    }
    expected
}

#[tokio::test]
async fn one_router_serves_http_and_stored_bytes() {
    let counts = Counts::default();
    let router = EventRouter::builder().on_with(counts.clone(), on_any).build().unwrap();

    // Stored bytes: no HTTP anywhere.
    let mut stored = Dispatch::new(router.clone());
    for sample in samples() {
        let notification = Notification::parse(sample.body).unwrap();
        stored.ready().await.unwrap().call(notification).await.unwrap();
    }
    assert_eq!(std::mem::take(&mut *counts.lock().unwrap()), expected());

    // The same value behind HTTP.
    let secret = AppSecret::new("test_app_secret").unwrap();
    let hook = "0123456789abcdef";
    let service = WebhookLayer::builder()
        .endpoint("/whatsapp", Cloud::new(secret.clone()))
        .endpoint("/onprem/{secret}", OnPremises::new("shop-1", PathSecret::new(hook).unwrap()))
        .deliver_to(Dispatch::new(router))
        .build_service()
        .unwrap();
    for sample in samples() {
        let request = match sample.api {
            Api::Cloud => request::signed("/whatsapp", &secret, sample.body),
            Api::OnPremises => request::unsigned(&format!("/onprem/{hook}"), sample.body),
        };
        let answer = service.clone().oneshot(request.map(Full::<Bytes>::from)).await.unwrap();
        assert_eq!(answer.status(), 200);
    }
    assert_eq!(*counts.lock().unwrap(), expected());
}
