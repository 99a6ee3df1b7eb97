//! Contenders measured side by side: interleaved round by round in one process, so that what
//! disturbs one disturbs all.

use bytes::Bytes;
use std::{
    io,
    process::{Command, ExitCode},
    time::{Duration, Instant},
};

/// Runs the program anew, with an allocator that gives no page back to the kernel, and tells how
/// that ended; `None` in the run that is to measure.
///
/// glibc gives the top of its heap back whenever enough of it is free. Whether a contender meets
/// that at each turn hangs on what others have left there: it took `serde_json` twice its time
/// on some payloads, now and then.
///
/// # Errors
/// If the program cannot be started.
pub fn restarted() -> io::Result<Option<ExitCode>> {
    const TRIM: &str = "MALLOC_TRIM_THRESHOLD_";
    if std::env::var_os(TRIM).is_some() {
        return Ok(None);
    }
    let mut program = Command::new(std::env::current_exe()?);
    program.args(std::env::args_os().skip(1));
    for name in [TRIM, "MALLOC_MMAP_THRESHOLD_"] {
        program.env(name, (1 << 27).to_string());
    }
    let ended = program.status()?;
    Ok(Some(if ended.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE }))
}

/// One way to do a job.
pub struct Contender<'a> {
    name: &'static str,
    step: Box<dyn FnMut() + 'a>,
    /// Nanoseconds a step took, round by round.
    rounds: Vec<f64>,
}

impl std::fmt::Debug for Contender<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Contender").field("name", &self.name).finish_non_exhaustive()
    }
}

impl<'a> Contender<'a> {
    /// A contender that does this.
    pub fn new(name: &'static str, step: impl FnMut() + 'a) -> Self {
        Contender { name, step: Box::new(step), rounds: Vec::new() }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The median of its rounds, in nanoseconds a step.
    #[must_use]
    pub fn median(&self) -> f64 {
        quantile(self.rounds.clone(), 0.5)
    }

    /// Its least-disturbed round, in nanoseconds a step.
    #[must_use]
    pub fn least(&self) -> f64 {
        quantile(self.rounds.clone(), 0.0)
    }

    /// How many of its own times another one took, round by round.
    #[must_use]
    pub fn times_as_fast_as(&self, other: &Self) -> Spread {
        let pairs = self.rounds.iter().zip(&other.rounds);
        Spread::of(pairs.map(|(ours, theirs)| theirs / ours))
    }

    /// What its rounds took, in nanoseconds a step.
    #[must_use]
    pub fn rounds(&self) -> &[f64] {
        &self.rounds
    }
}

/// A figure and the range of the middle half of its rounds.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    /// The lower quartile.
    pub low: f64,
    /// The median.
    pub median: f64,
    /// The upper quartile.
    pub high: f64,
}

impl Spread {
    /// The spread of a figure that each round gives.
    pub fn of(rounds: impl Iterator<Item = f64>) -> Self {
        let rounds: Vec<f64> = rounds.collect();
        let at = |q| quantile(rounds.clone(), q);
        Spread { low: at(0.25), median: at(0.5), high: at(0.75) }
    }
}

/// Lets all contenders run in turns: `rounds` turns of about `turn` each.
pub fn interleave(contenders: &mut [Contender<'_>], rounds: usize, turn: Duration) {
    let time = |step: &mut dyn FnMut(), steps: u32| {
        let start = Instant::now();
        for _ in 0..steps {
            step();
        }
        start.elapsed()
    };
    let counts: Vec<u32> = contenders
        .iter_mut()
        .map(|contender| {
            let warm = (0..3).map(|_| time(&mut contender.step, 1)).min().unwrap_or_default();
            (turn.as_nanos() / warm.as_nanos().max(1)).clamp(1, 1_000_000) as u32
        })
        .collect();
    // The first round warms up.
    for round in 0..=rounds {
        for (contender, steps) in contenders.iter_mut().zip(&counts) {
            let took = time(&mut contender.step, *steps).as_nanos() as f64 / f64::from(*steps);
            if round > 0 {
                contender.rounds.push(took);
            }
        }
    }
}

/// The turn of one contender: several documents, or one large one.
#[must_use]
pub fn turn(bodies: &[Bytes]) -> Duration {
    let large = bodies.iter().any(|body| body.len() > 100_000);
    if large { Duration::from_millis(20) } else { Duration::from_millis(2) }
}

fn quantile(mut values: Vec<f64>, q: f64) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let at = (q * values.len().saturating_sub(1) as f64).round() as usize;
    values.get(at).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_that_were_measured() {
        let values = vec![3.0, 1.0, 2.0, 5.0, 4.0];
        assert_eq!(
            [0.0, 0.25, 0.5, 1.0].map(|q| quantile(values.clone(), q)),
            [1.0, 2.0, 3.0, 5.0]
        );
    }

    #[test]
    fn all_contenders_run_equally_many_rounds() {
        let mut contenders = [Contender::new("one", || ()), Contender::new("other", || ())];
        interleave(&mut contenders, 5, Duration::from_micros(10));
        let [one, other] = &contenders;
        assert_eq!((one.rounds.len(), other.rounds.len()), (5, 5));
    }
}
