//! The contract of a [`Store`], as checks that any implementation can be put to.
//!
//! [`check`] opens an empty store for each sentence of the [contract](Store#contract), and panics with
//! the sentence that does not hold. It chooses all times itself, and waits for none. What it cannot see is
//! what a store survives, and which errors it gives: that is for its own tests.
//!
//! ```
//! # #[cfg(feature = "sqlite")]
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use whatsapp_inbox::store::{SqliteStore, conformance};
//!
//! let folder = tempfile::tempdir()?;
//! let mut stores = 0;
//! conformance::check(async || {
//!     stores += 1;
//!     SqliteStore::open(folder.path().join(format!("{stores}.db"))).unwrap()
//! })
//! .await;
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "sqlite"))]
//! # fn main() {}
//! ```

mod ends;
mod erasing;
mod keeping;
mod owning;
mod reading;
mod sweeping;

use super::{
    BodyId, DeadLetter, End, Fence, Incoming, Kept, Lane, Millis, NewEvent, Owner, Pending, Scan,
    Seq, Store, StoredOrigin,
};
use crate::StoreError;
use bytes::Bytes;
use std::time::Duration;
use whatsapp_notification::Form;
use whatsapp_router::dedup::DedupKey;

/// Puts a store to every check. `open` gives an empty one each time.
///
/// # Panics
/// With the sentence of the contract that does not hold.
pub async fn check<S: Store>(mut open: impl AsyncFnMut() -> S) {
    keeping::a_new_event_is_kept_as_it_came(&Checked(open().await)).await;
    keeping::a_repeat_is_a_duplicate(&Checked(open().await)).await;
    keeping::a_repeat_within_a_call_is_a_duplicate(&Checked(open().await)).await;
    keeping::what_has_ended_is_still_a_duplicate(&Checked(open().await)).await;
    keeping::an_event_without_a_key_is_never_a_duplicate(&Checked(open().await)).await;
    keeping::a_notification_of_duplicates_leaves_nothing(&Checked(open().await)).await;
    keeping::events_have_the_order_in_which_they_came(&Checked(open().await)).await;
    keeping::places_are_not_given_twice(&Checked(open().await)).await;
    keeping::clones_share_a_store(&Checked(open().await)).await;
    keeping::of_calls_at_once_one_keeps_an_event(&Checked(open().await)).await;
    keeping::an_event_may_be_dead_from_the_first(&Checked(open().await)).await;
    ends::what_is_done_is_gone(&Checked(open().await)).await;
    ends::what_is_tried_again_stays_pending(&Checked(open().await)).await;
    ends::what_is_dead_is_a_dead_letter(&Checked(open().await)).await;
    ends::an_event_ends_once(&Checked(open().await)).await;
    ends::a_dead_letter_is_replayed(&Checked(open().await)).await;
    ends::a_dead_letter_is_purged(&Checked(open().await)).await;
    ends::only_dead_letters_are_replayed_or_purged(&Checked(open().await)).await;
    owning::one_owner_at_a_time(&Checked(open().await)).await;
    owning::a_lease_is_renewed(&Checked(open().await)).await;
    owning::a_lease_ends(&Checked(open().await)).await;
    owning::a_lease_is_no_longer_when_the_clock_is_set_back(&Checked(open().await)).await;
    owning::what_is_given_back_can_be_taken(&Checked(open().await)).await;
    owning::an_old_fence_changes_nothing(&Checked(open().await)).await;
    owning::an_old_fence_gives_nothing_back(&Checked(open().await)).await;
    reading::pending_events_are_read_in_pages(&Checked(open().await)).await;
    reading::a_lane_is_read_by_itself(&Checked(open().await)).await;
    reading::dead_letters_are_read_in_pages(&Checked(open().await)).await;
    reading::bodies_are_read_in_pages(&Checked(open().await)).await;
    reading::a_body_is_there_until_it_is_swept(&Checked(open().await)).await;
    reading::stats_count_what_is_there(&Checked(open().await)).await;
    sweeping::a_body_is_swept_when_its_time_is_over(&Checked(open().await)).await;
    sweeping::a_dead_letter_is_swept_when_its_time_is_over(&Checked(open().await)).await;
    sweeping::what_is_kept_for_no_time_is_swept_whatever_the_clock_said(&Checked(open().await))
        .await;
    sweeping::a_sweep_removes_all_that_it_may(&Checked(open().await)).await;
    sweeping::a_key_outlives_its_event(&Checked(open().await)).await;
    sweeping::a_key_is_forgotten_when_its_time_is_over(&Checked(open().await)).await;
    erasing::what_is_erased_is_overwritten_and_ended(&Checked(open().await)).await;
    erasing::a_body_that_is_another_by_now_is_not_overwritten(&Checked(open().await)).await;
    erasing::an_erased_body_is_swept_in_its_turn(&Checked(open().await)).await;
}

/// When the checks take place.
const T: u64 = 1_700_000_000_000;
const MINUTE: u64 = 60 * 1000;
const DAY: u64 = 24 * 60 * MINUTE;

/// A store of which every call must succeed.
struct Checked<S>(S);

/// The step with which this sentence is checked has failed.
#[track_caller]
fn ok<T>(step: &str, result: Result<T, StoreError>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("conformance: `{step}` succeeds on a store in order: {error:?}"),
    }
}

impl<S: Store> Checked<S> {
    async fn keep(&self, incoming: Incoming) -> Kept {
        ok("keep", self.0.keep(incoming).await)
    }

    /// Takes the events for a day.
    async fn own(&self) -> Fence {
        match self.try_own(1, T, DAY).await {
            Some(fence) => fence,
            None => panic!("conformance: a store without an owner is owned by who asks"),
        }
    }

    async fn try_own(&self, owner: u64, now: u64, lease: u64) -> Option<Fence> {
        let lease = Duration::from_millis(lease);
        ok("own", self.0.own(Owner(owner), Millis(now), lease).await)
    }

    async fn pending(&self) -> Vec<Pending> {
        ok("pending", self.0.pending(Scan::After(Seq(0)), 1000).await)
    }

    /// The one event that is pending.
    async fn only(&self) -> Pending {
        match self.pending().await[..] {
            [event] => event,
            ref all => panic!("conformance: one event is pending, not {}", all.len()),
        }
    }

    async fn dead(&self) -> Vec<DeadLetter> {
        ok("dead", self.0.dead(None, 1000).await)
    }

    async fn finish(&self, fence: Fence, seq: Seq, now: u64, end: End) -> bool {
        ok("finish", self.0.finish(fence, seq, Millis(now), end).await)
    }

    /// Gives it up, which must succeed.
    async fn kill(&self, fence: Fence, seq: Seq, now: u64) {
        let end = End::Dead { attempts: 20, reason: "a reason".into() };
        assert!(
            self.finish(fence, seq, now, end).await,
            "conformance: a pending event can be given up"
        );
    }

    async fn has_body(&self, id: BodyId) -> bool {
        ok("body", self.0.body(id).await).is_some()
    }
}

/// A notification that is received at `T + after`, and remembered for eight days.
fn notification(after: u64, events: impl IntoIterator<Item = NewEvent>) -> Incoming {
    let mut origin = StoredOrigin::new(Form::Cloud, "a label");
    origin.proof = Some(("a scheme".into(), "a secret's name".into()));
    let received = T + after;
    let until = Millis(received + 8 * DAY);
    let mut incoming =
        Incoming::new(Bytes::from_static(b"a body"), origin, Millis(received), until);
    incoming.events.extend(events);
    incoming
}

/// An event of lane 1 with this key.
fn event(key: u8) -> NewEvent {
    NewEvent::new(Some(DedupKey::from_bytes([key; 16])), Lane(1), 0)
}

fn seqs(events: &[Pending]) -> Vec<Seq> {
    events.iter().map(|event| event.seq).collect()
}
