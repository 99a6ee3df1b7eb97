//! [`Workers`]: hand what was kept to a service of events.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
//! use std::{convert::Infallible, time::Duration};
//! use whatsapp_inbox::{Inbox, store::MemoryStore};
//! use whatsapp_notification::{Event, Text};
//! use whatsapp_router::{EventRouter, Outcome};
//!
//! async fn on_text(event: Event<Text>) -> Result<Outcome, Infallible> {
//!     Ok(match event.get().body {
//!         Some(_) => Outcome::Done,
//!         None => Outcome::dead("a text without text"),
//!     })
//! }
//!
//! let inbox = Inbox::new(MemoryStore::new());
//! let workers = inbox
//!     .workers(EventRouter::builder().on(on_text).build()?)
//!     .concurrency(16)
//!     .max_attempts(5)
//!     .backoff(Duration::from_secs(2), Duration::from_secs(60))
//!     .start();
//! // At the first signal, with time for the handlers; at a second one, at once.
//! # let second_signal = std::future::ready(());
//! tokio::select! {
//!     _ = workers.drain(Duration::from_secs(20)) => {}
//!     () = second_signal => { workers.drain(Duration::ZERO).await; }
//! }
//! # Ok(())
//! # }
//! ```

// `owner` takes the events in hand and gives them back; `hand` works while it has them: a loop that
// asks the store, starts handlers (`attempt`) and keeps the lease. What is read next is for `pages` to
// say, what is handled next for `lanes`, what comes after an attempt for `policy`; `bodies` are parsed
// once.

mod attempt;
mod bodies;
mod hand;
mod lanes;
mod owner;
mod pages;
mod policy;
mod running;

pub use running::{Drained, Running};

use crate::{
    Store,
    clock::Clock,
    signal::Signal,
    store::{Owner, Retention},
};
use policy::Policy;
use std::{fmt, time::Duration};
use tokio::sync::Semaphore;
use tower_service::Service;
use whatsapp_notification::Event;
use whatsapp_router::{BoxError, Outcome};

/// Hand the events of a store to a service of events, such as an
/// [`EventRouter`](whatsapp_router::EventRouter): from [`Inbox::workers`](crate::Inbox::workers), or
/// from [`new`](Self::new) in a process that only works.
#[derive(Clone)]
#[must_use = "workers do nothing until `start`"]
pub struct Workers<S, H> {
    store: S,
    service: H,
    options: Options,
    clock: Clock,
    signal: Signal,
}

#[derive(Clone, Copy, Debug)]
struct Options {
    concurrency: usize,
    pass_after: Option<u32>,
    policy: Policy,
    lease: Duration,
    poll: Duration,
    retention: Retention,
}

const DAY: Duration = Duration::from_secs(86_400);

impl<S, H> Workers<S, H> {
    /// Workers on a store that another process fills: they look into it every second.
    pub fn new(store: S, service: H) -> Self {
        Self::signalled(store, service, Signal::default())
    }

    pub(crate) fn signalled(store: S, service: H, signal: Signal) -> Self {
        let policy = Policy {
            attempts: 20,
            age: DAY,
            backoff: (Duration::from_secs(1), Duration::from_secs(600)),
        };
        let options = Options {
            concurrency: 64,
            pass_after: None,
            policy,
            lease: Duration::from_secs(30),
            poll: Duration::from_secs(1),
            retention: Retention::new(Duration::ZERO, 30 * DAY),
        };
        Workers { store, service, options, clock: Clock::wall(), signal }
    }

    /// How many events are handled at a time, at least one; never two of one lane. Default 64.
    ///
    /// While the store records what became of an event its place goes to the next: at most 256 more than this
    /// are handled or being recorded. What a crash meets in either state is handed out again.
    ///
    /// A handler that never returns takes one of these places for ever: put a
    /// `tower::timeout::Timeout` around it. That does not end a service that is never ready.
    pub fn concurrency(mut self, events: usize) -> Self {
        self.options.concurrency = events.clamp(1, Semaphore::MAX_PERMITS);
        self
    }

    /// A lane goes on past an event that was tried so often (an attempt that was cut short may count) and
    /// waits for its next attempt: then a later event of a conversation may be handled before an earlier
    /// one. Up to 32 events of a lane may wait so. Default: never, it goes on when the event is done or dead.
    pub fn pass_after(mut self, attempts: u32) -> Self {
        self.options.pass_after = Some(attempts);
        self
    }

    /// After so many attempts, at least one, an event is a dead letter. Default 20.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.options.policy.attempts = attempts.max(1);
        self
    }

    /// An event that fails so long after it was received is a dead letter, once it was tried five times:
    /// it may have waited for an outage to end. Default 24 hours.
    pub fn max_age(mut self, age: Duration) -> Self {
        self.options.policy.age = age;
        self
    }

    /// The delay after an error or a panic is drawn between zero and a ceiling: `first` after the
    /// first attempt, twice as much after each other, `most` at the most. Default 1 second and 10
    /// minutes.
    ///
    /// No delay is longer than a day, also none that a handler asks for with
    /// [`Retry`](Outcome::Retry): what is due more than two days from now was put off by a clock that was
    /// ahead, and is tried at once.
    pub fn backoff(mut self, first: Duration, most: Duration) -> Self {
        self.options.policy.backoff = (first, most);
        self
    }

    /// For how long the events are taken in hand; renewed at a third of it. Default 30 seconds: so
    /// long after a crash another process goes on.
    ///
    /// It must be longer than anything that holds up the runtime or the store: when it ends, another
    /// process handles again what is being handled here, and a handler that blocks its thread, which
    /// cannot be dropped, is at it still. What it returns then is not recorded.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.options.lease = lease.clamp(Duration::from_millis(30), 365 * DAY);
        self
    }

    /// How often the store is looked into for what another process has kept. Default 1 second.
    pub fn poll_every(mut self, interval: Duration) -> Self {
        self.options.poll = interval.clamp(Duration::from_millis(1), 365 * DAY);
        self
    }

    /// How long bodies are kept once their events are done, and dead letters. Default: bodies not at
    /// all, which is up to half a minute, and dead letters 30 days.
    pub fn retention(mut self, retention: Retention) -> Self {
        self.options.retention = retention;
        self
    }

    #[cfg(test)]
    fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }
}

impl<S, H> Workers<S, H>
where
    S: Store,
    H: Service<Event> + Clone + Send + 'static,
    H::Future: Send,
    H::Response: Into<Outcome>,
    H::Error: Into<BoxError>,
{
    /// Begins the work, in tasks of their own. It waits while another owner has the events in hand.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn start(self) -> Running {
        let Workers { store, service, options, clock, signal } = self;
        let parts = owner::Parts { store, service, options, clock, signal, owner: Owner(0) };
        Running::new(|orders| tokio::spawn(owner::run(parts, orders)).abort_handle())
    }
}

impl<S, H> fmt::Debug for Workers<S, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Workers").field("options", &self.options).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
