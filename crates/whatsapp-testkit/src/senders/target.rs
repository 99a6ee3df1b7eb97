//! Where a sender posts to, and what it takes for an answer.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use std::{
    future::poll_fn,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::time::{Instant, timeout};
use tower_service::Service;

/// What became of a POST.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Answer {
    /// It was answered with this status. A redirect is not followed.
    Status(StatusCode),
    /// The service returned an error: the connection was refused, say, or broke.
    Failed,
    /// No answer in time.
    TimedOut,
}

impl Answer {
    /// True for 200, and for nothing else: both APIs send again after any other answer.
    #[must_use]
    pub fn is_success(&self) -> bool {
        *self == Answer::Status(StatusCode::OK)
    }
}

/// What became of a POST, and when.
pub(crate) struct Outcome {
    pub(crate) answer: Answer,
    pub(crate) sent: Instant,
    pub(crate) took: Duration,
}

pub(crate) type Post = Pin<Box<dyn Future<Output = Outcome> + Send>>;
type Call = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// A receiver: any service of requests, its type erased.
#[derive(Clone)]
pub(crate) struct Target {
    call: Arc<dyn Fn(Request<Full<Bytes>>) -> Call + Send + Sync>,
}

impl Target {
    pub(crate) fn new<S, R>(service: S) -> Self
    where
        S: Service<Request<Full<Bytes>>, Response = Response<R>> + Clone + Send + 'static,
        S::Future: Send,
    {
        // Behind a lock, so that services need not be `Sync`.
        let service = Mutex::new(service);
        let call = move |request| -> Call {
            let mut service = service.lock().unwrap_or_else(PoisonError::into_inner).clone();
            Box::pin(async move {
                if poll_fn(|cx| service.poll_ready(cx)).await.is_err() {
                    return Answer::Failed;
                }
                match service.call(request).await {
                    Ok(response) => Answer::Status(response.status()),
                    Err(_) => Answer::Failed,
                }
            })
        };
        Target { call: Arc::new(call) }
    }

    /// Posts a request, and waits for the answer's head, but no longer than `patience`.
    pub(crate) fn post(&self, request: Request<Bytes>, patience: Duration) -> Post {
        let target = self.clone();
        Box::pin(async move {
            let sent = Instant::now();
            let call = (target.call)(request.map(Full::new));
            let answer = timeout(patience, call).await.unwrap_or(Answer::TimedOut);
            Outcome { answer, sent, took: sent.elapsed() }
        })
    }
}
