//! Connections: accepted, shaken hands with, and served.

use crate::client_auth::common_name;
use axum::Router;
use http::Request;
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
    service::TowerToHyperService,
};
use rustls::ServerConfig;
use std::{io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Notify, Semaphore, watch},
    time::{sleep, timeout},
};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;
use tower_whatsapp::{BoxError, Peer};

/// How many connections there may be at once, and for how long one may keep its place for nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// More wait in the listener's queue.
    pub(crate) connections: usize,
    pub(crate) handshake: Duration,
    /// Until the first request, then until each next one.
    pub(crate) idle: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let (handshake, idle) = (Duration::from_secs(10), Duration::from_secs(30));
        Limits { connections: 1024, handshake, idle }
    }
}

/// Serves `app` for as long as the process lives. Each connection takes the configuration that is
/// current when it begins.
pub(crate) async fn serve(
    listener: TcpListener,
    tls: watch::Receiver<Arc<ServerConfig>>,
    app: Router,
    limits: Limits,
) -> Result<(), BoxError> {
    let places = Arc::new(Semaphore::new(limits.connections));
    loop {
        let place = Arc::clone(&places).acquire_owned().await?;
        let (stream, address) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                // Mostly a client that has gone away, or too many open files: neither is the end.
                eprintln!("accept: {error}");
                sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let (config, app) = (Arc::clone(&tls.borrow()), app.clone());
        tokio::spawn(async move {
            if let Err(error) = connection(stream, address, config, app, limits).await {
                eprintln!("connection: {error}");
            }
            drop(place);
        });
    }
}

async fn connection(
    stream: TcpStream,
    address: SocketAddr,
    config: Arc<ServerConfig>,
    app: Router,
    limits: Limits,
) -> Result<(), BoxError> {
    stream.set_nodelay(true)?;
    let handshake = timeout(limits.handshake, TlsAcceptor::from(config).accept(stream));
    let stream = handshake.await.map_err(|_| too_late())??;
    let (_, session) = stream.get_ref();
    let certificate = session.peer_certificates().and_then(<[_]>::first);
    let mut peer = Peer::new(address);
    if let Some(name) = certificate.and_then(common_name) {
        peer = peer.client_name(name);
    }
    let mut server = auto::Builder::new(TokioExecutor::new());
    server.http1().timer(TokioTimer::new()).header_read_timeout(limits.idle);
    server.http2().timer(TokioTimer::new()).keep_alive_interval(limits.idle);
    server.http2().keep_alive_timeout(limits.idle);
    // What ALPN has found: no need to guess from the first bytes, nor to wait for them.
    let server = match session.alpn_protocol() {
        Some(b"h2") => server.http2_only(),
        _ => server.http1_only(),
    };
    let asked = Arc::new(Notify::new());
    let first = Arc::clone(&asked);
    let app = app.map_request(move |mut request: Request<Incoming>| {
        first.notify_one();
        request.extensions_mut().insert(peer.clone());
        request
    });
    let served = server.serve_connection(TokioIo::new(stream), TowerToHyperService::new(app));
    let (mut served, mut any) = (pin!(served), false);
    // hyper's own deadlines do not hold before the first bytes of HTTP/2; then a client that answers
    // pings, and asks for nothing, would keep its place for ever.
    loop {
        tokio::select! {
            ended = &mut served => return ended,
            asked = timeout(limits.idle, asked.notified()) => match asked {
                Ok(()) => any = true,
                Err(_) if any => break,
                Err(_) => return Err(too_late().into()),
            },
        }
    }
    // What is under way may come to its end, for as long again.
    served.as_mut().graceful_shutdown();
    timeout(limits.idle, served).await.map_err(|_| too_late())?
}

fn too_late() -> io::Error {
    io::ErrorKind::TimedOut.into()
}
