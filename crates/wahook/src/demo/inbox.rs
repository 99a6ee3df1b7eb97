//! An inbox in a temporary file, and the workers that handle what is in it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tempfile::TempDir;
use tower::{Service, ServiceBuilder};
use tower_whatsapp::{BoxError, EventRouter, Notification};
use whatsapp_inbox::{
    Inbox, Running, Store, StoreError,
    store::{Kept, SqliteStore},
};

/// A handler prints a line; a slow disk may take its time to record that.
const DRAIN: Duration = Duration::from_secs(60);

/// Removed when it is dropped.
pub(super) struct TemporaryInbox {
    inbox: Inbox<SqliteStore>,
    workers: Running,
    counts: Arc<Counts>,
    _folder: TempDir,
}

#[derive(Default)]
struct Counts {
    new: AtomicUsize,
    duplicates: AtomicUsize,
}

/// What has become of what was kept.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Found {
    pub(super) kept: usize,
    pub(super) duplicates: usize,
    pub(super) pending: usize,
    pub(super) dead: usize,
}

impl TemporaryInbox {
    pub(super) fn open(handlers: EventRouter) -> Result<Self, BoxError> {
        let folder = tempfile::Builder::new().prefix("wahook-demo-").tempdir()?;
        let inbox = Inbox::new(SqliteStore::open(folder.path().join("inbox.db"))?);
        let workers = inbox.workers(handlers).start();
        Ok(TemporaryInbox { inbox, workers, counts: Arc::default(), _folder: folder })
    }

    /// The inbox; it counts.
    pub(super) fn service(
        &self,
    ) -> impl Service<Notification, Error = StoreError, Future: Send> + Clone + Send + Sync + 'static
    {
        let counts = self.counts.clone();
        let count = move |kept: Kept| {
            counts.new.fetch_add(kept.new, Ordering::Relaxed);
            counts.duplicates.fetch_add(kept.duplicates, Ordering::Relaxed);
        };
        ServiceBuilder::new().map_response(count).service(self.inbox.clone())
    }

    /// How many events are to be handled.
    pub(super) fn kept(&self) -> usize {
        self.counts.new.load(Ordering::Relaxed)
    }

    /// Lets the handlers end, and closes the file.
    pub(super) async fn close(self) -> Result<Found, BoxError> {
        self.workers.drain(DRAIN).await;
        let store = self.inbox.into_inner();
        let stats = store.stats().await?;
        store.close().await;
        Ok(Found {
            kept: self.counts.new.load(Ordering::Relaxed),
            duplicates: self.counts.duplicates.load(Ordering::Relaxed),
            pending: usize::try_from(stats.pending)?,
            dead: usize::try_from(stats.dead)?,
        })
    }
}
