//! A rolling restart with axum: the next process begins before the one before it ends, on the same
//! socket and the same inbox. No connection is refused, no request that was read is cut, and no event is lost.
//!
//! Both accept from one socket, which their parent hands down (as systemd does), so a connection that
//! waits in it is not lost when one of them ends: it is the other's. Both keep in one file; the workers
//! of one of them have the events in hand, and hand them over when it ends. `serve` does the ending.
//!
//! ```sh
//! export WHATSAPP_APP_SECRET=test_app_secret WHATSAPP_VERIFY_TOKEN=token WHATSAPP_INBOX=inbox.db
//! cargo build --example rolling
//! systemfd --no-pid -s http::3000 -- sh   # from `cargo install systemfd`; then, in this shell:
//! target/debug/examples/rolling & old=$!
//! target/debug/examples/rolling & kill $old
//! ```
//!
//! Without a socket from its parent it listens at `ADDR`.

mod serve;

use axum::{Router, routing::get};
use examples::{address, print, signals, variable};
use listenfd::ListenFd;
use serve::{Times, serve};
use std::{net::TcpListener, time::Duration};
use tower_whatsapp::{AppSecret, BoxError, Cloud, EventRouter, WebhookLayer};
use whatsapp_inbox::{Inbox, store::SqliteStore};

const TIMES: Times = Times { farewell: Duration::from_secs(5), drain: Duration::from_secs(20) };

fn app(secret: &str, token: &str, inbox: Inbox<SqliteStore>) -> Result<Router, BoxError> {
    let store = inbox.get_ref().clone();
    let webhook = WebhookLayer::builder()
        .endpoint("/whatsapp", Cloud::new(AppSecret::new(secret)?).verify_token(token)?)
        .deliver_to(inbox)
        .build()?;
    let health = get(move || examples::health(store.clone()));
    Ok(Router::new().route("/health", health).layer(webhook))
}

fn main() -> Result<(), BoxError> {
    // Before there are threads: it changes the environment.
    let listener = match ListenFd::from_env().take_tcp_listener(0)? {
        Some(inherited) => inherited,
        None => TcpListener::bind(address()?)?,
    };
    run(listener)
}

#[tokio::main]
async fn run(listener: TcpListener) -> Result<(), BoxError> {
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let store = SqliteStore::open(variable("WHATSAPP_INBOX")?)?;
    let inbox = Inbox::new(store.clone());
    let events = EventRouter::builder().fallback(print).build()?;
    let workers = inbox.workers(events).start();
    let (secret, token) = (variable("WHATSAPP_APP_SECRET")?, variable("WHATSAPP_VERIFY_TOKEN")?);
    let (app, signals) = (app(&secret, &token, inbox)?, signals()?);
    println!("listening on http://{}/whatsapp", listener.local_addr()?);
    let drained = serve(listener, app, workers, signals, TIMES).await?;
    println!("{} handlers ended, {} events handed back", drained.finished, drained.handed_back);
    store.close().await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpStream,
        sync::mpsc,
        task::JoinHandle,
    };
    use tower::{Service, ServiceExt};
    use tower_whatsapp::{Event, Notification};
    use whatsapp_inbox::{Drained, Store};
    use whatsapp_testkit::{Samples, request};

    /// One of several processes, as far as they share nothing but the socket and the file.
    struct Process {
        signal: mpsc::Sender<()>,
        serving: JoinHandle<Result<Drained, BoxError>>,
        store: SqliteStore,
    }

    impl Process {
        fn start(listener: &TcpListener, file: &Path, farewell: Duration) -> Self {
            let listener = listener.try_clone().unwrap();
            listener.set_nonblocking(true).unwrap();
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            let store = SqliteStore::open(file).unwrap();
            let inbox = Inbox::new(store.clone());
            let done = tower::service_fn(async |_: Event| Ok::<_, BoxError>(()));
            let workers = inbox.workers(done).poll_every(Duration::from_millis(5)).start();
            let app = app("secret", "token", inbox).unwrap();
            let (signal, signals) = mpsc::channel(2);
            let times = Times { farewell, drain: Duration::from_secs(60) };
            let serving = tokio::spawn(serve(listener, app, workers, signals, times));
            Process { signal, serving, store }
        }
    }

    /// Posts a text on this connection.
    async fn send(client: &mut TcpStream, number: u64) {
        let secret = AppSecret::new("secret").unwrap();
        let post = request::signed("/whatsapp", &secret, Samples::new(number).text().body);
        let mut text = "POST /whatsapp HTTP/1.1\r\nhost: localhost\r\n".to_owned();
        for (name, value) in post.headers() {
            text += &format!("{name}: {}\r\n", value.to_str().unwrap());
        }
        text += &format!("content-length: {}\r\n\r\n", post.body().len());
        client.write_all(&[text.as_bytes(), post.body()].concat()).await.unwrap();
    }

    /// The head of an answer, in lower case. It has no body.
    async fn answer(client: &mut TcpStream) -> String {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(client.read_u8().await.unwrap());
        }
        String::from_utf8(head).unwrap().to_lowercase()
    }

    fn place() -> (tempfile::TempDir, TcpListener) {
        (tempfile::tempdir().unwrap(), TcpListener::bind("127.0.0.1:0").unwrap())
    }

    #[tokio::test]
    async fn the_health_check_asks_the_store() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("inbox.db");
        let mut inbox = Inbox::new(SqliteStore::open(&path).unwrap());
        let app = app("secret", "token", inbox.clone()).unwrap();
        for status in [200, 503] {
            let health = http::Request::get("/health").body(axum::body::Body::empty()).unwrap();
            assert_eq!(app.clone().oneshot(health).await.unwrap().status(), status);
            // A write that finds the file gone closes the store.
            std::fs::remove_file(&path).ok();
            let errors = Notification::parse(r#"{"errors":[{"code":1014}]}"#).unwrap();
            inbox.call(errors).await.unwrap_err();
        }
    }

    #[tokio::test]
    async fn who_keeps_a_connection_is_answered_and_asked_to_leave() {
        let (folder, listener) = place();
        let process =
            Process::start(&listener, &folder.path().join("inbox.db"), Duration::from_secs(3600));
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        send(&mut client, 1).await;
        let first = answer(&mut client).await;
        assert!(first.starts_with("http/1.1 200 ") && !first.contains("connection"), "{first}");

        process.signal.send(()).await.unwrap();
        while process.signal.capacity() < 2 {
            tokio::task::yield_now().await; // until it is taken
        }
        send(&mut client, 2).await;
        let second = answer(&mut client).await;
        assert!(second.starts_with("http/1.1 200 ") && second.contains("connection: close"));
        assert_eq!(client.read(&mut [0]).await.unwrap(), 0); // closed, and not reset

        process.signal.send(()).await.unwrap();
        process.serving.await.unwrap().unwrap_err();
    }

    #[tokio::test]
    async fn who_comes_between_two_processes_is_the_next_ones_and_so_are_the_events() {
        let (folder, listener) = place();
        let file = folder.path().join("inbox.db");
        let first = Process::start(&listener, &file, Duration::ZERO);
        let mut clients = Vec::new();
        for number in 0..3 {
            let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
            send(&mut client, number).await;
            assert!(answer(&mut client).await.starts_with("http/1.1 200 "));
            clients.push(client);
        }
        first.signal.send(()).await.unwrap();
        let drained = first.serving.await.unwrap().unwrap();
        assert_eq!(drained.handed_back, 0);
        first.store.close().await;

        let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        send(&mut client, 3).await;
        let second = Process::start(&listener, &file, Duration::ZERO);
        assert!(answer(&mut client).await.starts_with("http/1.1 200 "));
        while second.store.stats().await.unwrap().pending > 0 {
            tokio::task::yield_now().await;
        }
        second.signal.send(()).await.unwrap();
        second.serving.await.unwrap().unwrap();
    }
}
