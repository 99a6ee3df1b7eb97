//! Who waits for the store, and who is refused.

use super::*;
use std::pin::pin;

#[tokio::test]
async fn a_full_queue_answers_at_once_and_what_waits_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inbox.db");
    let store =
        SqliteStore::builder(&path).queue(2).busy_timeout(Duration::from_secs(600)).open().unwrap();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();

    // One may be in hand, and two wait.
    let calls: Vec<_> = (0..10).map(|key| store.keep(notification(key))).collect();
    let mut waiting = Vec::new();
    let mut busy = 0;
    for call in calls {
        let mut call = Box::pin(call);
        match polled_once(&mut call).await {
            None => waiting.push(call),
            Some(answer) => {
                assert_eq!(answer.unwrap_err().kind(), Busy);
                busy += 1;
            }
        }
    }
    assert!((2..=3).contains(&waiting.len()), "{}", waiting.len());
    assert_eq!(busy, 10 - waiting.len());
    assert!(pending(&store).await.is_empty(), "reads do not wait for the writer");

    other.execute_batch("ROLLBACK").unwrap();
    let expected = waiting.len();
    for call in waiting {
        assert_eq!(call.await.unwrap().new, 1);
    }
    assert_eq!(pending(&store).await.len(), expected);
    assert_eq!(store.keep(notification(99)).await.unwrap().new, 1);
}

#[tokio::test]
async fn bodies_in_memory_take_no_more_than_their_room() {
    let body = notification(0).body.len();
    room_is_for(2 * body + 1, 2).await;
    // No room at all is room for one.
    room_is_for(0, 1).await;
}

async fn room_is_for(bytes: usize, bodies: u128) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inbox.db");
    let store = SqliteStore::builder(&path)
        .queue_bytes(bytes)
        .busy_timeout(Duration::from_secs(600))
        .open()
        .unwrap();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut waiting = Vec::new();
    for key in 0..bodies {
        let mut call = Box::pin(store.keep(notification(key)));
        assert!(polled_once(&mut call).await.is_none());
        waiting.push(call);
    }
    let refused = polled_once(&mut Box::pin(store.keep(notification(2)))).await.unwrap();
    assert_eq!(refused.unwrap_err().kind(), Busy);
    other.execute_batch("ROLLBACK").unwrap();
    for call in waiting {
        assert_eq!(call.await.unwrap().new, 1);
    }
    // The room is free again; and a body that is larger has all of it.
    let mut large = notification(3);
    large.body = vec![b' '; 10 * large.body.len()].into();
    assert_eq!(store.keep(large).await.unwrap().new, 1);
    assert_eq!(store.keep(notification(2)).await.unwrap().new, 1);
}

#[tokio::test]
async fn a_store_with_too_much_to_keep_still_ends_events() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inbox.db");
    let store =
        SqliteStore::builder(&path).queue(1).busy_timeout(Duration::from_secs(600)).open().unwrap();
    store.keep(notification(0)).await.unwrap();
    let fence = own(&store, 1, T).await.unwrap();
    let [event] = pending(&store).await[..] else { panic!("one event") };
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut keeps = Vec::new();
    for key in 1.. {
        let mut keep = Box::pin(store.keep(notification(key)));
        match polled_once(&mut keep).await {
            None => keeps.push(keep),
            Some(answer) if keeps.len() == 2 => {
                assert_eq!(answer.unwrap_err().kind(), Busy);
                break;
            }
            // The writer has not taken the first yet.
            Some(_) => tokio::task::yield_now().await,
        }
    }
    let mut finish = Box::pin(store.finish(fence, event.seq, Millis(T), End::Done));
    assert!(polled_once(&mut finish).await.is_none(), "it has its turn");
    other.execute_batch("ROLLBACK").unwrap();
    assert!(finish.await.unwrap());
    for keep in keeps {
        assert_eq!(keep.await.unwrap().new, 1);
    }

    // Nor does what workers ask take the places of what is to be kept.
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut finishes: Vec<_> =
        (0..9).map(|_| Box::pin(store.finish(fence, event.seq, Millis(T), End::Done))).collect();
    for finish in &mut finishes {
        assert!(polled_once(finish).await.is_none());
    }
    let mut keep = Box::pin(store.keep(notification(99)));
    assert!(polled_once(&mut keep).await.is_none(), "it has a place");
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(keep.await.unwrap().new, 1);
    for finish in finishes {
        assert!(!finish.await.unwrap());
    }
}

#[tokio::test]
async fn what_waits_too_long_for_another_process_is_busy_and_nothing_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inbox.db");
    let store = SqliteStore::builder(&path).busy_timeout(Duration::ZERO).open().unwrap();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(store.keep(notification(1)).await.unwrap_err().kind(), Busy);
    other.execute_batch("ROLLBACK").unwrap();
    assert!(pending(&store).await.is_empty());
    assert_eq!(store.keep(notification(1)).await.unwrap().new, 1);
}

#[tokio::test]
async fn a_closed_store_has_done_what_waited_and_takes_nothing_more() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inbox.db");
    let store = SqliteStore::open(&path).unwrap();
    let clone = store.clone();
    let waiting: Vec<_> = (0..50)
        .map(|key| {
            let store = store.clone();
            tokio::spawn(async move { store.keep(notification(key)).await })
        })
        .collect();
    tokio::task::yield_now().await;
    store.close().await;
    assert_eq!(clone.keep(notification(99)).await.unwrap_err().kind(), Draining);
    assert_eq!(clone.stats().await.unwrap_err().kind(), Draining);
    let mut kept = 0;
    for answer in waiting {
        match answer.await.unwrap() {
            Ok(_) => kept += 1,
            Err(error) => assert_eq!(error.kind(), Draining),
        }
    }
    let store = SqliteStore::open(&path).unwrap();
    assert_eq!(store.stats().await.unwrap().pending, kept);
}

#[tokio::test]
async fn when_the_last_clone_is_dropped_what_waits_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inbox.db");
    let store = SqliteStore::open(&path).unwrap();
    let mut call = Box::pin(store.keep(notification(1)));
    // Asked, and perhaps not answered yet.
    let _ = polled_once(&mut call).await;
    drop(call);
    drop(store);
    let store = SqliteStore::open(&path).unwrap();
    while pending(&store).await.is_empty() {}
}

/// As of a process that was stopped just when it had asked.
#[tokio::test]
async fn who_asked_for_the_events_longer_ago_than_a_lease_takes_nothing_and_takes_nothing_away() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inbox.db");
    let builder = SqliteStore::builder(&path).busy_timeout(Duration::from_secs(600));
    let (late, store) = (builder.clone().open().unwrap(), builder.open().unwrap());
    let fence = own(&store, 1, T).await.unwrap();

    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let lease = Duration::from_millis(50);
    let mut call = Box::pin(late.own(Owner(2), Millis(T + 20), lease));
    assert!(polled_once(&mut call).await.is_none());
    tokio::time::sleep(Duration::from_millis(1010)).await;
    // Meanwhile the owner has had its lease renewed, for longer than that call knows of.
    other.execute_batch("UPDATE store SET owned_until = owned_until + 1000000; COMMIT").unwrap();
    assert_eq!(call.await.unwrap(), None);
    assert_eq!(own(&late, 2, T + 1_000_000).await, None);
    assert_eq!(own(&store, 1, T + 1_000_000).await, Some(fence));
}

/// The answer, if it is there when asked once.
async fn polled_once<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
    std::future::poll_fn(|cx| {
        std::task::Poll::Ready(match pin!(&mut *future).poll(cx) {
            std::task::Poll::Ready(value) => Some(value),
            std::task::Poll::Pending => None,
        })
    })
    .await
}
