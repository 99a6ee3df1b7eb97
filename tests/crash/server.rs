//! The server: axum, the layer, an inbox in a file, and its workers. It is what is killed.

use crate::{
    log::{Did, Log},
    traffic::{self, Number},
};
use axum::Router;
use clap::Args;
use std::{
    collections::HashSet,
    convert::Infallible,
    io::{self, Read},
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};
use tokio::{net::TcpListener, sync::oneshot};
use tower::{Service, service_fn};
use tower_whatsapp::{BoxError, Cloud, WebhookLayer};
use whatsapp_inbox::{
    Inbox,
    store::{Retention, SqliteStore},
};
use whatsapp_notification::{Any, Event, Notification};
use whatsapp_router::{EventRouter, Outcome};

#[derive(Args, Debug)]
pub(crate) struct Options {
    #[arg(long)]
    pub(crate) address: SocketAddr,
    #[arg(long)]
    pub(crate) file: PathBuf,
    #[arg(long)]
    pub(crate) log: PathBuf,
    #[arg(long)]
    pub(crate) generation: u32,
    #[arg(long)]
    pub(crate) seed: u64,
    /// How many seconds bodies stay once their events are done.
    #[arg(long)]
    pub(crate) keep_bodies: u64,
    #[arg(long)]
    pub(crate) answer_early: bool,
}

/// Serves until it is killed, or until its standard input ends: then it drains.
#[tokio::main]
pub(crate) async fn run(options: &Options) -> Result<(), BoxError> {
    // Some handlers panic, as they shall.
    std::panic::set_hook(Box::new(|_| {}));
    let store = SqliteStore::open(&options.file)?;
    let inbox = Inbox::new(store.clone());
    let handler = Handler {
        log: Log::open(&options.log, options.generation)?,
        seed: options.seed,
        tried: Mutex::default(),
    };
    let retention = Retention {
        bodies: Duration::from_secs(options.keep_bodies),
        dead: Duration::from_secs(24 * 60 * 60),
    };
    let workers = inbox
        .workers(EventRouter::builder().on_with(Arc::new(handler), handle).build()?)
        // Nobody works until the lease of the one that was killed is over.
        .lease(Duration::from_millis(100))
        .poll_every(Duration::from_millis(20))
        .backoff(Duration::from_millis(5), Duration::from_millis(50))
        .max_attempts(u32::MAX)
        .retention(retention)
        .start();

    let listener = TcpListener::bind(options.address).await?;
    let webhook = WebhookLayer::builder().endpoint(traffic::PATH, Cloud::new(traffic::secret()?));
    let app = match options.answer_early {
        false => Router::new().layer(webhook.deliver_to(inbox).build()?),
        true => Router::new().layer(webhook.deliver_to(service_fn(early(inbox))).build()?),
    };
    let stop = input_ends();
    let stop = async move {
        let _ = stop.await;
    };
    axum::serve(listener, app).with_graceful_shutdown(stop).await?;
    workers.drain(Duration::from_secs(10)).await;
    store.close().await;
    Ok(())
}

/// The mistake that the test must find: it answers before the commit.
fn early(
    inbox: Inbox<SqliteStore>,
) -> impl Fn(Notification) -> std::future::Ready<Result<(), Infallible>> + Clone {
    move |notification| {
        tokio::spawn(inbox.clone().call(notification));
        std::future::ready(Ok(()))
    }
}

fn input_ends() -> oneshot::Receiver<()> {
    let (end, ended) = oneshot::channel();
    thread::spawn(move || {
        let _ = io::stdin().read_to_end(&mut Vec::new());
        let _ = end.send(());
    });
    ended
}

struct Handler {
    log: Log,
    seed: u64,
    /// Events that this process has begun with.
    tried: Mutex<HashSet<Number>>,
}

/// Most events are done at once; by the seed, some take a while, some fail or panic at first, and some are
/// given up.
async fn handle(event: Event<Any>, handler: Arc<Handler>) -> Result<Outcome, io::Error> {
    let Some(number) = traffic::marks(event.raw().as_bytes()).next() else {
        return Ok(Outcome::dead("no event of the test"));
    };
    handler.log.write(Did::Started, number)?;
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
