//! Who has the events in hand: waits for them, takes them, gives them back.

use super::{
    Options,
    attempt::PAUSE,
    hand::{Asked, Hand, Released},
    running::{Drained, Orders},
};
use crate::{Store, clock::Clock, signal::Signal, store::Fence, store::Owner, telemetry};
use std::{
    hash::{BuildHasher, Hasher, RandomState},
    time::Duration,
};
use tokio::time::{Instant, sleep, timeout};
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
        let released = hand.hold(&mut parts, &mut orders).await;
        let all_dropped = hand.let_go().await;
        telemetry::owned(false, "these workers have no events in hand any more");
        // A handler that does not even let itself be dropped may still be at it: then the next owner
        // waits for the end of the lease.
        if all_dropped && let Ok(Err(error)) = timeout(PAUSE * 10, parts.store.disown(fence)).await
        {
            telemetry::store_failed("disown", &error);
        }
        if let Released::Drained(result) = released {
            drained = result;
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
        let owned = parts.store.own(parts.owner, asked.1, lease);
        match timeout(lease, owned).await {
            Ok(Ok(Some(fence))) => return Some((fence, asked)),
            Ok(Err(error)) => telemetry::store_failed("own", &error),
            Ok(Ok(None)) | Err(_) => {}
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
