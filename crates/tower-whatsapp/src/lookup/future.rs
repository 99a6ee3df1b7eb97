//! [`LookupFuture`]: looks the endpoint up, and goes on as if it had always been there.

use super::lookups::Found;
use crate::{
    Endpoint, Rejection, RejectionKind, ResponseBody, ResponseFuture, answer::Answer,
    deadline::Deadline, endpoint::Mounted, future::Accept, limits::Bounds, path::PathPattern,
    telemetry,
};
use http::{Request, Response};
use http_body::Body;
use pin_project::pin_project;
use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};
use tower_service::Service;
use whatsapp_notification::Notification;
use whatsapp_router::BoxError;

/// Response future of [`Webhook`](crate::Webhook) and [`WebhookService`](crate::WebhookService)
/// where endpoints are looked up: over the inner service `S`, a request body `B` and the
/// notification service `N`.
///
/// # Panics
/// As [`ResponseFuture`].
#[pin_project]
#[must_use = "futures do nothing unless polled"]
pub struct LookupFuture<S: Service<Request<B>>, B, N: Service<Notification>> {
    #[pin]
    state: State<S, B, N>,
}

#[pin_project(project = StateProj, project_replace = StateOwned)]
#[allow(clippy::large_enum_variant, reason = "a box would be an allocation for each request")]
enum State<S: Service<Request<B>>, B, N: Service<Notification>> {
    LookingUp {
        found: Found,
        #[pin]
        deadline: Deadline,
        /// Boxed, as the look-up is: a request is large.
        waiting: Box<Waiting<S, B, N>>,
        permit: Permit,
    },
    /// The request is the inner service's, once that is ready.
    Passing(Box<Waiting<S, B, N>>),
    Decided(#[pin] ResponseFuture<S::Future, B, N>),
    Rejected(Rejection),
    Done,
}

/// What waits for the endpoint.
pub(super) struct Waiting<S, B, N> {
    pub(super) path: Arc<PathPattern>,
    pub(super) request: Request<B>,
    pub(super) inner: S,
    pub(super) service: N,
}

/// One of the look-ups that may be under way.
pub(super) struct Permit(Arc<Bounds>);

impl Permit {
    /// `None` if so many are under way as may be.
    pub(super) fn take(bounds: &Arc<Bounds>) -> Option<Self> {
        bounds.lookups.take(1).then(|| Permit(bounds.clone()))
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.lookups.give(1);
    }
}

impl<S: Service<Request<B>>, B, N: Service<Notification>> LookupFuture<S, B, N> {
    pub(super) fn decided(future: ResponseFuture<S::Future, B, N>) -> Self {
        LookupFuture { state: State::Decided(future) }
    }

    pub(super) fn rejected(rejection: Rejection) -> Self {
        LookupFuture { state: State::Rejected(rejection) }
    }

    pub(super) fn looking_up(found: Found, waiting: Waiting<S, B, N>, permit: Permit) -> Self {
        let deadline = permit.0.limits.lookup_deadline();
        let waiting = Box::new(waiting);
        LookupFuture { state: State::LookingUp { found, deadline, waiting, permit } }
    }
}

impl<S, B, N, R> Waiting<S, B, N>
where
    S: Service<Request<B>, Response = Response<R>>,
    N: Service<Notification> + Clone,
    B: Body,
{
    fn decide(
        self: Box<Self>,
        found: Result<Option<Arc<Endpoint>>, Rejection>,
        bounds: &Arc<Bounds>,
    ) -> Result<State<S, B, N>, Rejection> {
        let Some(endpoint) = found? else { return Ok(State::Passing(self)) };
        let mounted = Mounted::new(self.path.clone(), endpoint, bounds.clone())
            .map_err(|error| Rejection::because(RejectionKind::LookupFailed, error))?;
        let Some(in_path) = mounted.at(self.request.uri().path()) else {
            return Ok(State::Passing(self));
        };
        let mounted = Arc::new(mounted);
        let accept = Accept::new(&mounted, in_path, self.request, &self.service);
        Ok(State::Decided(ResponseFuture::accept(accept)))
    }
}

impl<S, B, N, R> Future for LookupFuture<S, B, N>
where
    S: Service<Request<B>, Response = Response<R>>,
    N: Service<Notification> + Clone,
    N::Error: Into<BoxError>,
    B: Body,
    B::Error: Into<BoxError>,
{
    type Output = Result<Response<ResponseBody<R>>, S::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        if let StateProj::LookingUp { found, deadline, .. } = state.as_mut().project() {
            let found = match found.as_mut().poll(cx) {
                Poll::Ready(found) => {
                    found.map_err(|error| Rejection::because(RejectionKind::LookupFailed, error))
                }
                Poll::Pending => {
                    ready!(deadline.poll(cx));
                    Err(Rejection::new(RejectionKind::LookupDeadline))
                }
            };
            let looked_up = state.as_mut().project_replace(State::Done);
            if let StateOwned::LookingUp { waiting, permit, .. } = looked_up {
                let decided = waiting.decide(found, &permit.0);
                state.set(decided.unwrap_or_else(State::Rejected));
            }
        }
        if let StateProj::Passing(waiting) = state.as_mut().project() {
            ready!(waiting.inner.poll_ready(cx))?;
            let passing = state.as_mut().project_replace(State::Done);
            if let StateOwned::Passing(mut waiting) = passing {
                let inner = waiting.inner.call(waiting.request);
                state.set(State::Decided(ResponseFuture::inner(inner)));
            }
        }
        if let StateProj::Decided(future) = state.as_mut().project() {
            return future.poll(cx);
        }
        match state.project_replace(State::Done) {
            StateOwned::Rejected(rejection) => Poll::Ready(Ok(answer(rejection))),
            _ => panic!("`LookupFuture` polled after completion"),
        }
    }
}

/// The answer where there is no endpoint to answer for.
fn answer<R>(rejection: Rejection) -> Response<ResponseBody<R>> {
    let answer = Answer::from(rejection);
    telemetry::answered(&Arc::from("lookup"), None, &answer);
    answer.into_response("").map(ResponseBody::own)
}

impl<S: Service<Request<B>>, B, N: Service<Notification>> fmt::Debug for LookupFuture<S, B, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.state {
            State::Decided(future) => future.fmt(f),
            State::LookingUp { .. } => f.write_str("LookupFuture(looking up)"),
            State::Passing(_) => f.write_str("LookupFuture(passing)"),
            State::Rejected(_) => f.write_str("LookupFuture(rejected)"),
            State::Done => f.write_str("LookupFuture(done)"),
        }
    }
}
