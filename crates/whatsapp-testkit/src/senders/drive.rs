//! The loop of every sender: starts what is due, and waits for what is under way.

use super::target::{Outcome, Post};
use std::{
    future::poll_fn,
    panic::resume_unwind,
    pin::pin,
    sync::{Mutex, MutexGuard, PoisonError},
    task::Poll,
};
use tokio::{
    sync::Notify,
    task::{JoinError, JoinSet},
    time::{Instant, sleep_until},
};

/// A post under way, and to which app it goes.
pub(crate) type Ticket = (u64, usize);

/// What a sender does next.
pub(crate) enum Next {
    /// Posts this.
    Post(Ticket, Post),
    /// Waits for this time, for an answer or for a change.
    At(Instant),
    /// Waits for an answer or for a change.
    Wait,
    /// There is nothing to send.
    Nothing,
}

/// What a sender has to send.
pub(crate) trait Outbox {
    /// A run begins: what a former one left under way is due again.
    fn begin(&mut self);
    fn next(&mut self, now: Instant) -> Next;
    fn done(&mut self, ticket: Ticket, outcome: Outcome);
    /// Another number: what was under way is cut off.
    fn life(&self) -> usize {
        0
    }
}

/// An outbox, shared by the clones of its sender.
pub(crate) struct Driver<O> {
    outbox: Mutex<O>,
    changed: Notify,
    /// One run at a time.
    running: tokio::sync::Mutex<()>,
}

impl<O: Outbox> Driver<O> {
    pub(crate) fn new(outbox: O) -> Self {
        let running = tokio::sync::Mutex::new(());
        Driver { outbox: Mutex::new(outbox), changed: Notify::new(), running }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, O> {
        self.outbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the outbox, and has a run look at it again.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut O) -> T) -> T {
        let result = change(&mut self.lock());
        self.changed.notify_waiters();
        result
    }

    /// Sends until there is nothing left, or for ever.
    pub(crate) async fn run(&self, for_ever: bool, begin: impl FnOnce(&mut O)) {
        let _running = self.running.lock().await;
        let mut life = {
            let mut outbox = self.lock();
            begin(&mut outbox);
            outbox.begin();
            outbox.life()
        };
        let mut under_way = JoinSet::new();
        loop {
            let mut changed = pin!(self.changed.notified());
            changed.as_mut().enable();
            let due = {
                let mut outbox = self.lock();
                if outbox.life() != life {
                    life = outbox.life();
                    under_way = JoinSet::new();
                }
                match outbox.next(Instant::now()) {
                    Next::Post(ticket, post) => {
                        under_way.spawn(async move { (ticket, post.await) });
                        continue;
                    }
                    Next::At(due) => Some(due),
                    Next::Nothing if under_way.is_empty() && !for_ever => return,
                    Next::Wait | Next::Nothing => None,
                }
            };
            let mut due = pin!(async {
                match due {
                    Some(due) => sleep_until(due).await,
                    None => std::future::pending().await,
                }
            });
            let done = poll_fn(|cx| {
                if let Poll::Ready(Some(done)) = under_way.poll_join_next(cx) {
                    return Poll::Ready(Some(done));
                }
                let woken = changed.as_mut().poll(cx).is_ready() | due.as_mut().poll(cx).is_ready();
                if woken { Poll::Ready(None) } else { Poll::Pending }
            });
            if let Some(done) = done.await {
                self.done(life, done);
            }
        }
    }

    fn done(&self, life: usize, done: Result<(Ticket, Outcome), JoinError>) {
        match done {
            Ok((ticket, outcome)) => {
                let mut outbox = self.lock();
                if outbox.life() == life {
                    outbox.done(ticket, outcome);
                }
            }
            // A receiver that panics is the test's to see.
            Err(error) => {
                if let Ok(panic) = error.try_into_panic() {
                    resume_unwind(panic);
                }
            }
        }
    }
}
