//! [`Lookups`]: the paths whose endpoints are looked up.

use super::Lookup;
use crate::{
    Endpoint,
    path::{Params, PathPattern},
};
use std::{fmt, future::poll_fn, pin::Pin, sync::Arc};
use tower_service::Service;
use whatsapp_router::BoxError;

/// The paths whose endpoints are looked up: the type parameter of a layer that has any, made by
/// [`WebhookBuilder::lookup`](crate::WebhookBuilder::lookup). A layer without has `()` in its place.
#[derive(Clone)]
pub struct Lookups {
    routes: Arc<Vec<Route>>,
}

/// A path, and who knows the endpoints there.
#[derive(Clone)]
pub(crate) struct Route {
    /// `None` for what no request's path can match.
    pub(crate) path: Option<Arc<PathPattern>>,
    service: Arc<dyn Fn(Lookup) -> Found + Send + Sync>,
}

/// A look-up under way. Boxed: it waits for somebody in any case.
pub(crate) type Found =
    Pin<Box<dyn Future<Output = Result<Option<Arc<Endpoint>>, BoxError>> + Send>>;

impl Lookups {
    pub(crate) fn add<L, E>(&mut self, path: &str, service: L)
    where
        L: Service<Lookup, Response = Option<E>> + Clone + Send + Sync + 'static,
        L::Future: Send,
        L::Error: Into<BoxError>,
        E: Into<Arc<Endpoint>>,
    {
        let path = PathPattern::new(path).map(Arc::new);
        let service = move |lookup| {
            let mut service = service.clone();
            let found: Found = Box::pin(async move {
                poll_fn(|cx| service.poll_ready(cx)).await.map_err(Into::into)?;
                let found = service.call(lookup).await.map_err(Into::into)?;
                Ok(found.map(Into::into))
            });
            found
        };
        let routes = Arc::make_mut(&mut self.routes);
        routes.push(Route { path, service: Arc::new(service) });
        // Exact paths first, as among endpoints: they win over patterns.
        routes.sort_by_key(|route| !route.path.as_ref().is_some_and(|path| path.is_exact()));
    }

    pub(crate) fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// The route that a path belongs to.
    pub(crate) fn find<'p>(
        &self,
        path: &'p str,
    ) -> Option<(&Route, &Arc<PathPattern>, Params<'p>)> {
        self.routes.iter().find_map(|route| {
            let pattern = route.path.as_ref()?;
            Some((route, pattern, pattern.params(path)?))
        })
    }
}

impl Route {
    pub(crate) fn look_up(&self, lookup: Lookup) -> Found {
        (self.service)(lookup)
    }
}

/// Shows how many there are.
impl fmt::Debug for Lookups {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lookups").field("paths", &self.routes.len()).finish()
    }
}

pub(crate) mod sealed {
    use super::{Arc, Lookups};

    /// [`Lookups`], or `()` for none. It stands in public bounds; nobody else implements it.
    pub trait Routes: Clone {
        #[doc(hidden)]
        fn into_lookups(self) -> Lookups;
    }

    impl Routes for () {
        fn into_lookups(self) -> Lookups {
            Lookups { routes: Arc::default() }
        }
    }

    impl Routes for Lookups {
        fn into_lookups(self) -> Lookups {
            self
        }
    }
}
