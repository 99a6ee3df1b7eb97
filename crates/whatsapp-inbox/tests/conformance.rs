//! The suite passes over a store in order, and fails over broken ones with the sentence they break.

#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use whatsapp_inbox::{
    Store, StoreError,
    store::{
        BodyId, DeadLetter, End, Erasure, Fence, Incoming, Kept, Lane, MemoryStore, Millis, Owner,
        Pending, Retention, Scan, Seq, SqliteStore, Stats, StoredBody, Swept, conformance,
    },
};
use whatsapp_router::dedup::HashKey;

#[tokio::test]
async fn the_sqlite_store_keeps_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    let mut stores = 0;
    conformance::check(async || {
        stores += 1;
        SqliteStore::open(folder.path().join(stores.to_string())).unwrap()
    })
    .await;
    assert!(stores > 30);
}

#[tokio::test]
async fn the_memory_store_keeps_the_contract() {
    conformance::check(async || MemoryStore::new()).await;
}

#[tokio::test]
async fn broken_stores_fail_with_the_sentence_they_break() {
    let faults = [
        (Fault::ForgetsKeys, "whose key is remembered is a duplicate"),
        (Fault::TakesNamelessForEqual, "without a key is never a duplicate"),
        (Fault::Reorders, "ascending places in the order of a call"),
        (Fault::KeepsDone, "an event that is done is gone"),
        (Fault::IgnoresFences, "with another fence than the owner's is `false`"),
        (Fault::SharesEvents, "one owner at a time"),
        (Fault::HidesWhatIsNotDue, "one event is pending, not 0"),
        (Fault::MixesLanes, "gives the events of one lane"),
        (Fault::SweepsTooEarly, "a dead letter and its body are kept for its time"),
        (Fault::BelievesClocks, "with a time of zero dead letters are swept"),
        (Fault::BelievesClocksOfBodies, "with a time of zero bodies are swept"),
        (Fault::NeverSweeps, "a body is swept when its time is over"),
        (Fault::DiesTwice, "an event that is given up is a dead letter"),
        (Fault::ListsBodiesTwice, "`bodies` gives up to `limit` behind one"),
        (Fault::HidesEndedBodies, "a body is there until it is swept"),
        (Fault::ErasesWithoutEnding, "ends the events that stand where it overwrites"),
        (Fault::ErasesWhatIsAnother, "only if it is what it was taken for"),
    ];
    let tasks = tokio::task::LocalSet::new();
    for (fault, sentence) in faults {
        let broken = tasks.spawn_local(async move {
            let folder = tempfile::tempdir().unwrap();
            let mut stores = 0;
            conformance::check(async || {
                stores += 1;
                let inner = SqliteStore::open(folder.path().join(stores.to_string())).unwrap();
                Broken { inner, fault, fence: Arc::default() }
            })
            .await;
        });
        let failed = tasks.run_until(broken).await.expect_err("a broken store does not pass");
        let message = failed.into_panic();
        let message = match message.downcast::<String>() {
            Ok(message) => *message,
            Err(message) => message.downcast::<&str>().unwrap().to_string(),
        };
        assert!(message.contains(sentence), "{fault:?}: {message}");
        assert!(message.contains("conformance: "), "{fault:?}: {message}");
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    ForgetsKeys,
    TakesNamelessForEqual,
    Reorders,
    KeepsDone,
    IgnoresFences,
    SharesEvents,
    HidesWhatIsNotDue,
    MixesLanes,
    SweepsTooEarly,
    BelievesClocks,
    BelievesClocksOfBodies,
    NeverSweeps,
    DiesTwice,
    ListsBodiesTwice,
    HidesEndedBodies,
    ErasesWithoutEnding,
    ErasesWhatIsAnother,
}

/// A store in order, but for one fault.
#[derive(Clone)]
struct Broken {
    inner: SqliteStore,
    fault: Fault,
    fence: Arc<Mutex<Option<Fence>>>,
}

impl Store for Broken {
    fn hash_key(&self) -> HashKey {
        self.inner.hash_key()
    }

    async fn keep(&self, mut incoming: Incoming) -> Result<Kept, StoreError> {
        match self.fault {
            Fault::ForgetsKeys => incoming.events.iter_mut().for_each(|event| event.key = None),
            Fault::TakesNamelessForEqual => {
                incoming.events.iter_mut().for_each(|event| {
                    event.key = event
                        .key
                        .or(Some(whatsapp_router::dedup::DedupKey::from_bytes([0xff; 16])));
                });
            }
            Fault::Reorders if incoming.events.len() > 2 => incoming.events.reverse(),
            _ => {}
        }
        self.inner.keep(incoming).await
    }

    async fn own(
        &self,
        owner: Owner,
        now: Millis,
        lease: Duration,
    ) -> Result<Option<Fence>, StoreError> {
        let fence = self.inner.own(owner, now, lease).await?;
        let mut latest = self.fence.lock().unwrap();
        *latest = fence.or(*latest);
        Ok(if self.fault == Fault::SharesEvents { *latest } else { fence })
    }

    async fn disown(&self, fence: Fence) -> Result<(), StoreError> {
        self.inner.disown(fence).await
    }

    async fn pending(&self, scan: Scan, limit: usize) -> Result<Vec<Pending>, StoreError> {
        let scan = match scan {
            Scan::Lane(Lane(_), seq) if self.fault == Fault::MixesLanes => Scan::After(seq),
            scan => scan,
        };
        let mut events = self.inner.pending(scan, limit).await?;
        if self.fault == Fault::HidesWhatIsNotDue {
            events.retain(|event| event.due <= event.received);
        }
        Ok(events)
    }

    async fn bodies(&self, after: Option<BodyId>, limit: usize) -> Result<Vec<BodyId>, StoreError> {
        let after = if self.fault == Fault::ListsBodiesTwice { None } else { after };
        self.inner.bodies(after, limit).await
    }

    async fn body(&self, id: BodyId) -> Result<Option<StoredBody>, StoreError> {
        if self.fault == Fault::HidesEndedBodies {
            let pending = self.inner.pending(Scan::After(Seq(0)), 1000).await?;
            let dead = self.inner.dead(None, 1000).await?;
            let mut open =
                pending.iter().map(|event| event.body).chain(dead.iter().map(|l| l.body));
            if !open.any(|body| body == id) {
                return Ok(None);
            }
        }
        self.inner.body(id).await
    }

    async fn finish(
        &self,
        fence: Fence,
        seq: Seq,
        now: Millis,
        end: End,
    ) -> Result<bool, StoreError> {
        if self.fault == Fault::KeepsDone && end == End::Done {
            return Ok(true);
        }
        let latest = *self.fence.lock().unwrap();
        let fence = match latest {
            Some(latest) if self.fault == Fault::IgnoresFences => latest,
            _ => fence,
        };
        self.inner.finish(fence, seq, now, end).await
    }

    async fn dead(&self, after: Option<Seq>, limit: usize) -> Result<Vec<DeadLetter>, StoreError> {
        let mut letters = self.inner.dead(after, limit).await?;
        if self.fault == Fault::DiesTwice && letters.iter().any(|letter| letter.attempts > 0) {
            letters.extend_from_within(..);
        }
        Ok(letters)
    }

    async fn replay(&self, seq: Seq, now: Millis) -> Result<bool, StoreError> {
        self.inner.replay(seq, now).await
    }

    async fn purge(&self, seq: Seq, now: Millis) -> Result<bool, StoreError> {
        self.inner.purge(seq, now).await
    }

    async fn erase(
        &self,
        id: BodyId,
        erasure: Erasure,
        now: Millis,
    ) -> Result<Option<u64>, StoreError> {
        match self.fault {
            Fault::ErasesWithoutEnding => {
                self.inner.erase(id, Erasure::of(erasure.before().clone()), now).await
            }
            Fault::ErasesWhatIsAnother => {
                let found = self.inner.body(id).await?;
                let mut same = Erasure::of(found.map(|found| found.body).unwrap_or_default());
                erasure.offsets().iter().for_each(|at| same.blank(*at as usize..*at as usize + 5));
                self.inner.erase(id, same, now).await
            }
            _ => self.inner.erase(id, erasure, now).await,
        }
    }

    async fn sweep(&self, now: Millis, mut retention: Retention) -> Result<Swept, StoreError> {
        const MOMENT: Duration = Duration::from_millis(1);
        match self.fault {
            Fault::NeverSweeps => return Ok(Swept::default()),
            Fault::SweepsTooEarly => retention.dead /= 2,
            Fault::BelievesClocks => retention.dead = retention.dead.max(MOMENT),
            Fault::BelievesClocksOfBodies => retention.bodies = retention.bodies.max(MOMENT),
            _ => {}
        }
        self.inner.sweep(now, retention).await
    }

    async fn stats(&self) -> Result<Stats, StoreError> {
        self.inner.stats().await
    }
}
