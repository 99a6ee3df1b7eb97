//! [`DedupFuture`]: claim, handle, commit.

use super::{
    Claim, DedupKey, DedupStore, Token,
    service::{Hand, InHand},
};
use crate::{BoxError, Outcome, telemetry};
use std::{
    fmt,
    future::{pending, poll_fn},
    pin::{Pin, pin},
    task::{Context, Poll},
    time::Duration,
};
use tokio::time::{sleep, timeout};
use tower_service::Service;
use whatsapp_notification::Event;

/// When to try again what somebody else has in hand, for who keeps a clock: over HTTP it is WhatsApp
/// that decides.
const BUSY: Duration = Duration::from_secs(1);

/// Response future of [`Dedup`](super::Dedup). Dropped half way, it drops the handling and releases
/// its claim.
#[must_use = "a future does nothing until it is polled"]
pub struct DedupFuture {
    /// Boxed: a store's futures have no names.
    run: Pin<Box<dyn Future<Output = Result<Outcome, BoxError>> + Send>>,
}

impl DedupFuture {
    pub(super) fn new(
        run: impl Future<Output = Result<Outcome, BoxError>> + Send + 'static,
    ) -> Self {
        DedupFuture { run: Box::pin(run) }
    }
}

impl Future for DedupFuture {
    type Output = Result<Outcome, BoxError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.run.as_mut().poll(cx)
    }
}

impl fmt::Debug for DedupFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DedupFuture").finish_non_exhaustive()
    }
}

pub(super) async fn run<S, D>(
    inner: S,
    store: D,
    lease: Duration,
    in_hand: InHand,
    event: Event,
) -> Result<Outcome, BoxError>
where
    S: Service<Event>,
    S::Response: Into<Outcome>,
    S::Error: Into<BoxError>,
    D: DedupStore,
{
    let Some(key) = DedupKey::of(&event, &store.hash_key()) else {
        telemetry::deduplicated("unkeyed");
        return handle(inner, event).await;
    };
    let busy = || {
        telemetry::deduplicated("busy");
        Ok(Outcome::Retry(BUSY))
    };
    // Declared before the claim, and so given back after it.
    let _taken = loop {
        match in_hand.take(key, event.notification()) {
            Hand::Free(taken) => break taken,
            Hand::Busy => return busy(),
            // It may fail yet, and nobody but its end can tell.
            Hand::Same(end) => end.wait().await,
        }
    };
    let claim = match store.claim(key, lease).await {
        Ok(Claim::New(token)) => Claimed { store: &store, key, token, is_held: true },
        Ok(Claim::Busy) => return busy(),
        Ok(Claim::Done) => {
            telemetry::deduplicated("duplicate");
            return Ok(Outcome::Done);
        }
        Err(error) => {
            telemetry::deduplicated("unclaimed");
            return Err(error.into());
        }
    };
    telemetry::deduplicated("new");
    let outcome = while_renewed(&claim, lease, handle(inner, event)).await?;
    // What is dead is not handled again, either.
    if let Outcome::Done | Outcome::Dead(_) = outcome {
        claim.commit().await;
    }
    Ok(outcome)
}

async fn handle<S>(mut inner: S, event: Event) -> Result<Outcome, BoxError>
where
    S: Service<Event>,
    S::Response: Into<Outcome>,
    S::Error: Into<BoxError>,
{
    poll_fn(|cx| inner.poll_ready(cx)).await.map_err(Into::into)?;
    inner.call(event).await.map(Into::into).map_err(Into::into)
}

/// A claim that is released when it is dropped before it is committed.
struct Claimed<'a, D: DedupStore> {
    store: &'a D,
    key: DedupKey,
    token: Token,
    is_held: bool,
}

impl<D: DedupStore> Claimed<'_, D> {
    /// The event was handled, whatever the store says now: a failure is counted, and no reason to
    /// have it sent again.
    async fn commit(mut self) {
        let committed = self.store.commit(self.key, self.token).await;
        self.is_held = false;
        match committed {
            Ok(true) => {}
            Ok(false) => telemetry::deduplicated("stale"),
            Err(_) => telemetry::deduplicated("not_recorded"),
        }
    }

    /// Renews the claim for ever, or until it is lost.
    async fn renew(&self, lease: Duration) {
        let turn = lease / 3;
        let mut wait = turn;
        loop {
            sleep(wait).await;
            let renewing = self.store.renew(self.key, self.token, lease);
            wait = match timeout(turn, renewing).await {
                Ok(Ok(false)) => break,
                Ok(Ok(true)) => turn,
                Ok(Err(_)) => {
                    telemetry::deduplicated("not_renewed");
                    turn
                }
                // One that hangs, as on a dead connection, is not to use up the lease.
                Err(_) => {
                    telemetry::deduplicated("not_renewed");
                    Duration::ZERO
                }
            };
        }
        telemetry::deduplicated("lost");
        pending::<()>().await;
    }
}

impl<D: DedupStore> Drop for Claimed<'_, D> {
    fn drop(&mut self) {
        if self.is_held {
            self.store.release(self.key, self.token);
        }
    }
}

/// Runs `handling`, and renews the claim beside it.
async fn while_renewed<D: DedupStore, F: Future>(
    claim: &Claimed<'_, D>,
    lease: Duration,
    handling: F,
) -> F::Output {
    let (mut handling, mut renewing) = (pin!(handling), pin!(claim.renew(lease)));
    poll_fn(|cx| {
        let handled = handling.as_mut().poll(cx);
        if handled.is_pending() {
            let _never = renewing.as_mut().poll(cx);
        }
        handled
    })
    .await
}
