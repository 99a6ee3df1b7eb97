//! [`Dedup`]: the middleware, and [`InHand`], which events its clones are handling.

use super::{DedupFuture, DedupKey, DedupStore, future::run};
use crate::{BoxError, Outcome};
use std::{
    collections::{HashMap, hash_map::Entry},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::Duration,
};
use tokio::sync::watch;
use tower_service::Service;
use whatsapp_notification::{Event, Notification};

/// Middleware that hands an event on only if it was not handled before. Made by a
/// [`DedupLayer`](super::DedupLayer).
///
/// The inner service is cloned for each event that is new, and polled ready and called in the
/// response future: `poll_ready` is always ready, so that a busy handler holds up no repeat.
///
/// Call it within a tokio runtime with a timer, by which claims are renewed.
#[derive(Clone)]
pub struct Dedup<S, D> {
    inner: S,
    store: D,
    lease: Duration,
    in_hand: InHand,
}

impl<S, D> Dedup<S, D> {
    pub(super) fn new(inner: S, store: D, lease: Duration, in_hand: InHand) -> Self {
        Dedup { inner, store, lease, in_hand }
    }

    /// The inner service.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// The inner service.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// The inner service.
    pub fn into_inner(self) -> S {
        self.inner
    }
}

impl<S, D> Service<Event> for Dedup<S, D>
where
    S: Service<Event> + Clone + Send + 'static,
    S::Response: Into<Outcome>,
    S::Error: Into<BoxError>,
    S::Future: Send,
    D: DedupStore,
{
    type Response = Outcome;
    type Error = BoxError;
    type Future = DedupFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, event: Event) -> DedupFuture {
        let (inner, store) = (self.inner.clone(), self.store.clone());
        DedupFuture::new(run(inner, store, self.lease, self.in_hand.clone(), event))
    }
}

impl<S: fmt::Debug, D> fmt::Debug for Dedup<S, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dedup")
            .field("inner", &self.inner)
            .field("lease", &self.lease)
            .finish_non_exhaustive()
    }
}

/// The events that a layer's services have in hand, and of which notification: so that a repeat
/// within one notification is known as such.
#[derive(Clone, Default)]
pub(super) struct InHand {
    events: Arc<Mutex<HashMap<DedupKey, (Notification, End)>>>,
}

/// Whether an event can be taken in hand.
pub(super) enum Hand {
    Free(Taken),
    /// The same notification has it in hand, until then.
    Same(End),
    /// Another one has.
    Busy,
}

/// An event in hand, until this is dropped.
pub(super) struct Taken {
    in_hand: InHand,
    key: DedupKey,
    /// Nothing is ever sent: its drop, after the key is free, is the end.
    _end: watch::Sender<()>,
}

/// When somebody else will not have the event in hand any more.
#[derive(Clone)]
pub(super) struct End(watch::Receiver<()>);

impl End {
    pub(super) async fn wait(mut self) {
        let _closed = self.0.changed().await;
    }
}

impl InHand {
    pub(super) fn take(&self, key: DedupKey, notification: &Notification) -> Hand {
        match self.lock().entry(key) {
            Entry::Vacant(free) => {
                let (_end, end) = watch::channel(());
                free.insert((notification.clone(), End(end)));
                Hand::Free(Taken { in_hand: self.clone(), key, _end })
            }
            Entry::Occupied(taken) => match taken.get() {
                (holder, end) if holder.is_same(notification) => Hand::Same(end.clone()),
                _ => Hand::Busy,
            },
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<DedupKey, (Notification, End)>> {
        // Nothing that holds the lock can panic half way.
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        // Outside the lock: it may be the notification's last owner.
        let removed = self.in_hand.lock().remove(&self.key);
        drop(removed);
    }
}

impl fmt::Debug for InHand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InHand").field("events", &self.lock().len()).finish()
    }
}
