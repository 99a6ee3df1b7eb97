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

use crate::{ResponseBody, ResponseFuture, future::Accept, head, layer::Shared};
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
pub struct Webhook<S, N> {
    inner: S,
    service: N,
    shared: Arc<Shared>,
}

impl<S, N> Webhook<S, N> {
    pub(crate) fn new(inner: S, service: N, shared: Arc<Shared>) -> Self {
        Webhook { inner, service, shared }
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
            Some((endpoint, at)) => {
                let head = head::decide(endpoint, at, &request);
                let accept = Accept::new(endpoint, head, &self.service, request.into_body());
                ResponseFuture::accept(accept)
            }
        }
    }
}

impl<S: Clone, N: Clone> Clone for Webhook<S, N> {
    fn clone(&self) -> Self {
        Webhook {
            inner: self.inner.clone(),
            service: self.service.clone(),
            shared: self.shared.clone(),
        }
    }
}

impl<S: fmt::Debug, N> fmt::Debug for Webhook<S, N> {
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
pub struct WebhookService<N> {
    webhook: Webhook<NotFound, N>,
}

impl<N> WebhookService<N> {
    pub(crate) fn new(webhook: Webhook<NotFound, N>) -> Self {
        WebhookService { webhook }
    }
}

impl<N, B> Service<Request<B>> for WebhookService<N>
where
    N: Service<Notification> + Clone,
    N::Error: Into<BoxError>,
    B: Body,
    B::Error: Into<BoxError>,
{
    type Response = Response<ResponseBody>;
    type Error = Infallible;
    type Future = ResponseFuture<Ready<Result<Response<Empty<Bytes>>, Infallible>>, B, N>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Service::<Request<B>>::poll_ready(&mut self.webhook, cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        self.webhook.call(request)
    }
}

impl<N> fmt::Debug for WebhookService<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookService")
            .field("endpoints", &self.webhook.shared.endpoints)
            .finish_non_exhaustive()
    }
}

/// What stands inside a [`WebhookService`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct NotFound;

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
