//! [`DedupStore`]: where it is recorded what was handled.
//!
//! A store is a map from keys to claims, each step atomic. [`MemoryDedup`](super::MemoryDedup) is
//! one; a store that several machines share is another.
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), std::convert::Infallible> {
//! use std::time::Duration;
//! use whatsapp_router::dedup::{Claim, DedupKey, DedupStore, MemoryDedup};
//!
//! let store = MemoryDedup::new();
//! let (key, lease) = (DedupKey::from_bytes([1; 16]), Duration::from_secs(60));
//! let Claim::New(token) = store.claim(key, lease).await? else { panic!("nobody has it") };
//! assert_eq!(store.claim(key, lease).await?, Claim::Busy);
//! assert!(store.commit(key, token).await?);
//! assert_eq!(store.claim(key, lease).await?, Claim::Done);
//! # Ok(())
//! # }
//! ```

use super::{DedupKey, HashKey};
use crate::BoxError;
use std::time::Duration;

/// Where it is recorded which events are being handled, and which were. Clones share it.
///
/// # Contract
/// - Each call is atomic, whoever else calls.
/// - Of calls of [`claim`](Self::claim) for one key, one at most is answered `New` until its claim has
///   been released or its lease is over; after a commit none is, for as long as the store's window.
/// - Tokens of one key grow, also when it was released or forgotten meanwhile. A token is old when its
///   claim was committed or released, or is another's: what it asks for changes nothing, and is
///   answered `false`. One whose lease is over is not old as long as nobody else has claimed the key.
/// - A store that is full forgets what was done, the oldest first, and never a claim whose lease is
///   not over.
/// - What a commit has answered `true` to survives whatever the store says that it survives.
/// - A future that is dropped may have done its work, or do it yet. So a claim may have been made that
///   nobody knows of: its lease ends it.
/// - `Dedup` sets no deadline to a claim or a commit: a store that may hang sets its own.
///
/// # A store of your own
/// A table with a row for each key. Each call here is a step under a lock; in a database it is one
/// statement or transaction.
/// ```
/// use std::{
///     collections::HashMap,
///     convert::Infallible,
///     sync::{Arc, Mutex, MutexGuard, PoisonError},
///     time::{Duration, SystemTime},
/// };
/// use whatsapp_router::dedup::{Claim, DedupKey, DedupStore, HashKey, Token};
///
/// const WINDOW: Duration = Duration::from_secs(8 * 86_400);
///
/// #[derive(Clone)]
/// struct Store {
///     hash_key: HashKey, // from the configuration: the same for all who share the table
///     table: Arc<Mutex<Table>>,
/// }
///
/// #[derive(Default)]
/// struct Table {
///     rows: HashMap<DedupKey, Row>,
///     claims: u64, // a sequence of the database
/// }
///
/// struct Row {
///     token: Token,
///     until: SystemTime, // by one clock, the database's: the end of the lease or of the window
///     is_done: bool,
/// }
///
/// impl Store {
///     fn table(&self) -> MutexGuard<'_, Table> {
///         self.table.lock().unwrap_or_else(PoisonError::into_inner)
///     }
///
///     /// `UPDATE … SET … WHERE key = ? AND token = ? AND NOT is_done`: was there such a row?
///     fn update(&self, key: DedupKey, token: Token, time: Duration, is_done: bool) -> bool {
///         let mut table = self.table();
///         let row = table.rows.get_mut(&key).filter(|row| row.token == token && !row.is_done);
///         let is_held = row.is_some();
///         if let Some(row) = row {
///             *row = Row { token, until: SystemTime::now() + time, is_done };
///         }
///         is_held
///     }
/// }
///
/// impl DedupStore for Store {
///     type Error = Infallible;
///
///     fn hash_key(&self) -> HashKey {
///         self.hash_key
///     }
///
///     async fn claim(&self, key: DedupKey, lease: Duration) -> Result<Claim, Infallible> {
///         let (mut table, now) = (self.table(), SystemTime::now());
///         match table.rows.get(&key) {
///             Some(row) if row.until > now && row.is_done => return Ok(Claim::Done),
///             Some(row) if row.until > now => return Ok(Claim::Busy),
///             _ => {}
///         }
///         table.claims += 1;
///         let token = Token(table.claims);
///         table.rows.insert(key, Row { token, until: now + lease, is_done: false });
///         Ok(Claim::New(token))
///     }
///
///     async fn renew(&self, key: DedupKey, token: Token, lease: Duration) -> Result<bool, Infallible> {
///         Ok(self.update(key, token, lease, false))
///     }
///
///     async fn commit(&self, key: DedupKey, token: Token) -> Result<bool, Infallible> {
///         Ok(self.update(key, token, WINDOW, true))
///     }
///
///     // Of a store over a network: into a bounded channel, or `tokio::spawn`.
///     fn release(&self, key: DedupKey, token: Token) {
///         let mut table = self.table();
///         if table.rows.get(&key).is_some_and(|row| row.token == token && !row.is_done) {
///             table.rows.remove(&key);
///         }
///     }
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Infallible> {
/// # let store = Store { hash_key: HashKey::random(), table: Arc::default() };
/// # let (key, lease) = (DedupKey::from_bytes([1; 16]), Duration::from_secs(60));
/// # assert_eq!(store.claim(key, lease).await?, Claim::New(Token(1)));
/// # assert_eq!(store.claim(key, lease).await?, Claim::Busy);
/// # assert!(store.renew(key, Token(1), lease).await?);
/// # store.release(key, Token(1));
/// # assert!(!store.renew(key, Token(1), lease).await?);
/// # assert_eq!(store.claim(key, lease).await?, Claim::New(Token(2)));
/// # assert!(!store.commit(key, Token(1)).await?);
/// # assert!(store.commit(key, Token(2)).await?);
/// # store.release(key, Token(2));
/// # assert_eq!(store.claim(key, lease).await?, Claim::Done);
/// # Ok(())
/// # }
/// ```
/// Rows whose time is over are deleted now and then.
pub trait DedupStore: Clone + Send + Sync + 'static {
    /// Why a call could not be made. It tells no key.
    type Error: Into<BoxError> + Send;

    /// The key by which events are hashed: always the same for this store.
    fn hash_key(&self) -> HashKey;

    /// Claims a key for so long.
    ///
    /// # Errors
    /// If the store does not answer: then the event is not handled, and comes again.
    fn claim(
        &self,
        key: DedupKey,
        lease: Duration,
    ) -> impl Future<Output = Result<Claim, Self::Error>> + Send;

    /// Holds the claim for so long from now; `false` if the token is an old one.
    ///
    /// # Errors
    /// If the store does not answer: it is asked again, as it is after a third of the lease without
    /// an answer.
    fn renew(
        &self,
        key: DedupKey,
        token: Token,
        lease: Duration,
    ) -> impl Future<Output = Result<bool, Self::Error>> + Send;

    /// Records that the event was handled; `false` if the token is an old one.
    ///
    /// # Errors
    /// If it may not be recorded: the event may be handled again when it comes again.
    fn commit(
        &self,
        key: DedupKey,
        token: Token,
    ) -> impl Future<Output = Result<bool, Self::Error>> + Send;

    /// Gives the claim back, if the token is not an old one. It is called when a future is dropped,
    /// and when a handler panics: it must neither block nor panic, and may do its work later. If it
    /// never does, the lease ends.
    fn release(&self, key: DedupKey, token: Token);
}

/// What a claim was answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Claim {
    /// It is the caller's, under this token.
    New(Token),
    /// The event was handled.
    Done,
    /// Somebody else has claimed it.
    Busy,
}

/// The fencing token of a claim: greater than that of every claim of the same key before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(pub u64);
