//! Deduplication in front of a service of events: what is handled once, again, or not yet.

#![cfg(feature = "dedup")]
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test's helpers may panic")]

use std::{
    collections::HashSet,
    convert::Infallible,
    future::pending,
    io,
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::Poll,
    time::Duration,
};
use tokio::{sync::Notify, time::sleep};
use tower::{Layer, Service, ServiceExt, service_fn};
use whatsapp_notification::{Event, Notification, Origin, Parser};
use whatsapp_router::{
    BoxError, Dispatch, Outcome,
    dedup::{Claim, Dedup, DedupKey, DedupLayer, DedupStore, HashKey, MemoryDedup, Token},
};

const LEASE: Duration = Duration::from_secs(60);

fn message(id: &str) -> String {
    format!(
        r#"{{"from":"15550001","id":"{id}","timestamp":"1750000000","type":"text","text":{{"body":"Hi"}}}}"#
    )
}

fn body(messages: &[&str]) -> String {
    let messages: Vec<_> = messages.iter().map(|id| message(id)).collect();
    format!(r#"{{"messages":[{}]}}"#, messages.join(","))
}

/// A new notification each time, as a retry is.
fn notification(messages: &[&str]) -> Notification {
    Notification::parse(body(messages)).unwrap()
}

fn event(id: &str) -> Event {
    notification(&[id]).into_iter().next().unwrap()
}

/// Counts its calls, and does with them what `handler` says.
#[derive(Clone)]
struct Counting<F> {
    calls: Arc<AtomicUsize>,
    handler: F,
}

fn counting<F, Fut>(handler: F) -> (Counting<F>, Arc<AtomicUsize>)
where
    F: FnMut(Event) -> Fut,
{
    let calls = Arc::new(AtomicUsize::new(0));
    (Counting { calls: calls.clone(), handler }, calls)
}

impl<F, Fut, E> Service<Event> for Counting<F>
where
    F: FnMut(Event) -> Fut,
    Fut: Future<Output = Result<Outcome, E>>,
{
    type Response = Outcome;
    type Error = E;
    type Future = Fut;

    fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> Poll<Result<(), E>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, event: Event) -> Fut {
        self.calls.fetch_add(1, Ordering::SeqCst);
        (self.handler)(event)
    }
}

type Done = std::future::Ready<Result<Outcome, Infallible>>;

fn done() -> (Counting<impl FnMut(Event) -> Done + Clone>, Arc<AtomicUsize>) {
    counting(|_| std::future::ready(Ok(Outcome::Done)))
}

fn deduplicated<S>(service: S) -> Dedup<S, MemoryDedup> {
    DedupLayer::new(MemoryDedup::new()).lease(LEASE).layer(service)
}

async fn handle<S>(service: &S, event: Event) -> Result<Outcome, BoxError>
where
    S: Service<Event, Response = Outcome, Error = BoxError> + Clone,
{
    service.clone().oneshot(event).await
}

fn is_busy(outcome: Result<Outcome, BoxError>) -> bool {
    matches!(outcome, Ok(Outcome::Retry(_)))
}

#[tokio::test]
async fn what_was_done_is_not_handled_again() {
    let (service, calls) = done();
    let service = deduplicated(service);
    for _ in 0..3 {
        assert_eq!(handle(&service, event("A")).await.unwrap(), Outcome::Done);
    }
    handle(&service, event("B")).await.unwrap();
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn what_is_dead_is_not_handled_again_and_what_failed_is() {
    for (outcome, expected) in [
        (Ok(Outcome::dead("no order")), 1),
        (Ok(Outcome::retry_after(LEASE)), 2),
        (Err("the database is away"), 2),
    ] {
        let (service, calls) = counting(move |_| std::future::ready(outcome.clone()));
        let service = deduplicated(service);
        for _ in 0..2 {
            let _outcome = handle(&service, event("A")).await;
        }
        assert_eq!(calls.load(Ordering::SeqCst), expected);
    }
}

#[tokio::test]
async fn a_panic_and_a_drop_give_the_event_back() {
    let panics = Arc::new(AtomicBool::new(true));
    let (service, calls) = counting(move |_| {
        let panics = panics.clone();
        async move {
            assert!(!panics.swap(false, Ordering::SeqCst), "a handler's panic");
            Ok::<_, Infallible>(Outcome::Done)
        }
    });
    let mut dispatch = Dispatch::new(deduplicated(service));
    dispatch.ready().await.unwrap().call(notification(&["A"])).await.unwrap_err();
    dispatch.ready().await.unwrap().call(notification(&["A"])).await.unwrap();
    assert_eq!(calls.load(Ordering::SeqCst), 2);

    let stuck = Arc::new(AtomicBool::new(true));
    let (service, calls) = counting(move |_| {
        let stuck = stuck.clone();
        async move {
            if stuck.swap(false, Ordering::SeqCst) {
                pending::<()>().await;
            }
            Ok::<_, Infallible>(Outcome::Done)
        }
    });
    let service = deduplicated(service);
    {
        let mut dropped = pin!(handle(&service, event("A")));
        assert!(polled(dropped.as_mut()).await.is_pending());
    }
    assert_eq!(handle(&service, event("A")).await.unwrap(), Outcome::Done);
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}

/// Polls once.
async fn polled<F: Future>(mut future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    std::future::poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await
}

#[tokio::test]
async fn a_repeat_of_what_is_under_way_is_to_come_again_and_never_done() {
    let go = Arc::new(Notify::new());
    let going = go.clone();
    let (service, calls) = counting(move |_| {
        let going = going.clone();
        async move {
            going.notified().await;
            Ok::<_, Infallible>(Outcome::Done)
        }
    });
    let store = MemoryDedup::new();
    // Two layers over one store, as two processes are.
    let [one, other] = [(); 2].map(|()| DedupLayer::new(store.clone()).layer(service.clone()));
    let mut first = pin!(handle(&one, event("A")));
    assert!(polled(first.as_mut()).await.is_pending());
    assert!(is_busy(handle(&one, event("A")).await), "in the same process");
    assert!(is_busy(handle(&other, event("A")).await), "in another");
    let mut dispatch = Dispatch::new(other.clone());
    dispatch.ready().await.unwrap().call(notification(&["A"])).await.unwrap_err();
    go.notify_one();
    first.await.unwrap();
    assert_eq!(handle(&other, event("A")).await.unwrap(), Outcome::Done);
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_repeat_within_a_body_is_handled_once_and_is_not_in_its_own_way() {
    for concurrency in [1, 8] {
        let (service, calls) = counting(|_| async {
            tokio::task::yield_now().await;
            Ok::<_, Infallible>(Outcome::Done)
        });
        let mut dispatch = Dispatch::new(deduplicated(service)).concurrency(concurrency);
        dispatch.ready().await.unwrap().call(notification(&["A", "B", "A", "A"])).await.unwrap();
        assert_eq!(calls.load(Ordering::SeqCst), 2);
    }
}

/// Fails the first time, when it is told to go on, and is done after that.
fn failing_first() -> (
    Counting<impl FnMut(Event) -> BoxFuture + Clone + Send + 'static>,
    Arc<AtomicUsize>,
    Arc<Notify>,
) {
    let (go, is_first) = (Arc::new(Notify::new()), Arc::new(AtomicBool::new(true)));
    let going = go.clone();
    let (service, calls) = counting(move |_| -> BoxFuture {
        let (going, is_first) = (going.clone(), is_first.swap(false, Ordering::SeqCst));
        Box::pin(async move {
            if is_first {
                going.notified().await;
                return Err("the database is away");
            }
            Ok(Outcome::Done)
        })
    });
    (service, calls, go)
}

type BoxFuture = std::pin::Pin<Box<dyn Future<Output = Result<Outcome, &'static str>> + Send>>;

#[tokio::test]
async fn a_repeat_within_a_body_is_handled_in_its_turn_if_the_first_fails() {
    let (service, calls, go) = failing_first();
    let service = deduplicated(service);
    let both: Vec<Event> = notification(&["A", "A"]).into_iter().collect();
    let mut first = pin!(handle(&service, both[0].clone()));
    let mut second = pin!(handle(&service, both[1].clone()));
    assert!(polled(first.as_mut()).await.is_pending());
    assert!(polled(second.as_mut()).await.is_pending(), "the first may fail");
    go.notify_one();
    first.await.unwrap_err();
    assert_eq!(second.await.unwrap(), Outcome::Done);
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_second_try_in_the_process_is_not_answered_before_the_first_one_that_goes_on() {
    let (service, calls, go) = failing_first();
    let mut dispatch = Dispatch::new(deduplicated(service));
    let notification = notification(&["A"]);
    // As behind a `Detach`: the first try's caller has gone, and tries again.
    let first = tokio::spawn(dispatch.call(notification.clone()));
    while calls.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    let mut second = pin!(dispatch.call(notification));
    assert!(polled(second.as_mut()).await.is_pending(), "nothing has been handled");
    go.notify_one();
    first.await.unwrap().unwrap_err();
    second.await.unwrap();
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn a_claim_is_renewed_as_long_as_its_handler_runs() {
    let store = MemoryDedup::new();
    let layer = || DedupLayer::new(store.clone()).lease(LEASE);
    let (slow, calls) = counting(|_| async {
        sleep(10 * LEASE).await;
        Ok::<_, Infallible>(Outcome::Done)
    });
    let (slow, (quick, quick_calls)) = (layer().layer(slow), done());
    let quick = layer().layer(quick);
    let handling = tokio::spawn(async move { handle(&slow, event("A")).await.unwrap() });
    for _ in 0..9 {
        sleep(LEASE).await;
        assert!(is_busy(handle(&quick, event("A")).await));
    }
    handling.await.unwrap();
    assert_eq!(handle(&quick, event("A")).await.unwrap(), Outcome::Done);
    assert_eq!((calls.load(Ordering::SeqCst), quick_calls.load(Ordering::SeqCst)), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn the_window_ends() {
    let (service, calls) = done();
    let store = MemoryDedup::builder().window(Duration::from_secs(86_400)).build();
    let service = DedupLayer::new(store.clone()).layer(service);
    handle(&service, event("A")).await.unwrap();
    sleep(Duration::from_secs(86_399)).await;
    handle(&service, event("A")).await.unwrap();
    assert_eq!((calls.load(Ordering::SeqCst), store.len()), (1, 1));
    sleep(Duration::from_secs(1)).await;
    handle(&service, event("A")).await.unwrap();
    assert_eq!((calls.load(Ordering::SeqCst), store.len()), (2, 1));
}

#[tokio::test]
async fn a_small_store_has_the_room_that_it_was_asked_for() {
    for room in [1, 16, 1000] {
        let memory = MemoryDedup::builder().capacity(room).build();
        let (counting, calls) = done();
        let service = DedupLayer::new(memory.clone()).layer(counting);
        for id in (0..room).chain(0..room) {
            handle(&service, event(&id.to_string())).await.unwrap();
        }
        assert_eq!((calls.load(Ordering::SeqCst), memory.len()), (room, room));
        handle(&service, event("one more")).await.unwrap();
        assert_eq!(memory.len(), room);
    }
}

/// The first event of a body that came to this endpoint.
fn parse(label: &str, body: &str) -> Event {
    let notification = Parser::new().parse(body.to_owned(), Origin::new(label)).unwrap();
    notification.into_iter().next().unwrap()
}

fn history(time: u32, content: &str) -> String {
    format!(
        r#"{{"object":"x","entry":[{{"id":"1","time":{time},"changes":[{{"field":"history","value":{{"history":[{{"threads":[{{"id":"1","messages":[{{"id":"A",{content}}}]}}]}}]}}}}]}}]}}"#
    )
}

const PLACEHOLDER: &str = r#""type":"media_placeholder""#;
const MEDIUM: &str = r#""type":"image","image":{"id":"7"}"#;

#[tokio::test(start_paused = true)]
async fn what_is_not_known_to_be_a_repeat_is_handled() {
    let errors = r#"{"errors":[{"code":1014,"title":"x"}]}"#;
    let [placeholder, medium] = [PLACEHOLDER, MEDIUM].map(|content| history(1, content));
    let message = body(&["A"]);
    for (one, other, times) in [
        // Another error an hour later, as far as anybody can tell.
        (parse("shop-1", errors), parse("shop-1", errors), 2),
        (parse("shop-1", &placeholder), parse("shop-1", &medium), 2),
        (parse("shop-1", &message), parse("shop-2", &message), 2),
        (parse("shop-1", &placeholder), parse("shop-1", &placeholder), 1),
        (parse("shop-1", &message), parse("shop-1", &message), 1),
    ] {
        let (service, calls) = done();
        let service = deduplicated(service);
        handle(&service, one).await.unwrap();
        sleep(Duration::from_secs(3600)).await;
        handle(&service, other).await.unwrap();
        assert_eq!(calls.load(Ordering::SeqCst), times);
    }
}

#[test]
fn keys_are_the_same_in_every_process_and_differ_by_all_that_tells_events_apart() {
    let hash_key = HashKey::new([7; 16]);
    let status = |status: &str, time: u32| {
        format!(
            r#"{{"statuses":[{{"id":"A","status":"{status}","timestamp":"{time}","recipient_id":"1"}}]}}"#
        )
    };
    let all = [
        parse("shop-1", &body(&["A"])),
        parse("shop-1", &body(&["B"])),
        parse("shop-2", &body(&["A"])),
        parse("shop-1", &status("sent", 1)),
        parse("shop-1", &status("read", 1)),
        parse("shop-1", &status("read", 2)),
        parse("shop-1", &history(1, PLACEHOLDER)),
        parse("shop-1", &history(1, MEDIUM)),
        parse("shop-1", &history(2, PLACEHOLDER)),
    ];
    let keys: HashSet<_> =
        all.iter().map(|event| DedupKey::of(event, &hash_key).expect("a key")).collect();
    assert_eq!(keys.len(), all.len());
    // As in a process that has read the hash key where the first has kept it.
    let kept = HashKey::new(hash_key.to_bytes());
    let again = parse("shop-1", &body(&["A"]));
    assert_eq!(DedupKey::of(&all[0], &hash_key), DedupKey::of(&again, &kept));
    assert_ne!(DedupKey::of(&again, &kept), DedupKey::of(&again, &HashKey::new([8; 16])));
}

/// A store that answers as it is told to, and notes what it is asked.
#[derive(Clone, Default)]
struct Scripted {
    is_away: Arc<AtomicBool>,
    is_stale: Arc<AtomicBool>,
    /// A renewal is never answered.
    hangs: Arc<AtomicBool>,
    asked: Arc<Mutex<Vec<&'static str>>>,
}

impl Scripted {
    fn note(&self, what: &'static str) {
        self.asked.lock().unwrap().push(what);
    }

    fn answer(&self, what: &'static str) -> io::Result<bool> {
        self.note(what);
        if self.is_away.load(Ordering::SeqCst) {
            return Err(io::ErrorKind::NotConnected.into());
        }
        Ok(!self.is_stale.load(Ordering::SeqCst))
    }
}

impl DedupStore for Scripted {
    type Error = io::Error;

    fn hash_key(&self) -> HashKey {
        HashKey::new([1; 16])
    }

    async fn claim(&self, _: DedupKey, _: Duration) -> io::Result<Claim> {
        self.answer("claim").map(|_| Claim::New(Token(1)))
    }

    async fn renew(&self, _: DedupKey, _: Token, _: Duration) -> io::Result<bool> {
        let renewed = self.answer("renew");
        if self.hangs.load(Ordering::SeqCst) {
            pending::<()>().await;
        }
        renewed
    }

    async fn commit(&self, _: DedupKey, _: Token) -> io::Result<bool> {
        self.answer("commit")
    }

    fn release(&self, _: DedupKey, _: Token) {
        self.note("release");
    }
}

#[tokio::test]
async fn a_store_that_is_away_has_events_come_again_and_a_lost_record_does_not() {
    let store = Scripted::default();
    let (service, calls) = done();
    let service = DedupLayer::new(store.clone()).layer(service);
    store.is_away.store(true, Ordering::SeqCst);
    handle(&service, event("A")).await.unwrap_err();
    assert_eq!(calls.load(Ordering::SeqCst), 0, "nobody knows whether it was handled");

    // It goes away, or somebody else takes the claim, while the handler runs: it was handled.
    for fault in [&store.is_away, &store.is_stale] {
        store.is_away.store(false, Ordering::SeqCst);
        let fault = fault.clone();
        let failing = service_fn(move |_: Event| {
            fault.store(true, Ordering::SeqCst);
            async { Ok::<_, Infallible>(Outcome::Done) }
        });
        let service = DedupLayer::new(store.clone()).layer(failing);
        assert_eq!(handle(&service, event("A")).await.unwrap(), Outcome::Done);
    }
    assert_eq!(*store.asked.lock().unwrap(), ["claim", "claim", "commit", "claim", "commit"]);
}

#[tokio::test(start_paused = true)]
async fn a_renewal_that_fails_is_tried_again_and_one_that_is_lost_is_not() {
    let store = Scripted::default();
    store.is_away.store(true, Ordering::SeqCst);
    let away = store.is_away.clone();
    let slow = service_fn(async |_: Event| {
        sleep(2 * LEASE).await;
        Ok::<_, Infallible>(Outcome::Done)
    });
    let service = DedupLayer::new(store.clone()).lease(LEASE).layer(slow);
    away.store(false, Ordering::SeqCst);
    let handling = tokio::spawn(async move { handle(&service, event("A")).await.unwrap() });
    sleep(Duration::from_secs(1)).await;
    away.store(true, Ordering::SeqCst);
    sleep(LEASE).await;
    away.store(false, Ordering::SeqCst);
    store.is_stale.store(true, Ordering::SeqCst);
    handling.await.unwrap();
    // Three times away, once told that it is lost, then no more.
    let asked = store.asked.lock().unwrap().clone();
    assert_eq!(asked, ["claim", "renew", "renew", "renew", "renew", "commit"]);
}

#[tokio::test(start_paused = true)]
async fn a_renewal_that_hangs_is_given_up_and_tried_again() {
    let store = Scripted::default();
    store.hangs.store(true, Ordering::SeqCst);
    let slow = service_fn(async |_: Event| {
        sleep(LEASE).await;
        Ok::<_, Infallible>(Outcome::Done)
    });
    let service = DedupLayer::new(store.clone()).lease(LEASE).layer(slow);
    handle(&service, event("A")).await.unwrap();
    assert_eq!(*store.asked.lock().unwrap(), ["claim", "renew", "renew", "commit"]);
}

#[cfg(feature = "metrics")]
#[test]
fn every_event_is_counted_by_what_became_of_it() {
    use metrics_util::debugging::{DebugValue, DebuggingRecorder};

    let recorder = DebuggingRecorder::new();
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let runtime = runtime.unwrap();
    metrics::with_local_recorder(&recorder, || {
        runtime.block_on(async {
            let memory = MemoryDedup::builder().capacity(2).build();
            let service = DedupLayer::new(memory.clone()).layer(done().0);
            handle(&service, event("A")).await.unwrap(); // new
            handle(&service, event("A")).await.unwrap(); // duplicate
            let errors = Notification::parse(r#"{"errors":[{"code":1014}]}"#).unwrap();
            handle(&service, errors.into_iter().next().unwrap()).await.unwrap(); // unkeyed

            // Its lease ends while it is handled, and then it fails.
            let key = DedupKey::of(&event("B"), &memory.hash_key()).unwrap();
            let taken_over = memory.clone();
            let failing = service_fn(move |_: Event| {
                let store = taken_over.clone();
                async move {
                    let _advanced = polled(pin!(tokio::time::advance(LEASE))).await;
                    assert!(matches!(store.claim(key, LEASE).await, Ok(Claim::New(_))));
                    Ok::<_, Infallible>(Outcome::retry_after(LEASE))
                }
            });
            let losing = DedupLayer::new(memory.clone()).lease(LEASE).layer(failing);
            handle(&losing, event("B")).await.unwrap(); // new, stale_release
            handle(&service, event("B")).await.unwrap(); // busy
            handle(&service, event("C")).await.unwrap(); // new, evicted

            let store = Scripted::default();
            let slow = service_fn(async |_: Event| {
                sleep(LEASE / 2).await;
                Ok::<_, Infallible>(Outcome::Done)
            });
            let service = DedupLayer::new(store.clone()).lease(LEASE).layer(slow);
            store.is_stale.store(true, Ordering::SeqCst);
            handle(&service, event("A")).await.unwrap(); // new, lost, stale
            let mut handling = pin!(handle(&service, event("A")));
            assert!(polled(handling.as_mut()).await.is_pending()); // new
            store.is_away.store(true, Ordering::SeqCst);
            handling.await.unwrap(); // not_renewed, not_recorded
            handle(&service, event("A")).await.unwrap_err(); // unclaimed
        });
    });
    let counted = recorder.snapshotter().snapshot().into_vec();
    let mut counts: Vec<_> = counted
        .iter()
        .map(|(key, _, _, value)| {
            assert_eq!(key.key().name(), "whatsapp_dedup_total");
            let DebugValue::Counter(count) = value else { panic!("only counters") };
            let labels: Vec<_> = key.key().labels().map(|label| label.value()).collect();
            (labels.join(","), *count)
        })
        .collect();
    counts.sort();
    let counts: Vec<_> = counts.iter().map(|(name, count)| (name.as_str(), *count)).collect();
    let expected = [
        ("busy", 1),
        ("duplicate", 1),
        ("evicted", 1),
        ("lost", 1),
        ("new", 5),
        ("not_recorded", 1),
        ("not_renewed", 1),
        ("stale", 1),
        ("stale_release", 1),
        ("unclaimed", 1),
        ("unkeyed", 1),
    ];
    assert_eq!(counts, expected);
}

#[test]
fn all_of_it_can_be_sent_and_shared() {
    fn is<T: Send + Sync + Clone + 'static>() {}
    is::<Dedup<(), MemoryDedup>>();
    is::<DedupLayer<MemoryDedup>>();
    is::<(DedupKey, HashKey, Token, Claim)>();
    fn is_send<T: Send + 'static>() {}
    is_send::<whatsapp_router::dedup::DedupFuture>();
}
