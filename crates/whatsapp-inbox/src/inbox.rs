//! [`Inbox`]: keeps notifications.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
//! use std::time::Duration;
//! use tower::{Service, ServiceExt};
//! use whatsapp_inbox::{Inbox, store::MemoryStore};
//! use whatsapp_notification::Notification;
//!
//! let store = MemoryStore::new();
//! let mut inbox = Inbox::new(store).cloud_window(Duration::from_secs(9 * 86_400));
//! // Not JSON, and authentic all the same: a dead letter.
//! let odd = Notification::unparseable("<xml/>", Default::default());
//! assert_eq!(inbox.ready().await?.call(odd).await?.new, 1);
//! # Ok(())
//! # }
//! ```

use crate::{
    Store, StoreError, StoreErrorKind, Workers,
    clock::{Clock, later},
    lane,
    signal::Signal,
    store::{Incoming, Kept, Millis, NewEvent, StoredOrigin},
    telemetry,
};
use std::{
    fmt,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};
use tokio::time::Instant;
use tower_service::Service;
use whatsapp_notification::{Form, Kind, Notification};
use whatsapp_router::dedup::DedupKey;

/// Keeps notifications in a store: `Ok` once what is new in them has been made durable.
///
/// What was kept before, and is still remembered, is not kept again; a body that is not JSON goes to
/// the dead letters. Both are `Ok`.
#[derive(Clone)]
pub struct Inbox<S> {
    store: S,
    cloud: Duration,
    on_premises: Duration,
    clock: Clock,
    signal: Signal,
    is_draining: Arc<AtomicBool>,
}

impl<S> Inbox<S> {
    /// An inbox that remembers events for 8 days (Cloud API) and 2 days (On-Premises API) from when they were
    /// received. The Cloud API tries again for 7 days (Meta, WhatsApp Business Platform, webhooks); the On-Premises API
    /// for a day by its guide, and for ever by its settings' reference: see
    /// [`on_premises_window`](Self::on_premises_window).
    pub fn new(store: S) -> Self {
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        Inbox {
            store,
            cloud: 8 * DAY,
            on_premises: 2 * DAY,
            clock: Clock::wall(),
            signal: Signal::default(),
            is_draining: Arc::default(),
        }
    }

    /// How long events of the Cloud API are remembered, from when they were received. Default 8 days.
    #[must_use]
    pub fn cloud_window(mut self, window: Duration) -> Self {
        self.cloud = window;
        self
    }

    /// How long events of the On-Premises API are remembered, from when they were received. Default 2 days.
    ///
    /// Make it longer if your client never gives up, and this service may be away for longer than this.
    #[must_use]
    pub fn on_premises_window(mut self, window: Duration) -> Self {
        self.on_premises = window;
        self
    }

    /// Workers that hand what this inbox and its clones keep to a service of events, and learn of it
    /// at once.
    pub fn workers<H>(&self, service: H) -> Workers<S, H>
    where
        S: Clone,
    {
        Workers::signalled(self.store.clone(), service, self.signal.clone())
    }

    /// From now on what comes to this inbox and its clones is [`Draining`](StoreErrorKind::Draining):
    /// over HTTP a 503, and it comes again. Calls under way end as they would.
    ///
    /// For a service whose server cannot stop accepting. Where it can, that is better: nobody is told
    /// to come again. Other inboxes of the store, in other processes, go on.
    pub fn stop_accepting(&self) {
        self.is_draining.store(true, Ordering::Relaxed);
    }

    #[cfg(test)]
    pub(crate) fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    #[cfg(test)]
    pub(crate) fn get_clock(&self) -> Clock {
        self.clock.clone()
    }

    /// The store.
    pub fn get_ref(&self) -> &S {
        &self.store
    }

    /// The store.
    pub fn into_inner(self) -> S {
        self.store
    }
}

impl<S: Store> Inbox<S> {
    pub(crate) fn incoming(&self, notification: &Notification, received: Millis) -> Incoming {
        let hash_key = self.store.hash_key();
        let window = match notification.form() {
            Form::OnPremises => self.on_premises,
            _ => self.cloud,
        };
        let until = later(received, window);
        let origin = notification.origin();
        let mut stored = StoredOrigin::new(notification.form(), origin.label());
        stored.proof =
            origin.proof().map(|proof| (proof.scheme().to_owned(), proof.secret().to_owned()));
        let mut incoming = Incoming::new(notification.body().clone(), stored, received, until);
        for event in notification.events() {
            let key = DedupKey::of(&event, &hash_key);
            // Bodies of more than 4 GiB are not parsed.
            let offset = u32::try_from(event.offset()).unwrap_or(u32::MAX);
            let mut new = NewEvent::new(key, lane::of(&event, &hash_key), offset);
            if event.kind() == Kind::Unparseable {
                new.dead = Some("the body is not JSON");
            }
            incoming.events.push(new);
        }
        incoming
    }
}

impl<S: Store> Service<Notification> for Inbox<S> {
    type Response = Kept;
    type Error = StoreError;
    type Future = InboxFuture;

    /// Always ready: a store that has too much to do says so when it is asked.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), StoreError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, notification: Notification) -> InboxFuture {
        if self.is_draining.load(Ordering::Relaxed) {
            let refused = async {
                let error = StoreError::new(StoreErrorKind::Draining);
                telemetry::refused(&error);
                Err(error)
            };
            return InboxFuture { keeping: Box::pin(refused) };
        }
        let incoming = self.incoming(&notification, self.clock.now());
        let (store, signal) = (self.store.clone(), self.signal.clone());
        let keeping = async move {
            let began = Instant::now();
            let kept = store.keep(incoming).await;
            telemetry::took(began);
            match &kept {
                Ok(kept) => {
                    telemetry::kept(kept);
                    if kept.new > 0 {
                        signal.give();
                    }
                }
                Err(error) => telemetry::refused(error),
            }
            kept
        };
        InboxFuture { keeping: Box::pin(keeping) }
    }
}

impl<S> fmt::Debug for Inbox<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbox")
            .field("cloud_window", &self.cloud)
            .field("on_premises_window", &self.on_premises)
            .finish_non_exhaustive()
    }
}

/// Response future of [`Inbox`]. Dropped half way, the notification may have been kept: it comes again,
/// and is a duplicate then.
#[must_use = "a future does nothing until it is polled"]
pub struct InboxFuture {
    /// Boxed: a store's futures have no names.
    keeping: Pin<Box<dyn Future<Output = Result<Kept, StoreError>> + Send>>,
}

impl Future for InboxFuture {
    type Output = Result<Kept, StoreError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.keeping.as_mut().poll(cx)
    }
}

impl fmt::Debug for InboxFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InboxFuture").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MemoryStore;
    use whatsapp_notification::{Origin, Parser};

    #[tokio::test]
    async fn what_is_not_known_to_be_a_repeat_is_kept() {
        let errors = r#"{"errors":[{"code":1014,"title":"x"}]}"#;
        let message = r#"{"messages":[{"from":"1","id":"A","type":"text"}]}"#;
        let history = r#"{"entry":[{"id":"1","time":1,"changes":[{"field":"history","value":{"messages":[
            {"from":"1","id":"A","timestamp":"1","type":"media_placeholder"}]}}]}]}"#;
        let medium = history.replace("media_placeholder", "image");
        for (one, other, new) in [
            (("shop-1", errors), ("shop-1", errors), 1),
            (("shop-1", history), ("shop-1", &*medium), 1),
            (("shop-1", message), ("shop-2", message), 1),
            (("shop-1", message), ("shop-1", message), 0),
            (("shop-1", history), ("shop-1", history), 0),
        ] {
            let mut inbox = Inbox::new(MemoryStore::new());
            let mut kept = Vec::new();
            for (label, body) in [one, other] {
                let notification =
                    Parser::new().parse(body.to_owned(), Origin::new(label)).unwrap();
                kept.push(inbox.call(notification).await.unwrap().new);
            }
            assert_eq!(kept, [1, new], "{one:?} {other:?}");
        }
    }

    #[test]
    fn what_comes_is_remembered_as_long_as_its_sender_may_try_again() {
        let cloud = r#"{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[]}]}"#;
        let onprem = r#"{"messages":[{"from":"1","id":"A","type":"text"}]}"#;
        let days = |inbox: &Inbox<MemoryStore>, body: &str| {
            let received = Millis(1_750_000_000_000);
            let notification = Notification::parse(body.to_owned()).unwrap();
            let until = inbox.incoming(&notification, received).remember_until;
            (until.0 - received.0) as f64 / 86_400_000.0
        };
        let inbox = Inbox::new(MemoryStore::new());
        assert_eq!((days(&inbox, cloud), days(&inbox, onprem)), (8.0, 2.0));
        let hours = |hours: u64| Duration::from_secs(hours * 3600);
        let inbox = inbox.cloud_window(hours(36)).on_premises_window(hours(6 * 24));
        assert_eq!((days(&inbox, cloud), days(&inbox, onprem)), (1.5, 6.0));
    }
}
