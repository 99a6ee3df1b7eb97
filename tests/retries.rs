//! The retry stories: a receiver that was down, slow and wrong for days gets every notification in
//! the end. Time is virtual, but for the last test, which goes over sockets.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test's helpers may panic")]

use axum::{Router, http::HeaderMap};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    convert::Infallible,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpSocket},
    sync::Notify,
    time::Instant,
};
use tower::{Service, ServiceExt, service_fn};
use tower_whatsapp::{AppSecret, Cloud, OnPremises, PathSecret, WebhookLayer, WebhookService};
use whatsapp_notification::{Any, Event, Notification};
use whatsapp_onprem::{ApplicationSettings, Client, Login, MessageFilter, Webhooks, diff};
use whatsapp_router::{Dispatch, EventRouter};
use whatsapp_testkit::{
    Answer, App, CloudSender, HttpClient, Report, Sample, Samples, deliver, onprem::FakeClient,
    request,
};

const HOUR: Duration = Duration::from_secs(60 * 60);
const HOOK: &str = "0123456789abcdef";

/// The JSON of the events that a handler has seen, and how often.
type Seen = Arc<Mutex<BTreeMap<String, usize>>>;

async fn on_any(event: Event<Any>, seen: Seen) -> Result<(), Infallible> {
    *seen.lock().unwrap().entry(event.raw().to_owned()).or_insert(0) += 1;
    Ok(())
}

/// A real webhook with an endpoint of each API, and what its handler sees.
fn webhook() -> (WebhookService<Dispatch<EventRouter>>, Seen) {
    let seen = Seen::default();
    let events = EventRouter::builder().on_with(seen.clone(), on_any).build().unwrap();
    let onprem = OnPremises::new("shop-1", PathSecret::new(HOOK).unwrap());
    let webhook = WebhookLayer::builder()
        .endpoint("/whatsapp", Cloud::new(secret()))
        .endpoint("/onprem/{secret}", onprem)
        .deliver_to(Dispatch::new(events))
        .build_service();
    (webhook.unwrap(), seen)
}

fn secret() -> AppSecret {
    AppSecret::new("test_app_secret").unwrap()
}

/// What is wrong with a receiver.
#[derive(Clone, Copy)]
enum Trouble {
    /// Nobody answers.
    Down,
    /// All is handled, and answered when nobody waits for it.
    Slow,
    /// All is handled, and answered with this status.
    Status(u16),
}

const TROUBLES: &[Trouble] = &[
    Trouble::Down,
    Trouble::Slow,
    Trouble::Status(500),
    Trouble::Status(204),
    Trouble::Status(301),
];

/// The webhook behind one trouble after the other, each for so long; then all is well.
fn troubled(
    webhook: WebhookService<Dispatch<EventRouter>>,
    troubles: &'static [Trouble],
    each: Duration,
) -> impl Service<
    Request<Full<Bytes>>,
    Response = Response<()>,
    Error = io::Error,
    Future = impl Future<Output = io::Result<Response<()>>> + Send,
> + Clone
+ Send
+ 'static {
    let began = Instant::now();
    service_fn(move |request| {
        let webhook = webhook.clone();
        async move {
            let phase = began.elapsed().as_secs() / each.as_secs();
            let trouble = troubles.get(usize::try_from(phase).unwrap());
            if let Some(Trouble::Down) = trouble {
                return Err(io::ErrorKind::ConnectionRefused.into());
            }
            let Ok(response) = webhook.oneshot(request).await;
            let status = match trouble {
                Some(Trouble::Status(status)) => StatusCode::from_u16(*status).unwrap(),
                _ => response.status(),
            };
            if let Some(Trouble::Slow) = trouble {
                tokio::time::sleep(Duration::from_secs(30)).await;
            }
            Ok(Response::builder().status(status).body(()).unwrap())
        }
    })
}

/// That the handler has seen every event of these, and no other; how often at most.
fn assert_all_came(samples: &[Sample], seen: &Seen) -> usize {
    let mut sent = BTreeSet::new();
    for sample in samples {
        let notification = Notification::parse(sample.body.clone()).unwrap();
        sent.extend(notification.events().map(|event| event.raw().to_owned()));
    }
    let seen = seen.lock().unwrap();
    let lost = sent.iter().filter(|event| !seen.contains_key(*event)).count();
    assert_eq!((lost, seen.len()), (0, sent.len()));
    seen.values().copied().max().unwrap()
}

fn status(status: u16) -> Answer {
    Answer::Status(StatusCode::from_u16(status).unwrap())
}

/// That there was each trouble, and in the end nothing was given up.
fn assert_troubled(report: &Report) {
    assert_eq!(report.given_up.len(), 0);
    let answers: BTreeSet<_> = report.answers().into_keys().collect();
    let statuses = [200, 204, 301, 500].map(status);
    let all = statuses.into_iter().chain([Answer::Failed, Answer::TimedOut]).collect();
    assert_eq!(answers, all);
}

fn cloud_samples() -> Vec<Sample> {
    let mut samples = Samples::new(21);
    let mut all = samples.mixed(60);
    all.extend([samples.statuses(50), samples.mixed_batch(20_000)]);
    all
}

/// More than six days of troubles, and the Cloud API's seven of patience.
async fn seven_days(options: impl FnOnce(CloudSender) -> CloudSender) {
    let ((webhook, seen), (other, seen_by_other)) = (webhook(), self::webhook());
    let service = troubled(webhook, TROUBLES, 30 * HOUR);
    let app = App::new("/whatsapp", secret(), service);
    let other_app = App::new("/whatsapp", secret(), troubled(other, &[], HOUR));
    let sender = options(CloudSender::new([app, other_app]));
    let samples = cloud_samples();
    samples.iter().for_each(|sample| sender.send(sample.body.clone()));
    let report = sender.drain().await;
    assert_troubled(&report);
    assert!(assert_all_came(&samples, &seen) > 1);
    // The other app was well all the time, and got it again each time.
    assert!(assert_all_came(&samples, &seen_by_other) > 10);
    let last = report.attempts.last().unwrap().at;
    assert!(last > 6 * 24 * HOUR, "{last:?}");
}

#[tokio::test(start_paused = true)]
async fn in_seven_days_of_troubles_the_cloud_sender_loses_nothing() {
    seven_days(|sender| sender).await;
}

#[tokio::test(start_paused = true)]
async fn nor_in_batches() {
    seven_days(|sender| sender.batch(1000)).await;
}

#[tokio::test(start_paused = true)]
async fn nor_in_other_batches_each_time_in_any_order_and_twice() {
    for seed in 0..3 {
        seven_days(|sender| sender.batch(100).rebatch().out_of_order().duplicates(0.3).seed(seed))
            .await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_down_for_longer_than_seven_days_has_lost_what_was_sent_at_first() {
    let (webhook, seen) = webhook();
    let service = troubled(webhook, &[Trouble::Down], 8 * 24 * HOUR);
    let sender = CloudSender::new([App::new("/whatsapp", secret(), service)]);
    let samples = cloud_samples();
    samples.iter().for_each(|sample| sender.send(sample.body.clone()));
    let report = sender.drain().await;
    assert_eq!((report.given_up.len(), report.delivered.len()), (samples.len(), 0));
    assert!(seen.lock().unwrap().is_empty());
}

/// A client whose callbacks go to the webhook, with all statuses on.
fn onprem_client() -> FakeClient {
    let client = FakeClient::new();
    let settings = serde_json::json!({"webhooks": {
        "url": format!("https://webhook.example/onprem/{HOOK}"),
        "message": {"sent": true},
    }});
    client.set(&settings).unwrap();
    client
}

#[tokio::test(start_paused = true)]
async fn in_a_day_of_troubles_the_on_premises_client_loses_nothing() {
    let (webhook, seen) = webhook();
    let client = onprem_client().give_up_after(24 * HOUR);
    let samples = Samples::new(22).onprem_mixed(40);
    for sample in &samples {
        assert_eq!(client.send(sample.body.clone()), Ok(true));
    }
    let report = client.drain(troubled(webhook, TROUBLES, 4 * HOUR)).await;
    assert_troubled(&report);
    assert!(assert_all_came(&samples, &seen) > 1);
    assert!(report.attempts.last().unwrap().at > 20 * HOUR);
}

#[tokio::test(start_paused = true)]
async fn without_an_end_it_goes_on_for_a_month_and_over_crashes() {
    let (webhook, seen) = webhook();
    let client = onprem_client();
    let samples = Samples::new(22).onprem_mixed(10);
    for sample in &samples {
        assert_eq!(client.send(sample.body.clone()), Ok(true));
    }
    let crashes = async {
        for _ in 0..10 {
            tokio::time::sleep(50 * HOUR).await;
            client.crash();
        }
    };
    let (report, ()) =
        tokio::join!(client.drain(troubled(webhook, TROUBLES, 6 * 24 * HOUR)), crashes);
    assert_troubled(&report);
    assert_all_came(&samples, &seen);
    assert!(report.attempts.last().unwrap().at > 30 * 24 * HOUR);
}

#[tokio::test(start_paused = true)]
async fn one_notification_can_be_delivered_through_the_same_troubles() {
    let (webhook, seen) = webhook();
    let sample = Samples::new(1).text();
    let post = request::signed("/whatsapp", &secret(), sample.body.clone());
    let report = deliver(troubled(webhook, TROUBLES, 30 * HOUR), post).duplicates(2).await;
    assert_troubled(&report);
    assert!(report.attempts.iter().rev().take(3).all(|attempt| attempt.answer.is_success()));
    assert_all_came(&[sample], &seen);
}

/// A server on loopback, which lives as long as the test's runtime.
fn serve(listener: TcpListener, app: Router) {
    tokio::spawn(async move { axum::serve(listener, app).await });
}

/// The webhook, which answers the first requests of each body with these statuses.
fn failing_at_first(
    webhook: WebhookService<Dispatch<EventRouter>>,
    statuses: &'static [u16],
) -> Router {
    let attempts = Arc::new(Mutex::new(HashMap::<Bytes, usize>::new()));
    let handler = async move |headers: HeaderMap, request: Request<axum::body::Body>| {
        assert_eq!(headers["host"], "webhook.example");
        let (head, body) = request.into_parts();
        let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
        let attempt = {
            let mut attempts = attempts.lock().unwrap();
            let attempt = attempts.entry(body.clone()).or_insert(0);
            *attempt += 1;
            *attempt
        };
        let request = Request::from_parts(head, Full::new(body));
        let Ok(response) = webhook.oneshot(request).await;
        let status = match statuses.get(attempt - 1) {
            Some(status) => StatusCode::from_u16(*status).unwrap(),
            None => response.status(),
        };
        (status, [("location", "/elsewhere")])
    };
    Router::new().fallback(handler)
}

#[tokio::test]
async fn over_real_http_settings_rule_the_retries_and_nothing_is_lost() {
    // The client's API on a socket.
    let client = FakeClient::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let api = listener.local_addr().unwrap();
    serve(listener, Router::new().fallback_service(client.clone()));
    patch(api).await;

    // The webhook has its address, but does not listen there yet.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();

    let samples = Samples::new(23).onprem_mixed(40);
    for sample in &samples {
        assert_eq!(client.send(sample.body.clone()), Ok(true));
    }
    let refused = Arc::new(Notify::new());
    let http = {
        let refused = refused.clone();
        HttpClient::to(address).map_err(move |error| {
            refused.notify_one();
            error
        })
    };
    let (webhook, seen) = webhook();
    let server = async {
        refused.notified().await;
        let listener = socket.listen(1024).unwrap();
        serve(listener, failing_at_first(webhook, &[500, 204, 301]));
    };
    let (report, ()) = tokio::join!(client.drain(http), server);

    assert_eq!((report.delivered.len(), report.given_up.len()), (samples.len(), 0));
    let answers = report.answers();
    for failure in [500, 204, 301, 200] {
        assert_eq!(answers[&status(failure)], samples.len());
    }
    assert!(answers[&Answer::Failed] > 0);
    // Handled at each attempt that arrived.
    assert_eq!(assert_all_came(&samples, &seen), 4);
    let stats = client.stats()["stats"]["app"]["callback_queue_size"]["data"][0]["value"].clone();
    assert_eq!(stats, 0);
}

/// Sets the URL, and delays that a test can wait for, through the client of the settings API.
async fn patch(api: SocketAddr) {
    let login = Login::new(FakeClient::USER, FakeClient::PASSWORD);
    let client = Client::new(&format!("http://{api}"), login, HttpClient::new()).unwrap();
    let webhooks = Webhooks::new()
        .url(format!("https://webhook.example/onprem/{HOOK}"))
        .message(MessageFilter::new().sent(true));
    let settings = ApplicationSettings::new()
        .callback_backoff_delay_ms(2)
        .max_callback_backoff_delay_ms(20)
        .webhooks(webhooks);
    client.patch_settings(&settings).await.unwrap();
    let now = client.settings().await.unwrap();
    assert_eq!(diff(&now, &now.merged(&settings)), []);
}
