//! Which servers were cut off, and which requests were cut off with them.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

/// So long after a server was cut off a client may still learn of it. No other server is told to end before that,
/// or what breaks by its end could be taken for what the cut has broken.
pub(crate) const NEWS: Duration = Duration::from_secs(2);

/// How servers have come to their ends, and which of them, and when, were cut off.
#[derive(Debug, Default)]
pub(crate) struct Cuts {
    pub(crate) orderly: usize,
    pub(crate) handed_back: usize,
    pub(crate) twice: usize,
    pub(crate) killed: usize,
    /// By generation: from when, and until when it can be the cause.
    times: HashMap<u32, (Instant, Instant)>,
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
        self.times.insert(generation, (from, Instant::now() + NEWS));
    }

    /// Who has read a request is in `posts`, `number generation` a line: that server was cut off before it broke.
    /// Of one that nobody has read, the time alone tells.
    pub(crate) fn resets(&self, unanswered: &[(usize, Instant)], posts: &str) -> Resets {
        let by = |line: &str| {
            let (number, generation) = line.split_once(' ')?;
            Some((number.parse::<usize>().ok()?, generation.parse::<u32>().ok()?))
        };
        let by: HashMap<_, _> = posts.lines().filter_map(by).collect();
        let mut resets = Resets::default();
        for (number, at) in unanswered {
            let with_a_server = match by.get(number) {
                Some(generation) => self.times.get(generation).is_some_and(|(from, _)| from <= at),
                None => self.times.values().any(|(from, to)| (from..=to).contains(&at)),
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
        let moment = Duration::from_millis(1);
        cuts.cut(2, began + moment);
        let (before, then, later) = (began, began + moment, began + NEWS * 10);
        // By number: who has read it, and when it broke.
        let requests = [
            (Some(1), then),
            (Some(1), later),
            (Some(2), before),
            (Some(2), then),
            (Some(2), later),
            (None, before),
            (None, then),
            (None, later),
        ];
        let of_it = |at: usize| {
            let (by, broke) = requests[at];
            let posts = by.map(|by| format!("{at} {by}\n")).unwrap_or_default();
            cuts.resets(&[(at, broke)], &posts).with_a_server == 1
        };
        let is_its = [false, false, false, true, true, false, true, false];
        assert_eq!(std::array::from_fn(of_it), is_its);
        let posts = "1 1\n2 2\n";
        let all = cuts.resets(&[(1, then), (2, then), (3, later)], posts);
        assert_eq!(all, Resets { with_a_server: 1, others: 2, read: 1 });
    }
}
