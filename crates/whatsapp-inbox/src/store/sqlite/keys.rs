//! The keys that are remembered: a table a day.
//!
//! A key is in the table of the day on which its time is over; the table is dropped, whole, when that
//! day is. So nothing is ever deleted key by key, and a key is 16 bytes and a few of SQLite's.

use crate::store::Millis;
use rusqlite::{Connection, OptionalExtension, params};
use std::fmt::Write;
use whatsapp_router::dedup::DedupKey;

const DAY: u64 = 24 * 60 * 60 * 1000;

/// SQLite joins up to 500 tables; more are asked in turn.
const AT_ONCE: usize = 100;

/// The tables, as one transaction sees them.
pub(super) struct Keys<'c> {
    file: &'c Connection,
    days: Vec<u64>,
    questions: Vec<String>,
}

impl<'c> Keys<'c> {
    pub(super) fn of(file: &'c Connection) -> rusqlite::Result<Self> {
        let mut statement = file.prepare_cached("SELECT day FROM key_tables ORDER BY day DESC")?;
        let days = statement
            .query_map([], |row| row.get::<_, i64>(0))?
            .map(|day| day.map(i64::cast_unsigned))
            .collect::<rusqlite::Result<_>>()?;
        let mut keys = Keys { file, days, questions: Vec::new() };
        keys.ask();
        Ok(keys)
    }

    /// Writes the questions whether a key is in one of the tables.
    fn ask(&mut self) {
        self.questions = self
            .days
            .chunks(AT_ONCE)
            .map(|days| {
                let mut sql = String::new();
                for day in days {
                    let union = if sql.is_empty() { "" } else { " UNION ALL " };
                    let _ = write!(sql, "{union}SELECT 1 FROM keys_{day} WHERE key = ?1");
                }
                sql + " LIMIT 1"
            })
            .collect();
    }

    /// Remembers a key until then; `false` if it was remembered already.
    pub(super) fn remember(&mut self, key: DedupKey, until: Millis) -> rusqlite::Result<bool> {
        let key = key.to_bytes();
        for question in &self.questions {
            let mut statement = self.file.prepare_cached(question)?;
            if statement.query_row([key], |_| Ok(())).optional()?.is_some() {
                return Ok(false);
            }
        }
        let day = until.0 / DAY;
        if !self.days.contains(&day) {
            self.file.execute_batch(&format!(
                "CREATE TABLE keys_{day} (key BLOB PRIMARY KEY) WITHOUT ROWID;
                 INSERT INTO key_tables (day) VALUES ({day})"
            ))?;
            self.days.push(day);
            self.ask();
        }
        self.file.prepare_cached(&format!("INSERT INTO keys_{day} VALUES (?1)"))?.execute([key])?;
        self.file
            .prepare_cached("UPDATE key_tables SET keys = keys + 1 WHERE day = ?1")?
            .execute(params![day.cast_signed()])?;
        Ok(true)
    }
}

/// Drops one table whose day is over, and tells how many keys it held.
pub(super) fn forget(file: &Connection, now: Millis) -> rusqlite::Result<Option<u64>> {
    let over = file
        .prepare_cached("DELETE FROM key_tables WHERE day = (SELECT min(day) FROM key_tables) AND day < ?1 RETURNING day, keys")?
        .query_row(params![(now.0 / DAY).cast_signed()], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
        })
        .optional()?;
    let Some((day, keys)) = over else { return Ok(None) };
    file.execute_batch(&format!("DROP TABLE keys_{day}"))?;
    Ok(Some(keys.cast_unsigned()))
}

/// How many are remembered.
pub(super) fn count(file: &Connection) -> rusqlite::Result<u64> {
    file.prepare_cached("SELECT ifnull(sum(keys), 0) FROM key_tables")?
        .query_row([], |row| row.get::<_, i64>(0))
        .map(i64::cast_unsigned)
}
