//! What is there, and in which pages.

use super::{Checked, T, event, notification, ok, seqs};
use crate::store::{BodyId, End, Lane, Millis, Scan, Seq, Store};

pub(super) async fn pending_events_are_read_in_pages<S: Store>(store: &Checked<S>) {
    store.keep(notification(0, (0..5).map(event))).await;
    let all = store.pending().await;
    let mut read = Vec::new();
    let mut after = Seq(0);
    for expected in [2, 2, 1, 0] {
        let page = ok("pending", store.0.pending(Scan::After(after), 2).await);
        assert_eq!(page.len(), expected, "conformance: `pending` gives up to `limit` events");
        after = page.last().map_or(after, |last| last.seq);
        read.extend(page);
    }
    assert_eq!(read, all, "conformance: `Scan::After` gives all events behind one, each once");
    assert!(
        ok("pending", store.0.pending(Scan::After(Seq(u64::MAX)), 2).await).is_empty(),
        "conformance: nothing is behind the last place"
    );
}

pub(super) async fn a_lane_is_read_by_itself<S: Store>(store: &Checked<S>) {
    let lanes = [1, 2, 1, u64::MAX, 1, 2];
    let events = lanes.iter().zip(0..).map(|(lane, key)| {
        let mut event = event(key);
        event.lane = Lane(*lane);
        event
    });
    store.keep(notification(0, events)).await;
    let all = store.pending().await;
    for lane in [1, 2, u64::MAX, 3] {
        let expected: Vec<_> =
            all.iter().copied().filter(|event| event.lane == Lane(lane)).collect();
        let mut read = Vec::new();
        let mut after = Seq(0);
        loop {
            let page = ok("pending", store.0.pending(Scan::Lane(Lane(lane), after), 1).await);
            let Some(last) = page.last() else { break };
            assert!(
                last.seq > after && page.len() == 1,
                "conformance: `Scan::Lane` gives up to `limit` events behind one"
            );
            after = last.seq;
            read.extend(page);
        }
        assert_eq!(
            seqs(&read),
            seqs(&expected),
            "conformance: `Scan::Lane` gives the events of one lane, in order"
        );
    }
}

pub(super) async fn dead_letters_are_read_in_pages<S: Store>(store: &Checked<S>) {
    let fence = store.own().await;
    store.keep(notification(0, (0..3).map(event))).await;
    // The last is given up first: the order is that of the events all the same.
    let all = seqs(&store.pending().await);
    for seq in all.iter().rev() {
        store.kill(fence, *seq, T).await;
    }
    let mut read = Vec::new();
    let mut after = None;
    loop {
        let page = ok("dead", store.0.dead(after, 2).await);
        assert!(page.len() <= 2, "conformance: `dead` gives up to `limit` dead letters");
        let Some(last) = page.last() else { break };
        assert!(after < Some(last.seq), "conformance: `dead` gives what is behind one");
        after = Some(last.seq);
        read.extend(page.iter().map(|letter| letter.seq));
    }
    assert_eq!(
        read, all,
        "conformance: `dead` gives all dead letters by ascending place, each once"
    );
}

pub(super) async fn bodies_are_read_in_pages<S: Store>(store: &Checked<S>) {
    let fence = store.own().await;
    for key in 0..5 {
        store.keep(notification(0, [event(2 * key), event(2 * key + 1)])).await;
    }
    let mut all: Vec<BodyId> = store.pending().await.iter().map(|event| event.body).collect();
    all.dedup();
    for event in &store.pending().await[..2] {
        store.finish(fence, event.seq, T, End::Done).await;
    }
    let mut read = Vec::new();
    for expected in [2, 2, 1, 0] {
        let page = ok("bodies", store.0.bodies(read.last().copied(), 2).await);
        assert_eq!(page.len(), expected, "conformance: `bodies` gives up to `limit` behind one");
        read.extend(page);
    }
    assert!(
        read == all && read.is_sorted(),
        "conformance: `bodies` gives all that were not swept, ascending, each once"
    );
}

pub(super) async fn a_body_is_there_until_it_is_swept<S: Store>(store: &Checked<S>) {
    let fence = store.own().await;
    store.keep(notification(0, [event(1), event(2)])).await;
    let [first, second] = store.pending().await[..] else {
        panic!("conformance: two events are pending");
    };
    assert_eq!(first.body, second.body, "conformance: the events of a notification share its body");
    let there = "conformance: a body is there until it is swept";
    store.finish(fence, first.seq, T, End::Done).await;
    assert!(store.has_body(first.body).await, "{there}");
    store.kill(fence, second.seq, T).await;
    assert!(store.has_body(first.body).await, "{there}");
    ok("purge", store.0.purge(second.seq, Millis(T)).await);
    assert!(store.has_body(first.body).await, "{there}");
    assert!(
        !store.has_body(BodyId(u64::MAX)).await,
        "conformance: a body that never was is not there"
    );
}

pub(super) async fn stats_count_what_is_there<S: Store>(store: &Checked<S>) {
    let stats = async || ok("stats", store.0.stats().await);
    let empty = stats().await;
    assert_eq!(
        (empty.pending, empty.oldest, empty.dead, empty.bodies, empty.keys.unwrap_or(0)),
        (0, None, 0, 0, 0),
        "conformance: nothing is in a new store"
    );
    let fence = store.own().await;
    store.keep(notification(0, [event(1), event(2)])).await;
    let mut earlier = notification(0, [event(3)]);
    earlier.received = Millis(T - 5); // the clock was set back
    store.keep(earlier).await;
    let full = stats().await;
    assert_eq!(
        (full.pending, full.oldest, full.dead, full.bodies, full.keys.unwrap_or(3)),
        (3, Some(Millis(T)), 0, 2, 3),
        "conformance: `stats` counts events, bodies and keys, and knows when the first of them came"
    );
    let pending = store.pending().await;
    store.finish(fence, pending[0].seq, T, End::Done).await;
    store.kill(fence, pending[1].seq, T).await;
    let ended = stats().await;
    assert_eq!(
        (ended.pending, ended.oldest, ended.dead, ended.keys.unwrap_or(3)),
        (1, Some(Millis(T - 5)), 1, 3),
        "conformance: `stats` counts what has ended no longer, and counts dead letters and keys"
    );
}
