//! The handler: logs what it is given, and does what the seed wants.

use super::{
    log::{Did, Log},
    traffic::{self, Number},
};
use std::{
    collections::HashSet,
    io,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};
use whatsapp_notification::{Any, Event};
use whatsapp_router::Outcome;

/// What handlers share.
#[derive(Debug)]
pub struct Handler {
    log: Log,
    seed: u64,
    /// Events that this process has begun with.
    tried: Mutex<HashSet<Number>>,
    is_stuck: AtomicBool,
}

impl Handler {
    /// Logs into this file, as this generation.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn new(log: &Path, generation: u32, seed: u64) -> io::Result<Self> {
        let log = Log::open(log, generation)?;
        Ok(Handler { log, seed, tried: Mutex::default(), is_stuck: AtomicBool::new(false) })
    }

    /// What is begun from now on does not end.
    pub fn stick(&self) {
        self.is_stuck.store(true, Relaxed);
    }
}

/// Most events are done at once; by the seed, some take a while, some fail or panic at first, and some are
/// given up.
///
/// # Errors
/// As the seed wants it, or the log cannot be written.
///
/// # Panics
/// As the seed wants it.
pub async fn handle(event: Event<Any>, handler: Arc<Handler>) -> Result<Outcome, io::Error> {
    let Some(number) = traffic::marks(event.raw().as_bytes()).next() else {
        return Ok(Outcome::dead("no event of the test"));
    };
    handler.log.write(Did::Started, number)?;
    if handler.is_stuck.load(Relaxed) {
        return std::future::pending().await;
    }
    let is_first = handler.tried.lock().unwrap_or_else(PoisonError::into_inner).insert(number);
    let fate = traffic::mixed(handler.seed ^ (number as u64) << 20);
    match fate % 100 {
        0..5 => tokio::time::sleep(Duration::from_millis(1 + fate / 100 % 20)).await,
        5..10 if is_first => {
            handler.log.write(Did::Failed, number)?;
            return Err(io::ErrorKind::Other.into());
        }
        10 if is_first => {
            handler.log.write(Did::Failed, number)?;
            panic!("as the seed wants it");
        }
        _ => {}
    }
    handler.log.write(Did::Ended, number)?;
    match fate % 100 {
        11 => Ok(Outcome::dead("as the seed wants it")),
        _ => Ok(Outcome::Done),
    }
}
