//! [`Handler`]: an async function of an event; [`handler_fn`]: the same as a tower service.
//!
//! ```
//! use std::{convert::Infallible, time::Duration};
//! use tower::{ServiceBuilder, util::ServiceExt};
//! use whatsapp_notification::{Event, Order};
//! use whatsapp_router::{EventRouter, handler_fn};
//!
//! async fn on_order(event: Event<Order>) -> Result<(), Infallible> {
//!     println!("{} items", event.get().product_items.iter().count());
//!     Ok(())
//! }
//!
//! // Any tower layer around a handler.
//! let orders = ServiceBuilder::new()
//!     .timeout(Duration::from_secs(2))
//!     .concurrency_limit(8)
//!     .service(handler_fn(on_order));
//! let router = EventRouter::builder().on_service(orders).build()?;
//! # Ok::<(), whatsapp_router::ConfigError>(())
//! ```

use crate::{BoxError, Outcome};
use std::{
    fmt,
    future::Future,
    task::{Context, Poll},
};
use tower_service::Service;
use whatsapp_notification::{Event, Payload};

/// An async function of an event: `async fn(Event<Text>) -> Result<(), E>`.
///
/// Implemented for functions and closures that are `Clone + Send + Sync + 'static`, take one
/// [`Event`] and return a `Send` future of a `Result`, whose `Ok` is `()` or an [`Outcome`] and
/// whose error becomes a [`BoxError`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a handler of events",
    label = "not a handler",
    note = "a handler is `async fn(Event<P>) -> Result<(), E>` with a payload `P` such as `Text` or `Status`;",
    note = "its `Ok` may also be an `Outcome`, its error is anything that becomes a boxed error;",
    note = "a closure says what it takes: `|event: Event<Text>| async move {{ .. }}`;",
    note = "what it captures must be `Clone + Send + Sync + 'static`, and its future `Send`:",
    note = "for state use `on_with(state, handler)`"
)]
pub trait Handler<P>: Clone + Send + Sync + 'static {
    /// What [`call`](Self::call) returns.
    type Future: Future<Output = Result<Self::Response, Self::Error>> + Send;
    /// `()` or an [`Outcome`].
    type Response: Into<Outcome>;
    /// Anything that becomes a [`BoxError`].
    type Error: Into<BoxError>;

    /// Handles an event.
    fn call(&self, event: Event<P>) -> Self::Future;
}

impl<F, P, Fut, R, E> Handler<P> for F
where
    F: Fn(Event<P>) -> Fut + Clone + Send + Sync + 'static,
    P: Payload,
    Fut: Future<Output = Result<R, E>> + Send,
    R: Into<Outcome>,
    E: Into<BoxError>,
{
    type Future = Fut;
    type Response = R;
    type Error = E;

    fn call(&self, event: Event<P>) -> Fut {
        self(event)
    }
}

/// A handler as a tower service, to put layers around.
#[must_use = "a service does nothing until it is called"]
pub fn handler_fn<F>(handler: F) -> HandlerFn<F> {
    HandlerFn { handler }
}

/// A handler as a tower service: [`handler_fn`].
#[derive(Clone, Copy)]
pub struct HandlerFn<F> {
    handler: F,
}

impl<F> fmt::Debug for HandlerFn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HandlerFn({})", std::any::type_name::<F>())
    }
}

impl<F, P> Service<Event<P>> for HandlerFn<F>
where
    F: Handler<P>,
{
    type Response = F::Response;
    type Error = F::Error;
    type Future = F::Future;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, event: Event<P>) -> Self::Future {
        self.handler.call(event)
    }
}
