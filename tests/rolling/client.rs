//! The sender's connections, and the requests that were not answered.
//!
//! A connection is one and not a pool, and nothing is sent a second time here. A request is on its way for some time,
//! as from afar: if its connection is closed meanwhile, it breaks, and is noted.

use crate::server::POST;
use bytes::Bytes;
use http::{
    HeaderValue, Request, Response,
    header::{CONNECTION, HOST},
};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use std::{
    future::Future,
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::{Duration, Instant},
};
use tokio::{net::TcpStream, sync, time::sleep};
use tower::Service;
use tower_whatsapp::BoxError;

/// So long a request is on its way. Who is that near the server knows at once of a connection that is closed.
const WAY: Duration = Duration::from_millis(10);

/// Connections that are kept, and used in turn: so that each of them is in use all the time.
#[derive(Clone)]
pub(crate) struct Client(Arc<Shared>);

type Connection = SendRequest<Full<Bytes>>;

struct Shared {
    address: SocketAddr,
    connections: Vec<sync::Mutex<Option<Connection>>>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    posts: usize,
    opened: usize,
    closed: usize,
    unanswered: Vec<(usize, Instant)>,
}

/// What has become of connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Connections {
    pub(crate) opened: usize,
    /// Those that were found closed before there was a request for them.
    pub(crate) closed: usize,
}

impl Client {
    pub(crate) fn to(address: SocketAddr, connections: usize) -> Self {
        let connections = (0..connections).map(|_| sync::Mutex::default()).collect();
        Client(Arc::new(Shared { address, connections, state: Mutex::default() }))
    }

    pub(crate) fn connections(&self) -> Connections {
        let state = self.0.state();
        Connections { opened: state.opened, closed: state.closed }
    }

    /// The numbers of requests whose connection broke before there was an answer, or could not be made; and
    /// when.
    pub(crate) fn unanswered(&self) -> Vec<(usize, Instant)> {
        self.0.state().unanswered.clone()
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn send(
        &self,
        number: usize,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Full<Bytes>>, BoxError> {
        let mut kept = self.connections[number % self.connections.len()].lock().await;
        // Taken, so that a request that is given up half way ends its connection.
        let mut connection = self.connection(kept.take()).await?;
        sleep(WAY).await;
        let (head, body) = connection.send_request(request).await?.into_parts();
        let body = body.collect().await?.to_bytes();
        if head.headers.get(CONNECTION).is_none_or(|value| value != "close") {
            *kept = Some(connection);
        }
        Ok(Response::from_parts(head, Full::new(body)))
    }

    /// The one that was kept, unless it has been closed meanwhile, or a new one.
    async fn connection(&self, kept: Option<Connection>) -> Result<Connection, BoxError> {
        if let Some(mut kept) = kept {
            if kept.ready().await.is_ok() {
                return Ok(kept);
            }
            self.state().closed += 1;
        }
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        let (connection, driver) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(driver);
        self.state().opened += 1;
        Ok(connection)
    }
}

impl Service<Request<Full<Bytes>>> for Client {
    type Response = Response<Full<Bytes>>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<Full<Bytes>>) -> Self::Future {
        let shared = self.0.clone();
        let number = {
            let mut state = shared.state();
            state.posts += 1;
            state.posts
        };
        request.headers_mut().insert(POST, number.into());
        request.headers_mut().insert(HOST, HeaderValue::from_static("localhost"));
        Box::pin(async move {
            let answer = shared.send(number, request).await;
            if answer.is_err() {
                shared.state().unanswered.push((number, Instant::now()));
            }
            answer
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    fn post() -> Request<Full<Bytes>> {
        Request::post("/whatsapp").body(Full::default()).unwrap()
    }

    /// Accepts, reads something, and says this.
    async fn answer(listener: &TcpListener, text: &str) -> TcpStream {
        let mut stream = listener.accept().await.unwrap().0;
        assert!(stream.read(&mut [0; 1000]).await.unwrap() > 0);
        stream.write_all(text.as_bytes()).await.unwrap();
        stream
    }

    const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

    #[tokio::test]
    async fn a_request_whose_connection_breaks_is_not_sent_again_but_noted() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = Client::to(listener.local_addr().unwrap(), 1);
        // The first is answered, the second is read on the same connection, which then breaks.
        let server = async {
            let mut stream = answer(&listener, OK).await;
            assert!(stream.read(&mut [0; 1000]).await.unwrap() > 0);
        };
        let requests = async {
            client.call(post()).await.unwrap();
            client.call(post()).await.unwrap_err();
        };
        tokio::join!(server, requests);
        assert_eq!(client.connections(), Connections { opened: 1, closed: 0 });
        assert!(client.unanswered().iter().map(|(number, _)| *number).eq([2]));
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_breaks_if_its_connection_is_closed_while_it_is_on_its_way() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = Client::to(listener.local_addr().unwrap(), 1);
        let (stream, _) = tokio::join!(answer(&listener, OK), client.call(post()));
        // No time passes meanwhile.
        let server = async {
            for _ in 0..100 {
                tokio::task::yield_now().await;
            }
            let read = stream.try_read(&mut [0; 1000]).unwrap_err();
            assert_eq!(read.kind(), std::io::ErrorKind::WouldBlock);
            drop(stream);
        };
        let (answered, ()) = tokio::join!(client.call(post()), server);
        answered.unwrap_err();
        assert_eq!(client.connections(), Connections { opened: 1, closed: 0 });
        assert!(client.unanswered().iter().map(|(number, _)| *number).eq([2]));
    }

    #[tokio::test]
    async fn a_connection_that_was_closed_while_it_was_idle_is_known_as_such() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = Client::to(listener.local_addr().unwrap(), 1);
        let (stream, _) = tokio::join!(answer(&listener, OK), client.call(post()));
        drop(stream);
        // Until the client knows.
        let is_closed = || {
            let kept = client.0.connections[0].try_lock().unwrap();
            kept.as_ref().is_some_and(SendRequest::is_closed)
        };
        let known = async {
            while !is_closed() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), known).await.unwrap();
        let (_, answered) = tokio::join!(answer(&listener, OK), client.call(post()));
        answered.unwrap();
        assert_eq!(client.connections(), Connections { opened: 2, closed: 1 });
        assert_eq!(client.unanswered(), []);
    }

    #[tokio::test]
    async fn a_client_that_is_asked_to_leave_takes_a_new_connection() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = Client::to(listener.local_addr().unwrap(), 1);
        let leave = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
        for _ in 0..2 {
            let (_, answered) = tokio::join!(answer(&listener, leave), client.call(post()));
            answered.unwrap();
        }
        assert_eq!(client.connections(), Connections { opened: 2, closed: 0 });
    }
}
