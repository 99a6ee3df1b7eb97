//! [`SqliteStoreBuilder`]: what can be chosen about a file.

use super::{SqliteStore, place::Place, schema, threads};
use crate::{StoreError, StoreErrorKind};
use std::{path::PathBuf, time::Duration};
use whatsapp_router::BoxError;

/// What can be chosen about a [`SqliteStore`].
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("inbox.db");
/// use std::time::Duration;
/// use whatsapp_inbox::store::SqliteStore;
///
/// let store = SqliteStore::builder(path)
///     .queue(4096)
///     .queue_bytes(256 << 20)
///     .free_space(1 << 30)
///     .busy_timeout(Duration::from_secs(2))
///     .open()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "it opens nothing until `open` is called"]
pub struct SqliteStoreBuilder {
    path: PathBuf,
    create: bool,
    limits: threads::Limits,
    free_space: u64,
    busy_timeout: Duration,
}

impl SqliteStoreBuilder {
    pub(super) fn new(path: PathBuf) -> Self {
        SqliteStoreBuilder {
            path,
            create: true,
            limits: threads::Limits { calls: 1024, bytes: 64 * 1024 * 1024 },
            free_space: 64 * 1024 * 1024,
            busy_timeout: Duration::from_secs(5),
        }
    }

    /// Whether an inbox is made where there is none. Without it a file that is not there, or is empty,
    /// is an error, and stays so. Default true.
    pub fn create(mut self, create: bool) -> Self {
        self.create = create;
        self
    }

    /// How many notifications may wait to be [kept](crate::Store::keep); what comes then is answered
    /// [`Busy`](StoreErrorKind::Busy) at once. As many other calls may wait for the writer, and for the
    /// reader; more of them wait for a place, so that workers go on. At least 1; default 1,024.
    pub fn queue(mut self, calls: usize) -> Self {
        self.limits.calls = calls.clamp(1, tokio::sync::Semaphore::MAX_PERMITS);
        self
    }

    /// How many bytes of bodies may be in memory until they are kept, up to 4 GiB; what comes then is
    /// answered [`Busy`](StoreErrorKind::Busy) at once. A larger body is kept if it is the only one.
    /// At least 1; default 64 MiB.
    pub fn queue_bytes(mut self, bytes: usize) -> Self {
        let bytes = bytes.clamp(1, tokio::sync::Semaphore::MAX_PERMITS);
        self.limits.bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        self
    }

    /// So many bytes must be free where the file is, or [`keep`](crate::Store::keep) is
    /// [`Full`](StoreErrorKind::Full); what else is asked still has that room. Default 64 MiB; 0 is
    /// no floor, and so is any on other systems than Unix.
    pub fn free_space(mut self, bytes: u64) -> Self {
        self.free_space = bytes;
        self
    }

    /// How long to wait while another process writes, before those that wait are answered
    /// [`Busy`](StoreErrorKind::Busy). Default 5 seconds.
    pub fn busy_timeout(mut self, timeout: Duration) -> Self {
        // SQLite counts milliseconds in 31 bits.
        self.busy_timeout = timeout.min(Duration::from_millis(i32::MAX as u64));
        self
    }

    /// Opens the file, or makes it. Waits for the disk: do it before there are requests.
    ///
    /// # Errors
    /// [`StoreError`] of kind [`Other`](StoreErrorKind::Other) if it cannot be read or made, if it is
    /// no inbox, or if a later version of this crate made it: its [source](std::error::Error::source)
    /// says which.
    pub fn open(self) -> Result<SqliteStore, StoreError> {
        self.try_open().map_err(|error| StoreError::because(StoreErrorKind::Other, error))
    }

    fn try_open(self) -> Result<SqliteStore, BoxError> {
        // Some names mean something else to SQLite, but none that begins at the root.
        let path = std::path::absolute(self.path)?;
        let opened = schema::open(&path, self.create, self.busy_timeout)?;
        let hash_key = opened.hash_key;
        let place = Place::of(path, &opened.path, self.free_space)?;
        let (writer, reader) = threads::start(opened, self.limits, place)?;
        Ok(SqliteStore { writer, reader, hash_key })
    }
}
