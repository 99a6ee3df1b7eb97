//! What is logged and counted: the documented names, and nothing that a body or an error says.

#![cfg(all(feature = "tracing", feature = "metrics", feature = "sqlite"))]
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test's helpers may panic")]

use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::time::timeout;
use tower::Service;
use tracing_subscriber::{fmt::MakeWriter, util::SubscriberInitExt};
use whatsapp_inbox::{
    Inbox, Store, Workers,
    store::{MemoryStore, SqliteStore},
};
use whatsapp_notification::{Event, Image, Notification, Order, Origin, Parser, Status, Text};
use whatsapp_router::{BoxError, EventRouter, Outcome};

/// Everything that a subscriber writes.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

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

/// A body in which everything personal is a canary; each message in a conversation of its own.
const BODY: &str = r#"{"messages":[
    {"from":"canary-1","id":"canary-2","type":"text","text":{"body":"canary-3"}},
    {"from":"canary-4","id":"canary-5","type":"image","image":{"caption":"canary-3"}},
    {"from":"canary-6","id":"canary-7","type":"order","order":{"text":"canary-3"}}],
    "statuses":[{"id":"canary-8","status":"read","recipient_id":"canary-9"}]}"#;

async fn failing(_: Event<Text>) -> Result<(), BoxError> {
    Err("canary-10".into())
}

async fn panicking(_: Event<Image>) -> Result<(), BoxError> {
    panic!("canary-11, meant to be seen in the output of the test itself")
}

async fn giving_up(_: Event<Order>) -> Result<Outcome, BoxError> {
    Ok(Outcome::dead("no such catalog"))
}

async fn fine(_: Event<Status>) -> Result<(), BoxError> {
    Ok(())
}

async fn receive(written: &Written) {
    let router = EventRouter::builder().on(failing).on(panicking).on(giving_up).on(fine);
    let mut inbox = Inbox::new(MemoryStore::new());
    let parse = || Parser::new().parse(BODY, Origin::new("shop-1")).unwrap();
    for _ in 0..2 {
        inbox.call(parse()).await.unwrap();
    }
    let odd = Notification::unparseable("canary-12", Origin::new("shop-1"));
    inbox.call(odd).await.unwrap();
    // No delay, so that nothing waits.
    let workers = inbox.workers(router.build().unwrap()).max_attempts(3);
    let workers = workers.backoff(Duration::ZERO, Duration::ZERO).start();
    let debug = format!("{inbox:?} {workers:?}");
    assert!(!debug.contains("canary"), "{debug}");
    let handled = async {
        while inbox.get_ref().stats().await.unwrap().pending > 0 {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(60), handled).await.unwrap();
    inbox.stop_accepting();
    inbox.call(parse()).await.unwrap_err();
    assert_eq!(workers.drain(Duration::from_secs(60)).await.handed_back, 0);

    let folder = tempfile::tempdir().unwrap();
    let mut inbox = Inbox::new(SqliteStore::open(folder.path().join("inbox.db")).unwrap());
    inbox.call(parse()).await.unwrap();
    inbox.into_inner().close().await;
    // For lack of space nothing is committed.
    let full = SqliteStore::builder(folder.path().join("full.db")).free_space(u64::MAX);
    let mut inbox = Inbox::new(full.open().unwrap());
    inbox.call(parse()).await.unwrap_err();
    let closed = inbox.into_inner();
    closed.clone().close().await;
    let workers = Workers::new(closed, EventRouter::builder().on(fine).build().unwrap()).start();
    let told = async {
        while !written.text().contains("the store failed") {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(60), told).await.unwrap();
    workers.drain(Duration::ZERO).await;
}

#[test]
fn attempts_and_dead_letters_are_told_and_counted_without_content() {
    let written = Written::default();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(written.clone())
        .with_ansi(false)
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .finish();
    let recorder = DebuggingRecorder::new();
    let counted = recorder.snapshotter();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let subscribed = subscriber.set_default();
    // Stores have threads of their own.
    recorder.install().unwrap();
    runtime.block_on(receive(&written));
    drop(subscribed);
    let log = written.text();
    let (mut counts, mut others) = (BTreeMap::new(), Vec::new());
    for (key, _, _, value) in counted.snapshot().into_vec() {
        let labels: Vec<_> = key.key().labels().map(|label| label.value()).collect();
        let name = format!("{}{{{}}}", key.key().name(), labels.join(","));
        match value {
            DebugValue::Counter(count) if name.starts_with("whatsapp_inbox") => {
                counts.insert(name, count);
            }
            DebugValue::Histogram(times) if name == "whatsapp_inbox_commit_seconds{}" => {
                assert_eq!(times.len(), 1);
                others.push(name);
            }
            _ => others.push(name),
        }
    }
    let counts: Vec<_> = counts.iter().map(|(name, count)| (name.as_str(), *count)).collect();
    assert_eq!(
        counts,
        [
            ("whatsapp_inbox_attempts_total{dead}", 1),
            ("whatsapp_inbox_attempts_total{done}", 1),
            ("whatsapp_inbox_attempts_total{error}", 3),
            ("whatsapp_inbox_attempts_total{panic}", 3),
            ("whatsapp_inbox_dead_letters_total{}", 3),
            ("whatsapp_inbox_events_total{duplicate}", 4),
            ("whatsapp_inbox_events_total{new}", 9),
            ("whatsapp_inbox_refusals_total{draining}", 1),
            ("whatsapp_inbox_refusals_total{full}", 1),
            ("whatsapp_inbox_store_errors_total{own}", 1),
        ]
    );
    for other in [
        "pending",
        "oldest_seconds",
        "dead_letters",
        "bodies",
        "lanes",
        "running",
        "owner",
        "keep_seconds",
        "commit_seconds",
        "queue",
    ] {
        let name = format!("whatsapp_inbox_{other}{{}}");
        assert!(others.contains(&name), "{name}: {others:?}");
    }
    for (part, times) in [
        ("kind=\"text\"", 3),
        ("kind=\"image\"", 3),
        ("kind=\"order\"", 1),
        ("label=\"shop-1\"", 7),
        ("event given up", 3),
        ("reason=\"no such catalog\"", 1),
        ("reason=\"3 attempts, the last one panicked\"", 1),
        ("is_owner=true", 1),
        ("is_owner=false", 1),
    ] {
        assert_eq!(log.matches(part).count(), times, "{part}: {log}");
    }
    assert!(!log.contains("canary"), "{log}");
    assert!(!others.iter().any(|name| name.contains("canary")), "{others:?}");
}
