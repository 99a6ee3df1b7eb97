//! What is overwritten, and what ends with it.

use super::{Checked, MINUTE, T, event, notification, ok, seqs};
use crate::store::{BodyId, End, Erasure, Incoming, Millis, NewEvent, Retention, Seq, Store};
use bytes::Bytes;
use std::time::Duration;

const BODY: &[u8] = b"[{one},{two},{six}]";
const LEFT: &[u8] = b"[null ,{two},null ]";

/// Three events that stand in [`BODY`].
fn three() -> Incoming {
    let offsets = [(1, 1), (2, 7), (3, 13)];
    let mut incoming = notification(
        0,
        offsets.map(|(key, offset)| {
            let mut event = event(key);
            event.offset = offset;
            event
        }),
    );
    incoming.body = Bytes::from_static(BODY);
    incoming
}

/// Of the first and the third.
fn first_and_third() -> Erasure {
    let mut erasure = Erasure::of(Bytes::from_static(BODY));
    erasure.blank(1..6);
    erasure.blank(13..18);
    erasure
}

impl<S: Store> Checked<S> {
    async fn bytes(&self, id: BodyId) -> Option<Bytes> {
        ok("body", self.0.body(id).await).map(|body| body.body)
    }

    async fn erase(&self, id: BodyId, erasure: Erasure, now: u64) -> Option<u64> {
        ok("erase", self.0.erase(id, erasure, Millis(now)).await)
    }
}

pub(super) async fn what_is_erased_is_overwritten_and_ended<S: Store>(store: &Checked<S>) {
    let fence = store.own().await;
    store.keep(three()).await;
    // Of another body, with the same offsets.
    store
        .keep(notification(
            0,
            three().events.iter().map(|event| NewEvent::new(None, event.lane, event.offset)),
        ))
        .await;
    let pending = store.pending().await;
    store.kill(fence, pending[2].seq, T).await;
    store.kill(fence, pending[5].seq, T).await;
    let id = pending[0].body;
    let other = store.bytes(pending[3].body).await;
    assert_eq!(
        store.erase(id, first_and_third(), T + 1).await,
        Some(2),
        "conformance: `erase` ends the events that stand where it overwrites, pending or dead"
    );
    assert_eq!(
        store.bytes(id).await.as_deref(),
        Some(LEFT),
        "conformance: what is erased is overwritten in its body, and nothing else is"
    );
    assert_eq!(
        seqs(&store.pending().await),
        [pending[1].seq, pending[3].seq, pending[4].seq],
        "conformance: what is erased is not pending, and no other event is touched"
    );
    let dead: Vec<Seq> = store.dead().await.iter().map(|letter| letter.seq).collect();
    assert_eq!(
        dead,
        [pending[5].seq],
        "conformance: what is erased is no dead letter, and no other is touched"
    );
    assert_eq!(
        store.bytes(pending[3].body).await,
        other,
        "conformance: no other body is overwritten"
    );
    assert!(
        !ok("replay", store.0.replay(pending[2].seq, Millis(T)).await)
            && !store.finish(fence, pending[0].seq, T, End::Done).await,
        "conformance: what is erased has ended for good"
    );
    assert_eq!(
        store.keep(three()).await.duplicates,
        3,
        "conformance: what is erased is still remembered by its key"
    );
}

pub(super) async fn a_body_that_is_another_by_now_is_not_overwritten<S: Store>(store: &Checked<S>) {
    store.keep(three()).await;
    let pending = store.pending().await;
    let id = pending[0].body;
    let mut of_another = Erasure::of(Bytes::from_static(b"[{one},{two},{SIX}]"));
    of_another.blank(1..6);
    let never = BodyId(u64::MAX);
    for (id, erasure) in [(id, of_another), (never, first_and_third())] {
        assert_eq!(
            store.erase(id, erasure, T).await,
            None,
            "conformance: a body is overwritten only if it is what it was taken for"
        );
    }
    assert!(
        store.bytes(id).await.as_deref() == Some(BODY) && store.pending().await == pending,
        "conformance: an erasure of what a body no longer is changes nothing"
    );
}

pub(super) async fn an_erased_body_is_swept_in_its_turn<S: Store>(store: &Checked<S>) {
    let fence = store.own().await;
    store.keep(three()).await;
    let pending = store.pending().await;
    let id = pending[0].body;
    store.finish(fence, pending[1].seq, T, End::Done).await;
    let retention = Retention::new(Duration::from_millis(MINUTE), Duration::from_millis(MINUTE));
    store.erase(id, first_and_third(), T + MINUTE).await;
    let sweep = async |now| ok("sweep", store.0.sweep(Millis(now), retention).await).bodies;
    assert!(
        sweep(T + 2 * MINUTE - 1).await == 0 && store.has_body(id).await,
        "conformance: a body is kept for its time after the last of its events was erased"
    );
    // What has ended can be overwritten, too, and does not end again.
    let mut late = Erasure::of(Bytes::from_static(LEFT));
    late.blank(7..12);
    assert_eq!(
        store.erase(id, late, T + 2 * MINUTE - 1).await,
        Some(0),
        "conformance: an event that has ended is overwritten, and does not end again"
    );
    assert!(
        sweep(T + 2 * MINUTE).await == 1 && !store.has_body(id).await,
        "conformance: a body of which all events have ended or were erased is swept"
    );
}
