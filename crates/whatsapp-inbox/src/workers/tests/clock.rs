//! A wall clock that is set back.

use super::*;
use crate::store::{End, Millis, Owner, Scan, Seq};
use std::sync::atomic::{AtomicU64, Ordering};

const DAY: u64 = 86_400_000;

#[tokio::test(start_paused = true)]
async fn what_was_kept_by_a_clock_that_was_ahead_is_handled_at_once() {
    let mut inbox = inbox();
    let (log, store) = (Log::new(), inbox.get_ref().clone());
    let _kept = keep(&mut inbox, &[(0, 0)]).await;
    let other = Inbox::new(MemoryStore::new());
    let now = inbox.get_clock().now();
    let mut ahead = other.incoming(&body(&[(0, 1)]), Millis(now.0 + DAY));
    ahead.events[0].lane = store.pending(Scan::After(Seq(0)), 1).await.unwrap()[0].lane;
    let _kept = store.keep(ahead).await.unwrap();
    let _kept = keep(&mut inbox, &[(0, 2)]).await;
    let _workers = inbox.test_workers(handler(&log, done)).start();
    sleep(Duration::from_secs(2)).await;
    assert_eq!(log.of(0), [0, 1, 2]);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_at_what_was_kept_by_a_clock_that_was_ahead_is_recorded_when_it_begins() {
    let inbox = inbox();
    let (log, store) = (Log::new(), inbox.get_ref().clone());
    let ahead = Millis(inbox.get_clock().now().0 + DAY);
    let _kept = store.keep(inbox.incoming(&body(&[(0, 0)]), ahead)).await.unwrap();
    let never = |_, _| std::future::pending();
    let _workers = inbox.test_workers(handler(&log, never)).start();
    sleep(Duration::from_secs(1)).await;
    let pending = store.pending(Scan::After(Seq(0)), 9).await.unwrap();
    assert_eq!((log.all(), pending[0].attempts), (vec![(0, 0)], 1));
}

#[tokio::test(start_paused = true)]
async fn what_was_put_off_by_a_clock_that_was_ahead_is_handled_at_once_after_a_restart_too() {
    let mut inbox = inbox();
    let (log, store) = (Log::new(), inbox.get_ref().clone());
    let _kept = keep(&mut inbox, &[(0, 0), (0, 1), (1, 0)]).await;
    let now = inbox.get_clock().now();
    let fence = store.own(Owner(1), now, Duration::from_secs(1)).await.unwrap().unwrap();
    for (seq, due) in [(1, now.0 + 30 * DAY), (3, now.0 + DAY)] {
        let end = End::Retry { attempts: 1, due: Millis(due) };
        assert!(store.finish(fence, Seq(seq), now, end).await.unwrap());
    }
    store.disown(fence).await.unwrap();
    let _workers = inbox.test_workers(handler(&log, done)).start();
    sleep(Duration::from_secs(2)).await;
    assert_eq!(log.all(), [(0, 0), (0, 1)]); // and not what waits for a day
}

#[tokio::test(start_paused = true)]
async fn what_waits_is_handled_at_once_when_a_clock_that_was_ahead_is_put_right() {
    let ahead = Arc::new(AtomicU64::new(30 * DAY));
    let (right, by) = (Clock::virtual_time(), ahead.clone());
    let clock = Clock::of(move || Millis(right.now().0 + by.load(Ordering::Relaxed)));
    let mut inbox = Inbox::new(MemoryStore::new()).clock(clock);
    let log = Log::new();
    let minute = Duration::from_secs(60);
    let service = handler(&log, move |_, n| async move {
        Ok(if n == 0 { Outcome::retry_after(minute) } else { Outcome::Done })
    });
    let _kept = keep(&mut inbox, &[(0, 0), (0, 1)]).await;
    let _workers = inbox.test_workers(service).max_attempts(2).start();
    sleep(minute / 2).await;
    ahead.store(0, Ordering::Relaxed);
    sleep(minute / 4).await;
    assert_eq!(log.all(), [(0, 0), (0, 0), (0, 1)]);
}

#[tokio::test(start_paused = true)]
async fn a_crash_before_the_clock_was_set_back_costs_a_lease_and_not_a_day() {
    let mut inbox = inbox();
    let (log, now) = (Log::new(), inbox.get_clock().now());
    let lease = Duration::from_secs(30);
    let crashed = inbox.get_ref().own(Owner(1), Millis(now.0 + DAY), lease).await.unwrap();
    assert!(crashed.is_some());
    let _kept = keep(&mut inbox, &[(0, 0)]).await;
    let _workers = inbox.test_workers(handler(&log, done)).start();
    sleep(Duration::from_secs(40)).await;
    assert_eq!(log.seconds(0), [30]);
}
