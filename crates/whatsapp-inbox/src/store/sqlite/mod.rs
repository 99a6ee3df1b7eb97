//! [`SqliteStore`]: an inbox in one file.

mod keys;
mod options;
mod reads;
mod schema;
mod steps;
mod threads;

pub use options::SqliteStoreBuilder;

use super::{
    BodyId, DeadLetter, End, Fence, Incoming, Kept, Millis, Owner, Pending, Retention, Scan, Seq,
    Stats, Store, StoredBody, Swept,
};
use crate::{StoreError, StoreErrorKind};
use std::{fmt, path::PathBuf, time::Duration};
use whatsapp_router::dedup::HashKey;

/// SQLite's own limit is a billion; bodies over HTTP are a few MiB.
const MAX_BODY: usize = 512 * 1024 * 1024;

/// An inbox in one file.
#[derive(Clone)]
pub struct SqliteStore {
    writer: threads::Thread,
    reader: threads::Thread,
    hash_key: HashKey,
}

impl SqliteStore {
    /// The inbox in this file, which is made if there is none, with the default
    /// [options](SqliteStoreBuilder).
    ///
    /// # Errors
    /// As of [`SqliteStoreBuilder::open`].
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, StoreError> {
        Self::builder(path).open()
    }

    /// An inbox in this file, with other options.
    pub fn builder(path: impl Into<PathBuf>) -> SqliteStoreBuilder {
        SqliteStoreBuilder::new(path.into())
    }

    /// Ends the store, for all its clones: what waits is done, what comes is
    /// [`Draining`](StoreErrorKind::Draining), and when this returns the connections are closed.
    ///
    /// When the last clone is dropped, what waits is done, too, but nobody waits for it.
    pub async fn close(self) {
        self.writer.stop().await;
        self.reader.stop().await;
    }
}

impl Store for SqliteStore {
    fn hash_key(&self) -> HashKey {
        self.hash_key
    }

    async fn keep(&self, incoming: Incoming) -> Result<Kept, StoreError> {
        if incoming.body.len() > MAX_BODY {
            let reason = "a body of more than 512 MiB";
            return Err(StoreError::because(StoreErrorKind::Other, reason));
        }
        self.writer.ask(true, move |file| steps::keep(file, &incoming)).await
    }

    async fn own(
        &self,
        owner: Owner,
        now: Millis,
        lease: Duration,
    ) -> Result<Option<Fence>, StoreError> {
        self.writer.ask(false, move |file| steps::own(file, owner, now, lease)).await
    }

    async fn disown(&self, fence: Fence) -> Result<(), StoreError> {
        self.writer.ask(false, move |file| steps::disown(file, fence)).await
    }

    async fn pending(&self, scan: Scan, limit: usize) -> Result<Vec<Pending>, StoreError> {
        self.reader.ask(false, move |file| reads::pending(file, scan, limit)).await
    }

    async fn body(&self, id: BodyId) -> Result<Option<StoredBody>, StoreError> {
        self.reader.ask(false, move |file| reads::body(file, id)).await
    }

    async fn finish(
        &self,
        fence: Fence,
        seq: Seq,
        now: Millis,
        end: End,
    ) -> Result<bool, StoreError> {
        self.writer.ask(false, move |file| steps::finish(file, fence, seq, now, &end)).await
    }

    async fn dead(&self, after: Option<Seq>, limit: usize) -> Result<Vec<DeadLetter>, StoreError> {
        self.reader.ask(false, move |file| reads::dead(file, after, limit)).await
    }

    async fn replay(&self, seq: Seq, now: Millis) -> Result<bool, StoreError> {
        self.writer.ask(false, move |file| steps::replay(file, seq, now)).await
    }

    async fn purge(&self, seq: Seq, now: Millis) -> Result<bool, StoreError> {
        self.writer.ask(false, move |file| steps::purge(file, seq, now)).await
    }

    async fn sweep(&self, now: Millis, retention: Retention) -> Result<Swept, StoreError> {
        let mut all = Swept::default();
        loop {
            let (swept, more) =
                self.writer.ask(false, move |file| steps::sweep(file, now, retention)).await?;
            all.bodies += swept.bodies;
            all.dead += swept.dead;
            all.keys += swept.keys;
            if !more {
                return Ok(all);
            }
        }
    }

    async fn stats(&self) -> Result<Stats, StoreError> {
        self.reader.ask(false, reads::stats).await
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").finish_non_exhaustive()
    }
}
