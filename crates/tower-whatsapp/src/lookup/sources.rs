//! What endpoints can be looked up from without further code: a map, and watch handles.

use super::Lookup;
use crate::Endpoint;
use std::{
    collections::HashMap,
    convert::Infallible,
    future::{Ready, ready},
    hash::BuildHasher,
    sync::Arc,
    task::{Context, Poll},
};
use tower_service::Service;

/// A service whose answer is there at once: an `impl Service<Lookup>` for the source, always ready,
/// whose `call` is the expression.
macro_rules! look_up_at_once {
    (impl<$($Hasher:ident)?> for $Source:ty, |$source:ident, $lookup:pat_param| $found:expr) => {
        impl<$($Hasher: BuildHasher)?> Service<Lookup> for $Source {
            type Response = Option<Arc<Endpoint>>;
            type Error = Infallible;
            type Future = Ready<Result<Option<Arc<Endpoint>>, Infallible>>;

            fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
                Poll::Ready(Ok(()))
            }

            fn call(&mut self, $lookup: Lookup) -> Self::Future {
                let $source = self;
                ready(Ok($found))
            }
        }
    };
}

// By tenant.
look_up_at_once!(impl<H> for Arc<HashMap<String, Arc<Endpoint>, H>>, |map, lookup| {
    map.get(lookup.tenant()).cloned()
});

// By tenant, in the map that is the newest.
#[cfg(feature = "tokio")]
look_up_at_once!(impl<H> for tokio::sync::watch::Receiver<HashMap<String, Arc<Endpoint>, H>>, |map, lookup| {
    map.borrow().get(lookup.tenant()).cloned()
});

// The one endpoint, as it is now: its secrets rotate without a restart.
#[cfg(feature = "tokio")]
look_up_at_once!(impl<> for tokio::sync::watch::Receiver<Arc<Endpoint>>, |endpoint, _| {
    Some(endpoint.borrow().clone())
});
