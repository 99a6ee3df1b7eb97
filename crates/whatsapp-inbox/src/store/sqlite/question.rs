//! What is asked of a thread, with its transaction and its answer still to come.

use crate::StoreError;
use rusqlite::Connection;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};

/// What is asked of the file.
pub(super) type Ask<T> = Box<dyn FnOnce(&Connection) -> rusqlite::Result<T> + Send>;

/// A question that waits for its turn, and then for its transaction.
pub(super) trait Step: Send {
    /// Is new data to be kept, for which there must be room?
    fn grows(&self) -> bool;
    fn run(&mut self, file: &Connection) -> rusqlite::Result<()>;
    fn succeed(self: Box<Self>);
    fn fail(self: Box<Self>, error: StoreError);
}

pub(super) struct Question<T> {
    pub(super) ask: Option<Ask<T>>,
    pub(super) found: Option<T>,
    /// The room of what is to be kept, until it is answered.
    pub(super) room: Option<OwnedSemaphorePermit>,
    pub(super) answer: oneshot::Sender<Result<T, StoreError>>,
}

pub(super) enum Message {
    /// And its place, which is free when it is taken up.
    Step(Box<dyn Step>, OwnedSemaphorePermit),
    Stop,
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

/// Takes everything that waits; `false` if the thread is to end then.
pub(super) fn gather(
    queue: &mut mpsc::UnboundedReceiver<Message>,
    group: &mut Vec<Box<dyn Step>>,
) -> bool {
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
