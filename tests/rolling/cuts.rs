//! Which servers were cut off, and which requests were cut off with them.

use std::{
    collections::{HashMap, HashSet},
    time::{Duration, Instant},
};

/// So long after a server was cut off a client may still learn of it.
const NEWS: Duration = Duration::from_secs(1);

/// How servers have come to their ends, and which of them, and when, were cut off.
#[derive(Debug, Default)]
pub(crate) struct Cuts {
    pub(crate) orderly: usize,
    pub(crate) handed_back: usize,
    pub(crate) twice: usize,
    pub(crate) killed: usize,
    generations: HashSet<u32>,
    times: Vec<(Instant, Instant)>,
}

/// Requests whose connection broke before there was an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Resets {
    pub(crate) with_a_server: usize,
    pub(crate) others: usize,
    /// Of the others: those that a server had read.
    pub(crate) read: usize,
}

impl Cuts {
    /// This server was cut off, at some time from then until now.
    pub(crate) fn cut(&mut self, generation: u32, from: Instant) {
        self.generations.insert(generation);
        self.times.push((from, Instant::now() + NEWS));
    }

    /// Who has read a request is in `posts`, `number generation` a line; of one that nobody has read, the time
    /// tells.
    pub(crate) fn resets(&self, unanswered: &[(usize, Instant)], posts: &str) -> Resets {
        let by = |line: &str| {
            let (number, generation) = line.split_once(' ')?;
            Some((number.parse::<usize>().ok()?, generation.parse::<u32>().ok()?))
        };
        let by: HashMap<_, _> = posts.lines().filter_map(by).collect();
        let mut resets = Resets::default();
        for (number, at) in unanswered {
            let with_a_server = match by.get(number) {
                Some(generation) => self.generations.contains(generation),
                None => self.times.iter().any(|(from, to)| (from..=to).contains(&at)),
            };
            match with_a_server {
                true => resets.with_a_server += 1,
                false => {
                    resets.others += 1;
                    resets.read += usize::from(by.contains_key(number));
                }
            }
        }
        resets
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_broke_is_a_servers_that_was_cut_off_if_it_had_read_it_or_if_nobody_had_at_that_time() {
        let (mut cuts, began) = (Cuts::default(), Instant::now());
        cuts.cut(2, began);
        let (then, later) = (Instant::now(), began + NEWS * 10);
        // Two were read by server 1, two by server 2, two by nobody.
        let posts = "1 1\n2 1\n3 2\n4 2\n";
        let unanswered = [(1, then), (2, later), (3, then), (4, later), (5, then), (6, later)];
        let resets = Resets { with_a_server: 3, others: 3, read: 2 };
        assert_eq!(cuts.resets(&unanswered, posts), resets);
    }
}
