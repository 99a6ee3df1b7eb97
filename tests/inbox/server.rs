//! The server: axum, the layer, an inbox in a file, and its workers. It is what is killed.

use super::{
    handler::{Handler, handle},
    traffic,
};
use axum::Router;
use clap::Args;
use std::{
    convert::Infallible,
    ffi::{OsStr, OsString},
    io::{self, Read},
    net::SocketAddr,
    path::PathBuf,
    sync::Arc,
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
use whatsapp_notification::Notification;
use whatsapp_router::EventRouter;

/// How it serves.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// Where it listens
    #[arg(long)]
    pub address: SocketAddr,
    /// The store's file
    #[arg(long)]
    pub file: PathBuf,
    /// The handlers' log
    #[arg(long)]
    pub log: PathBuf,
    /// The how-manieth server on this file it is, from 1
    #[arg(long)]
    pub generation: u32,
    /// What handlers do by chance depends on it
    #[arg(long)]
    pub seed: u64,
    /// How many seconds bodies stay once their events are done
    #[arg(long)]
    pub keep_bodies: u64,
    /// Nobody works: what is kept stays pending
    #[arg(long)]
    pub idle: bool,
    /// It answers before the commit
    #[arg(long)]
    pub answer_early: bool,
}

impl Options {
    /// As they are written on a command line.
    #[must_use]
    pub fn to_args(&self) -> Vec<OsString> {
        let (address, generation) = (self.address.to_string(), self.generation.to_string());
        let (seed, keep_bodies) = (self.seed.to_string(), self.keep_bodies.to_string());
        let values: [(&str, &OsStr); 6] = [
            ("--address", address.as_ref()),
            ("--file", self.file.as_ref()),
            ("--log", self.log.as_ref()),
            ("--generation", generation.as_ref()),
            ("--seed", seed.as_ref()),
            ("--keep-bodies", keep_bodies.as_ref()),
        ];
        let switches = [("--idle", self.idle), ("--answer-early", self.answer_early)];
        let switches = switches.into_iter().filter(|(_, on)| *on).map(|(name, _)| name.into());
        let values = values.into_iter().flat_map(|(name, value)| [name.into(), value.into()]);
        values.chain(switches).collect()
    }
}

/// Serves until it is killed, or until its standard input ends: then it drains.
///
/// # Errors
/// What keeps it from serving.
#[tokio::main]
pub async fn run(options: &Options) -> Result<(), BoxError> {
    // strace may be put on it, and be no ancestor of it.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_ptracer(rustix::process::PTracer::Any);
    // Some handlers panic, as they shall.
    std::panic::set_hook(Box::new(|_| {}));
    let store = SqliteStore::open(&options.file)?;
    let inbox = Inbox::new(store.clone());
    let handler = Handler::new(&options.log, options.generation, options.seed)?;
    let retention =
        Retention::new(Duration::from_secs(options.keep_bodies), Duration::from_secs(24 * 60 * 60));
    let workers = inbox
        .workers(EventRouter::builder().on_with(Arc::new(handler), handle).build()?)
        // Nobody works until the lease of the one that was killed is over.
        .lease(Duration::from_millis(100))
        .poll_every(Duration::from_millis(20))
        .backoff(Duration::from_millis(5), Duration::from_millis(50))
        .max_attempts(u32::MAX)
        .retention(retention);
    let workers = (!options.idle).then(|| workers.start());

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
    if let Some(workers) = workers {
        workers.drain(Duration::from_secs(10)).await;
    }
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
