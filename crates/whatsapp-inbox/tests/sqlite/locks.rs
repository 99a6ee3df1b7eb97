//! The locks of this process on the file hold, whatever else it opens: without them an SQLite elsewhere
//! may take the file for its own when it closes it, and remove the log that is in use.

use super::*;
use rustix::fs::{FlockOperation, fcntl_lock};

/// Runs in a child of the test below.
#[test]
fn child_asks_for_all_locks() {
    let Some(path) = std::env::var_os("WHATSAPP_INBOX_LOCKED") else { return };
    let file = fs::OpenOptions::new().read(true).write(true).open(path).unwrap();
    match fcntl_lock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => println!("has them."),
        Err(_) => println!("is refused."),
    }
}

/// Does another process find locks on the file?
fn is_locked(path: &Path) -> bool {
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["locks::child_asks_for_all_locks", "--exact", "--nocapture"])
        .env("WHATSAPP_INBOX_LOCKED", path)
        .output()
        .unwrap();
    let said = String::from_utf8(child.stdout).unwrap();
    assert!(said.contains("has them.") || said.contains("is refused."), "{said}");
    said.contains("is refused.")
}

/// `File::open` before SQLite's own took them: a commit that was answered then could be lost.
#[tokio::test]
async fn a_second_open_in_the_process_takes_no_lock_from_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inbox.db");
    let store = SqliteStore::open(&path).unwrap();
    store.keep(notification(1)).await.unwrap();
    for create in [false, true] {
        let second = SqliteStore::builder(&path).create(create).open().unwrap();
        assert!(is_locked(&path), "create: {create}");
        second.close().await;
        assert!(is_locked(&path), "closed, create: {create}");
    }
    store.close().await;
    assert!(!is_locked(&path));
}
