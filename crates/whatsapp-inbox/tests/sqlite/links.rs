//! A path that is a link to the file.

use super::*;
use std::os::unix::fs::symlink;

/// SQLite has the log beside the file, and it was looked for beside the link.
#[tokio::test]
async fn a_link_to_the_file_is_as_good_as_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let [path, link] = ["elsewhere/inbox.db", "link.db"].map(|name| folder.path().join(name));
    fs::create_dir(folder.path().join("elsewhere")).unwrap();
    symlink(&path, &link).unwrap();
    let error = SqliteStore::open(&link).unwrap_err();
    assert!(source(&error).contains("os error 2"), "{}", source(&error));
    assert!(!path.exists(), "what a link shall lead to is made by who has made the link");

    let store = SqliteStore::open(&path).unwrap();
    for create in [true, false] {
        let linked = SqliteStore::builder(&link).create(create).open().unwrap();
        assert_eq!(linked.keep(notification(create.into())).await.unwrap().new, 1);
        assert_eq!(pending(&store).await, pending(&linked).await);
        linked.close().await;
    }
    store.close().await;
    let names = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(names.count(), 2, "nothing is beside the link");
}

#[tokio::test]
async fn a_store_whose_link_leads_elsewhere_by_now_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    let [one, two, link] = ["one.db", "two.db", "link.db"].map(|name| folder.path().join(name));
    for path in [&one, &two] {
        SqliteStore::open(path).unwrap().close().await;
    }
    symlink(&one, &link).unwrap();
    let store = SqliteStore::open(&link).unwrap();
    store.keep(notification(1)).await.unwrap();
    fs::remove_file(&link).unwrap();
    symlink(&two, &link).unwrap();
    // It would be kept where the next start does not look.
    assert_eq!(store.keep(notification(2)).await.unwrap_err().kind(), Closed);
}
