//! [`Webhook`], the middleware, and [`WebhookService`], the same with nothing inside.
//!
//! ```
//! # use std::convert::Infallible;
//! use bytes::Bytes;
//! use http::Request;
//! use http_body_util::Full;
//! use tower::{ServiceExt, service_fn};
//! use tower_whatsapp::{AppSecret, Cloud, Notification, WebhookLayer};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let service = WebhookLayer::builder()
//!     .endpoint("/whatsapp", Cloud::new(AppSecret::new("an app secret")?).verify_token("token")?)
//!     .deliver_to(service_fn(async |_: Notification| Ok::<_, Infallible>(())))
//!     .build_service()?;
//!
//! let query = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=token";
//! let challenge = Request::get(format!("/whatsapp?{query}")).body(Full::<Bytes>::default())?;
//! assert_eq!(service.clone().oneshot(challenge).await?.status(), 200);
//!
//! let elsewhere = Request::get("/elsewhere").body(Full::<Bytes>::default())?;
//! assert_eq!(service.oneshot(elsewhere).await?.status(), 404);
//! # Ok(())
//! # }
//! ```

use crate::{ResponseBody, ResponseFuture, future::Accept, layer::Shared};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body::Body;
use http_body_util::Empty;
use std::{
    convert::Infallible,
    fmt,
    future::{Ready, ready},
    sync::Arc,
    task::{Context, Poll},
};
use tower_service::Service;
use whatsapp_notification::Notification;
use whatsapp_router::BoxError;

/// Middleware that answers requests to its endpoints, and passes all others on untouched.
///
/// Made by a [`WebhookLayer`](crate::WebhookLayer). The notification service `N` is cloned for
/// each request that is worth reading, and polled ready and called in the response future.
///
/// # Readiness
///
/// `poll_ready` is that of the inner service `S`: a service has to be ready before it is known
/// whom a request is for. If `S` can be busy, behind a `ConcurrencyLimit` say, then WhatsApp waits
/// with everybody else. Limit per route instead, or use a [`WebhookService`].
///
/// # Look-ups
///
/// `L` is `()`, or [`Lookups`](crate::Lookups) where endpoints are looked up; `S` has to be `Clone`
/// then.
pub struct Webhook<S, N, L = ()> {
    pub(crate) inner: S,
    pub(crate) service: N,
    pub(crate) shared: Arc<Shared>,
    pub(crate) lookups: L,
}

impl<S, N, L> Webhook<S, N, L> {
    pub(crate) fn new(inner: S, service: N, shared: Arc<Shared>, lookups: L) -> Self {
        Webhook { inner, service, shared, lookups }
    }

    /// The inner service.
    #[must_use]
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// The inner service, mutably.
    #[must_use]
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// Gives the inner service back.
    #[must_use]
    pub fn into_inner(self) -> S {
        self.inner
    }
}

impl<S, N, B, R> Service<Request<B>> for Webhook<S, N>
where
    S: Service<Request<B>, Response = Response<R>>,
    N: Service<Notification> + Clone,
    N::Error: Into<BoxError>,
    B: Body,
    B::Error: Into<BoxError>,
{
    type Response = Response<ResponseBody<R>>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future, B, N>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        match self.shared.find(request.uri().path()) {
            None => ResponseFuture::inner(self.inner.call(request)),
            Some((endpoint, in_path)) => {
                ResponseFuture::accept(Accept::new(endpoint, in_path, request, &self.service))
            }
        }
    }
}

impl<S: Clone, N: Clone, L: Clone> Clone for Webhook<S, N, L> {
    fn clone(&self) -> Self {
        Webhook {
            inner: self.inner.clone(),
            service: self.service.clone(),
            shared: self.shared.clone(),
            lookups: self.lookups.clone(),
        }
    }
}

impl<S: fmt::Debug, N, L> fmt::Debug for Webhook<S, N, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook")
            .field("inner", &self.inner)
            .field("endpoints", &self.shared.endpoints)
            .finish_non_exhaustive()
    }
}

/// The webhook as a service of its own: always ready, and 404 for what is no endpoint's path.
///
/// Made by [`build_service`](crate::WebhookBuilder::build_service); for axum's `route_service`,
/// and for plain hyper by way of hyper-util's `TowerToHyperService`.
#[derive(Clone)]
pub struct WebhookService<N, L = ()> {
    webhook: Webhook<NotFound, N, L>,
}

impl<N, L> WebhookService<N, L> {
    pub(crate) fn new(webhook: Webhook<NotFound, N, L>) -> Self {
        WebhookService { webhook }
    }
}

impl<N, L, B> Service<Request<B>> for WebhookService<N, L>
where
    Webhook<NotFound, N, L>:
        Service<Request<B>, Response = Response<ResponseBody>, Error = Infallible>,
{
    type Response = Response<ResponseBody>;
    type Error = Infallible;
    type Future = <Webhook<NotFound, N, L> as Service<Request<B>>>::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.webhook.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        self.webhook.call(request)
    }
}

impl<N, L> fmt::Debug for WebhookService<N, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookService")
            .field("endpoints", &self.webhook.shared.endpoints)
            .finish_non_exhaustive()
    }
}

/// What stands inside a [`WebhookService`].
#[derive(Clone, Copy, Debug)]
pub struct NotFound;

impl<B> Service<Request<B>> for NotFound {
    type Response = Response<Empty<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Empty<Bytes>>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<B>) -> Self::Future {
        let mut response = Response::new(Empty::new());
        *response.status_mut() = StatusCode::NOT_FOUND;
        ready(Ok(response))
    }
}
