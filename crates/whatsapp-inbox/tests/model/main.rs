//! Random steps, taken by a store and by a reference of the contract: after each both must hold the same.
//!
//! `steps` draws them, `reference` is what a store should be. Any implementation can be put to it: [`check`]
//! takes handles on one store. `PROPTEST_CASES=N` tries more cases; what fails is made smaller, and printed.

#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod reference;
mod steps;

use proptest::{prelude::*, test_runner::TestRunner};
use reference::{Event, Known, Owned, Reference, State};
use std::time::Duration;
use steps::{Act, New, Step, steps};
use whatsapp_inbox::{
    Store,
    store::{
        BodyId, Erasure, Fence, Incoming, Lane, MemoryStore, Millis, NewEvent, Owner, Retention,
        Scan, Seq, SqliteStore, StoredOrigin,
    },
};
use whatsapp_notification::Form;
use whatsapp_router::dedup::DedupKey;

const T: u64 = 1_750_000_000_000;

#[test]
fn the_memory_store_does_what_the_model_does() {
    try_cases(512, async |steps| {
        let store = MemoryStore::new();
        check(vec![store.clone(), store.clone(), store], async |store| store, steps).await;
    });
}

/// Two handles on one file, as of two processes, that are closed and opened again.
#[test]
fn the_sqlite_store_does_what_the_model_does() {
    try_cases(128, async |steps| {
        let folder = tempfile::tempdir().unwrap();
        let open = || SqliteStore::open(folder.path().join("inbox.db")).unwrap();
        let reopen = async |store: SqliteStore| {
            store.close().await;
            open()
        };
        check(vec![open(), open()], reopen, steps).await;
    });
}

fn try_cases(cases: u32, case: impl AsyncFn(Vec<Step>)) {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    let cases = asked.unwrap_or(cases);
    let config = ProptestConfig { cases, failure_persistence: None, ..Default::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let tried = TestRunner::new(config).run(&steps(), |steps| {
        runtime.block_on(case(steps));
        Ok(())
    });
    tried.unwrap_or_else(|failure| panic!("{failure}"));
}

/// Takes the steps through these handles on one empty store; `reopen` closes one and opens it anew.
async fn check<S: Store>(mut handles: Vec<S>, reopen: impl AsyncFn(S) -> S, steps: Vec<Step>) {
    let mut run = Run { reference: Reference::default(), now: T };
    let hash_key = handles[0].hash_key();
    for step in steps {
        run.now = run.now.checked_add_signed(step.clock).unwrap();
        let at = step.handle % handles.len();
        if let Act::Reopen = step.act {
            let closed = handles.remove(at);
            handles.insert(at, reopen(closed).await);
            assert!(handles[at].hash_key() == hash_key, "one hash key for ever");
        }
        run.take(&handles[at], &step).await;
        // Whoever reads after a step sees it.
        let reader = (at + step.after) % handles.len();
        run.compare(&handles[reader], step.after, step.limit).await;
    }
}

struct Run {
    reference: Reference,
    now: u64,
}

impl Run {
    async fn take<S: Store>(&mut self, store: &S, step: &Step) {
        let now = self.now;
        match &step.act {
            Act::Keep { events, window } => self.keep(store, events, now + window).await,
            Act::Own { owner, lease } => {
                let fence = store.own(Owner(*owner), Millis(now), *lease).await.unwrap();
                match (self.reference.own(*owner, now, *lease), fence) {
                    (Owned::No, None) => {}
                    (Owned::Still(expected), Some(fence)) => assert_eq!(fence, expected),
                    (Owned::Anew { owner, until, lease }, Some(fence)) => {
                        self.reference.owned(owner, fence, until, lease);
                    }
                    (_, fence) => panic!("the events are in hand, or are not: {fence:?}"),
                }
            }
            Act::Disown { fence } => {
                let fence = self.fence(*fence);
                store.disown(fence).await.unwrap();
                self.reference.disown(fence);
            }
            Act::Finish { fence, event, end } => {
                let (fence, seq) = (self.fence(*fence), self.event(*event));
                let end = end.clone();
                let finished = store.finish(fence, Seq(seq), Millis(now), end.clone()).await;
                assert_eq!(finished.unwrap(), self.reference.finish(fence, seq, now, end));
            }
            Act::Replay { event } => {
                let seq = self.event(*event);
                let replayed = store.replay(Seq(seq), Millis(now)).await.unwrap();
                assert_eq!(replayed, self.reference.replay(seq, now));
            }
            Act::Purge { event } => {
                let seq = self.event(*event);
                let purged = store.purge(Seq(seq), Millis(now)).await.unwrap();
                assert_eq!(purged, self.reference.purge(seq, now));
            }
            Act::Erase { body, items, stale } => {
                let id = pick(self.reference.bodies.keys().copied(), *body);
                let mut before =
                    self.reference.bodies.get(&id).map(|b| b.bytes.clone()).unwrap_or_default();
                if *stale {
                    before.push(b' ');
                }
                let mut erasure = Erasure::of(before.clone().into());
                items.iter().for_each(|item| erasure.blank(10 * item..10 * item + 6));
                let erased = store.erase(BodyId(id), erasure, Millis(now)).await.unwrap();
                assert_eq!(erased, self.reference.erase(id, &before, items, now));
            }
            Act::Sweep { bodies, dead } => {
                let retention =
                    Retention::new(Duration::from_millis(*bodies), Duration::from_millis(*dead));
                let swept = store.sweep(Millis(now), retention).await.unwrap();
                let expected = self.reference.sweep(now, *bodies, *dead);
                assert_eq!((swept.dead, swept.bodies), expected);
            }
            Act::Reopen => {}
        }
    }

    async fn keep<S: Store>(&mut self, store: &S, new: &[New], until: u64) {
        let label = format!("label {}", self.reference.events.len());
        // Each item of the body is ten bytes, of which six are a value.
        let body: String = (0..new.len()).map(|n| format!("\"{:04}\",   ", n * 7)).collect();
        let origin = StoredOrigin::new(Form::Cloud, label.as_str());
        let mut incoming =
            Incoming::new(body.clone().into(), origin, Millis(self.now), Millis(until));
        incoming.events = (0u32..)
            .zip(new)
            .map(|(n, new)| {
                let key = new.key.map(|key| DedupKey::from_bytes([key; 16]));
                let mut event = NewEvent::new(key, Lane(new.lane), 10 * n);
                event.dead = new.dead.then_some("from the first");
                event
            })
            .collect();
        let kept = store.keep(incoming).await.unwrap();

        // The numbers are the store's.
        let last = self.reference.events.keys().last().copied().unwrap_or(0);
        let pending = store.pending(Scan::After(Seq(last)), usize::MAX).await.unwrap();
        let dead = store.dead(Some(Seq(last)), usize::MAX).await.unwrap();
        let mut rows: Vec<_> = pending.iter().map(|p| (p.seq.0, p.body.0, p.offset)).collect();
        rows.extend(dead.iter().map(|letter| (letter.seq.0, letter.body.0, letter.offset)));
        rows.sort_unstable();
        assert_eq!((kept.new, kept.new + kept.duplicates), (rows.len(), new.len()));
        let mut rows = rows.into_iter().peekable();
        let id = rows.peek().map(|(_, id, _)| *id);
        let mut within = Vec::new();
        for (n, new) in (0u32..).zip(new) {
            let row = rows.next_if(|(_, _, offset)| *offset == 10 * n);
            let known = match new.key {
                Some(key) if within.contains(&key) => Known::Yes,
                Some(key) => self.reference.knows(key, self.now),
                None => Known::No,
            };
            within.extend(new.key);
            assert!(known == Known::Either || (known == Known::No) == row.is_some(), "{known:?}");
            let Some((seq, body, offset)) = row else { continue };
            assert_eq!(Some(body), id, "the events of a call share their body");
            let state = match new.dead {
                true => {
                    let reason = "from the first".to_owned();
                    State::Dead { attempts: 0, died: self.now, reason }
                }
                false => State::Pending { attempts: 0, due: self.now },
            };
            let (lane, received) = (new.lane, self.now);
            let event = Event { body, offset, lane, received, state };
            self.reference.keep(seq, event, *new, until);
        }
        assert_eq!(rows.next(), None, "events have places in the order of the call");
        if let Some(id) = id {
            let last = self.reference.bodies.keys().last();
            assert!(last.is_none_or(|last| *last < id), "bodies have ascending numbers");
            self.reference.keep_body(id, body.into_bytes(), label);
        }
    }

    /// All that the store holds is what the reference holds.
    async fn compare<S: Store>(&self, store: &S, after: usize, limit: usize) {
        let reference = &self.reference;
        let mut pending = Vec::new();
        let mut dead = Vec::new();
        for (seq, event) in reference.open() {
            let Event { body, offset, lane, received, .. } = *event;
            match event.state.clone() {
                State::Pending { attempts, due } => {
                    pending.push((seq, body, offset, lane, received, attempts, due));
                }
                State::Dead { attempts, died, reason } => {
                    dead.push((seq, body, offset, received, attempts, died, reason));
                }
                State::Ended => {}
            }
        }
        let scan = async |scan, limit| {
            let page = store.pending(scan, limit).await.unwrap();
            let row = |p: &whatsapp_inbox::store::Pending| {
                (p.seq.0, p.body.0, p.offset, p.lane.0, p.received.0, p.attempts, p.due.0)
            };
            page.iter().map(row).collect::<Vec<_>>()
        };
        assert_eq!(scan(Scan::After(Seq(0)), usize::MAX).await, pending);
        let seq = self.event(after);
        let behind = pending.iter().filter(|row| row.0 > seq);
        let page: Vec<_> = behind.clone().take(limit).copied().collect();
        assert_eq!(scan(Scan::After(Seq(seq)), limit).await, page);
        for lane in [0, 1, u64::MAX, 7] {
            let page: Vec<_> =
                behind.clone().filter(|row| row.3 == lane).take(limit).copied().collect();
            assert_eq!(scan(Scan::Lane(Lane(lane), Seq(seq)), limit).await, page);
        }

        let letters = async |after, limit| {
            let page = store.dead(after, limit).await.unwrap();
            let row = |l: whatsapp_inbox::store::DeadLetter| {
                (l.seq.0, l.body.0, l.offset, l.received.0, l.attempts, l.died.0, l.reason)
            };
            page.into_iter().map(row).collect::<Vec<_>>()
        };
        assert_eq!(letters(None, usize::MAX).await, dead);
        let page: Vec<_> = dead.iter().filter(|row| row.0 > seq).take(limit).cloned().collect();
        assert_eq!(letters(Some(Seq(seq)), limit).await, page);

        let there = reference.bodies.iter().filter(|(_, body)| !body.is_swept);
        let there: Vec<BodyId> = there.map(|(id, _)| BodyId(*id)).collect();
        assert_eq!(store.bodies(None, usize::MAX).await.unwrap(), there);
        let id = BodyId(pick(reference.bodies.keys().copied(), after));
        let page: Vec<_> = there.iter().filter(|there| **there > id).take(limit).copied().collect();
        assert_eq!(store.bodies(Some(id), limit).await.unwrap(), page);
        let found = store.body(id).await.unwrap().map(|b| (b.body.to_vec(), b.origin.label));
        let expected = reference.bodies.get(&id.0).filter(|body| !body.is_swept);
        assert_eq!(found, expected.map(|body| (body.bytes.clone(), body.label.clone())));

        let stats = store.stats().await.unwrap();
        assert_eq!(
            (stats.pending, stats.dead, stats.bodies),
            (pending.len() as u64, dead.len() as u64, there.len() as u64)
        );
        assert_eq!(stats.oldest.map(|oldest| oldest.0), pending.first().map(|row| row.4));
        assert!(stats.keys.is_none_or(|keys| keys >= reference.remembered()));
    }

    /// One of the fences that were given, or one that never was.
    fn fence(&self, n: usize) -> Fence {
        Fence(pick(self.reference.fences.iter().map(|fence| fence.0), n))
    }

    fn event(&self, n: usize) -> u64 {
        pick(self.reference.events.keys().copied(), n)
    }
}

/// One of these numbers; or none of them: zero, or a great one.
fn pick(numbers: impl Iterator<Item = u64>, n: usize) -> u64 {
    let mut numbers: Vec<u64> = numbers.collect();
    numbers.extend([0, u64::MAX]);
    numbers[n % numbers.len()]
}
