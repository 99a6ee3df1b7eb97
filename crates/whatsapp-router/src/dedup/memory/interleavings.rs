//! Claim, renew, commit, release and expiry in any order of threads, as shuttle chooses them:
//! `RUSTFLAGS="--cfg shuttle" cargo test -p whatsapp-router --features dedup interleavings`.

use super::*;
use shuttle::{
    rand::{Rng, thread_rng},
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

const LEASE: Duration = Duration::from_secs(60);

/// What all threads have seen of one key. A lock around each step and its note keeps both in one order.
#[derive(Default)]
struct Seen {
    /// The clock, in seconds.
    now: AtomicU64,
    commits: AtomicU64,
    /// The last token that was given out, as far as anybody has noted.
    newest: Mutex<u64>,
}

#[test]
fn one_commit_at_most_is_taken_and_nobody_is_new_behind_it() {
    shuttle::check_random(
        || {
            let store = MemoryDedup::builder().window(Duration::MAX).build();
            let seen = Arc::new(Seen::default());
            let threads: Vec<_> = (0..3)
                .map(|_| {
                    let (store, seen) = (store.clone(), seen.clone());
                    thread::spawn(move || (0..3).for_each(|_| one_claim(&store, &seen)))
                })
                .collect();
            threads.into_iter().for_each(|thread| thread.join().unwrap());
            assert!(seen.commits.load(Ordering::SeqCst) <= 1);
        },
        2000,
    );
}

fn one_claim(store: &MemoryDedup, seen: &Seen) {
    let key = DedupKey::from_bytes([1; 16]);
    let now =
        || Duration::from_secs(seen.now.fetch_add(thread_rng().gen_range(0..40), Ordering::SeqCst));
    // Noted under one lock with the claim, so that the order of both is the same.
    let mut newest = seen.newest.lock().unwrap();
    let was_done = seen.commits.load(Ordering::SeqCst) > 0;
    let claim = store.claim_at(now(), key, LEASE);
    let Claim::New(token) = claim else {
        assert!(claim == Claim::Done || !was_done);
        return;
    };
    assert!(!was_done, "new behind a commit");
    assert!(token.0 > *newest, "tokens grow");
    *newest = token.0;
    drop(newest);
    if thread_rng().gen_bool(0.5) {
        let newest = seen.newest.lock().unwrap();
        assert_eq!(store.renew_at(now(), key, token, LEASE), *newest == token.0);
    }
    if thread_rng().gen_bool(0.5) {
        // Counted before anybody else can claim, or not at all.
        let newest = seen.newest.lock().unwrap();
        if store.commit_at(now(), key, token) {
            assert_eq!(*newest, token.0, "an old token commits nothing");
            seen.commits.fetch_add(1, Ordering::SeqCst);
        }
    } else {
        store.release(key, token);
    }
}

/// Nothing is locked here but by the store, and no lease ends: its own steps are what is tried.
#[test]
fn one_at_a_time_holds_a_claim_until_it_gives_it_back() {
    shuttle::check_random(
        || {
            let store = MemoryDedup::builder().window(Duration::MAX).build();
            let seen = Arc::new((AtomicU64::new(0), AtomicU64::new(0)));
            let threads: Vec<_> = (0..3)
                .map(|_| {
                    let (store, seen) = (store.clone(), seen.clone());
                    thread::spawn(move || (0..3).for_each(|_| one_hold(&store, &seen)))
                })
                .collect();
            threads.into_iter().for_each(|thread| thread.join().unwrap());
            assert!(store.len() <= 1);
        },
        2000,
    );
}

fn one_hold(store: &MemoryDedup, (holders, commits): &(AtomicU64, AtomicU64)) {
    let (key, now) = (DedupKey::from_bytes([1; 16]), Duration::ZERO);
    let was_done = commits.load(Ordering::SeqCst) > 0;
    let claim = store.claim_at(now, key, LEASE);
    let Claim::New(token) = claim else {
        assert!(claim == Claim::Done || !was_done);
        return;
    };
    assert_eq!(holders.fetch_add(1, Ordering::SeqCst), 0, "new while another holds it");
    assert_eq!(commits.load(Ordering::SeqCst), 0, "new behind a commit");
    assert!(store.renew_at(now, key, token, LEASE));
    holders.fetch_sub(1, Ordering::SeqCst);
    if thread_rng().gen_bool(0.5) {
        assert!(store.commit_at(now, key, token));
        assert_eq!(commits.fetch_add(1, Ordering::SeqCst), 0);
    } else {
        store.release(key, token);
    }
}
