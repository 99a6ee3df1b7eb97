//! An axum application with the webhook beside its other routes, and a trace layer around all that
//! logs no secret. Notifications are kept in an inbox before they are answered, in the file
//! `WHATSAPP_INBOX` or else in a temporary one, and handled by workers.
//!
//! Ctrl-c or SIGTERM: it accepts no connection any more, answers what is under way, lets handlers end
//! for up to 20 seconds, and gives the events to the next process. A second signal stops at once: what was
//! not done is handled after the next start.
//!
//! ```sh
//! export WHATSAPP_APP_SECRET=test_app_secret WHATSAPP_VERIFY_TOKEN=token
//! export WHATSAPP_HOOK_SECRET=0123456789abcdef
//! cargo run --example axum
//! body='{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"value":{"messages":[{"from":"15550001","id":"A","timestamp":"1750000000","text":{"body":"Hi"},"type":"text"}]},"field":"messages"}]}]}'
//! signature=$(printf %s "$body" | openssl dgst -sha256 -hmac "$WHATSAPP_APP_SECRET" | sed 's/.*= //')
//! curl -i -H "X-Hub-Signature-256: sha256=$signature" -d "$body" http://127.0.0.1:3000/whatsapp
//! ```

use axum::{Json, Router, extract::Request, routing::get};
use examples::{address, health, print, redacted, signals, variable};
use std::{convert::Infallible, env, path::PathBuf, pin::pin, time::Duration};
use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot},
    time::{Instant, timeout, timeout_at},
};
use tower::ServiceBuilder;
use tower_http::trace::TraceLayer;
use tower_whatsapp::{
    AppSecret, BoxError, Cloud, Event, EventRouter, OnPremises, PathSecret, WebhookLayer,
    notification::Order,
};
use whatsapp_inbox::{Inbox, Running, store::SqliteStore};

/// So long requests and handlers may take to end after the first signal.
const DRAIN: Duration = Duration::from_secs(20);

/// What an order costs, by the customer's own figures.
async fn on_order(event: Event<Order>) -> Result<(), Infallible> {
    let order = event.get();
    let price = |item: tower_whatsapp::notification::view::ProductItem<'_>| {
        item.item_price.zip(item.quantity).map_or(0.0, |(price, n)| price.as_f64() * n.as_f64())
    };
    println!("an order over {:.2}", order.product_items.iter().map(price).sum::<f64>());
    Ok(())
}

fn events() -> Result<EventRouter, BoxError> {
    Ok(EventRouter::builder().on(on_order).fallback(print).build()?)
}

fn app(
    secret: &str,
    token: &str,
    hook: &str,
    inbox: Inbox<SqliteStore>,
) -> Result<Router, BoxError> {
    let store = inbox.get_ref().clone();
    let webhook = WebhookLayer::builder()
        .endpoint("/whatsapp", Cloud::new(AppSecret::new(secret)?).verify_token(token)?)
        .endpoint("/onprem/{secret}", OnPremises::new("shop-1", PathSecret::new(hook)?))
        .deliver_to(inbox)
        .build()?;
    // Its own span would have the whole URI, in which a verify token or a secret may stand.
    let trace = TraceLayer::new_for_http().make_span_with(|request: &Request| {
        let path = redacted(request.uri());
        tracing::info_span!("http", method = %request.method(), path)
    });
    Ok(Router::new()
        .route("/", get(async || "This is the application itself.\n"))
        .route("/health", get(move || health(store.clone())))
        .route("/version", get(async || Json([env!("CARGO_PKG_VERSION")])))
        .layer(ServiceBuilder::new().layer(trace).layer(webhook)))
}

/// Serves until the first signal, then ends in order; at the second one at once.
async fn serve(
    listener: TcpListener,
    app: Router,
    workers: Running,
    mut signals: mpsc::Receiver<()>,
) -> Result<(), BoxError> {
    let (stop, stopped) = oneshot::channel::<()>();
    let server = axum::serve(listener, app).with_graceful_shutdown(async {
        let _ = stopped.await;
    });
    let mut server = pin!(server.into_future());
    tokio::select! {
        ended = &mut server => return Ok(ended?),
        Some(()) = signals.recv() => {}
    }
    println!("ending what is under way; once more to stop at once");
    let _ = stop.send(());
    let orderly = async {
        let deadline = Instant::now() + DRAIN;
        // Who sends half a request and waits does not hold us up for longer.
        let _ = timeout_at(deadline, server).await;
        workers.drain(deadline.saturating_duration_since(Instant::now())).await
    };
    tokio::select! {
        drained = orderly => {
            println!("{} handlers ended, {} events handed back", drained.finished, drained.handed_back);
            return Ok(());
        }
        Some(()) = signals.recv() => {}
    }
    // The events are the next process's at once, and not when the lease is over.
    let _ = timeout(Duration::from_secs(1), workers.drain(Duration::ZERO)).await;
    Err("stopped at once".into())
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).init();
    let (secret, token) = (variable("WHATSAPP_APP_SECRET")?, variable("WHATSAPP_VERIFY_TOKEN")?);
    let hook = variable("WHATSAPP_HOOK_SECRET")?;
    let folder = tempfile::tempdir()?; // removed at the end
    let file = env::var_os("WHATSAPP_INBOX").map(PathBuf::from);
    let store = SqliteStore::open(file.unwrap_or_else(|| folder.path().join("inbox.db")))?;
    let inbox = Inbox::new(store.clone());
    let workers = inbox.workers(events()?).start();
    let app = app(&secret, &token, &hook, inbox)?;
    let (listener, signals) = (TcpListener::bind(address()?).await?, signals()?);
    println!("listening on http://{}/whatsapp", listener.local_addr()?);
    serve(listener, app, workers, signals).await?;
    store.close().await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use std::{
        io::{self, Write},
        net::SocketAddr,
        sync::{Arc, Mutex},
    };
    use tokio::{net::TcpStream, sync::Notify, task::JoinHandle};
    use tower::ServiceExt;
    use tracing_subscriber::fmt::MakeWriter;
    use whatsapp_inbox::{
        Store,
        store::{Millis, Owner},
    };
    use whatsapp_testkit::{Samples, request};

    const HOOK: &str = "canary-hook-0123456789";

    fn inbox() -> (tempfile::TempDir, Inbox<SqliteStore>) {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path().join("inbox.db")).unwrap();
        (folder, Inbox::new(store))
    }

    type Client = hyper_util::client::legacy::Client<
        hyper_util::client::legacy::connect::HttpConnector,
        http_body_util::Full<bytes::Bytes>,
    >;

    fn client() -> Client {
        hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new())
            .build_http()
    }

    /// The status of the answer over a real connection.
    async fn post(
        client: &Client,
        address: SocketAddr,
        request: http::Request<bytes::Bytes>,
    ) -> http::StatusCode {
        let (mut head, body) = request.into_parts();
        head.uri = format!("http://{address}{}", head.uri).parse().unwrap();
        client.request(http::Request::from_parts(head, body.into())).await.unwrap().status()
    }

    /// A server that has kept and answered a text, whose handler runs until it is `released`.
    struct Busy {
        serving: JoinHandle<Result<(), BoxError>>,
        signal: mpsc::Sender<()>,
        released: Arc<Notify>,
        address: SocketAddr,
        store: SqliteStore,
        /// With an idle connection.
        client: Client,
        _folder: tempfile::TempDir,
    }

    impl Busy {
        async fn new() -> Self {
            let (folder, inbox) = inbox();
            let (begun, mut begins) = mpsc::channel(1);
            let released = Arc::new(Notify::new());
            let handler = {
                let released = released.clone();
                tower::service_fn(move |_: Event| {
                    let (begun, released) = (begun.clone(), released.clone());
                    async move {
                        begun.send(()).await.unwrap();
                        released.notified().await;
                        Ok::<_, Infallible>(())
                    }
                })
            };
            let (workers, store) = (inbox.workers(handler).start(), inbox.get_ref().clone());
            let app = app("secret", "token", HOOK, inbox).unwrap();
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let (signal, signals) = mpsc::channel(1);
            let serving = tokio::spawn(serve(listener, app, workers, signals));
            let client = client();
            let secret = AppSecret::new("secret").unwrap();
            let text = request::signed("/whatsapp", &secret, Samples::new(1).text().body);
            assert_eq!(post(&client, address, text).await, 200);
            begins.recv().await.unwrap();
            Busy { serving, signal, released, address, store, client, _folder: folder }
        }

        /// Sends a signal, and waits until no connection is accepted.
        async fn stop(&self) {
            self.signal.send(()).await.unwrap();
            while TcpStream::connect(self.address).await.is_ok() {
                tokio::task::yield_now().await;
            }
        }
    }

    #[tokio::test]
    async fn after_a_signal_nothing_is_accepted_and_what_runs_comes_to_its_end() {
        let busy = Busy::new().await;
        busy.stop().await;
        assert!(!busy.serving.is_finished());
        assert_eq!(busy.store.stats().await.unwrap().pending, 1);
        busy.released.notify_one();
        busy.serving.await.unwrap().unwrap();
        assert_eq!(busy.store.stats().await.unwrap().pending, 0);
        drop(busy.client);
    }

    #[tokio::test]
    async fn a_second_signal_stops_at_once_and_loses_nothing() {
        let busy = Busy::new().await;
        busy.stop().await;
        busy.signal.send(()).await.unwrap();
        busy.serving.await.unwrap().unwrap_err();
        assert_eq!(busy.store.stats().await.unwrap().pending, 1);
        // Given back, and not run out, for the time that this tells stands still. The disk may take a while.
        let owned = async {
            let lease = Duration::from_secs(1);
            while busy.store.own(Owner(1), Millis(0), lease).await.unwrap().is_none() {
                tokio::task::yield_now().await;
            }
        };
        timeout(Duration::from_secs(20), owned).await.unwrap();
    }

    #[tokio::test]
    async fn the_webhook_and_the_other_routes_answer_side_by_side() {
        let secret = AppSecret::new("secret").unwrap();
        let (_folder, inbox) = inbox();
        let app = app("secret", "token", HOOK, inbox).unwrap();
        let order = Samples::new(1).order().body;
        for (request, status) in [
            (request::signed("/whatsapp", &secret, order.clone()), 200),
            (request::badly_signed("/whatsapp", &secret, order), 401),
            (request::challenge("/whatsapp", "token", "7"), 200),
            (request::challenge("/whatsapp", "wrong", "7"), 403),
            (http::Request::get("/version").body("".into()).unwrap(), 200),
            (http::Request::get("/nowhere").body("".into()).unwrap(), 404),
        ] {
            let answer = app.clone().oneshot(request.map(Body::from)).await.unwrap();
            assert_eq!(answer.status(), status);
        }
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_store_that_a_failed_write_has_closed_is_told_by_the_health_check() {
        let secret = AppSecret::new("secret").unwrap();
        let (folder, inbox) = inbox();
        let app = app("secret", "token", HOOK, inbox).unwrap();
        let health = || http::Request::get("/health").body("".into()).unwrap();
        let text = request::signed("/whatsapp", &secret, Samples::new(1).text().body);
        std::fs::remove_file(folder.path().join("inbox.db")).unwrap();
        for (request, status) in [(health(), 200), (text, 503), (health(), 503)] {
            let answer = app.clone().oneshot(request.map(Body::from)).await.unwrap();
            assert_eq!(answer.status(), status);
        }
    }

    /// Keeps what is logged.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl<'a> MakeWriter<'a> for Log {
        type Writer = Log;

        fn make_writer(&'a self) -> Log {
            self.clone()
        }
    }

    /// Everything that is logged at TRACE, by whomever, while requests of all sorts are answered over
    /// a real connection.
    #[tokio::test]
    async fn no_secret_number_or_text_stands_in_any_log_line() {
        let log = Log::default();
        // For all threads: what another test logs has no secret, either.
        tracing_subscriber::fmt()
            .with_ansi(false)
            .with_max_level(tracing::Level::TRACE)
            .with_writer(log.clone())
            .init();
        let (_folder, inbox) = inbox();
        let (workers, store) = (inbox.workers(events().unwrap()).start(), inbox.get_ref().clone());
        let app = app("canary-secret", "canary-token", HOOK, inbox).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (signal, signals) = mpsc::channel(1);
        let serving = tokio::spawn(serve(listener, app, workers, signals));

        let secret = AppSecret::new("canary-secret").unwrap();
        let text = r#"{"messages":[{"from":"15550001canary","id":"canary","type":"text","text":{"body":"canary"}}]}"#;
        let cloud = format!(
            r#"{{"object":"x","entry":[{{"id":"canary","changes":[{{"field":"messages","value":{text}}}]}}]}}"#
        );
        let hook = format!("/onprem/{HOOK}");
        let client = client();
        for (request, status) in [
            (request::signed("/whatsapp", &secret, cloud.clone()), 200),
            (request::badly_signed("/whatsapp", &secret, cloud), 401),
            (request::challenge("/whatsapp", "canary-token", "canary"), 200),
            (request::challenge("/whatsapp", "canary-tokem", "canary"), 403),
            (request::unsigned(&hook, text), 200),
            (request::unsigned(&hook, "canary"), 200),
            (request::unsigned("/onprem/canary-hook-0123456788", text), 404),
            (http::Request::get("/version?canary").body("".into()).unwrap(), 200),
        ] {
            assert_eq!(post(&client, address, request).await, status);
        }
        // What the workers say belongs to it.
        while store.stats().await.unwrap().pending > 0 {
            tokio::task::yield_now().await;
        }
        signal.send(()).await.unwrap();
        serving.await.unwrap().unwrap();
        assert_eq!(store.stats().await.unwrap().dead, 1, "what is not JSON");
        let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        for logged in ["path=\"/onprem/…\"", "label=\"shop-1\"", "status=401", "TRACE"] {
            assert!(log.contains(logged), "{logged} in {log}");
        }
        assert!(log.lines().count() > 16, "{log}");
        let found: Vec<_> = log.lines().filter(|line| line.contains("canary")).collect();
        assert_eq!(found, Vec::<&str>::new());
    }
}
