//! Steps that may be asked of a store, at random.

use proptest::{collection::vec, prelude::*, sample::select};
use std::time::Duration;
use whatsapp_inbox::store::{End, Millis};

const SECOND: i64 = 1000;
const HOUR: i64 = 3600 * SECOND;
pub(crate) const DAY: i64 = 24 * HOUR;

/// A step, and when and how it is taken. What it is about is a number: of those that there are, and one or
/// two that there are not.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// By how much the clock moves before it, in milliseconds: back, too.
    pub(crate) clock: i64,
    /// Through which handle.
    pub(crate) handle: usize,
    pub(crate) act: Act,
    /// Which page is read after it.
    pub(crate) after: usize,
    pub(crate) limit: usize,
}

#[derive(Clone, Debug)]
pub(crate) enum Act {
    Keep { events: Vec<New>, window: u64 },
    Own { owner: u64, lease: Duration },
    Disown { fence: usize },
    Finish { fence: usize, event: usize, end: End },
    Replay { event: usize },
    Purge { event: usize },
    Erase { body: usize, items: Vec<usize>, stale: bool },
    Sweep { bodies: u64, dead: u64 },
    Reopen,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct New {
    pub(crate) key: Option<u8>,
    pub(crate) lane: u64,
    pub(crate) dead: bool,
}

pub(crate) fn steps() -> impl Strategy<Value = Vec<Step>> {
    vec(step(), 1..24)
}

fn step() -> impl Strategy<Value = Step> {
    let clock = prop_oneof![
        6 => select(vec![0, 1, SECOND, 60 * SECOND]),
        1 => select(vec![HOUR, DAY, 3 * DAY, 10 * DAY]),
        1 => select(vec![-1, -60 * SECOND, -HOUR, -2 * DAY]),
    ];
    (clock, 0..3usize, act(), 0..99usize, 0..4usize)
        .prop_map(|(clock, handle, act, after, limit)| Step { clock, handle, act, after, limit })
}

fn act() -> impl Strategy<Value = Act> {
    let millis = || select(vec![0, 1, SECOND as u64, HOUR as u64, DAY as u64, 8 * DAY as u64]);
    let leases = [0, 1, SECOND as u64, 60 * SECOND as u64, HOUR as u64, u64::MAX];
    let lease = select(leases.map(Duration::from_millis).to_vec());
    let some = || 0..99usize;
    prop_oneof![
        6 => (vec(new(), 0..5), millis()).prop_map(|(events, window)| Act::Keep { events, window }),
        3 => (0..3u64, lease).prop_map(|(owner, lease)| Act::Own { owner, lease }),
        1 => some().prop_map(|fence| Act::Disown { fence }),
        8 => (some(), some(), end()).prop_map(|(fence, event, end)| Act::Finish { fence, event, end }),
        2 => some().prop_map(|event| Act::Replay { event }),
        2 => some().prop_map(|event| Act::Purge { event }),
        2 => (some(), vec(0..5usize, 0..3), prop::bool::weighted(0.2))
            .prop_map(|(body, items, stale)| Act::Erase { body, items, stale }),
        2 => (millis(), millis()).prop_map(|(bodies, dead)| Act::Sweep { bodies, dead }),
        1 => Just(Act::Reopen),
    ]
}

fn new() -> impl Strategy<Value = New> {
    let lane = select(vec![0, 1, u64::MAX]);
    (prop::option::weighted(0.8, 0..6u8), lane, prop::bool::weighted(0.2))
        .prop_map(|(key, lane, dead)| New { key, lane, dead })
}

fn end() -> impl Strategy<Value = End> {
    prop_oneof![
        2 => Just(End::Done),
        1 => (0..9u32, 0..99u64)
            .prop_map(|(attempts, due)| End::Retry { attempts, due: Millis(due) }),
        2 => (0..9u32).prop_map(|attempts| End::Dead { attempts, reason: format!("no {attempts}") }),
    ]
}
