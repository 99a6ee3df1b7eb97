//! The server: hyper, the layer, an inbox in a file, and workers with a handler that succeeds. It
//! keeps account of what was handled, and tells it when it is asked, a line each.

use crate::{
    Result,
    shared::{PATH, serve::serve},
    traffic::Mark,
};
use benches::SECRET;
use hdrhistogram::Histogram;
use hyper::server::conn::http1;
use roaring::RoaringTreemap;
use serde::{Deserialize, Serialize};
use std::{
    collections::{HashMap, HashSet},
    convert::Infallible,
    io,
    net::Ipv4Addr,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};
use tokio::{
    net::TcpListener,
    sync::{mpsc, watch},
};
use tower_whatsapp::{AppSecret, Cloud, WebhookLayer};
use whatsapp_inbox::{Inbox, Store, store::SqliteStore};
use whatsapp_notification::{Event, Text};
use whatsapp_router::EventRouter;

/// What hyper reads of a connection at once, at the most: it takes 400 KiB otherwise, which the layer
/// does not know of.
pub(crate) const READ: usize = 32 * 1024;

/// What a server can be asked.
pub(crate) mod question {
    /// [`Report`](super::Report).
    pub(crate) const REPORT: &str = "report";
    /// [`RoaringTreemap`]: the [keys](Mark::key) of the events whose handlers have come to their end.
    pub(crate) const ENDED: &str = "ended";
    /// [`Stored`](super::Stored).
    pub(crate) const STATS: &str = "stats";
    /// That the handler of conversation 0 does not return any more.
    pub(crate) const STICK: &str = "stick";
    /// That it does.
    pub(crate) const RELEASE: &str = "release";
    /// That the times of what was handled are those of the next run from now on.
    pub(crate) const FORGET: &str = "forget";
}

/// What was handled since the server began.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Report {
    /// How many microseconds it took to open the file.
    pub(crate) opened: u64,
    /// Events whose handler has come to its end.
    pub(crate) handled: u64,
    /// Those that were accepted and not handled. The sender knows.
    pub(crate) lost: u64,
    /// Those that were handled and not accepted: kept, though the answer was no 200. The sender knows.
    pub(crate) unanswered: u64,
    /// Handlers that began with an event that had been begun before.
    pub(crate) repeated: u64,
    /// Handlers that began after one of a later event of the same conversation, or beside one of it.
    pub(crate) disordered: u64,
    /// From when an event was due to when its handler began, in microseconds: in this run, without
    /// conversation 0.
    pub(crate) p50: u64,
    pub(crate) p99: u64,
}

/// What is in the store.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Stored {
    pub(crate) pending: u64,
    pub(crate) dead: u64,
    pub(crate) bodies: u64,
    pub(crate) keys: u64,
}

/// Serves on a free port, which it tells on stdout, and answers on stdout what it is asked on stdin,
/// until that ends.
pub(crate) fn run(file: &Path, queue: usize) -> Result<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let began = Instant::now();
        let store = SqliteStore::builder(file).queue(queue).open()?;
        let opened = began.elapsed().as_micros() as u64;
        let inbox = Inbox::new(store.clone());
        let account = Account::new()?;
        let handler = EventRouter::builder().on_with(account.clone(), handle).build()?;
        let workers = inbox.workers(handler).start();
        let webhook = WebhookLayer::builder()
            .endpoint(PATH, Cloud::new(AppSecret::new(SECRET)?))
            .deliver_to(inbox)
            .build_service()?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        println!("{}", listener.local_addr()?);
        let mut http = http1::Builder::new();
        http.max_buf_size(READ);
        let serving = tokio::spawn(serve(http, listener, webhook));
        let mut questions = questions();
        while let Some(asked) = questions.recv().await {
            let answer = match asked.as_str() {
                question::REPORT => serde_json::to_string(&Report { opened, ..account.report() })?,
                question::ENDED => account.with(|seen| serde_json::to_string(&seen.ended))?,
                question::STATS => {
                    let stats = store.stats().await?;
                    serde_json::to_string(&Stored {
                        pending: stats.pending,
                        dead: stats.dead,
                        bodies: stats.bodies,
                        keys: stats.keys.unwrap_or_default(),
                    })?
                }
                question::STICK | question::RELEASE => {
                    account.stuck.send_replace(asked == question::STICK);
                    asked
                }
                question::FORGET => {
                    account.with(|seen| seen.latencies.reset());
                    asked
                }
                _ => return Err(format!("nobody knows what {asked:?} is").into()),
            };
            println!("{answer}");
        }
        serving.abort();
        workers.drain(Duration::from_secs(1)).await;
        store.close().await;
        Ok(())
    })
}

fn questions() -> mpsc::UnboundedReceiver<String> {
    let (asked, questions) = mpsc::unbounded_channel();
    thread::spawn(move || {
        for line in io::stdin().lines().map_while(io::Result::ok) {
            let _ = asked.send(line);
        }
    });
    questions
}

/// What was handled.
struct Account {
    seen: Mutex<Seen>,
    stuck: watch::Sender<bool>,
}

struct Seen {
    /// By their keys; small, since this memory is measured with the server's.
    begun: RoaringTreemap,
    ended: RoaringTreemap,
    /// By sender and conversation: those of which an event is in hand.
    running: HashSet<(u32, u32)>,
    /// By sender and conversation: the last number.
    last: HashMap<(u32, u32), u32>,
    report: Report,
    latencies: Histogram<u64>,
}

impl Account {
    fn new() -> Result<Arc<Self>> {
        let seen = Seen {
            begun: RoaringTreemap::new(),
            ended: RoaringTreemap::new(),
            running: HashSet::new(),
            last: HashMap::new(),
            report: Report::default(),
            latencies: Histogram::new(3)?,
        };
        Ok(Arc::new(Account { seen: Mutex::new(seen), stuck: watch::Sender::new(false) }))
    }

    fn with<T>(&self, act: impl FnOnce(&mut Seen) -> T) -> T {
        act(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn report(&self) -> Report {
        self.with(|seen| {
            let quantile = |q| seen.latencies.value_at_quantile(q);
            Report { p50: quantile(0.5), p99: quantile(0.99), ..seen.report }
        })
    }
}

impl Seen {
    fn begin(&mut self, mark: Mark) {
        self.report.repeated += u64::from(!self.begun.insert(mark.key()));
        let lane = (mark.sender, mark.conversation);
        let is_beside = !self.running.insert(lane);
        let last = self.last.insert(lane, mark.number);
        let is_later = last.is_some_and(|last| last > mark.number);
        self.report.disordered += u64::from(is_later || is_beside);
        if mark.conversation != 0 {
            // It grows with what is recorded: no time is too long.
            let _ = self.latencies.record(mark.age().as_micros() as u64);
        }
    }

    fn end(&mut self, mark: Mark) {
        self.running.remove(&(mark.sender, mark.conversation));
        self.ended.insert(mark.key());
        self.report.handled += 1;
    }
}

async fn handle(event: Event<Text>, account: Arc<Account>) -> std::result::Result<(), Infallible> {
    let Some(mark) = Mark::of(&event) else { return Ok(()) };
    account.with(|seen| seen.begin(mark));
    if mark.conversation == 0 {
        // The sender of this lives as long as the account.
        let _ = account.stuck.subscribe().wait_for(|stuck| !stuck).await;
    }
    account.with(|seen| seen.end(mark));
    Ok(())
}
