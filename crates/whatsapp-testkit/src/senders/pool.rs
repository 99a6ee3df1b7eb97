//! What waits until it is due, and what is under way.

use std::collections::{BTreeMap, HashMap};
use tokio::time::Instant;

/// Things to send, by when they are due; a ticket for each that is under way.
pub(crate) struct Pool<T> {
    waiting: BTreeMap<(Instant, u64), T>,
    under_way: HashMap<u64, T>,
    next: u64,
}

impl<T> Pool<T> {
    pub(crate) fn new() -> Self {
        Pool { waiting: BTreeMap::new(), under_way: HashMap::new(), next: 0 }
    }

    pub(crate) fn push(&mut self, due: Instant, thing: T) {
        self.next += 1;
        self.waiting.insert((due, self.next), thing);
    }

    /// How many wait, and how many are under way.
    pub(crate) fn len(&self) -> usize {
        self.waiting.len() + self.under_way.len()
    }

    pub(crate) fn under_way(&self) -> usize {
        self.under_way.len()
    }

    pub(crate) fn next_due(&self) -> Option<Instant> {
        self.waiting.keys().next().map(|(due, _)| *due)
    }

    /// Takes one that is due: which one, `choose` says, given how many there are (of the first 64).
    pub(crate) fn take_due(
        &mut self,
        now: Instant,
        choose: impl FnOnce(usize) -> usize,
    ) -> Option<T> {
        let due: Vec<_> =
            self.waiting.range(..=(now, u64::MAX)).take(64).map(|(key, _)| *key).collect();
        let key = if due.is_empty() { return None } else { due[choose(due.len())] };
        self.waiting.remove(&key)
    }

    /// Keeps it as under way.
    pub(crate) fn start(&mut self, thing: T) -> u64 {
        self.next += 1;
        self.under_way.insert(self.next, thing);
        self.next
    }

    pub(crate) fn get_mut(&mut self, ticket: u64) -> Option<&mut T> {
        self.under_way.get_mut(&ticket)
    }

    pub(crate) fn finish(&mut self, ticket: u64) -> Option<T> {
        self.under_way.remove(&ticket)
    }

    /// What is under way waits again, due now: nobody knows what became of it.
    pub(crate) fn call_back(&mut self, now: Instant) {
        let mut tickets: Vec<_> = self.under_way.keys().copied().collect();
        tickets.sort_unstable();
        for ticket in tickets {
            if let Some(thing) = self.under_way.remove(&ticket) {
                self.waiting.insert((now, ticket), thing);
            }
        }
    }

    /// Takes all of it.
    pub(crate) fn drain(&mut self) -> Vec<T> {
        let waiting = std::mem::take(&mut self.waiting).into_values();
        let under_way: BTreeMap<_, _> = std::mem::take(&mut self.under_way).into_iter().collect();
        waiting.chain(under_way.into_values()).collect()
    }
}
