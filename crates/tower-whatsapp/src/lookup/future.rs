//! [`LookupFuture`]: looks the endpoint up, and goes on as if it had always been there.

use super::lookups::Found;
use crate::{
    Endpoint, Rejection, RejectionKind, ResponseBody, ResponseFuture, deadline::Deadline,
    endpoint::Mounted, future::Accept, limits::Bounds, path::PathPattern,
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
    Decided(#[pin] ResponseFuture<S::Future, B, N>),
    Deciding,
}

/// What waits for the endpoint.
pub(super) struct Waiting<S, B, N> {
    pub(super) path: Arc<PathPattern>,
    pub(super) request: Request<B>,
    pub(super) inner: S,
    pub(super) service: N,
}

/// One of the look-ups that may be under way.
struct Permit(Arc<Bounds>);

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.lookups.give(1);
    }
}

impl<S: Service<Request<B>>, B, N: Service<Notification>> LookupFuture<S, B, N> {
    pub(crate) fn decided(future: ResponseFuture<S::Future, B, N>) -> Self {
        LookupFuture { state: State::Decided(future) }
    }

    /// One of `bounds.lookups` has been taken.
    pub(super) fn looking_up(found: Found, waiting: Waiting<S, B, N>, bounds: Arc<Bounds>) -> Self {
        let deadline = bounds.limits.lookup_deadline();
        let (waiting, permit) = (Box::new(waiting), Permit(bounds));
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
        mut self,
        found: Result<Option<Arc<Endpoint>>, Rejection>,
        bounds: &Arc<Bounds>,
    ) -> ResponseFuture<S::Future, B, N> {
        let endpoint = match found {
            Ok(Some(endpoint)) => endpoint,
            Ok(None) => return ResponseFuture::inner(self.inner.call(self.request)),
            Err(rejection) => return ResponseFuture::rejected(rejection),
        };
        let mounted = match Mounted::new(self.path, endpoint, bounds.clone()) {
            Ok(mounted) => Arc::new(mounted),
            Err(error) => {
                let rejection = Rejection::because(RejectionKind::LookupFailed, error);
                return ResponseFuture::rejected(rejection);
            }
        };
        let Some(in_path) = mounted.at(self.request.uri().path()) else {
            return ResponseFuture::inner(self.inner.call(self.request));
        };
        ResponseFuture::accept(Accept::new(&mounted, in_path, self.request, &self.service))
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
        let mut this = self.project();
        loop {
            let found = match this.state.as_mut().project() {
                StateProj::Decided(future) => return future.poll(cx),
                StateProj::LookingUp { found, deadline, .. } => match found.as_mut().poll(cx) {
                    Poll::Ready(found) => found
                        .map_err(|error| Rejection::because(RejectionKind::LookupFailed, error)),
                    Poll::Pending => {
                        ready!(deadline.poll(cx));
                        Err(Rejection::new(RejectionKind::LookupDeadline))
                    }
                },
                StateProj::Deciding => panic!("`LookupFuture` polled after a panic"),
            };
            let state = this.state.as_mut().project_replace(State::Deciding);
            if let StateOwned::LookingUp { waiting, permit, .. } = state {
                let decided = waiting.decide(found, &permit.0);
                this.state.set(State::Decided(decided));
            }
        }
    }
}

impl<S: Service<Request<B>>, B, N: Service<Notification>> fmt::Debug for LookupFuture<S, B, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.state {
            State::Decided(future) => future.fmt(f),
            State::LookingUp { .. } | State::Deciding => f.write_str("LookupFuture(looking up)"),
        }
    }
}
