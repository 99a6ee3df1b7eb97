//! Fenced.

use super::{Checked, DAY, MINUTE, T, event, notification, ok};
use crate::store::{End, Fence, Millis, Store};

pub(super) async fn one_owner_at_a_time<S: Store>(store: &Checked<S>) {
    assert!(
        store.try_own(1, T, MINUTE).await.is_some(),
        "conformance: a store without an owner is owned by who asks"
    );
    assert_eq!(
        store.try_own(2, T + MINUTE - 1, MINUTE).await,
        None,
        "conformance: one owner at a time has the events in hand"
    );
}

pub(super) async fn a_lease_is_renewed<S: Store>(store: &Checked<S>) {
    let first = store.try_own(1, T, MINUTE).await;
    let again = store.try_own(1, T + MINUTE / 2, MINUTE).await;
    assert_eq!(first, again, "conformance: an owner who goes on keeps its fence");
    assert_eq!(
        store.try_own(2, T + MINUTE + 1, MINUTE).await,
        None,
        "conformance: a lease that is renewed runs from then"
    );
    let after_its_end = store.try_own(1, T + DAY, MINUTE).await;
    assert!(
        after_its_end >= first,
        "conformance: a lease that nobody has taken over can be renewed after its end"
    );
}

pub(super) async fn a_lease_ends<S: Store>(store: &Checked<S>) {
    let first = store.try_own(1, T, MINUTE).await;
    let second = store.try_own(2, T + MINUTE + 1, MINUTE).await;
    assert!(second.is_some(), "conformance: when a lease is over, another may own");
    assert!(second > first, "conformance: a new owner's fence is greater than any before");
    assert_eq!(
        store.try_own(1, T + MINUTE + 2, MINUTE).await,
        None,
        "conformance: one owner at a time has the events in hand"
    );
    let third = store.try_own(1, T + DAY, MINUTE).await;
    assert!(
        third > second,
        "conformance: who owns again after another has a fence greater than any before"
    );
}

pub(super) async fn a_lease_is_no_longer_when_the_clock_is_set_back<S: Store>(store: &Checked<S>) {
    let first = store.try_own(1, T, MINUTE).await;
    assert_eq!(
        store.try_own(2, T - DAY, MINUTE).await,
        None,
        "conformance: one owner at a time has the events in hand"
    );
    let second = store.try_own(2, T - DAY + MINUTE, MINUTE).await;
    assert!(
        second > first,
        "conformance: when the clock is set back, a lease ends its length after that"
    );
}

pub(super) async fn what_is_given_back_can_be_taken<S: Store>(store: &Checked<S>) {
    let fence = store.own().await;
    store.keep(notification(0, [event(1)])).await;
    let seq = store.only().await.seq;
    ok("disown", store.0.disown(fence).await);
    assert!(
        !store.finish(fence, seq, T, End::Done).await,
        "conformance: who has given the events back can end none"
    );
    let next = store.try_own(2, T + 1, MINUTE).await;
    assert!(
        next > Some(fence),
        "conformance: what is given back can be taken at once, with a greater fence"
    );
}

pub(super) async fn an_old_fence_changes_nothing<S: Store>(store: &Checked<S>) {
    store.keep(notification(0, [event(1)])).await;
    let before = store.only().await;
    let Some(old) = store.try_own(1, T, MINUTE).await else {
        panic!("conformance: a store without an owner is owned by who asks");
    };
    let Some(new) = store.try_own(2, T + MINUTE + 1, MINUTE).await else {
        panic!("conformance: when a lease is over, another may own");
    };
    let ends = [
        End::Done,
        End::Retry { attempts: 1, due: Millis(T + DAY) },
        End::Dead { attempts: 1, reason: "a reason".into() },
    ];
    for end in ends {
        for fence in [old, Fence(new.0 + 1)] {
            assert!(
                !store.finish(fence, before.seq, T + MINUTE + 2, end.clone()).await,
                "conformance: a step with another fence than the owner's is `false`"
            );
        }
    }
    assert_eq!(
        store.only().await,
        before,
        "conformance: a step with another fence than the owner's changes nothing"
    );
    assert!(
        store.finish(new, before.seq, T + MINUTE + 2, End::Done).await,
        "conformance: a step with the owner's fence is made"
    );
}

pub(super) async fn an_old_fence_gives_nothing_back<S: Store>(store: &Checked<S>) {
    let Some(old) = store.try_own(1, T, MINUTE).await else {
        panic!("conformance: a store without an owner is owned by who asks");
    };
    store.try_own(2, T + MINUTE + 1, MINUTE).await;
    ok("disown", store.0.disown(old).await);
    assert_eq!(
        store.try_own(3, T + MINUTE + 2, MINUTE).await,
        None,
        "conformance: a step with an old fence changes nothing: it gives nothing back"
    );
}
