//! Heap allocations, counted on the thread: at most one to parse, none to read, two to handle.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test's helpers may panic")]

use allocation_counter::measure;
use benches::{SECRET, every_field, payloads};
use bytes::Bytes;
use http_body_util::Full;
use std::{convert::Infallible, hint::black_box};
use tower::Service;
use tower_whatsapp::{AppSecret, Cloud, Dispatch, Event, EventRouter, WebhookLayer};
use whatsapp_notification::{Any, Notification};
use whatsapp_testkit::{Samples, request};

fn count<T>(step: impl FnOnce() -> T) -> (u64, T) {
    let mut result = None;
    let info = measure(|| result = Some(step()));
    (info.count_total, result.expect("the step has run"))
}

#[test]
fn a_parse_allocates_once() {
    let mut seen = 0;
    for (name, bodies) in payloads() {
        // The thread's working space is made by its first parse, and again by a body with more
        // events than are kept.
        for body in &bodies {
            Notification::parse(body.clone()).unwrap();
        }
        for body in bodies {
            let (allocations, parsed) = count(|| Notification::parse(body).unwrap());
            let kept = parsed.len() < 4000;
            assert!(!kept || allocations == 1, "{name}: {allocations}");
            seen += usize::from(kept);
        }
    }
    assert!(seen > 260, "{seen}");
}

#[test]
fn reading_allocates_nothing() {
    for (name, bodies) in payloads() {
        for body in bodies {
            let parsed = Notification::parse(body).unwrap();
            let (allocations, ()) = count(|| {
                for event in &parsed {
                    black_box((event.kind(), event.id(), event.timestamp(), event.metadata()));
                    black_box((
                        event.sender().key(),
                        event.recipient().key(),
                        event.sender().name(),
                    ));
                    black_box((event.conversation(), event.field(), event.entry_id(), event.raw()));
                    black_box(event.sender().name().map(|name| name.chars().count()));
                    black_box(event.get());
                }
            });
            assert_eq!(allocations, 0, "{name}");
        }
    }
}

#[test]
fn decoding_allocates_only_where_something_is_escaped() {
    let plain = Notification::parse(Samples::new(7).text().body).unwrap();
    assert_eq!(count(|| every_field::read::<true>(&plain)).0, 0);
    let escaped = Notification::parse(Samples::new(7).hindi_text().body).unwrap();
    assert_eq!(count(|| every_field::read::<true>(&escaped)).0, 1, "the one text");
}

#[test]
fn a_refused_body_allocates_nothing() {
    let body = Bytes::from_static(b"{\"entry\":[{\"changes\":[{\"value\":{\"messages\":[{]}}]}]}");
    let _ = Notification::parse(body.clone());
    assert_eq!(count(|| Notification::parse(body).is_err()), (0, true));
}

async fn on_any(event: Event<Any>) -> Result<(), Infallible> {
    black_box(event.id().map(|id| id.raw().len()));
    Ok(())
}

#[test]
fn the_whole_layer_allocates_twice_for_one_event() {
    let secret = AppSecret::new(SECRET).unwrap();
    let mut service = WebhookLayer::builder()
        .endpoint("/whatsapp", Cloud::new(secret.clone()))
        .deliver_to(Dispatch::new(EventRouter::builder().on(on_any).build().unwrap()))
        .build_service()
        .unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let body = Samples::new(7).text().body;
    let send = |service: &mut _| {
        let request = request::signed("/whatsapp", &secret, body.clone()).map(Full::<Bytes>::from);
        let service: &mut tower_whatsapp::WebhookService<_> = service;
        runtime.block_on(async {
            let call = count(|| service.call(request));
            let (allocations, answer) = (call.0, call.1);
            let mut answer = std::pin::pin!(answer);
            // Nothing here waits, so the first poll is the last.
            let waker = std::task::Waker::noop();
            let mut cx = std::task::Context::from_waker(waker);
            let polled = count(|| answer.as_mut().poll(&mut cx));
            match polled.1 {
                std::task::Poll::Ready(Ok(answer)) => (allocations + polled.0, answer.status()),
                _ => panic!("the service waited"),
            }
        })
    };
    send(&mut service);
    // The notification, and the box of the route.
    assert_eq!(send(&mut service), (2, http::StatusCode::OK));
}
