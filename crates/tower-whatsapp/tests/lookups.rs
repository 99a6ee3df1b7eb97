//! Endpoints that are looked up: tenants, rotation, and what bounds a look-up.

#![cfg(feature = "tokio")]
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test's helpers may panic")]

mod common;

use bytes::Bytes;
use common::{CLOUD, Fulls, HOOK, Keeper, ONPREM, SECRET, TOKEN, send, signed};
use http::{Method, Request, Response};
use http_body_util::Full;
use std::{
    collections::HashMap,
    convert::Infallible,
    error::Error,
    future::{Ready, pending, ready},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};
use tokio::sync::{Notify, watch};
use tower::{Layer, Service, ServiceBuilder, ServiceExt, service_fn};
use tower_whatsapp::{
    AppSecret, Cloud, ConfigErrorKind, Endpoint, Lookup, OnPremises, PathSecret, StaticHeader,
    WebhookLayer, WebhookService,
};

type Endpoints = HashMap<String, Arc<Endpoint>>;

fn cloud(secret: &str, label: &str) -> Arc<Endpoint> {
    Cloud::new(AppSecret::new(secret).unwrap()).label(label).verify_token(TOKEN).unwrap().into()
}

fn hook(label: &str) -> Arc<Endpoint> {
    OnPremises::new(label, PathSecret::new(HOOK).unwrap()).into()
}

fn post(uri: &str, body: &'static str) -> Request<Fulls> {
    Request::post(uri).body(Full::<Bytes>::from(body)).unwrap()
}

fn at(uri: &str, mut request: Request<Fulls>) -> Request<Fulls> {
    *request.uri_mut() = uri.parse().unwrap();
    request
}

/// The labels of what has been delivered.
fn labels(keeper: &Keeper) -> Vec<String> {
    let taken = keeper.taken();
    taken.iter().map(|notification| notification.origin().label().to_owned()).collect()
}

#[tokio::test]
async fn each_tenant_has_its_own_secrets_and_label_and_an_unknown_one_is_no_path() {
    let keeper = Keeper::default();
    let tenants = [("a", cloud("secret of a", "shop a")), ("b", cloud(SECRET, "shop b"))];
    let tenants: Endpoints = tenants.into_iter().map(|(name, of)| (name.to_owned(), of)).collect();
    let service = WebhookLayer::builder()
        .endpoint("/whatsapp/fixed", cloud(SECRET, "fixed"))
        .lookup("/whatsapp/{tenant}", Arc::new(tenants))
        .deliver_to(keeper.clone())
        .build_service()
        .unwrap();
    for (path, status, label) in [
        ("/whatsapp/b", 200, Some("shop b")),
        // The signature of another tenant.
        ("/whatsapp/a", 401, None),
        ("/whatsapp/c", 404, None),
        ("/whatsapp/", 404, None),
        ("/whatsapp/b/", 404, None),
        ("/whatsapp/%62", 404, None),
        // What is fixed comes first.
        ("/whatsapp/fixed", 200, Some("fixed")),
    ] {
        let sent = send(service.clone(), at(path, signed(CLOUD))).await;
        assert_eq!(sent.status, status, "{path}");
        assert_eq!(labels(&keeper), label.into_iter().collect::<Vec<_>>(), "{path}");
    }
    let challenge =
        format!("/whatsapp/a?hub.mode=subscribe&hub.challenge=7&hub.verify_token={TOKEN}");
    let sent = send(service.clone(), common::request(Method::GET, &challenge)).await;
    assert_eq!((sent.status.as_u16(), &*sent.body), (200, &b"7"[..]));
    let sent = send(service, common::request(Method::PUT, "/whatsapp/a")).await;
    sent.assert_rejected(405, "method_not_allowed");
}

#[tokio::test]
async fn an_exact_path_wins_over_a_pattern_in_whichever_order_they_are_added() {
    for paths in [["/whatsapp/{tenant}", "/whatsapp/own"], ["/whatsapp/own", "/whatsapp/{tenant}"]]
    {
        let keeper = Keeper::default();
        let mut builder = WebhookLayer::builder()
            .lookup("/elsewhere", Arc::new(Endpoints::new()))
            .deliver_to(keeper.clone());
        for path in paths {
            let found = if path.contains("tenant") { None } else { Some(cloud(SECRET, "own")) };
            let lookup = service_fn(move |_: Lookup| ready(Ok::<_, Infallible>(found.clone())));
            builder = builder.lookup(path, lookup);
        }
        let service = builder.build_service().unwrap();
        send(service, at("/whatsapp/own", signed(CLOUD))).await.assert_accepted();
        assert_eq!(labels(&keeper), ["own"]);
    }
}

#[tokio::test]
async fn an_unknown_tenant_and_a_wrong_path_secret_go_to_the_inner_service_untouched() {
    let keeper = Keeper::default();
    let tenants: Endpoints = [("a".to_owned(), hook("shop a"))].into();
    let layer = WebhookLayer::builder()
        .lookup("/{tenant}/{secret}", Arc::new(tenants))
        .deliver_to(keeper.clone())
        .build()
        .unwrap();
    let inner = service_fn(async |request: Request<Fulls>| {
        let (head, body) = request.into_parts();
        assert_eq!(head.headers["x-mark"], "1");
        Ok::<_, Infallible>(Response::new(body))
    });
    // The inner service that was polled ready is the one that is called: `ConcurrencyLimit`
    // panics otherwise.
    let inner = ServiceBuilder::new().concurrency_limit(1).service(inner);
    let service = layer.layer(inner);
    for (path, delivered) in [
        (format!("/a/{HOOK}"), true),
        (format!("/b/{HOOK}"), false),
        (format!("/a/{HOOK}x"), false),
        ("/a".to_owned(), false),
    ] {
        let mut request = post(&path, ONPREM);
        request.headers_mut().insert("x-mark", "1".parse().unwrap());
        let sent = send(service.clone(), request).await;
        assert_eq!(sent.status, 200, "{path}");
        assert_eq!(sent.body, if delivered { "" } else { ONPREM }, "{path}");
        assert_eq!(keeper.taken().len(), usize::from(delivered), "{path}");
    }
}

#[tokio::test]
async fn a_watched_endpoint_is_the_newest_and_a_watched_map_too() {
    let keeper = Keeper::default();
    let (endpoint, watched) = watch::channel(cloud("before", "cloud"));
    let (tenants, watched_tenants) = watch::channel(Endpoints::new());
    let service = WebhookLayer::builder()
        .lookup("/whatsapp", watched)
        .lookup("/tenants/{tenant}", watched_tenants)
        .deliver_to(keeper.clone())
        .build_service()
        .unwrap();
    let status = async |path: &str| {
        let path = path.to_owned();
        send(service.clone(), at(&path, signed(CLOUD))).await.status.as_u16()
    };
    assert_eq!(status("/whatsapp").await, 401);
    endpoint.send_replace(cloud(SECRET, "cloud"));
    assert_eq!(status("/whatsapp").await, 200);
    assert_eq!(status("/tenants/a").await, 404);
    tenants.send_modify(|tenants| drop(tenants.insert("a".into(), cloud(SECRET, "a"))));
    assert_eq!(status("/tenants/a").await, 200);
    tenants.send_modify(|tenants| drop(tenants.remove("a")));
    assert_eq!(status("/tenants/a").await, 404);
    // Who set it last may be gone.
    drop((endpoint, tenants));
    assert_eq!(status("/whatsapp").await, 200);
}

/// A webhook whose one look-up is `lookup`.
fn looking_up<F, Fut>(lookup: F) -> (WebhookService<Keeper, tower_whatsapp::Lookups>, Keeper)
where
    F: Fn(Lookup) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<Option<Arc<Endpoint>>, &'static str>> + Send + 'static,
{
    let keeper = Keeper::default();
    let service = WebhookLayer::builder()
        .lookup("/whatsapp/{tenant}", service_fn(lookup))
        .max_lookups(2)
        .lookup_deadline(Duration::from_secs(1))
        .deliver_to(keeper.clone())
        .build_service();
    (service.unwrap(), keeper)
}

#[tokio::test]
async fn a_lookup_sees_the_head_and_its_error_is_503_and_travels_in_the_response() {
    let (service, keeper) = looking_up(async |lookup| {
        assert_eq!((lookup.tenant(), lookup.method()), ("a%20b", &Method::POST));
        assert!(lookup.headers().contains_key("x-hub-signature-256"));
        assert_eq!(lookup.uri().query(), Some("canary"));
        assert!(!format!("{lookup:?}").contains("canary"));
        Err("canary: the database is away")
    });
    let sent = send(service, at("/whatsapp/a%20b?canary", signed(CLOUD))).await;
    sent.assert_rejected(503, "lookup_failed");
    let rejection = sent.rejection.expect("one");
    assert_eq!(rejection.source().unwrap().to_string(), "canary: the database is away");
    assert!(!format!("{rejection} {rejection:?}").contains("canary"));
    assert!(keeper.taken().is_empty());
}

#[tokio::test]
async fn an_endpoint_that_cannot_stand_at_its_path_is_503() {
    let (service, _) = looking_up(async |_| Ok(Some(hook("shop a"))));
    let sent = send(service, post("/whatsapp/a", ONPREM)).await;
    sent.assert_rejected(503, "lookup_failed");
    let text = sent.rejection.unwrap().source().unwrap().to_string();
    assert!(text.contains("shop a") && text.contains("{secret}"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_lookup_that_is_late_is_503_and_dropped() {
    let held = Arc::new(());
    let lookup = held.clone();
    let (service, _) = looking_up(move |_| {
        let lookup = lookup.clone();
        async move {
            let _lookup = lookup;
            pending().await
        }
    });
    let sent = send(service.clone(), at("/whatsapp/a", signed(CLOUD))).await;
    sent.assert_rejected(503, "lookup_deadline");
    drop(service);
    assert_eq!(Arc::strong_count(&held), 1);
}

#[tokio::test]
async fn so_many_lookups_are_under_way_and_no_more() {
    let (go, started) = (Arc::new(Notify::new()), Arc::new(AtomicUsize::new(0)));
    let (going, starting) = (go.clone(), started.clone());
    let (service, keeper) = looking_up(move |_| {
        let going = going.clone();
        starting.fetch_add(1, Ordering::Relaxed);
        async move {
            going.notified().await;
            Ok(Some(cloud(SECRET, "a")))
        }
    });
    let ask = || service.clone().oneshot(at("/whatsapp/a", signed(CLOUD)));
    let (first, second) = (tokio::spawn(ask()), ask());
    let mut second = Box::pin(second);
    assert!(futures_pending(second.as_mut()).await);
    while started.load(Ordering::Relaxed) < 2 {
        tokio::task::yield_now().await;
    }
    send(service.clone(), at("/whatsapp/a", signed(CLOUD)))
        .await
        .assert_rejected(503, "lookups_in_flight");
    // A client that goes away gives its look-up back.
    drop(second);
    go.notify_one();
    assert_eq!(first.await.unwrap().unwrap().status(), 200);
    go.notify_one();
    send(service.clone(), at("/whatsapp/a", signed(CLOUD))).await.assert_accepted();
    assert_eq!(keeper.taken().len(), 2);
    // Not asked for what is no path of theirs.
    let before = started.load(Ordering::Relaxed);
    assert_eq!(send(service, at("/elsewhere", signed(CLOUD))).await.status, 404);
    assert_eq!(started.load(Ordering::Relaxed), before);
}

/// Polls once: true if it is pending.
async fn futures_pending<F: Future>(mut future: std::pin::Pin<&mut F>) -> bool {
    std::future::poll_fn(|cx| std::task::Poll::Ready(future.as_mut().poll(cx).is_pending())).await
}

#[tokio::test]
async fn wrong_paths_are_refused_when_the_layer_is_built() {
    let map = || Arc::new(Endpoints::new());
    let build = |paths: &[&str]| {
        let mut builder = WebhookLayer::builder()
            .endpoint("/fixed", cloud(SECRET, "fixed"))
            .endpoint("/{secret}", hook("hook"))
            .deliver_to(Keeper::default())
            .lookup(paths[0], map());
        for path in &paths[1..] {
            builder = builder.lookup(path, map());
        }
        builder.build().err().map(|error| error.kind())
    };
    assert_eq!(build(&["/a/{tenant}", "/b/{tenant}", "/a"]), None);
    assert_eq!(build(&["/a/{id}"]), Some(ConfigErrorKind::InvalidPath));
    assert_eq!(build(&["/{tenant}/{tenant}"]), Some(ConfigErrorKind::InvalidPath));
    assert_eq!(build(&["/a/{tenant}", "/a/{tenant}"]), Some(ConfigErrorKind::DuplicatePath));
    assert_eq!(build(&["/fixed"]), Some(ConfigErrorKind::DuplicatePath));
    assert_eq!(build(&["/{tenant}"]), Some(ConfigErrorKind::DuplicatePath));
    let tenant = WebhookLayer::builder()
        .endpoint("/{tenant}", cloud(SECRET, "a"))
        .deliver_to(Keeper::default())
        .build();
    assert_eq!(tenant.unwrap_err().kind(), ConfigErrorKind::InvalidPath);
    let none = WebhookLayer::builder()
        .lookup("/a/{tenant}", map())
        .max_lookups(0)
        .deliver_to(Keeper::default())
        .build();
    assert_eq!(none.unwrap_err().kind(), ConfigErrorKind::InvalidLimit);
}

/// Rotation under load: the receiver takes both secrets before the sender changes to the new one,
/// and only the new one when nobody sends with the old one any more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn secrets_rotate_under_load_and_no_request_is_refused() {
    const LAST: usize = 50;
    let endpoint = |secrets: &[(&'static str, String)]| -> Arc<Endpoint> {
        let values = secrets.iter().map(|(name, secret)| (*name, format!("Bearer {secret}")));
        OnPremises::new("shop", StaticHeader::several("authorization", values).unwrap()).into()
    };
    let secret = |generation: usize| format!("canary-secret-{generation:08}");
    let keeper = Keeper::default();
    let (current, watched) = watch::channel(endpoint(&[("old", secret(0))]));
    let service = WebhookLayer::builder()
        .lookup("/onprem", watched)
        .deliver_to(keeper.clone())
        .build_service()
        .unwrap();
    let newest = Arc::new(AtomicUsize::new(0));
    // The generation that each sender has used last.
    let used: Vec<_> = (0..8).map(|_| Arc::new(AtomicUsize::new(0))).collect();
    let senders: Vec<_> = used
        .iter()
        .map(|used| {
            let (service, newest, used) = (service.clone(), newest.clone(), used.clone());
            tokio::spawn(async move {
                for sent in 1.. {
                    let generation = newest.load(Ordering::SeqCst);
                    let request = Request::post("/onprem")
                        .header("authorization", format!("Bearer {}", secret(generation)))
                        .body(Full::<Bytes>::from(ONPREM))
                        .unwrap();
                    send(service.clone(), request).await.assert_accepted();
                    used.store(generation, Ordering::SeqCst);
                    if generation == LAST {
                        return sent;
                    }
                    tokio::task::yield_now().await;
                }
                unreachable!("it returns after the last")
            })
        })
        .collect();
    for generation in 1..=LAST {
        let both = [("new", secret(generation)), ("old", secret(generation - 1))];
        current.send_replace(endpoint(&both));
        newest.store(generation, Ordering::SeqCst);
        // Until then somebody may send with the old one.
        while used.iter().any(|used| used.load(Ordering::SeqCst) < generation) {
            assert!(!senders.iter().any(|sender| sender.is_finished()) || generation == LAST);
            tokio::task::yield_now().await;
        }
        current.send_replace(endpoint(&[("new", secret(generation))]));
    }
    let mut sent = 0;
    for sender in senders {
        sent += sender.await.unwrap();
    }
    assert!(sent > 8 * LAST);
    assert_eq!(keeper.taken().len(), sent);
}

#[tokio::test(start_paused = true)]
async fn a_slow_lookup_holds_no_place_of_the_inner_service() {
    let layer = WebhookLayer::builder()
        .lookup(
            "/whatsapp/{tenant}",
            service_fn(async |lookup: Lookup| match lookup.tenant() {
                "slow" => pending().await,
                _ => Ok::<Option<Arc<Endpoint>>, Infallible>(None),
            }),
        )
        .lookup_deadline(None)
        .deliver_to(Keeper::default())
        .build()
        .unwrap();
    let inner = service_fn(async |_| Ok::<_, Infallible>(Response::new(Full::<Bytes>::default())));
    let service = layer.layer(ServiceBuilder::new().concurrency_limit(1).service(inner));
    let mut slow = Box::pin(service.clone().oneshot(post("/whatsapp/slow", "")));
    assert!(futures_pending(slow.as_mut()).await);
    // The paused clock ends this if nothing else does.
    let soon = Duration::from_secs(60);
    for path in ["/elsewhere", "/whatsapp/unknown"] {
        let answer = service.clone().oneshot(post(path, ""));
        let answer = tokio::time::timeout(soon, answer).await.expect(path).unwrap();
        assert_eq!(answer.status(), 200, "{path}");
    }
    // Who keeps the service while the answer comes does not stand in its own way.
    let mut kept = service.clone();
    let answer = kept.ready().await.unwrap().call(post("/whatsapp/unknown", ""));
    let answer = tokio::time::timeout(soon, answer).await.expect("an answer").unwrap();
    assert_eq!(answer.status(), 200);
}

/// Its first clone panics that is made once it is told so.
struct Fragile(Arc<AtomicBool>);

impl Clone for Fragile {
    fn clone(&self) -> Self {
        assert!(!self.0.swap(false, Ordering::Relaxed), "a clone that fails");
        Fragile(self.0.clone())
    }
}

impl Service<Lookup> for Fragile {
    type Response = Option<Arc<Endpoint>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Lookup) -> Self::Future {
        ready(Ok(None))
    }
}

#[tokio::test]
async fn a_lookup_that_panics_gives_its_place_back() {
    let fails = Arc::new(AtomicBool::new(false));
    let mut service = WebhookLayer::builder()
        .lookup("/clone/{tenant}", Fragile(fails.clone()))
        .lookup(
            "/poll/{tenant}",
            service_fn(async |lookup: Lookup| {
                assert_ne!(lookup.tenant(), "panic", "a look-up that fails");
                Ok::<Option<Arc<Endpoint>>, Infallible>(None)
            }),
        )
        .max_lookups(1)
        .deliver_to(Keeper::default())
        .build_service()
        .unwrap();
    fails.store(true, Ordering::Relaxed);
    let call = AssertUnwindSafe(|| drop(service.call(post("/clone/a", ""))));
    assert!(catch_unwind(call).is_err());
    assert_eq!(send(service.clone(), post("/clone/a", "")).await.status, 404);
    let panics = service.clone().oneshot(post("/poll/panic", ""));
    assert!(tokio::spawn(panics).await.unwrap_err().is_panic());
    assert_eq!(send(service, post("/poll/a", "")).await.status, 404);
}
