//! [`EventRouter`]: each event to the handler that is typed for it.
//!
//! ```
//! use std::convert::Infallible;
//! use whatsapp_notification::{AnyMessage, Event, Status, Text};
//! use whatsapp_router::EventRouter;
//!
//! let router = EventRouter::builder()
//!     .on(|event: Event<Text>| async move {
//!         println!("a text of {} bytes", event.get().body.unwrap_or_default().raw().len());
//!         Ok::<_, Infallible>(())
//!     })
//!     .on(|event: Event<AnyMessage>| async move {
//!         println!("another message: {}", event.kind());
//!         Ok::<_, Infallible>(())
//!     })
//!     .on(|event: Event<Status>| async move {
//!         println!("{}", event.get().status);
//!         Ok::<_, Infallible>(())
//!     })
//!     .build()?;
//! # Ok::<(), whatsapp_router::ConfigError>(())
//! ```

mod builder;
mod future;
mod route;

pub use builder::EventRouterBuilder;
pub use future::RouteFuture;

use crate::{BoxError, Outcome, Unrouted, telemetry};
use route::Route;
use std::{
    fmt,
    sync::Arc,
    task::{Context, Poll},
};
use tower_service::Service;
use whatsapp_notification::{Event, Kind};

/// Routes each event to the handler whose argument it fits. Cheap to clone.
///
/// The narrower route wins: `Event<Text>` before `Event<AnyMessage>` before `Event<Any>`, in
/// whatever order they were added. It is always ready: each call takes a clone of its route's
/// service and waits for that one's readiness, so that a limit around one handler holds up no other.
///
/// Events without a route are [`Outcome::Done`] and counted; if their kind is
/// [`Unknown`](Kind::Unknown) or [`Malformed`](Kind::Malformed), one warning tells kind, place and
/// length. An [`Unparseable`](Kind::Unparseable) body without a route is an error, so that it is
/// not taken for handled.
#[derive(Clone)]
pub struct EventRouter {
    routes: Arc<Routes>,
}

struct Routes {
    all: Vec<Route>,
    /// For each kind the index in `all`.
    by_kind: [Option<usize>; Kind::ALL.len()],
}

impl EventRouter {
    /// A router without routes yet.
    pub fn builder() -> EventRouterBuilder {
        EventRouterBuilder::new()
    }

    fn route(&self, kind: Kind) -> Option<&Route> {
        let index = self.routes.by_kind.get(kind.index()).copied().flatten()?;
        self.routes.all.get(index)
    }
}

impl Service<Event> for EventRouter {
    type Response = Outcome;
    type Error = BoxError;
    type Future = RouteFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, event: Event) -> RouteFuture {
        let kind = event.kind();
        match self.route(kind) {
            Some(route) => RouteFuture::routed(kind, route.call(event)),
            None => {
                telemetry::unrouted(&event);
                RouteFuture::ready(if kind == Kind::Unparseable {
                    Err(Unrouted { kind }.into())
                } else {
                    Ok(Outcome::Done)
                })
            }
        }
    }
}

/// Lists the kinds that are routed.
impl fmt::Debug for EventRouter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let routed = Kind::ALL.iter().filter(|kind| self.route(**kind).is_some());
        f.debug_tuple("EventRouter").field(&routed.collect::<Vec<_>>()).finish()
    }
}
