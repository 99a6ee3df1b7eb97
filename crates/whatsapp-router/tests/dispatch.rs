//! `Dispatch`: all events are awaited, whatever becomes of some; conversations keep their order.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test's helpers may panic")]

use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};
use tower::{Service, ServiceBuilder, ServiceExt};
use whatsapp_notification::{Event, Notification, Text};
use whatsapp_router::{BoxError, Dispatch, DispatchError, EventRouter, Outcome, handler_fn};

/// Texts from these senders, with ids that count up.
fn texts(from: &[&str]) -> Notification {
    let texts: Vec<_> = from
        .iter()
        .enumerate()
        .map(|(id, from)| {
            format!(r#"{{"from":"{from}","id":"{id}","type":"text","text":{{"body":"{id}"}}}}"#)
        })
        .collect();
    Notification::parse(format!(r#"{{"messages":[{}]}}"#, texts.join(","))).unwrap()
}

type Seen = Arc<Mutex<Vec<usize>>>;

fn id(event: &Event<Text>) -> usize {
    event.id().unwrap().raw().parse().unwrap()
}

/// Fails, panics or gives up by the event's id; notes every id.
async fn moody(event: Event<Text>, seen: Seen) -> Result<Outcome, BoxError> {
    seen.lock().unwrap().push(id(&event));
    match id(&event) {
        1 => Err("failed".into()),
        2 => panic!("a handler's panic, meant to be seen in the output"),
        3 => Ok(Outcome::retry_after(Duration::from_secs(1))),
        4 => Ok(Outcome::dead("hopeless")),
        _ => Ok(Outcome::Done),
    }
}

async fn run<S>(mut service: S, notification: Notification) -> Result<(), DispatchError>
where
    S: Service<Notification, Response = (), Error = DispatchError>,
{
    service.ready().await.unwrap().call(notification).await
}

#[tokio::test]
async fn every_event_is_awaited_and_failures_are_counted() {
    for concurrency in [0, 1, 3, 100] {
        let seen = Seen::default();
        let router = EventRouter::builder().on_with(seen.clone(), moody).build().unwrap();
        let dispatch = Dispatch::new(router).concurrency(concurrency);
        let error =
            run(dispatch.clone(), texts(&["a", "b", "c", "d", "e", "f"])).await.unwrap_err();
        // An error, a panic and a retry; giving up is not a failure.
        assert_eq!((error.failed(), error.total()), (3, 6));
        assert_eq!(error.to_string(), "3 of 6 events were not handled");
        let mut ids = seen.lock().unwrap().clone();
        ids.sort_unstable();
        assert_eq!(ids, [0, 1, 2, 3, 4, 5]);
        assert_eq!(run(dispatch.clone(), texts(&["a"])).await, Ok(()));
        assert_eq!(run(dispatch, texts(&[])).await, Ok(()));
    }
}

#[tokio::test]
async fn one_at_a_time_is_the_order_of_the_body() {
    let seen = Seen::default();
    let router = EventRouter::builder().on_with(seen.clone(), moody).build().unwrap();
    let _ = run(Dispatch::new(router), texts(&["a"; 20])).await;
    assert_eq!(*seen.lock().unwrap(), (0..20).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn conversations_keep_their_order_while_others_go_on() {
    // Later events of a conversation are quicker, so that any overtaking would show.
    let seen = Arc::new(Mutex::new(HashMap::<String, Vec<usize>>::new()));
    let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let handler = {
        let (seen, running, most) = (seen.clone(), running.clone(), most.clone());
        move |event: Event<Text>| {
            let (seen, running, most) = (seen.clone(), running.clone(), most.clone());
            async move {
                most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(1000 - id(&event) as u64)).await;
                running.fetch_sub(1, Ordering::SeqCst);
                let from = event.sender().address().unwrap().to_string();
                seen.lock().unwrap().entry(from).or_default().push(id(&event));
                Ok::<_, Infallible>(())
            }
        }
    };
    let router = EventRouter::builder().on(handler).build().unwrap();
    let from: Vec<_> = (0..60).map(|n| ["a", "b", "c", "d", "e", "f", "g"][n * 3 % 7]).collect();
    assert_eq!(run(Dispatch::new(router).concurrency(4), texts(&from)).await, Ok(()));
    let seen = seen.lock().unwrap();
    assert_eq!(seen.values().map(Vec::len).sum::<usize>(), 60);
    for ids in seen.values() {
        assert!(ids.is_sorted(), "{ids:?}");
    }
    let most = most.load(Ordering::SeqCst);
    assert!((2..=4).contains(&most), "{most} at a time");
}

/// Not ready at first; then its readiness fails once; then it works. A panic at the wrong call.
#[derive(Clone)]
struct Difficult {
    polls: Arc<AtomicUsize>,
    ready: bool,
}

impl Service<Event> for Difficult {
    type Response = Outcome;
    type Error = BoxError;
    type Future = std::future::Ready<Result<Outcome, BoxError>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        match self.polls.fetch_add(1, Ordering::SeqCst) {
            0 => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            1 => Poll::Ready(Err("not ready".into())),
            _ => {
                self.ready = true;
                Poll::Ready(Ok(()))
            }
        }
    }

    fn call(&mut self, _: Event) -> Self::Future {
        assert!(std::mem::take(&mut self.ready), "called without being ready");
        std::future::ready(Ok(Outcome::Done))
    }
}

#[tokio::test]
async fn the_service_is_driven_to_readiness_for_each_event() {
    let service = Difficult { polls: Arc::default(), ready: false };
    let error = run(Dispatch::new(service), texts(&["a"; 5])).await.unwrap_err();
    assert_eq!((error.failed(), error.total()), (1, 5));
}

#[tokio::test]
async fn a_concurrency_limit_around_the_whole_router_works() {
    let router = EventRouter::builder().on_with(Seen::default(), moody).build().unwrap();
    let limited = ServiceBuilder::new().concurrency_limit(1).service(router);
    let error = run(Dispatch::new(limited).concurrency(4), texts(&["a", "b", "c"])).await;
    assert_eq!(error.unwrap_err().failed(), 2);
}

#[tokio::test]
async fn a_panic_in_the_call_itself_is_caught() {
    let handler = handler_fn(|event: Event<Text>| {
        assert!(id(&event) != 0, "a panic before the future, meant to be seen in the output");
        async { Ok::<_, Infallible>(()) }
    });
    let router = EventRouter::builder().on_service(handler).build().unwrap();
    assert_eq!(run(Dispatch::new(router), texts(&["a", "b"])).await.unwrap_err().failed(), 1);
}

#[cfg(feature = "tokio")]
mod detach {
    use super::*;
    use tokio::sync::{Notify, oneshot};
    use whatsapp_router::{Detach, DetachLayer};

    #[tokio::test]
    async fn a_detached_call_goes_on_when_its_future_is_dropped() {
        let (entered, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (done, finished) = oneshot::channel();
        let done = Arc::new(Mutex::new(Some(done)));
        let inner = {
            let (entered, go) = (entered.clone(), go.clone());
            tower::service_fn(move |(): ()| {
                let (entered, go, done) = (entered.clone(), go.clone(), done.clone());
                async move {
                    entered.notify_one();
                    go.notified().await;
                    done.lock().unwrap().take().unwrap().send(()).unwrap();
                    Ok::<_, Infallible>(())
                }
            })
        };
        let mut detached = ServiceBuilder::new().layer(DetachLayer::new()).service(inner);
        let call = detached.ready().await.unwrap().call(());
        entered.notified().await;
        drop(call);
        go.notify_one();
        finished.await.expect("the call came to its end");
    }

    #[tokio::test]
    async fn results_errors_and_panics_come_back() {
        let inner = tower::service_fn(|n: u32| async move {
            assert!(n != 2, "a panic meant to be seen in the output");
            if n == 1 { Err("one") } else { Ok(n) }
        });
        let mut detached = Detach::new(inner);
        assert_eq!(detached.ready().await.unwrap().call(0).await.unwrap(), 0);
        assert_eq!(detached.ready().await.unwrap().call(1).await.unwrap_err().to_string(), "one");
        let error = detached.ready().await.unwrap().call(2).await.unwrap_err();
        assert!(error.to_string().contains("panicked") && !error.to_string().contains("seen"));
    }
}
