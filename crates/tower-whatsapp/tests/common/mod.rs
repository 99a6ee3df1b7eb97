//! What the tests share: bodies, signed requests, layers over services that keep what they get.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::expect_used, reason = "what tests share")]

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode, request};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt, Full};
use std::{
    collections::VecDeque,
    convert::Infallible,
    future::{Ready, ready},
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
};
use tower::{Service, ServiceExt};
use tower_whatsapp::{
    AppSecret, Cloud, Notification, OnPremises, PathSecret, Rejection, RejectionKind,
    WebhookBuilder, WebhookLayer, WebhookService, signature::Signer,
};

pub(crate) const SECRET: &str = "canary-app-secret";
pub(crate) const TOKEN: &str = "canary-verify-token";
pub(crate) const HOOK: &str = "canary-path-secret-0123456789";

pub(crate) const CLOUD: &str = r#"{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"value":{"messages":[{"from":"15550001","id":"A","timestamp":"1750000000","text":{"body":"canary text"},"type":"text"}]},"field":"messages"}]}]}"#;
pub(crate) const ONPREM: &str =
    r#"{"messages":[{"from":"15550001","id":"A","text":{"body":"canary text"},"type":"text"}]}"#;
/// A short Cloud body without events.
pub(crate) const TINY: &str = r#"{"object":"","entry":[]}"#;

pub(crate) type Fulls = Full<Bytes>;

/// Both endpoints, nothing to deliver to yet.
pub(crate) fn endpoints() -> WebhookBuilder {
    let cloud = Cloud::new(AppSecret::new(SECRET).expect("a secret"));
    let onprem = OnPremises::new("shop-1", PathSecret::new(HOOK).expect("a secret"));
    WebhookLayer::builder()
        .endpoint("/whatsapp", cloud.verify_token(TOKEN).expect("a token"))
        .endpoint("/onprem/{secret}", onprem)
}

/// A notification service that keeps what it is given.
#[derive(Clone, Default)]
pub(crate) struct Keeper(pub(crate) Arc<Mutex<Vec<Notification>>>);

impl Keeper {
    pub(crate) fn taken(&self) -> Vec<Notification> {
        std::mem::take(&mut *self.0.lock().expect("no panic in it"))
    }
}

impl Service<Notification> for Keeper {
    type Response = ();
    type Error = Infallible;
    type Future = Ready<Result<(), Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, notification: Notification) -> Self::Future {
        self.0.lock().expect("no panic in it").push(notification);
        ready(Ok(()))
    }
}

/// A notification service that never gets ready.
#[derive(Clone)]
pub(crate) struct NeverReady;

impl Service<Notification> for NeverReady {
    type Response = ();
    type Error = Infallible;
    type Future = std::future::Ready<Result<(), Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Pending
    }

    fn call(&mut self, _: Notification) -> Self::Future {
        panic!("called without being ready")
    }
}

/// The terminal service over a [`Keeper`].
pub(crate) fn webhook() -> (WebhookService<Keeper>, Keeper) {
    let keeper = Keeper::default();
    (endpoints().deliver_to(keeper.clone()).build_service().expect("valid"), keeper)
}

pub(crate) fn signature(body: &[u8]) -> String {
    Signer::new(&AppSecret::new(SECRET).expect("a secret")).sign(body).to_string()
}

/// A POST to the Cloud endpoint, signed over `body`.
pub(crate) fn signed_head(body: &[u8]) -> request::Builder {
    Request::post("/whatsapp").header("x-hub-signature-256", signature(body))
}

pub(crate) fn signed(body: impl Into<Bytes>) -> Request<Fulls> {
    let body = body.into();
    signed_head(&body).body(Full::new(body)).expect("a request")
}

pub(crate) fn request(method: Method, uri: &str) -> Request<Fulls> {
    Request::builder().method(method).uri(uri).body(Full::default()).expect("a request")
}

/// Sends one request and gives status, reason, headers and body of the answer.
pub(crate) async fn send<S, B, R>(service: S, request: Request<B>) -> Sent
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Error: std::fmt::Debug,
    R: Body<Data = Bytes>,
    R::Error: std::fmt::Debug,
{
    Sent::of(service.oneshot(request).await.expect("a response, never an error")).await
}

#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) status: StatusCode,
    pub(crate) rejection: Option<Rejection>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Sent {
    pub(crate) async fn of<R>(response: Response<R>) -> Self
    where
        R: Body<Data = Bytes>,
        R::Error: std::fmt::Debug,
    {
        let (head, body) = response.into_parts();
        let body = body.collect().await.expect("a body").to_bytes();
        let rejection = head.extensions.get::<Rejection>().cloned();
        Sent { status: head.status, rejection, headers: head.headers, body }
    }

    pub(crate) fn kind(&self) -> Option<RejectionKind> {
        self.rejection.as_ref().map(Rejection::kind)
    }

    #[track_caller]
    pub(crate) fn assert_rejected(&self, status: u16, reason: &str) {
        assert_eq!(
            (self.status.as_u16(), self.kind().map_or("", RejectionKind::as_str)),
            (status, reason)
        );
        assert!(self.body.is_empty(), "a rejection has no body");
    }

    #[track_caller]
    pub(crate) fn assert_accepted(&self) {
        assert_eq!((self.status.as_u16(), self.kind()), (200, None));
        assert!(self.body.is_empty(), "a 200 has no body");
    }
}

/// A body that does what it is told, step by step.
#[derive(Default)]
pub(crate) struct Scripted {
    steps: VecDeque<Step>,
    pub(crate) promised: Option<u64>,
}

pub(crate) enum Step {
    Data(Bytes),
    Trailers,
    Error,
    /// Never goes on.
    Stuck,
    /// Must not be reached.
    Unread,
}

impl Scripted {
    pub(crate) fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Scripted { steps: steps.into_iter().collect(), promised: None }
    }

    /// A body that panics when it is polled.
    pub(crate) fn unread() -> Self {
        Scripted::new([Step::Unread])
    }

    /// `body` in frames of `size` bytes, without a length.
    pub(crate) fn frames(body: &str, size: usize) -> Self {
        Scripted::new(body.as_bytes().chunks(size).map(data))
    }

    pub(crate) fn then(mut self, step: Step) -> Self {
        self.steps.push_back(step);
        self
    }
}

pub(crate) fn data(bytes: &[u8]) -> Step {
    Step::Data(Bytes::copy_from_slice(bytes))
}

impl Body for Scripted {
    type Data = Bytes;
    type Error = &'static str;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, &'static str>>> {
        Poll::Ready(match self.steps.pop_front() {
            None => None,
            Some(Step::Data(data)) => Some(Ok(Frame::data(data))),
            Some(Step::Trailers) => Some(Ok(Frame::trailers(HeaderMap::new()))),
            Some(Step::Error) => Some(Err("canary: the connection broke")),
            Some(Step::Stuck) => {
                self.steps.push_front(Step::Stuck);
                return Poll::Pending;
            }
            Some(Step::Unread) => panic!("the body was polled"),
        })
    }

    fn size_hint(&self) -> SizeHint {
        let mut hint = SizeHint::new();
        if let Some(promised) = self.promised {
            hint.set_lower(promised);
        }
        hint
    }
}
