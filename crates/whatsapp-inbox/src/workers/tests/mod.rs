//! Workers over a [`MemoryStore`](crate::store::MemoryStore), in virtual time.

mod clock;
mod drain;
mod erase;
mod flaky;
mod lanes;
mod order;
mod panics;
mod retry;
mod transaction;

use super::{Running, Workers};
use crate::{
    Inbox, Store,
    clock::Clock,
    store::{Kept, MemoryStore},
};
use std::{
    io,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::time::{Instant, sleep};
use tower::{Service, service_fn};
use whatsapp_notification::{Event, Notification};
use whatsapp_router::Outcome;

/// A body with a message of each of these.
fn body(messages: &[(usize, usize)]) -> Notification {
    let message = |(person, n): &(usize, usize)| {
        format!(
            r#"{{"from":"1555{person:07}","id":"{person}-{n}","type":"text","text":{{"body":"Hi"}}}}"#
        )
    };
    let messages: Vec<_> = messages.iter().map(message).collect();
    Notification::parse(format!(r#"{{"messages":[{}]}}"#, messages.join(","))).unwrap()
}

/// Person and number of a message.
fn read(event: &Event) -> (usize, usize) {
    let id = event.id().unwrap().to_cow().into_owned();
    let (person, n) = id.split_once('-').unwrap();
    (person.parse().unwrap(), n.parse().unwrap())
}

/// What the handlers were given, with the time since the beginning.
#[derive(Clone)]
struct Log {
    start: Instant,
    lines: Arc<Mutex<Vec<(usize, usize, Duration)>>>,
}

impl Log {
    fn new() -> Self {
        Log { start: Instant::now(), lines: Arc::default() }
    }

    fn write(&self, (person, n): (usize, usize)) {
        self.lines.lock().unwrap().push((person, n, self.start.elapsed()));
    }

    fn all(&self) -> Vec<(usize, usize)> {
        self.lines.lock().unwrap().iter().map(|(person, n, _)| (*person, *n)).collect()
    }

    fn of(&self, of: usize) -> Vec<usize> {
        self.all().into_iter().filter(|(person, _)| *person == of).map(|(_, n)| n).collect()
    }

    fn seconds(&self, person: usize) -> Vec<u64> {
        let lines = self.lines.lock().unwrap();
        lines.iter().filter(|line| line.0 == person).map(|line| line.2.as_secs()).collect()
    }
}

/// A handler that logs an event, and then does as it is told.
fn handler<F, Fut>(
    log: &Log,
    then: F,
) -> impl Service<Event, Response = Outcome, Error = io::Error, Future: Send> + Clone + Send + use<F, Fut>
where
    F: Fn(usize, usize) -> Fut + Clone + Send + 'static,
    Fut: Future<Output = Result<Outcome, io::Error>> + Send,
{
    let log = log.clone();
    service_fn(move |event: Event| {
        let (person, n) = read(&event);
        log.write((person, n));
        then(person, n)
    })
}

async fn done(_: usize, _: usize) -> Result<Outcome, io::Error> {
    Ok(Outcome::Done)
}

fn inbox() -> Inbox<MemoryStore> {
    Inbox::new(MemoryStore::new()).clock(Clock::virtual_time())
}

async fn keep<S: Store>(inbox: &mut Inbox<S>, messages: &[(usize, usize)]) -> Kept {
    inbox.call(body(messages)).await.unwrap()
}

impl<S: Clone> Inbox<S> {
    fn test_workers<H>(&self, service: H) -> Workers<S, H> {
        self.workers(service).clock(self.get_clock())
    }
}

/// Waits, in virtual time, until nothing is pending.
async fn all_ended<S: Store>(store: &S) {
    pending_are(store, 0).await;
}

async fn pending_are<S: Store>(store: &S, count: u64) {
    for _ in 0..10_000_000 {
        if store.stats().await.unwrap().pending == count {
            return;
        }
        sleep(Duration::from_millis(500)).await;
    }
    panic!("{:?}", store.stats().await);
}
