//! [`RouteFuture`]: what [`EventRouter`](super::EventRouter) returns.

use super::route::RouteCall;
use crate::{BoxError, Outcome, telemetry};
use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};
use whatsapp_notification::Kind;

/// An event on its way through its handler.
#[must_use = "a future does nothing until it is polled"]
pub struct RouteFuture(State);

enum State {
    Routed(Kind, RouteCall),
    Ready(Option<Result<Outcome, BoxError>>),
}

impl RouteFuture {
    pub(super) fn routed(kind: Kind, call: RouteCall) -> Self {
        RouteFuture(State::Routed(kind, call))
    }

    pub(super) fn ready(result: Result<Outcome, BoxError>) -> Self {
        RouteFuture(State::Ready(Some(result)))
    }
}

impl Future for RouteFuture {
    type Output = Result<Outcome, BoxError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            State::Routed(kind, call) => {
                let result = ready!(call.as_mut().poll(cx));
                telemetry::handled(*kind, &result);
                Poll::Ready(result)
            }
            // Polled again after it was ready, it stays pending, as futures may.
            State::Ready(result) => result.take().map_or(Poll::Pending, Poll::Ready),
        }
    }
}

impl fmt::Debug for RouteFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RouteFuture").finish_non_exhaustive()
    }
}
