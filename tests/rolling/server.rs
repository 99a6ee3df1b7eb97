//! A server: as in the crash test, but on a socket that is handed down, and ended as the example
//! `rolling` does it, by the same code.

use crate::{
    handler::{Handler, handle},
    serve::{Times, serve},
    traffic,
};
use axum::{
    Router,
    extract::Request,
    middleware::{Next, from_fn},
};
use clap::{Args, ValueEnum};
use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    net,
    os::{fd::AsFd, unix::process::parent_id},
    path::PathBuf,
    process,
    sync::Arc,
    thread,
    time::Duration,
};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::mpsc,
};
use tower_whatsapp::{BoxError, Cloud, WebhookLayer};
use whatsapp_inbox::{
    Inbox,
    store::{Retention, SqliteStore},
};
use whatsapp_router::EventRouter;

#[derive(Args, Debug)]
pub(crate) struct Options {
    #[arg(long)]
    pub(crate) file: PathBuf,
    #[arg(long)]
    pub(crate) log: PathBuf,
    /// Where the numbers of requests are written, as they are read.
    #[arg(long)]
    pub(crate) posts: PathBuf,
    #[arg(long)]
    pub(crate) generation: u32,
    #[arg(long)]
    pub(crate) seed: u64,
    /// Handlers that begin after it was told to end do not end: their events are handed back
    #[arg(long)]
    pub(crate) stuck: bool,
    #[arg(long)]
    pub(crate) fault: Option<Fault>,
}

/// Mistakes that the test must find.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Fault {
    /// Idle connections are closed at the first signal.
    NoFarewell,
    /// It ends at the first signal.
    NoDrain,
}

/// The header with the number of a request.
pub(crate) const POST: &str = "x-post";

/// How long clients are asked to leave.
pub(crate) const FAREWELL: Duration = Duration::from_millis(500);

/// Serves until it is told to end. Says `ready`, and at the end how many handlers ended, and how many events
/// were handed back.
#[tokio::main]
pub(crate) async fn run(options: &Options) -> Result<(), BoxError> {
    end_with_parent();
    // Some handlers panic, as they shall.
    std::panic::set_hook(Box::new(|_| {}));
    let mut signals = signals()?;
    let store = SqliteStore::open(&options.file)?;
    let inbox = Inbox::new(store.clone());
    let handler = Arc::new(Handler::new(&options.log, options.generation, options.seed)?);
    let workers = inbox
        .workers(EventRouter::builder().on_with(handler.clone(), handle).build()?)
        .lease(Duration::from_secs(2))
        .poll_every(Duration::from_millis(20))
        .backoff(Duration::from_millis(5), Duration::from_millis(50))
        .max_attempts(u32::MAX)
        // Longer than the checker takes to see a body.
        .retention(Retention::new(Duration::from_secs(60), Duration::from_secs(24 * 60 * 60)))
        .start();
    let webhook = WebhookLayer::builder()
        .endpoint(traffic::PATH, Cloud::new(traffic::secret()?))
        .deliver_to(inbox)
        .build()?;
    let posts = OpenOptions::new().append(true).create(true).open(&options.posts)?;
    let posts = Arc::new((posts, options.generation));
    let app = Router::new().layer(webhook).layer(from_fn(move |request: Request, next: Next| {
        let posts = posts.clone();
        async move {
            let noted = note(&posts.0, posts.1, &request);
            noted.map_err(|_| http::StatusCode::INTERNAL_SERVER_ERROR)?;
            Ok::<_, http::StatusCode>(next.run(request).await)
        }
    }));

    // The parent's socket is the standard input.
    let listener = net::TcpListener::from(io::stdin().as_fd().try_clone_to_owned()?);
    listener.set_nonblocking(true)?;
    let listener = TcpListener::from_std(listener)?;
    let mut times = Times { farewell: FAREWELL, drain: Duration::from_secs(10) };
    match options.fault {
        None => {}
        Some(Fault::NoFarewell) => times.farewell = Duration::ZERO,
        Some(Fault::NoDrain) => signals = ends_at(signals),
    }
    if options.stuck {
        times.drain = Duration::from_secs(1);
        signals = sticks_at(signals, handler);
    }
    println!("ready");
    let Ok(drained) = serve(listener, app, workers, signals, times).await else {
        process::exit(1) // at the second signal, without further ado
    };
    store.close().await;
    println!("{} {}", drained.finished, drained.handed_back);
    Ok(())
}

/// Ends this process when its parent has ended.
fn end_with_parent() {
    let parent = parent_id();
    thread::spawn(move || {
        while parent_id() == parent {
            thread::sleep(Duration::from_secs(1));
        }
        process::exit(1);
    });
}

fn signals() -> io::Result<mpsc::Receiver<()>> {
    let (sender, signals) = mpsc::channel(4);
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::spawn(async move {
        while terminate.recv().await.is_some() && sender.send(()).await.is_ok() {}
    });
    Ok(signals)
}

/// Ends the process at the first signal, as if all had been done.
fn ends_at(mut signals: mpsc::Receiver<()>) -> mpsc::Receiver<()> {
    let (never, none) = mpsc::channel(1);
    tokio::spawn(async move {
        let _never = never;
        signals.recv().await;
        println!("0 0");
        process::exit(0);
    });
    none
}

/// Has the handlers get stuck at the first signal.
fn sticks_at(mut signals: mpsc::Receiver<()>, handler: Arc<Handler>) -> mpsc::Receiver<()> {
    let (sender, passed_on) = mpsc::channel(4);
    tokio::spawn(async move {
        while signals.recv().await.is_some() {
            handler.stick();
            if sender.send(()).await.is_err() {
                return;
            }
        }
    });
    passed_on
}

/// A request has been read: from here on it must be answered.
fn note(mut posts: &File, generation: u32, request: &Request) -> io::Result<()> {
    let number = request.headers().get(POST).and_then(|number| number.to_str().ok());
    posts.write_all(format!("{} {generation}\n", number.unwrap_or_default()).as_bytes())
}
