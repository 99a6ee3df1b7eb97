//! [`MemoryStore`]: a store for tests.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
//! use tower::{Service, ServiceExt};
//! use whatsapp_inbox::{Inbox, Store, store::MemoryStore};
//! use whatsapp_notification::Notification;
//!
//! let mut inbox = Inbox::new(MemoryStore::new());
//! let body = r#"{"messages":[{"from":"15550001","id":"A","type":"text","text":{"body":"Hi"}}]}"#;
//! let kept = inbox.ready().await?.call(Notification::parse(body)?).await?;
//! assert_eq!((kept.new, kept.duplicates), (1, 0));
//! let again = inbox.ready().await?.call(Notification::parse(body)?).await?;
//! assert_eq!((again.new, again.duplicates), (0, 1));
//! assert_eq!(inbox.get_ref().stats().await?.pending, 1);
//! # Ok(())
//! # }
//! ```

use super::{
    BodyId, DeadLetter, End, Erasure, Fence, Incoming, Kept, Lane, Millis, Owner, Pending,
    Retention, Scan, Seq, Stats, Store, StoredBody, Swept,
};
use crate::{StoreError, clock::later};
use bytes::Bytes;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, hash_map::Entry},
    fmt,
    ops::{Bound, Range},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use whatsapp_router::dedup::{DedupKey, HashKey};

/// A store in this process's memory, for tests. Clones share it.
///
/// It keeps the whole contract but one word: what it has kept survives nothing. When the process ends,
/// all is lost that was answered with 200; and nothing bounds it. Do not receive with it.
#[derive(Clone)]
pub struct MemoryStore {
    hash_key: HashKey,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    keys: HashMap<DedupKey, Millis>,
    bodies: BTreeMap<BodyId, Body>,
    pending: BTreeMap<Seq, Pending>,
    lanes: BTreeSet<(Lane, Seq)>,
    dead: BTreeMap<Seq, (DeadLetter, Lane)>,
    hand: Option<Hand>,
    last_seq: u64,
    last_body: u64,
    last_fence: u64,
}

struct Body {
    stored: StoredBody,
    /// The places of its events.
    seqs: Range<Seq>,
    /// How many of its events are pending or dead.
    open: usize,
    /// When the last of them ended.
    ended: Millis,
}

struct Hand {
    owner: Owner,
    fence: Fence,
    until: Millis,
    lease: Duration,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        MemoryStore { hash_key: HashKey::random(), state: Arc::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that holds the lock can panic half way.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").field("stats", &self.state().stats()).finish()
    }
}

impl Store for MemoryStore {
    fn hash_key(&self) -> HashKey {
        self.hash_key
    }

    async fn keep(&self, incoming: Incoming) -> Result<Kept, StoreError> {
        Ok(self.state().keep(incoming))
    }

    async fn own(
        &self,
        owner: Owner,
        now: Millis,
        lease: Duration,
    ) -> Result<Option<Fence>, StoreError> {
        Ok(self.state().own(owner, now, lease))
    }

    async fn disown(&self, fence: Fence) -> Result<(), StoreError> {
        let mut state = self.state();
        if state.is_current(fence) {
            state.hand = None;
        }
        Ok(())
    }

    async fn pending(&self, scan: Scan, limit: usize) -> Result<Vec<Pending>, StoreError> {
        let state = self.state();
        Ok(match scan {
            Scan::After(seq) => {
                state.pending.range(behind(seq)).map(|(_, p)| *p).take(limit).collect()
            }
            Scan::Lane(lane, seq) => {
                let range = (Bound::Excluded((lane, seq)), Bound::Included((lane, Seq(u64::MAX))));
                let seqs = state.lanes.range(range).take(limit);
                seqs.filter_map(|(_, seq)| state.pending.get(seq).copied()).collect()
            }
        })
    }

    async fn bodies(&self, after: Option<BodyId>, limit: usize) -> Result<Vec<BodyId>, StoreError> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let state = self.state();
        Ok(state.bodies.range((from, Bound::Unbounded)).take(limit).map(|(id, _)| *id).collect())
    }

    async fn body(&self, id: BodyId) -> Result<Option<StoredBody>, StoreError> {
        let state = self.state();
        Ok(state.bodies.get(&id).map(|body| body.stored.clone()))
    }

    async fn finish(
        &self,
        fence: Fence,
        seq: Seq,
        now: Millis,
        end: End,
    ) -> Result<bool, StoreError> {
        let mut state = self.state();
        Ok(state.is_current(fence) && state.finish(seq, now, end))
    }

    async fn dead(&self, after: Option<Seq>, limit: usize) -> Result<Vec<DeadLetter>, StoreError> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let state = self.state();
        let dead = state.dead.range((from, Bound::Unbounded)).take(limit);
        Ok(dead.map(|(_, (letter, _))| letter.clone()).collect())
    }

    async fn replay(&self, seq: Seq, now: Millis) -> Result<bool, StoreError> {
        let mut state = self.state();
        let Some((letter, lane)) = state.dead.remove(&seq) else { return Ok(false) };
        state.lanes.insert((lane, seq));
        let DeadLetter { body, offset, received, .. } = letter;
        let mut pending = Pending::new(seq, body, offset, lane, received);
        pending.due = now;
        state.pending.insert(seq, pending);
        Ok(true)
    }

    async fn purge(&self, seq: Seq, now: Millis) -> Result<bool, StoreError> {
        let mut state = self.state();
        let Some((letter, _)) = state.dead.remove(&seq) else { return Ok(false) };
        state.close(letter.body, now);
        Ok(true)
    }

    async fn erase(
        &self,
        id: BodyId,
        erasure: Erasure,
        now: Millis,
    ) -> Result<Option<u64>, StoreError> {
        Ok(self.state().erase(id, &erasure, now))
    }

    async fn sweep(&self, now: Millis, retention: Retention) -> Result<Swept, StoreError> {
        Ok(self.state().sweep(now, retention))
    }

    async fn stats(&self) -> Result<Stats, StoreError> {
        Ok(self.state().stats())
    }
}

fn behind(seq: Seq) -> (Bound<Seq>, Bound<Seq>) {
    (Bound::Excluded(seq), Bound::Unbounded)
}

impl State {
    fn keep(&mut self, incoming: Incoming) -> Kept {
        let mut kept = Kept::default();
        let received = incoming.received;
        let body = BodyId(self.last_body + 1);
        // Of this call: what is remembered for no time at all is a duplicate within it.
        let mut within = HashSet::new();
        for event in incoming.events {
            if let Some(key) = event.key {
                let is_repeated = !within.insert(key);
                match self.keys.entry(key) {
                    Entry::Occupied(known) if is_repeated || *known.get() > received => {
                        kept.duplicates += 1;
                        continue;
                    }
                    Entry::Occupied(mut past) => {
                        past.insert(incoming.remember_until);
                    }
                    Entry::Vacant(new) => {
                        new.insert(incoming.remember_until);
                    }
                }
            }
            kept.new += 1;
            self.last_seq += 1;
            let (seq, lane) = (Seq(self.last_seq), event.lane);
            let pending = Pending::new(seq, body, event.offset, lane, received);
            if let Some(reason) = event.dead {
                let letter = DeadLetter::of(&pending, received, 0, reason.to_owned());
                self.dead.insert(seq, (letter, lane));
            } else {
                self.lanes.insert((lane, seq));
                self.pending.insert(seq, pending);
            }
        }
        if kept.new > 0 {
            self.last_body = body.0;
            let stored = StoredBody::new(incoming.body, incoming.origin);
            let end = self.last_seq + 1;
            let seqs = Seq(end - kept.new as u64)..Seq(end);
            self.bodies.insert(body, Body { stored, seqs, open: kept.new, ended: received });
        }
        kept
    }

    fn own(&mut self, owner: Owner, now: Millis, lease: Duration) -> Option<Fence> {
        let until = later(now, lease);
        if let Some(hand) = &mut self.hand
            && hand.until > later(now, hand.lease.saturating_mul(2))
        {
            // The clock was set back; less than a lease may be the time that a call has waited.
            hand.until = later(now, hand.lease);
        }
        match &mut self.hand {
            Some(hand) if hand.owner == owner => {
                (hand.until, hand.lease) = (until, lease);
                Some(hand.fence)
            }
            Some(hand) if hand.until > now => None,
            _ => {
                self.last_fence += 1;
                let fence = Fence(self.last_fence);
                self.hand = Some(Hand { owner, fence, until, lease });
                Some(fence)
            }
        }
    }

    fn is_current(&self, fence: Fence) -> bool {
        self.hand.as_ref().is_some_and(|hand| hand.fence == fence)
    }

    fn finish(&mut self, seq: Seq, now: Millis, end: End) -> bool {
        let Some(pending) = self.pending.get_mut(&seq) else { return false };
        if let End::Retry { attempts, due } = end {
            (pending.attempts, pending.due) = (attempts, due);
            return true;
        }
        let pending = *pending;
        let Pending { body, lane, .. } = pending;
        self.pending.remove(&seq);
        self.lanes.remove(&(lane, seq));
        if let End::Dead { attempts, reason } = end {
            let letter = DeadLetter::of(&pending, now, attempts, reason);
            self.dead.insert(seq, (letter, lane));
        } else {
            self.close(body, now);
        }
        true
    }

    /// One event of this body is neither pending nor dead any more.
    fn close(&mut self, body: BodyId, now: Millis) {
        if let Some(body) = self.bodies.get_mut(&body) {
            body.open = body.open.saturating_sub(1);
            body.ended = now;
        }
    }

    fn erase(&mut self, id: BodyId, erasure: &Erasure, now: Millis) -> Option<u64> {
        let body = self.bodies.get_mut(&id)?;
        if body.stored.body != erasure.before() {
            return None;
        }
        body.stored.body = Bytes::copy_from_slice(erasure.after());
        let seqs = body.seqs.clone();
        let pending = self.pending.range(seqs.clone()).map(|(_, pending)| pending);
        let pending: Vec<_> =
            pending.filter(|pending| erasure.is_blank_at(pending.offset)).copied().collect();
        for Pending { seq, lane, .. } in &pending {
            self.pending.remove(seq);
            self.lanes.remove(&(*lane, *seq));
        }
        let is_erased =
            |(_, (letter, _)): &(&Seq, &(DeadLetter, Lane))| erasure.is_blank_at(letter.offset);
        let dead = self.dead.range(seqs).filter(is_erased);
        let dead: Vec<_> = dead.map(|(seq, _)| *seq).collect();
        for seq in &dead {
            self.dead.remove(seq);
        }
        let ended = pending.len() + dead.len();
        (0..ended).for_each(|_| self.close(id, now));
        Some(ended as u64)
    }

    fn sweep(&mut self, now: Millis, retention: Retention) -> Swept {
        let mut swept = Swept::default();
        let is_over = |ended, kept: Duration| kept.is_zero() || later(ended, kept) <= now;
        let old =
            |(_, (letter, _)): &(&Seq, &(DeadLetter, Lane))| is_over(letter.died, retention.dead);
        let dead: Vec<_> =
            self.dead.iter().filter(old).map(|(seq, (letter, _))| (*seq, letter.body)).collect();
        for (seq, body) in dead {
            self.dead.remove(&seq);
            self.close(body, now);
            swept.dead += 1;
        }
        let before = self.bodies.len();
        self.bodies.retain(|_, body| body.open > 0 || !is_over(body.ended, retention.bodies));
        swept.bodies = (before - self.bodies.len()) as u64;
        let before = self.keys.len();
        self.keys.retain(|_, until| *until > now);
        swept.keys = (before - self.keys.len()) as u64;
        swept
    }

    fn stats(&self) -> Stats {
        Stats {
            pending: self.pending.len() as u64,
            oldest: self.pending.values().next().map(|first| first.received),
            dead: self.dead.len() as u64,
            bodies: self.bodies.len() as u64,
            keys: Some(self.keys.len() as u64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{NewEvent, StoredOrigin};
    use whatsapp_notification::Form;

    fn incoming(keys: &[u8], received: u64) -> Incoming {
        let origin = StoredOrigin::new(Form::Cloud, "shop");
        let mut incoming =
            Incoming::new("{}".into(), origin, Millis(received), Millis(received + 1000));
        incoming.events = (0u32..)
            .zip(keys)
            .map(|(offset, key)| {
                let key = (*key > 0).then(|| DedupKey::from_bytes([*key; 16]));
                NewEvent::new(key, Lane(7), offset)
            })
            .collect();
        incoming
    }

    #[tokio::test]
    async fn what_was_kept_is_kept_once_within_its_window() {
        let store = MemoryStore::new();
        let keep = async |keys: &[u8], at| {
            let kept = store.keep(incoming(keys, at)).await.unwrap();
            (kept.new, kept.duplicates)
        };
        assert_eq!(keep(&[1, 2, 1, 0, 0], 0).await, (4, 1));
        assert_eq!(keep(&[2, 1], 999).await, (0, 2));
        assert_eq!(keep(&[1, 0], 1000).await, (2, 0));
        assert_eq!(store.stats().await.unwrap().bodies, 2);
        let lane = store.pending(Scan::Lane(Lane(7), Seq(2)), 3).await.unwrap();
        assert_eq!(lane.iter().map(|p| p.seq.0).collect::<Vec<_>>(), [3, 4, 5]);
        assert_eq!(store.pending(Scan::Lane(Lane(6), Seq(0)), 3).await.unwrap(), []);
    }

    #[tokio::test]
    async fn an_old_fence_changes_nothing() {
        const LEASE: Duration = Duration::from_millis(30);
        let store = MemoryStore::new();
        store.keep(incoming(&[1], 0)).await.unwrap();
        let own = async |owner, now| store.own(Owner(owner), Millis(now), LEASE).await.unwrap();
        let old = own(1, 0).await.unwrap();
        assert_eq!(own(2, 29).await, None);
        assert_eq!(own(1, 29).await, Some(old));
        let new = own(2, 59).await.unwrap();
        assert!(new > old && own(1, 60).await.is_none());
        let finish = async |fence, end| store.finish(fence, Seq(1), Millis(61), end).await.unwrap();
        assert!(!finish(old, End::Done).await);
        store.disown(old).await.unwrap();
        assert!(finish(new, End::Dead { attempts: 1, reason: "no".into() }).await);
        assert!(!finish(new, End::Done).await);
        store.disown(new).await.unwrap();
        assert!(own(1, 62).await.is_some_and(|newer| newer > new));
    }

    #[tokio::test]
    async fn the_dead_are_listed_replayed_purged_and_swept() {
        let store = MemoryStore::new();
        let mut given = incoming(&[1, 2], 0);
        given.events.iter_mut().for_each(|event| event.dead = Some("not JSON"));
        store.keep(given).await.unwrap();
        assert_eq!(store.dead(None, 9).await.unwrap().len(), 2);
        assert_eq!(store.dead(Some(Seq(1)), 9).await.unwrap()[0].reason, "not JSON");
        assert!(store.replay(Seq(1), Millis(5)).await.unwrap());
        assert!(!store.replay(Seq(1), Millis(5)).await.unwrap());
        assert_eq!(store.pending(Scan::After(Seq(0)), 9).await.unwrap()[0].due, Millis(5));
        let fence = store.own(Owner(1), Millis(5), Duration::MAX).await.unwrap().unwrap();
        assert!(store.finish(fence, Seq(1), Millis(6), End::Done).await.unwrap());
        let retention = Retention::new(Duration::ZERO, Duration::from_millis(50));
        assert_eq!(store.sweep(Millis(49), retention).await.unwrap(), Swept::default());
        assert!(store.body(BodyId(1)).await.unwrap().is_some());
        let swept = store.sweep(Millis(1000), retention).await.unwrap();
        assert_eq!((swept.bodies, swept.dead, swept.keys), (1, 1, 2));
        assert!(!store.purge(Seq(2), Millis(60)).await.unwrap());
        assert!(!format!("{store:?}").contains("{}"));
    }
}
