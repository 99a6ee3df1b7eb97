//! A store's file that already holds many keys: as one that has been in use for eight days.

use crate::Result;
use bytes::Bytes;
use fastrand::Rng;
use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime},
};
use tokio::task::JoinSet;
use whatsapp_inbox::{
    Store,
    store::{
        End, Incoming, Lane, Millis, NewEvent, Owner, Retention, Scan, Seq, SqliteStore,
        StoredOrigin,
    },
};
use whatsapp_notification::Form;
use whatsapp_router::dedup::DedupKey;

const DAY: u64 = 86_400_000;
/// How many days a store has keys of: their tables are over tomorrow, and on the eight days after it.
/// So none is over while the file is used, today and tomorrow, and keys that come join one of them.
const DAYS: u64 = 9;
/// The events of one notification, whose keys go into the file in one transaction.
const EACH: u64 = 50_000;

/// The file in this folder that holds so many keys; it is made unless it was, today or yesterday. What
/// is kept of each event is its key: it is done, and its body is swept.
pub(crate) async fn filled(folder: &Path, keys: u64) -> Result<PathBuf> {
    let now = Millis::from(SystemTime::now());
    let of_day = |day| folder.join(format!("filled-{keys}-{day}.db"));
    let (whole, earlier) = (of_day(now.0 / DAY), of_day(now.0 / DAY - 1));
    for made in [&whole, &earlier] {
        if made.exists() {
            return Ok(made.clone());
        }
    }
    let part = whole.with_extension("part");
    if part.exists() {
        fs::remove_file(&part)?;
    }
    let store = SqliteStore::builder(&part).queue(2 * EACH as usize).open()?;
    let fence = store.own(Owner(1), now, Duration::from_secs(86_400)).await?;
    let fence = fence.ok_or("the new file has another owner")?;
    let (mut rng, began) = (Rng::with_seed(1), Instant::now());
    let (mut last, mut told) = (Seq(0), Instant::now());
    for first in (0..keys).step_by(EACH as usize) {
        let day = 1 + first * DAYS / keys;
        let until = Millis(now.0 + day * DAY);
        let origin = StoredOrigin::new(Form::Cloud, "");
        let mut incoming = Incoming::new(Bytes::from_static(b"{}"), origin, now, until);
        for _ in first..keys.min(first + EACH) {
            let key = DedupKey::from_bytes(rng.u128(..).to_le_bytes());
            incoming.events.push(NewEvent::new(Some(key), Lane(rng.u64(..)), 0));
        }
        store.keep(incoming).await?;
        let mut ends = JoinSet::new();
        for pending in store.pending(Scan::After(last), EACH as usize).await? {
            last = pending.seq;
            let store = store.clone();
            ends.spawn(async move { store.finish(fence, pending.seq, now, End::Done).await });
        }
        while let Some(end) = ends.join_next().await {
            end??;
        }
        if told.elapsed() > Duration::from_secs(10) {
            told = Instant::now();
            println!("{first} of {keys} keys after {:.0} s", began.elapsed().as_secs_f64());
        }
    }
    store.sweep(now, Retention::new(Duration::ZERO, Duration::ZERO)).await?;
    store.disown(fence).await?;
    let found = store.stats().await?;
    if (found.keys, found.pending, found.bodies) != (Some(keys), 0, 0) {
        return Err(format!("the file holds something else: {found:?}").into());
    }
    store.close().await;
    fs::rename(&part, &whole)?;
    println!("filled {keys} keys in {:.0} s", began.elapsed().as_secs_f64());
    Ok(whole)
}
