//! [`Shard`]: one part of the keys, and what is known of each. Plain steps in time, without a lock
//! or a clock of its own.

use crate::dedup::{Claim, DedupKey, Token};
use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

pub(super) struct Shard {
    entries: HashMap<DedupKey, Entry>,
    /// What was done, the longest ago first, and until when it is remembered.
    done: VecDeque<(DedupKey, Duration)>,
    room: usize,
    /// Before this time no claim's lease is over.
    next_over: Duration,
    /// How many claims there have been: the last one's token.
    claims: u64,
}

enum Entry {
    Held { token: Token, until: Duration },
    Done,
}

impl Shard {
    pub(super) fn new(room: usize) -> Self {
        let (entries, done, next_over) = (HashMap::new(), VecDeque::new(), Duration::MAX);
        Shard { entries, done, room, next_over, claims: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// What the claim is answered with, and whether something was forgotten before its time for it.
    pub(super) fn claim(&mut self, now: Duration, key: DedupKey, lease: Duration) -> (Claim, bool) {
        while self.done.front().is_some_and(|(_, until)| *until <= now) {
            self.forget_oldest();
        }
        let mut evicted = false;
        match self.entries.get(&key) {
            Some(Entry::Done) => return (Claim::Done, false),
            Some(Entry::Held { until, .. }) if *until > now => return (Claim::Busy, false),
            Some(Entry::Held { .. }) => {}
            None if self.entries.len() < self.room => {}
            None => {
                evicted = self.forget_oldest();
                if !evicted && !self.forget_over(now) {
                    return (Claim::Busy, false);
                }
            }
        }
        self.claims += 1;
        let token = Token(self.claims);
        let until = now.saturating_add(lease);
        self.entries.insert(key, Entry::Held { token, until });
        self.next_over = self.next_over.min(until);
        (Claim::New(token), evicted)
    }

    pub(super) fn renew(
        &mut self,
        now: Duration,
        key: DedupKey,
        token: Token,
        lease: Duration,
    ) -> bool {
        let Some(held) = self.held(key, token) else { return false };
        let until = now.saturating_add(lease);
        *held = until;
        self.next_over = self.next_over.min(until);
        true
    }

    pub(super) fn commit(
        &mut self,
        now: Duration,
        key: DedupKey,
        token: Token,
        window: Duration,
    ) -> bool {
        let is_held = self.held(key, token).is_some();
        if is_held {
            self.entries.insert(key, Entry::Done);
            self.done.push_back((key, now.saturating_add(window)));
        }
        is_held
    }

    pub(super) fn release(&mut self, key: DedupKey, token: Token) -> bool {
        self.held(key, token).is_some() && self.entries.remove(&key).is_some()
    }

    /// Until when this token holds the key: over or not, as long as nobody else has claimed it.
    fn held(&mut self, key: DedupKey, token: Token) -> Option<&mut Duration> {
        match self.entries.get_mut(&key) {
            Some(Entry::Held { token: held, until }) if *held == token => Some(until),
            _ => None,
        }
    }

    /// False if there is nothing to forget.
    fn forget_oldest(&mut self) -> bool {
        let oldest = self.done.pop_front();
        oldest.is_some_and(|(key, _)| self.entries.remove(&key).is_some())
    }

    /// Forgets the claims whose lease is over. False if there is none: then it need not look again
    /// before one is.
    fn forget_over(&mut self, now: Duration) -> bool {
        if now < self.next_over {
            return false;
        }
        let before = self.entries.len();
        let mut next_over = Duration::MAX;
        self.entries.retain(|_, entry| match entry {
            Entry::Held { until, .. } if *until <= now => false,
            Entry::Held { until, .. } => {
                next_over = next_over.min(*until);
                true
            }
            Entry::Done => true,
        });
        self.next_over = next_over;
        self.entries.len() < before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEASE: Duration = Duration::from_secs(60);
    const WINDOW: Duration = Duration::from_secs(1000);

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn key(n: u8) -> DedupKey {
        DedupKey::from_bytes([n; 16])
    }

    fn claim(shard: &mut Shard, now: u64, n: u8) -> Claim {
        shard.claim(at(now), key(n), LEASE).0
    }

    #[test]
    fn a_claim_holds_until_it_is_released_committed_or_over() {
        let mut shard = Shard::new(10);
        assert_eq!(claim(&mut shard, 0, 1), Claim::New(Token(1)));
        assert_eq!(claim(&mut shard, 59, 1), Claim::Busy);
        assert!(shard.renew(at(59), key(1), Token(1), LEASE));
        assert_eq!(claim(&mut shard, 118, 1), Claim::Busy);
        assert!(shard.release(key(1), Token(1)));
        assert_eq!((shard.len(), claim(&mut shard, 118, 1)), (0, Claim::New(Token(2))));
        assert_eq!(claim(&mut shard, 178, 1), Claim::New(Token(3)));
        assert!(shard.commit(at(178), key(1), Token(3), WINDOW));
        assert_eq!(claim(&mut shard, 1177, 1), Claim::Done);
        assert_eq!(claim(&mut shard, 1178, 1), Claim::New(Token(4)));
    }

    #[test]
    fn an_old_token_changes_nothing() {
        let mut shard = Shard::new(10);
        assert_eq!(claim(&mut shard, 0, 1), Claim::New(Token(1)));
        assert_eq!(claim(&mut shard, 60, 1), Claim::New(Token(2)));
        assert!(!shard.renew(at(61), key(1), Token(1), LEASE));
        assert!(!shard.commit(at(61), key(1), Token(1), WINDOW));
        assert!(!shard.release(key(1), Token(1)));
        assert_eq!(claim(&mut shard, 61, 1), Claim::Busy);
        assert!(shard.commit(at(61), key(1), Token(2), WINDOW));
        // Nor does one whose claim has come to its end.
        assert!(!shard.commit(at(62), key(1), Token(2), WINDOW));
        assert!(!shard.release(key(1), Token(2)));
        assert_eq!(claim(&mut shard, 62, 1), Claim::Done);
    }

    #[test]
    fn a_claim_that_is_over_can_be_committed_while_nobody_else_has_it() {
        let mut shard = Shard::new(10);
        assert_eq!(claim(&mut shard, 0, 1), Claim::New(Token(1)));
        assert!(shard.commit(at(600), key(1), Token(1), WINDOW));
        assert_eq!(claim(&mut shard, 601, 1), Claim::Done);
    }

    #[test]
    fn full_it_forgets_what_was_done_longest_ago_and_never_a_claim() {
        let mut shard = Shard::new(3);
        for n in [1, 2] {
            let token = Token(n.into());
            assert_eq!(claim(&mut shard, 0, n), Claim::New(token));
            assert!(shard.commit(at(0), key(n), token, WINDOW));
        }
        let mut evicts = |n| {
            let (claim, evicted) = shard.claim(at(1), key(n), LEASE);
            (matches!(claim, Claim::New(_)), evicted)
        };
        assert_eq!(evicts(3), (true, false));
        assert_eq!(evicts(4), (true, true));
        assert_eq!(evicts(2), (false, false)); // done, and not forgotten
        assert_eq!(evicts(5), (true, true));
        // All three are claims now.
        assert_eq!(evicts(6), (false, false));
        assert_eq!((claim(&mut shard, 1, 3), claim(&mut shard, 1, 6)), (Claim::Busy, Claim::Busy));
        assert_eq!(shard.len(), 3);
    }

    #[test]
    fn full_of_claims_it_makes_room_where_a_lease_is_over() {
        let mut shard = Shard::new(2);
        assert_eq!(claim(&mut shard, 0, 1), Claim::New(Token(1)));
        assert_eq!(claim(&mut shard, 10, 2), Claim::New(Token(2)));
        assert_eq!(claim(&mut shard, 59, 3), Claim::Busy);
        assert!(shard.renew(at(59), key(1), Token(1), LEASE));
        assert_eq!(claim(&mut shard, 69, 3), Claim::Busy);
        // The second was never given back.
        assert_eq!(claim(&mut shard, 70, 3), Claim::New(Token(3)));
        assert_eq!((claim(&mut shard, 70, 1), shard.len()), (Claim::Busy, 2));
        assert!(!shard.commit(at(70), key(2), Token(2), WINDOW));
    }

    #[test]
    fn who_finds_it_full_looks_through_it_once_a_lease_and_not_each_time() {
        let mut shard = Shard::new(2);
        assert_eq!(claim(&mut shard, 0, 1), Claim::New(Token(1)));
        assert_eq!(claim(&mut shard, 30, 2), Claim::New(Token(2)));
        assert_eq!((claim(&mut shard, 50, 3), shard.next_over), (Claim::Busy, at(60)));
        assert!(shard.renew(at(50), key(1), Token(1), LEASE));
        assert_eq!((claim(&mut shard, 60, 3), shard.next_over), (Claim::Busy, at(90)));
        assert!(shard.release(key(1), Token(1)));
        // Shorter than those that were seen.
        assert!(matches!(shard.claim(at(61), key(4), Duration::from_secs(1)).0, Claim::New(_)));
        assert_eq!((claim(&mut shard, 62, 3), shard.len()), (Claim::New(Token(4)), 2));
    }
}
