//! What a store should be: the contract, written so that it can be seen to be right.

use crate::steps::{DAY, New};
use std::{collections::BTreeMap, time::Duration};
use whatsapp_inbox::store::{End, Fence};

/// A store, by the contract. Numbers of events and bodies are those that the store gave.
#[derive(Debug, Default)]
pub(crate) struct Reference {
    pub(crate) keys: BTreeMap<u8, Key>,
    /// All that ever were.
    pub(crate) events: BTreeMap<u64, Event>,
    pub(crate) bodies: BTreeMap<u64, Body>,
    pub(crate) fences: Vec<Fence>,
    hand: Option<Hand>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    until: u64,
    /// The latest sweep since it was kept.
    swept: u64,
}

#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) body: u64,
    pub(crate) offset: u32,
    pub(crate) lane: u64,
    pub(crate) received: u64,
    pub(crate) state: State,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum State {
    Pending { attempts: u32, due: u64 },
    Dead { attempts: u32, died: u64, reason: String },
    Ended,
}

#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) bytes: Vec<u8>,
    pub(crate) label: String,
    /// When the last of its events ended that has ended.
    ended: u64,
    pub(crate) is_swept: bool,
}

#[derive(Debug)]
struct Hand {
    owner: u64,
    fence: Fence,
    until: u64,
    lease: u64,
}

/// Is a key known? A store may remember it for up to a day longer than it must, or until it is swept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Known {
    Yes,
    No,
    Either,
}

impl Reference {
    pub(crate) fn knows(&self, key: u8, now: u64) -> Known {
        match self.keys.get(&key) {
            None => Known::No,
            Some(key) if key.swept >= key.until + DAY as u64 => Known::No,
            Some(key) if now < key.until && key.swept < key.until => Known::Yes,
            Some(_) => Known::Either,
        }
    }

    /// An event of a body has got this number.
    pub(crate) fn keep(&mut self, seq: u64, event: Event, new: New, until: u64) {
        if let Some(key) = new.key {
            self.keys.insert(key, Key { until, swept: 0 });
        }
        self.events.insert(seq, event);
    }

    pub(crate) fn keep_body(&mut self, id: u64, bytes: Vec<u8>, label: String) {
        self.bodies.insert(id, Body { bytes, label, ended: 0, is_swept: false });
    }

    /// What the answer is: none, the fence that there is, or one that is greater than any before.
    pub(crate) fn own(&mut self, owner: u64, now: u64, lease: Duration) -> Owned {
        let lease = u64::try_from(lease.as_millis()).unwrap_or(u64::MAX);
        if let Some(hand) = &mut self.hand
            && hand.until > now.saturating_add(hand.lease.saturating_mul(2))
        {
            hand.until = now + hand.lease;
        }
        let until = now.saturating_add(lease);
        match &mut self.hand {
            Some(hand) if hand.owner == owner => {
                (hand.until, hand.lease) = (until, lease);
                Owned::Still(hand.fence)
            }
            Some(hand) if hand.until > now => Owned::No,
            _ => Owned::Anew { owner, until, lease },
        }
    }

    pub(crate) fn owned(&mut self, owner: u64, fence: Fence, until: u64, lease: u64) {
        assert!(
            self.fences.iter().all(|before| *before < fence),
            "a fence is greater than any before"
        );
        self.fences.push(fence);
        self.hand = Some(Hand { owner, fence, until, lease });
    }

    pub(crate) fn disown(&mut self, fence: Fence) {
        self.hand.take_if(|hand| hand.fence == fence);
    }

    pub(crate) fn finish(&mut self, fence: Fence, seq: u64, now: u64, end: End) -> bool {
        let Some(event) = self.events.get_mut(&seq) else { return false };
        let is_ours = self.hand.as_ref().is_some_and(|hand| hand.fence == fence);
        if !is_ours || !matches!(event.state, State::Pending { .. }) {
            return false;
        }
        event.state = match end {
            End::Done => State::Ended,
            End::Retry { attempts, due } => State::Pending { attempts, due: due.0 },
            End::Dead { attempts, reason } => State::Dead { attempts, died: now, reason },
        };
        self.note_end(seq, now);
        true
    }

    pub(crate) fn replay(&mut self, seq: u64, now: u64) -> bool {
        let dead = self.events.get_mut(&seq).filter(|e| matches!(e.state, State::Dead { .. }));
        dead.map(|event| event.state = State::Pending { attempts: 0, due: now }).is_some()
    }

    pub(crate) fn purge(&mut self, seq: u64, now: u64) -> bool {
        let dead = self.events.get_mut(&seq).filter(|e| matches!(e.state, State::Dead { .. }));
        let is_purged = dead.map(|event| event.state = State::Ended).is_some();
        if is_purged {
            self.note_end(seq, now);
        }
        is_purged
    }

    /// `None` if there is no such body as this.
    pub(crate) fn erase(
        &mut self,
        id: u64,
        before: &[u8],
        items: &[usize],
        now: u64,
    ) -> Option<u64> {
        let body =
            self.bodies.get_mut(&id).filter(|body| !body.is_swept && body.bytes == before)?;
        let offsets = items.iter().map(|item| 10 * item).filter(|at| *at < body.bytes.len());
        let offsets: Vec<usize> = offsets.collect();
        for at in &offsets {
            body.bytes[*at..at + 6].copy_from_slice(b"null  ");
        }
        let is_erased = |event: &Event| {
            event.body == id
                && event.state != State::Ended
                && offsets.contains(&(event.offset as usize))
        };
        let seqs: Vec<u64> =
            self.events.iter().filter(|(_, event)| is_erased(event)).map(|(seq, _)| *seq).collect();
        for seq in &seqs {
            self.events.get_mut(seq).unwrap().state = State::Ended;
            self.note_end(*seq, now);
        }
        Some(seqs.len() as u64)
    }

    /// How many dead letters and bodies are gone.
    pub(crate) fn sweep(&mut self, now: u64, bodies: u64, dead: u64) -> (u64, u64) {
        let is_over = |ended, kept| kept == 0 || ended + kept <= now;
        let is_old =
            |event: &Event| matches!(event.state, State::Dead { died, .. } if is_over(died, dead));
        let old: Vec<u64> =
            self.events.iter().filter(|(_, event)| is_old(event)).map(|(seq, _)| *seq).collect();
        old.iter().for_each(|seq| assert!(self.purge(*seq, now)));
        let open: Vec<u64> = self.open().map(|(_, event)| event.body).collect();
        let mut swept = 0;
        for (id, body) in &mut self.bodies {
            if !body.is_swept && !open.contains(id) && is_over(body.ended, bodies) {
                body.is_swept = true;
                swept += 1;
            }
        }
        self.keys.values_mut().for_each(|key| key.swept = key.swept.max(now));
        (old.len() as u64, swept)
    }

    /// Events that are pending or dead.
    pub(crate) fn open(&self) -> impl Iterator<Item = (u64, &Event)> {
        let events = self.events.iter().map(|(seq, event)| (*seq, event));
        events.filter(|(_, event)| event.state != State::Ended)
    }

    /// How many keys no sweep may have removed.
    pub(crate) fn remembered(&self) -> u64 {
        self.keys.values().filter(|key| key.swept < key.until).count() as u64
    }

    fn note_end(&mut self, seq: u64, now: u64) {
        if let Some(event) = self.events.get(&seq)
            && event.state == State::Ended
            && let Some(body) = self.bodies.get_mut(&event.body)
        {
            body.ended = now;
        }
    }
}

pub(crate) enum Owned {
    No,
    Still(Fence),
    Anew { owner: u64, until: u64, lease: u64 },
}
