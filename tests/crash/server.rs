//! The server: axum, the layer, an inbox in a file, and its workers. It is what is killed.

use crate::{
    handler::{Handler, handle},
    traffic,
};
use axum::Router;
use clap::Args;
use std::{
    convert::Infallible,
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
    let handler = Handler::new(&options.log, options.generation, options.seed)?;
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
