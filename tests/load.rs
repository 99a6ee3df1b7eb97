//! An inbox under load: the real server over loopback, and a real file. What is counted here is what
//! must hold however fast the machine is; `cargo bench -p benches --bench inbox` measures the rest.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test's helpers may panic")]

use axum::Router;
use http::StatusCode;
use http_body_util::Full;
use std::{
    convert::Infallible,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::watch, task::JoinSet, time::timeout};
use tower::ServiceExt;
use tower_whatsapp::{AppSecret, Cloud, WebhookLayer};
use whatsapp_inbox::{
    Inbox, Running, Store,
    store::{SqliteStore, Stats},
};
use whatsapp_notification::{Event, Text};
use whatsapp_router::EventRouter;
use whatsapp_testkit::{HttpClient, request};

/// A test that waits for so long waits for ever.
const PATIENCE: Duration = Duration::from_secs(60);

/// An event: its conversation, and its number in it.
type Mark = (u32, u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Did {
    Began,
    Ended,
}
use Did::{Began, Ended};

fn secret() -> AppSecret {
    AppSecret::new("test_app_secret").unwrap()
}

/// What handlers did, in its order.
struct Log {
    lines: Mutex<Vec<(Did, Mark)>>,
    /// How many handlers have begun, and how many have ended.
    counts: watch::Sender<(usize, usize)>,
    /// The conversation whose handler does not return.
    stuck: watch::Sender<Option<u32>>,
}

async fn handle(event: Event<Text>, log: Arc<Log>) -> Result<(), Infallible> {
    let id = event.id().unwrap().to_cow().into_owned();
    let mut parts = id.split('.').skip(1).map(|part| part.parse().unwrap());
    let mark = (parts.next().unwrap(), parts.next().unwrap());
    log.lines.lock().unwrap().push((Began, mark));
    log.counts.send_modify(|(began, _)| *began += 1);
    log.stuck.subscribe().wait_for(|stuck| *stuck != Some(mark.0)).await.unwrap();
    log.lines.lock().unwrap().push((Ended, mark));
    log.counts.send_modify(|(_, ended)| *ended += 1);
    Ok(())
}

impl Log {
    /// What the handlers of a conversation did.
    fn of(&self, conversation: u32) -> Vec<(Did, u32)> {
        let lines = self.lines.lock().unwrap();
        let of_it = lines.iter().filter(|(_, mark)| mark.0 == conversation);
        of_it.map(|(did, mark)| (*did, mark.1)).collect()
    }

    /// Waits until so many handlers have ended, and the stuck ones besides have begun.
    async fn wait_for(&self, ended: usize, stuck: usize) {
        let mut counts = self.counts.subscribe();
        let reached = counts.wait_for(|all| all.0 >= ended + stuck && all.1 >= ended);
        timeout(PATIENCE, reached).await.expect("they are handled").unwrap();
    }
}

/// Each once, in this order, and none before the one before it has ended.
fn one_by_one(numbers: &[u32]) -> Vec<(Did, u32)> {
    numbers.iter().flat_map(|number| [(Began, *number), (Ended, *number)]).collect()
}

struct Server {
    client: HttpClient,
    store: SqliteStore,
    workers: Running,
    log: Arc<Log>,
    file: PathBuf,
    _folder: TempDir,
}

impl Server {
    async fn start(queue: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("inbox.db");
        let store = SqliteStore::builder(&file).queue(queue).open().unwrap();
        let inbox = Inbox::new(store.clone());
        let (counts, stuck) = (watch::Sender::new((0, 0)), watch::Sender::new(None));
        let log = Arc::new(Log { lines: Mutex::default(), counts, stuck });
        let events = EventRouter::builder().on_with(log.clone(), handle).build().unwrap();
        let workers = inbox.workers(events).start();
        let webhook = WebhookLayer::builder().endpoint("/whatsapp", Cloud::new(secret()));
        let app = Router::new().layer(webhook.deliver_to(inbox).build().unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = HttpClient::to(listener.local_addr().unwrap());
        tokio::spawn(async { axum::serve(listener, app).await });
        Server { client, store, workers, log, file, _folder: folder }
    }

    fn sender(&self, conversation: u32) -> Sender {
        Sender { client: self.client.clone(), conversation, accepted: Vec::new() }
    }

    /// Waits until so many events are pending: of those that were handled, none.
    async fn settled(&self, pending: u64) {
        let settled = async { while self.store.stats().await.unwrap().pending != pending {} };
        timeout(PATIENCE, settled).await.expect("what was handled is done");
    }

    /// Ends the work, and sees that nothing is left of it.
    async fn nothing_left(self) {
        let drained = self.workers.drain(PATIENCE).await;
        assert_eq!(drained.handed_back, 0);
        let Stats { pending, dead, .. } = self.store.stats().await.unwrap();
        assert_eq!((pending, dead), (0, 0));
    }
}

/// Who sends one conversation's events, one after the other: so the order of its answers is theirs.
struct Sender {
    client: HttpClient,
    conversation: u32,
    accepted: Vec<u32>,
}

impl Sender {
    /// Sends an event; `false` if it is refused for now.
    async fn send(&mut self, number: u32) -> bool {
        let conversation = self.conversation;
        let from = format!("1555{conversation:07}");
        let body = format!(
            r#"{{"object":"whatsapp_business_account","entry":[{{"id":"1","changes":[{{"value":{{"messaging_product":"whatsapp","metadata":{{"phone_number_id":"1"}},"messages":[{{"from":"{from}","id":"wamid.{conversation}.{number}","timestamp":"1750000000","text":{{"body":"Hi"}},"type":"text"}}]}},"field":"messages"}}]}}]}}"#
        );
        let request = request::signed("/whatsapp", &secret(), body).map(Full::from);
        match self.client.clone().oneshot(request).await.unwrap().status() {
            StatusCode::OK => {
                self.accepted.push(number);
                true
            }
            StatusCode::SERVICE_UNAVAILABLE => false,
            other => panic!("answered {other}"),
        }
    }

    /// Sends so many, all of which are accepted.
    async fn send_all(mut self, events: u32) -> Self {
        for number in 0..events {
            assert!(self.send(number).await, "there is room");
        }
        self
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn at_full_speed_everything_is_answered_and_handled_once_in_order() {
    const SENDERS: u32 = 48;
    const EACH: u32 = 64;
    let server = Server::start(1024).await;
    let senders: JoinSet<_> = (0..SENDERS).map(|at| server.sender(at).send_all(EACH)).collect();
    let senders = senders.join_all().await;
    server.log.wait_for((SENDERS * EACH) as usize, 0).await;
    for sender in senders {
        assert_eq!(server.log.of(sender.conversation), one_by_one(&sender.accepted));
    }
    server.nothing_left().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_that_is_stuck_holds_up_no_other_and_goes_on_in_order() {
    const SENDERS: u32 = 24;
    const EACH: u32 = 48;
    const STUCK: u32 = 7;
    let server = Server::start(1024).await;
    server.log.stuck.send_replace(Some(STUCK));
    let senders: JoinSet<_> = (0..SENDERS).map(|at| server.sender(at).send_all(EACH)).collect();
    let senders = senders.join_all().await;
    server.log.wait_for(((SENDERS - 1) * EACH) as usize, 1).await;
    server.settled(u64::from(EACH)).await;
    for sender in &senders {
        let expected = match sender.conversation {
            STUCK => vec![(Began, 0)],
            _ => one_by_one(&sender.accepted),
        };
        assert_eq!(server.log.of(sender.conversation), expected);
    }

    server.log.stuck.send_replace(None);
    server.log.wait_for((SENDERS * EACH) as usize, 0).await;
    assert_eq!(server.log.of(STUCK), one_by_one(&senders[STUCK as usize].accepted));
    server.nothing_left().await;
}

/// Another connection to the file holds its write lock, again and again, until so many have been
/// refused: so it is the store's own queue that is full.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_slow_file_cannot_take_is_refused_and_all_of_it_is_taken_later() {
    const QUEUE: usize = 16;
    const SENDERS: u32 = 48;
    const ROUNDS: usize = 10;
    const REFUSED: usize = 50;
    let server = Server::start(QUEUE).await;
    let refused = watch::Sender::new(0_usize);
    let accepted = watch::Sender::new(0_usize);
    let slow = watch::Sender::new(true);
    let overloading = |mut sender: Sender| {
        let (refusals, accepted, slow) = (refused.clone(), accepted.clone(), slow.subscribe());
        async move {
            let mut refused = Vec::new();
            for number in 0.. {
                if !*slow.borrow() {
                    break;
                }
                match sender.send(number).await {
                    true => accepted.send_modify(|all| *all += 1),
                    false => {
                        refused.push(number);
                        refusals.send_modify(|all| *all += 1);
                    }
                }
            }
            (sender, refused)
        }
    };
    let senders: JoinSet<_> = (0..SENDERS).map(|at| overloading(server.sender(at))).collect();
    let throttle = async {
        let other = rusqlite::Connection::open(&server.file).unwrap();
        other.busy_timeout(Duration::ZERO).unwrap();
        for _ in 0..ROUNDS {
            // The lock is free for moments. SQLite's own way of waiting looks so rarely that it may miss them
            // for long.
            while let Err(error) = other.execute_batch("BEGIN IMMEDIATE") {
                assert_eq!(
                    error.sqlite_error_code(),
                    Some(rusqlite::ErrorCode::DatabaseBusy),
                    "{error}"
                );
                tokio::task::yield_now().await;
            }
            let before = *refused.borrow();
            let mut refused = refused.subscribe();
            refused.wait_for(|all| *all >= before + REFUSED).await.unwrap();
            let kept = *accepted.borrow();
            other.execute_batch("COMMIT").unwrap();
            accepted.subscribe().wait_for(|all| *all > kept).await.unwrap();
        }
        slow.send_replace(false);
    };
    timeout(PATIENCE, throttle).await.expect("some are refused, and some are taken");
    let senders = senders.join_all().await;
    let kept: usize = senders.iter().map(|(sender, _)| sender.accepted.len()).sum();
    let refused: usize = senders.iter().map(|(_, refused)| refused.len()).sum();
    assert!(kept > ROUNDS * QUEUE / 2 && refused >= ROUNDS * REFUSED, "{kept} {refused}");

    // As many at a time as there is room for.
    let mut rest: Vec<Vec<_>> = (0..QUEUE).map(|_| Vec::new()).collect();
    for (at, sender) in senders.into_iter().enumerate() {
        rest[at % QUEUE].push(sender);
    }
    let again = |senders: Vec<(Sender, Vec<u32>)>| async move {
        let mut done = Vec::new();
        for (mut sender, refused) in senders {
            for number in refused {
                assert!(sender.send(number).await, "there is room again");
            }
            done.push(sender);
        }
        done
    };
    let senders = rest.into_iter().map(again).collect::<JoinSet<_>>().join_all().await;
    server.log.wait_for(kept + refused, 0).await;
    for sender in senders.into_iter().flatten() {
        assert_eq!(server.log.of(sender.conversation), one_by_one(&sender.accepted));
    }
    server.nothing_left().await;
}
