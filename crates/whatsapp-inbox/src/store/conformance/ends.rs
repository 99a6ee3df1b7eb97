//! Ended once.

use super::{Checked, MINUTE, T, event, notification, ok};
use crate::store::{End, Millis, Seq, Store};

pub(super) async fn what_is_done_is_gone<S: Store>(store: &Checked<S>) {
    let fence = store.own().await;
    store.keep(notification(0, [event(1), event(2)])).await;
    let pending = store.pending().await;
    assert!(
        store.finish(fence, pending[0].seq, T + 1, End::Done).await,
        "conformance: a pending event can be done"
    );
    assert_eq!(
        store.pending().await,
        pending[1..],
        "conformance: an event that is done is gone, and no other is"
    );
    assert!(store.dead().await.is_empty(), "conformance: an event that is done is no dead letter");
}

pub(super) async fn what_is_tried_again_stays_pending<S: Store>(store: &Checked<S>) {
    let fence = store.own().await;
    store.keep(notification(0, [event(1)])).await;
    let mut expected = store.only().await;
    (expected.attempts, expected.due) = (3, Millis(T + MINUTE));
    let end = End::Retry { attempts: 3, due: Millis(T + MINUTE) };
    assert!(
        store.finish(fence, expected.seq, T + 1, end).await,
        "conformance: a pending event can be put off"
    );
    assert_eq!(
        store.only().await,
        expected,
        "conformance: an event that is to be tried again stays in its place, with its attempts and \
         when it is due; due or not, it is pending"
    );
}

pub(super) async fn what_is_dead_is_a_dead_letter<S: Store>(store: &Checked<S>) {
    let fence = store.own().await;
    store.keep(notification(0, [event(1)])).await;
    let event = store.only().await;
    store.kill(fence, event.seq, T + MINUTE).await;
    assert!(store.pending().await.is_empty(), "conformance: a dead letter is not pending");
    let letters = store.dead().await;
    assert_eq!(letters.len(), 1, "conformance: an event that is given up is a dead letter");
    let letter = &letters[0];
    assert_eq!(
        (letter.seq, letter.body, letter.offset, letter.received),
        (event.seq, event.body, event.offset, event.received),
        "conformance: a dead letter is the event that it was"
    );
    assert_eq!(
        (letter.died, letter.attempts, letter.reason.as_str()),
        (Millis(T + MINUTE), 20, "a reason"),
        "conformance: a dead letter says when and why it died, and after how many attempts"
    );
}

pub(super) async fn an_event_ends_once<S: Store>(store: &Checked<S>) {
    let fence = store.own().await;
    store.keep(notification(0, [event(1), event(2)])).await;
    let pending = store.pending().await;
    store.finish(fence, pending[0].seq, T, End::Done).await;
    store.kill(fence, pending[1].seq, T).await;
    let before = store.dead().await;
    for seq in [pending[0].seq, pending[1].seq, Seq(pending[1].seq.0 + 1)] {
        let again = [
            End::Done,
            End::Retry { attempts: 1, due: Millis(T) },
            End::Dead { attempts: 1, reason: "another reason".into() },
        ];
        for end in again {
            assert!(
                !store.finish(fence, seq, T + 1, end).await,
                "conformance: what became of an event that is not pending is `false`"
            );
        }
    }
    assert!(
        store.pending().await.is_empty() && store.dead().await == before,
        "conformance: an event ends once"
    );
}

pub(super) async fn a_dead_letter_is_replayed<S: Store>(store: &Checked<S>) {
    let fence = store.own().await;
    store.keep(notification(0, [event(1)])).await;
    let mut expected = store.only().await;
    store.kill(fence, expected.seq, T).await;
    assert!(
        ok("replay", store.0.replay(expected.seq, Millis(T + MINUTE)).await),
        "conformance: a dead letter can be replayed"
    );
    let replayed = store.only().await;
    assert!(replayed.due <= Millis(T + MINUTE), "conformance: what is replayed is due at once");
    expected.due = replayed.due;
    assert_eq!(
        replayed, expected,
        "conformance: what is replayed is pending in its place again, without attempts"
    );
    assert!(
        store.dead().await.is_empty(),
        "conformance: what is replayed is a dead letter no longer"
    );
    assert!(
        store.finish(fence, expected.seq, T, End::Done).await
            && !ok("replay", store.0.replay(expected.seq, Millis(T)).await),
        "conformance: what is replayed ends like another"
    );
}

pub(super) async fn a_dead_letter_is_purged<S: Store>(store: &Checked<S>) {
    let fence = store.own().await;
    store.keep(notification(0, [event(1), event(2)])).await;
    let [first, second] = store.pending().await[..] else {
        panic!("conformance: two events are pending");
    };
    store.kill(fence, first.seq, T).await;
    store.kill(fence, second.seq, T).await;
    assert!(
        ok("purge", store.0.purge(first.seq, Millis(T + 1)).await),
        "conformance: a dead letter can be purged"
    );
    let left: Vec<Seq> = store.dead().await.iter().map(|letter| letter.seq).collect();
    assert_eq!(
        left,
        [second.seq],
        "conformance: what is purged is a dead letter no longer, and no other is touched"
    );
    assert!(
        !ok("purge", store.0.purge(first.seq, Millis(T + 2)).await)
            && !ok("replay", store.0.replay(first.seq, Millis(T + 2)).await)
            && store.pending().await.is_empty(),
        "conformance: a purge ends a dead letter for good"
    );
}

pub(super) async fn only_dead_letters_are_replayed_or_purged<S: Store>(store: &Checked<S>) {
    store.keep(notification(0, [event(1)])).await;
    let before = store.only().await;
    for seq in [before.seq, Seq(before.seq.0 + 1)] {
        assert!(
            !ok("replay", store.0.replay(seq, Millis(T)).await)
                && !ok("purge", store.0.purge(seq, Millis(T)).await),
            "conformance: what is no dead letter is neither replayed nor purged"
        );
    }
    assert_eq!(
        store.only().await,
        before,
        "conformance: what is no dead letter is neither replayed nor purged"
    );
}
