//! [`SqliteStore`]: an inbox in one file.
//!
//! `schema` makes the file and knows it again, `steps` change it, `reads` read it, `keys` remembers keys,
//! `place` watches the files. They run on `threads`: a `question` goes to the `writer` or the `reader`, which
//! decide what runs together, and what is answered.

mod keys;
mod options;
mod place;
mod question;
mod reader;
mod reads;
mod schema;
mod steps;
mod threads;
mod writer;

pub use options::SqliteStoreBuilder;

use super::{
    BodyId, DeadLetter, End, Erasure, Fence, Incoming, Kept, Millis, Owner, Pending, Retention,
    Scan, Seq, Stats, Store, StoredBody, Swept,
};
use crate::{StoreError, StoreErrorKind};
use std::{
    fmt,
    path::PathBuf,
    time::{Duration, Instant, SystemTime},
};
use whatsapp_router::dedup::HashKey;

/// SQLite's own limit is a billion; bodies over HTTP are a few MiB.
const MAX_BODY: usize = 512 * 1024 * 1024;

/// An inbox in one file, written with SQLite.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("inbox.db");
/// use tower::{Service, ServiceExt};
/// use whatsapp_inbox::{Inbox, Store, store::SqliteStore};
/// use whatsapp_notification::Notification;
///
/// let mut inbox = Inbox::new(SqliteStore::open(path)?);
/// let body = r#"{"messages":[{"from":"15550001","id":"A","type":"text","text":{"body":"Hi"}}]}"#;
/// let kept = inbox.ready().await?.call(Notification::parse(body)?).await?;
/// assert_eq!(kept.new, 1); // on the disk by now
/// let kept = inbox.ready().await?.call(Notification::parse(body)?).await?;
/// assert_eq!(kept.duplicates, 1);
/// inbox.into_inner().close().await;
/// # Ok(())
/// # }
/// ```
///
/// # What it survives
/// The end of the process at any moment, `kill -9` too, and a loss of power if the disk keeps what it
/// says that it has written: every `Ok` is behind an fsync of the write-ahead log (`synchronous=FULL`).
///
/// # How it writes
/// One thread writes. It takes all that waits, makes it one transaction with one fsync, and then answers
/// all; what comes meanwhile is the next transaction. So a single call waits for nobody, and many at once
/// share an fsync. At most [`queue`](SqliteStoreBuilder::queue) notifications wait, with at most
/// [`queue_bytes`](SqliteStoreBuilder::queue_bytes) in memory; to keep more is
/// [`Busy`](StoreErrorKind::Busy) at once. What is read is read on another thread.
///
/// | what happens | the answer | the store |
/// |---|---|---|
/// | too many wait, or another process writes for too long | [`Busy`](StoreErrorKind::Busy) | goes on |
/// | less [space](SqliteStoreBuilder::free_space) is free than shall be | [`Full`](StoreErrorKind::Full), to [`keep`](Store::keep) alone | goes on |
/// | the disk is full before the commit | [`Full`](StoreErrorKind::Full), to all in the transaction | goes on |
/// | a commit, an fsync or a write fails, or the writer finds the file damaged | [`Closed`](StoreErrorKind::Closed), to all in the transaction and to all after them | is closed: drop it, and open the file anew |
/// | on Unix: the file or its log was removed or replaced, or a link to it leads elsewhere | the same | the same |
/// | what is read is damaged, or cannot be read | [`Other`](StoreErrorKind::Other) | goes on |
/// | it was [closed](SqliteStore::close) | [`Draining`](StoreErrorKind::Draining) | is over |
///
/// # What is remembered, and what that takes
/// A key is in the table of the day on which its time is over, and is forgotten by the first
/// [sweeps](Store::sweep) after that day: up to a day later than it could be. They remove 10,000 keys at
/// a time, so that nobody waits for long, and then drop the table. A key takes some 24 bytes; 3,300 events a second over 8 days are 2.3 billion keys, or about 55 GB, and 285 million
/// a day. Where so much does not fit, choose a shorter
/// [window](crate::Inbox::cloud_window): what comes again after it is handled again.
///
/// The file does not shrink; what was removed is used again. The log grows beyond 64 MiB only while
/// somebody reads for long.
///
/// The clock is believed: when it is ahead by days at a sweep, keys and dead letters are forgotten too early,
/// and when it is behind at a [`keep`](Store::keep), the keys of that call are ([more](crate#clocks)).
///
/// # Personal data
/// On Unix the file, `-wal` and `-shm` may be read and written by their owner alone (0600); files that
/// others could read are made so when they are opened. A body is removed by the
/// [sweep](Store::sweep) after the last of its events has ended. SQLite writes zeros over what is
/// removed (`secure_delete=FAST`), except for whole pages that become free: those, and the
/// log, hold old bytes until they are written again. So it is with what was [erased](Store::erase): it is
/// overwritten where it stood, and is in the log until that begins anew. The log is removed when the last
/// process closes the file; `VACUUM`, by any SQLite tool, leaves free pages out. Keys outlive what they were made of: they are hashes,
/// but the file has the hash key, so who has the file can tell whether it has met an event that they know.
///
/// # Two processes
/// They may open the same file on the same machine, not over a network: both keep, and one
/// [owns](Store::own) the events. One waits for the other's transactions, up to a
/// [timeout](SqliteStoreBuilder::busy_timeout).
///
/// # The file
/// It can be read with any SQLite tool while it is in use; `schema.sql` in the source says what its tables
/// mean. Its path may be a link to it: the log is beside the file itself. Its version is in
/// `PRAGMA user_version`: an older file is brought up to date when it is opened, be it only to look at
/// it; processes that have it open go on. A newer one is refused.
///
/// The process in which a store is open must open the file by no other means, not even to read it: no
/// `fs::copy`, no `File::open` in a health check, no second SQLite library. On Unix, closing it again
/// takes from the process all its locks on the file, by which others know that the log is in use; an
/// older SQLite elsewhere then removes the log when it closes the file, and what was kept meanwhile is
/// lost. Another process may open it. To copy it, have SQLite do so there
/// (`sqlite3 inbox.db "VACUUM INTO 'copy.db'"`), or close the store first. While anybody reads for long, as
/// this does, the log grows, and keeps its length until the last process closes the file.
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
        let bytes = incoming.body.len();
        self.writer.keep(bytes, move |file| steps::keep(file, &incoming)).await
    }

    async fn own(
        &self,
        owner: Owner,
        now: Millis,
        lease: Duration,
    ) -> Result<Option<Fence>, StoreError> {
        // Held up for longer, as when the process was stopped, it would take what is over already, and take a
        // lease that is newer than its `now` for one of a clock that was set back.
        let (asked, asked_at) = (Instant::now(), SystemTime::now());
        let latest = lease.max(Duration::from_secs(1));
        let own = move |file: &_| {
            // The one stands still while the machine sleeps, the other may be set back.
            let waited = asked.elapsed().max(asked_at.elapsed().unwrap_or_default());
            if waited < latest { steps::own(file, owner, now, lease) } else { Ok(None) }
        };
        self.writer.ask(own).await
    }

    async fn disown(&self, fence: Fence) -> Result<(), StoreError> {
        self.writer.ask(move |file| steps::disown(file, fence)).await
    }

    async fn pending(&self, scan: Scan, limit: usize) -> Result<Vec<Pending>, StoreError> {
        self.reader.ask(move |file| reads::pending(file, scan, limit)).await
    }

    async fn bodies(&self, after: Option<BodyId>, limit: usize) -> Result<Vec<BodyId>, StoreError> {
        self.reader.ask(move |file| reads::bodies(file, after, limit)).await
    }

    async fn body(&self, id: BodyId) -> Result<Option<StoredBody>, StoreError> {
        self.reader.ask(move |file| reads::body(file, id)).await
    }

    async fn finish(
        &self,
        fence: Fence,
        seq: Seq,
        now: Millis,
        end: End,
    ) -> Result<bool, StoreError> {
        self.writer.ask(move |file| steps::finish(file, fence, seq, now, &end)).await
    }

    async fn dead(&self, after: Option<Seq>, limit: usize) -> Result<Vec<DeadLetter>, StoreError> {
        self.reader.ask(move |file| reads::dead(file, after, limit)).await
    }

    async fn replay(&self, seq: Seq, now: Millis) -> Result<bool, StoreError> {
        self.writer.ask(move |file| steps::replay(file, seq, now)).await
    }

    async fn purge(&self, seq: Seq, now: Millis) -> Result<bool, StoreError> {
        self.writer.ask(move |file| steps::purge(file, seq, now)).await
    }

    async fn erase(
        &self,
        id: BodyId,
        erasure: Erasure,
        now: Millis,
    ) -> Result<Option<u64>, StoreError> {
        self.writer.ask(move |file| steps::erase(file, id, &erasure, now)).await
    }

    async fn sweep(&self, now: Millis, retention: Retention) -> Result<Swept, StoreError> {
        let mut all = Swept::default();
        loop {
            let (swept, more) =
                self.writer.ask(move |file| steps::sweep(file, now, retention)).await?;
            all.bodies += swept.bodies;
            all.dead += swept.dead;
            all.keys += swept.keys;
            if !more {
                return Ok(all);
            }
        }
    }

    async fn stats(&self) -> Result<Stats, StoreError> {
        self.reader.ask(reads::stats).await
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").finish_non_exhaustive()
    }
}
