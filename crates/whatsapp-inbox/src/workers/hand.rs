//! The events in hand: reads them, starts their handlers, keeps the lease.

use super::{
    attempt::{Ended, Job, PAUSE},
    bodies::Bodies,
    lanes::Lanes,
    owner::Parts,
    pages::{Page, Pages},
    running::{Drained, Orders},
};
use crate::{
    Store, StoreError,
    clock::{later, until},
    store::{Fence, Millis, Pending, Stats, Swept},
    telemetry,
};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};
use tokio::{
    sync::Semaphore,
    task::{JoinError, JoinSet},
    time::{Instant, sleep_until, timeout},
};
use tower_service::Service;
use whatsapp_notification::Event;
use whatsapp_router::{BoxError, Outcome};

/// How many waiting events are held: some 100 bytes each.
const ROOM: usize = 65_536;
/// How many events may wait for the store to record what became of them, beside those whose handlers
/// run: after a crash they are handed out again.
const UNRECORDED: usize = 256;
/// How many bytes of bodies are kept parsed.
const BODIES: usize = 16 << 20;
const SWEEP: Duration = Duration::from_secs(30);
/// How often the store is counted; less often if that takes long, since reads wait for it.
const STATS: Duration = Duration::from_secs(10);

/// When the store was asked for the events, by both clocks: from then on the lease counts.
pub(super) type Asked = (Instant, Millis);

pub(super) struct Hand {
    fence: Fence,
    taken: Millis,
    lanes: Lanes,
    bodies: Arc<Bodies>,
    /// One for each handler that runs.
    places: Arc<Semaphore>,
    /// Handlers that run, or whose end is being recorded.
    jobs: JoinSet<Ended>,
    calls: JoinSet<Call>,
    pages: Pages,
    is_renewing: bool,
    is_sweeping: bool,
    is_counting: bool,
    /// The store has refused a step: nothing is started until it says that the events are ours.
    in_doubt: bool,
    lease_ends: Instant,
    /// The same by the wall's clock, which goes on while a machine sleeps.
    lease_ends_at: Millis,
    renew_at: Instant,
    poll_at: Instant,
    sweep_at: Instant,
    stats_at: Instant,
    drained: Drained,
}

/// What the store has answered.
enum Call {
    Read(Page, Result<Vec<Pending>, StoreError>),
    Owned(Asked, Result<Option<Fence>, StoreError>),
    Swept(Result<Swept, StoreError>),
    /// And when it was asked.
    Stats(Instant, Result<Stats, StoreError>),
}

impl Hand {
    pub(super) fn new<S, H>(parts: &Parts<S, H>, fence: Fence, asked: Asked) -> Self {
        Hand {
            fence,
            taken: asked.1,
            lanes: Lanes::new(ROOM, parts.options.pass_after),
            bodies: Arc::new(Bodies::new(BODIES)),
            places: Arc::new(Semaphore::new(parts.options.concurrency)),
            jobs: JoinSet::new(),
            calls: JoinSet::new(),
            pages: Pages::new(asked.0),
            is_renewing: false,
            is_sweeping: false,
            is_counting: false,
            in_doubt: false,
            lease_ends: asked.0 + parts.options.lease,
            lease_ends_at: later(asked.1, parts.options.lease),
            renew_at: asked.0 + parts.options.lease / 3,
            poll_at: asked.0 + parts.options.poll,
            sweep_at: asked.0,
            stats_at: asked.0,
            drained: Drained::default(),
        }
    }

    /// Works until the events are to be given back, or are lost.
    pub(super) async fn hold<S, H>(&mut self, parts: &mut Parts<S, H>, orders: &mut Orders)
    where
        S: Store,
        H: Service<Event> + Clone + Send + 'static,
        H::Future: Send,
        H::Response: Into<Outcome>,
        H::Error: Into<BoxError>,
    {
        loop {
            let now = Instant::now();
            if now >= self.lease_ends || parts.clock.now() >= self.lease_ends_at {
                return;
            }
            let deadline = *orders.deadline.borrow_and_update();
            if let Some(deadline) = deadline {
                if self.jobs.is_empty() || now >= deadline {
                    return;
                }
            } else {
                self.start_handlers(parts);
                self.start_calls(parts, now);
            }
            self.renew(parts, now);
            let wake = self.wake(parts, now, deadline);
            let go_on = tokio::select! {
                Some(ended) = self.jobs.join_next() => self.ended(parts, ended, deadline.is_some()),
                Some(call) = self.calls.join_next() => self.called(parts, call),
                // Nobody can give an order any more.
                changed = orders.deadline.changed() => changed.is_ok(),
                () = parts.signal.given(), if deadline.is_none() => {
                    self.pages.want_front();
                    true
                }
                // The loop gives it to the next event.
                () = place_in(&self.places), if deadline.is_none() && self.wants_place(parts) => true,
                () = sleep_until(wake) => true,
            };
            if !go_on {
                return;
            }
        }
    }

    /// What became of what was in hand when the draining began.
    pub(super) fn drained(&self) -> Drained {
        Drained { handed_back: self.jobs.len(), ..self.drained }
    }

    /// Drops the handlers that still run. False if one of them does not let itself be dropped.
    pub(super) async fn let_go(mut self) -> bool {
        self.calls.abort_all();
        telemetry::in_hand(0, 0);
        timeout(PAUSE * 10, self.jobs.shutdown()).await.is_ok()
    }

    fn start_handlers<S, H>(&mut self, parts: &Parts<S, H>)
    where
        S: Store,
        H: Service<Event> + Clone + Send + 'static,
        H::Future: Send,
        H::Response: Into<Outcome>,
        H::Error: Into<BoxError>,
    {
        let now = parts.clock.now();
        self.lanes.wake(now);
        while self.may_start(parts) {
            let Ok(place) = self.places.clone().try_acquire_owned() else { return };
            let Some(pending) = self.lanes.start(now) else { return };
            let job = Job {
                store: parts.store.clone(),
                service: catch_unwind(AssertUnwindSafe(|| parts.service.clone())).ok(),
                bodies: self.bodies.clone(),
                policy: parts.options.policy,
                clock: parts.clock.clone(),
                fence: self.fence,
                pending,
                taken: self.taken,
                place,
            };
            self.jobs.spawn(job.run());
        }
    }

    fn may_start<S, H>(&self, parts: &Parts<S, H>) -> bool {
        !self.in_doubt && self.jobs.len() < parts.options.concurrency + UNRECORDED
    }

    /// True if an event waits for nothing but a place.
    fn wants_place<S, H>(&self, parts: &Parts<S, H>) -> bool {
        self.may_start(parts) && self.lanes.has_ready()
    }

    fn start_calls<S: Store, H>(&mut self, parts: &Parts<S, H>, now: Instant) {
        if now >= self.poll_at {
            self.pages.want_front();
            self.poll_at = now + parts.options.poll;
            let running = parts.options.concurrency - self.places.available_permits();
            telemetry::in_hand(self.lanes.len(), running);
        }
        if let Some((page, scan, limit)) = self.pages.next(&mut self.lanes, now) {
            let store = parts.store.clone();
            self.calls.spawn(async move { Call::Read(page, store.pending(scan, limit).await) });
        }
        if !self.is_sweeping && now >= self.sweep_at {
            self.is_sweeping = true;
            let (store, retention) = (parts.store.clone(), parts.options.retention);
            let time = parts.clock.now();
            self.calls.spawn(async move { Call::Swept(store.sweep(time, retention).await) });
        }
        if cfg!(feature = "metrics") && !self.is_counting && now >= self.stats_at {
            self.is_counting = true;
            let store = parts.store.clone();
            self.calls.spawn(async move { Call::Stats(now, store.stats().await) });
        }
    }

    fn renew<S: Store, H>(&mut self, parts: &Parts<S, H>, now: Instant) {
        if self.is_renewing || now < self.renew_at {
            return;
        }
        self.is_renewing = true;
        let (store, owner, lease) = (parts.store.clone(), parts.owner, parts.options.lease);
        let clock = parts.clock.clone();
        self.calls.spawn(async move {
            // Now, and not when it was to be asked: that may be long ago.
            let asked = (Instant::now(), clock.now());
            Call::Owned(asked, store.own(owner, asked.1, lease).await)
        });
    }

    /// When there is something to do, if nothing happens before.
    fn wake<S, H>(&self, parts: &Parts<S, H>, now: Instant, deadline: Option<Instant>) -> Instant {
        let mut wake = self.lease_ends;
        if !self.is_renewing {
            wake = wake.min(self.renew_at);
        }
        if let Some(deadline) = deadline {
            return wake.min(deadline);
        }
        // At the next poll, too, lest a wall clock that was set hold up a lane.
        wake = wake.min(self.poll_at);
        if !self.is_sweeping {
            wake = wake.min(self.sweep_at);
        }
        if let Some(read_at) = self.pages.paused_until(now) {
            wake = wake.min(read_at);
        }
        if self.may_start(parts)
            && let Some(due) = self.lanes.next_due()
        {
            wake = wake.min(now + until(parts.clock.now(), due));
        }
        wake
    }

    /// A handler's end is recorded. False if nobody knows whose it was.
    fn ended<S, H>(
        &mut self,
        parts: &Parts<S, H>,
        first: Result<Ended, JoinError>,
        is_draining: bool,
    ) -> bool {
        let now = parts.clock.now();
        let mut next = Some(first);
        while let Some(ended) = next {
            // The store has panicked.
            let Ok(ended) = ended else { return false };
            if is_draining && !matches!(ended, Ended::Refused(_)) {
                self.drained.finished += 1;
            }
            match ended {
                Ended::Gone(pending) => self.lanes.ended(pending.lane, pending.seq, now),
                Ended::Again(pending) => self.lanes.again(pending, now),
                Ended::Refused(pending) => {
                    self.lanes.ended(pending.lane, pending.seq, now);
                    self.in_doubt = true;
                    self.renew_at = Instant::now();
                }
            }
            next = self.jobs.try_join_next();
        }
        true
    }

    /// What the store has answered. False if the events are not ours.
    fn called<S, H>(&mut self, parts: &Parts<S, H>, call: Result<Call, JoinError>) -> bool {
        // The store has panicked.
        let Ok(call) = call else { return false };
        let now = Instant::now();
        match call {
            Call::Owned(asked, Ok(Some(fence))) => {
                self.is_renewing = false;
                self.in_doubt = false;
                self.lease_ends = asked.0 + parts.options.lease;
                self.lease_ends_at = later(asked.1, parts.options.lease);
                self.renew_at = asked.0 + parts.options.lease / 3;
                return fence == self.fence;
            }
            Call::Owned(_, Ok(None)) => return false,
            Call::Owned(_, Err(error)) => {
                telemetry::store_failed("own", &error);
                self.is_renewing = false;
                self.renew_at = now + PAUSE;
            }
            Call::Read(page, Ok(found)) => {
                self.pages.found(&mut self.lanes, page, &found, now, parts.clock.now());
            }
            Call::Read(page, Err(error)) => {
                telemetry::store_failed("pending", &error);
                self.pages.failed(&mut self.lanes, page, now + PAUSE);
            }
            Call::Swept(swept) => {
                (self.is_sweeping, self.sweep_at) = (false, now + SWEEP);
                if let Err(error) = swept {
                    telemetry::store_failed("sweep", &error);
                }
            }
            Call::Stats(asked, stats) => {
                (self.is_counting, self.stats_at) = (false, now + STATS.max((now - asked) * 20));
                match stats {
                    Ok(stats) => telemetry::stored(&stats, parts.clock.now()),
                    Err(error) => telemetry::store_failed("stats", &error),
                }
            }
        }
        true
    }
}

/// Waits for a place, and leaves it.
async fn place_in(places: &Semaphore) {
    drop(places.acquire().await);
}
