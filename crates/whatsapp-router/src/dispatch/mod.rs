//! [`Dispatch`]: every event of a notification, through a service of events.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
//! use tower::{Service, ServiceExt};
//! use whatsapp_notification::{Event, Notification, Text};
//! use whatsapp_router::{Dispatch, EventRouter};
//!
//! async fn on_text(event: Event<Text>) -> Result<(), std::io::Error> {
//!     println!("{}", event.get().body.unwrap_or_default());
//!     Ok(())
//! }
//!
//! let router = EventRouter::builder().on(on_text).build()?;
//! let mut dispatch = Dispatch::new(router);
//! // From stored bytes; over HTTP, `tower-whatsapp` calls it.
//! let notification = Notification::parse(
//!     r#"{"messages":[{"from":"15550001","id":"A","type":"text","text":{"body":"Hi"}}]}"#,
//! )?;
//! dispatch.ready().await?.call(notification).await?;
//! # Ok(())
//! # }
//! ```

mod future;

pub use future::DispatchFuture;

use crate::{BoxError, DispatchError, Outcome};
use std::task::{Context, Poll};
use tower_service::Service;
use whatsapp_notification::{Event, Notification};

/// Sends every event of a notification through a service, and is `Ok` if all were handled.
///
/// All events are awaited: one failure never stops the others. A failure is an error, an
/// [`Outcome::Retry`], or a panic, which is caught here (not with `panic = "abort"`).
/// [`Outcome::Dead`] counts as handled, since sending the event again would not help.
///
/// One event at a time by default, in the body's order. With more,
/// [events of one conversation](Event::conversation) still go one after the other.
#[derive(Clone, Debug)]
pub struct Dispatch<S> {
    service: S,
    concurrency: usize,
}

impl<S> Dispatch<S> {
    /// One event at a time.
    pub fn new(service: S) -> Self {
        Dispatch { service, concurrency: 1 }
    }

    /// Up to this many events of a notification at a time (at least one), never two of one
    /// conversation.
    #[must_use]
    pub fn concurrency(mut self, events: usize) -> Self {
        self.concurrency = events.max(1);
        self
    }

    /// The service of events.
    pub fn get_ref(&self) -> &S {
        &self.service
    }

    /// The service of events.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.service
    }

    /// The service of events.
    pub fn into_inner(self) -> S {
        self.service
    }
}

impl<S> Service<Notification> for Dispatch<S>
where
    S: Service<Event> + Clone,
    S::Response: Into<Outcome>,
    S::Error: Into<BoxError>,
{
    type Response = ();
    type Error = DispatchError;
    type Future = DispatchFuture<S, S::Future>;

    /// Always ready: each event waits for the service's readiness on its own.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), DispatchError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, notification: Notification) -> Self::Future {
        DispatchFuture::new(&self.service, notification, self.concurrency)
    }
}
