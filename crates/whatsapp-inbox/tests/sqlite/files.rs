//! The file: who may read it, what is taken for one, and what happens when it is damaged, replaced or made newer.

use super::*;

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
        .args(["files::a_file_has_the_name_that_it_was_given", "--exact"])
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

/// A newer version's process, or its `wahook`, may take its step over one that works.
#[tokio::test]
async fn a_file_that_is_brought_up_to_date_is_still_good_for_who_has_it_open() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inbox.db");
    let store = SqliteStore::open(&path).unwrap();
    store.keep(notification(1)).await.unwrap();
    let newer = Connection::open(&path).unwrap();
    let tables: Vec<String> = newer
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert!(tables.len() > 6, "{tables:?}");
    for table in tables {
        let more = format!("ALTER TABLE {table} ADD COLUMN more INTEGER NOT NULL DEFAULT 7");
        newer.execute_batch(&more).unwrap();
    }
    newer.pragma_update(None, "user_version", 2).unwrap();

    assert_eq!(store.keep(notification(1)).await.unwrap(), duplicate());
    assert_eq!(store.keep(notification(2)).await.unwrap().new, 1);
    let fence = own(&store, 1, T).await.unwrap();
    let [one, two] = pending(&store).await[..] else { panic!("two events") };
    assert!(store.finish(fence, one.seq, Millis(T), End::Done).await.unwrap());
    let dead = End::Dead { attempts: 1, reason: "a reason".into() };
    assert!(store.finish(fence, two.seq, Millis(T), dead).await.unwrap());
    assert!(store.body(two.body).await.unwrap().is_some());
    assert!(store.replay(two.seq, Millis(T)).await.unwrap());
    let swept = store.sweep(Millis(T + 1), Retention::new(Duration::ZERO, Duration::ZERO)).await;
    assert_eq!(swept.unwrap().bodies, 1);
}
