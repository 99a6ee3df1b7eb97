//! The thread that writes, and the one that moves what is written from the log to the file.
//!
//! The writer takes everything that waits, makes it one transaction, and answers all once it is on the
//! disk. What comes meanwhile waits, and is the next one.

use super::{
    place::Place,
    question::{Message, Step, gather},
    threads::CLOSED,
};
use crate::{StoreError, StoreErrorKind, telemetry};
use rusqlite::{Connection, ErrorCode};
use std::{
    sync::{
        Arc,
        atomic::{AtomicI32, AtomicU8, Ordering},
        mpsc as blocking,
    },
    thread,
    time::Instant,
};
use tokio::sync::mpsc;

/// Pages in the log from which on they are moved to the file, beside what goes on: 4 MiB.
const MOVE: i32 = 1000;

/// Pages from which on the writer moves them itself, since only then the log begins anew: 64 MiB.
const MOVE_MYSELF: i32 = 16 * MOVE;

pub(super) struct Writer {
    pub(super) file: Connection,
    pub(super) state: Arc<AtomicU8>,
    pub(super) place: Place,
    /// Pages in the log.
    pub(super) log: Arc<AtomicI32>,
    pub(super) move_log: blocking::SyncSender<()>,
}

impl Writer {
    pub(super) fn run(
        mut self,
        mut queue: mpsc::UnboundedReceiver<Message>,
        mover: thread::JoinHandle<()>,
    ) {
        self.serve(&mut queue);
        let Writer { file, move_log, .. } = self;
        drop(move_log);
        let _ = mover.join();
        drop(file);
        // The end of the queue tells that the connections are closed.
        drop(queue);
    }

    fn serve(&mut self, queue: &mut mpsc::UnboundedReceiver<Message>) {
        let mut group: Vec<Box<dyn Step>> = Vec::new();
        let mut going_on = true;
        while going_on {
            match queue.blocking_recv() {
                Some(Message::Step(step, place)) => {
                    drop(place);
                    group.push(step);
                }
                Some(Message::Stop) | None => return,
            }
            match self.begin() {
                Ok(()) => {
                    telemetry::waiting(queue.len());
                    going_on = gather(queue, &mut group);
                    self.commit(&mut group);
                    self.move_pages();
                }
                Err(error) => {
                    // They would wait in vain one after the other.
                    going_on = gather(queue, &mut group);
                    fail(&mut group, self.kind(&error), &error);
                }
            }
        }
    }

    fn begin(&self) -> rusqlite::Result<()> {
        self.file.execute_batch("BEGIN IMMEDIATE")
    }

    /// Makes a group durable, and answers.
    fn commit(&mut self, group: &mut Vec<Box<dyn Step>>) {
        if self.state.load(Ordering::Acquire) == CLOSED {
            let _ = self.file.execute_batch("ROLLBACK");
            for step in group.drain(..) {
                step.fail(StoreError::new(StoreErrorKind::Closed));
            }
            return;
        }
        let (began, room) = (Instant::now(), self.place.has_room());
        let (mut steps, refused): (Vec<_>, Vec<_>) =
            group.drain(..).partition(|step| room || !step.grows());
        for step in refused {
            step.fail(StoreError::new(StoreErrorKind::Full));
        }
        if let Err(error) = steps.iter_mut().try_for_each(|step| step.run(&self.file)) {
            let kind = match self.file.execute_batch("ROLLBACK") {
                // SQLite may have rolled back by itself.
                Err(_) if !self.file.is_autocommit() => self.close(),
                _ => self.kind(&error),
            };
            return fail(&mut steps, kind, &error);
        }
        // Whether a commit that failed is on the disk is known only when the file is opened anew.
        if let Err(error) = self.file.execute_batch("COMMIT") {
            let kind = self.close();
            let _ = self.file.execute_batch("ROLLBACK");
            return fail(&mut steps, kind, &error);
        }
        if self.place.is_another() {
            let kind = self.close();
            for step in steps {
                step.fail(StoreError::because(kind, "its files were removed or replaced"));
            }
            return;
        }
        if !steps.is_empty() {
            telemetry::committed(began);
        }
        for step in steps {
            step.succeed();
        }
    }

    /// Sees to it that the log does not grow for ever.
    fn move_pages(&mut self) {
        let pages = self.log.load(Ordering::Relaxed);
        if pages >= MOVE_MYSELF && checkpoint(&self.file).is_err() {
            self.close();
        } else if pages >= MOVE {
            // Told already, or ended with the store.
            let _ = self.move_log.try_send(());
        }
    }

    /// What to answer to an error before the commit; the store is closed unless it is harmless.
    fn kind(&self, error: &rusqlite::Error) -> StoreErrorKind {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreErrorKind::Busy,
            Some(ErrorCode::DiskFull) => StoreErrorKind::Full,
            _ => self.close(),
        }
    }

    fn close(&self) -> StoreErrorKind {
        self.state.store(CLOSED, Ordering::Release);
        StoreErrorKind::Closed
    }
}

fn fail(group: &mut Vec<Box<dyn Step>>, kind: StoreErrorKind, error: &rusqlite::Error) {
    // The text names tables and causes; values are always bound, and are not in it.
    let error = error.to_string();
    for step in group.drain(..) {
        step.fail(StoreError::because(kind, error.clone()));
    }
}

pub(super) fn move_pages(file: &Connection, moves: &blocking::Receiver<()>, state: &AtomicU8) {
    while moves.recv().is_ok() {
        if checkpoint(file).is_err() {
            return state.store(CLOSED, Ordering::Release);
        }
    }
}

/// Moves what no reader needs. That another is at it is no error; that the disk fails is one.
pub(super) fn checkpoint(file: &Connection) -> rusqlite::Result<()> {
    let moved = file.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
    match moved {
        Err(error)
            if matches!(
                error.sqlite_error_code(),
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
            ) =>
        {
            Ok(())
        }
        moved => moved,
    }
}
