//! The lanes alone, against a store that is a map, with pages that are out of date.

use crate::{
    store::{BodyId, Lane, Millis, Pending, Seq},
    workers::lanes::{Fill, LANE_ROOM, Lanes},
};
use fastrand::Rng;
use std::collections::{BTreeMap, HashSet};

const LANES: u64 = 12;

#[derive(Clone, Copy)]
enum Reading {
    Front,
    Again,
    Fill(Fill),
}

struct World {
    rng: Rng,
    lanes: Lanes,
    store: BTreeMap<Seq, Pending>,
    running: Vec<Pending>,
    /// The store knows how they ended, the lanes do not yet; true if they are to be tried again.
    recorded: Vec<(Pending, bool)>,
    done: HashSet<Seq>,
    /// Given up, and replayed some time.
    dead: Vec<Pending>,
    replayed: HashSet<Seq>,
    front: Seq,
    /// Where the reading from the beginning is.
    again: Seq,
    now: Millis,
    last: u64,
    /// A page on its way.
    page: Option<(Reading, Vec<Pending>)>,
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
        let (reading, page): (_, Vec<_>) = match self.lanes.next_fill() {
            Some(fill) => {
                let lane = behind(fill.after).filter(|pending| pending.lane == fill.lane);
                (Reading::Fill(fill), lane.take(fill.limit).collect())
            }
            None if self.lanes.is_full() => return,
            None if self.rng.bool() => (Reading::Front, behind(self.front).take(16).collect()),
            None => (Reading::Again, behind(self.again).take(16).collect()),
        };
        self.lanes.reading();
        self.page = Some((reading, page));
    }

    fn answer(&mut self) {
        let Some((reading, page)) = self.page.take() else { return self.read() };
        if self.rng.u8(..) < 20 {
            return self.lanes.not_read(match reading {
                Reading::Fill(fill) => Some(fill),
                _ => None,
            });
        }
        let last = page.last().map(|last| last.seq);
        match reading {
            Reading::Fill(fill) => return self.lanes.filled(fill, &page, self.now),
            Reading::Front => self.front = last.unwrap_or(self.front),
            Reading::Again => self.again = last.filter(|l| *l < self.front).unwrap_or_default(),
        }
        self.lanes.found(&page, self.now);
    }

    fn start(&mut self) {
        let Some(pending) = self.lanes.start(self.now) else { return };
        assert!(!self.done.contains(&pending.seq), "again after it was done");
        assert!(self.running.iter().all(|other| other.lane != pending.lane), "two of one lane");
        let in_store = self.store.get(&pending.seq);
        assert_eq!(in_store.map(|p| p.attempts), Some(pending.attempts), "out of date");
        let before = self.store.range(..pending.seq).map(|(_, other)| other);
        let mut before = before.filter(|other| !self.replayed.contains(&other.seq));
        if self.is_strict && !self.replayed.contains(&pending.seq) {
            assert!(before.all(|other| other.lane != pending.lane), "before an earlier one");
        }
        self.running.push(pending);
    }

    fn end(&mut self) {
        if !self.recorded.is_empty() && self.rng.bool() {
            let at = self.rng.usize(..self.recorded.len());
            match self.recorded.swap_remove(at) {
                (pending, true) => self.lanes.again(pending, self.now),
                (pending, false) => self.lanes.ended(pending.lane, pending.seq, self.now),
            }
        }
        if self.running.is_empty() {
            return;
        }
        let mut pending = self.running.swap_remove(self.rng.usize(..self.running.len()));
        let again = self.rng.u8(..) < 60;
        if again {
            pending.attempts += 1;
            pending.due = Millis(self.now.0 + self.rng.u64(0..100));
            self.store.insert(pending.seq, pending);
        } else {
            self.store.remove(&pending.seq);
            self.done.insert(pending.seq);
            if self.rng.u8(..) < 40 {
                self.dead.push(pending);
            }
        }
        self.recorded.push((pending, again));
    }

    fn replay(&mut self) {
        let lanes: HashSet<Lane> = self.recorded.iter().map(|(pending, _)| pending.lane).collect();
        let Some(at) = self.dead.iter().position(|dead| !lanes.contains(&dead.lane)) else {
            return;
        };
        for mut pending in self.dead.drain(..=at).filter(|dead| !lanes.contains(&dead.lane)) {
            (pending.attempts, pending.due) = (0, self.now);
            self.done.remove(&pending.seq);
            self.replayed.insert(pending.seq);
            self.store.insert(pending.seq, pending);
        }
    }

    fn run(&mut self, steps: usize) {
        for _ in 0..steps {
            self.now.0 += 1;
            self.lanes.wake(self.now);
            if self.rng.u16(..) < 500 {
                self.replay();
            }
            match self.rng.u8(..20) {
                0 => self.keep(),
                1..8 => self.answer(),
                8..14 => self.start(),
                _ => self.end(),
            }
            assert!(self.lanes.held() <= 64 + 16 + LANE_ROOM);
        }
        for _ in 0..200_000 {
            if self.store.is_empty() && self.recorded.is_empty() {
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
        recorded: Vec::new(),
        done: HashSet::new(),
        dead: Vec::new(),
        replayed: HashSet::new(),
        front: Seq(0),
        again: Seq(0),
        now: Millis(1),
        last: 0,
        page: None,
        is_strict: pass_after.is_none(),
    }
}

/// So many of a lane are replayed that one which is running is behind those that are held; then it is to be
/// tried again, while a page is on its way that shows it as it was.
#[test]
fn an_event_that_goes_back_into_the_store_is_not_taken_from_a_page_of_before() {
    let event = |seq| Pending::new(Seq(seq), BodyId(1), 0, Lane(1), Millis(0));
    let events = |seqs: std::ops::RangeInclusive<u64>| seqs.map(event).collect::<Vec<_>>();
    let now = Millis(1);
    let mut lanes = Lanes::new(1000, None);
    let found = |lanes: &mut Lanes, page: &[Pending]| {
        lanes.reading();
        lanes.found(page, now);
    };
    let run_all = |lanes: &mut Lanes| {
        let mut seqs = Vec::new();
        while let Some(Pending { lane, seq, .. }) = lanes.start(now) {
            seqs.push(seq.0);
            lanes.ended(lane, seq, now);
        }
        seqs
    };
    found(&mut lanes, &events(101..=133));
    assert_eq!(run_all(&mut lanes), (101..=132).collect::<Vec<_>>());
    found(&mut lanes, &events(50..=51));
    let mut running = lanes.start(now).unwrap();
    found(&mut lanes, &events(1..=32));
    let fill = lanes.next_fill().unwrap();
    assert_eq!((running.seq, fill.after), (Seq(50), Seq(32)));
    lanes.reading();
    let page = [running];
    (running.attempts, running.due) = (1, Millis(9));
    lanes.again(running, now);
    let first = lanes.start(now).unwrap();
    lanes.filled(fill, &page, now);
    lanes.ended(first.lane, first.seq, now);
    assert_eq!(run_all(&mut lanes), (2..=32).collect::<Vec<_>>());
    // The next page shows it as it is.
    let fill = lanes.next_fill().unwrap();
    assert_eq!(fill.after, Seq(32));
    lanes.reading();
    lanes.filled(fill, &[running, event(51), event(133)], now);
    assert_eq!((lanes.start(now), lanes.next_due()), (None, Some(Millis(9))));
    lanes.wake(Millis(9));
    assert_eq!(lanes.start(Millis(9)), Some(running));
}

#[test]
fn every_event_runs_in_order_and_none_after_it_was_done() {
    for seed in 0..150 {
        let mut world = world(seed, None);
        world.run(3000);
        assert!(world.done.len() > 500);
        // Nothing stays in hand.
        (0..100).for_each(|_| world.answer());
        assert_eq!((world.lanes.len(), world.lanes.held()), (0, 0));
    }
}

#[test]
fn every_event_runs_when_lanes_go_on_past_those_that_wait() {
    for seed in 0..150 {
        world(seed, Some(1)).run(3000);
    }
}
