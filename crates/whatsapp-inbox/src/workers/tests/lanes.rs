//! The lanes alone, against a store that is a map, with pages that are out of date.

use crate::{
    store::{BodyId, Lane, Millis, Pending, Seq},
    workers::lanes::{Fill, LANE_ROOM, Lanes},
};
use fastrand::Rng;
use std::collections::{BTreeMap, HashSet};

const LANES: u64 = 12;

struct World {
    rng: Rng,
    lanes: Lanes,
    store: BTreeMap<Seq, Pending>,
    running: Vec<Pending>,
    done: HashSet<Seq>,
    /// Dead letters, some of which are replayed; and how far the store was read again.
    dead: Vec<Pending>,
    again: Seq,
    front: Seq,
    now: Millis,
    last: u64,
    /// A page on its way.
    page: Option<(Option<Fill>, Vec<Pending>)>,
    is_again: bool,
    is_strict: bool,
}

impl World {
    fn keep(&mut self) {
        for _ in 0..self.rng.u64(0..20) {
            self.last += 1;
            // Half of all events are in one lane.
            let lane = Lane(if self.rng.bool() { 0 } else { self.rng.u64(0..LANES) });
            let (seq, zero) = (Seq(self.last), Millis(0));
            let pending = Pending {
                seq,
                body: BodyId(1),
                offset: 0,
                lane,
                received: zero,
                attempts: 0,
                due: zero,
            };
            self.store.insert(seq, pending);
        }
    }

    fn read(&mut self) {
        let behind = |seq: Seq| self.store.range(Seq(seq.0 + 1)..).map(|(_, pending)| *pending);
        let (fill, page): (_, Vec<_>) = match self.lanes.next_fill() {
            Some(fill) => {
                let lane = behind(fill.after).filter(|pending| pending.lane == fill.lane);
                (Some(fill), lane.take(fill.limit).collect())
            }
            None if !self.lanes.is_full() => {
                let after = if self.is_again { self.again } else { self.front };
                (None, behind(after).take(16).collect())
            }
            None => return,
        };
        self.lanes.reading();
        self.page = Some((fill, page));
    }

    fn answer(&mut self) {
        let Some((fill, page)) = self.page.take() else { return self.read() };
        if self.rng.u8(..) < 20 {
            return self.lanes.not_read(fill);
        }
        match fill {
            Some(fill) => self.lanes.filled(fill, &page, self.now),
            None => {
                let last = page.last().map(|last| last.seq);
                if self.is_again {
                    self.again = last.unwrap_or(Seq(0));
                } else {
                    self.front = last.unwrap_or(self.front);
                }
                // Only where there are replays does it matter, and be they in the way of the others.
                self.is_again = !self.is_strict && !self.is_again;
                self.lanes.found(&page, self.now);
            }
        }
    }

    fn start(&mut self) {
        let Some(pending) = self.lanes.start(self.now) else { return };
        assert!(!self.done.contains(&pending.seq), "again after it was done");
        assert!(self.store.contains_key(&pending.seq), "though it is dead");
        assert!(self.running.iter().all(|other| other.lane != pending.lane), "two of one lane");
        let mut before = self.store.range(..pending.seq).map(|(_, other)| other);
        if self.is_strict {
            assert!(before.all(|other| other.lane != pending.lane), "before an earlier one");
        }
        self.running.push(pending);
    }

    fn end(&mut self) {
        if self.running.is_empty() {
            return;
        }
        let mut pending = self.running.swap_remove(self.rng.usize(..self.running.len()));
        if self.rng.u8(..) < 60 {
            pending.attempts += 1;
            pending.due = Millis(self.now.0 + self.rng.u64(0..100));
            self.store.insert(pending.seq, pending);
            self.lanes.again(pending, self.now);
        } else {
            self.store.remove(&pending.seq);
            if !self.is_strict && self.rng.u8(..) < 80 {
                self.dead.push(pending);
            } else {
                self.done.insert(pending.seq);
            }
            self.lanes.ended(pending.lane, pending.seq, self.now);
        }
    }

    fn replay(&mut self) {
        for _ in 0..self.rng.usize(..40).min(self.dead.len()) {
            let mut pending = self.dead.swap_remove(self.rng.usize(..self.dead.len()));
            (pending.attempts, pending.due) = (0, self.now);
            self.store.insert(pending.seq, pending);
        }
    }

    fn run(&mut self, steps: usize) {
        for step in 0..steps {
            if step % 100 == 99 {
                self.replay();
            }
            self.now.0 += 1;
            self.lanes.wake(self.now);
            match self.rng.u8(..20) {
                0 => self.keep(),
                1..8 => self.answer(),
                8..14 => self.start(),
                _ => self.end(),
            }
            assert!(self.lanes.held() <= 64 + 16 + LANE_ROOM);
        }
        for _ in 0..200_000 {
            if self.store.is_empty() {
                assert_eq!(self.running.len(), 0);
                return;
            }
            self.now.0 += 1;
            self.lanes.wake(self.now);
            self.answer();
            self.start();
            self.end();
        }
        panic!("{} events left behind", self.store.len());
    }
}

fn world(seed: u64, pass_after: Option<u32>) -> World {
    World {
        rng: Rng::with_seed(seed),
        lanes: Lanes::new(64, pass_after),
        store: BTreeMap::new(),
        running: Vec::new(),
        done: HashSet::new(),
        dead: Vec::new(),
        again: Seq(0),
        is_again: false,
        front: Seq(0),
        now: Millis(1),
        last: 0,
        page: None,
        is_strict: pass_after.is_none(),
    }
}

#[test]
fn every_event_runs_in_order_and_none_after_it_was_done() {
    for seed in 0..40 {
        let mut world = world(seed, None);
        world.run(3000);
        assert!(world.done.len() > 500);
        // Nothing stays in hand.
        (0..100).for_each(|_| world.answer());
        assert_eq!((world.lanes.len(), world.lanes.held()), (0, 0));
    }
}

#[test]
fn every_event_runs_when_lanes_go_on_past_those_that_wait_and_dead_ones_are_replayed() {
    for seed in 0..40 {
        world(seed, Some(1)).run(3000);
    }
}
