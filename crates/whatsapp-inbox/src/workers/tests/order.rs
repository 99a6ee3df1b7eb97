use super::*;
use std::{collections::HashMap, future::pending};
use tokio::sync::{Semaphore, mpsc};
use whatsapp_testkit::Samples;

#[tokio::test(start_paused = true)]
async fn a_conversation_is_handled_in_order_and_one_at_a_time() {
    const PEOPLE: usize = 40;
    let mut inbox = inbox();
    let log = Log::new();
    let ends = Log::new();
    let running: Arc<Mutex<(Vec<usize>, usize)>> = Arc::default();
    let service = handler(&log, {
        let (running, ends) = (running.clone(), ends.clone());
        move |person, n| {
            let (running, ends) = (running.clone(), ends.clone());
            async move {
                {
                    let mut running = running.lock().unwrap();
                    assert!(!running.0.contains(&person), "two of one lane");
                    running.0.push(person);
                    running.1 = running.1.max(running.0.len());
                }
                sleep(Duration::from_millis(fastrand::u64(0..500))).await;
                running.lock().unwrap().0.retain(|other| *other != person);
                ends.write((person, n));
                Ok(Outcome::Done)
            }
        }
    });
    let workers = inbox.test_workers(service).concurrency(16).start();
    for n in 0..25 {
        let mut people: Vec<_> = (0..PEOPLE).map(|person| (person, n)).collect();
        fastrand::shuffle(&mut people);
        for some in people.chunks(7) {
            let _kept = keep(&mut inbox, some).await;
            sleep(Duration::from_millis(fastrand::u64(0..50))).await;
        }
    }
    all_ended(inbox.get_ref()).await;
    for person in 0..PEOPLE {
        assert_eq!(log.of(person), (0..25).collect::<Vec<_>>());
        assert_eq!(ends.of(person), (0..25).collect::<Vec<_>>());
    }
    assert_eq!(running.lock().unwrap().1, 16);
    drop(workers);
}

#[tokio::test(start_paused = true)]
async fn what_is_kept_is_handled_at_once_though_the_store_is_looked_into_rarely() {
    let mut inbox = inbox();
    let log = Log::new();
    let hour = Duration::from_secs(3600);
    let _workers = inbox.test_workers(handler(&log, done)).poll_every(hour).start();
    for n in 0..3 {
        sleep(Duration::from_secs(10)).await;
        let _kept = keep(&mut inbox, &[(0, n)]).await;
    }
    sleep(Duration::from_secs(1)).await;
    assert_eq!((log.of(0), log.seconds(0)), (vec![0, 1, 2], vec![10, 20, 30]));
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_never_returns_holds_up_its_lane_only() {
    let mut inbox = inbox();
    let log = Log::new();
    let service = handler(&log, |person, _| async move {
        if person == 0 {
            pending::<()>().await;
        }
        Ok(Outcome::Done)
    });
    let _workers = inbox.test_workers(service).concurrency(2).start();
    for n in 0..50 {
        let _kept = keep(&mut inbox, &[(0, n), (1, n), (2, n)]).await;
    }
    pending_are(inbox.get_ref(), 50).await;
    assert_eq!(log.of(0), [0]);
    for person in [1, 2] {
        assert_eq!(log.of(person), (0..50).collect::<Vec<_>>());
    }
    assert_eq!(log.seconds(2).last(), Some(&0)); // nor did they wait
}

#[tokio::test(start_paused = true)]
async fn a_lane_with_twenty_thousand_events_neither_starves_others_nor_loses_its_order() {
    const EVENTS: usize = 20_000;
    let mut inbox = inbox();
    let log = Log::new();
    let gate = Arc::new(Semaphore::new(0));
    let service = handler(&log, {
        let gate = gate.clone();
        move |person, _| {
            let gate = gate.clone();
            async move {
                if person == 0 {
                    gate.acquire().await.unwrap().forget();
                }
                Ok(Outcome::Done)
            }
        }
    });
    for first in (0..EVENTS).step_by(5_000) {
        let messages: Vec<_> = (first..first + 5_000).map(|n| (0, n)).collect();
        let _kept = keep(&mut inbox, &messages).await;
    }
    let _kept = keep(&mut inbox, &[(1, 0), (2, 0), (1, 1)]).await;
    let _workers = inbox.test_workers(service).start();
    pending_are(inbox.get_ref(), EVENTS as u64).await;
    assert_eq!((log.of(1), log.of(2)), (vec![0, 1], vec![0]));
    let _kept = keep(&mut inbox, &[(0, EVENTS)]).await;
    gate.add_permits(EVENTS + 1);
    all_ended(inbox.get_ref()).await;
    assert!(log.of(0).into_iter().eq(0..=EVENTS));
}

/// What tells an event from any other: a body is never copied.
fn place(event: &Event) -> (usize, usize) {
    (event.notification().body().as_ptr() as usize, event.offset())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_event_of_a_mixed_batch_is_handled_exactly_once_though_sent_thrice() {
    let store = MemoryStore::new();
    let mut inbox = Inbox::new(store.clone());
    let (seen, mut events) = mpsc::unbounded_channel();
    let service = service_fn(move |event: Event| {
        seen.send(place(&event)).unwrap();
        async { Ok::<_, io::Error>(()) }
    });
    let workers = inbox.workers(service).start();
    let mut samples = Samples::new(5);
    let mut bodies = samples.mixed(200);
    bodies.extend(samples.onprem_mixed(50));
    bodies.push(samples.mixed_batch(300_000));
    let (mut new, mut sent) = (0, 0);
    for _ in 0..3 {
        fastrand::shuffle(&mut bodies);
        for sample in &bodies {
            let notification = Notification::parse(sample.body.clone()).unwrap();
            // What has no key is new each time.
            let keyed = notification.events().filter(|event| event.key().is_some()).count();
            let kept = inbox.call(notification.clone()).await.unwrap();
            assert_eq!(kept.new + kept.duplicates, notification.len());
            assert!(kept.duplicates == keyed || kept.new >= keyed);
            new += kept.new;
            sent += notification.len();
        }
    }
    assert!(new < sent / 2);
    let mut handled: HashMap<_, usize> = HashMap::new();
    for _ in 0..new {
        *handled.entry(events.recv().await.unwrap()).or_default() += 1;
    }
    for sample in &bodies {
        for event in Notification::parse(sample.body.clone()).unwrap() {
            let expected = if event.key().is_some() { 1 } else { 3 };
            assert_eq!(handled.remove(&place(&event)), Some(expected));
        }
    }
    assert!(handled.is_empty());
    let drained = workers.drain(Duration::from_secs(60)).await;
    assert_eq!(drained.handed_back, 0);
    assert!(events.try_recv().is_err());
    assert_eq!(store.stats().await.unwrap().pending, 0);
}
