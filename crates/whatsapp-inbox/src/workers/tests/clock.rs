//! A wall clock that is set back.

use super::*;
use crate::store::{Millis, Owner};

const DAY: u64 = 86_400_000;

#[tokio::test(start_paused = true)]
async fn what_was_kept_by_a_clock_that_was_ahead_is_handled_at_once() {
    let mut inbox = inbox();
    let (log, store) = (Log::new(), inbox.get_ref().clone());
    let _kept = keep(&mut inbox, &[(0, 0)]).await;
    let other = Inbox::new(MemoryStore::new());
    let now = inbox.get_clock().now();
    let mut ahead = other.incoming(&body(&[(0, 1)]), Millis(now.0 + DAY));
    ahead.events[0].lane =
        store.pending(crate::store::Scan::After(Default::default()), 1).await.unwrap()[0].lane;
    let _kept = store.keep(ahead).await.unwrap();
    let _kept = keep(&mut inbox, &[(0, 2)]).await;
    let _workers = inbox.test_workers(handler(&log, done)).start();
    sleep(Duration::from_secs(2)).await;
    assert_eq!(log.of(0), [0, 1, 2]);
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
