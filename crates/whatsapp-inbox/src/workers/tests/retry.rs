use super::*;
use crate::store::{End, Millis, NewEvent, Retention, Scan, Seq};
use std::sync::atomic::{AtomicUsize, Ordering};

fn failing() -> io::Error {
    io::Error::other("the database is away: +15550001")
}

#[tokio::test(start_paused = true)]
async fn a_retry_comes_when_the_handler_asks_for_it_and_holds_up_its_lane_only() {
    let mut inbox = inbox();
    let log = Log::new();
    let attempts = Arc::new(AtomicUsize::new(0));
    let service = handler(&log, move |person, n| {
        let retry = (person, n) == (0, 0) && attempts.fetch_add(1, Ordering::Relaxed) < 2;
        async move {
            Ok(if retry { Outcome::retry_after(Duration::from_secs(40)) } else { Outcome::Done })
        }
    });
    let _workers = inbox.test_workers(service).start();
    let _kept = keep(&mut inbox, &[(0, 0), (0, 1), (1, 0), (1, 1)]).await;
    all_ended(inbox.get_ref()).await;
    assert_eq!((log.of(0), log.seconds(0)), (vec![0, 0, 0, 1], vec![0, 40, 80, 80]));
    assert_eq!((log.of(1), log.seconds(1)), (vec![0, 1], vec![0, 0]));
}

#[tokio::test(start_paused = true)]
async fn a_lane_goes_on_past_an_event_that_waits_if_it_may() {
    let mut inbox = inbox();
    let log = Log::new();
    let service = handler(&log, |_, n| async move {
        Ok(if n == 0 { Outcome::retry_after(Duration::from_secs(60)) } else { Outcome::Done })
    });
    let workers = inbox.test_workers(service).pass_after(2).max_attempts(3).start();
    let _kept = keep(&mut inbox, &[(0, 0), (0, 1), (0, 2)]).await;
    all_ended(inbox.get_ref()).await;
    assert_eq!((log.of(0), log.seconds(0)), (vec![0, 0, 1, 2, 0], vec![0, 60, 60, 60, 120]));
    assert_eq!(inbox.get_ref().stats().await.unwrap().dead, 1);
    drop(workers);
}

#[tokio::test(start_paused = true)]
async fn no_more_than_32_events_of_a_lane_wait_behind_its_back() {
    let mut inbox = inbox();
    let log = Log::new();
    let service =
        handler(&log, |_, _| async { Ok(Outcome::retry_after(Duration::from_secs(3600))) });
    let _workers = inbox.test_workers(service).pass_after(1).start();
    let messages: Vec<_> = (0..100).map(|n| (0, n)).collect();
    let _kept = keep(&mut inbox, &messages).await;
    sleep(Duration::from_secs(600)).await;
    assert_eq!(log.of(0), (0..32).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn an_event_that_fails_again_and_again_becomes_a_dead_letter_and_its_lane_goes_on() {
    let mut inbox = inbox();
    let log = Log::new();
    let service =
        handler(
            &log,
            |_, n| async move { if n == 0 { Err(failing()) } else { Ok(Outcome::Done) } },
        );
    let _workers = inbox.test_workers(service).start();
    let _kept = keep(&mut inbox, &[(0, 0), (0, 1)]).await;
    all_ended(inbox.get_ref()).await;
    let mut expected = vec![0; 20];
    expected.push(1);
    assert_eq!(log.of(0), expected);
    let dead = inbox.get_ref().dead(None, 9).await.unwrap();
    assert_eq!(dead.len(), 1);
    assert_eq!((dead[0].attempts, &*dead[0].reason), (20, "20 attempts, the last one failed"));
    // Each delay below its ceiling: 1 s, 2 s … 10 min, and the page is turned within a second.
    let seconds = log.seconds(0);
    for (n, pair) in seconds.windows(2).take(19).enumerate() {
        assert!(pair[1] - pair[0] <= (1 << n.min(10)).min(600) + 1, "{n}: {seconds:?}");
    }
    assert!(seconds[19] > 60, "{seconds:?}");
}

#[tokio::test(start_paused = true)]
async fn an_event_that_fails_for_a_day_becomes_a_dead_letter() {
    let mut inbox = inbox();
    let log = Log::new();
    let hour = Duration::from_secs(3600);
    let service = handler(&log, move |_, _| async move { Ok(Outcome::retry_after(hour)) });
    let workers = inbox.test_workers(service).max_attempts(u32::MAX);
    // Looking often into a day is slow.
    let _workers = workers.poll_every(hour).lease(3 * hour).start();
    let _kept = keep(&mut inbox, &[(0, 0)]).await;
    sleep(25 * hour).await;
    all_ended(inbox.get_ref()).await;
    assert_eq!(log.seconds(0), (0..=24).map(|n| n * 3600).collect::<Vec<_>>());
    let dead = inbox.get_ref().dead(None, 9).await.unwrap();
    assert_eq!(dead[0].attempts, 25);
    assert!(dead[0].reason.ends_with("too old for another"), "{}", dead[0].reason);
}

#[tokio::test(start_paused = true)]
async fn a_handler_may_give_an_event_up_at_once() {
    let mut inbox = inbox();
    let log = Log::new();
    let service = handler(&log, |_, _| async { Ok(Outcome::dead("no such order")) });
    let _workers = inbox.test_workers(service).start();
    let _kept = keep(&mut inbox, &[(0, 0)]).await;
    all_ended(inbox.get_ref()).await;
    let dead = inbox.get_ref().dead(None, 9).await.unwrap();
    assert_eq!((dead[0].attempts, &*dead[0].reason), (1, "no such order"));
}

/// A process that is gone with its handler, as by a stack that overflows.
#[tokio::test(start_paused = true)]
async fn what_ends_the_process_each_time_is_a_dead_letter_in_the_end() {
    let mut inbox = inbox();
    let log = Log::new();
    let service = handler(&log, |person, n| async move {
        if (person, n) == (0, 0) {
            std::future::pending::<()>().await;
        }
        Ok(Outcome::Done)
    });
    let mut workers = inbox.test_workers(service.clone()).max_attempts(6).start();
    sleep(Duration::from_secs(1)).await;
    let _kept = keep(&mut inbox, &[(0, 0), (0, 1), (1, 0)]).await;
    for _ in 0..8 {
        // A lease, and the longest delay after six attempts.
        sleep(Duration::from_secs(30 + 32 + 1)).await;
        drop(workers);
        workers = inbox.test_workers(service.clone()).max_attempts(6).start();
    }
    // The first of them was not counted: the event had come to those workers.
    assert_eq!((log.of(0), log.of(1)), (vec![0, 0, 0, 0, 0, 0, 0, 1], vec![0]));
    let dead = inbox.get_ref().dead(None, 9).await.unwrap();
    let reason = "6 attempts, and the last one may not have ended";
    assert_eq!((dead[0].attempts, &*dead[0].reason), (6, reason));
}

#[tokio::test(start_paused = true)]
async fn an_attempt_at_what_was_there_before_is_recorded_when_it_begins() {
    let mut inbox = inbox();
    let _kept = keep(&mut inbox, &[(0, 0)]).await;
    sleep(Duration::from_secs(1)).await;
    let fails = Arc::new(AtomicUsize::new(1));
    let service = handler(&Log::new(), move |_, _| {
        let fails = fails.clone();
        async move {
            sleep(Duration::from_secs(10)).await;
            match fails.swap(0, Ordering::Relaxed) {
                0 => Ok(Outcome::Done),
                _ => Ok(Outcome::retry_after(Duration::from_secs(10))),
            }
        }
    });
    let _workers = inbox.test_workers(service).start();
    sleep(Duration::from_secs(1)).await;
    let _kept = keep(&mut inbox, &[(1, 0)]).await;
    let store = inbox.get_ref();
    let mut attempts = Vec::new();
    for seconds in [1, 10, 10] {
        sleep(Duration::from_secs(seconds)).await;
        let pending = store.pending(Scan::After(Seq(0)), 9).await.unwrap();
        attempts.push(pending.iter().map(|pending| pending.attempts).collect::<Vec<_>>());
    }
    // It counts once, and so it does when it has failed.
    assert_eq!(attempts, [vec![1, 0], vec![1], vec![2]]);
    all_ended(store).await;
}

#[tokio::test(start_paused = true)]
async fn a_dead_letter_stays_for_thirty_days() {
    let mut inbox = inbox();
    let day = Duration::from_secs(86_400);
    let service = handler(&Log::new(), |_, _| async { Ok(Outcome::dead("no such order")) });
    // Looking often into a month is slow.
    let _workers = inbox.test_workers(service).poll_every(day / 24).lease(day / 8).start();
    let _kept = keep(&mut inbox, &[(0, 0)]).await;
    all_ended(inbox.get_ref()).await;
    let mut left = Vec::new();
    for days in [29, 2] {
        sleep(days * day).await;
        let stats = inbox.get_ref().stats().await.unwrap();
        left.push((stats.dead, stats.bodies));
    }
    assert_eq!(left, [(1, 1), (0, 0)]);
}

#[tokio::test(start_paused = true)]
async fn a_panic_costs_an_attempt_and_nothing_else() {
    let mut inbox = inbox();
    let log = Log::new();
    let attempts = Arc::new(AtomicUsize::new(0));
    let service = handler(&log, move |person, _| {
        let attempt = attempts.fetch_add(usize::from(person == 0), Ordering::Relaxed);
        assert!(person > 0 || attempt != 0, "before the future");
        async move {
            assert!(person > 0 || attempt != 1, "within the future");
            Ok(Outcome::Done)
        }
    });
    let _workers = inbox.test_workers(service).start();
    let _kept = keep(&mut inbox, &[(0, 0), (0, 1), (1, 0)]).await;
    all_ended(inbox.get_ref()).await;
    assert_eq!((log.of(0), log.of(1)), (vec![0, 0, 0, 1], vec![0]));
    assert_eq!(inbox.get_ref().stats().await.unwrap().dead, 0);
}

#[tokio::test(start_paused = true)]
async fn a_dead_letter_that_is_replayed_is_handled_within_a_minute() {
    let mut inbox = inbox();
    let log = Log::new();
    let dead = Arc::new(AtomicUsize::new(0));
    let service = handler(&log, move |_, n| {
        let is_dead = n == 0 && dead.fetch_add(1, Ordering::Relaxed) == 0;
        async move { Ok(if is_dead { Outcome::dead("not yet") } else { Outcome::Done }) }
    });
    let _workers = inbox.test_workers(service).start();
    let _kept = keep(&mut inbox, &[(0, 0), (0, 1)]).await;
    all_ended(inbox.get_ref()).await;
    let store = inbox.get_ref();
    let seq = store.dead(None, 1).await.unwrap()[0].seq;
    assert!(store.replay(seq, inbox.get_clock().now()).await.unwrap());
    all_ended(store).await;
    assert_eq!(log.of(0), [0, 1, 0]);
    assert!(log.seconds(0)[2] < 60);
    // And its body goes with it.
    sleep(Duration::from_secs(60)).await;
    assert_eq!(store.stats().await.unwrap().bodies, 0);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_is_not_json_can_be_replayed() {
    let mut inbox = inbox();
    let store = inbox.get_ref().clone();
    let bytes = "not JSON";
    let origin = whatsapp_notification::Origin::new("shop");
    let _kept = inbox.call(Notification::unparseable(bytes, origin)).await.unwrap();
    let letter = store.dead(None, 1).await.unwrap().remove(0);
    assert_eq!(letter.reason, "the body is not JSON");
    let (seen, mut events) = tokio::sync::mpsc::unbounded_channel();
    let service = tower::service_fn(move |event: whatsapp_notification::Event| {
        seen.send(event).unwrap();
        async { Ok::<_, io::Error>(()) }
    });
    let _workers = inbox.test_workers(service).start();
    assert!(store.replay(letter.seq, inbox.get_clock().now()).await.unwrap());
    all_ended(&store).await;
    let event = events.try_recv().unwrap();
    assert_eq!(event.kind(), whatsapp_notification::Kind::Unparseable);
    assert_eq!(event.notification().body(), bytes);
    assert_eq!(event.notification().origin().label(), "shop");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_any_more_becomes_a_dead_letter() {
    let inbox = inbox();
    let (store, log) = (inbox.get_ref(), Log::new());
    let origin = crate::store::StoredOrigin::new(whatsapp_notification::Form::OnPremises, "shop");
    let now = inbox.get_clock().now();
    for (body, offset) in [("{\"messages\":[", 9), ("{\"messages\":[{\"id\":\"0-0\"}]}", 3)] {
        let mut incoming =
            crate::store::Incoming::new(body.into(), origin.clone(), now, Millis(u64::MAX));
        incoming.events = vec![NewEvent::new(None, crate::store::Lane(1), offset)];
        let _kept = store.keep(incoming).await.unwrap();
    }
    let _workers = inbox.test_workers(handler(&log, done)).start();
    all_ended(store).await;
    let reasons: Vec<_> =
        store.dead(None, 9).await.unwrap().into_iter().map(|dead| dead.reason).collect();
    assert_eq!(reasons, ["its body has no event at that place"; 2]);
    assert_eq!(log.all(), []);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_waits_is_not_tried_before_it_is_due_by_another_owner_either() {
    let mut inbox = inbox();
    let log = Log::new();
    let store = inbox.get_ref().clone();
    let _kept = keep(&mut inbox, &[(0, 0)]).await;
    let now = inbox.get_clock().now();
    let owner = crate::store::Owner(1);
    let fence = store.own(owner, now, Duration::from_secs(1)).await.unwrap().unwrap();
    let due = Millis(now.0 + 300_000);
    let end = End::Retry { attempts: 7, due };
    assert!(store.finish(fence, Seq(1), now, end).await.unwrap());
    let keep_dead = Retention::new(Duration::ZERO, Duration::from_secs(10_000));
    let service = handler(&log, |_, _| async { Ok(Outcome::retry_after(Duration::ZERO)) });
    let _workers = inbox.test_workers(service).max_attempts(9).retention(keep_dead).start();
    all_ended(&store).await;
    assert_eq!(log.seconds(0), [300, 300]);
    assert_eq!(store.pending(Scan::After(Seq(0)), 1).await.unwrap(), []);
    assert_eq!(store.dead(None, 1).await.unwrap()[0].attempts, 9);
}
