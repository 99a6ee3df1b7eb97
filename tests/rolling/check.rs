//! The checker: what the handlers' log says, against what the store's file said while servers were running.
//!
//! The log has one order for all servers, and a line is in it before the handler goes on. The file is read again
//! and again; what is over in it has been committed before the lines that come afterwards.
//!
//! - **Lost**: answered with 200, and never handled to its end.
//! - **Repeated**: begun although it was done or dead in the file when it was read before; or begun after a
//!   handler of it had ended in a server that ended in order, which has said that it handed nothing back; or kept
//!   twice.
//! - **Disordered**: begun before the handler of an earlier event of its conversation had ended, or after one of a
//!   later event had begun. The order is that of the numbers that the store gave.
//!
//! Events without an id and a time are kept as often as they come, and cannot be told apart: they may be lost,
//! and are not looked at for the rest.

use crate::{
    log::{Did, Line},
    store::{Snapshot, place},
    traffic::{Number, conversation, is_anonymous, marks},
};
use std::collections::{BTreeSet, HashMap, HashSet};

/// What was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) answered: usize,
    pub(crate) lost: usize,
    pub(crate) repeated: usize,
    pub(crate) disordered: usize,
    /// Handlers that began, and those that failed.
    pub(crate) began: usize,
    pub(crate) failed: usize,
    /// Events that were handled to the end more than once: the end was not committed before a server was cut off,
    /// or before its lease was over.
    pub(crate) again: usize,
    /// Servers behind whose orderly end nothing may be begun again that was handled by them.
    pub(crate) orderly: usize,
}

#[derive(Debug)]
pub(crate) struct Checker {
    /// By its number in the store, less one.
    kept: Vec<Number>,
    /// The same the other way round, but for events that cannot be told apart.
    places: HashMap<Number, usize>,
    /// In the last snapshot.
    pending: BTreeSet<usize>,
    /// By event: it was over in a snapshot.
    is_over: Vec<bool>,
    /// All lines, and whether they begin what was over.
    lines: Vec<(Line, bool)>,
    kept_twice: usize,
    /// Servers that ended in order, with the number of lines there were when they were told to.
    orderly: HashMap<u32, usize>,
}

impl Checker {
    pub(crate) fn new(events: usize) -> Self {
        Checker {
            kept: Vec::new(),
            places: HashMap::new(),
            pending: BTreeSet::new(),
            is_over: vec![false; events],
            lines: Vec::new(),
            kept_twice: 0,
            orderly: HashMap::new(),
        }
    }

    /// The last number of an event that is known.
    pub(crate) fn last(&self) -> i64 {
        self.kept.len() as i64
    }

    /// How many lines were logged.
    pub(crate) fn lines(&self) -> usize {
        self.lines.len()
    }

    /// A snapshot, and the lines that were read after it: some of them are older than it, and some are not.
    ///
    /// # Errors
    /// What does not fit together, so that nothing can be counted.
    pub(crate) fn see(&mut self, snapshot: &Snapshot, lines: &[Line]) -> Result<(), String> {
        for line in lines {
            let is_over = self.is_over.get(line.number).copied();
            let is_over = is_over.ok_or_else(|| format!("{line:?} is none of ours"))?;
            self.lines.push((*line, is_over && line.did == Did::Started));
        }
        self.number(snapshot)?;
        let pending: BTreeSet<_> = snapshot.pending.iter().map(|(seq, ..)| place(*seq)).collect();
        if let Some(place) = pending.difference(&self.pending).next() {
            return Err(format!("number {} was over, and is pending", place + 1));
        }
        for place in self.pending.difference(&pending) {
            let number = self.kept[*place];
            self.is_over[number] = !is_anonymous(number);
        }
        self.pending = pending;
        Ok(())
    }

    /// This server has ended in order; it was told to when there were so many lines.
    pub(crate) fn ended(&mut self, generation: u32, told: usize) {
        self.orderly.insert(generation, told);
    }

    /// Gives the events in bodies that are new their numbers: a body has the number of its first new event.
    fn number(&mut self, snapshot: &Snapshot) -> Result<(), String> {
        let ends = snapshot.bodies.iter().skip(1).map(|(first, _)| first - 1);
        let ends = ends.chain([snapshot.last]);
        for ((first, body), end) in snapshot.bodies.iter().zip(ends) {
            if *first != self.last() + 1 {
                return Err(format!("body {first} follows on event {}", self.last()));
            }
            let rows = usize::try_from(end + 1 - first).unwrap_or_default();
            let mut seen = HashSet::new();
            let (mut new, mut old) = (Vec::new(), Vec::new());
            for number in marks(body) {
                match is_anonymous(number) || !self.places.contains_key(&number) {
                    true if is_anonymous(number) || seen.insert(number) => new.push(number),
                    true => {}
                    false => old.push(number),
                }
            }
            // More rows than new events: some were kept again. Which ones is not known, nor their order.
            let again = rows.saturating_sub(new.len());
            self.kept_twice += again;
            new.extend(old.into_iter().take(again));
            for number in new {
                let place = self.kept.len();
                if !is_anonymous(number) {
                    self.places.entry(number).or_insert(place);
                }
                self.kept.push(number);
                self.pending.insert(place);
            }
        }
        match self.last() == snapshot.last {
            true => Ok(()),
            false => Err(format!("{} events, numbers up to {}", self.last(), snapshot.last)),
        }
    }

    /// The end, when nothing more is handled.
    pub(crate) fn verdict(&self, answered: &[bool]) -> Verdict {
        let mut ends = vec![Vec::new(); answered.len()];
        let mut lanes = self.lanes();
        let told = self.orderly.keys().copied();
        let orderly: HashSet<_> = told.filter(|generation| self.is_orderly(*generation)).collect();
        let (repeated, orderly_ends) = (self.kept_twice, orderly.len());
        let mut verdict = Verdict { repeated, orderly: orderly_ends, ..Verdict::default() };
        for (line, was_over) in &self.lines {
            let number = line.number;
            match line.did {
                Did::Failed => verdict.failed += 1,
                Did::Ended => ends[number].push(line.generation),
                Did::Started => verdict.began += 1,
            }
            if is_anonymous(number) || line.did == Did::Failed {
                continue;
            }
            let lane = lanes.entry(conversation(number)).or_default();
            if line.did == Did::Ended {
                lane.ended(number);
            } else if *was_over || ends[number].iter().any(|by| orderly.contains(by)) {
                verdict.repeated += 1;
            } else if !lane.is_next(number) {
                verdict.disordered += 1;
            }
        }
        for (number, ends) in ends.iter().enumerate() {
            verdict.answered += usize::from(answered[number]);
            verdict.lost += usize::from(answered[number] && ends.is_empty());
            verdict.again += usize::from(ends.len() > 1 && !is_anonymous(number));
        }
        verdict
    }

    fn lanes(&self) -> HashMap<u64, Lane> {
        let mut lanes = HashMap::<u64, Lane>::new();
        for (place, number) in self.kept.iter().enumerate() {
            if self.places.get(number) == Some(&place) {
                let lane = lanes.entry(conversation(*number)).or_default();
                lane.places.insert(*number, lane.has_ended.len());
                lane.has_ended.push(false);
            }
        }
        lanes
    }

    /// Has this server ended in order, and was nobody else at work before it was told to? If its lease was over
    /// before, as on a machine that stood still, its last ends were not recorded.
    fn is_orderly(&self, generation: u32) -> bool {
        self.orderly.get(&generation).is_some_and(|told| {
            let own = |(line, _): &(Line, bool)| line.generation == generation;
            self.lines[..*told].iter().skip_while(|line| !own(line)).all(own)
        })
    }
}

/// The events of a conversation, in the order in which they were kept.
#[derive(Debug, Default)]
struct Lane {
    places: HashMap<Number, usize>,
    has_ended: Vec<bool>,
    /// So many, from the first, have ended.
    passed: usize,
    /// The last that was begun, and one more.
    reached: usize,
}

impl Lane {
    fn ended(&mut self, number: Number) {
        if let Some(place) = self.places.get(&number) {
            self.has_ended[*place] = true;
        }
        while self.has_ended.get(self.passed) == Some(&true) {
            self.passed += 1;
        }
    }

    /// An event is begun: have all before it ended, and was none behind it begun?
    fn is_next(&mut self, number: Number) -> bool {
        // It was never in the file.
        let Some(place) = self.places.get(&number).copied() else { return false };
        let is_next = place <= self.passed && place + 1 >= self.reached;
        self.reached = self.reached.max(place + 1);
        is_next
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
        let body = lane().map(|number| format!("wamid.{number} ")).concat().into_bytes();
        let bodies = is_new.then_some((1, body)).into_iter().collect();
        let pending = pending.iter().map(|seq| (*seq, 1, 0)).collect();
        Snapshot { last: 3, bodies, pending, ..Snapshot::default() }
    }

    /// What is found when this is logged after a look at the file that finds these pending, and so on.
    /// `S1@2` is the start of the first event in server 2, `E1@2` its end, `!2` that this server has ended
    /// in order.
    fn found(looks: &[(&[i64], &str)]) -> [usize; 3] {
        let mut checker = Checker::new(10_000);
        for (at, (pending, log)) in looks.iter().enumerate() {
            checker.see(&file(at == 0, pending), &[]).unwrap();
            for word in log.split_whitespace() {
                let (what, generation) = word.split_once('@').unwrap_or(("", &word[1..]));
                let generation = generation.parse().unwrap();
                if what.is_empty() {
                    checker.ended(generation, checker.lines());
                    continue;
                }
                let did = if what.starts_with('S') { Did::Started } else { Did::Ended };
                let number = lane()[what[1..].parse::<usize>().unwrap() - 1];
                checker.see(&file(false, pending), &[Line { did, number, generation }]).unwrap();
            }
        }
        let mut answered = vec![false; 10_000];
        lane().into_iter().for_each(|number| answered[number] = true);
        let verdict = checker.verdict(&answered);
        assert_eq!(verdict.answered, 3);
        [verdict.lost, verdict.repeated, verdict.disordered]
    }

    const ALL: &[i64] = &[1, 2, 3];

    #[test]
    fn what_is_right_is_found_right() {
        assert_eq!(found(&[(ALL, "S1@1 E1@1 S2@1 E2@1 !1 S3@2 E3@2")]), [0; 3]);
        // Cut off before the commit, and handled again.
        assert_eq!(found(&[(ALL, "S1@1 E1@1 S1@2 E1@2 S2@2 E2@2 S3@2 E3@2")]), [0; 3]);
        assert_eq!(found(&[(ALL, "S1@1 S1@2 E1@2"), (&[2, 3], "S2@2 E2@2 S3@2 E3@2")]), [0; 3]);
        // Server 1 had lost its lease before it was told to end.
        let late = "S1@1 S1@2 E1@1 !1 S1@2 E1@2 S2@2 E2@2 S3@2 E3@2";
        assert_eq!(found(&[(ALL, late)]), [0; 3]);
    }

    #[test]
    fn what_was_answered_and_never_handled_to_its_end_is_lost() {
        assert_eq!(found(&[(ALL, "S1@1 E1@1 S2@1 E2@1 S3@1")]), [1, 0, 0]);
    }

    #[test]
    fn what_was_over_in_the_file_and_is_begun_is_repeated() {
        let looks: [(&[i64], _); 2] = [(ALL, "S1@1 E1@1"), (&[2, 3], "S1@2 S2@2 E2@2 S3@2 E3@2")];
        assert_eq!(found(&looks), [0, 1, 0]);
    }

    #[test]
    fn what_a_server_has_ended_before_it_ended_in_order_is_not_begun_again() {
        assert_eq!(found(&[(ALL, "S1@1 E1@1 !1 S1@2 E1@2 S2@2 E2@2 S3@2 E3@2")]), [0, 1, 0]);
    }

    #[test]
    fn what_is_kept_twice_is_repeated() {
        let mut checker = Checker::new(10_000);
        checker.see(&file(true, ALL), &[]).unwrap();
        let mut again = file(true, ALL);
        again.bodies[0].0 = 4;
        again.last = 6;
        checker.see(&again, &[]).unwrap();
        assert_eq!(checker.verdict(&[false; 10_000]).repeated, 3);
    }

    #[test]
    fn an_orderly_end_counts_if_nobody_else_was_at_work_before_it() {
        let mut checker = Checker::new(10_000);
        let line = |generation| Line { did: Did::Started, number: lane()[0], generation };
        checker.see(&file(true, ALL), &[line(1)]).unwrap();
        checker.ended(1, checker.lines());
        checker.see(&file(false, ALL), &[line(2), line(3)]).unwrap();
        checker.ended(2, checker.lines());
        assert_eq!(checker.verdict(&[false; 10_000]).orderly, 1);
    }

    #[test]
    fn what_is_begun_out_of_turn_is_disordered() {
        assert_eq!(found(&[(ALL, "S2@1 E2@1 S1@1 E1@1 S3@1 E3@1")]), [0, 0, 2]);
        assert_eq!(found(&[(ALL, "S1@1 S2@1 E1@1 E2@1 S3@1 E3@1")]), [0, 0, 1]);
        // Its end had not been committed, and the next owner began with the one behind it.
        assert_eq!(found(&[(ALL, "S1@1 E1@1 S2@2 E2@2 S1@2 E1@2 S3@2 E3@2")]), [0, 0, 1]);
    }

    #[test]
    fn a_file_in_which_what_was_over_is_pending_again_is_an_error() {
        let mut checker = Checker::new(10_000);
        checker.see(&file(true, &[2, 3]), &[]).unwrap();
        assert!(checker.see(&file(false, ALL), &[]).is_err());
    }
}
