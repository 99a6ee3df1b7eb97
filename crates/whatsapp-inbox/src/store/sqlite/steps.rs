//! What changes the file: each function runs within a transaction, with others or alone.

use super::keys::{self, Keys};
use crate::store::{
    BodyId, End, Erasure, Fence, Incoming, Kept, Millis, Owner, Retention, Seq, Swept,
};
use rusqlite::{Connection, OptionalExtension, Result, params};
use std::time::Duration;
use whatsapp_notification::Form;

/// Up to so many rows are removed in a transaction, so that others need not wait long.
const SWEPT_AT_ONCE: u64 = 500;

pub(super) fn keep(file: &Connection, incoming: &Incoming) -> Result<Kept> {
    let mut keys = Keys::of(file)?;
    let mut new = Vec::with_capacity(incoming.events.len());
    for event in &incoming.events {
        if match event.key {
            Some(key) => keys.remember(key, incoming.remember_until)?,
            None => true,
        } {
            new.push(event);
        }
    }
    let kept = Kept { new: new.len(), duplicates: incoming.events.len() - new.len() };
    if new.is_empty() {
        return Ok(kept);
    }
    // Two statements, here and below: for RETURNING, SQLite makes a table each time.
    let last: i64 =
        file.prepare_cached("SELECT seq FROM store")?.query_row([], |row| row.get(0))?;
    file.prepare_cached("UPDATE store SET seq = ?1")?.execute([last + new.len() as i64])?;
    let first = last + 1;
    let (origin, received) = (&incoming.origin, stored(incoming.received));
    let (scheme, secret) = origin.proof.as_ref().map(|(scheme, secret)| (scheme, secret)).unzip();
    file.prepare_cached(
        "INSERT INTO notifications (id, form, label, scheme, secret, received, open)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        first,
        form_name(origin.form),
        origin.label,
        scheme,
        secret,
        received,
        new.len() as i64
    ])?;
    file.prepare_cached("INSERT INTO bodies (id, body) VALUES (?1, ?2)")?
        .execute(params![first, &incoming.body[..]])?;
    for (seq, event) in (first..).zip(new) {
        let lane = event.lane.0.cast_signed();
        match event.dead {
            None => file
                .prepare_cached(
                    "INSERT INTO events (seq, body, at, lane, attempts, due)
                     VALUES (?1, ?2, ?3, ?4, 0, ?5)",
                )?
                .execute(params![seq, first, event.offset, lane, received])?,
            Some(reason) => file
                .prepare_cached(
                    "INSERT INTO dead (seq, body, at, lane, attempts, died, reason)
                     VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6)",
                )?
                .execute(params![seq, first, event.offset, lane, received, reason])?,
        };
    }
    Ok(kept)
}

pub(super) fn own(
    file: &Connection,
    owner: Owner,
    now: Millis,
    lease: Duration,
) -> Result<Option<Fence>> {
    let lease = u64::try_from(lease.as_millis()).unwrap_or(u64::MAX);
    let until = Millis(now.0.saturating_add(lease));
    // The clock was set back; less than a lease may be the time that a call has waited.
    file.prepare_cached(
        "UPDATE store SET owned_until = ?1 + owned_for WHERE owned_until - ?1 > 2 * owned_for",
    )?
    .execute([stored(now)])?;
    file.prepare_cached(
        "UPDATE store SET
            fence = iif(owner IS ?1, fence, fence + 1),
            owner = ?1,
            owned_until = ?2,
            owned_for = ?4
         WHERE owner IS NULL OR owner = ?1 OR owned_until <= ?3
         RETURNING fence",
    )?
    .query_row(
        params![owner.0.cast_signed(), stored(until), stored(now), stored(Millis(lease))],
        |row| row.get::<_, i64>(0),
    )
    .optional()
    .map(|fence| fence.map(|fence| Fence(fence.cast_unsigned())))
}

pub(super) fn disown(file: &Connection, fence: Fence) -> Result<()> {
    file.prepare_cached("UPDATE store SET owner = NULL, owned_until = 0 WHERE fence = ?1")?
        .execute([fence.0.cast_signed()])?;
    Ok(())
}

pub(super) fn finish(
    file: &Connection,
    fence: Fence,
    seq: Seq,
    now: Millis,
    end: &End,
) -> Result<bool> {
    let valid = file
        .prepare_cached("SELECT 1 FROM store WHERE fence = ?1 AND owner IS NOT NULL")?
        .exists([fence.0.cast_signed()])?;
    if !valid {
        return Ok(false);
    }
    let seq = seq.0.cast_signed();
    if let End::Retry { attempts, due } = end {
        let changed = file
            .prepare_cached("UPDATE events SET attempts = ?2, due = ?3 WHERE seq = ?1")?
            .execute(params![seq, attempts, stored(*due)])?;
        return Ok(changed > 0);
    }
    let Some((body, at, lane)) = file
        .prepare_cached("SELECT body, at, lane FROM events WHERE seq = ?1")?
        .query_row([seq], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?))
        })
        .optional()?
    else {
        return Ok(false);
    };
    file.prepare_cached("DELETE FROM events WHERE seq = ?1")?.execute([seq])?;
    match end {
        End::Dead { attempts, reason } => {
            file.prepare_cached(
                "INSERT INTO dead (seq, body, at, lane, attempts, died, reason)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![seq, body, at, lane, attempts, stored(now), reason])?;
        }
        _ => ended(file, body, 1, now)?,
    }
    Ok(true)
}

pub(super) fn replay(file: &Connection, seq: Seq, now: Millis) -> Result<bool> {
    let moved = file
        .prepare_cached(
            "INSERT INTO events (seq, body, at, lane, attempts, due)
             SELECT seq, body, at, lane, 0, ?2 FROM dead WHERE seq = ?1",
        )?
        .execute(params![seq.0.cast_signed(), stored(now)])?;
    file.prepare_cached("DELETE FROM dead WHERE seq = ?1")?.execute([seq.0.cast_signed()])?;
    Ok(moved > 0)
}

pub(super) fn purge(file: &Connection, seq: Seq, now: Millis) -> Result<bool> {
    let seq = seq.0.cast_signed();
    let body = file
        .prepare_cached("SELECT body FROM dead WHERE seq = ?1")?
        .query_row([seq], |row| row.get(0))
        .optional()?;
    if let Some(body) = body {
        file.prepare_cached("DELETE FROM dead WHERE seq = ?1")?.execute([seq])?;
        ended(file, body, 1, now)?;
    }
    Ok(body.is_some())
}

/// Overwrites a part of a body that is still what it was; how many events have ended with it.
pub(super) fn erase(
    file: &Connection,
    id: BodyId,
    erasure: &Erasure,
    now: Millis,
) -> Result<Option<u64>> {
    let id = i64::try_from(id.0).unwrap_or(i64::MAX);
    let overwritten = file
        .prepare_cached("UPDATE bodies SET body = ?3 WHERE id = ?1 AND body = ?2")?
        .execute(params![id, &erasure.before()[..], erasure.after()])?;
    if overwritten == 0 {
        return Ok(None);
    }
    // A body's events have places from its number on. Of bodies between it and the next that is there
    // all events have ended.
    let next: Option<i64> = file
        .prepare_cached("SELECT min(id) FROM notifications WHERE id > ?1")?
        .query_row([id], |row| row.get(0))?;
    let mut count = 0;
    for table in ["events", "dead"] {
        let open: Vec<(i64, u32)> = file
            .prepare_cached(&format!("SELECT seq, at FROM {table} WHERE seq >= ?1 AND seq < ?2"))?
            .query_map([id, next.unwrap_or(i64::MAX)], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_>>()?;
        for (seq, at) in open {
            if erasure.is_blank_at(at) {
                count += file
                    .prepare_cached(&format!("DELETE FROM {table} WHERE seq = ?1"))?
                    .execute([seq])?;
            }
        }
    }
    if count > 0 {
        ended(file, id, count as i64, now)?;
    }
    Ok(Some(count as u64))
}

/// Removes a part of what need not be kept, and tells whether there may be more.
pub(super) fn sweep(file: &Connection, now: Millis, retention: Retention) -> Result<(Swept, bool)> {
    let mut swept = Swept::default();
    let before = |kept: Duration| {
        if kept.is_zero() {
            return Some(i64::MAX);
        }
        let kept = u64::try_from(kept.as_millis()).unwrap_or(u64::MAX);
        now.0.checked_sub(kept).map(|before| stored(Millis(before)))
    };
    if let Some(before) = before(retention.dead) {
        let old: Vec<i64> = file
            .prepare_cached("SELECT seq FROM dead WHERE died <= ?1 ORDER BY died LIMIT ?2")?
            .query_map(params![before, SWEPT_AT_ONCE as i64], |row| row.get(0))?
            .collect::<Result<_>>()?;
        for seq in old {
            swept.dead += u64::from(purge(file, Seq(seq.cast_unsigned()), now)?);
        }
    }
    if let Some(before) = before(retention.bodies) {
        let old: Vec<i64> = file
            .prepare_cached(
                "SELECT id FROM notifications WHERE ended <= ?1 ORDER BY ended LIMIT ?2",
            )?
            .query_map(params![before, SWEPT_AT_ONCE as i64], |row| row.get(0))?
            .collect::<Result<_>>()?;
        for id in old {
            file.prepare_cached("DELETE FROM notifications WHERE id = ?1")?.execute([id])?;
            file.prepare_cached("DELETE FROM bodies WHERE id = ?1")?.execute([id])?;
            swept.bodies += 1;
        }
    }
    let forgotten = keys::forget(file, now)?;
    swept.keys = forgotten.unwrap_or(0);
    let more = forgotten.is_some() || swept.dead >= SWEPT_AT_ONCE || swept.bodies >= SWEPT_AT_ONCE;
    Ok((swept, more))
}

/// So many events of a body have ended, at least one.
fn ended(file: &Connection, body: i64, count: i64, now: Millis) -> Result<()> {
    file.prepare_cached(
        "UPDATE notifications SET open = open - ?2, ended = iif(open = ?2, ?3, NULL) WHERE id = ?1",
    )?
    .execute(params![body, count, stored(now)])?;
    Ok(())
}

/// SQLite's integers have a sign; a time that does not fit is as good as never.
fn stored(time: Millis) -> i64 {
    i64::try_from(time.0).unwrap_or(i64::MAX)
}

fn form_name(form: Form) -> &'static str {
    match form {
        Form::Cloud => "cloud",
        Form::OnPremises => "on-premises",
        _ => "other",
    }
}
