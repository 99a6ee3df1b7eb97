//! One event, handed to its handler once, and what became of it recorded.

use super::{
    bodies::Bodies,
    policy::{Attempt, Policy},
};
use crate::{
    Store, StoreErrorKind,
    clock::Clock,
    store::{End, Fence, Millis, Pending, Seq},
    telemetry,
};
use std::{
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::Arc,
    task::Poll,
    time::Duration,
};
use tokio::sync::OwnedSemaphorePermit;
use tower_service::Service;
use whatsapp_notification::Event;
use whatsapp_router::{BoxError, Outcome};

/// After which time a store that failed is asked again.
pub(super) const PAUSE: Duration = Duration::from_millis(500);

/// How often a body is asked for in one attempt if the store cannot read it: half a minute, which is the
/// default lease. A store that fails altogether has lost the events by then, and costs none an attempt.
const TRIES: u32 = 60;

/// All that an attempt needs.
pub(super) struct Job<S, H> {
    pub(super) store: S,
    /// `None` if it panicked when it was cloned.
    pub(super) service: Option<H>,
    pub(super) bodies: Arc<Bodies>,
    pub(super) policy: Policy,
    pub(super) clock: Clock,
    pub(super) fence: Fence,
    pub(super) pending: Pending,
    /// When these workers took the events.
    pub(super) taken: Millis,
    /// Given back when the handler has come to its end.
    pub(super) place: OwnedSemaphorePermit,
}

/// What the store has recorded.
pub(super) enum Ended {
    /// It is pending no more.
    Gone(Pending),
    /// It is to be tried again.
    Again(Pending),
    /// Nothing: the fence is an old one, or somebody else has ended it.
    Refused(Pending),
}

impl<S, H> Job<S, H>
where
    S: Store,
    H: Service<Event> + Send,
    H::Future: Send,
    H::Response: Into<Outcome>,
    H::Error: Into<BoxError>,
{
    /// Goes on until the store has recorded it: who holds the events drops it when that is in vain.
    pub(super) async fn run(self) -> Ended {
        let Job { store, service, bodies, policy, clock, fence, mut pending, taken, place } = self;
        let found = find(&store, &bodies, &pending).await;
        let event = found.as_ref().ok().cloned();
        let now = clock.now();
        // What was there before may be what has ended the process that had it. So may what comes from the future,
        // by a clock that was ahead.
        if event.is_some() && (pending.received < taken || pending.received > now) {
            let begun = policy.begin(&pending, now);
            if let End::Dead { attempts, reason } = &begun {
                telemetry::dead(event.as_ref(), *attempts, reason);
            }
            match record(&store, fence, pending.seq, &clock, &begun).await {
                false => return Ended::Refused(pending),
                true if matches!(begun, End::Dead { .. }) => return Ended::Gone(pending),
                true => {}
            }
        }
        let end = match found {
            Err(Missing::ForGood(reason)) => {
                End::Dead { attempts: pending.attempts, reason: reason.to_owned() }
            }
            Err(Missing::Unread) => {
                telemetry::attempted(Attempt::Failed.name());
                match policy.end(&pending, Attempt::Failed, clock.now()) {
                    End::Dead { attempts, .. } => {
                        End::Dead { attempts, reason: "its body cannot be read".to_owned() }
                    }
                    end => end,
                }
            }
            Ok(event) => {
                let attempt = match service {
                    Some(service) => store.handle(fence, pending, attempt(service, event)).await,
                    None => Attempt::Panicked,
                };
                telemetry::attempted(attempt.name());
                policy.end(&pending, attempt, clock.now())
            }
        };
        match &end {
            End::Done => {}
            End::Retry { attempts, .. } => telemetry::failed(event.as_ref(), *attempts),
            End::Dead { attempts, reason } => telemetry::dead(event.as_ref(), *attempts, reason),
        }
        drop((event, place));
        let recorded = record(&store, fence, pending.seq, &clock, &end).await;
        match end {
            _ if !recorded => Ended::Refused(pending),
            End::Retry { attempts, due } => {
                (pending.attempts, pending.due) = (attempts, due);
                Ended::Again(pending)
            }
            End::Done | End::Dead { .. } => Ended::Gone(pending),
        }
    }
}

/// False if it is not for us to record.
async fn record<S: Store>(store: &S, fence: Fence, seq: Seq, clock: &Clock, end: &End) -> bool {
    let mut failures = telemetry::Failures::of("finish");
    loop {
        match store.finish(fence, seq, clock.now(), end.clone()).await {
            Ok(recorded) => return recorded,
            Err(error) => failures.tell(&error),
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Why there is no event to hand to a handler.
enum Missing {
    ForGood(&'static str),
    /// The store fails to read its body: where that is, the disk may be bad for ever.
    Unread,
}

async fn find<S: Store>(store: &S, bodies: &Bodies, pending: &Pending) -> Result<Event, Missing> {
    let (mut tries, mut failures) = (0, telemetry::Failures::of("body"));
    loop {
        match bodies.event(store, pending.body, pending.offset).await {
            Ok(found) => return found.map_err(Missing::ForGood),
            Err(error) => {
                failures.tell(&error);
                // What else it may be says nothing of this body.
                tries += u32::from(error.kind() == StoreErrorKind::Other);
            }
        }
        if tries >= TRIES {
            return Err(Missing::Unread);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn attempt<H>(service: H, event: Event) -> Attempt
where
    H: Service<Event>,
    H::Response: Into<Outcome>,
    H::Error: Into<BoxError>,
{
    let mut handling = pin!(handle(service, event));
    // What a panic leaves behind is dropped, never used again.
    poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| handling.as_mut().poll(cx))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(Some(outcome))) => Poll::Ready(Attempt::Returned(outcome)),
        Ok(Poll::Ready(None)) => Poll::Ready(Attempt::Failed),
        Err(_) => Poll::Ready(Attempt::Panicked),
    })
    .await
}

/// `None` is an error; what it says may be content, and is not looked at.
async fn handle<H>(mut service: H, event: Event) -> Option<Outcome>
where
    H: Service<Event>,
    H::Response: Into<Outcome>,
{
    poll_fn(|cx| service.poll_ready(cx)).await.ok()?;
    service.call(event).await.ok().map(Into::into)
}
