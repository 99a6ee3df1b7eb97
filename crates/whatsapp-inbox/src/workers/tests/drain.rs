use super::{flaky::Flaky, *};
use crate::{
    StoreErrorKind,
    store::{Fence, Owner},
    workers::Drained,
};
use std::{future::pending, sync::atomic::Ordering::SeqCst};

fn slow(seconds: u64) -> impl Fn(usize, usize) -> Handling + Clone + Send + 'static {
    move |_, _| {
        Box::pin(async move {
            sleep(Duration::from_secs(seconds)).await;
            Ok(Outcome::Done)
        })
    }
}

type Handling = std::pin::Pin<Box<dyn Future<Output = Result<Outcome, io::Error>> + Send>>;

#[tokio::test(start_paused = true)]
async fn draining_finishes_what_runs_starts_nothing_and_hands_over_at_once() {
    let mut inbox = inbox();
    let (log, other) = (Log::new(), Log::new());
    let one = inbox.test_workers(handler(&log, slow(10))).concurrency(3).start();
    sleep(Duration::from_secs(1)).await;
    let two = inbox.test_workers(handler(&other, slow(0))).start();
    let _kept = keep(&mut inbox, &[(0, 0), (1, 0), (2, 0), (3, 0), (0, 1), (1, 1)]).await;
    sleep(Duration::from_secs(5)).await;
    let drained = one.drain(Duration::from_secs(30)).await;
    assert_eq!(drained, Drained { finished: 3, handed_back: 0 });
    assert!(log.start.elapsed() < Duration::from_secs(12));
    all_ended(inbox.get_ref()).await;
    // Within a poll, and not a lease.
    assert!(log.start.elapsed() < Duration::from_secs(14));
    assert_eq!(log.all().len(), 3);
    let mut rest = other.all();
    rest.sort_unstable();
    assert_eq!(rest, [(0, 1), (1, 1), (3, 0)]);
    drop(two);
}

#[tokio::test(start_paused = true)]
async fn what_does_not_end_in_time_is_handed_back_and_handled_by_the_next() {
    let mut inbox = inbox();
    let (log, other) = (Log::new(), Log::new());
    let one = inbox.test_workers(handler(&log, slow(10))).start();
    let _kept = keep(&mut inbox, &[(0, 0), (0, 1), (1, 0)]).await;
    sleep(Duration::from_secs(5)).await;
    let drained = one.drain(Duration::from_secs(3)).await;
    assert_eq!(drained, Drained { finished: 0, handed_back: 2 });
    assert!(one.is_stopped());
    assert_eq!(one.drain(Duration::from_secs(9)).await, drained); // the same again
    let _two = inbox.test_workers(handler(&other, done)).start();
    all_ended(inbox.get_ref()).await;
    assert_eq!((other.of(0), other.of(1)), (vec![0, 1], vec![0]));
}

#[tokio::test(start_paused = true)]
async fn a_second_drain_without_time_stops_at_once() {
    let mut inbox = inbox();
    let log = Log::new();
    let never = |_, _| async {
        pending::<()>().await;
        Ok(Outcome::Done)
    };
    let workers = inbox.test_workers(handler(&log, never)).start();
    let _kept = keep(&mut inbox, &[(0, 0)]).await;
    sleep(Duration::from_secs(100)).await; // renewed thrice
    tokio::select! {
        _ = workers.drain(Duration::MAX) => panic!("it never returns"),
        () = sleep(Duration::from_secs(100)) => {}
    }
    let before = Instant::now();
    let drained = workers.drain(Duration::ZERO).await;
    assert_eq!(drained, Drained { finished: 0, handed_back: 1 });
    assert_eq!(before.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn workers_that_wait_for_the_events_can_be_drained() {
    let inbox = inbox();
    let log = Log::new();
    let one = inbox.test_workers(handler(&log, done)).start();
    sleep(Duration::from_secs(1)).await;
    let two = inbox.test_workers(handler(&log, done)).start();
    sleep(Duration::from_secs(1)).await;
    assert_eq!(two.drain(Duration::ZERO).await, Drained::default());
    assert!(!one.is_stopped());
}

/// They would wait for the store, up to a lease, whatever time they were given.
#[tokio::test(start_paused = true)]
async fn workers_that_wait_for_a_slow_store_are_drained_in_time_and_give_back_what_they_get() {
    for (seconds, waits) in [(0, 0), (5, 5), (100, 19)] {
        let mut store = Flaky::new(MemoryStore::new());
        store.own_takes = 20;
        let inbox = Inbox::new(store.clone()).clock(Clock::virtual_time());
        let workers = inbox.test_workers(handler(&Log::new(), done)).start();
        sleep(Duration::from_secs(1)).await;
        let before = Instant::now();
        assert_eq!(workers.drain(Duration::from_secs(seconds)).await, Drained::default());
        assert_eq!(before.elapsed(), Duration::from_secs(waits));
        // The store has done it meanwhile, for 30 seconds from the beginning on.
        sleep(Duration::from_secs(20 - waits)).await;
        let now = inbox.get_clock().now();
        let next = store.store.own(Owner(1), now, Duration::from_secs(30)).await.unwrap();
        assert_eq!(next, Some(Fence(2)), "in {seconds} seconds");
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_crash_another_takes_over_loses_nothing_and_repeats_nothing_that_is_done() {
    let mut inbox = inbox();
    let store = inbox.get_ref().clone();
    let (log, mut running) = (Log::new(), Vec::<Running>::new());
    let mut recorded = 0;
    for round in 0..8 {
        let messages: Vec<_> = (0..60).map(|n| (n % 9, round * 100 + n)).collect();
        let _kept = keep(&mut inbox, &messages).await;
        let pause = |_, _| async {
            sleep(Duration::from_millis(fastrand::u64(0..3000))).await;
            Ok(Outcome::Done)
        };
        running.push(inbox.test_workers(handler(&log, pause)).start());
        sleep(Duration::from_millis(fastrand::u64(30_000..40_000))).await;
        // The oldest has the events; it dies in the midst of them.
        let messages: Vec<_> = (60..100).map(|n| (n % 9, round * 100 + n)).collect();
        let _kept = keep(&mut inbox, &messages).await;
        sleep(Duration::from_millis(fastrand::u64(0..12_000))).await;
        drop(running.remove(0));
        recorded = 100 * (round as u64 + 1) - store.stats().await.unwrap().pending;
    }
    assert!(recorded > 300);
    running.push(inbox.test_workers(handler(&log, done)).start());
    all_ended(&store).await;
    let mut repeated = 0;
    for person in 0..9 {
        let mut handled = log.of(person);
        // Only what was being handled at a crash comes again, and at its place.
        let before = handled.len();
        handled.dedup();
        repeated += before - handled.len();
        let expected: Vec<_> = (0..8)
            .flat_map(|round| (0..100).filter(|n| n % 9 == person).map(move |n| round * 100 + n))
            .collect();
        assert_eq!(handled, expected);
    }
    assert!(repeated <= 8 * 9, "{repeated}");
}

#[tokio::test(start_paused = true)]
async fn what_was_not_recorded_is_not_counted_as_finished() {
    use crate::store::{End, Seq};
    let mut inbox = inbox();
    let log = Log::new();
    let workers = inbox.test_workers(handler(&log, slow(10))).start();
    let _kept = keep(&mut inbox, &[(0, 0), (1, 0)]).await;
    sleep(Duration::from_secs(5)).await;
    // Somebody else has ended it: what its handler returns is refused.
    let now = inbox.get_clock().now();
    assert!(inbox.get_ref().finish(Fence(1), Seq(1), now, End::Done).await.unwrap());
    let drained = workers.drain(Duration::from_secs(30)).await;
    assert_eq!(drained, Drained { finished: 1, handed_back: 0 });
}

#[tokio::test(start_paused = true)]
async fn what_is_lost_while_draining_counts_as_handed_back() {
    let store = Flaky::new(MemoryStore::new());
    let mut inbox = Inbox::new(store.clone()).clock(Clock::virtual_time());
    let service = handler(&Log::new(), |person, _| slow(10 + 90 * person as u64)(person, 0));
    let workers = inbox.test_workers(service).start();
    let _kept = keep(&mut inbox, &[(0, 0), (1, 0)]).await;
    sleep(Duration::from_secs(5)).await;
    // The lease is over before the time to drain is, and one of the two handlers is at it still.
    store.own.store(true, SeqCst);
    let drained = workers.drain(Duration::from_secs(1000)).await;
    assert_eq!(drained, Drained { finished: 1, handed_back: 1 });
    assert_eq!(store.stats().await.unwrap().pending, 1);
}

#[tokio::test(start_paused = true)]
async fn an_inbox_that_has_stopped_accepting_refuses_what_comes_and_ends_what_is_under_way() {
    let mut inbox = inbox();
    let mut clone = inbox.clone();
    let mut other = Inbox::new(inbox.get_ref().clone());
    let under_way = inbox.call(body(&[(0, 0)]));
    clone.stop_accepting();
    for inbox in [&mut inbox, &mut clone] {
        let refused = inbox.call(body(&[(0, 1)])).await.unwrap_err();
        assert_eq!(refused.kind(), StoreErrorKind::Draining);
    }
    assert_eq!(under_way.await.unwrap().new, 1);
    // Another process's.
    assert_eq!(other.call(body(&[(0, 2)])).await.unwrap().new, 1);
    assert_eq!(inbox.get_ref().stats().await.unwrap().pending, 2);
}
