//! The threads of a store: one writes, one reads, one moves what is written from the log to the file.
//!
//! The writer takes everything that waits, makes it one transaction, and answers all once it is on the
//! disk. What comes meanwhile waits, and is the next one.

use super::{place::Place, schema::Opened};
use crate::{StoreError, StoreErrorKind, telemetry};
use rusqlite::{Connection, ErrorCode};
use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicI32, AtomicU8, Ordering},
        mpsc as blocking,
    },
    thread,
    time::Instant,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

/// Pages in the log from which on they are moved to the file, beside what goes on: 4 MiB.
const MOVE: i32 = 1000;

/// Pages from which on the writer moves them itself, since only then the log begins anew: 64 MiB.
const MOVE_MYSELF: i32 = 16 * MOVE;

const OPEN: u8 = 0;
const DRAINING: u8 = 1;
const CLOSED: u8 = 2;

/// What is asked of the file.
type Ask<T> = Box<dyn FnOnce(&Connection) -> rusqlite::Result<T> + Send>;

/// A question that waits for its turn, and then for its transaction.
trait Step: Send {
    /// Is new data to be kept, for which there must be room?
    fn grows(&self) -> bool;
    fn run(&mut self, file: &Connection) -> rusqlite::Result<()>;
    fn succeed(self: Box<Self>);
    fn fail(self: Box<Self>, error: StoreError);
}

struct Question<T> {
    ask: Option<Ask<T>>,
    found: Option<T>,
    /// The room of what is to be kept, until it is answered.
    room: Option<OwnedSemaphorePermit>,
    answer: oneshot::Sender<Result<T, StoreError>>,
}

enum Message {
    /// And its place, which is free when it is taken up.
    Step(Box<dyn Step>, OwnedSemaphorePermit),
    Stop,
}

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

struct Writer {
    file: Connection,
    state: Arc<AtomicU8>,
    place: Place,
    /// Pages in the log.
    log: Arc<AtomicI32>,
    move_log: blocking::SyncSender<()>,
}

impl Writer {
    fn run(mut self, mut queue: mpsc::UnboundedReceiver<Message>, mover: thread::JoinHandle<()>) {
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
                    let (began, waiting) = (Instant::now(), queue.len());
                    going_on = gather(queue, &mut group);
                    self.commit(&mut group);
                    telemetry::committed(began, waiting);
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
        let room = self.place.has_room();
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

/// Takes everything that waits; `false` if the thread is to end then.
fn gather(queue: &mut mpsc::UnboundedReceiver<Message>, group: &mut Vec<Box<dyn Step>>) -> bool {
    // What comes meanwhile is the next group's, or this one might never end.
    for _ in 0..queue.len() {
        match queue.try_recv() {
            Ok(Message::Step(step, place)) => {
                drop(place);
                group.push(step);
            }
            Ok(Message::Stop) => return false,
            Err(_) => break,
        }
    }
    true
}

fn fail(group: &mut Vec<Box<dyn Step>>, kind: StoreErrorKind, error: &rusqlite::Error) {
    // The text names tables and causes; values are always bound, and are not in it.
    let error = error.to_string();
    for step in group.drain(..) {
        step.fail(StoreError::because(kind, error.clone()));
    }
}

/// What waits is read together, in one transaction: with one look at what the writer has changed.
fn read(file: Connection, mut queue: mpsc::UnboundedReceiver<Message>) {
    let mut group: Vec<Box<dyn Step>> = Vec::new();
    let mut going_on = true;
    while going_on && let Some(Message::Step(step, place)) = queue.blocking_recv() {
        drop(place);
        group.push(step);
        going_on = gather(&mut queue, &mut group);
        // Without it each would be read in a transaction of its own.
        let moment = file.unchecked_transaction();
        for mut step in group.drain(..) {
            match step.run(&file) {
                Ok(()) => step.succeed(),
                Err(error) => {
                    let kind = match error.sqlite_error_code() {
                        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                            StoreErrorKind::Busy
                        }
                        _ => StoreErrorKind::Other,
                    };
                    step.fail(StoreError::because(kind, error.to_string()));
                }
            }
        }
        drop(moment);
    }
    drop(file);
    drop(queue);
}

fn move_pages(file: &Connection, moves: &blocking::Receiver<()>, state: &AtomicU8) {
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

impl<T: Send> Step for Question<T> {
    fn grows(&self) -> bool {
        self.room.is_some()
    }

    fn run(&mut self, file: &Connection) -> rusqlite::Result<()> {
        if let Some(ask) = self.ask.take() {
            self.found = Some(ask(file)?);
        }
        Ok(())
    }

    fn succeed(self: Box<Self>) {
        // Its room is free before it is answered. Who asked may have gone.
        drop(self.room);
        if let Some(found) = self.found {
            let _ = self.answer.send(Ok(found));
        }
    }

    fn fail(self: Box<Self>, error: StoreError) {
        drop(self.room);
        let _ = self.answer.send(Err(error));
    }
}
