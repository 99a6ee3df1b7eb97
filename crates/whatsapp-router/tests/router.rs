//! Routes: which handler takes an event, what a handler may be, and what the layers around it do.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test's helpers may panic")]

use std::{
    convert::Infallible,
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::sync::Notify;
use tower::{Service, ServiceBuilder, ServiceExt};
use whatsapp_notification::{
    Any, AnyMedia, AnyMessage, Event, Image, Kind, Notification, Order, Status, Text, Unparseable,
};
use whatsapp_router::{BoxError, EventRouter, Outcome, Unrouted, handler_fn};

/// One event of each kind that the tests need.
fn events() -> Vec<Event> {
    let body = r#"{"messages":[
        {"from":"1","id":"T","type":"text","text":{"body":"Hi"}},
        {"from":"1","id":"I","type":"image","image":{"id":"9"}},
        {"from":"1","id":"O","type":"order","order":{}},
        {"from":"1","id":"X","type":"telepathy"}],
        "statuses":[{"id":"S","status":"read"},{}],
        "unheard_of":1}"#;
    Notification::parse(body).unwrap().into_iter().collect()
}

fn event(kind: Kind) -> Event {
    events().into_iter().find(|event| event.kind() == kind).expect("an event of this kind")
}

async fn send(router: &EventRouter, event: Event) -> Result<Outcome, BoxError> {
    router.clone().oneshot(event).await
}

type Log = Arc<Mutex<Vec<String>>>;

/// A handler that notes its own name and the event's kind.
macro_rules! note {
    ($log:expr, $name:literal, $Payload:ty) => {{
        let log: Log = $log.clone();
        move |event: Event<$Payload>| {
            let log = log.clone();
            async move {
                log.lock().unwrap().push(format!("{}:{}", $name, event.kind()));
                Ok::<_, Infallible>(())
            }
        }
    }};
}

#[tokio::test]
async fn the_narrower_route_wins_in_whatever_order() {
    let log = Log::default();
    let builders = [
        EventRouter::builder()
            .on(note!(log, "text", Text))
            .on(note!(log, "media", AnyMedia))
            .on(note!(log, "message", AnyMessage))
            .fallback(note!(log, "any", Any)),
        EventRouter::builder()
            .fallback(note!(log, "any", Any))
            .on(note!(log, "message", AnyMessage))
            .on(note!(log, "media", AnyMedia))
            .on(note!(log, "text", Text)),
    ];
    for builder in builders {
        let router = builder.build().unwrap();
        for event in events() {
            assert_eq!(send(&router, event).await.unwrap(), Outcome::Done);
        }
        let log = std::mem::take(&mut *log.lock().unwrap());
        assert_eq!(
            log,
            [
                "text:text",
                "media:image",
                "message:order",
                "message:other_message",
                "any:status",
                "any:malformed",
                "any:unknown",
            ]
        );
    }
}

#[test]
fn two_equal_routes_are_an_error_that_names_them() {
    let log = Log::default();
    let error = EventRouter::builder()
        .on(note!(log, "a", Text))
        .on(note!(log, "b", AnyMedia))
        .on(note!(log, "c", Text))
        .build()
        .unwrap_err();
    assert_eq!(error.to_string(), "two routes for text: remove one");
    assert_eq!(error.conflicts().len(), 1);
    let error = EventRouter::builder()
        .on(note!(log, "a", Any))
        .fallback(note!(log, "b", Any))
        .build()
        .unwrap_err();
    assert!(error.to_string().contains("fallback"), "{error}");
}

async fn with_state(event: Event<Text>, seen: Arc<AtomicUsize>) -> Result<Outcome, io::Error> {
    seen.fetch_add(event.get().body.unwrap_or_default().raw().len(), Ordering::Relaxed);
    Ok(Outcome::dead("tested"))
}

#[tokio::test]
async fn functions_closures_state_and_services_are_handlers() {
    async fn plain(_: Event<Status>) -> Result<(), io::Error> {
        Err(io::Error::other("no database"))
    }
    let seen = Arc::new(AtomicUsize::new(0));
    let router = EventRouter::builder()
        .on_with(seen.clone(), with_state)
        .on(plain)
        .on_service(tower::service_fn(|event: Event<Image>| async move {
            assert!(event.get().id.is_some_and(|id| id == "9"));
            Ok::<_, BoxError>(Outcome::retry_after(Duration::from_secs(3)))
        }))
        .build()
        .unwrap();
    assert_eq!(send(&router, event(Kind::Text)).await.unwrap(), Outcome::dead("tested"));
    assert_eq!(seen.load(Ordering::Relaxed), 2);
    assert_eq!(
        send(&router, event(Kind::Image)).await.unwrap(),
        Outcome::Retry(Duration::from_secs(3))
    );
    let error = send(&router, event(Kind::Status)).await.unwrap_err();
    assert_eq!(error.to_string(), "no database");
    assert_eq!(format!("{router:?}"), "EventRouter([Text, Image, Status])");
}

#[tokio::test]
async fn an_event_without_a_route_is_done_unless_it_is_unparseable() {
    let router = EventRouter::builder().build().unwrap();
    for event in events() {
        assert_eq!(send(&router, event).await.unwrap(), Outcome::Done);
    }
    let notification = Notification::unparseable(&b"\xff"[..], Default::default());
    let event = notification.events().next().unwrap();
    let error = send(&router, event.clone()).await.unwrap_err();
    assert_eq!(error.downcast::<Unrouted>().unwrap().kind(), Kind::Unparseable);
    let router = EventRouter::builder()
        .on(|event: Event<Unparseable>| async move {
            assert_eq!(event.get(), b"\xff");
            Ok::<_, Infallible>(())
        })
        .build()
        .unwrap();
    assert_eq!(send(&router, event).await.unwrap(), Outcome::Done);
}

#[tokio::test]
async fn a_limit_around_one_handler_waits_there_and_holds_up_no_other() {
    let (entered, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let slow = {
        let (entered, go) = (entered.clone(), go.clone());
        handler_fn(move |_: Event<Text>| {
            let (entered, go) = (entered.clone(), go.clone());
            async move {
                entered.notify_one();
                go.notified().await;
                Ok::<_, Infallible>(())
            }
        })
    };
    let limited = ServiceBuilder::new().concurrency_limit(1).service(slow);
    let router = EventRouter::builder()
        .on_service(limited)
        .on(|_: Event<Status>| async { Ok::<_, Infallible>(()) })
        .build()
        .unwrap();
    let first = tokio::spawn(router.clone().oneshot(event(Kind::Text)));
    entered.notified().await;
    let mut second = tokio::spawn(router.clone().oneshot(event(Kind::Text)));
    // The second text waits for the limit; a status passes by.
    assert_eq!(send(&router, event(Kind::Status)).await.unwrap(), Outcome::Done);
    assert!(tokio::time::timeout(Duration::from_millis(20), &mut second).await.is_err());
    go.notify_one();
    assert_eq!(first.await.unwrap().unwrap(), Outcome::Done);
    entered.notified().await;
    go.notify_one();
    assert_eq!(second.await.unwrap().unwrap(), Outcome::Done);
}

#[tokio::test(start_paused = true)]
async fn timeout_and_load_shedding_work_per_handler() {
    let forever = handler_fn(|_: Event<Text>| async {
        std::future::pending::<()>().await;
        Ok::<_, Infallible>(())
    });
    let busy = handler_fn(|_: Event<Order>| async {
        tokio::time::sleep(Duration::from_secs(60)).await;
        Ok::<_, Infallible>(())
    });
    let router = EventRouter::builder()
        .on_service(ServiceBuilder::new().timeout(Duration::from_secs(2)).service(forever))
        .on_service(ServiceBuilder::new().load_shed().concurrency_limit(1).service(busy))
        .build()
        .unwrap();
    let error = send(&router, event(Kind::Text)).await.unwrap_err();
    assert!(error.is::<tower::timeout::error::Elapsed>());
    let first = tokio::spawn(router.clone().oneshot(event(Kind::Order)));
    tokio::task::yield_now().await;
    let error = send(&router, event(Kind::Order)).await.unwrap_err();
    assert!(error.is::<tower::load_shed::error::Overloaded>());
    assert_eq!(first.await.unwrap().unwrap(), Outcome::Done);
}

#[tokio::test]
async fn the_router_is_a_service_that_is_always_ready() {
    let mut router = EventRouter::builder().on(with_nothing).build().unwrap();
    std::future::poll_fn(|cx| {
        assert!(router.poll_ready(cx).is_ready());
        std::task::Poll::Ready(())
    })
    .await;
    assert_eq!(router.call(event(Kind::Text)).await.unwrap(), Outcome::Done);
}

async fn with_nothing(_: Event<Text>) -> Result<(), Infallible> {
    Ok(())
}

#[test]
fn everything_can_go_anywhere() {
    fn anywhere<T: Send + Sync + 'static>(_: &T) {}
    fn send<T: Send + 'static>(_: &T) {}
    let mut router = EventRouter::builder().on(with_nothing).build().unwrap();
    anywhere(&router);
    send(&router.call(event(Kind::Text)));
    anywhere(&whatsapp_router::Dispatch::new(router));
    anywhere(&handler_fn(with_nothing));
    anywhere(&Outcome::Done);
}
