//! [`deliver`]: one notification, with retries and duplicates.

use super::{
    report::{Attempt, Report},
    schedule::Schedule,
    target::{Outcome, Target},
};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use std::{fmt, pin::Pin, time::Duration};
use tokio::time::{Instant, sleep_until};
use tower_service::Service;

/// How long a sender waits for an answer: neither API's time is published, and what others have
/// seen is between 3 and 20 s.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// Posts a request to a service until the answer is 200, as WhatsApp does: the same bytes and the
/// same signature each time. Awaited, it is a [`Report`].
///
/// The request is one of the [`request`](crate::request) module, or any other. A path is enough
/// for a service in the same process; an HTTP client needs a whole URL.
///
/// ```
/// use bytes::Bytes;
/// use http::{Request, Response};
/// use http_body_util::Full;
/// use std::{convert::Infallible, sync::{Arc, atomic::{AtomicUsize, Ordering}}};
/// use tower::service_fn;
/// use whatsapp_testkit::{Samples, deliver, request};
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// // An application that fails nine times: here ends the test's own code.
/// let failures = Arc::new(AtomicUsize::new(0));
/// let app = service_fn(move |_: Request<Full<Bytes>>| {
///     let failed = failures.fetch_add(1, Ordering::Relaxed) < 9;
///     let response = Response::builder().status(if failed { 503 } else { 200 });
///     async move { Ok::<_, Infallible>(response.body(()).unwrap_or_default()) }
/// });
/// let text = Samples::new(7).text();
/// let report = deliver(app, request::unsigned("/whatsapp", text.body)).duplicates(1).await;
/// assert_eq!(report.attempts.len(), 11);
/// assert!(report.attempts[9].answer.is_success());
/// assert_eq!(report.attempts[9].at.as_secs(), 255 * 60); // Over four hours, in no time.
/// # }
/// ```
pub fn deliver<S>(service: S, request: Request<Bytes>) -> Deliver<S> {
    Deliver { service, request, schedule: Schedule::cloud(), patience: PATIENCE, duplicates: 0 }
}

/// A delivery to be awaited: see [`deliver`].
#[derive(Clone)]
#[must_use = "nothing is sent until it is awaited"]
pub struct Deliver<S> {
    service: S,
    request: Request<Bytes>,
    schedule: Schedule,
    patience: Duration,
    duplicates: usize,
}

impl<S> Deliver<S> {
    /// When to try again. Default [`Schedule::cloud`].
    pub fn schedule(mut self, schedule: Schedule) -> Self {
        self.schedule = schedule;
        self
    }

    /// How long to wait for an answer. Default 10 s; what WhatsApp does is not published.
    pub fn timeout(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// How often to post it again after its success. Default 0.
    pub fn duplicates(mut self, duplicates: usize) -> Self {
        self.duplicates = duplicates;
        self
    }
}

impl<S> fmt::Debug for Deliver<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deliver").field("schedule", &self.schedule).finish_non_exhaustive()
    }
}

impl<S, R> IntoFuture for Deliver<S>
where
    S: Service<Request<Full<Bytes>>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
{
    type Output = Report;
    type IntoFuture = Pin<Box<dyn Future<Output = Report> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        let Deliver { service, request, schedule, patience, duplicates } = self;
        Box::pin(async move {
            let (target, first) = (Target::new(service), Instant::now());
            let mut report = Report::default();
            let mut number = 0;
            loop {
                let outcome = target.post(request.clone(), patience).await;
                number += 1;
                let success = outcome.answer.is_success();
                report.attempts.push(attempt(&outcome, first, number, &request));
                if success {
                    break;
                }
                match schedule.next(number, first, Instant::now()) {
                    Some(due) => sleep_until(due).await,
                    None => {
                        report.given_up.push(request.into_body());
                        return report;
                    }
                }
            }
            for _ in 0..duplicates {
                let outcome = target.post(request.clone(), patience).await;
                number += 1;
                report.attempts.push(attempt(&outcome, first, number, &request));
            }
            report.delivered.push(request.into_body());
            report
        })
    }
}

fn attempt(outcome: &Outcome, first: Instant, number: u32, request: &Request<Bytes>) -> Attempt {
    outcome.attempt(first, number, 0, request.body().clone())
}

impl Outcome {
    /// The attempt that it ended, of a sender that began then.
    pub(crate) fn attempt(&self, began: Instant, number: u32, app: usize, body: Bytes) -> Attempt {
        let at = self.sent.duration_since(began);
        Attempt { at, took: self.took, answer: self.answer, number, app, body }
    }
}
