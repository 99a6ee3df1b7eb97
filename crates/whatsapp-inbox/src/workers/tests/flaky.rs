//! A store that fails on demand.

use super::*;
use crate::{StoreError, StoreErrorKind, store::*};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use whatsapp_router::dedup::HashKey;

/// Fails to renew while `own` says so, and fails so many other calls.
#[derive(Clone)]
pub(super) struct Flaky {
    pub(super) store: MemoryStore,
    pub(super) own: Arc<AtomicBool>,
    pub(super) calls: Arc<AtomicUsize>,
    /// Panics when it is read.
    pub(super) panics: Arc<AtomicBool>,
    /// How often the events were asked for.
    pub(super) owned: Arc<AtomicUsize>,
    /// What handlers have completed by themselves.
    pub(super) completed: Arc<Mutex<Vec<(Fence, Seq)>>>,
    /// How many seconds each sweep takes, and how many have begun and not ended, by their begins.
    sweep_takes: u64,
    sweeping: Arc<AtomicUsize>,
    sweeps: Arc<Mutex<Vec<usize>>>,
    /// How many seconds it takes to record an end, and to take the events in hand.
    finish_takes: u64,
    pub(super) own_takes: u64,
    /// Comes while bodies are read, one each time.
    pub(super) coming: Arc<Mutex<Vec<Incoming>>>,
    /// A body that cannot be read, and what is said of it.
    unread: Option<(BodyId, StoreErrorKind)>,
}

tokio::task_local! {
    static HANDLED: (Fence, Seq);
}

impl Flaky {
    pub(super) fn new(store: MemoryStore) -> Self {
        let (own, calls, panics, owned, completed) = Default::default();
        let (sweep_takes, sweeping, sweeps, finish_takes, coming) = Default::default();
        Flaky {
            store,
            own,
            calls,
            panics,
            owned,
            completed,
            sweep_takes,
            sweeping,
            sweeps,
            finish_takes,
            own_takes: 0,
            coming,
            unread: None,
        }
    }

    /// Completes the event that is being handled, as in a transaction of its handler.
    pub(super) async fn complete(&self, now: Millis) -> bool {
        let (fence, seq) = HANDLED.get();
        let is_completed = self.store.finish(fence, seq, now, End::Done).await.unwrap();
        if is_completed {
            self.completed.lock().unwrap().push((fence, seq));
        }
        is_completed
    }

    fn failing(&self) -> Result<(), StoreError> {
        let left = self.calls.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1));
        left.map_or(Ok(()), |_| Err(StoreError::new(StoreErrorKind::Other)))
    }
}

impl Store for Flaky {
    fn hash_key(&self) -> HashKey {
        self.store.hash_key()
    }

    async fn keep(&self, incoming: Incoming) -> Result<Kept, StoreError> {
        self.store.keep(incoming).await
    }

    async fn own(&self, by: Owner, now: Millis, l: Duration) -> Result<Option<Fence>, StoreError> {
        self.owned.fetch_add(1, SeqCst);
        sleep(Duration::from_secs(self.own_takes)).await;
        match self.own.load(SeqCst) {
            true => Err(StoreError::new(StoreErrorKind::Other)),
            false => self.store.own(by, now, l).await,
        }
    }

    async fn disown(&self, fence: Fence) -> Result<(), StoreError> {
        match self.own.load(SeqCst) {
            true => Err(StoreError::new(StoreErrorKind::Other)),
            false => self.store.disown(fence).await,
        }
    }

    async fn pending(&self, scan: Scan, limit: usize) -> Result<Vec<Pending>, StoreError> {
        assert!(!self.panics.load(SeqCst) || self.owned.load(SeqCst) >= 1000, "on demand");
        self.failing()?;
        self.store.pending(scan, limit).await
    }

    async fn bodies(&self, a: Option<BodyId>, limit: usize) -> Result<Vec<BodyId>, StoreError> {
        self.store.bodies(a, limit).await
    }

    async fn body(&self, id: BodyId) -> Result<Option<StoredBody>, StoreError> {
        self.failing()?;
        let coming = self.coming.lock().unwrap().pop();
        if let Some(incoming) = coming {
            self.store.keep(incoming).await?;
        }
        match self.unread {
            Some((unread, kind)) if unread == id => Err(StoreError::new(kind)),
            _ => self.store.body(id).await,
        }
    }

    async fn finish(&self, f: Fence, seq: Seq, now: Millis, end: End) -> Result<bool, StoreError> {
        self.failing()?;
        sleep(Duration::from_secs(self.finish_takes)).await;
        let is_done = end == End::Done && self.completed.lock().unwrap().contains(&(f, seq));
        Ok(is_done || self.store.finish(f, seq, now, end).await?)
    }

    async fn handle<F>(&self, fence: Fence, pending: Pending, handling: F) -> F::Output
    where
        F: Future<Output: Send> + Send,
    {
        HANDLED.scope((fence, pending.seq), handling).await
    }

    async fn dead(&self, after: Option<Seq>, limit: usize) -> Result<Vec<DeadLetter>, StoreError> {
        self.store.dead(after, limit).await
    }

    async fn replay(&self, seq: Seq, now: Millis) -> Result<bool, StoreError> {
        self.store.replay(seq, now).await
    }

    async fn purge(&self, seq: Seq, now: Millis) -> Result<bool, StoreError> {
        self.store.purge(seq, now).await
    }

    async fn erase(&self, id: BodyId, e: Erasure, now: Millis) -> Result<Option<u64>, StoreError> {
        self.store.erase(id, e, now).await
    }

    async fn sweep(&self, now: Millis, retention: Retention) -> Result<Swept, StoreError> {
        self.failing()?;
        self.sweeps.lock().unwrap().push(self.sweeping.fetch_add(1, SeqCst) + 1);
        sleep(Duration::from_secs(self.sweep_takes)).await;
        self.sweeping.fetch_sub(1, SeqCst);
        self.store.sweep(now, retention).await
    }

    async fn stats(&self) -> Result<Stats, StoreError> {
        self.store.stats().await
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_fails_now_and_then_costs_time_and_no_event_and_no_attempt() {
    let store = Flaky::new(MemoryStore::new());
    let mut inbox = Inbox::new(store.clone()).clock(Clock::virtual_time());
    let log = Log::new();
    let _workers = inbox.test_workers(handler(&log, done)).start();
    for n in 0..100 {
        store.calls.store(fastrand::usize(0..6), SeqCst);
        let _kept = keep(&mut inbox, &[(n % 7, n), (n % 5, 1000 + n)]).await;
        sleep(Duration::from_millis(fastrand::u64(0..900))).await;
    }
    all_ended(&store).await;
    let mut handled = log.all();
    assert_eq!(handled.len(), 200);
    handled.sort_unstable();
    handled.dedup();
    assert_eq!(handled.len(), 200);
}

/// It was asked for again and again, in a place of its own, and its lane waited for ever.
#[tokio::test(start_paused = true)]
async fn an_event_whose_body_can_never_be_read_is_a_dead_letter_in_the_end() {
    let unread = Some((BodyId(1), StoreErrorKind::Other));
    let store = Flaky { unread, ..Flaky::new(MemoryStore::new()) };
    let mut inbox = Inbox::new(store.clone()).clock(Clock::virtual_time());
    let log = Log::new();
    let backoff = Duration::from_secs(1000);
    let workers = inbox.test_workers(handler(&log, done)).concurrency(1).max_attempts(3);
    let _workers = workers.backoff(backoff, backoff).start();
    for message in [(0, 0), (0, 1), (1, 0)] {
        let _kept = keep(&mut inbox, &[message]).await;
    }
    tokio::time::timeout(Duration::from_secs(3600), all_ended(&store)).await.unwrap();
    let dead = store.dead(None, 9).await.unwrap();
    let letter = &dead[0];
    assert_eq!((dead.len(), letter.body, letter.attempts), (1, BodyId(1), 3));
    assert_eq!(letter.reason, "its body cannot be read");
    assert_eq!(log.all(), [(1, 0), (0, 1)], "others were handled between its attempts");
}

#[cfg(feature = "tracing")]
#[tokio::test(start_paused = true)]
async fn of_the_failures_of_an_attempt_the_first_is_logged() {
    let (file, _logging) = crate::telemetry::tests::log_to_file().unwrap();
    let unread = Some((BodyId(1), StoreErrorKind::Other));
    let store = Flaky { unread, ..Flaky::new(MemoryStore::new()) };
    let mut inbox = Inbox::new(store.clone()).clock(Clock::virtual_time());
    let _workers = inbox.test_workers(handler(&Log::new(), done)).max_attempts(3).start();
    let _kept = keep(&mut inbox, &[(0, 0)]).await;
    all_ended(&store).await;
    let logged = std::fs::read_to_string(file.path()).unwrap();
    assert_eq!(logged.matches(r#"call="body""#).count(), 3, "one of each attempt: {logged}");
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_busy_or_closed_costs_no_attempt() {
    for kind in [StoreErrorKind::Busy, StoreErrorKind::Closed] {
        let unread = Some((BodyId(1), kind));
        let store = Flaky { unread, ..Flaky::new(MemoryStore::new()) };
        let mut inbox = Inbox::new(store.clone()).clock(Clock::virtual_time());
        let _workers = inbox.test_workers(handler(&Log::new(), done)).max_attempts(1).start();
        let _kept = keep(&mut inbox, &[(0, 0)]).await;
        sleep(Duration::from_secs(3600)).await;
        let [event] = store.pending(Scan::After(Seq(0)), 9).await.unwrap()[..] else {
            panic!("one event")
        };
        assert_eq!(event.attempts, 0, "{kind:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_sweep_that_takes_long_is_not_joined_by_another() {
    let store = Flaky { sweep_takes: 100, ..Flaky::new(MemoryStore::new()) };
    let inbox = Inbox::new(store.clone()).clock(Clock::virtual_time());
    let _workers = inbox.test_workers(handler(&Log::new(), done)).start();
    sleep(Duration::from_secs(600)).await;
    // One in 130 seconds: 100, and half a minute between two.
    assert_eq!(*store.sweeps.lock().unwrap(), [1; 5]);
}

#[tokio::test(start_paused = true)]
async fn while_an_end_is_being_recorded_others_are_handled_but_not_without_limit() {
    let store = Flaky { finish_takes: 10, ..Flaky::new(MemoryStore::new()) };
    let mut inbox = Inbox::new(store.clone()).clock(Clock::virtual_time());
    let log = Log::new();
    let people: Vec<_> = (0..600).flat_map(|person| [(person, 0), (person, 1)]).collect();
    let _kept = keep(&mut inbox, &people).await;
    let workers = inbox.test_workers(handler(&log, done)).concurrency(2).start();
    sleep(Duration::from_secs(5)).await;
    // Their first events: of no lane a second one before the first is recorded.
    let begun = log.all();
    assert_eq!(begun.len(), 2 + 256);
    assert!(begun.iter().all(|(_, n)| *n == 0));
    sleep(Duration::from_secs(10)).await;
    assert_eq!(log.all().len(), 2 * (2 + 256));
    let drained = workers.drain(Duration::from_secs(60)).await;
    assert_eq!((drained.finished, drained.handed_back), (2 + 256, 0));
    assert_eq!(store.stats().await.unwrap().pending, 1200 - 2 * (2 + 256));
}

#[tokio::test(start_paused = true)]
async fn workers_whose_lease_is_over_stop_and_another_goes_on() {
    let memory = MemoryStore::new();
    let (first, second) = (Flaky::new(memory.clone()), Flaky::new(memory.clone()));
    let clock = Clock::virtual_time();
    let mut inbox = Inbox::new(first.clone()).clock(clock.clone());
    let (log, other) = (Log::new(), Log::new());
    // As long as a lease and a half.
    let slow = |_, _| async {
        sleep(Duration::from_secs(45)).await;
        Ok(Outcome::Done)
    };
    let one = inbox.test_workers(handler(&log, slow)).start();
    let _kept = keep(&mut inbox, &[(0, 0), (0, 1)]).await;
    sleep(Duration::from_secs(50)).await; // one is done, two is being handled
    let two = Workers::new(second, handler(&other, done)).clock(clock).start();
    first.own.store(true, SeqCst);
    all_ended(&memory).await;
    // The first dropped its handler at the end of the lease, before the other began.
    assert_eq!((log.of(0), other.of(0)), (vec![0, 1], vec![1]));
    assert!((70..=82).contains(&other.seconds(0)[0]), "{:?}", other.seconds(0));
    // It waits for its turn, and has it when the other goes.
    first.own.store(false, SeqCst);
    let _drained = two.drain(Duration::ZERO).await;
    let _kept = keep(&mut inbox, &[(0, 2)]).await;
    all_ended(&memory).await;
    assert_eq!(log.of(0), [0, 1, 2]);
    drop(one);
}

#[tokio::test(start_paused = true)]
async fn workers_on_a_store_that_panics_try_again_but_not_at_once() {
    let store = Flaky::new(MemoryStore::new());
    let mut inbox = Inbox::new(store.clone()).clock(Clock::virtual_time());
    let log = Log::new();
    let _workers = inbox.test_workers(handler(&log, done)).start();
    store.panics.store(true, SeqCst);
    let _kept = keep(&mut inbox, &[(0, 0)]).await;
    sleep(Duration::from_secs(10)).await;
    let tries = store.owned.load(SeqCst);
    assert!((5..50).contains(&tries), "{tries}");
    store.panics.store(false, SeqCst);
    all_ended(&store).await;
    assert_eq!(log.of(0), [0]);
}
