//! [`EventRouterBuilder`]: gathers routes, and refuses two for the same kinds.

use super::{EventRouter, Routes, route::Route};
use crate::{BoxError, ConfigError, Handler, Outcome, handler_fn};
use std::{fmt, future::Future, sync::Arc};
use tower_service::Service;
use whatsapp_notification::{Any, Event, Kind, Kinds, Payload};

/// Gathers the routes of an [`EventRouter`].
#[must_use = "a builder does nothing until `build`"]
pub struct EventRouterBuilder {
    routes: Vec<(Kinds, Route)>,
}

impl EventRouterBuilder {
    pub(super) fn new() -> Self {
        EventRouterBuilder { routes: Vec::new() }
    }

    /// Sends events to an async function or closure; which ones, its argument says.
    pub fn on<H, P>(self, handler: H) -> Self
    where
        H: Handler<P>,
        P: Payload,
    {
        self.on_service(handler_fn(handler))
    }

    /// Sends events to an async function that also takes a clone of `state`: a pool, a client, an
    /// `Arc` of anything.
    ///
    /// ```
    /// use std::{convert::Infallible, sync::{Arc, atomic::{AtomicUsize, Ordering}}};
    /// use whatsapp_notification::{Event, Text};
    /// use whatsapp_router::EventRouter;
    ///
    /// async fn on_text(_: Event<Text>, count: Arc<AtomicUsize>) -> Result<(), Infallible> {
    ///     count.fetch_add(1, Ordering::Relaxed);
    ///     Ok(())
    /// }
    ///
    /// let count = Arc::new(AtomicUsize::new(0));
    /// let router = EventRouter::builder().on_with(count.clone(), on_text).build()?;
    /// # Ok::<(), whatsapp_router::ConfigError>(())
    /// ```
    pub fn on_with<F, P, S, Fut, R, E>(self, state: S, handler: F) -> Self
    where
        F: Fn(Event<P>, S) -> Fut + Clone + Send + Sync + 'static,
        P: Payload,
        S: Clone + Send + Sync + 'static,
        Fut: Future<Output = Result<R, E>> + Send + 'static,
        R: Into<Outcome> + 'static,
        E: Into<BoxError> + 'static,
    {
        self.on(move |event: Event<P>| handler(event, state.clone()))
    }

    /// Sends events to a tower service; which ones, its request says. It is cloned for each event
    /// and driven to readiness, so layers with limits work.
    pub fn on_service<S, P>(mut self, service: S) -> Self
    where
        S: Service<Event<P>> + Clone + Send + Sync + 'static,
        S::Response: Into<Outcome>,
        S::Error: Into<BoxError>,
        S::Future: Send,
        P: Payload,
    {
        self.routes.push((P::KINDS, Route::new(service)));
        self
    }

    /// Sends every event that no other route takes to a handler. The same as `on` with `Event<Any>`.
    pub fn fallback<H>(self, handler: H) -> Self
    where
        H: Handler<Any>,
    {
        self.on(handler)
    }

    /// The router.
    ///
    /// # Errors
    /// [`ConfigError`] if two routes take the same kinds.
    pub fn build(self) -> Result<EventRouter, ConfigError> {
        let mut routes = self.routes;
        // Narrower routes last, so that they overwrite.
        routes.sort_by_key(|(kinds, _)| std::cmp::Reverse(kinds.len()));
        let equal = routes
            .iter()
            .enumerate()
            .filter(|(at, (kinds, _))| routes.iter().skip(at + 1).any(|(other, _)| other == kinds));
        let conflicts: Vec<Kinds> = equal.map(|(_, (kinds, _))| *kinds).collect();
        if !conflicts.is_empty() {
            return Err(ConfigError { conflicts });
        }
        let mut by_kind = [None; Kind::ALL.len()];
        for (index, (kinds, _)) in routes.iter().enumerate() {
            for kind in kinds.iter() {
                if let Some(route) = by_kind.get_mut(kind.index()) {
                    *route = Some(index);
                }
            }
        }
        let all = routes.into_iter().map(|(_, route)| route).collect();
        Ok(EventRouter { routes: Arc::new(Routes { all, by_kind }) })
    }
}

impl fmt::Debug for EventRouterBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds = self.routes.iter().map(|(kinds, _)| kinds);
        f.debug_tuple("EventRouterBuilder").field(&kinds.collect::<Vec<_>>()).finish()
    }
}
