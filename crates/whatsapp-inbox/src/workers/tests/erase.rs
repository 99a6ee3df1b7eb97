//! Somebody is erased while workers have events of theirs in hand.

use super::{flaky::Flaky, *};
use crate::erase_contact;
use whatsapp_notification::Kind;

#[tokio::test(start_paused = true)]
async fn bodies_that_come_while_somebody_is_erased_are_not_waited_for() {
    let inbox = inbox();
    let (store, now) = (Flaky::new(inbox.get_ref().clone()), inbox.get_clock().now());
    let of = |n| inbox.incoming(&body(&[(0, n)]), now);
    for n in 0..300 {
        let _kept = store.keep(of(n)).await.unwrap();
    }
    *store.coming.lock().unwrap() = (300..1000).map(of).collect();
    let erased = erase_contact(&store, &["15550000000"], now).await.unwrap();
    assert_eq!((erased.bodies, store.coming.lock().unwrap().len()), (300, 400));
    let erased = erase_contact(&store, &["15550000000"], now).await.unwrap();
    assert_eq!(erased.bodies, 300);
}

#[tokio::test(start_paused = true)]
async fn workers_go_on_when_what_they_have_in_hand_is_erased() {
    let mut inbox = inbox();
    let seen: Arc<Mutex<Vec<(Kind, String)>>> = Arc::default();
    let log = seen.clone();
    let slow = service_fn(move |event: Event| {
        log.lock().unwrap().push((event.kind(), event.id().unwrap_or_default().to_cow().into()));
        async {
            sleep(Duration::from_secs(10)).await;
            Ok::<_, io::Error>(Outcome::Done)
        }
    });
    let _workers = inbox.test_workers(slow).start();
    // One is being handled, two wait for it in memory.
    for n in 0..3 {
        let _kept = keep(&mut inbox, &[(0, n)]).await;
    }
    let _kept = keep(&mut inbox, &[(1, 0)]).await;
    sleep(Duration::from_secs(5)).await;
    let now = inbox.get_clock().now();
    let erased = erase_contact(inbox.get_ref(), &["15550000000"], now).await.unwrap();
    assert_eq!((erased.items, erased.events), (3, 3));
    let _kept = keep(&mut inbox, &[(0, 3), (1, 1)]).await;
    all_ended(inbox.get_ref()).await;
    let mut seen = seen.lock().unwrap().clone();
    // What waited has no content any more.
    seen.retain(|(kind, id)| *kind != Kind::Malformed || !id.is_empty());
    seen.sort();
    let texts = ["0-0", "0-3", "1-0", "1-1"].map(|id| (Kind::Text, id.to_owned()));
    assert_eq!(seen, texts);
    assert_eq!(inbox.get_ref().dead(None, 9).await.unwrap(), []);
}
