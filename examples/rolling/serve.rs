//! Serves until the first signal, and then ends so that no client notices.
//!
//! A connection that is closed while a request is on its way to it is reset: the client cannot know
//! whether it was read. axum's graceful shutdown closes idle connections at once, those whose next
//! request has come and was not read among them. So before that, for a while, the server only stops
//! accepting, and says `connection: close` in each answer: who sends meanwhile is answered, and takes a
//! new connection for the next request, which the next process accepts. (RFC 9112, section 9.6.)

use axum::{
    Router,
    http::{HeaderValue, header::CONNECTION},
    middleware::map_response,
    response::Response,
    serve::Listener,
};
use std::{
    future::{pending, ready},
    io,
    net::SocketAddr,
    pin::pin,
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{mpsc, watch},
    time::{Instant, timeout, timeout_at},
};
use tower_whatsapp::BoxError;
use whatsapp_inbox::{Drained, Running};

/// How long the steps of an ending may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    /// So long clients are asked to leave, before idle connections are closed.
    pub(crate) farewell: Duration,
    /// So long requests and handlers that run after it may take to end.
    pub(crate) drain: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Serving,
    /// Nothing is accepted any more; clients are asked to leave.
    Farewell,
    Ending,
}

/// Serves until the first signal, and then ends in order.
///
/// # Errors
/// If there is a second signal: then it has stopped at once.
pub(crate) async fn serve(
    listener: TcpListener,
    app: Router,
    workers: Running,
    mut signals: mpsc::Receiver<()>,
    times: Times,
) -> Result<Drained, BoxError> {
    let (phase, phases) = watch::channel(Phase::Serving);
    let app = app.layer(map_response({
        let phases = phases.clone();
        move |mut answer: Response| {
            if *phases.borrow() != Phase::Serving {
                answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            ready(answer)
        }
    }));
    let listening = Listening { listener: Some(listener), phases: phases.clone() };
    let ending = async move |mut phases: watch::Receiver<Phase>| {
        let _ = phases.wait_for(|phase| *phase == Phase::Ending).await;
    };
    let server = axum::serve(listening, app).with_graceful_shutdown(ending(phases));
    let mut server = pin!(server.into_future());
    tokio::select! {
        _ = &mut server => return Err("the server has ended by itself".into()),
        Some(()) = signals.recv() => {}
    }
    let orderly = async {
        phase.send_replace(Phase::Farewell);
        let _ = timeout(times.farewell, &mut server).await;
        phase.send_replace(Phase::Ending);
        let deadline = Instant::now() + times.drain;
        // Who sends half a request and waits does not hold us up for longer.
        let _ = timeout_at(deadline, server).await;
        workers.drain(deadline.saturating_duration_since(Instant::now())).await
    };
    tokio::select! {
        drained = orderly => return Ok(drained),
        Some(()) = signals.recv() => {}
    }
    // The events are the next process's at once, and not when the lease is over.
    let _ = timeout(Duration::from_secs(1), workers.drain(Duration::ZERO)).await;
    Err("stopped at once".into())
}

/// Accepts until the farewell. Then it is closed here, though the socket may go on in another process.
struct Listening {
    listener: Option<TcpListener>,
    phases: watch::Receiver<Phase>,
}

impl Listener for Listening {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        if let Some(listener) = &mut self.listener {
            tokio::select! {
                accepted = Listener::accept(listener) => return accepted,
                _ = self.phases.wait_for(|phase| *phase != Phase::Serving) => {}
            }
        }
        self.listener = None;
        pending().await
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.as_ref().ok_or(io::ErrorKind::NotConnected)?.local_addr()
    }
}
