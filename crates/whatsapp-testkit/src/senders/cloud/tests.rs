use super::*;
use crate::{Answer, Samples};
use std::{
    collections::HashSet,
    convert::Infallible,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};
use tower::service_fn;

/// A receiver that answers as `answer` says to its `n`th request, and keeps the bodies.
fn app<F>(answer: F, bodies: Arc<Mutex<Vec<Request<Full<Bytes>>>>>) -> App
where
    F: Fn(usize) -> u16 + Clone + Send + Sync + 'static,
{
    let count = Arc::new(AtomicUsize::new(0));
    let service = service_fn(move |request: Request<Full<Bytes>>| {
        let status = answer(count.fetch_add(1, Ordering::Relaxed));
        bodies.lock().unwrap().push(request);
        async move { Ok::<_, Infallible>(Response::builder().status(status).body(()).unwrap()) }
    });
    App::new("/whatsapp", AppSecret::new("test_app_secret").unwrap(), service)
}

fn bodies(report: &Report) -> Vec<Bytes> {
    report.attempts.iter().map(|attempt| attempt.body.clone()).collect()
}

/// What stands under every `id` of messages and statuses.
fn ids(bodies: &[Bytes]) -> HashSet<String> {
    let text: String = bodies.iter().map(|body| String::from_utf8_lossy(body)).collect();
    text.split("\"id\":\"wamid").skip(1).map(|rest| rest[..60].to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn the_whole_post_comes_again_with_the_same_signature_to_all_apps() {
    let (good, bad) = (Arc::default(), Arc::default());
    let fails = |count| if count < 3 { 500 } else { 200 };
    let sender = CloudSender::new([app(|_| 200, Arc::clone(&good)), app(fails, Arc::clone(&bad))]);
    let body = Samples::new(1).text().body;
    sender.send(body.clone());
    let report = sender.drain().await;
    assert_eq!(report.delivered, std::slice::from_ref(&body));
    assert_eq!(bodies(&report), vec![body; 8]);
    let minutes: Vec<_> = report.attempts.iter().map(|one| one.at.as_secs() / 60).collect();
    assert_eq!(minutes, [0, 0, 0, 0, 1, 1, 3, 3]);
    for requests in [good, bad] {
        let requests = requests.lock().unwrap();
        let signatures: HashSet<_> = requests
            .iter()
            .map(|request| request.headers()["x-hub-signature-256"].clone())
            .collect();
        assert_eq!((requests.len(), signatures.len()), (4, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn after_seven_days_it_is_given_up() {
    let sender = CloudSender::new([app(|_| 503, Arc::default())]);
    sender.send(Samples::new(1).text().body);
    let report = sender.drain().await;
    assert_eq!((report.delivered.len(), report.given_up.len()), (0, 1));
    let last = report.attempts.last().unwrap().at.as_secs();
    let day = 24 * 60 * 60;
    assert!((6 * day..=7 * day).contains(&last), "{last}");
}

#[tokio::test(start_paused = true)]
async fn notifications_are_joined_up_to_the_limit() {
    let sender = CloudSender::new([app(|_| 200, Arc::default())]).batch(40);
    let samples = Samples::new(2).mixed(100);
    samples.iter().for_each(|sample| sender.send(sample.body.clone()));
    let report = sender.drain().await;
    assert_eq!(report.attempts.len(), 3);
    let sent: Vec<_> = samples.into_iter().map(|sample| sample.body).collect();
    assert_eq!(ids(&bodies(&report)), ids(&sent));
}

#[tokio::test(start_paused = true)]
async fn what_failed_together_comes_again_in_other_pieces_and_nothing_is_lost() {
    let fails = |count| if count < 6 { 500 } else { 200 };
    let run = async |seed| {
        let sender = CloudSender::new([app(fails, Arc::default())]).batch(50).rebatch().seed(seed);
        let samples = Samples::new(2).mixed(100);
        samples.iter().for_each(|sample| sender.send(sample.body.clone()));
        let report = sender.drain().await;
        let sent: Vec<_> = samples.into_iter().map(|sample| sample.body).collect();
        assert_eq!(ids(&report.delivered), ids(&sent));
        bodies(&report)
    };
    let one = run(1).await;
    let distinct: HashSet<_> = one.iter().collect();
    assert!(distinct.len() > 4, "{}", distinct.len());
    assert_eq!(one, run(1).await);
    assert_ne!(one, run(2).await);
}

#[tokio::test(start_paused = true)]
async fn duplicates_and_another_order_come_on_demand() {
    let sent: Vec<_> = Samples::new(4).mixed(50).into_iter().map(|sample| sample.body).collect();
    let sender = CloudSender::new([app(|_| 200, Arc::default())]).concurrency(1);
    let sender = sender.out_of_order().duplicates(1.0).seed(9);
    sent.iter().for_each(|body| sender.send(body.clone()));
    let report = sender.drain().await;
    let came = bodies(&report);
    assert_eq!(came.len(), 100);
    assert_eq!(report.delivered.len(), 50);
    assert!(sent.iter().all(|body| came.iter().filter(|other| *other == body).count() == 2));
    let first: HashSet<_> = sent[..10].iter().collect();
    assert!(!came[..10].iter().all(|body| first.contains(body)));
}

#[tokio::test(start_paused = true)]
async fn no_more_requests_are_under_way_than_wanted() {
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
    let secret = AppSecret::new("test_app_secret").unwrap();
    let sender = CloudSender::new([App::new("/", secret, service)]).concurrency(3);
    (0..20).for_each(|_| sender.send("{}"));
    sender.drain().await;
    assert_eq!(most.load(Ordering::Relaxed), 3);
}

#[tokio::test(start_paused = true)]
async fn who_is_slow_has_failed_and_a_run_that_is_dropped_loses_nothing() {
    let count = Arc::new(AtomicUsize::new(0));
    let service = service_fn(move |_: Request<Full<Bytes>>| {
        let slow = count.fetch_add(1, Ordering::Relaxed) < 2;
        async move {
            tokio::time::sleep(Duration::from_secs(if slow { 60 } else { 0 })).await;
            Ok::<_, Infallible>(Response::new(()))
        }
    });
    let secret = AppSecret::new("test_app_secret").unwrap();
    let sender = CloudSender::new([App::new("/", secret, service)]);
    sender.send("{}");
    // The first is cut off with the run that sent it, the second takes too long.
    let cut = tokio::time::timeout(Duration::from_secs(5), sender.drain()).await;
    assert!(cut.is_err());
    let report = sender.drain().await;
    let answers: Vec<_> = report.attempts.iter().map(|attempt| attempt.answer).collect();
    assert_eq!(answers, [Answer::TimedOut, Answer::Status(http::StatusCode::OK)]);
    assert_eq!(report.attempts[0].took, PATIENCE);
}

#[test]
fn a_sender_goes_anywhere_and_shows_nothing() {
    fn anywhere<T: Send + Sync + Clone + 'static>() {}
    anywhere::<CloudSender>();
    anywhere::<App>();
    anywhere::<Report>();
    let sample = Samples::new(1).text_of("canary");
    let report = Report { delivered: vec![sample.body], ..Report::default() };
    assert!(!format!("{report:?}").contains("canary"));
}
