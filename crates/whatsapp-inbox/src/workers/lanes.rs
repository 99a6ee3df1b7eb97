//! The lanes in hand: which event is next, which lane waits for what. Nothing here waits or reads.

use super::policy::LONGEST;
use crate::{
    clock::later,
    store::{Lane, Millis, Pending, Seq},
};
use std::collections::{BTreeSet, HashMap, HashSet, VecDeque, hash_map::Entry};

/// How many waiting events of a lane are held; the others stay in the store.
pub(super) const LANE_ROOM: usize = 32;

/// The events in hand, by lane.
///
/// Of each lane its first events are held, up to one (`upto`); `more` says that the store may have
/// others behind it. One page is on its way at a time: what comes meanwhile is in the next.
pub(super) struct Lanes {
    lanes: HashMap<Lane, Queue>,
    ready: VecDeque<Lane>,
    timers: BTreeSet<(Millis, Lane)>,
    fills: VecDeque<Lane>,
    held: usize,
    room: usize,
    pass_after: Option<u32>,
    /// What has ended since the page that is being read was asked for: it may stand there still.
    ended: HashSet<Seq>,
    is_reading: bool,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Pending>,
    running: Option<Seq>,
    upto: Seq,
    more: bool,
    is_filling: bool,
    /// An event went back into the store since its page was asked for: there it is as it was before.
    is_outdated: bool,
    is_ready: bool,
    wake: Option<Millis>,
}

enum Next {
    Run(usize),
    Wait(Option<Millis>),
    Fill(Option<Millis>),
}

/// A page of one lane that is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fill {
    pub(super) lane: Lane,
    pub(super) after: Seq,
    pub(super) limit: usize,
}

/// Due later than any event may be put off: a clock that was ahead has said so. Twice as long, for clocks
/// that differ.
fn is_amiss(due: Millis, now: Millis) -> bool {
    due > later(now, LONGEST * 2)
}

impl Queue {
    fn has(&self, seq: Seq) -> bool {
        self.running == Some(seq) || self.waiting.binary_search_by_key(&seq, |p| p.seq).is_ok()
    }

    /// Puts it into its place, and the last one back into the store if there are too many. By how
    /// many there are more now.
    fn insert(&mut self, pending: Pending) -> usize {
        let at = self.waiting.partition_point(|other| other.seq < pending.seq);
        self.waiting.insert(at, pending);
        self.upto = self.upto.max(pending.seq);
        if self.waiting.len() <= LANE_ROOM {
            return 1;
        }
        self.waiting.pop_back();
        self.more = true;
        self.upto = self.waiting.back().map_or(Seq(0), |last| last.seq);
        0
    }

    fn next(&self, now: Millis, pass_after: Option<u32>) -> Next {
        let mut wake: Option<Millis> = None;
        for (at, pending) in self.waiting.iter().enumerate() {
            // What was never tried is due, though a clock that was ahead may have said another time.
            if pending.due <= now || pending.attempts == 0 || is_amiss(pending.due, now) {
                return Next::Run(at);
            }
            wake = Some(wake.map_or(pending.due, |wake| wake.min(pending.due)));
            if pass_after.is_none_or(|attempts| pending.attempts < attempts) {
                return Next::Wait(wake);
            }
        }
        match self.more && self.waiting.len() < LANE_ROOM {
            true => Next::Fill(wake),
            false => Next::Wait(wake),
        }
    }
}

impl Lanes {
    pub(super) fn new(room: usize, pass_after: Option<u32>) -> Self {
        Lanes {
            lanes: HashMap::new(),
            ready: VecDeque::new(),
            timers: BTreeSet::new(),
            fills: VecDeque::new(),
            held: 0,
            room,
            pass_after,
            ended: HashSet::new(),
            is_reading: false,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.lanes.len()
    }

    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.held
    }

    pub(super) fn is_full(&self) -> bool {
        self.held >= self.room
    }

    /// How many waiting events a lane may have: one when there are many lanes.
    fn lane_room(&self) -> usize {
        if self.held < self.room / 2 { LANE_ROOM } else { 1 }
    }

    /// A page is asked for now.
    pub(super) fn reading(&mut self) {
        self.is_reading = true;
    }

    /// The page did not come.
    pub(super) fn not_read(&mut self, fill: Option<Fill>) {
        self.done_reading();
        if let Some(fill) = fill {
            self.fills.push_back(fill.lane);
        }
    }

    fn done_reading(&mut self) {
        self.is_reading = false;
        self.ended.clear();
    }

    /// A page of all lanes.
    pub(super) fn found(&mut self, page: &[Pending], now: Millis) {
        for pending in page {
            if self.ended.contains(&pending.seq) {
                continue;
            }
            let room = self.lane_room();
            let queue = self.lanes.entry(pending.lane).or_default();
            if queue.has(pending.seq) {
                continue;
            }
            let is_behind = pending.seq > queue.upto;
            if is_behind && (queue.more || queue.waiting.len() >= room) {
                queue.more = true;
            } else {
                self.held += queue.insert(*pending);
            }
            self.consider(pending.lane, now);
        }
        self.done_reading();
    }

    /// The lane that wants a page next.
    pub(super) fn next_fill(&mut self) -> Option<Fill> {
        let lane = self.fills.pop_front()?;
        let room = self.lane_room();
        let queue = self.lanes.get_mut(&lane)?;
        queue.is_outdated = false;
        let limit = room.min(LANE_ROOM.saturating_sub(queue.waiting.len())).max(1);
        Some(Fill { lane, after: queue.upto, limit })
    }

    /// Its page.
    pub(super) fn filled(&mut self, fill: Fill, page: &[Pending], now: Millis) {
        if let Some(queue) = self.lanes.get_mut(&fill.lane) {
            queue.is_filling = false;
            // Else one was put back meanwhile, where others were replayed: the page does not follow
            // on what is held, or is out of date.
            if queue.upto == fill.after && !queue.is_outdated {
                queue.more = page.len() >= fill.limit;
                for pending in page {
                    queue.upto = queue.upto.max(pending.seq);
                    if !self.ended.contains(&pending.seq) && !queue.has(pending.seq) {
                        self.held += queue.insert(*pending);
                    }
                }
            }
        }
        self.done_reading();
        self.consider(fill.lane, now);
    }

    /// The next event that may run: its lane is busy until it has ended.
    pub(super) fn start(&mut self, now: Millis) -> Option<Pending> {
        while let Some(lane) = self.ready.pop_front() {
            let Some(queue) = self.lanes.get_mut(&lane) else { continue };
            queue.is_ready = false;
            if let Next::Run(at) = queue.next(now, self.pass_after)
                && let Some(pending) = queue.waiting.remove(at)
            {
                self.held -= 1;
                queue.running = Some(pending.seq);
                return Some(pending);
            }
            self.consider(lane, now);
        }
        None
    }

    /// True if `start` may find one.
    pub(super) fn has_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    /// The lane's event has ended.
    pub(super) fn ended(&mut self, lane: Lane, seq: Seq, now: Millis) {
        if self.is_reading {
            self.ended.insert(seq);
        }
        if let Some(queue) = self.lanes.get_mut(&lane) {
            queue.running = None;
        }
        self.consider(lane, now);
    }

    /// The lane's event is to be tried again.
    pub(super) fn again(&mut self, pending: Pending, now: Millis) {
        if let Some(queue) = self.lanes.get_mut(&pending.lane) {
            queue.running = None;
            if pending.seq <= queue.upto || !queue.more {
                self.held += queue.insert(pending);
            } else {
                // Others stand before it in the store.
                queue.is_outdated = true;
            }
        }
        self.consider(pending.lane, now);
    }

    /// When the next event is due for which a lane waits.
    pub(super) fn next_due(&self) -> Option<Millis> {
        self.timers.first().map(|(due, _)| *due)
    }

    /// Lanes whose events are due by now.
    pub(super) fn wake(&mut self, now: Millis) {
        loop {
            let first = self.timers.first().filter(|(due, _)| *due <= now);
            let amiss = || self.timers.last().filter(|(due, _)| is_amiss(*due, now));
            let Some(timer) = first.or_else(amiss).copied() else { return };
            self.timers.remove(&timer);
            let (_, lane) = timer;
            if let Some(queue) = self.lanes.get_mut(&lane) {
                queue.wake = None;
            }
            self.consider(lane, now);
        }
    }

    /// Sees what a lane waits for, after anything has changed in it.
    fn consider(&mut self, lane: Lane, now: Millis) {
        let Entry::Occupied(mut entry) = self.lanes.entry(lane) else { return };
        let queue = entry.get_mut();
        if queue.running.is_some() || queue.is_ready {
            return;
        }
        let mut wake = None;
        match queue.next(now, self.pass_after) {
            Next::Run(_) => {
                queue.is_ready = true;
                self.ready.push_back(lane);
            }
            Next::Wait(due) => wake = due,
            Next::Fill(due) => {
                wake = due;
                if !queue.is_filling {
                    queue.is_filling = true;
                    self.fills.push_back(lane);
                }
            }
        }
        if queue.wake != wake {
            if let Some(old) = queue.wake {
                self.timers.remove(&(old, lane));
            }
            self.timers.extend(wake.map(|due| (due, lane)));
            queue.wake = wake;
        }
        if queue.waiting.is_empty() && !queue.more && !queue.is_filling {
            entry.remove();
        }
    }
}
