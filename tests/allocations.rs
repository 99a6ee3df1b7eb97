//! Heap allocations, counted on the thread: at most one to parse, none to read, two to handle, none
//! to pass a request on; and how many bytes a parse takes at most.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test's helpers may panic")]

use allocation_counter::measure;
use benches::{SECRET, every_field, payload, payloads};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use std::{
    convert::Infallible,
    hint::black_box,
    task::{Context, Poll, Waker},
    time::Duration,
};
use tower::{Layer, Service, service_fn};
use tower_whatsapp::{AppSecret, Cloud, Dispatch, Event, EventRouter, WebhookLayer};
use whatsapp_notification::{Any, Notification};
use whatsapp_router::dedup::{Claim, DedupKey, DedupStore, MemoryDedup};
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
fn a_key_of_what_was_handled_takes_120_bytes_at_most() {
    // As full as with the million of the default: tables grow by doubling.
    const KEYS: u32 = 125_008; // the same in each of 16 parts
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let mut store = None;
    let held = measure(|| {
        let dedup = MemoryDedup::builder().capacity(KEYS as usize).build();
        // More than there is room for.
        for key in 0..KEYS + KEYS / 10 {
            let key = DedupKey::from_bytes((u128::from(key) << 64 | u128::from(key)).to_le_bytes());
            runtime.block_on(async {
                if let Ok(Claim::New(token)) = dedup.claim(key, Duration::from_secs(60)).await {
                    let _recorded = dedup.commit(key, token).await;
                }
            });
        }
        store = Some(dedup);
    });
    assert_eq!(store.expect("it is there").len(), KEYS as usize);
    let each = held.bytes_current / i64::from(KEYS);
    assert!((80..=120).contains(&each), "{each} bytes a key");
}

#[test]
fn a_refused_body_allocates_nothing() {
    let body = Bytes::from_static(b"{\"entry\":[{\"changes\":[{\"value\":{\"messages\":[{]}}]}]}");
    let _ = Notification::parse(body.clone());
    assert_eq!(count(|| Notification::parse(body).is_err()), (0, true));
}

/// The most bytes that were allocated at a time.
fn peak<T>(step: impl FnOnce() -> T) -> usize {
    let info = measure(|| drop(step()));
    usize::try_from(info.bytes_max).expect("an address")
}

/// What a parse takes beyond the body, in bytes an event; not a thread's first parse, which makes
/// working space that the thread keeps, of up to 8,192 rows.
fn bytes_an_event(kind: &str, events: usize) -> f64 {
    let body = payload(&format!("{kind}_by_{events}")).swap_remove(0);
    let found = Notification::parse(body.clone()).unwrap().len();
    let peak = peak(|| Notification::parse(Bytes::copy_from_slice(&body)).unwrap());
    assert!(peak > body.len() + 32 * found, "{peak} is less than the body and a row an event");
    (peak - body.len()) as f64 / found as f64
}

#[test]
fn a_parse_takes_at_most_the_body_and_twice_64_bytes_an_event() {
    for kind in ["statuses", "mixed"] {
        for events in [100, 1000, 8000] {
            let bytes = bytes_an_event(kind, events);
            assert!(bytes <= 2.0 * 64.0, "{kind}_by_{events}: {bytes}");
        }
    }
}

#[test]
fn a_parse_whose_table_has_just_doubled_takes_at_most_three_times_64_bytes_an_event() {
    // Just more rows than 8,192: working space for 16,384, beside the table itself.
    for (kind, events) in [("statuses", 8193), ("mixed", 5800)] {
        let bytes = bytes_an_event(kind, events);
        assert!(bytes > 2.5 * 32.0, "{kind}_by_{events}: {bytes}, so it has not doubled");
        assert!(bytes <= 3.0 * 64.0, "{kind}_by_{events}: {bytes}");
    }
}

#[test]
fn passing_on_what_is_not_for_the_layer_allocates_nothing() {
    let answer = async |_: Request<Full<Bytes>>| {
        Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
    };
    let webhook = WebhookLayer::builder()
        .endpoint("/whatsapp", Cloud::new(AppSecret::new(SECRET).unwrap()))
        .deliver_to(Dispatch::new(EventRouter::builder().on(on_any).build().unwrap()))
        .build()
        .unwrap();
    let mut service = webhook.layer(service_fn(answer));
    for path in ["/", "/elsewhere", "/whatsapp/"] {
        let request = Request::get(path).body(Full::default()).unwrap();
        let (allocations, status) = count(|| {
            let answer = std::pin::pin!(service.call(request));
            match answer.poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(Ok(answer)) => answer.status(),
                _ => panic!("the service waited"),
            }
        });
        assert_eq!((allocations, status), (0, StatusCode::OK), "{path}");
    }
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
            let mut cx = Context::from_waker(Waker::noop());
            let polled = count(|| answer.as_mut().poll(&mut cx));
            match polled.1 {
                Poll::Ready(Ok(answer)) => (allocations + polled.0, answer.status()),
                _ => panic!("the service waited"),
            }
        })
    };
    send(&mut service);
    // The notification, and the box of the route.
    assert_eq!(send(&mut service), (2, StatusCode::OK));
}
