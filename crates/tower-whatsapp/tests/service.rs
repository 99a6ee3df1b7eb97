//! The layer among other services: readiness, clones, what it leaves alone.

mod common;

use bytes::Bytes;
use common::*;
use http::{Method, Request, Response};
use std::{
    cell::Cell,
    convert::Infallible,
    future::{Ready, ready},
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll},
    time::Duration,
};
use tower::{Layer, Service, ServiceBuilder, ServiceExt, service_fn};
use tower_whatsapp::{
    AppSecret, Cloud, ConfigErrorKind, Endpoint, Lookup, LookupFuture, Lookups, Notification,
    OnPremises, PathSecret, ResponseBody, ResponseFuture, StaticHeader, Webhook, WebhookBuilder,
    WebhookLayer, WebhookService,
};

/// An inner service that can neither be cloned nor sent, and answers with the body it was given.
struct Inner {
    calls: Rc<Cell<usize>>,
    ready: bool,
}

impl<B> Service<Request<B>> for Inner {
    type Response = Response<B>;
    type Error = &'static str;
    type Future = Ready<Result<Response<B>, &'static str>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), &'static str>> {
        self.ready = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        assert!(self.ready, "called without being ready");
        self.calls.set(self.calls.get() + 1);
        if request.uri().path() == "/broken" {
            return ready(Err("the inner service's own error"));
        }
        ready(Ok(Response::new(request.into_body())))
    }
}

#[tokio::test]
async fn other_paths_go_to_the_inner_service_untouched() {
    let calls = Rc::new(Cell::new(0));
    let layer = endpoints().deliver_to(Keeper::default()).build().expect("valid");
    let mut webhook = layer.layer(Inner { calls: calls.clone(), ready: false });
    for path in ["/", "/whatsapp/", "/whatsapp2", "/onprem/wrong-path-secret-0123456789"] {
        let request = Request::put(path).body(Scripted::unread()).expect("a request");
        let response = (&mut webhook).oneshot(request).await;
        assert_eq!(response.expect("the inner service's").status(), 200);
    }
    assert_eq!(calls.get(), 4);
    let response = (&mut webhook).oneshot(request(Method::GET, "/broken")).await;
    assert_eq!(response.expect_err("passed on"), "the inner service's own error");
    assert_eq!(send(webhook, signed(CLOUD)).await.status, 200);
    assert_eq!(calls.get(), 5, "an endpoint's request is none of its business");
}

#[tokio::test]
async fn readiness_is_the_inner_services() {
    let inner = ServiceBuilder::new()
        .concurrency_limit(1)
        .service_fn(async |_: Request<Fulls>| Ok::<_, Infallible>(Response::new(Fulls::default())));
    let layer = endpoints().deliver_to(Keeper::default()).build().expect("valid");
    let mut first = layer.layer(inner);
    let mut second = first.clone();
    first.ready().await.expect("ready");
    assert!(futures_poll(&mut second).is_pending());
    // The endpoint's request does not use the permit, and gives it back with the service.
    let sent = Sent::of(first.call(signed(CLOUD)).await.expect("an answer")).await;
    sent.assert_accepted();
    drop(first);
    assert!(futures_poll(&mut second).is_ready());
}

fn futures_poll<S: Service<Request<Fulls>>>(service: &mut S) -> Poll<Result<(), S::Error>> {
    service.poll_ready(&mut Context::from_waker(std::task::Waker::noop()))
}

#[tokio::test]
async fn the_notification_service_is_polled_ready_before_it_is_called() {
    // Its clones panic when they are called without a permit.
    let running = Arc::new(AtomicUsize::new(0));
    let counter = running.clone();
    let limited = ServiceBuilder::new().concurrency_limit(1).service_fn(move |_: Notification| {
        let running = counter.clone();
        async move {
            assert_eq!(running.fetch_add(1, Relaxed), 0, "one at a time");
            tokio::task::yield_now().await;
            running.fetch_sub(1, Relaxed);
            Ok::<_, Infallible>(())
        }
    });
    let webhook = endpoints().deliver_to(limited).build_service().expect("valid");
    let calls: Vec<_> =
        (0..8).map(|_| tokio::spawn(webhook.clone().oneshot(signed(CLOUD)))).collect();
    for call in calls {
        assert_eq!(call.await.expect("no panic").expect("an answer").status(), 200);
    }
}

#[tokio::test]
async fn layers_around_the_notification_service_answer_with_503() {
    let stuck =
        service_fn(async |_: Notification| std::future::pending::<Result<(), Infallible>>().await);
    let service = ServiceBuilder::new()
        .load_shed()
        .concurrency_limit(1)
        .timeout(Duration::from_millis(1))
        .service(stuck);
    let webhook = endpoints().deliver_to(service).build_service().expect("valid");
    let (one, two) =
        tokio::join!(send(webhook.clone(), signed(CLOUD)), send(webhook.clone(), signed(CLOUD)));
    one.assert_rejected(503, "handling_failed");
    two.assert_rejected(503, "handling_failed");
}

#[tokio::test]
async fn a_service_that_is_not_sync_and_a_buffer_can_be_delivered_to() {
    let buffer = tower::buffer::Buffer::new(Keeper::default(), 4);
    let webhook = endpoints().deliver_to(buffer).build_service().expect("valid");
    send(webhook, signed(CLOUD)).await.assert_accepted();
    let boxed = tower::util::BoxCloneService::new(Keeper::default());
    let webhook = endpoints().deliver_to(boxed).build_service().expect("valid");
    let sent = tokio::spawn(webhook.oneshot(signed(CLOUD))).await.expect("no panic");
    assert_eq!(sent.expect("an answer").status(), 200);
}

/// Counts its clones.
struct Counted(Arc<AtomicUsize>);

impl Clone for Counted {
    fn clone(&self) -> Self {
        self.0.fetch_add(1, Relaxed);
        Counted(self.0.clone())
    }
}

impl Service<Notification> for Counted {
    type Response = ();
    type Error = Infallible;
    type Future = Ready<Result<(), Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Notification) -> Self::Future {
        ready(Ok(()))
    }
}

#[tokio::test]
async fn the_notification_service_is_cloned_once_for_what_is_worth_reading() {
    let clones = Arc::new(AtomicUsize::new(0));
    let builder = endpoints().deliver_to(Counted(clones.clone()));
    let mut webhook = builder.build_service().expect("valid");
    let built = clones.load(Relaxed);
    for (request, expected) in [
        (signed(CLOUD), 1),
        (request(Method::POST, "/whatsapp"), 0),
        (request(Method::PUT, "/whatsapp"), 0),
        (request(Method::POST, "/elsewhere"), 0),
    ] {
        let before = clones.load(Relaxed);
        webhook.call(request).await.expect("an answer");
        assert_eq!(clones.load(Relaxed) - before, expected);
    }
    assert!(clones.load(Relaxed) > built);
}

#[tokio::test]
async fn of_two_endpoints_the_exact_path_wins_and_a_wrong_secret_tries_the_next() {
    let other = "another-path-secret-0123456789";
    let keeper = Keeper::default();
    let hook = |label: &str, secret: &str| {
        OnPremises::new(label, PathSecret::new(secret).expect("a secret"))
    };
    let webhook = WebhookLayer::builder()
        .endpoint(format!("/{HOOK}/{{secret}}"), hook("first", other))
        .endpoint("/{secret}/end", hook("second", HOOK))
        .endpoint(format!("/{HOOK}/{other}"), OnPremises::insecure_unverified("exact"))
        .deliver_to(keeper.clone())
        .build_service()
        .expect("valid");
    for (path, label) in [(format!("/{HOOK}/end"), "second"), (format!("/{HOOK}/{other}"), "exact")]
    {
        let post = Request::post(path).body(Fulls::from(ONPREM)).expect("a request");
        send(webhook.clone(), post).await.assert_accepted();
        assert_eq!(keeper.taken()[0].origin().label(), label);
    }
}

#[test]
fn wrong_configurations_are_refused_and_named_without_secrets() {
    use ConfigErrorKind::*;
    let build = |builder: WebhookBuilder| {
        let error = builder.deliver_to(Keeper::default()).build().expect_err("refused");
        let text = format!("{error} {error:?}");
        assert!(!text.contains("canary"), "{text}");
        error.kind()
    };
    let cloud = || Cloud::new(AppSecret::new(SECRET).expect("a secret"));
    let hook = || OnPremises::new("shop-1", PathSecret::new(HOOK).expect("a secret"));
    let header = || StaticHeader::new("authorization", "Bearer canary").expect("a header");
    let builder = WebhookLayer::builder;
    assert_eq!(build(builder()), NoEndpoint);
    for path in ["", "canary", "/canary?x", "/{id}", "/a{secret}", "/{secret}/{secret}"] {
        assert_eq!(build(builder().endpoint(path, cloud())), InvalidPath, "{path}");
    }
    assert_eq!(
        build(builder().endpoint("/canary", cloud()).endpoint("/canary", cloud())),
        DuplicatePath
    );
    assert_eq!(build(builder().endpoint("/canary", hook())), MissingSecretSegment);
    assert_eq!(build(builder().endpoint("/{secret}", cloud())), UnusedSecretSegment);
    let open = OnPremises::insecure_unverified("lan");
    assert_eq!(build(builder().endpoint("/{secret}", open)), UnusedSecretSegment);
    let headed = OnPremises::new("shop-2", header());
    assert_eq!(build(builder().endpoint("/{secret}", headed)), UnusedSecretSegment);
    assert_eq!(build(builder().endpoint("/a", cloud().label(""))), EmptyLabel);
    assert_eq!(build(endpoints().max_body(0)), InvalidLimit);
    assert_eq!(build(endpoints().max_body(10).max_in_flight(9)), InvalidLimit);
    for blank in ["", " ", "\n"] {
        let error = cloud().verify_token(blank).expect_err("refused");
        assert_eq!(error.kind(), EmptyVerifyToken);
        assert_eq!(error.label(), Some("cloud"));
    }
}

#[test]
fn debug_shows_no_secret_no_path_and_no_content() {
    let builder = endpoints().deliver_to(Keeper::default());
    let mut debug = format!("{builder:?}");
    let layer = builder.build().expect("valid");
    let mut webhook = layer.layer(tower::util::service_fn(async |_: Request<Fulls>| {
        Ok::<_, Infallible>(Response::new(Fulls::default()))
    }));
    let terminal = endpoints().deliver_to(Keeper::default()).build_service().expect("valid");
    debug += &format!("{layer:?} {terminal:?}");
    debug += &format!("{:?}", webhook.call(signed(CLOUD)));
    debug += &format!("{:?}", webhook.call(request(Method::GET, "/canary")));
    let token = Cloud::new(AppSecret::new(SECRET).expect("a secret")).verify_token(TOKEN);
    debug += &format!("{token:?}");
    debug += &format!("{:?}", OnPremises::new("shop-1", PathSecret::new(HOOK).expect("a secret")));
    assert!(!debug.contains("canary") && !debug.contains("/whatsapp"), "{debug}");
    assert!(debug.contains("shop-1") && debug.contains("hub-signature-256"), "{debug}");
}

#[test]
fn everything_can_be_sent_and_shared() {
    fn anywhere<T: Send + Sync + 'static>() {}
    fn send<T: Send + 'static>() {}
    anywhere::<WebhookBuilder<Keeper>>();
    anywhere::<WebhookLayer<Keeper>>();
    anywhere::<Webhook<(), Keeper>>();
    anywhere::<WebhookService<Keeper>>();
    anywhere::<Cloud>();
    anywhere::<OnPremises>();
    anywhere::<ResponseBody>();
    anywhere::<ResponseFuture<Ready<()>, Fulls, Keeper>>();
    anywhere::<WebhookBuilder<Keeper, Lookups>>();
    anywhere::<WebhookLayer<Keeper, Lookups>>();
    anywhere::<Webhook<(), Keeper, Lookups>>();
    anywhere::<WebhookService<Keeper, Lookups>>();
    anywhere::<Lookup>();
    anywhere::<Endpoint>();
    anywhere::<tower_whatsapp::Rejection>();
    anywhere::<tower_whatsapp::ConfigError>();
    // A request body and a notification service that are not Sync.
    type NotSync = Cell<Bytes>;
    send::<
        ResponseFuture<
            Ready<()>,
            NotSync,
            tower::util::BoxCloneService<Notification, (), Infallible>,
        >,
    >();
    send::<
        LookupFuture<
            tower::util::BoxCloneService<Request<NotSync>, Response<()>, Infallible>,
            NotSync,
            tower::util::BoxCloneService<Notification, (), Infallible>,
        >,
    >();
}
