//! A disk that loses power: what may be on it, from what was written and synced.
//!
//! A disk writes sectors of 512 bytes whole, in any order. A sector holds what it held at the last sync of
//! its file, or what any write since has made of it: so later writes are dropped, torn, and on the disk
//! before earlier ones. The length of a file and its entry in the folder are the same kind of thing.
//!
//! A write may be on the disk from when it is entered. It is there for sure once a sync of its file has
//! been left that was entered after the write was left.

use crate::trace::{Call, Moment};
use fastrand::Rng;
use std::collections::{BTreeMap, HashMap};
use tower_whatsapp::BoxError;

const SECTOR: usize = 512;

/// What of the later writes is on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Luck {
    Nothing,
    Everything,
    /// What was entered before some moment.
    Prefix,
    /// Some calls and not others.
    Calls,
    /// Of each sector what chance wants.
    Sectors,
}

impl Luck {
    pub(crate) const ALL: [Self; 5] =
        [Luck::Nothing, Luck::Everything, Luck::Prefix, Luck::Calls, Luck::Sectors];
}

/// Values of one place, the oldest first: the disk has one of them.
#[derive(Clone, Debug)]
struct Place<T> {
    values: Vec<Value<T>>,
}

#[derive(Clone, Debug)]
struct Value<T> {
    call: usize,
    /// The moment when the call was left.
    left: Option<usize>,
    value: T,
}

impl<T: Clone> Place<T> {
    fn new(value: T) -> Self {
        Place { values: vec![Value { call: 0, left: Some(0), value }] }
    }

    fn last(&self) -> &T {
        // Invariant: there is always one.
        &self.values[self.values.len() - 1].value
    }

    fn add(&mut self, call: usize, value: T) {
        self.values.push(Value { call, left: None, value });
    }

    fn leave(&mut self, call: usize, now: usize) {
        for value in self.values.iter_mut().filter(|value| value.call == call) {
            value.left = Some(now);
        }
    }

    /// What was left before is there.
    fn sync(&mut self, entered: usize) {
        let is_there = |value: &Value<T>| value.left.is_some_and(|left| left < entered);
        if let Some(at) = self.values.iter().rposition(is_there) {
            self.values.drain(..at);
        }
    }

    fn choose(&self, chance: &mut Chance<'_>) -> &T {
        let last = self.values.len() - 1;
        let at = match chance.luck {
            Luck::Nothing => 0,
            Luck::Everything => last,
            Luck::Prefix => {
                self.values.iter().rposition(|value| value.call <= chance.until).unwrap_or(0)
            }
            Luck::Calls => {
                self.values.iter().rposition(|value| chance.keeps(value.call)).unwrap_or(0)
            }
            Luck::Sectors => chance.rng.usize(..=last),
        };
        &self.values[at].value
    }
}

struct Chance<'r> {
    luck: Luck,
    rng: &'r mut Rng,
    until: usize,
    kept: HashMap<usize, bool>,
}

impl Chance<'_> {
    fn keeps(&mut self, call: usize) -> bool {
        *self.kept.entry(call).or_insert_with(|| self.rng.bool())
    }
}

#[derive(Debug)]
struct File {
    sectors: Vec<Place<[u8; SECTOR]>>,
    len: Place<usize>,
    is_there: Place<bool>,
}

/// The files of a folder.
#[derive(Debug, Default)]
pub(crate) struct Disk {
    files: BTreeMap<String, File>,
    folder: String,
    /// Moments and calls so far.
    now: usize,
    calls: usize,
    /// What is being done: a sync with the moment when it was entered.
    entered: HashMap<usize, (usize, Call)>,
}

impl Disk {
    /// An empty folder of this name.
    pub(crate) fn new(folder: &str) -> Self {
        Disk { folder: folder.to_owned(), now: 1, ..Disk::default() }
    }

    /// # Errors
    /// What is not modelled.
    pub(crate) fn happens(&mut self, moment: &Moment) -> Result<(), BoxError> {
        self.now += 1;
        match moment {
            Moment::Made(call, name) => self.make(*call, name)?,
            Moment::Entered(call, what) => {
                self.calls = self.calls.max(*call);
                self.enter(*call, what);
                self.entered.insert(*call, (self.now, what.clone()));
            }
            Moment::Left(call, is_done) => {
                if let Some((entered, what)) = self.entered.remove(call) {
                    if !is_done {
                        return Err(format!("the disk at hand has failed: call {call}").into());
                    }
                    self.leave(*call, entered, &what);
                }
            }
            Moment::Answered(_) => {}
        }
        Ok(())
    }

    fn make(&mut self, call: usize, name: &str) -> Result<(), BoxError> {
        let file = self.files.entry(name.to_owned()).or_insert_with(|| File {
            sectors: Vec::new(),
            len: Place::new(0),
            is_there: Place::new(false),
        });
        if *file.is_there.last() {
            return Ok(());
        }
        if file.is_there.values.len() > 1 {
            return Err(format!("{name} was removed and made anew without a sync between").into());
        }
        (file.sectors, file.len) = (Vec::new(), Place::new(0));
        file.is_there.add(call, true);
        file.is_there.leave(call, self.now);
        Ok(())
    }

    fn enter(&mut self, call: usize, what: &Call) {
        match what {
            Call::Write { file, at, data } => {
                let Some(file) = self.files.get_mut(file) else { return };
                let end = at + data.len();
                while file.sectors.len() * SECTOR < end {
                    file.sectors.push(Place::new([0; SECTOR]));
                }
                for index in at / SECTOR..end.div_ceil(SECTOR) {
                    let mut bytes = *file.sectors[index].last();
                    let from = (index * SECTOR).max(*at);
                    let to = ((index + 1) * SECTOR).min(end);
                    bytes[from - index * SECTOR..to - index * SECTOR]
                        .copy_from_slice(&data[from - at..to - at]);
                    file.sectors[index].add(call, bytes);
                }
                if end > *file.len.last() {
                    file.len.add(call, end);
                }
            }
            Call::Truncate { file, len } => {
                let Some(file) = self.files.get_mut(file) else { return };
                for sector in file.sectors.iter_mut().skip(len.div_ceil(SECTOR)) {
                    sector.add(call, [0; SECTOR]);
                }
                file.len.add(call, *len);
            }
            Call::Unlink { file } => {
                if let Some(file) = self.files.get_mut(file) {
                    file.is_there.add(call, false);
                }
            }
            Call::Sync { .. } => {}
        }
    }

    fn leave(&mut self, call: usize, entered: usize, what: &Call) {
        let now = self.now;
        match what {
            Call::Write { file, at, data } => {
                let Some(file) = self.files.get_mut(file) else { return };
                for index in at / SECTOR..(at + data.len()).div_ceil(SECTOR) {
                    file.sectors[index].leave(call, now);
                }
                file.len.leave(call, now);
            }
            Call::Truncate { file, .. } => {
                let Some(file) = self.files.get_mut(file) else { return };
                file.sectors.iter_mut().for_each(|sector| sector.leave(call, now));
                file.len.leave(call, now);
            }
            Call::Unlink { file } => {
                if let Some(file) = self.files.get_mut(file) {
                    file.is_there.leave(call, now);
                }
            }
            Call::Sync { file } if *file == self.folder => {
                self.files.values_mut().for_each(|file| file.is_there.sync(entered));
            }
            Call::Sync { file } => {
                let Some(file) = self.files.get_mut(file) else { return };
                file.sectors.iter_mut().for_each(|sector| sector.sync(entered));
                file.len.sync(entered);
            }
        }
    }

    /// How many calls may be on the disk or not.
    pub(crate) fn unsure(&self) -> usize {
        let later = |file: &File| {
            let sectors = file.sectors.iter().flat_map(|sector| &sector.values[1..]);
            let others = file.is_there.values[1..].iter().map(|value| value.call);
            let others = others.chain(file.len.values[1..].iter().map(|value| value.call));
            sectors.map(|value| value.call).chain(others).collect::<Vec<_>>()
        };
        let mut calls: Vec<_> = self.files.values().flat_map(later).collect();
        calls.sort_unstable();
        calls.dedup();
        calls.len()
    }

    /// The files that may be found when the power is back, by name.
    pub(crate) fn image(&self, luck: Luck, rng: &mut Rng) -> BTreeMap<&str, Vec<u8>> {
        let oldest = |place: &Place<[u8; SECTOR]>| place.values.get(1).map(|value| value.call);
        let oldest = self.files.values().flat_map(|file| file.sectors.iter().filter_map(oldest));
        let until = rng.usize(oldest.min().unwrap_or(self.calls)..=self.calls);
        let mut chance = Chance { luck, rng, until, kept: HashMap::new() };
        let mut image = BTreeMap::new();
        for (name, file) in &self.files {
            if !file.is_there.choose(&mut chance) {
                continue;
            }
            let sectors = file.sectors.iter().flat_map(|sector| *sector.choose(&mut chance));
            let mut bytes: Vec<u8> = sectors.collect();
            bytes.resize(*file.len.choose(&mut chance), 0);
            image.insert(&name[..], bytes);
        }
        image
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(at: usize, byte: u8) -> Call {
        Call::Write { file: "a".into(), at, data: vec![byte; SECTOR] }
    }

    fn sync(file: &str) -> Call {
        Call::Sync { file: file.into() }
    }

    /// A file with a synced sector of 1, whose entry in the folder is synced, too.
    fn disk() -> Disk {
        let mut disk = Disk::new("folder");
        disk.happens(&Moment::Made(1, "a".into())).unwrap();
        for (number, call) in [write(0, 1), sync("a"), sync("folder")].into_iter().enumerate() {
            disk.happens(&Moment::Entered(number + 2, call)).unwrap();
            disk.happens(&Moment::Left(number + 2, true)).unwrap();
        }
        disk
    }

    /// What the first two sectors may hold.
    fn found(disk: &Disk) -> Vec<Vec<u8>> {
        let mut rng = Rng::with_seed(1);
        let mut found: Vec<_> = (0..200)
            .map(|at| {
                let image = disk.image(Luck::ALL[at % Luck::ALL.len()], &mut rng);
                image["a"].iter().step_by(SECTOR).copied().collect()
            })
            .collect();
        found.sort();
        found.dedup();
        found
    }

    #[test]
    fn what_was_synced_is_there_and_what_was_not_may_be() {
        let mut disk = disk();
        assert_eq!(found(&disk), [[1]]);
        disk.happens(&Moment::Entered(10, write(0, 2))).unwrap();
        assert_eq!(found(&disk), [[1], [2]]);
        disk.happens(&Moment::Left(10, true)).unwrap();
        disk.happens(&Moment::Entered(11, write(0, 3))).unwrap();
        disk.happens(&Moment::Left(11, true)).unwrap();
        assert_eq!(found(&disk), [[1], [2], [3]]);
        disk.happens(&Moment::Entered(12, sync("a"))).unwrap();
        assert_eq!(found(&disk), [[1], [2], [3]]);
        disk.happens(&Moment::Left(12, true)).unwrap();
        assert_eq!(found(&disk), [[3]]);
    }

    #[test]
    fn a_sync_is_of_what_was_left_before_it_was_entered() {
        let mut disk = disk();
        disk.happens(&Moment::Entered(10, write(0, 2))).unwrap();
        disk.happens(&Moment::Entered(11, sync("a"))).unwrap();
        disk.happens(&Moment::Left(10, true)).unwrap();
        disk.happens(&Moment::Left(11, true)).unwrap();
        assert_eq!(found(&disk), [[1], [2]]);
    }

    #[test]
    fn a_later_write_may_be_there_without_an_earlier_one_and_half() {
        let mut disk = disk();
        let long = Call::Write { file: "a".into(), at: 0, data: vec![2; 2 * SECTOR] };
        disk.happens(&Moment::Entered(10, long)).unwrap();
        disk.happens(&Moment::Left(10, true)).unwrap();
        // Where the file is short still, the second is not there.
        let halves: [&[u8]; 5] = [&[1], &[1, 0], &[1, 2], &[2], &[2, 0]];
        let found = found(&disk);
        assert!(halves.iter().all(|half| found.contains(&half.to_vec())), "{found:?}");
    }

    #[test]
    fn a_file_whose_folder_was_not_synced_may_be_gone() {
        let mut disk = Disk::new("folder");
        disk.happens(&Moment::Made(1, "a".into())).unwrap();
        let mut rng = Rng::with_seed(1);
        assert!(disk.image(Luck::Nothing, &mut rng).is_empty());
        assert!(disk.image(Luck::Everything, &mut rng).contains_key("a"));
        disk.happens(&Moment::Entered(2, sync("folder"))).unwrap();
        disk.happens(&Moment::Left(2, true)).unwrap();
        assert!(disk.image(Luck::Nothing, &mut rng).contains_key("a"));
    }
}
