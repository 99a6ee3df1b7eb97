//! `SqliteStore`: what survives, and what happens when something is in the way.

#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod files;
#[cfg(unix)]
mod links;
#[cfg(unix)]
mod locks;
mod waiting;

use bytes::Bytes;
use rusqlite::Connection;
use std::{error::Error, fs, path::Path, process::Command, time::Duration};
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

/// What a kill leaves: the files, without what is in the process. It takes the store's locks from it, which nobody
/// asks for here.
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
        // One of them may find the other writing for long.
        let builder = SqliteStore::builder(&path).busy_timeout(Duration::from_secs(600));
        tokio::task::spawn_blocking(|| builder.open().unwrap())
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
