//! [`DispatchFuture`]: the events of one notification, in one lane or several.

use crate::{BoxError, DispatchError, Outcome, telemetry};
use pin_project::pin_project;
use std::{
    collections::hash_map::DefaultHasher,
    fmt,
    future::Future,
    hash::{Hash, Hasher},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::{Context, Poll},
};
use tower_service::Service;
use whatsapp_notification::{Event, IntoEvents, Kind, Notification};

/// The events of a notification on their way: [`Dispatch`](super::Dispatch).
#[pin_project]
#[must_use = "a future does nothing until it is polled"]
pub struct DispatchFuture<S, F> {
    #[pin]
    lanes: Lanes<S, F>,
    total: usize,
}

/// One lane without a box; several with one each.
#[pin_project(project = LanesProj)]
enum Lanes<S, F> {
    One(#[pin] Lane<S, F>),
    Several(Vec<Pin<Box<Lane<S, F>>>>),
}

impl<S: Service<Event, Future = F> + Clone, F> DispatchFuture<S, F> {
    pub(super) fn new(service: &S, notification: Notification, concurrency: usize) -> Self {
        let total = notification.len();
        let lanes = match concurrency.min(total) {
            0 | 1 => Lanes::One(Lane::new(service, Queue::All(notification.into_iter()))),
            lanes => {
                let mut queues: Vec<Vec<Event>> = (0..lanes).map(|_| Vec::new()).collect();
                for event in notification {
                    if let Some(queue) = queues.get_mut(lane_of(&event, lanes)) {
                        queue.push(event);
                    }
                }
                let filled = queues.into_iter().filter(|queue| !queue.is_empty());
                let lane = |queue: Vec<Event>| Lane::new(service, Queue::Some(queue.into_iter()));
                Lanes::Several(filled.map(lane).map(Box::pin).collect())
            }
        };
        DispatchFuture { lanes, total }
    }
}

/// Events of one conversation go into one lane; those without one, by account and field.
fn lane_of(event: &Event, lanes: usize) -> usize {
    let mut hasher = DefaultHasher::new();
    event.entry_id().hash(&mut hasher);
    match event.conversation() {
        Some(conversation) => conversation.hash(&mut hasher),
        None => event.field().hash(&mut hasher),
    }
    (hasher.finish() % lanes as u64) as usize
}

impl<S, F, R, E> Future for DispatchFuture<S, F>
where
    S: Service<Event, Future = F, Response = R, Error = E> + Clone,
    F: Future<Output = Result<R, E>>,
    R: Into<Outcome>,
    E: Into<BoxError>,
{
    type Output = Result<(), DispatchError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let (pending, failed) = match this.lanes.project() {
            LanesProj::One(mut lane) => {
                (lane.as_mut().poll(cx).is_pending(), *lane.project().failed)
            }
            LanesProj::Several(lanes) => {
                // A lane that has ended stays ended, and costs a look.
                lanes.iter_mut().fold((false, 0), |(pending, failed), lane| {
                    let pending = lane.as_mut().poll(cx).is_pending() | pending;
                    (pending, failed + *lane.as_mut().project().failed)
                })
            }
        };
        match (pending, failed) {
            (true, _) => Poll::Pending,
            (false, 0) => Poll::Ready(Ok(())),
            (false, failed) => Poll::Ready(Err(DispatchError { failed, total: *this.total })),
        }
    }
}

/// Events that go one after the other.
#[pin_project]
struct Lane<S, F> {
    service: S,
    /// Cloned after a failure of readiness or a panic, when the service in use is not to be
    /// trusted; a lane of one event has nothing to call it with.
    spare: Option<S>,
    queue: Queue,
    #[pin]
    state: State<F>,
    failed: usize,
}

enum Queue {
    All(IntoEvents),
    Some(std::vec::IntoIter<Event>),
}

#[pin_project(project = StateProj)]
enum State<F> {
    Idle,
    /// An event waits for the service to be ready.
    Waiting(Option<Event>),
    Running(Kind, #[pin] F),
}

impl<S: Clone, F> Lane<S, F> {
    fn new(service: &S, queue: Queue) -> Self {
        let events = match &queue {
            Queue::All(events) => events.len(),
            Queue::Some(events) => events.len(),
        };
        let spare = (events > 1).then(|| service.clone());
        Lane { service: service.clone(), spare, queue, state: State::Idle, failed: 0 }
    }
}

impl<S, F, R, E> Lane<S, F>
where
    S: Service<Event, Future = F, Response = R, Error = E> + Clone,
    F: Future<Output = Result<R, E>>,
    R: Into<Outcome>,
    E: Into<BoxError>,
{
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        loop {
            match this.state.as_mut().project() {
                StateProj::Idle => {
                    let next = match this.queue {
                        Queue::All(events) => events.next(),
                        Queue::Some(events) => events.next(),
                    };
                    let Some(event) = next else { return Poll::Ready(()) };
                    this.state.set(State::Waiting(Some(event)));
                }
                StateProj::Waiting(event) => {
                    let kind = event.as_ref().map_or(Kind::Malformed, Event::kind);
                    let service = &mut *this.service;
                    // Readiness and call are one step to a panic: either way the event failed.
                    let called = caught(kind, || match service.poll_ready(cx) {
                        Poll::Pending => Poll::Pending,
                        Poll::Ready(Err(_)) => Poll::Ready(None),
                        Poll::Ready(Ok(())) => Poll::Ready(event.take().map(|e| service.call(e))),
                    });
                    match called {
                        Some(Poll::Pending) => return Poll::Pending,
                        Some(Poll::Ready(Some(future))) => {
                            this.state.set(State::Running(kind, future));
                        }
                        Some(Poll::Ready(None)) | None => {
                            *this.failed += 1;
                            renew(this.service, this.spare);
                            this.state.set(State::Idle);
                        }
                    }
                }
                StateProj::Running(kind, future) => {
                    let kind = *kind;
                    let result = match caught(kind, || future.poll(cx)) {
                        Some(Poll::Pending) => return Poll::Pending,
                        Some(Poll::Ready(result)) => Some(result.map(Into::into)),
                        None => None,
                    };
                    match result {
                        Some(Ok(Outcome::Done)) => {}
                        Some(Ok(Outcome::Dead(reason))) => telemetry::dead(kind, &reason),
                        Some(Ok(Outcome::Retry(_)) | Err(_)) => {
                            telemetry::failed(kind);
                            *this.failed += 1;
                        }
                        None => {
                            *this.failed += 1;
                            renew(this.service, this.spare);
                        }
                    }
                    this.state.set(State::Idle);
                }
            }
        }
    }
}

/// Puts a clone of the spare service into the place of one that is not to be trusted any more.
fn renew<S: Clone>(service: &mut S, spare: &Option<S>) {
    if let Some(spare) = spare {
        *service = spare.clone();
    }
}

/// Runs a step of a handler; `None` if it panicked. What a panic leaves behind is dropped or
/// replaced, never used again.
fn caught<T>(kind: Kind, step: impl FnOnce() -> T) -> Option<T> {
    let result = catch_unwind(AssertUnwindSafe(step)).ok();
    if result.is_none() {
        telemetry::panicked(kind);
    }
    result
}

impl<S, F> fmt::Debug for DispatchFuture<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DispatchFuture").field("total", &self.total).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conversations_spread_over_the_lanes_and_stay_in_theirs() {
        let text = |from| format!(r#"{{"from":"{from}","id":"A","type":"text"}}"#);
        let texts: Vec<_> = (0..200).map(|n| text(15_550_000 + n % 100)).collect();
        let body = format!(r#"{{"messages":[{}]}}"#, texts.join(","));
        let events: Vec<Event> = Notification::parse(body).unwrap().into_iter().collect();
        let lanes: Vec<usize> = events.iter().map(|event| lane_of(event, 4)).collect();
        assert_eq!(lanes[..100], lanes[100..]);
        for lane in 0..4 {
            assert!(lanes.iter().filter(|other| **other == lane).count() > 20, "{lanes:?}");
        }
    }
}
