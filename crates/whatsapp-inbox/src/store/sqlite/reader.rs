//! The thread that reads.

use super::question::{Message, Step, gather};
use crate::{StoreError, StoreErrorKind};
use rusqlite::{Connection, ErrorCode};
use tokio::sync::mpsc;

/// What waits is read together, in one transaction: with one look at what the writer has changed.
pub(super) fn read(file: Connection, mut queue: mpsc::UnboundedReceiver<Message>) {
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
        // What has no end would go on showing that moment: better none.
        if !file.is_autocommit() {
            break;
        }
    }
    drop(file);
    drop(queue);
}
