//! What the disk itself takes: the floor below every commit. SQLite calls `fsync`, which also has the times
//! of the file written; `fdatasync` leaves these out.

use crate::{Options, Result, one};
use benches::results::{Goal, Record};
use hdrhistogram::Histogram;
use std::{
    fs::{self, File},
    io::{Seek, SeekFrom, Write},
    time::{Duration, Instant},
};

/// A commit of one small notification writes about as much.
const WRITTEN: usize = 8 * 1024;

/// For so long each, before a run and behind it.
const EACH: Duration = Duration::from_secs(1);

/// How long an `fdatasync` and an `fsync` take at the time of a run, in microseconds.
pub(crate) struct Floor<'o> {
    options: &'o Options,
    data: Histogram<u64>,
    all: Histogram<u64>,
}

impl<'o> Floor<'o> {
    /// Measured before the run.
    pub(crate) fn before(options: &'o Options) -> Result<Self> {
        let mut floor = Floor { options, data: Histogram::new(3)?, all: Histogram::new(3)? };
        floor.measure()?;
        Ok(floor)
    }

    /// Measures behind it, and records both.
    pub(crate) fn record(mut self, record: &mut Record, what: &str) -> Result<()> {
        self.measure()?;
        for (name, micros) in [("fdatasync", &self.data), ("fsync", &self.all)] {
            for (quantile, at) in [("p50", 0.5), ("p99", 0.99)] {
                let millis = micros.value_at_quantile(at) as f64 / 1e3;
                record.tell(what, &format!("{name}_{quantile}_in_ms"), one(millis), Goal::Shown);
            }
        }
        Ok(())
    }

    /// Overwrites the same 8 KiB and has them on the disk, again and again.
    fn measure(&mut self) -> Result<()> {
        let path = self.options.folder.join("floor");
        let mut file = File::create(&path)?;
        // The file is there, and as long as it will be.
        file.write_all(&[0; WRITTEN])?;
        file.sync_all()?;
        let syncs: [(&mut _, fn(&File) -> _); 2] =
            [(&mut self.data, File::sync_data), (&mut self.all, File::sync_all)];
        for (micros, sync) in syncs {
            let (end, mut round) = (Instant::now() + EACH, 0_u8);
            while Instant::now() < end {
                round = round.wrapping_add(1);
                let began = Instant::now();
                file.seek(SeekFrom::Start(0))?;
                file.write_all(&[round; WRITTEN])?;
                sync(&file)?;
                micros.record(began.elapsed().as_micros() as u64)?;
            }
        }
        fs::remove_file(path)?;
        Ok(())
    }
}
