//! [`Route`]: the one place where the type of a handler is erased, and the one box an event costs.

use crate::{BoxError, Outcome};
use std::{
    future::{Future, poll_fn},
    marker::PhantomData,
    pin::Pin,
};
use tower_service::Service;
use whatsapp_notification::{Event, Payload};

pub(super) type RouteCall = Pin<Box<dyn Future<Output = Result<Outcome, BoxError>> + Send>>;

/// A service of some payload, behind one of any event.
pub(super) struct Route(Box<dyn Erased>);

impl Route {
    pub(super) fn new<S, P>(service: S) -> Self
    where
        S: Service<Event<P>> + Clone + Send + Sync + 'static,
        S::Response: Into<Outcome>,
        S::Error: Into<BoxError>,
        S::Future: Send,
        P: Payload,
    {
        Route(Box::new(Typed { service, payload: PhantomData }))
    }

    pub(super) fn call(&self, event: Event) -> RouteCall {
        self.0.call(event)
    }
}

trait Erased: Send + Sync {
    fn call(&self, event: Event) -> RouteCall;
}

struct Typed<S, P> {
    service: S,
    payload: PhantomData<fn(P)>,
}

impl<S, P> Erased for Typed<S, P>
where
    S: Service<Event<P>> + Clone + Send + Sync + 'static,
    S::Response: Into<Outcome>,
    S::Error: Into<BoxError>,
    S::Future: Send,
    P: Payload,
{
    fn call(&self, event: Event) -> RouteCall {
        let mut service = self.service.clone();
        Box::pin(async move {
            // The table of routes sends here only what the payload covers.
            let Ok(event) = event.narrow::<P>() else { return Ok(Outcome::Done) };
            poll_fn(|cx| service.poll_ready(cx)).await.map_err(Into::into)?;
            service.call(event).await.map(Into::into).map_err(Into::into)
        })
    }
}
