//! Who has the events in hand: waits for them, takes them, gives them back.

use super::{
    Options,
    attempt::PAUSE,
    hand::{Asked, Hand},
    running::{Drained, Orders},
};
use crate::{Store, clock::Clock, signal::Signal, store::Fence, store::Owner, telemetry};
use std::{
    hash::{BuildHasher, Hasher, RandomState},
    time::Duration,
};
use tokio::{
    sync::{oneshot, watch},
    time::{Instant, sleep, sleep_until, timeout},
};
use tower_service::Service;
use whatsapp_notification::Event;
use whatsapp_router::{BoxError, Outcome};

/// What workers are made of.
pub(super) struct Parts<S, H> {
    pub(super) store: S,
    pub(super) service: H,
    pub(super) options: Options,
    pub(super) clock: Clock,
    pub(super) signal: Signal,
    pub(super) owner: Owner,
}

/// Works until it is told to stop.
pub(super) async fn run<S, H>(mut parts: Parts<S, H>, mut orders: Orders)
where
    S: Store,
    H: Service<Event> + Clone + Send + 'static,
    H::Future: Send,
    H::Response: Into<Outcome>,
    H::Error: Into<BoxError>,
{
    let mut drained = Drained::default();
    while let Some((fence, asked)) = take(&mut parts, &mut orders).await {
        telemetry::owned(true, "these workers have the events in hand");
        let mut hand = Hand::new(&parts, fence, asked);
        hand.hold(&mut parts, &mut orders).await;
        let left = hand.drained();
        let all_dropped = hand.let_go().await;
        telemetry::owned(false, "these workers have no events in hand any more");
        // A handler that does not even let itself be dropped may still be at it: then the next owner
        // waits for the end of the lease.
        if all_dropped && let Ok(Err(error)) = timeout(PAUSE * 10, parts.store.disown(fence)).await
        {
            telemetry::store_failed("disown", &error);
        }
        if orders.deadline.borrow().is_some() {
            drained = left;
            break;
        }
        // What has failed at once would do so again.
        if !wait(&mut orders, PAUSE).await {
            break;
        }
    }
    orders.drained.send_replace(Some(drained));
}

/// Waits until the events are ours; `None` if we are told to stop before.
async fn take<S: Store, H>(parts: &mut Parts<S, H>, orders: &mut Orders) -> Option<(Fence, Asked)> {
    // A new one each time: a step that is still under way then has an old fence.
    parts.owner = Owner(RandomState::new().build_hasher().finish());
    loop {
        if orders.deadline.borrow_and_update().is_some() {
            return None;
        }
        let (asked, lease) = ((Instant::now(), parts.clock.now()), parts.options.lease);
        let (answer, mut answered) = oneshot::channel();
        let (store, owner) = (parts.store.clone(), parts.owner);
        tokio::spawn(async move {
            let owned = timeout(lease, store.own(owner, asked.1, lease)).await;
            // Nobody waits for it any more: others need not wait for the end of the lease.
            if let Err(Ok(Ok(Some(fence)))) = answer.send(owned)
                && let Ok(Err(error)) = timeout(lease, store.disown(fence)).await
            {
                telemetry::store_failed("disown", &error);
            }
        });
        let owned = tokio::select! {
            biased;
            owned = &mut answered => owned.ok(),
            () = over(orders.deadline.clone()) => {
                // From here on the task gives back what it gets; what it has sent already is ours.
                answered.close();
                answered.try_recv().ok()
            }
        };
        match owned {
            Some(Ok(Ok(Some(fence)))) => return Some((fence, asked)),
            Some(Ok(Err(error))) => telemetry::store_failed("own", &error),
            // Another has them, or the store does not answer, or has panicked.
            Some(Ok(Ok(None)) | Err(_)) | None => {}
        }
        if !wait(orders, parts.options.poll).await {
            return None;
        }
    }
}

/// So long, or until there is an order. False if nobody can give one any more.
async fn wait(orders: &mut Orders, time: Duration) -> bool {
    tokio::select! {
        () = sleep(time) => true,
        changed = orders.deadline.changed() => changed.is_ok(),
    }
}

/// Until the deadline that was given has come, or nobody can give one any more.
async fn over(mut deadline: watch::Receiver<Option<Instant>>) {
    loop {
        let known = *deadline.borrow_and_update();
        tokio::select! {
            () = sleep_until(known.unwrap_or_else(Instant::now)), if known.is_some() => return,
            changed = deadline.changed() => if changed.is_err() { return },
        }
    }
}
