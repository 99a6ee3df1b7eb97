//! A handler commits the completion of its event with its own work, as in the store's own database.

use super::{flaky::Flaky, *};
use crate::store::Millis;
use std::sync::atomic::Ordering::SeqCst;

async fn complete(store: Flaky, now: Millis, then: Result<Outcome, ()>) -> io::Result<Outcome> {
    assert!(store.complete(now).await);
    then.map_err(|()| io::Error::other("after its commit"))
}

async fn handled(then: Result<Outcome, ()>) -> (Flaky, Log, usize) {
    let (store, clock) = (Flaky::new(MemoryStore::new()), Clock::virtual_time());
    let mut inbox = Inbox::new(store.clone()).clock(clock.clone());
    let log = Log::new();
    let handlers = store.clone();
    let handler = handler(&log, move |_, _| complete(handlers.clone(), clock.now(), then.clone()));
    let _workers = inbox.test_workers(handler).start();
    for n in 0..20 {
        let _kept = keep(&mut inbox, &[(n % 3, n)]).await;
    }
    all_ended(&store).await;
    let asked = store.owned.load(SeqCst);
    sleep(Duration::from_secs(3600)).await;
    (store, log, asked)
}

#[tokio::test(start_paused = true)]
async fn what_a_handler_completes_in_its_own_transaction_is_done() {
    let (store, log, asked) = handled(Ok(Outcome::Done)).await;
    assert_eq!((log.all().len(), asked), (20, 1)); // and nobody doubts who has the events
    assert_eq!(store.dead(None, 9).await.unwrap(), []);
}

#[tokio::test(start_paused = true)]
async fn what_a_handler_has_completed_is_not_handled_again_whatever_it_returns() {
    for then in [Err(()), Ok(Outcome::retry_after(Duration::ZERO)), Ok(Outcome::dead("late"))] {
        let (store, log, _) = handled(then).await;
        assert_eq!(log.all().len(), 20);
        assert_eq!(store.dead(None, 9).await.unwrap(), []);
    }
}
