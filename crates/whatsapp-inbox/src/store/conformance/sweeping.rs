//! What is removed, and when.

use super::{Checked, DAY, MINUTE, T, event, notification, ok};
use crate::store::{End, Lane, Millis, NewEvent, Retention, Store, Swept};
use std::time::Duration;

const WEEK: Duration = Duration::from_millis(7 * DAY);

/// Bodies for a minute, dead letters for a day.
async fn sweep<S: Store>(store: &Checked<S>, now: u64) -> Swept {
    let retention = Retention::new(Duration::from_millis(MINUTE), Duration::from_millis(DAY));
    ok("sweep", store.0.sweep(Millis(now), retention).await)
}

async fn bodies<S: Store>(store: &Checked<S>) -> u64 {
    ok("stats", store.0.stats().await).bodies
}

pub(super) async fn a_body_is_swept_when_its_time_is_over<S: Store>(store: &Checked<S>) {
    let fence = store.own().await;
    store.keep(notification(0, [event(1), event(2)])).await;
    store.keep(notification(0, [event(3)])).await;
    let pending = store.pending().await;
    store.finish(fence, pending[0].seq, T, End::Done).await;
    sweep(store, T + 2 * MINUTE).await;
    assert!(
        store.has_body(pending[0].body).await,
        "conformance: a body of which an event is pending is not swept"
    );
    store.finish(fence, pending[1].seq, T + 2 * MINUTE, End::Done).await;
    sweep(store, T + 3 * MINUTE - 1).await;
    assert_eq!(
        bodies(store).await,
        2,
        "conformance: a body is kept for its time after the last of its events was done"
    );
    let swept = sweep(store, T + 3 * MINUTE + 1).await;
    assert_eq!(
        (swept.bodies, bodies(store).await, store.has_body(pending[0].body).await),
        (1, 1, false),
        "conformance: a body is swept when its time is over, and no other is"
    );
    assert_eq!(store.only().await, pending[2], "conformance: a sweep leaves pending events");
    assert!(
        store.has_body(pending[2].body).await,
        "conformance: a body of which an event is pending is not swept"
    );
}

pub(super) async fn a_dead_letter_is_swept_when_its_time_is_over<S: Store>(store: &Checked<S>) {
    let fence = store.own().await;
    store.keep(notification(0, [event(1), event(2)])).await;
    let [first, second] = store.pending().await[..] else {
        panic!("conformance: two events are pending");
    };
    store.kill(fence, first.seq, T).await;
    store.kill(fence, second.seq, T + MINUTE).await;
    let swept = sweep(store, T + DAY - 1).await;
    assert!(
        swept.dead == 0 && store.dead().await.len() == 2 && store.has_body(first.body).await,
        "conformance: a dead letter and its body are kept for its time after it was given up"
    );
    let swept = sweep(store, T + DAY + 1).await;
    let left: Vec<_> = store.dead().await.iter().map(|letter| letter.seq).collect();
    assert!(
        swept.dead == 1 && left == [second.seq] && store.has_body(first.body).await,
        "conformance: a dead letter is swept when its time is over, and no other is"
    );
    sweep(store, T + DAY + MINUTE + 1).await;
    sweep(store, T + DAY + 3 * MINUTE).await;
    assert!(
        store.dead().await.is_empty() && bodies(store).await == 0,
        "conformance: the body of dead letters that are all swept is swept in its turn"
    );
}

pub(super) async fn what_is_kept_for_no_time_is_swept_whatever_the_clock_said<S: Store>(
    store: &Checked<S>,
) {
    let fence = store.own().await;
    store.keep(notification(0, [event(1)])).await;
    store.keep(notification(0, [event(2)])).await;
    let [done, dead] = store.pending().await[..] else {
        panic!("conformance: two events are pending");
    };
    store.finish(fence, done.seq, T + 30 * DAY, End::Done).await;
    store.kill(fence, dead.seq, T + 30 * DAY).await;
    let swept = ok("sweep", store.0.sweep(Millis(T), Retention::new(WEEK, Duration::ZERO)).await);
    assert!(
        swept.dead == 1 && store.dead().await.is_empty() && store.has_body(done.body).await,
        "conformance: with a time of zero dead letters are swept, also those of a clock that was ahead"
    );
    ok("sweep", store.0.sweep(Millis(T), Retention::new(Duration::ZERO, WEEK)).await);
    assert_eq!(
        bodies(store).await,
        0,
        "conformance: with a time of zero bodies are swept, also those of a clock that was ahead"
    );
}

pub(super) async fn a_sweep_removes_all_that_it_may<S: Store>(store: &Checked<S>) {
    const MANY: u64 = 1100;
    let mut dead = NewEvent::new(None, Lane(1), 0);
    dead.dead = Some("a reason");
    store.keep(notification(0, (0..MANY).map(|_| dead))).await;
    assert_eq!(
        sweep(store, T + DAY + 1).await.dead,
        MANY,
        "conformance: one sweep removes all that need not be kept"
    );
}

pub(super) async fn a_key_outlives_its_event<S: Store>(store: &Checked<S>) {
    let fence = store.own().await;
    store.keep(notification(0, [event(1)])).await;
    let mut short = notification(0, [event(2)]);
    short.remember_until = Millis(T + DAY);
    store.keep(short).await;
    for event in store.pending().await {
        store.finish(fence, event.seq, T, End::Done).await;
    }
    for (key, end) in [(2, T + DAY), (1, T + 8 * DAY)] {
        sweep(store, end - 1).await;
        let kept = store.keep(notification(end - 1 - T, [event(key)])).await;
        assert_eq!(
            kept.duplicates, 1,
            "conformance: a key is remembered for its time, whatever became of event and body"
        );
    }
}

pub(super) async fn a_key_is_forgotten_when_its_time_is_over<S: Store>(store: &Checked<S>) {
    store.keep(notification(0, [event(1)])).await;
    let mut longer = notification(0, [event(2)]);
    longer.remember_until = Millis(T + 30 * DAY);
    store.keep(longer).await;
    // A store that drops many keys at once may wait for the end of a day.
    sweep(store, T + 9 * DAY + 1).await;
    let kept = store.keep(notification(9 * DAY + 1, [event(1)])).await;
    assert_eq!(
        kept.new, 1,
        "conformance: a key is forgotten by a sweep a day after the end of its time, if not before"
    );
    let kept = store.keep(notification(9 * DAY + 2, [event(2)])).await;
    assert_eq!(kept.duplicates, 1, "conformance: each key is remembered for its own time");
}
