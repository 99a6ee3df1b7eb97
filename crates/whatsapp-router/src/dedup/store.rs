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
/// - Tokens of one key grow. What an older token asks for changes nothing, and is answered `false`.
/// - A store that is full forgets what was done, the oldest first, and never a claim.
/// - What a commit has answered `true` to survives whatever the store says that it survives.
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
    /// too: it must not block, and may do its work later. If it never does, the lease ends.
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
