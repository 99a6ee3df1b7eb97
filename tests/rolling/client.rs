//! The sender's connections, and the requests that were not answered.

use crate::server::POST;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use std::{
    future::poll_fn,
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Instant,
};
use tower::Service;
use tower_whatsapp::BoxError;
use whatsapp_testkit::HttpClient;

/// Connections that are kept, and used in turn: so that each of them is in use all the time.
#[derive(Clone)]
pub(crate) struct Client(Arc<Shared>);

struct Shared {
    connections: Vec<HttpClient>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    posts: usize,
    unanswered: Vec<(usize, Instant)>,
}

impl Client {
    pub(crate) fn to(address: SocketAddr, connections: usize) -> Self {
        let connections = (0..connections).map(|_| HttpClient::to(address)).collect();
        Client(Arc::new(Shared { connections, state: Mutex::default() }))
    }

    /// The numbers of requests whose connection broke before there was an answer, or could not be made; and
    /// when.
    pub(crate) fn unanswered(&self) -> Vec<(usize, Instant)> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner).unanswered.clone()
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
            let mut state = shared.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.posts += 1;
            state.posts
        };
        request.headers_mut().insert(POST, number.into());
        let mut connection = shared.connections[number % shared.connections.len()].clone();
        Box::pin(async move {
            poll_fn(|cx| connection.poll_ready(cx)).await?;
            let answer = connection.call(request).await;
            if answer.is_err() {
                let mut state = shared.state.lock().unwrap_or_else(PoisonError::into_inner);
                state.unanswered.push((number, Instant::now()));
            }
            answer
        })
    }
}
