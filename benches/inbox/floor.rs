//! What the disk itself takes: the floor below every commit.

use hdrhistogram::Histogram;
use std::{
    fs::OpenOptions,
    io::{self, Seek, SeekFrom, Write},
    path::Path,
    time::{Duration, Instant},
};

/// A commit of one small notification is about as long.
const WRITTEN: usize = 8 * 1024;

/// Overwrites 8 KiB of a file in this folder and has them on the disk (`fdatasync`), again and again
/// for so long: what each took, in microseconds.
pub(crate) fn measure(folder: &Path, duration: Duration) -> io::Result<Histogram<u64>> {
    let mut took = Histogram::new(3).map_err(io::Error::other)?;
    let path = folder.join("floor");
    let mut file = OpenOptions::new().create(true).truncate(true).write(true).open(&path)?;
    // The file is there, and as long as it will be: only data is synced from now on.
    file.write_all(&[0; WRITTEN])?;
    file.sync_all()?;
    let (end, mut round) = (Instant::now() + duration, 0_u8);
    while Instant::now() < end {
        round = round.wrapping_add(1);
        let began = Instant::now();
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&[round; WRITTEN])?;
        file.sync_data()?;
        took.record(began.elapsed().as_micros() as u64).map_err(io::Error::other)?;
    }
    drop(file);
    std::fs::remove_file(path)?;
    Ok(took)
}
