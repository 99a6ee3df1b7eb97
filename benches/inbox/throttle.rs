//! A throttle on commits: another connection to the file, which holds its write lock for so long that
//! no more than so many notifications a second get in.
//!
//! So what refuses is the store's own queue, and what waits is its own writer: a slow wrapper in front
//! of the store would have to bring a queue itself, and would be what is measured.

use crate::Result;
use rusqlite::{Connection, ErrorCode};
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// Between two looks at the file.
const PAUSE: Duration = Duration::from_micros(100);

pub(crate) struct Throttle {
    over: Arc<AtomicBool>,
    thread: JoinHandle<rusqlite::Result<()>>,
}

impl Throttle {
    /// On the store in this file; each of its notifications has one event.
    pub(crate) fn start(file: &Path, per_second: u32) -> Result<Self> {
        let other = Connection::open(file)?;
        other.busy_timeout(Duration::ZERO)?;
        let over = Arc::new(AtomicBool::new(false));
        let is_over = over.clone();
        let thread = thread::spawn(move || hold(&other, per_second, &is_over));
        Ok(Throttle { over, thread })
    }

    pub(crate) fn stop(self) -> Result<()> {
        self.over.store(true, Ordering::Relaxed);
        self.thread.join().map_err(|_| "the throttle panicked")??;
        Ok(())
    }
}

fn hold(file: &Connection, per_second: u32, is_over: &AtomicBool) -> rusqlite::Result<()> {
    // The number of the last event; each is one more.
    let last = || file.query_row("SELECT seq FROM store", [], |row| row.get::<_, i64>(0));
    let (began, first) = (Instant::now(), last()?);
    while !is_over.load(Ordering::Relaxed) {
        lock(file)?;
        let before = last()?;
        let due = began + Duration::from_secs_f64((before - first) as f64 / f64::from(per_second));
        thread::sleep(due.saturating_duration_since(Instant::now()));
        file.execute_batch("COMMIT")?;
        // Now it is the store's turn.
        while last()? == before && !is_over.load(Ordering::Relaxed) {
            thread::sleep(PAUSE);
        }
    }
    Ok(())
}

/// SQLite itself would sleep for up to 100 ms between two tries, while the store commits again and again.
fn lock(file: &Connection) -> rusqlite::Result<()> {
    loop {
        match file.execute_batch("BEGIN IMMEDIATE") {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
                thread::sleep(PAUSE);
            }
            locked => return locked,
        }
    }
}
