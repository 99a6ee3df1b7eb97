//! [`ResponseFuture`]: the inner service's, or [`Accept`], a notification on its way.

use crate::{
    Rejection, RejectionKind, ResponseBody,
    answer::Answer,
    collect::Collect,
    deadline::Deadline,
    endpoint::Mounted,
    head,
    held::HeldBytes,
    proofs::Shown,
    telemetry::{self, Span},
};
use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::Full;
use pin_project::pin_project;
use std::{
    fmt, mem,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};
use tower_service::Service;
use whatsapp_notification::Notification;
use whatsapp_router::BoxError;
use whatsapp_signature::Credential;

/// Response future of [`Webhook`](crate::Webhook) and [`WebhookService`](crate::WebhookService):
/// over the inner service's future `F`, a request body `B` and the notification service `N`.
///
/// Dropped half way, it drops the handling with it; [`Detach`](crate::Detach) is for that.
///
/// # Panics
/// When a deadline is set and there is something to wait for, polling needs a tokio runtime with
/// its timer enabled.
#[pin_project]
#[must_use = "futures do nothing unless polled"]
pub struct ResponseFuture<F, B, N: Service<Notification>> {
    #[pin]
    kind: Kind<F, B, N>,
}

#[pin_project(project = KindProj)]
#[allow(clippy::large_enum_variant, reason = "a box would be an allocation for each notification")]
enum Kind<F, B, N: Service<Notification>> {
    Inner(#[pin] F),
    Accept(#[pin] Accept<B, N>),
}

impl<F, B, N: Service<Notification>> ResponseFuture<F, B, N> {
    pub(crate) fn inner(future: F) -> Self {
        ResponseFuture { kind: Kind::Inner(future) }
    }

    pub(crate) fn accept(accept: Accept<B, N>) -> Self {
        ResponseFuture { kind: Kind::Accept(accept) }
    }
}

impl<F, B, N, R, E> Future for ResponseFuture<F, B, N>
where
    F: Future<Output = Result<Response<R>, E>>,
    N: Service<Notification>,
    N::Error: Into<BoxError>,
    B: Body,
    B::Error: Into<BoxError>,
{
    type Output = Result<Response<ResponseBody<R>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().kind.project() {
            KindProj::Inner(future) => Poll::Ready(
                ready!(future.poll(cx)).map(|response| response.map(ResponseBody::inner)),
            ),
            KindProj::Accept(accept) => {
                Poll::Ready(Ok(ready!(accept.poll(cx)).map(ResponseBody::own)))
            }
        }
    }
}

impl<F, B, N: Service<Notification>> fmt::Debug for ResponseFuture<F, B, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.kind {
            Kind::Inner(_) => "ResponseFuture(inner)",
            Kind::Accept(_) => "ResponseFuture(accept)",
        })
    }
}

/// A request to an endpoint, from its head to its answer.
#[pin_project]
pub(crate) struct Accept<B, N: Service<Notification>> {
    held: HeldBytes,
    span: Span,
    #[pin]
    deadline: Deadline,
    #[pin]
    state: State<B, N, N::Future>,
}

#[pin_project(project = StateProj, project_replace = StateOwned)]
enum State<B, N, F> {
    /// The head has decided.
    Answered(Answer),
    Collecting {
        #[pin]
        collect: Collect<B>,
        shown: Shown,
        service: N,
    },
    /// Until the service, a clone of its own, is ready.
    Readying {
        service: N,
        notification: Notification,
    },
    Handling(#[pin] F),
    Done,
}

impl<B, N> Accept<B, N>
where
    B: Body,
    N: Service<Notification> + Clone,
{
    /// Takes a request to this endpoint; `in_path` is what its path has shown.
    #[inline(always)]
    pub(crate) fn new(
        endpoint: &Arc<Mounted>,
        in_path: Option<Credential>,
        request: Request<B>,
        service: &N,
    ) -> Self {
        // Decided here, in line: the request is large to hand over.
        let head = head::decide(endpoint, in_path, &request);
        Self::of_head(endpoint, head, service, request.into_body())
    }

    fn of_head(endpoint: &Arc<Mounted>, head: Result<Shown, Answer>, service: &N, body: B) -> Self {
        let limits = &endpoint.bounds().limits;
        let state = match head {
            Err(answer) => State::Answered(answer),
            Ok(shown) => State::Collecting {
                collect: Collect::new(body, limits.body),
                shown,
                service: service.clone(),
            },
        };
        Accept {
            deadline: limits.body_deadline(),
            held: HeldBytes::none(endpoint.clone()),
            span: Span::none(),
            state,
        }
    }
}

impl<B, N> Future for Accept<B, N>
where
    N: Service<Notification>,
    N::Error: Into<BoxError>,
    B: Body,
    B::Error: Into<BoxError>,
{
    type Output = Response<Full<Bytes>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = ready!(self.as_mut().poll_answer(cx));
        let mut this = self.project();
        this.span.in_scope(|| {
            // What the handling holds goes before the answer does.
            this.state.set(State::Done);
            this.held.release();
            let endpoint = this.held.endpoint();
            telemetry::answered(endpoint.label(), Some(endpoint.form()), &answer);
        });
        Poll::Ready(answer.into_response(this.held.endpoint().allow()))
    }
}

impl<B, N> Accept<B, N>
where
    N: Service<Notification>,
    N::Error: Into<BoxError>,
    B: Body,
    B::Error: Into<BoxError>,
{
    fn poll_answer(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Answer> {
        let mut this = self.project();
        let rejected = |kind| Poll::Ready(Answer::rejected(kind));
        let failed = |error: N::Error| {
            Poll::Ready(Rejection::because(RejectionKind::HandlingFailed, error).into())
        };
        loop {
            match this.state.as_mut().project() {
                StateProj::Answered(answer) => {
                    return Poll::Ready(mem::replace(answer, Answer::Accepted));
                }
                StateProj::Collecting { collect, shown, .. } => {
                    let Poll::Ready(collected) = collect.poll(cx, this.held) else {
                        ready!(this.deadline.poll(cx));
                        return rejected(RejectionKind::BodyDeadline);
                    };
                    let endpoint = this.held.endpoint();
                    let notification =
                        match collected.and_then(|body| endpoint.notification(shown, body)) {
                            Ok(notification) => notification,
                            Err(rejection) => return Poll::Ready(rejection.into()),
                        };
                    *this.span = telemetry::span(&notification);
                    this.deadline.set(endpoint.bounds().limits.handling_deadline());
                    let state = this.state.as_mut().project_replace(State::Done);
                    if let StateOwned::Collecting { service, .. } = state {
                        this.state.set(State::Readying { service, notification });
                    }
                }
                StateProj::Readying { service, .. } => {
                    match this.span.in_scope(|| service.poll_ready(cx)) {
                        Poll::Ready(Ok(())) => {
                            let state = this.state.as_mut().project_replace(State::Done);
                            if let StateOwned::Readying { mut service, notification } = state {
                                let handling = this.span.in_scope(|| service.call(notification));
                                this.state.set(State::Handling(handling));
                            }
                        }
                        Poll::Ready(Err(error)) => return failed(error),
                        Poll::Pending => {
                            ready!(this.deadline.poll(cx));
                            return rejected(RejectionKind::HandlingDeadline);
                        }
                    }
                }
                StateProj::Handling(handling) => {
                    return match this.span.in_scope(|| handling.poll(cx)) {
                        Poll::Ready(Ok(_)) => Poll::Ready(Answer::Accepted),
                        Poll::Ready(Err(error)) => failed(error),
                        Poll::Pending => {
                            ready!(this.deadline.poll(cx));
                            rejected(RejectionKind::HandlingDeadline)
                        }
                    };
                }
                StateProj::Done => panic!("`ResponseFuture` polled after completion"),
            }
        }
    }
}
