//! Services that panic wherever they can.

use super::*;
use std::{
    pin::Pin,
    sync::atomic::{AtomicUsize, Ordering::SeqCst},
    task::{Context, Poll},
};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Where {
    Clone,
    Ready,
    Call,
    Poll,
    Drop,
    Nowhere,
}

/// Panics there, so often.
struct Panics {
    at: Where,
    left: Arc<AtomicUsize>,
    log: Log,
}

impl Panics {
    fn here(&self, at: Where) {
        let panics = self.at == at
            && self.left.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1)).is_ok();
        assert!(!panics, "{at:?}");
    }
}

impl Clone for Panics {
    fn clone(&self) -> Self {
        self.here(Where::Clone);
        Panics { at: self.at, left: self.left.clone(), log: self.log.clone() }
    }
}

impl Service<Event> for Panics {
    type Response = Outcome;
    type Error = io::Error;
    type Future = Handling;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), io::Error>> {
        self.here(Where::Ready);
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, event: Event) -> Handling {
        self.here(Where::Call);
        let service = Panics { at: self.at, left: self.left.clone(), log: self.log.clone() };
        Handling { service, event }
    }
}

struct Handling {
    service: Panics,
    event: Event,
}

impl Future for Handling {
    type Output = Result<Outcome, io::Error>;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        self.service.here(Where::Poll);
        self.service.log.write(read(&self.event));
        Poll::Ready(Ok(Outcome::Done))
    }
}

impl Drop for Handling {
    fn drop(&mut self) {
        self.service.here(Where::Drop);
    }
}

#[tokio::test(start_paused = true)]
async fn a_panic_costs_an_attempt_wherever_it_comes() {
    for at in [Where::Clone, Where::Ready, Where::Call, Where::Poll, Where::Drop, Where::Nowhere] {
        let mut inbox = inbox();
        let log = Log::new();
        let left = Arc::new(AtomicUsize::new(0));
        let service = Panics { at, left: left.clone(), log: log.clone() };
        let workers = inbox.test_workers(service).max_attempts(4).start();
        left.store(3, SeqCst);
        let _kept = keep(&mut inbox, &[(0, 0), (0, 1)]).await;
        for _ in 0..1000 {
            if inbox.get_ref().stats().await.unwrap().pending == 0 {
                break;
            }
            sleep(Duration::from_millis(500)).await;
        }
        let mut handled = log.all();
        handled.dedup();
        assert_eq!(handled, [(0, 0), (0, 1)], "{at:?}");
        assert_eq!(inbox.get_ref().stats().await.unwrap().dead, 0, "{at:?}");
        assert!(!workers.is_stopped(), "{at:?}");
        left.store(100, SeqCst);
        if at != Where::Nowhere {
            let _kept = keep(&mut inbox, &[(0, 2)]).await;
            all_ended(inbox.get_ref()).await;
            let dead = inbox.get_ref().dead(None, 9).await.unwrap();
            assert_eq!(dead[0].reason, "4 attempts, the last one panicked", "{at:?}");
        }
        assert!(!workers.is_stopped(), "{at:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn times_without_end_are_no_panic() {
    let mut inbox = inbox();
    let log = Log::new();
    let workers = inbox
        .test_workers(handler(&log, done))
        .lease(Duration::MAX)
        .poll_every(Duration::MAX)
        .max_age(Duration::MAX)
        .backoff(Duration::MAX, Duration::MAX)
        .start();
    let _kept = keep(&mut inbox, &[(0, 0)]).await;
    sleep(Duration::from_secs(60)).await;
    assert_eq!((log.of(0), workers.is_stopped()), (vec![0], false));
}
