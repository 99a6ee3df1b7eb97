//! [`MemoryDedup`]: what was handled, in this process's memory.
//!
//! ```
//! use std::time::Duration;
//! use whatsapp_router::dedup::MemoryDedup;
//!
//! let store = MemoryDedup::builder().window(Duration::from_secs(2 * 86_400)).capacity(100_000).build();
//! assert!(store.is_empty());
//! ```

mod shard;

use super::{Claim, DedupKey, DedupStore, HashKey, Token};
use crate::telemetry;
use shard::Shard;
use std::sync::PoisonError;
use std::{convert::Infallible, fmt, time::Duration};
use sync::{Arc, Mutex, MutexGuard};
use tokio::time::Instant;

/// The standard library's, or those whose interleavings `shuttle` tries.
mod sync {
    #[cfg(all(test, shuttle))]
    pub(super) use shuttle::sync::{Arc, Mutex, MutexGuard};
    #[cfg(not(all(test, shuttle)))]
    pub(super) use std::sync::{Arc, Mutex, MutexGuard};
}

/// A store in memory: what was handled is forgotten when the process ends, and when there is no more
/// room. Clones share it.
///
/// Meant for one process whose handlers bear a repeat after a restart. With the default a key takes up to
/// 120 bytes, 120 MB in all; with another capacity it may be 150. Full, it forgets what was done longest
/// ago, so that the window is shorter than it should be: counted as `evicted`. If it is full of claims
/// that are held, another is `Busy`. From a capacity of 16,384 on its keys are in 16 parts, and each part is
/// full by itself: the first some 5 % before all of it is, or under 1 % with the default.
//
// The bytes: `tests/allocations.rs`. Tables grow by doubling.
#[derive(Clone)]
pub struct MemoryDedup {
    shared: Arc<Shared>,
}

struct Shared {
    shards: Box<[Mutex<Shard>]>,
    hash_key: HashKey,
    window: Duration,
    start: Instant,
}

/// The options of a [`MemoryDedup`].
#[derive(Clone, Copy, Debug)]
#[must_use = "a builder does nothing until `build`"]
pub struct MemoryDedupBuilder {
    window: Duration,
    capacity: usize,
    hash_key: Option<HashKey>,
}

impl MemoryDedup {
    /// A store with a window of 8 days and room for a million keys.
    #[must_use]
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// A store with other options.
    pub fn builder() -> MemoryDedupBuilder {
        let window = Duration::from_secs(8 * 24 * 60 * 60);
        MemoryDedupBuilder { window, capacity: 1_000_000, hash_key: None }
    }

    /// How many keys it holds: of events that were handled, or are being handled.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shared.shards.iter().map(|shard| lock(shard).len()).sum()
    }

    /// True if it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn now(&self) -> Duration {
        self.shared.start.elapsed()
    }

    fn shard(&self, key: DedupKey) -> MutexGuard<'_, Shard> {
        // The key is a hash: any of its bytes will do.
        let [byte, ..] = key.to_bytes();
        let shards = &self.shared.shards;
        lock(&shards[usize::from(byte) % shards.len()])
    }

    fn claim_at(&self, now: Duration, key: DedupKey, lease: Duration) -> Claim {
        let (claim, evicted) = self.shard(key).claim(now, key, lease);
        if evicted {
            telemetry::deduplicated("evicted");
        }
        claim
    }

    fn renew_at(&self, now: Duration, key: DedupKey, token: Token, lease: Duration) -> bool {
        self.shard(key).renew(now, key, token, lease)
    }

    fn commit_at(&self, now: Duration, key: DedupKey, token: Token) -> bool {
        self.shard(key).commit(now, key, token, self.shared.window)
    }
}

fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    // Nothing that holds the lock can panic half way.
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Default for MemoryDedup {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryDedup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryDedup")
            .field("window", &self.shared.window)
            .field("keys", &self.len())
            .finish_non_exhaustive()
    }
}

impl MemoryDedupBuilder {
    /// How long an event is remembered, from when its handling was recorded. Default 8 days: a day more than
    /// the Cloud API retries (Meta, WhatsApp Business Platform, webhooks).
    pub fn window(mut self, window: Duration) -> Self {
        self.window = window;
        self
    }

    /// How many keys it has room for, at least one. Default 1,000,000.
    pub fn capacity(mut self, keys: usize) -> Self {
        self.capacity = keys;
        self
    }

    /// The hash's key, for keys that are to be the same elsewhere. Default: a random one.
    pub fn hash_key(mut self, hash_key: HashKey) -> Self {
        self.hash_key = Some(hash_key);
        self
    }

    /// The store.
    #[must_use]
    pub fn build(self) -> MemoryDedup {
        const SHARDS: usize = 16;
        // Small parts would fill up at very different times.
        let shards = if self.capacity < SHARDS * 1024 { 1 } else { SHARDS };
        let room = self.capacity.div_ceil(shards).max(1);
        let shards = (0..shards).map(|_| Mutex::new(Shard::new(room))).collect();
        let shared = Shared {
            shards,
            hash_key: self.hash_key.unwrap_or_else(HashKey::random),
            window: self.window,
            start: Instant::now(),
        };
        MemoryDedup { shared: Arc::new(shared) }
    }
}

impl DedupStore for MemoryDedup {
    type Error = Infallible;

    fn hash_key(&self) -> HashKey {
        self.shared.hash_key
    }

    async fn claim(&self, key: DedupKey, lease: Duration) -> Result<Claim, Infallible> {
        Ok(self.claim_at(self.now(), key, lease))
    }

    async fn renew(
        &self,
        key: DedupKey,
        token: Token,
        lease: Duration,
    ) -> Result<bool, Infallible> {
        Ok(self.renew_at(self.now(), key, token, lease))
    }

    async fn commit(&self, key: DedupKey, token: Token) -> Result<bool, Infallible> {
        Ok(self.commit_at(self.now(), key, token))
    }

    fn release(&self, key: DedupKey, token: Token) {
        let is_released = self.shard(key).release(key, token);
        if !is_released {
            telemetry::deduplicated("stale_release");
        }
    }
}

#[cfg(all(test, shuttle))]
mod interleavings;
