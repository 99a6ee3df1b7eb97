use super::*;
use crate::{Samples, onprem::FakeClient};
use http::{Request, Response};
use http_body_util::Full;
use serde_json::json;
use std::{
    collections::{HashSet, VecDeque},
    convert::Infallible,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};
use tower::{Service, service_fn};

const URL: &str = "https://webhook.example/onprem";

fn client(settings: Value) -> FakeClient {
    let client = FakeClient::new();
    client.set(&json!({"webhooks": {"url": URL}})).unwrap();
    client.set(&settings).unwrap();
    client.restart();
    client
}

/// Answers with these, one after the other, and with 200 from then on.
fn answers(
    statuses: &[u16],
) -> impl Service<
    Request<Full<Bytes>>,
    Response = Response<()>,
    Error = Infallible,
    Future = impl Future<Output = Result<Response<()>, Infallible>> + Send,
> + Clone
+ Send
+ 'static {
    let statuses = Arc::new(Mutex::new(VecDeque::from(statuses.to_vec())));
    service_fn(move |_| {
        let status = statuses.lock().unwrap().pop_front().unwrap_or(200);
        async move { Ok(Response::builder().status(status).body(()).unwrap()) }
    })
}

fn texts(count: usize) -> Vec<Bytes> {
    let mut samples = Samples::new(1);
    (0..count).map(|_| samples.onprem_text().body).collect()
}

#[tokio::test(start_paused = true)]
async fn only_200_is_success_and_delays_grow_linearly_up_to_the_cap() {
    let client = client(json!({"max_callback_backoff_delay_ms": 9000}));
    client.send(texts(1)[0].clone()).unwrap();
    let report = client.drain(answers(&[204, 301, 500, 201, 404])).await;
    let at: Vec<_> = report.attempts.iter().map(|attempt| attempt.at.as_secs()).collect();
    assert_eq!(at, [0, 3, 3 + 6, 9 + 9, 18 + 9, 27 + 9]);
    assert_eq!(report.delivered, texts(1));
}

#[tokio::test(start_paused = true)]
async fn it_goes_on_for_ever_unless_there_is_an_end() {
    let day = Duration::from_secs(24 * 60 * 60);
    let down = || answers(&[503; 1000]);
    let ending = client(json!({})).give_up_after(day);
    ending.send(texts(1)[0].clone()).unwrap();
    let report = ending.drain(down()).await;
    assert_eq!(report.given_up.len(), 1);
    // 3 s + 6 s + … 239 times is 23.9 hours.
    assert_eq!(report.attempts.len(), 240);

    let endless = client(json!({}));
    endless.send(texts(1)[0].clone()).unwrap();
    let report = endless.drain(down()).await;
    assert_eq!((report.attempts.len(), report.delivered.len()), (1001, 1));
    let (at_300, at_301) = (report.attempts[300].at, report.attempts[301].at);
    assert_eq!(at_300.as_secs(), 135_450);
    assert_eq!((at_301 - at_300).as_secs(), 900);
}

#[tokio::test(start_paused = true)]
async fn no_more_requests_are_under_way_than_set_and_a_change_waits_for_a_restart() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let service = {
        let (now, most) = (now.clone(), most.clone());
        service_fn(move |_: Request<Full<Bytes>>| {
            let (now, most) = (now.clone(), most.clone());
            async move {
                most.fetch_max(now.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_secs(1)).await;
                now.fetch_sub(1, Ordering::Relaxed);
                Ok::<_, Infallible>(Response::new(()))
            }
        })
    };
    let client = client(json!({}));
    client.set(&json!({"webhooks": {"max_concurrent_requests": 24}})).unwrap();
    for expected in [6, 24] {
        texts(50).into_iter().for_each(|text| assert_eq!(client.send(text), Ok(true)));
        client.drain(service.clone()).await;
        assert_eq!(most.swap(0, Ordering::Relaxed), expected);
        client.restart();
    }
}

#[tokio::test(start_paused = true)]
async fn statuses_that_are_switched_off_are_not_sent() {
    let client = client(json!({}));
    let status = |status: &str| format!(r#"{{"statuses":[{{"id":"A","status":"{status}"}}]}}"#);
    assert_eq!(client.send(status("sent")), Ok(false));
    assert_eq!(client.send(status("read")), Ok(true));
    client.set(&json!({"webhooks": {"message": {"sent": true, "read": false}}})).unwrap();
    assert_eq!(client.send(status("sent")), Ok(true));
    assert_eq!(client.send(status("read")), Ok(false));
    assert_eq!(client.drain(answers(&[])).await.delivered.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_crash_repeats_what_was_kept_and_loses_what_was_not() {
    for persist in [true, false] {
        let client = client(json!({"callback_persist": persist}));
        let came = Arc::new(Mutex::new(Vec::new()));
        let service = {
            let (client, came) = (client.clone(), came.clone());
            service_fn(move |request: Request<Full<Bytes>>| {
                let (client, came) = (client.clone(), came.clone());
                async move {
                    let count = {
                        let mut came = came.lock().unwrap();
                        came.push(request.into_body());
                        came.len()
                    };
                    // It has come, and the client dies before it reads the answer.
                    if count == 6 {
                        client.crash();
                    }
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    Ok::<_, Infallible>(Response::new(()))
                }
            })
        };
        texts(10).into_iter().for_each(|text| assert_eq!(client.send(text), Ok(true)));
        let report = client.drain(service).await;
        let delivered: HashSet<_> = report.delivered.iter().collect();
        let (expected, posts) = if persist { (10, 6 + 10) } else { (0, 6) };
        assert_eq!((delivered.len(), came.lock().unwrap().len()), (expected, posts));
        assert_eq!(client.queue_size(), 0);
    }
}

#[test]
fn wrong_settings_are_named() {
    let wrong = FakeClient::new().set(&json!({"webhooks": {"max_concurrent_requests": 7}}));
    let told = wrong.unwrap_err().to_string();
    assert_eq!(told, "webhooks.max_concurrent_requests must be 6, 12, 18 or 24");
}

#[tokio::test(start_paused = true)]
async fn an_orderly_restart_loses_nothing() {
    let client = client(json!({"callback_persist": false}));
    texts(3).into_iter().for_each(|text| assert_eq!(client.send(text), Ok(true)));
    client.restart();
    assert_eq!(client.drain(answers(&[])).await.delivered.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_refuses() {
    let client = client(json!({}));
    assert_eq!(client.state().callbacks.limit, 100_000);
    let client = client.queue_limit(1000);
    for _ in 0..1000 {
        assert_eq!(client.send("{}"), Ok(true));
    }
    assert_eq!(client.send("{}"), Err(QueueFull));
    assert_eq!(client.queue_size(), 1000);
    assert!(QueueFull.to_string().contains("1016"));
    assert_eq!(client.drain(answers(&[])).await.delivered.len(), 1000);
    assert_eq!(client.send("{}"), Ok(true));
}

#[tokio::test(start_paused = true)]
async fn who_has_no_url_keeps_its_callbacks() {
    let client = FakeClient::new();
    assert_eq!(client.send("{}"), Ok(true));
    assert_eq!(client.drain(answers(&[])).await.attempts.len(), 0);
    assert_eq!(client.queue_size(), 1);
    // A run that goes on sees the URL once it is set.
    let runs = tokio::spawn({
        let client = client.clone();
        async move { client.run(answers(&[])).await }
    });
    tokio::task::yield_now().await;
    client.set(&json!({"webhooks": {"url": URL}})).unwrap();
    while client.queue_size() > 0 {
        tokio::task::yield_now().await;
    }
    runs.abort();
    assert_eq!(client.report().delivered.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_stats_count_results_by_type() {
    let client = client(json!({}));
    client.send(texts(1)[0].clone()).unwrap();
    client.send(r#"{"statuses":[{"id":"A","status":"failed"}]}"#).unwrap();
    let stats = client.stats();
    assert_eq!(stats["stats"]["app"]["callback_queue_size"]["data"][0]["value"], 2);
    client.drain(answers(&[500, 301])).await;
    let stats = client.stats();
    assert_eq!(stats["stats"]["app"]["callback_queue_size"]["data"][0]["value"], 0);
    let rows = stats["stats"]["app"]["callback_requests"]["data"].as_array().unwrap();
    let rows: Vec<_> = rows
        .iter()
        .map(|row| json!([row["labels"]["type"], row["labels"]["result"], row["value"]]))
        .collect();
    assert_eq!(
        rows,
        [
            json!(["inbound_message", "500", 1]),
            json!(["inbound_message", "success", 1]),
            json!(["status_change", "301", 1]),
            json!(["status_change", "success", 1]),
        ]
    );
}
