//! `SqliteStore`: what survives, who may read it, and what happens when something is in the way.

#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[cfg(unix)]
mod links;
#[cfg(unix)]
mod locks;

use bytes::Bytes;
use rusqlite::Connection;
use std::{error::Error, fs, path::Path, pin::pin, process::Command, time::Duration};
use whatsapp_inbox::{
    Store, StoreError,
    StoreErrorKind::{Busy, Closed, Draining, Full, Other},
    store::{
        BodyId, End, Fence, Incoming, Kept, Lane, Millis, NewEvent, Owner, Pending, Retention,
        Scan, Seq, SqliteStore, StoredOrigin,
    },
};
use whatsapp_notification::Form;
use whatsapp_router::dedup::DedupKey;

const T: u64 = 1_700_000_000_000;
const DAY: u64 = 24 * 60 * 60 * 1000;

/// A notification of one event, received at `T`.
fn notification(key: u128) -> Incoming {
    let origin = StoredOrigin::new(Form::Cloud, "a label");
    let body = Bytes::from_static(br#"{"canary":"15550001"}"#);
    let mut incoming = Incoming::new(body, origin, Millis(T), Millis(T + 8 * DAY));
    let key = DedupKey::from_bytes(key.to_be_bytes());
    incoming.events.push(NewEvent::new(Some(key), Lane(1), 0));
    incoming
}

async fn pending(store: &SqliteStore) -> Vec<Pending> {
    store.pending(Scan::After(Seq(0)), 1000).await.unwrap()
}

async fn own(store: &SqliteStore, owner: u64, now: u64) -> Option<Fence> {
    store.own(Owner(owner), Millis(now), Duration::from_secs(60)).await.unwrap()
}

fn source(error: &StoreError) -> String {
    error.source().map(ToString::to_string).unwrap_or_default()
}

/// What a kill leaves: the files, without what is in the process.
fn copy(from: &Path, to: &Path) {
    for companion in ["", "-wal"] {
        let name = |path: &Path| format!("{}{companion}", path.display());
        fs::copy(name(from), name(to)).unwrap();
    }
}

#[tokio::test]
async fn what_was_kept_is_there_when_the_file_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inbox.db");
    let store = SqliteStore::open(&path).unwrap();
    let hash_key = store.hash_key();
    for key in 0..4 {
        store.keep(notification(key)).await.unwrap();
    }
    let fence = own(&store, 1, T).await.unwrap();
    let [done, dead, retried, left] = pending(&store).await[..] else { panic!("four events") };
    let ends = [
        (done, End::Done),
        (dead, End::Dead { attempts: 20, reason: "a reason".into() }),
        (retried, End::Retry { attempts: 3, due: Millis(T + 7) }),
    ];
    for (event, end) in ends {
        assert!(store.finish(fence, event.seq, Millis(T), end).await.unwrap());
    }
    let (events, letters, stats) =
        (pending(&store).await, store.dead(None, 9).await.unwrap(), store.stats().await.unwrap());
    assert_eq!((events[0].attempts, events[0].due, events[1]), (3, Millis(T + 7), left));

    let killed = folder.path().join("killed.db");
    copy(&path, &killed);
    store.close().await;
    assert!(!folder.path().join("inbox.db-wal").exists(), "the last to close tidies up");

    for path in [path, killed] {
        let store = SqliteStore::open(path).unwrap();
        assert!(store.hash_key() == hash_key);
        assert_eq!(pending(&store).await, events);
        assert_eq!(store.dead(None, 9).await.unwrap(), letters);
        assert_eq!(store.stats().await.unwrap(), stats);
        let body = store.body(left.body).await.unwrap().unwrap();
        assert_eq!(body.body, notification(0).body);
        for key in 0..4 {
            assert_eq!(store.keep(notification(key)).await.unwrap().duplicates, 1, "event {key}");
        }
        store.keep(notification(4)).await.unwrap();
        assert!(pending(&store).await.last().unwrap().seq > left.seq);
        assert_eq!(own(&store, 1, T + 1).await, Some(fence), "the owner is in the file");
        assert_eq!(own(&store, 2, T + 2).await, None);
    }
}

/// A killed process may have written what it had no time to sync, and to answer: it must not be taken
/// for kept before it is on the disk.
#[tokio::test]
async fn what_is_found_in_the_log_is_synced_before_it_makes_a_duplicate() {
    let folder = tempfile::tempdir().unwrap();
    let (path, killed) = (folder.path().join("inbox.db"), folder.path().join("killed.db"));
    let store = SqliteStore::open(&path).unwrap();
    store.keep(notification(1)).await.unwrap();
    copy(&path, &killed);

    let store = SqliteStore::open(&killed).unwrap();
    assert_eq!(store.keep(notification(1)).await.unwrap(), duplicate());
    // Moving the log begins with a sync of it, and ends with one of the file.
    let without_log = folder.path().join("without.db");
    fs::copy(&killed, &without_log).unwrap();
    let count = "SELECT count(*) FROM events";
    let events: i64 =
        Connection::open(&without_log).unwrap().query_row(count, [], |row| row.get(0)).unwrap();
    assert_eq!(events, 1);
}

/// Runs in the child of the next test, which kills it.
#[tokio::test]
async fn child_keeps_until_it_is_killed() {
    let Some(path) = std::env::var_os("WHATSAPP_INBOX_CHILD") else { return };
    let store = SqliteStore::open(path).unwrap();
    for key in 0.. {
        store.keep(notification(key)).await.unwrap();
        println!("kept {key}");
    }
}

#[tokio::test]
async fn what_a_killed_process_has_acknowledged_is_there() {
    use std::io::{BufRead, BufReader};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inbox.db");
    let mut kept = 0;
    for kill in 0..3 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["child_keeps_until_it_is_killed", "--exact", "--nocapture"])
            .env("WHATSAPP_INBOX_CHILD", &path)
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        for line in lines.map(Result::unwrap) {
            // The harness may print before it on the line.
            if let Some((_, key)) = line.split_once("kept ") {
                kept = key.parse::<u128>().unwrap();
                if kept >= 30 * (kill + 1) {
                    child.kill().unwrap();
                    break;
                }
            }
        }
        child.wait().unwrap();
        let store = SqliteStore::open(&path).unwrap();
        for key in 0..=kept {
            let again = store.keep(notification(key)).await.unwrap();
            assert_eq!(again, duplicate(), "{key} of {kept} after kill {kill}");
        }
        assert!(store.stats().await.unwrap().pending as u128 > kept);
        store.close().await;
    }
    assert!(kept >= 90);
}

fn duplicate() -> Kept {
    let mut kept = Kept::default();
    kept.duplicates += 1;
    kept
}

#[tokio::test]
async fn two_stores_on_one_file_keep_each_event_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inbox.db");
    // Opened at once, too: only one of them makes the file.
    let open = || {
        let path = path.clone();
        tokio::task::spawn_blocking(|| SqliteStore::open(path).unwrap())
    };
    let (one, two) = tokio::join!(open(), open());
    let (one, two) = (one.unwrap(), two.unwrap());
    assert!(one.hash_key() == two.hash_key());
    let keep = |store: SqliteStore| {
        tokio::spawn(async move {
            let mut new = 0;
            for key in 0..200 {
                new += store.keep(notification(key)).await.unwrap().new;
            }
            new
        })
    };
    let (a, b) = tokio::join!(keep(one.clone()), keep(two.clone()));
    assert_eq!(a.unwrap() + b.unwrap(), 200);
    assert_eq!(pending(&one).await, pending(&two).await);

    let first = own(&one, 1, T).await.unwrap();
    assert_eq!(own(&two, 2, T + 1).await, None);
    one.disown(first).await.unwrap();
    let second = own(&two, 2, T + 2).await.unwrap();
    let seq = pending(&one).await[0].seq;
    assert!(!one.finish(first, seq, Millis(T), End::Done).await.unwrap());
    assert!(two.finish(second, seq, Millis(T), End::Done).await.unwrap());
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_may_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inbox.db");
    let modes = || {
        let entries = fs::read_dir(folder.path()).unwrap().map(Result::unwrap);
        let mut modes: Vec<_> = entries
            .map(|file| {
                let mode = file.metadata().unwrap().permissions().mode() & 0o777;
                (file.file_name().into_string().unwrap(), format!("{mode:o}"))
            })
            .collect();
        modes.sort();
        modes
    };
    let private = ["inbox.db", "inbox.db-shm", "inbox.db-wal"]
        .map(|name| (name.to_owned(), "600".to_owned()));
    let store = SqliteStore::open(&path).unwrap();
    store.keep(notification(1)).await.unwrap();
    assert_eq!(modes(), private);
    store.close().await;

    // As a copy may be.
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let store = SqliteStore::open(&path).unwrap();
    store.keep(notification(2)).await.unwrap();
    assert_eq!(modes(), private);
}

/// SQLite would go on, with files that nobody will open again.
#[cfg(unix)]
#[tokio::test]
async fn a_store_whose_files_are_removed_or_replaced_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    for (name, companion) in [("removed", ""), ("replaced", ""), ("log", "-wal")] {
        let path = folder.path().join(name);
        let store = SqliteStore::open(&path).unwrap();
        store.keep(notification(1)).await.unwrap();
        let file = folder.path().join(format!("{name}{companion}"));
        let bytes = fs::read(&file).unwrap();
        fs::rename(&file, folder.path().join("elsewhere")).unwrap();
        if name == "replaced" {
            fs::write(&file, bytes).unwrap();
        }
        let error = store.keep(notification(2)).await.unwrap_err();
        assert_eq!(error.kind(), Closed, "{name}");
        assert!(source(&error).contains("removed or replaced"), "{}", source(&error));
        assert_eq!(store.keep(notification(1)).await.unwrap_err().kind(), Closed, "{name}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn below_the_floor_nothing_is_kept_but_events_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inbox.db");
    let store = SqliteStore::open(&path).unwrap();
    store.keep(notification(1)).await.unwrap();
    store.close().await;

    let store = SqliteStore::builder(&path).free_space(u64::MAX).open().unwrap();
    assert_eq!(store.keep(notification(2)).await.unwrap_err().kind(), Full);
    let fence = own(&store, 1, T).await.unwrap();
    let [event] = pending(&store).await[..] else { panic!("one event") };
    assert!(store.finish(fence, event.seq, Millis(T), End::Done).await.unwrap());
    store.close().await;

    let store = SqliteStore::open(&path).unwrap();
    assert_eq!(store.keep(notification(2)).await.unwrap().new, 1);
}

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
async fn after_an_error_that_says_nothing_of_the_disk_the_store_is_closed_until_it_is_opened_anew()
{
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inbox.db");
    let store = SqliteStore::open(&path).unwrap();
    store.keep(notification(1)).await.unwrap();
    // A row that is in the way: the step cannot be made.
    let other = Connection::open(&path).unwrap();
    other.execute_batch("INSERT INTO bodies VALUES (2, x'')").unwrap();
    let error = store.keep(notification(2)).await.unwrap_err();
    assert_eq!(error.kind(), Closed);
    let said = format!("{error} {error:?}");
    assert!(said.contains("bodies.id") && !said.contains("15550001"), "{said}");
    other.execute_batch("DELETE FROM bodies WHERE id = 2").unwrap();
    assert_eq!(store.keep(notification(2)).await.unwrap_err().kind(), Closed);
    assert_eq!(store.stats().await.unwrap_err().kind(), Closed);
    store.close().await;

    let store = SqliteStore::open(&path).unwrap();
    assert_eq!(pending(&store).await.len(), 1);
    assert_eq!(store.keep(notification(2)).await.unwrap().new, 1);
}

#[tokio::test]
async fn after_a_commit_that_failed_the_store_is_closed_and_nothing_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inbox.db");
    let store = SqliteStore::open(&path).unwrap();
    // Every step can be made, and the commit cannot.
    let other = Connection::open(&path).unwrap();
    other
        .execute_batch(
            "CREATE TABLE nowhere (id INTEGER PRIMARY KEY);
             CREATE TABLE late (id REFERENCES nowhere DEFERRABLE INITIALLY DEFERRED);
             CREATE TRIGGER at_commit AFTER INSERT ON events BEGIN INSERT INTO late VALUES (1); END;",
        )
        .unwrap();
    assert_eq!(store.keep(notification(1)).await.unwrap_err().kind(), Closed);
    other.execute_batch("DROP TRIGGER at_commit").unwrap();
    assert_eq!(store.keep(notification(2)).await.unwrap_err().kind(), Closed);
    store.close().await;
    let store = SqliteStore::open(&path).unwrap();
    assert_eq!(store.stats().await.unwrap().pending, 0);
    assert_eq!(store.keep(notification(1)).await.unwrap().new, 1);
}

/// What the workers need to give it up: the rest of the store goes on.
#[tokio::test]
async fn a_body_that_is_damaged_cannot_be_read_and_its_event_can_be_ended() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inbox.db");
    let store = SqliteStore::open(&path).unwrap();
    let mut large = notification(1);
    large.body = vec![b'w'; 100_000].into();
    store.keep(large).await.unwrap();
    store.close().await;
    // A page of such a body begins with the number of the next one.
    let mut bytes = fs::read(&path).unwrap();
    for page in bytes.chunks_exact_mut(4096).filter(|page| page.ends_with(b"wwww")) {
        page[..4].fill(0xff);
    }
    fs::write(&path, bytes).unwrap();

    let store = SqliteStore::open(&path).unwrap();
    let [event] = pending(&store).await[..] else { panic!("one event") };
    let error = store.body(event.body).await.unwrap_err();
    assert_eq!(error.kind(), Other);
    assert!(source(&error).contains("malformed"), "{}", source(&error));
    let fence = own(&store, 1, T).await.unwrap();
    let dead = End::Dead { attempts: 20, reason: "its body cannot be read".into() };
    assert!(store.finish(fence, event.seq, Millis(T), dead).await.unwrap());
    assert_eq!(store.keep(notification(2)).await.unwrap().new, 1);
    let [event] = pending(&store).await[..] else { panic!("one event") };
    assert!(store.body(event.body).await.unwrap().is_some());
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

#[tokio::test]
async fn none_is_made_where_that_is_not_wanted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inbox.db");
    let open = || SqliteStore::builder(&path).create(false).open();
    let refused = |expected: &str| {
        let error = open().unwrap_err();
        assert_eq!(error.kind(), Other);
        assert!(source(&error).contains(expected), "{}", source(&error));
    };
    refused("os error 2");
    assert!(!path.exists());

    fs::write(&path, "").unwrap();
    refused("empty");
    assert_eq!(fs::read(&path).unwrap(), b"");

    let store = SqliteStore::open(&path).unwrap();
    store.keep(notification(1)).await.unwrap();
    store.close().await;
    let store = open().unwrap();
    assert_eq!(store.stats().await.unwrap().pending, 1);
    store.close().await;
}

#[tokio::test]
async fn a_file_that_is_no_inbox_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let refused = |expected: &str| {
        let before = fs::read(&path).unwrap();
        let error = SqliteStore::open(&path).unwrap_err();
        assert_eq!(error.kind(), Other);
        assert!(source(&error).contains(expected), "{}", source(&error));
        assert!(fs::read(&path).unwrap() == before, "{expected}: the file has changed");
        fs::remove_file(&path).unwrap();
    };
    fs::write(&path, "not a database, but a text that is longer than SQLite's header\n".repeat(99))
        .unwrap();
    refused("not a database");

    Connection::open(&path).unwrap().execute_batch("CREATE TABLE bodies (id)").unwrap();
    refused("no inbox");

    SqliteStore::open(&path).unwrap().close().await;
    let file = Connection::open(&path).unwrap();
    file.pragma_update(None, "user_version", 99).unwrap();
    drop(file);
    refused("version 99");

    SqliteStore::open(&path).unwrap().close().await;
    let mut bytes = fs::read(&path).unwrap();
    bytes[4096..].fill(0xaa);
    fs::write(&path, bytes).unwrap();
    refused("malformed");

    let error = SqliteStore::open(folder.path().join("no/such/folder")).unwrap_err();
    assert_eq!(error.kind(), Other);
    assert!(error.source().is_some());
    assert_eq!(SqliteStore::open(folder.path()).unwrap_err().kind(), Other, "a folder is no file");
}

#[tokio::test]
async fn a_file_has_the_name_that_it_was_given() {
    // To SQLite these would be no file, or another one. A child, since they are relative.
    let names = [":memory:", "file:inbox?mode=memory"];
    if std::env::var_os("WHATSAPP_INBOX_NAMES").is_some() {
        for name in names {
            SqliteStore::open(name).unwrap().keep(notification(1)).await.unwrap();
        }
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["a_file_has_the_name_that_it_was_given", "--exact"])
        .env("WHATSAPP_INBOX_NAMES", "")
        .current_dir(&folder)
        .output()
        .unwrap();
    assert!(child.status.success(), "{child:?}");
    for name in names {
        let store = SqliteStore::open(folder.path().join(name)).unwrap();
        assert_eq!(pending(&store).await.len(), 1, "{name}");
    }
}

#[tokio::test]
async fn a_key_takes_no_more_than_48_bytes() {
    const KEYS: u64 = 200_000;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inbox.db");
    let store = SqliteStore::open(&path).unwrap();
    let fence = own(&store, 1, T).await.unwrap();
    let retention = Retention::new(Duration::ZERO, Duration::ZERO);
    // Many events in a body, which are done and swept: what is left are keys.
    let mut random = fastrand::Rng::with_seed(1);
    for body in 0..20 {
        let mut incoming = notification(0);
        incoming.events = (0..KEYS / 20)
            .map(|_| {
                let key = DedupKey::from_bytes(random.u128(..).to_be_bytes());
                let mut event = NewEvent::new(Some(key), Lane(1), 0);
                event.dead = Some("not wanted");
                event
            })
            .collect();
        incoming.remember_until = Millis(T + (1 + body % 8) * DAY);
        assert_eq!(store.keep(incoming).await.unwrap().new as u64, KEYS / 20);
        store.sweep(Millis(T), retention).await.unwrap();
    }
    let stats = store.stats().await.unwrap();
    assert_eq!((stats.keys, stats.dead, stats.bodies), (Some(KEYS), 0, 0));
    assert!(store.body(BodyId(1)).await.unwrap().is_none());
    // Three bodies of each of four days, in parts.
    let swept_by_then = store.sweep(Millis(T + 5 * DAY), retention).await.unwrap().keys;
    assert_eq!(swept_by_then, 12 * KEYS / 20);
    assert_eq!(store.stats().await.unwrap().keys, Some(KEYS - swept_by_then));
    assert!(own(&store, 1, T).await == Some(fence));
    store.close().await;

    let file = Connection::open(&path).unwrap();
    let tables: i64 = file
        .query_row("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'keys_%'", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(tables, 4);
    let used: i64 = file
        .query_row("SELECT sum(pgsize) FROM dbstat WHERE name LIKE 'keys_%'", [], |row| row.get(0))
        .unwrap();
    let per_key = used as f64 / (KEYS - swept_by_then) as f64;
    println!("{per_key:.1} bytes per key");
    assert!(per_key <= 48.0, "{per_key}");
    // What was dropped is used again.
    let free: i64 = file.pragma_query_value(None, "freelist_count", |row| row.get(0)).unwrap();
    assert!(free > 0);
}

#[test]
fn a_store_can_be_shared() {
    fn shared<T: Clone + Send + Sync + 'static>() {}
    shared::<SqliteStore>();
    shared::<whatsapp_inbox::store::SqliteStoreBuilder>();
}
