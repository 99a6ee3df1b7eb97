//! [`Store`]: where notifications are kept until their events are handled.
//!
//! Dead letters are listed, shown, replayed and purged in the store itself:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
//! use std::time::SystemTime;
//! use tower::ServiceExt;
//! use whatsapp_inbox::{Inbox, Store, store::MemoryStore};
//! use whatsapp_notification::Notification;
//!
//! let store = MemoryStore::new();
//! let odd = Notification::unparseable("<xml/>", Default::default());
//! Inbox::new(store.clone()).oneshot(odd).await?;
//!
//! let now = SystemTime::now().into();
//! for letter in store.dead(None, 100).await? {
//!     assert_eq!(letter.reason, "the body is not JSON");
//!     let body = store.body(letter.body).await?.map(|stored| stored.body);
//!     assert_eq!(body.as_deref(), Some(&b"<xml/>"[..]));
//!     store.replay(letter.seq, now).await?; // it is pending again
//! }
//! assert_eq!(store.stats().await?.pending, 1);
//! assert!(store.dead(None, 100).await?.is_empty()); // or else: `store.purge(letter.seq, now)`
//! # Ok(())
//! # }
//! ```

pub mod conformance;
mod erasure;
mod memory;
#[cfg(feature = "sqlite")]
mod sqlite;
mod types;

pub use erasure::Erasure;
pub use memory::MemoryStore;
#[cfg(feature = "sqlite")]
pub use sqlite::{SqliteStore, SqliteStoreBuilder};
pub use types::{
    BodyId, DeadLetter, End, Fence, Incoming, Kept, Lane, Millis, NewEvent, Owner, Pending,
    Retention, Scan, Seq, Stats, StoredBody, StoredOrigin, Swept,
};

use crate::StoreError;
use std::time::Duration;
use whatsapp_router::dedup::HashKey;

/// Where notifications are kept until their events are handled. Clones share it; calls may be made at
/// the same time, and a store may make several durable together.
///
/// # Contract
/// - **Durable.** When [`keep`](Self::keep), [`finish`](Self::finish), [`replay`](Self::replay),
///   [`purge`](Self::purge) or [`erase`](Self::erase) has returned `Ok`, it survives whatever the store
///   says that it survives. After an `Err` the step has been made whole or not at all; and if it may have been, the store is
///   [`Closed`](crate::StoreErrorKind::Closed) from then on.
/// - **Once.** An event whose key was kept before, and is still remembered, is a duplicate: it gets no
///   row. So is a second one within the same call. An event without a key never is. A notification of
///   which all events are duplicates leaves nothing.
/// - **In order.** Events get ascending [`Seq`]s, from 1 on, in the order in which they stand in a call,
///   and a call that begins after another has returned gets later ones. So it is with bodies and
///   [`BodyId`]s. No place is given twice.
/// - **Seen.** What is read after a step has returned shows it; what is read meanwhile shows all of it or
///   nothing.
/// - **Fenced.** One [`Owner`] at a time has the events in hand. [`own`](Self::own) gives a [`Fence`],
///   greater than any before when the owner changes; a step with an old one changes nothing and is
///   `Ok(false)`. One that was given back is old, too; one whose lease is over is not, until another
///   owner has taken the events.
/// - **Ended once.** An event that is done is gone; one that is dead is a dead letter until it is
///   replayed, purged, erased or swept. Neither is pending.
/// - **Errors say whether they pass**, and each call may fail with each. [`Busy`](crate::StoreErrorKind::Busy)
///   and [`Full`](crate::StoreErrorKind::Full) do; [`Draining`](crate::StoreErrorKind::Draining) and
///   [`Closed`](crate::StoreErrorKind::Closed) last until the store is opened anew; of
///   [`Other`](crate::StoreErrorKind::Other) the source says what it is. Workers ask again whatever it is.
/// - **Times are the caller's**, in milliseconds of the Unix epoch, so that a test can choose them.
///
/// [`MemoryStore`] does it in one file, but for the errors; [`conformance`] puts any store to it.
pub trait Store: Clone + Send + Sync + 'static {
    /// The key by which events are hashed: made once, and kept in the store.
    fn hash_key(&self) -> HashKey;

    /// Keeps what of a notification is new.
    ///
    /// # Errors
    /// [`StoreError`]: nothing is kept, or nobody knows.
    fn keep(&self, incoming: Incoming) -> impl Future<Output = Result<Kept, StoreError>> + Send;

    /// Takes the events in hand for so long, or for so long again. `None` while another owner has
    /// them. A lease that goes on for more than twice its length was taken before the clock was set
    /// back: it ends its length after `now`. A call that was held up for longer than its lease changes nothing
    /// and is `None`, for its `now` is over; a store may allow a second.
    ///
    /// # Errors
    /// [`StoreError`]: nobody knows who has them; an owner goes on until its lease is over.
    fn own(
        &self,
        owner: Owner,
        now: Millis,
        lease: Duration,
    ) -> impl Future<Output = Result<Option<Fence>, StoreError>> + Send;

    /// Gives the events back, so that another owner need not wait for the end of the lease. With an
    /// old fence it changes nothing.
    ///
    /// # Errors
    /// [`StoreError`]: then the lease ends.
    fn disown(&self, fence: Fence) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Up to `limit` pending events, by ascending [`Seq`]: due or not.
    ///
    /// # Errors
    /// [`StoreError`].
    fn pending(
        &self,
        scan: Scan,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<Pending>, StoreError>> + Send;

    /// Up to `limit` bodies behind this one, by ascending [`BodyId`]: all that were not swept, also
    /// those whose events have ended.
    ///
    /// # Errors
    /// [`StoreError`].
    fn bodies(
        &self,
        after: Option<BodyId>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<BodyId>, StoreError>> + Send;

    /// A body that was not swept; `None` if there is none: then its events are dead letters at once.
    ///
    /// # Errors
    /// [`StoreError`]. Workers take [`Other`](crate::StoreErrorKind::Other) for a body that may never be read:
    /// after half a minute of it an attempt has failed. A store that is only away is
    /// [`Busy`](crate::StoreErrorKind::Busy).
    fn body(
        &self,
        id: BodyId,
    ) -> impl Future<Output = Result<Option<StoredBody>, StoreError>> + Send;

    /// Records what became of a pending event. `false` if the fence is an old one or was given back, or
    /// if the event is no longer pending.
    ///
    /// # Errors
    /// [`StoreError`].
    fn finish(
        &self,
        fence: Fence,
        seq: Seq,
        now: Millis,
        end: End,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Runs the handler of a pending event: `handling` is all of it. As it stands, it does no more.
    ///
    /// For a store in its users' own database, in which an event's completion can be committed in one
    /// transaction with what its handler has written. Here it can tell the handler which event it has,
    /// by a task-local value. What is completed so is fenced, and ends, as if by [`finish`](Self::finish),
    /// which workers call as ever: it is then `true` for [`End::Done`], and `false` for what else the
    /// handler came to, since the event is no longer pending. `pending` is as it was before this attempt:
    /// that it began may have been recorded since. A store that wraps another hands this on.
    fn handle<F>(
        &self,
        fence: Fence,
        pending: Pending,
        handling: F,
    ) -> impl Future<Output = F::Output> + Send
    where
        F: Future<Output: Send> + Send,
    {
        let _ = (fence, pending);
        handling
    }

    /// Up to `limit` dead letters behind this one, by ascending [`Seq`].
    ///
    /// # Errors
    /// [`StoreError`].
    fn dead(
        &self,
        after: Option<Seq>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<DeadLetter>, StoreError>> + Send;

    /// Makes a dead letter pending again, without attempts. `false` if there is none.
    ///
    /// # Errors
    /// [`StoreError`].
    fn replay(
        &self,
        seq: Seq,
        now: Millis,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Ends a dead letter for good. `false` if there is none.
    ///
    /// # Errors
    /// [`StoreError`].
    fn purge(&self, seq: Seq, now: Millis)
    -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Overwrites a part of a body, and ends for good the events that stand there, pending or dead, in
    /// one step: how many have ended so. `None`, and nothing is changed, if the body is not there, or is
    /// no longer [what it was](Erasure::before). Keys stay.
    ///
    /// [`erase_contact`](crate::erase_contact) finds what is to be erased.
    ///
    /// # Errors
    /// [`StoreError`].
    fn erase(
        &self,
        id: BodyId,
        erasure: Erasure,
        now: Millis,
    ) -> impl Future<Output = Result<Option<u64>, StoreError>> + Send;

    /// Removes what need not be kept any more: bodies whose events have all ended, dead letters that
    /// are old, keys whose time is over. What is kept for no time goes whatever `now` is ([`Retention`]).
    ///
    /// # Errors
    /// [`StoreError`].
    fn sweep(
        &self,
        now: Millis,
        retention: Retention,
    ) -> impl Future<Output = Result<Swept, StoreError>> + Send;

    /// What is in it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn stats(&self) -> impl Future<Output = Result<Stats, StoreError>> + Send;
}
