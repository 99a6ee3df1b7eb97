//! The checker: what the log says against what the store's file said each time the server was dead.
//!
//! The order of a lane is that of the numbers that the store gave to its events. A body has the number of
//! its first new event, so bodies in the order of their numbers, with the events in them that had not been
//! kept before, tell the number of each event; what the file says of pending events must agree.
//!
//! - **Lost**: answered with 200, and never handled to its end.
//! - **Repeated**: begun in a generation before which it was done or dead in the file; or kept twice, also by one
//!   server. Such an event may count twice.
//! - **Disordered**: begun before an earlier event of its lane was done or dead. Within a generation the log
//!   tells: the handler of each earlier event has ended before, in this generation, or the event was done in
//!   the file that it began with. The file that a generation has left tells the rest: what was begun in it
//!   has no earlier event that is still pending.
//!
//! Events without an id and a time are kept as often as they come, and cannot be told apart: they may be lost,
//! and are counted apart for the rest.

use ::tests::inbox::{
    log::{Did, Line},
    store::{Snapshot, place},
    traffic::{Number, conversation, is_anonymous, marks},
};
use std::collections::{BTreeSet, HashMap, HashSet, hash_map::Entry};

/// What was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) answered: usize,
    pub(crate) lost: usize,
    pub(crate) repeated: usize,
    pub(crate) disordered: usize,
    /// Events without an id and a time: how many were answered, and how often they were handled.
    pub(crate) anonymous: usize,
    pub(crate) anonymous_handled: usize,
    /// Handlers that began, and those that failed.
    pub(crate) began: usize,
    pub(crate) failed: usize,
    /// Events that were handled to the end more than once, and how often one server did so: the end was not
    /// committed before a kill, or before a lease was over.
    pub(crate) again: usize,
    pub(crate) by_one_server: usize,
}

/// An event in the store; its number there is its place in a list, from 1.
#[derive(Debug)]
struct Kept {
    number: Number,
    /// It was done or dead in the last snapshot.
    is_over: bool,
    /// The last generation in which its handler has ended.
    ended_in: u32,
}

#[derive(Debug, Default)]
struct Lane {
    kept: Vec<usize>,
    /// So many of them, from the first, are over.
    over: usize,
    /// And so many are over or have ended in this generation.
    passed: usize,
    generation: u32,
}

#[derive(Debug)]
pub(crate) struct Checker {
    kept: Vec<Kept>,
    /// Where events are in it, but for those that cannot be told apart.
    places: HashMap<Number, usize>,
    lanes: HashMap<u64, Lane>,
    /// In the last snapshot, or newer.
    pending: BTreeSet<usize>,
    /// By number: how often it was handled to its end.
    handled: Vec<u32>,
    bodies: usize,
    verdict: Verdict,
}

impl Checker {
    pub(crate) fn new(events: usize) -> Self {
        Checker {
            kept: Vec::new(),
            places: HashMap::new(),
            lanes: HashMap::new(),
            pending: BTreeSet::new(),
            handled: vec![0; events],
            bodies: 0,
            verdict: Verdict::default(),
        }
    }

    /// How many bodies were kept.
    pub(crate) fn bodies(&self) -> usize {
        self.bodies
    }

    /// The last number of an event that is known.
    pub(crate) fn last(&self) -> i64 {
        self.kept.len() as i64
    }

    /// A generation is dead: what it has logged, and what the file says now.
    ///
    /// # Errors
    /// What does not fit together, so that nothing can be counted.
    pub(crate) fn generation(
        &mut self,
        generation: u32,
        lines: &[Line],
        snapshot: &Snapshot,
    ) -> Result<(), String> {
        self.number(snapshot)?;
        let mut begun = Vec::new();
        let mut disordered = HashSet::new();
        for line in lines {
            if line.generation != generation {
                return Err(format!("{line:?} in generation {generation}"));
            }
            match line.did {
                Did::Started => self.verdict.began += 1,
                Did::Failed => self.verdict.failed += 1,
                Did::Ended => self.handled[line.number] += 1,
            }
            if is_anonymous(line.number) {
                continue;
            }
            let Some(place) = self.places.get(&line.number).copied() else {
                return Err(format!("event {} was handled, and is not in the store", line.number));
            };
            match line.did {
                Did::Started => {
                    self.verdict.repeated += usize::from(self.kept[place].is_over);
                    if !self.is_next(place, generation) {
                        disordered.insert(place);
                    }
                    begun.push(place);
                }
                Did::Ended => {
                    let kept = &mut self.kept[place];
                    self.verdict.by_one_server += usize::from(kept.ended_in == generation);
                    kept.ended_in = generation;
                }
                Did::Failed => {}
            }
        }
        self.settle(snapshot)?;
        // By lane, the first event that is pending still.
        let mut first = HashMap::new();
        for place in &self.pending {
            let number = self.kept[*place].number;
            if !is_anonymous(number) {
                first.entry(conversation(number)).or_insert(*place);
            }
        }
        let early = |place: &usize| {
            first.get(&conversation(self.kept[*place].number)).is_some_and(|first| first < place)
        };
        disordered.extend(begun.into_iter().filter(early));
        self.verdict.disordered += disordered.len();
        Ok(())
    }

    /// Gives the events in bodies that are new their numbers.
    fn number(&mut self, snapshot: &Snapshot) -> Result<(), String> {
        self.bodies += snapshot.bodies.len();
        let mut unsure = HashSet::new();
        let ends = snapshot.bodies.iter().skip(1).map(|(first, _)| first - 1);
        let ends = ends.chain([snapshot.last]);
        for ((first, body), end) in snapshot.bodies.iter().zip(ends) {
            if *first != self.last() + 1 {
                return Err(format!("body {first} follows on event {}", self.last()));
            }
            let mut seen = HashSet::new();
            let is_new = |number: &Number| {
                is_anonymous(*number) || !self.places.contains_key(number) && seen.insert(*number)
            };
            let new = marks(body).filter(is_new).count();
            // More rows than new events: some were kept again. Which ones is not known.
            let rows = usize::try_from(end + 1 - first).unwrap_or_default();
            let mut again = rows.saturating_sub(new);
            if again > 0 {
                unsure.insert(*first);
                self.verdict.repeated += again;
            }
            for number in marks(body) {
                let place = self.kept.len();
                if is_anonymous(number) {
                    // It is in no lane.
                } else if let Entry::Vacant(entry) = self.places.entry(number) {
                    entry.insert(place);
                    self.lanes.entry(conversation(number)).or_default().kept.push(place);
                } else if again > 0 {
                    again -= 1;
                } else {
                    continue; // It was a duplicate.
                }
                self.kept.push(Kept { number, is_over: false, ended_in: 0 });
                self.pending.insert(place);
            }
        }
        if self.last() != snapshot.last {
            return Err(format!("{} events, numbers up to {}", self.last(), snapshot.last));
        }
        for (seq, first, at) in &snapshot.pending {
            let at_body = snapshot.bodies.binary_search_by_key(first, |(first, _)| *first);
            let Ok(at_body) = at_body else { continue };
            if unsure.contains(first) {
                continue;
            }
            let text = snapshot.bodies[at_body].1.get(*at as usize..).unwrap_or_default();
            let (known, found) = (self.kept.get(place(*seq)), marks(text).next());
            if known.map(|kept| kept.number) != found {
                return Err(format!("number {seq} is event {found:?}, and {known:?}"));
            }
        }
        Ok(())
    }

    /// Has every earlier event of its lane ended, in this generation or in the file before it?
    fn is_next(&mut self, place: usize, generation: u32) -> bool {
        let lane = self.lanes.entry(conversation(self.kept[place].number)).or_default();
        if lane.generation != generation {
            // What has ended without a commit has not ended.
            while let Some(next) = lane.kept.get(lane.over)
                && self.kept[*next].is_over
            {
                lane.over += 1;
            }
            (lane.passed, lane.generation) = (lane.over, generation);
        }
        let ended = |place: usize| {
            let kept = &self.kept[place];
            kept.is_over || kept.ended_in == generation
        };
        while let Some(next) = lane.kept.get(lane.passed)
            && *next < place
            && ended(*next)
        {
            lane.passed += 1;
        }
        lane.kept.get(lane.passed).is_none_or(|first| *first >= place)
    }

    /// Notes what is over in the file.
    fn settle(&mut self, snapshot: &Snapshot) -> Result<(), String> {
        let pending = snapshot.pending.iter().map(|(seq, ..)| place(*seq)).collect();
        if let Some(place) = BTreeSet::difference(&pending, &self.pending).next() {
            return Err(format!("event {} was over, and is pending", self.kept[*place].number));
        }
        for place in &self.pending - &pending {
            self.kept[place].is_over = true;
        }
        self.pending = pending;
        Ok(())
    }

    /// The end, when nothing more is handled.
    pub(crate) fn verdict(&self, answered: &[bool]) -> Verdict {
        let mut verdict = self.verdict;
        for (number, handled) in self.handled.iter().enumerate() {
            let answered = answered[number];
            verdict.answered += usize::from(answered);
            verdict.lost += usize::from(answered && *handled == 0);
            if is_anonymous(number) {
                verdict.anonymous += usize::from(answered);
                verdict.anonymous_handled += *handled as usize;
            } else {
                verdict.again += usize::from(*handled > 1);
            }
        }
        verdict
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three events of one conversation, kept in this order.
    fn lane() -> [Number; 3] {
        let of_it = |number: &Number| conversation(*number) == 7 && !is_anonymous(*number);
        let mut numbers = (0..).filter(of_it);
        std::array::from_fn(|_| numbers.next().unwrap())
    }

    /// The file with these pending, of the three in one body.
    fn file(is_new: bool, pending: &[i64]) -> Snapshot {
        let [a, b, c] = lane().map(|number| format!("wamid.{number} "));
        let places = [0, a.len(), a.len() + b.len()].map(|at| at as u32);
        let bodies = is_new.then(|| (1, (a + &b + &c).into_bytes())).into_iter().collect();
        let pending = pending.iter().map(|seq| (*seq, 1, places[*seq as usize - 1])).collect();
        Snapshot { last: 3, bodies, pending, ..Snapshot::default() }
    }

    /// What is found when generations log this, and leave these events pending. `S1` is the start of the
    /// first event, `E1` its end.
    fn found(generations: &[(&str, &[i64])]) -> [usize; 3] {
        let mut checker = Checker::new(10_000);
        for (at, (log, pending)) in generations.iter().enumerate() {
            let generation = at as u32 + 1;
            let line = |word: &str| Line {
                did: if word.starts_with('S') { Did::Started } else { Did::Ended },
                number: lane()[word[1..].parse::<usize>().unwrap() - 1],
                generation,
            };
            let lines: Vec<_> = log.split_whitespace().map(line).collect();
            checker.generation(generation, &lines, &file(at == 0, pending)).unwrap();
        }
        let mut answered = vec![false; 10_000];
        lane().into_iter().for_each(|number| answered[number] = true);
        let verdict = checker.verdict(&answered);
        assert_eq!(verdict.answered, 3);
        [verdict.lost, verdict.repeated, verdict.disordered]
    }

    #[test]
    fn what_is_right_is_found_right() {
        assert_eq!(found(&[("S1 E1 S2 E2 S3 E3", &[])]), [0, 0, 0]);
        // Killed before the commit, and handled again.
        assert_eq!(found(&[("S1 E1", &[1, 2, 3]), ("S1 E1 S2 E2 S3 E3", &[])]), [0, 0, 0]);
        assert_eq!(found(&[("S1 S1 E1", &[2, 3]), ("S2", &[2, 3]), ("S2 E2 S3 E3", &[])]), [0; 3]);
    }

    #[test]
    fn what_was_answered_and_never_handled_to_its_end_is_lost() {
        assert_eq!(found(&[("S1 E1 S2 E2", &[3])]), [1, 0, 0]);
        assert_eq!(found(&[("", &[1, 2, 3]), ("S1", &[1, 2, 3])]), [3, 0, 0]);
    }

    #[test]
    fn what_was_done_in_the_file_and_is_begun_again_is_repeated() {
        assert_eq!(found(&[("S1 E1", &[2, 3]), ("S1 E1 S2 E2 S3 E3", &[])]), [0, 1, 0]);
    }

    #[test]
    fn what_is_kept_again_is_repeated() {
        let mut checker = Checker::new(10_000);
        checker.generation(1, &[], &file(true, &[])).unwrap();
        let mut again = file(true, &[]);
        (again.last, again.bodies[0].0) = (6, 4);
        checker.generation(2, &[], &again).unwrap();
        assert_eq!(checker.verdict(&vec![false; 10_000]).repeated, 3);

        // By the server that has kept it before, too.
        let mut twice = file(true, &[]);
        twice.bodies.push((4, twice.bodies[0].1.clone()));
        twice.last = 6;
        let mut checker = Checker::new(10_000);
        checker.generation(1, &[], &twice).unwrap();
        assert_eq!(checker.verdict(&vec![false; 10_000]).repeated, 3);
    }

    #[test]
    fn what_one_server_has_handled_twice_is_told_apart() {
        let line = |did, generation| Line { did, number: lane()[0], generation };
        let twice = |generation| {
            [Did::Started, Did::Ended, Did::Started, Did::Ended].map(|did| line(did, generation))
        };
        let mut checker = Checker::new(10_000);
        checker.generation(1, &twice(1), &file(true, &[1, 2, 3])).unwrap();
        checker.generation(2, &twice(2)[2..], &file(false, &[2, 3])).unwrap();
        let verdict = checker.verdict(&vec![false; 10_000]);
        assert_eq!((verdict.again, verdict.by_one_server, verdict.repeated), (1, 1, 0));
    }

    #[test]
    fn an_event_that_stands_twice_in_a_body_has_the_place_of_the_first() {
        let [a, b, _] = lane();
        let body = format!("wamid.{a} wamid.{a} wamid.{b}").into_bytes();
        let at = body.len() as u32 - format!("wamid.{b}").len() as u32;
        let pending = vec![(1, 1, 0), (2, 1, at)];
        let bodies = vec![(1, body)];
        let twice = Snapshot { last: 2, bodies, pending, ..Snapshot::default() };
        assert_eq!(Checker::new(10_000).generation(1, &[], &twice), Ok(()));
    }

    #[test]
    fn what_is_begun_before_an_earlier_event_of_its_lane_is_over_is_disordered() {
        assert_eq!(found(&[("S2 E2 S1 E1 S3 E3", &[])]), [0, 0, 1]);
        assert_eq!(found(&[("S1 S2 E1 E2 S3 E3", &[])]), [0, 0, 1]);
        // The first had ended, and was not done when the second began.
        assert_eq!(found(&[("S1 E1 S2", &[1, 2, 3]), ("S1 E1 S2 E2 S3 E3", &[])]), [0, 0, 1]);
        // Its end in the generation before was not committed.
        assert_eq!(found(&[("S1 E1", &[1, 2, 3]), ("S2 E2 S1 E1 S3 E3", &[])]), [0, 0, 1]);
    }

    #[test]
    fn a_file_in_which_what_was_done_is_pending_again_is_an_error() {
        let mut checker = Checker::new(10_000);
        checker.generation(1, &[], &file(true, &[2, 3])).unwrap();
        assert!(checker.generation(2, &[], &file(false, &[1, 2, 3])).is_err());
    }
}
