//! [`CloudSender`]: Meta's servers, as a receiver sees them.

use super::{
    deliver::PATIENCE,
    drive::{Driver, Next, Outbox, Ticket},
    pool::Pool,
    report::Report,
    schedule::Schedule,
    target::{Outcome, Target},
    updates::{Update, join},
};
use crate::request;
use bytes::Bytes;
use fastrand::Rng;
use http::{Request, Response};
use http_body_util::Full;
use std::{collections::VecDeque, fmt, sync::Arc, time::Duration};
use tokio::time::Instant;
use tower_service::Service;
use whatsapp_signature::AppSecret;

/// An app that an account is subscribed to: where its notifications go, and how they are signed.
#[derive(Clone)]
pub struct App {
    uri: String,
    secret: AppSecret,
    target: Target,
}

impl App {
    /// An app whose callback URL is `uri`: a path, where the service is in the same process.
    ///
    /// # Panics
    /// When something is sent, if `uri` is no URI.
    #[must_use]
    pub fn new<S, R>(uri: impl Into<String>, secret: AppSecret, service: S) -> Self
    where
        S: Service<Request<Full<Bytes>>, Response = Response<R>> + Clone + Send + 'static,
        S::Future: Send,
    {
        App { uri: uri.into(), secret, target: Target::new(service) }
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").finish_non_exhaustive()
    }
}

/// Meta's servers, as the receivers of one account's notifications see them. Clones are the same
/// sender.
///
/// - A POST that is not answered with exactly 200 is sent again: at once, then ever more rarely,
///   for seven days. The times in between are [ours](Schedule::cloud).
/// - It is the whole POST again, with the same bytes and the same signature, and it goes to **all**
///   apps of the account, to those that have answered 200 too.
/// - [`batch`](Self::batch) joins notifications into one POST, of up to 1000 updates with the real
///   sender; [`rebatch`](Self::rebatch) cuts a POST that failed differently the next time.
/// - [`out_of_order`](Self::out_of_order) and [`duplicates`](Self::duplicates) do what happens now
///   and then, all the time. What is random comes from a [seed](Self::seed).
///
/// (Meta, webhooks overview and throughput.)
///
/// ```
/// use tower::service_fn;
/// use whatsapp_signature::AppSecret;
/// use whatsapp_testkit::{App, CloudSender, Samples};
/// # use bytes::Bytes;
/// # use http::{Request, Response};
/// # use http_body_util::Full;
/// # use std::convert::Infallible;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let app = service_fn(|_: Request<Full<Bytes>>| async { Ok::<_, Infallible>(Response::new(())) });
/// let secret = AppSecret::new("test_app_secret")?;
/// let sender = CloudSender::new([App::new("/whatsapp", secret, app)]).batch(1000).seed(7);
/// for sample in Samples::new(7).mixed(100) {
///     sender.send(sample.body);
/// }
/// let report = sender.drain().await;
/// assert_eq!(report.attempts.len(), 1); // All in one POST.
/// assert!(report.given_up.is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct CloudSender {
    driver: Arc<Driver<State>>,
}

struct State {
    apps: Vec<App>,
    schedule: Schedule,
    patience: Duration,
    concurrency: usize,
    /// Updates a POST; `None`: as they are sent.
    batch: Option<usize>,
    rebatch: bool,
    out_of_order: bool,
    duplicates: f64,
    rng: Rng,
    began: Instant,
    fresh: VecDeque<Update>,
    parcels: Pool<Parcel>,
    /// Posts of parcels under way that have not been started.
    to_start: VecDeque<Ticket>,
    posts: usize,
    report: Report,
}

/// What goes to all apps as one POST.
struct Parcel {
    updates: Vec<Update>,
    body: Bytes,
    failures: u32,
    first: Option<Instant>,
    /// Apps that have not answered.
    open: usize,
    failed: bool,
    /// Delivered already.
    duplicate: bool,
}

impl Parcel {
    fn new(updates: Vec<Update>, failures: u32, first: Option<Instant>) -> Self {
        let body = join(&updates);
        Parcel { updates, body, failures, first, open: 0, failed: false, duplicate: false }
    }
}

impl CloudSender {
    /// A sender to these apps, one POST for each notification.
    #[must_use]
    pub fn new(apps: impl IntoIterator<Item = App>) -> Self {
        let state = State {
            apps: apps.into_iter().collect(),
            schedule: Schedule::cloud(),
            patience: PATIENCE,
            concurrency: 8,
            batch: None,
            rebatch: false,
            out_of_order: false,
            duplicates: 0.0,
            rng: Rng::with_seed(0),
            began: Instant::now(),
            fresh: VecDeque::new(),
            parcels: Pool::new(),
            to_start: VecDeque::new(),
            posts: 0,
            report: Report::default(),
        };
        CloudSender { driver: Arc::new(Driver::new(state)) }
    }

    /// The same with other times between attempts. Default [`Schedule::cloud`].
    #[must_use]
    pub fn schedule(self, schedule: Schedule) -> Self {
        self.set(|state| state.schedule = schedule)
    }

    /// The same with another time to wait for an answer. Default 10 s; Meta's is not published.
    #[must_use]
    pub fn timeout(self, patience: Duration) -> Self {
        self.set(|state| state.patience = patience)
    }

    /// The same with so many requests at a time, at least one. Default 8; Meta's is not published.
    #[must_use]
    pub fn concurrency(self, requests: usize) -> Self {
        self.set(|state| state.concurrency = requests.max(1))
    }

    /// The same with notifications that wait joined into one POST, of up to so many updates:
    /// messages, statuses and the like. A change that has more goes alone: changes are not cut.
    #[must_use]
    pub fn batch(self, updates: usize) -> Self {
        self.set(|state| state.batch = Some(updates))
    }

    /// The same with changes that failed in one POST sent again in several, or with others.
    #[must_use]
    pub fn rebatch(self) -> Self {
        self.set(|state| {
            state.rebatch = true;
            state.batch = state.batch.or(Some(1000));
        })
    }

    /// The same with what is due sent in any order.
    #[must_use]
    pub fn out_of_order(self) -> Self {
        self.set(|state| state.out_of_order = true)
    }

    /// The same with this share of POSTs sent again after their success, from 0 to 1.
    #[must_use]
    pub fn duplicates(self, share: f64) -> Self {
        self.set(|state| state.duplicates = share)
    }

    /// The same with another seed for what is random. Default 0.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        self.set(|state| state.rng = Rng::with_seed(seed))
    }

    /// Takes a notification to send: the body of a POST.
    pub fn send(&self, body: impl Into<Bytes>) {
        let body = body.into();
        self.driver.change(|state| match state.batch {
            Some(_) => state.fresh.extend(Update::apart(body)),
            None => state.fresh.push_back(Update::whole(body)),
        });
    }

    /// Sends until all is delivered or given up. What has been done so far, since the sender was
    /// made, is in the report.
    ///
    /// A notification is lost to nobody if this is dropped: the next run sends what was under way
    /// once more.
    pub async fn drain(&self) -> Report {
        self.driver.run(false, |_| {}).await;
        self.report()
    }

    /// Sends what there is and what will come, and never returns: for a task of its own.
    pub async fn run(&self) {
        self.driver.run(true, |_| {}).await;
    }

    /// What has been done so far.
    #[must_use]
    pub fn report(&self) -> Report {
        self.driver.lock().report.clone()
    }

    fn set(self, set: impl FnOnce(&mut State)) -> Self {
        self.driver.change(set);
        self
    }
}

impl fmt::Debug for CloudSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CloudSender").finish_non_exhaustive()
    }
}

impl State {
    /// One that is due, or one of what has not been sent at all.
    fn parcel(&mut self, now: Instant) -> Option<Parcel> {
        let (rng, out_of_order) = (&mut self.rng, self.out_of_order);
        let retry_first = !out_of_order || self.fresh.is_empty() || rng.bool();
        let choose = |count| if out_of_order { rng.usize(..count) } else { 0 };
        let due = if retry_first { self.parcels.take_due(now, choose) } else { None };
        match due {
            Some(due) if self.rebatch && due.failures > 0 => Some(self.joined(due, now)),
            Some(due) => Some(due),
            None => self.fresh_parcel(),
        }
    }

    /// Perhaps with others that are due, too.
    fn joined(&mut self, mut parcel: Parcel, now: Instant) -> Parcel {
        let count = |parcel: &Parcel| parcel.updates.iter().map(|one| one.count).sum::<usize>();
        while self.rng.bool() {
            let Some(other) = self.parcels.take_due(now, |_| 0) else { break };
            let fits = self.batch.is_none_or(|limit| count(&parcel) + count(&other) <= limit);
            if !fits || other.duplicate || !other.updates[0].joins() || !parcel.updates[0].joins() {
                self.parcels.push(now, other);
                break;
            }
            parcel.updates.extend(other.updates);
            let first = parcel.first.min(other.first);
            parcel = Parcel::new(parcel.updates, parcel.failures.max(other.failures), first);
        }
        parcel
    }

    fn fresh_parcel(&mut self) -> Option<Parcel> {
        if self.out_of_order && !self.fresh.is_empty() {
            let at = self.rng.usize(..self.fresh.len());
            self.fresh.swap(0, at);
        }
        let mut updates = vec![self.fresh.pop_front()?];
        if let Some(limit) = self.batch {
            let mut count = updates[0].count;
            while let Some(next) = self.fresh.front() {
                count += next.count;
                if count > limit || !next.joins() || !updates[0].joins() {
                    break;
                }
                updates.extend(self.fresh.pop_front());
            }
        }
        Some(Parcel::new(updates, 0, None))
    }

    /// A parcel that failed, put up for its next attempt, in one piece or in several.
    fn again(&mut self, parcel: Parcel, first: Instant, now: Instant) {
        let failures = parcel.failures + 1;
        let Some(due) = self.schedule.next(failures, first, now) else {
            self.report.given_up.push(parcel.body);
            return;
        };
        if !self.rebatch || !parcel.updates[0].joins() {
            let again = Parcel { failures, failed: false, ..parcel };
            self.parcels.push(due, again);
            return;
        }
        let mut updates = parcel.updates;
        self.rng.shuffle(&mut updates);
        while !updates.is_empty() {
            let piece = self.rng.usize(1..=updates.len());
            let rest = updates.split_off(piece);
            self.parcels.push(due, Parcel::new(updates, failures, Some(first)));
            updates = rest;
        }
    }
}

impl Outbox for State {
    fn begin(&mut self) {
        self.parcels.call_back(Instant::now());
        self.to_start.clear();
        self.posts = 0;
    }

    fn next(&mut self, now: Instant) -> Next {
        if self.posts >= self.concurrency {
            return Next::Wait;
        }
        if self.to_start.is_empty()
            && let Some(mut parcel) = self.parcel(now)
        {
            parcel.first.get_or_insert(now);
            (parcel.open, parcel.failed) = (self.apps.len(), false);
            let ticket = self.parcels.start(parcel);
            self.to_start.extend((0..self.apps.len()).map(|app| (ticket, app)));
        }
        let started = self.to_start.pop_front().and_then(|(ticket, app)| {
            let body = self.parcels.get_mut(ticket)?.body.clone();
            Some(((ticket, app), body, self.apps.get(app)?))
        });
        match (started, self.parcels.next_due()) {
            (Some((ticket, body, app)), _) => {
                self.posts += 1;
                let request = request::signed(&app.uri, &app.secret, body);
                Next::Post(ticket, app.target.post(request, self.patience))
            }
            (None, Some(due)) => Next::At(due),
            (None, None) => Next::Nothing,
        }
    }

    fn done(&mut self, ticket: Ticket, outcome: Outcome) {
        self.posts -= 1;
        let (ticket, app) = ticket;
        let Some(parcel) = self.parcels.get_mut(ticket) else { return };
        let body = parcel.body.clone();
        self.report.attempts.push(outcome.attempt(self.began, parcel.failures + 1, app, body));
        parcel.failed |= !outcome.answer.is_success();
        parcel.open -= 1;
        if parcel.open > 0 {
            return;
        }
        let Some(parcel) = self.parcels.finish(ticket) else { return };
        let now = Instant::now();
        match (parcel.duplicate, parcel.failed) {
            (true, _) => {}
            (false, true) => {
                let first = parcel.first.unwrap_or(now);
                self.again(parcel, first, now);
            }
            (false, false) => {
                self.report.delivered.push(parcel.body.clone());
                if self.rng.f64() < self.duplicates {
                    self.parcels.push(now, Parcel { duplicate: true, ..parcel });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
