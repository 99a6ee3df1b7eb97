//! [`Detach`]: finishes what has begun, though nobody waits for it any more.
//!
//! When a client goes away, hyper drops the future of the response, and a handler that runs inside
//! it stops half way. Behind a `Detach` it runs as a task of its own:
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), whatsapp_router::BoxError> {
//! use tower::{Service, ServiceExt};
//! use whatsapp_notification::{Event, Notification, Text};
//! use whatsapp_router::{Detach, Dispatch, EventRouter};
//!
//! async fn slow(_: Event<Text>) -> Result<(), std::io::Error> {
//!     Ok(())
//! }
//!
//! let router = EventRouter::builder().on(slow).build()?;
//! let mut detached = Detach::new(Dispatch::new(router));
//! let notification = Notification::parse(r#"{"messages":[]}"#)?;
//! detached.ready().await?.call(notification).await?;
//! # Ok(())
//! # }
//! ```

use crate::BoxError;
use std::{
    error, fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};
use tokio::task::JoinHandle;
use tower_layer::Layer;
use tower_service::Service;

/// Runs each call of the inner service as a tokio task and waits for it. Dropping the response
/// future leaves the task running. A panic in the task is an error here (not with
/// `panic = "abort"`).
///
/// Call it within a tokio runtime.
#[derive(Clone, Debug)]
pub struct Detach<S> {
    inner: S,
}

impl<S> Detach<S> {
    /// A detached service.
    pub fn new(inner: S) -> Self {
        Detach { inner }
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

/// Puts a [`Detach`] around a service.
#[derive(Clone, Copy, Debug, Default)]
#[must_use = "a layer does nothing until it is applied"]
pub struct DetachLayer(());

impl DetachLayer {
    /// The layer.
    pub fn new() -> Self {
        DetachLayer(())
    }
}

impl<S> Layer<S> for DetachLayer {
    type Service = Detach<S>;

    fn layer(&self, inner: S) -> Detach<S> {
        Detach::new(inner)
    }
}

impl<S, Request> Service<Request> for Detach<S>
where
    S: Service<Request>,
    S::Future: Send + 'static,
    S::Response: Send + 'static,
    S::Error: Into<BoxError> + Send + 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = DetachFuture<S::Response, S::Error>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        DetachFuture { task: tokio::spawn(self.inner.call(request)) }
    }
}

/// A wait for a detached call. Dropping it does not stop the call.
#[must_use = "a future does nothing until it is polled"]
pub struct DetachFuture<T, E> {
    task: JoinHandle<Result<T, E>>,
}

impl<T, E: Into<BoxError>> Future for DetachFuture<T, E> {
    type Output = Result<T, BoxError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(match ready!(Pin::new(&mut self.task).poll(cx)) {
            Ok(result) => result.map_err(Into::into),
            Err(_) => Err(Lost(()).into()),
        })
    }
}

impl<T, E> fmt::Debug for DetachFuture<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DetachFuture").finish_non_exhaustive()
    }
}

/// The task panicked, or its runtime shut down. What it panicked with may hold content: it is not
/// repeated here.
#[derive(Debug)]
struct Lost(());

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the detached call panicked, or its runtime shut down")
    }
}

impl error::Error for Lost {}
