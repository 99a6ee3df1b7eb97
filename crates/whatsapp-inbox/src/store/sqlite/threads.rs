//! The threads of a store, and the ways to them: one writes, one reads, one moves what is written from the
//! log to the file.

use super::{
    place::Place,
    question::{Message, Question},
    reader::read,
    schema::Opened,
    writer::{Writer, move_pages},
};
use crate::{StoreError, StoreErrorKind};
use rusqlite::Connection;
use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
        mpsc as blocking,
    },
    thread,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

const OPEN: u8 = 0;
const DRAINING: u8 = 1;
pub(super) const CLOSED: u8 = 2;

/// The way to a thread.
#[derive(Clone)]
pub(super) struct Thread {
    queue: mpsc::UnboundedSender<Message>,
    /// Places for what is to be kept, and for what else is asked: neither takes those of the other.
    to_keep: Arc<Semaphore>,
    to_work: Arc<Semaphore>,
    /// Bytes of bodies that may be in memory.
    room: Arc<Semaphore>,
    limits: Limits,
    state: Arc<AtomicU8>,
}

/// How much may wait.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) calls: usize,
    pub(super) bytes: u32,
}

/// The writer's thread and the reader's.
pub(super) fn start(opened: Opened, limits: Limits, place: Place) -> io::Result<(Thread, Thread)> {
    let state = Arc::new(AtomicU8::new(OPEN));
    let (move_log, moves) = blocking::sync_channel(1);
    let mut writer =
        Writer { file: opened.writer, state: state.clone(), place, log: Arc::default(), move_log };
    let log = writer.log.clone();
    let watched = writer.file.wal_hook(Some(move |_: &mut _, pages| {
        log.store(pages, Ordering::Relaxed);
        Ok(())
    }));
    watched.map_err(io::Error::other)?;
    let (to_writer, for_writer) = mpsc::unbounded_channel();
    let (to_reader, for_reader) = mpsc::unbounded_channel();
    // Systems show 15 bytes of a name.
    let spawn = |name: &str, run: Box<dyn FnOnce() + Send>| {
        thread::Builder::new().name(format!("inbox-{name}")).spawn(run)
    };
    let (mover, at) = (opened.checkpointer, state.clone());
    let mover = spawn("log", Box::new(move || move_pages(&mover, &moves, &at)))?;
    spawn("write", Box::new(move || writer.run(for_writer, mover)))?;
    let reader = opened.reader;
    spawn("read", Box::new(move || read(reader, for_reader)))?;
    let places = |count| Arc::new(Semaphore::new(count));
    let thread = |queue| Thread {
        queue,
        to_keep: places(limits.calls),
        to_work: places(limits.calls),
        room: places(limits.bytes as usize),
        limits,
        state: state.clone(),
    };
    Ok((thread(to_writer), thread(to_reader)))
}

impl Thread {
    /// Asks for what takes no room. It waits for its turn: if it were refused, workers could record
    /// nothing, and would lose their lease, while there is too much to keep.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.refusal()?;
        match self.to_work.clone().acquire_owned().await {
            Ok(place) => self.send(ask, place, None).await,
            Err(_) => Err(StoreError::new(StoreErrorKind::Busy)),
        }
    }

    /// Asks to keep so many bytes. It is refused while too many wait.
    pub(super) async fn keep<T: Send + 'static>(
        &self,
        bytes: usize,
        ask: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.refusal()?;
        // What is larger than all the room has it alone.
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX).min(self.limits.bytes);
        let place = self.to_keep.clone().try_acquire_owned();
        match (place, self.room.clone().try_acquire_many_owned(bytes)) {
            (Ok(place), Ok(room)) => self.send(ask, place, Some(room)).await,
            _ => Err(StoreError::new(StoreErrorKind::Busy)),
        }
    }

    async fn send<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
        place: OwnedSemaphorePermit,
        room: Option<OwnedSemaphorePermit>,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        let question = Question { ask: Some(Box::new(ask)), found: None, room, answer };
        if self.queue.send(Message::Step(Box::new(question), place)).is_err() {
            return Err(self.gone());
        }
        answered.await.unwrap_or_else(|_| Err(self.gone()))
    }

    /// Takes nothing more, does what waits, and returns when the thread has closed its connection.
    pub(super) async fn stop(&self) {
        // A closed store stays closed.
        let _ = self.state.compare_exchange(OPEN, DRAINING, Ordering::AcqRel, Ordering::Acquire);
        let _ = self.queue.send(Message::Stop);
        self.queue.closed().await;
    }

    fn refusal(&self) -> Result<(), StoreError> {
        match self.state.load(Ordering::Acquire) {
            OPEN => Ok(()),
            DRAINING => Err(StoreError::new(StoreErrorKind::Draining)),
            _ => Err(StoreError::new(StoreErrorKind::Closed)),
        }
    }

    /// The thread has ended: as it was told, or by a panic, and then nobody knows what it has done.
    fn gone(&self) -> StoreError {
        let _ = self.state.compare_exchange(OPEN, CLOSED, Ordering::AcqRel, Ordering::Acquire);
        self.refusal().err().unwrap_or_else(|| StoreError::new(StoreErrorKind::Closed))
    }
}
