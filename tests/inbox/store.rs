//! The store's file, read by the checker while the server is dead.
//!
//! It is read with plain SQL and left as it is: the connection is read-only and moves no page from the
//! log to the file, so the next server finds what the kill has left.

use rusqlite::{Connection, OpenFlags, Result, config::DbConfig, params};
use std::path::Path;

/// What is in the file.
#[derive(Debug, Default)]
pub struct Snapshot {
    /// The last number that was given to an event.
    pub last: i64,
    /// Bodies that were kept since the snapshot before, with the numbers of their first events.
    pub bodies: Vec<(i64, Vec<u8>)>,
    /// How many bodies are in the file, those from before among them.
    pub stored: u32,
    /// Pending events, by number, with their body's and their place in it.
    pub pending: Vec<(i64, i64, u32)>,
    /// How many are dead.
    pub dead: u32,
}

/// Reads the file, and of the bodies those behind `after`. A file over which the server was killed before
/// it had made its tables is empty; a rollback journal beside it says so, too, for later there is none.
///
/// # Errors
/// SQLite's.
pub fn read(path: &Path, after: i64) -> Result<Snapshot> {
    if !path.exists() || path.with_extension("db-journal").exists() {
        return Ok(Snapshot::default());
    }
    let file = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    file.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    // All of it as of one moment, should somebody write meanwhile.
    let file = file.unchecked_transaction()?;
    let tables: u32 = file.query_row(
        "SELECT count(*) FROM sqlite_schema WHERE name IN ('store', 'events', 'bodies', 'dead')",
        [],
        |row| row.get(0),
    )?;
    if tables < 4 {
        return Ok(Snapshot::default());
    }
    let last = file.query_row("SELECT seq FROM store", [], |row| row.get(0))?;
    let bodies = file
        .prepare("SELECT id, body FROM bodies WHERE id > ?1 ORDER BY id")?
        .query_map(params![after], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_>>()?;
    let stored = file.query_row("SELECT count(*) FROM bodies", [], |row| row.get(0))?;
    let pending = file
        .prepare("SELECT seq, body, at FROM events ORDER BY seq")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_>>()?;
    let dead = file.query_row("SELECT count(*) FROM dead", [], |row| row.get(0))?;
    Ok(Snapshot { last, bodies, stored, pending, dead })
}

/// The place of the event with this number, in a list of all of them.
#[must_use]
pub fn place(seq: i64) -> usize {
    usize::try_from(seq - 1).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use tower::Service;
    use whatsapp_inbox::{Inbox, store::SqliteStore};
    use whatsapp_notification::Notification;

    #[tokio::test]
    async fn what_a_kill_has_left_is_read_and_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let (path, killed) = (folder.path().join("inbox.db"), folder.path().join("killed.db"));
        let mut inbox = Inbox::new(SqliteStore::open(&path).unwrap());
        let body = r#"{"messages":[{"from":"15550001","id":"A","type":"text"}]}"#;
        inbox.call(Notification::parse(body).unwrap()).await.unwrap();
        // Without the index of the log, which a kill may leave or not.
        for companion in ["", "-wal"] {
            let name = |path: &Path| format!("{}{companion}", path.display());
            fs::copy(name(&path), name(&killed)).unwrap();
        }
        let files =
            || ["killed.db", "killed.db-wal"].map(|name| fs::read(folder.path().join(name)));
        let before = files().map(Result::unwrap);
        assert!(before[1].len() > 32);

        let snapshot = read(&killed, 0).unwrap();
        assert_eq!((snapshot.last, snapshot.stored, snapshot.dead), (1, 1, 0));
        assert_eq!(snapshot.bodies, [(1, body.as_bytes().to_vec())]);
        assert_eq!(snapshot.pending, [(1, 1, 13)]);
        assert_eq!(read(&killed, 1).unwrap().bodies, []);
        assert!(files().map(Result::unwrap) == before);
        assert_eq!(read(&folder.path().join("none.db"), 0).unwrap().last, 0);
    }
}
