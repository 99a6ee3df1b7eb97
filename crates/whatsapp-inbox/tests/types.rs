//! What the types can do anywhere.

#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::time::{Duration, SystemTime};
use whatsapp_inbox::{
    Drained, Erased, Inbox, InboxFuture, Running, StoreError, Workers, erase_contact,
    store::{
        DeadLetter, Erasure, Incoming, MemoryStore, Millis, Pending, SqliteStore,
        SqliteStoreBuilder, StoredBody,
    },
};
use whatsapp_router::EventRouter;

#[test]
fn all_types_go_to_other_threads() {
    fn anywhere<T: Send + Sync + 'static>() {}
    anywhere::<Inbox<MemoryStore>>();
    anywhere::<Workers<SqliteStore, EventRouter>>();
    anywhere::<(Running, Drained)>();
    anywhere::<(MemoryStore, SqliteStore, SqliteStoreBuilder)>();
    anywhere::<(Incoming, Pending, StoredBody, DeadLetter, Erasure, Erased, StoreError)>();

    fn spawned<T: Send>(_: T) {}
    fn is_send<T: Send + 'static>() {}
    is_send::<InboxFuture>();
    spawned(erase_contact(&MemoryStore::new(), &["15550001"], Millis(0)));
}

#[test]
fn a_time_before_1970_is_1970() {
    let at = |millis| SystemTime::UNIX_EPOCH + Duration::from_millis(millis);
    assert_eq!(Millis::from(at(1_750_000_000_123)), Millis(1_750_000_000_123));
    let before = SystemTime::UNIX_EPOCH - Duration::from_secs(1);
    assert_eq!(Millis::from(before), Millis(0));
}
