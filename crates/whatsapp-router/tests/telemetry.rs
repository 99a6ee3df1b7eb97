//! What is logged and counted: the documented names, and nothing that a body or an error says.

#![cfg(all(feature = "tracing", feature = "metrics"))]
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test's helpers may panic")]

use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex},
    time::Duration,
};
use tower::{Service, ServiceExt};
use tracing_subscriber::fmt::MakeWriter;
use whatsapp_notification::{Event, Image, Order, Origin, Parser, Status, Text};
use whatsapp_router::{BoxError, Dispatch, EventRouter, Outcome};

/// Everything that a subscriber writes.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Written {
    type Writer = Written;

    fn make_writer(&self) -> Written {
        self.clone()
    }
}

/// A body in which everything personal is a canary.
const BODY: &str = r#"{"messages":[
    {"from":"canary-1","id":"canary-2","type":"text","text":{"body":"canary-3"}},
    {"from":"canary-1","id":"canary-2","type":"image","image":{"caption":"canary-3"}},
    {"from":"canary-1","id":"canary-2","type":"order","order":{"text":"canary-3"}},
    {"from":"canary-1","id":"canary-2","type":"sticker"},
    {"from":"canary-1"}],
    "statuses":[{"id":"canary-2","status":"read"}],
    "odd":"canary-3"}"#;

async fn failing(_: Event<Text>) -> Result<(), BoxError> {
    Err("canary-4".into())
}

async fn panicking(_: Event<Image>) -> Result<(), BoxError> {
    panic!("canary-5, meant to be seen in the output of the test itself")
}

async fn giving_up(_: Event<Order>) -> Result<Outcome, BoxError> {
    Ok(Outcome::dead("no such catalog"))
}

async fn later(_: Event<Status>) -> Result<Outcome, BoxError> {
    Ok(Outcome::retry_after(Duration::from_secs(1)))
}

/// Handles a body; gives what was logged and what was counted, as `name{kind,outcome}`.
fn handle(body: String) -> (String, BTreeMap<String, u64>) {
    let router = EventRouter::builder().on(failing).on(panicking).on(giving_up).on(later);
    let mut dispatch = Dispatch::new(router.build().unwrap());
    let notification = Parser::new().parse(body, Origin::new("shop-1")).unwrap();
    let written = Written::default();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(written.clone())
        .with_ansi(false)
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .finish();
    let recorder = DebuggingRecorder::new();
    let counted = recorder.snapshotter();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    metrics::with_local_recorder(&recorder, || {
        tracing::subscriber::with_default(subscriber, || {
            runtime.block_on(async {
                let _ = dispatch.ready().await.unwrap().call(notification).await;
            });
        });
    });
    let mut counts = BTreeMap::new();
    for (key, _, _, value) in counted.snapshot().into_vec() {
        let labels: Vec<_> = key.key().labels().map(|label| label.value()).collect();
        let DebugValue::Counter(count) = value else { panic!("only counters") };
        counts.insert(format!("{}{{{}}}", key.key().name(), labels.join(",")), count);
    }
    let written = written.0.lock().unwrap().clone();
    (String::from_utf8(written).unwrap(), counts)
}

#[test]
fn every_event_is_counted_once_by_kind_and_outcome() {
    let (_, counts) = handle(BODY.to_owned());
    let counts: Vec<_> = counts.iter().map(|(name, count)| (name.as_str(), *count)).collect();
    assert_eq!(
        counts,
        [
            ("whatsapp_events_total{image,panic}", 1),
            ("whatsapp_events_total{malformed,unrouted}", 1),
            ("whatsapp_events_total{order,dead}", 1),
            ("whatsapp_events_total{status,retry}", 1),
            ("whatsapp_events_total{sticker,unrouted}", 1),
            ("whatsapp_events_total{text,error}", 1),
            ("whatsapp_events_total{unknown,unrouted}", 1),
        ]
    );
}

#[test]
fn what_is_odd_or_failed_is_one_line_without_content() {
    let (log, _) = handle(BODY.to_owned());
    let lines: Vec<_> = log.lines().collect();
    for (part, level) in [
        ("kind=\"text\"", "WARN"),
        ("kind=\"image\"", "ERROR"),
        ("reason=\"no such catalog\"", "WARN"),
        ("kind=\"status\"", "WARN"),
        ("path=\"/messages/4\"", "WARN"),
        ("path=\"/odd\"", "WARN"),
    ] {
        let found: Vec<_> = lines.iter().filter(|line| line.contains(part)).collect();
        assert_eq!(found.len(), 1, "{part}: {log}");
        assert!(found[0].contains(level) && found[0].contains("whatsapp:"), "{}", found[0]);
    }
    // An unrouted event of a known kind is nobody's concern.
    assert_eq!(lines.len(), 6, "{log}");
    assert!(!log.contains("canary"), "{log}");
}

#[test]
fn in_a_large_body_the_offset_stands_for_the_path() {
    let (log, _) = handle(format!(r#"{{"messages":[],"odd":"{}"}}"#, "x".repeat(20_000)));
    assert!(log.contains("offset=21") && log.contains("length=20002"), "{log}");
    assert!(!log.contains("path="), "{log}");
}
