//! What is read from the file, on a connection of its own. A `CROSS JOIN` is one whose left side SQLite
//! walks, in its order.

use super::keys;
use crate::store::{
    BodyId, DeadLetter, Lane, Millis, Pending, Scan, Seq, Stats, StoredBody, StoredOrigin,
};
use rusqlite::{Connection, OptionalExtension, Result, Row, params};
use whatsapp_notification::Form;

pub(super) fn pending(file: &Connection, scan: Scan, limit: usize) -> Result<Vec<Pending>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let select = |scope| {
        format!(
            "SELECT seq, body, at, lane, received, attempts, due
             FROM events CROSS JOIN notifications ON id = body
             WHERE {scope} ORDER BY seq LIMIT ?1"
        )
    };
    let event = |row: &Row<'_>| {
        Ok(Pending {
            seq: Seq(number(row, 0)?),
            body: BodyId(number(row, 1)?),
            offset: row.get(2)?,
            lane: Lane(number(row, 3)?),
            received: Millis(number(row, 4)?),
            attempts: row.get(5)?,
            due: Millis(number(row, 6)?),
        })
    };
    match scan {
        Scan::After(Seq(seq)) => file
            .prepare_cached(&select("seq > ?2"))?
            .query_map(params![limit, after(seq)], event)?
            .collect(),
        Scan::Lane(Lane(lane), Seq(seq)) => file
            .prepare_cached(&select("lane = ?3 AND seq > ?2"))?
            .query_map(params![limit, after(seq), lane.cast_signed()], event)?
            .collect(),
    }
}

pub(super) fn bodies(
    file: &Connection,
    behind: Option<BodyId>,
    limit: usize,
) -> Result<Vec<BodyId>> {
    file.prepare_cached("SELECT id FROM notifications WHERE id > ?1 ORDER BY id LIMIT ?2")?
        .query_map(
            params![after(behind.map_or(0, |id| id.0)), i64::try_from(limit).unwrap_or(i64::MAX)],
            |row| number(row, 0).map(BodyId),
        )?
        .collect()
}

pub(super) fn body(file: &Connection, id: BodyId) -> Result<Option<StoredBody>> {
    file.prepare_cached(
        "SELECT body, form, label, scheme, secret
         FROM notifications JOIN bodies USING (id) WHERE id = ?1",
    )?
    .query_row([after(id.0)], |row| {
        let form = match row.get_ref(1)?.as_str()? {
            "cloud" => Form::Cloud,
            "on-premises" => Form::OnPremises,
            _ => Form::Other,
        };
        let mut origin = StoredOrigin::new(form, row.get::<_, String>(2)?);
        origin.proof = row.get::<_, Option<String>>(3)?.zip(row.get(4)?);
        Ok(StoredBody { body: row.get::<_, Vec<u8>>(0)?.into(), origin })
    })
    .optional()
}

pub(super) fn dead(
    file: &Connection,
    behind: Option<Seq>,
    limit: usize,
) -> Result<Vec<DeadLetter>> {
    file.prepare_cached(
        "SELECT seq, body, at, received, died, attempts, reason
         FROM dead CROSS JOIN notifications ON id = body WHERE seq > ?1 ORDER BY seq LIMIT ?2",
    )?
    .query_map(
        params![after(behind.unwrap_or_default().0), i64::try_from(limit).unwrap_or(i64::MAX)],
        |row| {
            Ok(DeadLetter {
                seq: Seq(number(row, 0)?),
                body: BodyId(number(row, 1)?),
                offset: row.get(2)?,
                received: Millis(number(row, 3)?),
                died: Millis(number(row, 4)?),
                attempts: row.get(5)?,
                reason: row.get(6)?,
            })
        },
    )?
    .collect()
}

pub(super) fn stats(file: &Connection) -> Result<Stats> {
    let count = |table| {
        file.prepare_cached(&format!("SELECT count(*) FROM {table}"))?
            .query_row([], |row| number(row, 0))
    };
    let oldest = file
        .prepare_cached(
            "SELECT received FROM events CROSS JOIN notifications ON id = body ORDER BY seq LIMIT 1",
        )?
        .query_row([], |row| number(row, 0))
        .optional()?;
    Ok(Stats {
        pending: count("events")?,
        oldest: oldest.map(Millis),
        dead: count("dead")?,
        bodies: count("notifications")?,
        keys: Some(keys::count(file)?),
    })
}

/// No number of ours is greater than SQLite's greatest.
fn after(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

fn number(row: &Row<'_>, column: usize) -> Result<u64> {
    row.get::<_, i64>(column).map(i64::cast_unsigned)
}
