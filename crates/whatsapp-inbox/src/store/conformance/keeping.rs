//! Durable, once, in order.

use super::{Checked, event, notification, ok, seqs};
use crate::store::{DeadLetter, End, Kept, Lane, NewEvent, Seq, Store};
use std::{future::poll_fn, task::Poll};
use whatsapp_notification::Form;

pub(super) async fn a_new_event_is_kept_as_it_came<S: Store>(store: &Checked<S>) {
    let mut new = event(1);
    (new.lane, new.offset) = (Lane(u64::MAX), u32::MAX);
    let mut incoming = notification(0, [new]);
    (incoming.origin.form, incoming.origin.label) = (Form::OnPremises, "läbel".into());
    let kept = store.keep(incoming.clone()).await;
    assert_eq!(
        kept,
        Kept { new: 1, duplicates: 0 },
        "conformance: an event whose key was not kept before is new"
    );
    let pending = store.only().await;
    assert!(pending.seq > Seq(0), "conformance: every event stands behind `Seq(0)`");
    assert_eq!(
        (pending.lane, pending.offset, pending.received, pending.attempts),
        (new.lane, new.offset, incoming.received, 0),
        "conformance: a new event is pending with its lane, offset and time, and without attempts"
    );
    assert!(pending.due <= incoming.received, "conformance: a new event is due at once");
    let Some(body) = ok("body", store.0.body(pending.body).await) else {
        panic!("conformance: the body of a pending event is there");
    };
    assert_eq!(body.body, incoming.body, "conformance: a body is kept as it was received");
    assert_eq!(body.origin, incoming.origin, "conformance: a body's origin is kept with it");
    let mut unverified = notification(0, [event(2)]);
    unverified.origin.proof = None;
    store.keep(unverified.clone()).await;
    let last = store.pending().await[1].body;
    let origin = ok("body", store.0.body(last).await).map(|body| body.origin);
    assert_eq!(origin, Some(unverified.origin), "conformance: an unverified body stays unverified");
}

pub(super) async fn a_repeat_is_a_duplicate<S: Store>(store: &Checked<S>) {
    store.keep(notification(0, [event(1), event(2)])).await;
    let kept = store.keep(notification(1, [event(2), event(3)])).await;
    assert_eq!(
        kept,
        Kept { new: 1, duplicates: 1 },
        "conformance: an event whose key is remembered is a duplicate, and what stands beside it is not"
    );
    assert_eq!(store.pending().await.len(), 3, "conformance: a duplicate gets no row");
}

pub(super) async fn a_repeat_within_a_call_is_a_duplicate<S: Store>(store: &Checked<S>) {
    let mut second = event(1);
    second.offset = 7;
    let kept = store.keep(notification(0, [event(1), second])).await;
    assert_eq!(
        kept,
        Kept { new: 1, duplicates: 1 },
        "conformance: a second event with the same key within one call is a duplicate"
    );
    assert_eq!(store.only().await.offset, 0, "conformance: of two equal events the first is kept");
    let mut unremembered = notification(1, [event(2), event(2)]);
    unremembered.remember_until = unremembered.received;
    assert_eq!(
        store.keep(unremembered).await.new,
        1,
        "conformance: a second event with the same key within one call is a duplicate, however short \
         it is remembered"
    );
}

pub(super) async fn what_has_ended_is_still_a_duplicate<S: Store>(store: &Checked<S>) {
    let fence = store.own().await;
    store.keep(notification(0, [event(1), event(2)])).await;
    let pending = store.pending().await;
    store.finish(fence, pending[0].seq, super::T, End::Done).await;
    store.kill(fence, pending[1].seq, super::T).await;
    let kept = store.keep(notification(1, [event(1), event(2)])).await;
    assert_eq!(
        kept,
        Kept { new: 0, duplicates: 2 },
        "conformance: an event that is done or dead is a duplicate while its key is remembered"
    );
}

pub(super) async fn an_event_without_a_key_is_never_a_duplicate<S: Store>(store: &Checked<S>) {
    let nameless = NewEvent::new(None, Lane(1), 0);
    for _ in 0..2 {
        let kept = store.keep(notification(0, [nameless, nameless])).await;
        assert_eq!(
            kept,
            Kept { new: 2, duplicates: 0 },
            "conformance: an event without a key is never a duplicate"
        );
    }
    assert_eq!(store.pending().await.len(), 4, "conformance: every event without a key gets a row");
}

pub(super) async fn a_notification_of_duplicates_leaves_nothing<S: Store>(store: &Checked<S>) {
    store.keep(notification(0, [event(1)])).await;
    store.keep(notification(1, [event(1), event(1)])).await;
    store.keep(notification(2, [])).await;
    assert_eq!(store.pending().await.len(), 1, "conformance: a duplicate gets no row");
    let bodies = ok("stats", store.0.stats().await).bodies;
    assert_eq!(
        bodies, 1,
        "conformance: a notification of which all events are duplicates leaves nothing"
    );
}

pub(super) async fn events_have_the_order_in_which_they_came<S: Store>(store: &Checked<S>) {
    for key in [9, 5, 1] {
        let events = [key, key - 1, key + 1].map(|key| {
            let mut event = event(key);
            (event.offset, event.lane) = (key.into(), Lane(u64::from(key) % 2));
            event
        });
        store.keep(notification(0, events)).await;
    }
    let pending = store.pending().await;
    let offsets: Vec<u32> = pending.iter().map(|event| event.offset).collect();
    assert_eq!(
        offsets,
        [9, 8, 10, 5, 4, 6, 1, 0, 2],
        "conformance: events get ascending places in the order of a call, and a later call later ones"
    );
    assert!(
        seqs(&pending).is_sorted_by(|a, b| a < b),
        "conformance: `pending` is in ascending order, and no place is given twice"
    );
}

pub(super) async fn places_are_not_given_twice<S: Store>(store: &Checked<S>) {
    let fence = store.own().await;
    store.keep(notification(0, [event(1)])).await;
    let first = store.only().await;
    store.finish(fence, first.seq, super::T, End::Done).await;
    store.keep(notification(1, [event(2)])).await;
    let second = store.pending().await.pop();
    assert!(
        second.is_some_and(|second| second.seq > first.seq),
        "conformance: a call that begins after another has returned gets later places, even when \
         the earlier events have ended"
    );
}

pub(super) async fn clones_share_a_store<S: Store>(store: &Checked<S>) {
    let clone = Checked(store.0.clone());
    assert!(
        store.0.hash_key() == clone.0.hash_key() && store.0.hash_key() == store.0.hash_key(),
        "conformance: the hash key is made once"
    );
    store.keep(notification(0, [event(1)])).await;
    let kept = clone.keep(notification(1, [event(1)])).await;
    assert_eq!(kept.duplicates, 1, "conformance: clones share a store");
    assert_eq!(clone.pending().await.len(), 1, "conformance: clones share a store");
}

pub(super) async fn of_calls_at_once_one_keeps_an_event<S: Store>(store: &Checked<S>) {
    let mut calls: Vec<_> =
        (0..3).map(|_| (Box::pin(store.keep(notification(0, [event(1)]))), None)).collect();
    poll_fn(|cx| {
        for (call, kept) in calls.iter_mut().filter(|(_, kept)| kept.is_none()) {
            if let Poll::Ready(value) = call.as_mut().poll(cx) {
                *kept = Some(value);
            }
        }
        if calls.iter().all(|(_, kept)| kept.is_some()) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    let kept = || calls.iter().filter_map(|(_, kept)| *kept);
    assert_eq!(
        (kept().map(|kept| kept.new).sum(), kept().map(|kept| kept.duplicates).sum()),
        (1, 2),
        "conformance: of calls at the same time, one keeps an event"
    );
    store.only().await;
}

pub(super) async fn an_event_may_be_dead_from_the_first<S: Store>(store: &Checked<S>) {
    let mut dead = event(1);
    (dead.dead, dead.offset, dead.lane) = (Some("not JSON"), 3, Lane(9));
    let incoming = notification(0, [dead, event(2)]);
    let kept = store.keep(incoming.clone()).await;
    assert_eq!(
        kept,
        Kept { new: 2, duplicates: 0 },
        "conformance: an event that is dead from the first is new like another"
    );
    let pending = store.only().await;
    let letters = store.dead().await;
    let [DeadLetter { seq, offset, received, died, attempts: 0, reason, .. }] = &letters[..] else {
        panic!("conformance: an event that is dead from the first is a dead letter, untried");
    };
    assert_eq!(
        (*offset, *received, *died, reason.as_str()),
        (3, incoming.received, incoming.received, "not JSON"),
        "conformance: an event that is dead from the first has its reason, and died when it came"
    );
    assert!(*seq < pending.seq, "conformance: an event that is dead from the first has its place");
    let again = store.keep(notification(1, [dead])).await;
    assert_eq!(
        again.duplicates, 1,
        "conformance: an event that is dead from the first is a duplicate when it comes again"
    );
    ok("replay", store.0.replay(*seq, pending.received).await);
    assert_eq!(
        store.pending().await.first().map(|event| (event.seq, event.lane)),
        Some((*seq, Lane(9))),
        "conformance: an event that is dead from the first has its lane when it is replayed"
    );
    let mut nameless = NewEvent::new(None, Lane(1), 0);
    nameless.dead = Some("not JSON");
    store.keep(notification(2, [nameless])).await;
    let body = store.dead().await.last().map(|letter| letter.body);
    let Some(body) = body else { panic!("conformance: a dead letter is kept") };
    assert!(store.has_body(body).await, "conformance: the body of a dead letter is there");
}
