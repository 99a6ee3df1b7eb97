//! What is read next of the events that are pending: one page at a time, of what was waited for longest.

use super::lanes::{Fill, Lanes};
use crate::store::{Millis, Pending, Scan, Seq};
use std::time::Duration;
use tokio::time::Instant;

/// How many events are read at a time.
const PAGE: usize = 512;
/// How often the store is read from its beginning, for events that were replayed; less often if the store
/// takes long for it.
const AGAIN: Duration = Duration::from_secs(30);
const AGAIN_AT_LAST: Duration = Duration::from_secs(3600);

/// A page that is being read.
#[derive(Clone, Copy)]
pub(super) enum Page {
    /// What is new.
    Front,
    /// What may have been replayed.
    Again,
    /// More of one lane.
    Fill(Fill),
}

/// Which pages are wanted, and the one on its way.
pub(super) struct Pages {
    /// The last event that was read.
    front: Seq,
    wants_front: bool,
    /// Where the reading from the beginning is, how far it goes, and how long the store took for it.
    again: Option<(Seq, Seq, Duration)>,
    again_at: Instant,
    turn: u8,
    is_reading: bool,
    asked_at: Instant,
    read_at: Instant,
}

impl Pages {
    pub(super) fn new(now: Instant) -> Self {
        Pages {
            front: Seq(0),
            wants_front: true,
            again: None,
            again_at: now + AGAIN,
            turn: 0,
            is_reading: false,
            asked_at: now,
            read_at: now,
        }
    }

    /// Something new may be in the store.
    pub(super) fn want_front(&mut self) {
        self.wants_front = true;
    }

    /// The page to ask for, and of how many events: `None` while another is read, and if none is wanted.
    pub(super) fn next(&mut self, lanes: &mut Lanes, now: Instant) -> Option<(Page, Scan, usize)> {
        if now >= self.again_at && self.again.is_none() {
            self.again = Some((Seq(0), self.front, Duration::ZERO));
        }
        if self.is_reading || now < self.read_at {
            return None;
        }
        let next = (0..3).find_map(|_| {
            self.turn = (self.turn + 1) % 3;
            match (self.turn, self.again) {
                (0, _) if self.wants_front && !lanes.is_full() => {
                    self.wants_front = false;
                    Some((Page::Front, Scan::After(self.front), PAGE))
                }
                (1, Some((after, ..))) if !lanes.is_full() => {
                    Some((Page::Again, Scan::After(after), PAGE))
                }
                (2, _) => lanes
                    .next_fill()
                    .map(|fill| (Page::Fill(fill), Scan::Lane(fill.lane, fill.after), fill.limit)),
                _ => None,
            }
        })?;
        (self.is_reading, self.asked_at) = (true, now);
        lanes.reading();
        Some(next)
    }

    /// Until when nothing is read, after a failure.
    pub(super) fn paused_until(&self, now: Instant) -> Option<Instant> {
        (now < self.read_at).then_some(self.read_at)
    }

    /// The page did not come.
    pub(super) fn failed(&mut self, lanes: &mut Lanes, page: Page, read_at: Instant) {
        (self.is_reading, self.read_at) = (false, read_at);
        lanes.not_read(match page {
            Page::Fill(fill) => Some(fill),
            Page::Front | Page::Again => None,
        });
        self.wants_front |= matches!(page, Page::Front);
    }

    /// The page: what is new in it goes into the lanes.
    pub(super) fn found(
        &mut self,
        lanes: &mut Lanes,
        page: Page,
        found: &[Pending],
        now: Instant,
        time: Millis,
    ) {
        self.is_reading = false;
        let last = found.last().map(|pending| pending.seq);
        let is_full = found.len() >= PAGE;
        match page {
            Page::Fill(fill) => return lanes.filled(fill, found, time),
            Page::Front => {
                self.front = last.unwrap_or(self.front);
                self.wants_front |= is_full;
            }
            Page::Again => {
                if let Some((_, end, took)) = self.again {
                    let took = took + (now - self.asked_at);
                    let next = last.filter(|last| is_full && *last < end);
                    self.again = next.map(|after| (after, end, took));
                    if next.is_none() {
                        self.again_at = now + AGAIN.max(took * 100).min(AGAIN_AT_LAST);
                    }
                }
            }
        }
        lanes.found(found, time);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{BodyId, Lane};

    const TIME: Millis = Millis(1);
    const SECOND: Duration = Duration::from_secs(1);

    fn event(seq: u64, lane: u64) -> Pending {
        Pending::new(Seq(seq), BodyId(seq), 0, Lane(lane), Millis(0))
    }

    /// A full page of one lane.
    fn page(first: u64) -> Vec<Pending> {
        (first..first + PAGE as u64).map(|seq| event(seq, 1)).collect()
    }

    fn scans(pages: &mut Pages, lanes: &mut Lanes, now: Instant) -> Vec<Scan> {
        let mut scans = Vec::new();
        for _ in 0..3 {
            let Some((page, scan, _)) = pages.next(lanes, now) else { break };
            scans.push(scan);
            assert!(pages.next(lanes, now).is_none(), "one at a time");
            if matches!(page, Page::Front) {
                pages.want_front();
            }
            pages.found(lanes, page, &[], now, TIME);
        }
        scans
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_wanted_is_read_in_turn() {
        let (mut lanes, now) = (Lanes::new(10_000, None), Instant::now());
        let mut pages = Pages::new(now);
        let (front, ..) = pages.next(&mut lanes, now).unwrap();
        pages.found(&mut lanes, front, &page(1), now, TIME);
        // All that is held of the lane ends, and there is more of it in the store.
        while let Some(Pending { lane, seq, .. }) = lanes.start(TIME) {
            lanes.ended(lane, seq, TIME);
        }
        let scans = scans(&mut pages, &mut lanes, now + AGAIN);
        assert_eq!(scans.len(), 3);
        for wanted in [Scan::After(Seq(512)), Scan::After(Seq(0)), Scan::Lane(Lane(1), Seq(32))] {
            assert!(scans.contains(&wanted), "{wanted:?} in {scans:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_failure_nothing_is_read_for_a_while_and_then_the_same() {
        let (mut lanes, now) = (Lanes::new(10_000, None), Instant::now());
        let mut pages = Pages::new(now);
        let (front, scan, _) = pages.next(&mut lanes, now).unwrap();
        pages.failed(&mut lanes, front, now + SECOND);
        assert_eq!(pages.paused_until(now), Some(now + SECOND));
        assert!(pages.next(&mut lanes, now).is_none());
        let later = now + SECOND;
        assert_eq!(pages.paused_until(later), None);
        assert_eq!(pages.next(&mut lanes, later).map(|(_, scan, _)| scan), Some(scan));
    }

    /// Pages of which the first is read, and when they want the whole again.
    fn wanting_again(lanes: &mut Lanes) -> (Pages, Instant) {
        let began = Instant::now();
        let mut pages = Pages::new(began);
        let (front, ..) = pages.next(lanes, began).unwrap();
        pages.found(lanes, front, &page(1)[1..], began, TIME);
        assert!(pages.next(lanes, began + AGAIN - SECOND).is_none());
        (pages, began + AGAIN)
    }

    fn is_again(next: Option<(Page, Scan, usize)>) -> bool {
        next.is_some_and(|(_, scan, _)| scan == Scan::After(Seq(0)))
    }

    #[tokio::test(start_paused = true)]
    async fn the_whole_is_read_again_after_a_hundred_times_as_long_as_the_store_took() {
        for (took, pause) in [(0, 30), (10, 1000), (100, 3600)] {
            let mut lanes = Lanes::new(10_000, None);
            let (mut pages, now) = wanting_again(&mut lanes);
            let (again, scan, _) = pages.next(&mut lanes, now).unwrap();
            assert_eq!(scan, Scan::After(Seq(0)));
            // It goes as far as was read when it began.
            let now = now + SECOND * took;
            pages.found(&mut lanes, again, &page(1), now, TIME);
            assert!(pages.next(&mut lanes, now + SECOND * (pause - 1)).is_none());
            assert!(is_again(pages.next(&mut lanes, now + SECOND * pause)));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn that_the_whole_could_not_be_read_for_long_does_not_put_off_the_next_time() {
        let mut lanes = Lanes::new(1, None);
        let (mut pages, now) = wanting_again(&mut lanes);
        assert!(lanes.is_full() && pages.next(&mut lanes, now).is_none());
        let now = now + SECOND * 7200;
        assert!(lanes.start(TIME).is_some() && !lanes.is_full());
        let (again, ..) = pages.next(&mut lanes, now).unwrap();
        pages.found(&mut lanes, again, &[], now, TIME);
        assert!(is_again(pages.next(&mut lanes, now + AGAIN)));
    }
}
