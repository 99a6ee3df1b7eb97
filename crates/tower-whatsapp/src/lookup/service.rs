//! [`Webhook`] where endpoints are looked up.

use super::{
    Lookup, LookupFuture, Lookups,
    future::{Permit, Waiting},
};
use crate::{Rejection, RejectionKind, ResponseBody, ResponseFuture, Webhook, future::Accept};
use http::{Request, Response};
use http_body::Body;
use std::task::{Context, Poll};
use tower_service::Service;
use whatsapp_notification::Notification;
use whatsapp_router::BoxError;

/// With look-ups the inner service has to be `Clone`: a clone waits with the request, which may turn
/// out to be the inner service's, and gets ready only then. The one that is ready is let go, so that
/// who asks for slow tenants holds no place of a limited inner service.
impl<S, N, B, R> Service<Request<B>> for Webhook<S, N, Lookups>
where
    S: Service<Request<B>, Response = Response<R>> + Clone,
    N: Service<Notification> + Clone,
    N::Error: Into<BoxError>,
    B: Body,
    B::Error: Into<BoxError>,
{
    type Response = Response<ResponseBody<R>>;
    type Error = S::Error;
    type Future = LookupFuture<S, B, N>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let path = request.uri().path();
        if let Some((endpoint, in_path)) = self.shared.find(path) {
            let accept = Accept::new(endpoint, in_path, request, &self.service);
            return LookupFuture::decided(ResponseFuture::accept(accept));
        }
        let Some((route, path, params)) = self.lookups.find(path) else {
            return LookupFuture::decided(ResponseFuture::inner(self.inner.call(request)));
        };
        // Held from here on: the users' services are cloned below, which may panic.
        let Some(permit) = Permit::take(&self.shared.bounds) else {
            return LookupFuture::rejected(Rejection::new(RejectionKind::LookupsInFlight));
        };
        let found = route.look_up(Lookup::new(params, &request));
        let path = path.clone();
        let inner = self.inner.clone();
        self.inner = inner.clone();
        let waiting = Waiting { path, request, inner, service: self.service.clone() };
        LookupFuture::looking_up(found, waiting, permit)
    }
}
