//! The keys that are remembered: a table a day.
//!
//! A key is in the table of the day on which its time is over, and is removed with all of that table, part
//! by part, when that day is. So a key needs no time of its own: it is 16 bytes and a few of SQLite's.

use crate::store::Millis;
use rusqlite::{Connection, OptionalExtension, params};
use std::fmt::Write;
use whatsapp_router::dedup::DedupKey;

const DAY: u64 = 24 * 60 * 60 * 1000;

/// SQLite joins up to 500 tables; more are asked in turn.
const AT_ONCE: usize = 100;

/// Others wait as long as it takes to remove so many.
const FORGOTTEN_AT_ONCE: u64 = 10_000;

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
        self.file
            .prepare_cached(&format!("INSERT INTO keys_{day} (key) VALUES (?1)"))?
            .execute([key])?;
        self.file
            .prepare_cached("UPDATE key_tables SET keys = keys + 1 WHERE day = ?1")?
            .execute(params![day.cast_signed()])?;
        Ok(true)
    }
}

/// Removes some keys whose day is over, and the table with the last of them; `None` if there is none.
pub(super) fn forget(file: &Connection, now: Millis) -> rusqlite::Result<Option<u64>> {
    let over = file
        .prepare_cached("SELECT day, keys FROM key_tables WHERE day < ?1 ORDER BY day LIMIT 1")?
        .query_row([(now.0 / DAY).cast_signed()], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?.cast_unsigned()))
        })
        .optional()?;
    let Some((day, keys)) = over else { return Ok(None) };
    if keys > FORGOTTEN_AT_ONCE {
        let removed = file
            .prepare_cached(&format!("DELETE FROM keys_{day} WHERE key <= ?1"))?
            .execute([lowest(file, day, keys)?])? as u64;
        // Else none is left, and the number is wrong: without this, nobody would ever come to an end.
        if removed > 0 {
            file.prepare_cached("UPDATE key_tables SET keys = keys - ?2 WHERE day = ?1")?
                .execute(params![day, removed.cast_signed()])?;
            return Ok(Some(removed));
        }
    }
    file.execute_batch(&format!(
        "DROP TABLE keys_{day};
         DELETE FROM key_tables WHERE day = {day}"
    ))?;
    Ok(Some(keys))
}

/// A key below which some [`FORGOTTEN_AT_ONCE`] of so many are: they are hashes, and evenly spread.
fn lowest(file: &Connection, day: i64, keys: u64) -> rusqlite::Result<[u8; 16]> {
    let first: Option<[u8; 16]> = file
        .prepare_cached(&format!("SELECT min(key) FROM keys_{day}"))?
        .query_row([], |row| row.get(0))?;
    let first = u128::from_be_bytes(first.unwrap_or_default());
    let each = (u128::MAX - first) / u128::from(keys);
    Ok((first + each * u128::from(FORGOTTEN_AT_ONCE)).to_be_bytes())
}

/// How many are remembered.
pub(super) fn count(file: &Connection) -> rusqlite::Result<u64> {
    file.prepare_cached("SELECT ifnull(sum(keys), 0) FROM key_tables")?
        .query_row([], |row| row.get::<_, i64>(0))
        .map(i64::cast_unsigned)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As if somebody had removed keys with a tool of their own.
    #[test]
    fn a_table_that_holds_fewer_keys_than_its_number_says_goes_too() {
        let file = Connection::open_in_memory().unwrap();
        file.execute_batch(include_str!("schema.sql")).unwrap();
        for key in [0, 100, 200] {
            let key = DedupKey::from_bytes([key; 16]);
            assert!(Keys::of(&file).unwrap().remember(key, Millis(0)).unwrap());
        }
        file.execute_batch("UPDATE key_tables SET keys = 1000000").unwrap();
        for _ in 0..4 {
            assert!(forget(&file, Millis(DAY)).unwrap().is_some());
        }
        assert_eq!(forget(&file, Millis(DAY)).unwrap(), None);
        assert_eq!(count(&file).unwrap(), 0);
    }
}
