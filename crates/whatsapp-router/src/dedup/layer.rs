//! [`DedupLayer`]: puts a [`Dedup`] around a service of events.
//!
//! ```
//! use std::time::Duration;
//! use tower::ServiceBuilder;
//! use whatsapp_router::{EventRouter, dedup::{DedupLayer, MemoryDedup}};
//!
//! # fn main() -> Result<(), whatsapp_router::ConfigError> {
//! let layer = DedupLayer::new(MemoryDedup::new()).lease(Duration::from_secs(30));
//! let events = ServiceBuilder::new().layer(layer).service(EventRouter::builder().build()?);
//! # Ok(())
//! # }
//! ```

use super::{Dedup, service::InHand};
use std::time::Duration;
use tower_layer::Layer;

/// Puts a [`Dedup`] around a service. All that one layer makes know of each other which events they
/// have in hand.
#[derive(Clone, Debug)]
#[must_use = "a layer does nothing until it is applied"]
pub struct DedupLayer<D> {
    store: D,
    lease: Duration,
    in_hand: InHand,
}

impl<D> DedupLayer<D> {
    /// A layer over this store.
    pub fn new(store: D) -> Self {
        DedupLayer { store, lease: Duration::from_secs(60), in_hand: InHand::default() }
    }

    /// How long a claim holds unless it is renewed, which happens three times as often while the
    /// handler runs. Default 60 s, at least 1 s. After a crash, nobody else handles the event for so
    /// long. A handler that blocks its thread for so long loses its claim.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease.max(Duration::from_secs(1));
        self
    }
}

impl<S, D: Clone> Layer<S> for DedupLayer<D> {
    type Service = Dedup<S, D>;

    fn layer(&self, inner: S) -> Dedup<S, D> {
        Dedup::new(inner, self.store.clone(), self.lease, self.in_hand.clone())
    }
}
