//! What is read next of the events that are pending: one page at a time, of what was waited for longest.

use super::lanes::{Fill, Lanes};
use crate::store::{Millis, Pending, Scan, Seq};
use std::time::Duration;
use tokio::time::Instant;

/// How many events are read at a time.
const PAGE: usize = 512;
/// How often the store is read from its beginning, for events that were replayed; less often if that
/// takes long.
const AGAIN: Duration = Duration::from_secs(30);

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

pub(super) struct Pages {
    /// The last event that was read.
    front: Seq,
    wants_front: bool,
    /// Where the reading from the beginning is, how far it goes, and when it began.
    again: Option<(Seq, Seq, Instant)>,
    again_at: Instant,
    turn: u8,
    is_reading: bool,
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
            self.again = Some((Seq(0), self.front, now));
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
        self.is_reading = true;
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
                if let Some((_, end, began)) = self.again {
                    let next = last.filter(|last| is_full && *last < end);
                    self.again = next.map(|after| (after, end, began));
                    if next.is_none() {
                        self.again_at = now + AGAIN.max((now - began) * 100);
                    }
                }
            }
        }
        lanes.found(found, time);
    }
}
