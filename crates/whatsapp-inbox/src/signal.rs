//! Tells workers of the same process that something was kept.

use std::sync::Arc;
use tokio::sync::Notify;

/// Clones share it. A signal that nobody waits for is kept, once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Signal(Arc<Notify>);

impl Signal {
    pub(crate) fn give(&self) {
        self.0.notify_one();
    }

    pub(crate) async fn given(&self) {
        self.0.notified().await;
    }
}
