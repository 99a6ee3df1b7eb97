//! The file: how it is made, known again, and brought up to date.

use rusqlite::{Connection, OpenFlags, TransactionBehavior, config::DbConfig};
use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::Duration,
};
use whatsapp_router::{BoxError, dedup::HashKey};

/// Stands in the header of every file of ours: "winb".
const APPLICATION: i64 = 0x7769_6e62;

/// What brings a file from the version before to the one that is this step's place, counted from 1.
///
/// A step that has been released stays as it is. A new one only adds: tables, columns with a default, indexes.
/// The version before may have the file open while it is taken, by the next process or a newer
/// `wahook`, and must go on working with what it knows, from the next statement on.
const STEPS: [&str; 1] = [include_str!("schema.sql")];

/// Held while a file is made. To close any descriptor of a file takes the locks of the whole process
/// from it (POSIX `fcntl`), those of a store that has found the file meanwhile, too; without them another
/// process removes the log that is in use. So beside this nothing opens the file but SQLite.
static MAKING: Mutex<()> = Mutex::new(());

/// Why a file is no store of ours, or not one that can be read.
#[derive(Debug)]
pub(super) enum OpenError {
    Foreign,
    Empty,
    Newer(i64),
    NoWal(String),
}

/// The file's own path, its connections, and its hash key.
pub(super) struct Opened {
    pub(super) path: PathBuf,
    pub(super) writer: Connection,
    pub(super) reader: Connection,
    pub(super) checkpointer: Connection,
    pub(super) hash_key: HashKey,
}

/// Opens a file; makes it if there is none, and that is wanted.
pub(super) fn open(
    path: &Path,
    may_create: bool,
    busy_timeout: Duration,
) -> Result<Opened, BoxError> {
    {
        let _alone = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
        if may_create {
            create(path)?;
        }
    }
    let path = reach(path)?;
    let mut writer = connect(&path, busy_timeout)?;
    recognize(&writer, may_create)?;
    restrict(&path)?;
    use_wal(&writer, busy_timeout)?;
    migrate(&mut writer, &STEPS)?;
    settle(&path, &writer)?;
    let hash_key = writer.query_row("SELECT hash_key FROM store", [], |row| row.get(0))?;
    let (reader, checkpointer) = (connect(&path, busy_timeout)?, connect(&path, busy_timeout)?);
    // KiB. The writer looks for each key in every table of keys.
    writer.pragma_update(None, "cache_size", -32 * 1024)?;
    reader.pragma_update(None, "query_only", true)?;
    let hash_key = HashKey::new(hash_key);
    Ok(Opened { path, writer, reader, checkpointer, hash_key })
}

/// An empty file that only its owner may read: SQLite gives its companions the same mode.
fn create(path: &Path) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(file) => file.sync_all()?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
        Err(error) => return Err(error),
    }
    sync_folder(path)
}

/// The file's own path: its log is beside it, and not beside a link to it. Can it be read and written? The
/// system says better than SQLite what is wrong.
fn reach(path: &Path) -> io::Result<PathBuf> {
    let path = fs::canonicalize(path)?;
    #[cfg(unix)]
    rustix::fs::access(&path, rustix::fs::Access::READ_OK | rustix::fs::Access::WRITE_OK)?;
    Ok(path)
}

/// A file that nobody finds is no file. SQLite does this, too, and does not tell when it fails.
fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        fs::File::open(folder)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// A file that was copied may have another mode.
fn restrict(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    for companion in ["", "-wal", "-shm"] {
        use std::os::unix::fs::PermissionsExt;
        let mut name = path.as_os_str().to_owned();
        name.push(companion);
        match fs::metadata(&name) {
            Ok(file) if file.permissions().mode() & 0o077 != 0 => {
                fs::set_permissions(&name, fs::Permissions::from_mode(0o600))?;
            }
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

fn connect(path: &Path, busy_timeout: Duration) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(busy_timeout)?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.pragma_update(None, "synchronous", "FULL")?;
    // Only macOS knows the difference: there fsync alone does not reach the disk.
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    connection.pragma_update(None, "secure_delete", "FAST")?;
    // Plans do not depend on what is bound, or each call with a limit would be planned anew.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // The thread for it does it, and tells when it fails.
    connection.pragma_update_and_check(None, "wal_autocheckpoint", 0, |_| Ok(()))?;
    Ok(connection)
}

/// Changes nothing: a file that is not ours stays as it is.
fn recognize(file: &Connection, may_be_empty: bool) -> Result<(), BoxError> {
    // One moment's: another may be making it.
    let moment = file.unchecked_transaction()?;
    let number = |pragma| moment.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let tables: i64 =
        moment.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let (application, version) = (number("application_id")?, number("user_version")?);
    let is_empty = application == 0 && version == 0 && tables == 0;
    match application == APPLICATION || may_be_empty && is_empty {
        true => Ok(()),
        false if is_empty => Err(OpenError::Empty.into()),
        false => Err(OpenError::Foreign.into()),
    }
}

/// Two that open a new file at once are in each other's way here, and SQLite does not wait.
fn use_wal(file: &Connection, busy_timeout: Duration) -> Result<(), BoxError> {
    const STEP: Duration = Duration::from_millis(10);
    let mut waited = Duration::ZERO;
    loop {
        let mode = file
            .pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0));
        match mode {
            Ok(mode) if mode.eq_ignore_ascii_case("wal") => return Ok(()),
            Ok(mode) => return Err(OpenError::NoWal(mode).into()),
            Err(error) => match error.sqlite_error_code() {
                Some(rusqlite::ErrorCode::DatabaseBusy) if waited < busy_timeout => {
                    std::thread::sleep(STEP);
                    waited += STEP;
                }
                _ => return Err(error.into()),
            },
        }
    }
}

/// A killed process may have written to the log what it had no time to sync. It can be read, and would
/// make duplicates, which are answered without another sync: so it has to be on the disk first.
fn settle(path: &Path, file: &Connection) -> Result<(), BoxError> {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    match fs::OpenOptions::new().write(true).open(log) {
        Ok(log) => log.sync_all()?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error.into()),
    }
    // After a sync that failed, the log may look as if it were there, and no sync would write it again.
    super::writer::checkpoint(file)?;
    Ok(sync_folder(path)?)
}

/// Takes the steps that the file has not behind it, all or none.
fn migrate(file: &mut Connection, steps: &[&str]) -> Result<(), BoxError> {
    let latest = steps.len() as i64;
    let transaction = file.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version > latest {
        return Err(OpenError::Newer(version).into());
    }
    let done = usize::try_from(version)?;
    for step in &steps[done..] {
        transaction.execute_batch(step)?;
    }
    if version == 0 {
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction
            .execute("INSERT INTO store (hash_key) VALUES (?1)", [HashKey::random().to_bytes()])?;
    }
    if version < latest {
        transaction.pragma_update(None, "user_version", latest)?;
    }
    transaction.commit()?;
    Ok(())
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OpenError::Foreign => f.write_str("the file is an SQLite database, but no inbox"),
            OpenError::Empty => f.write_str("the file is empty: no inbox"),
            OpenError::Newer(version) => write!(
                f,
                "the inbox has version {version}; this program knows versions up to {}",
                STEPS.len()
            ),
            OpenError::NoWal(mode) => {
                write!(f, "the file cannot have a write-ahead log; its journal mode is {mode}")
            }
        }
    }
}

impl std::error::Error for OpenError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_opens_a_file_while_one_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("inbox.db");
        let making = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
        let (begins, begun) = std::sync::mpsc::channel();
        let opening = std::thread::spawn(move || {
            begins.send(()).unwrap();
            open(&path, true, Duration::ZERO).is_ok()
        });
        begun.recv().unwrap();
        // Longer than it would take.
        for n in 0..20 {
            let other = Connection::open(folder.path().join(n.to_string())).unwrap();
            other.execute_batch("CREATE TABLE any (id)").unwrap();
        }
        assert!(!opening.is_finished());
        drop(making);
        assert!(opening.join().unwrap());
    }

    #[test]
    fn a_file_takes_the_steps_that_it_has_not_taken_and_keeps_what_is_in_it() {
        let mut file = Connection::open_in_memory().unwrap();
        let version = |file: &Connection| -> i64 {
            file.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
        };
        let key = |file: &Connection| -> Vec<u8> {
            file.query_row("SELECT hash_key FROM store", [], |row| row.get(0)).unwrap()
        };
        migrate(&mut file, &STEPS).unwrap();
        let (first, made) = (version(&file), key(&file));
        let mut later = STEPS.to_vec();
        later.push("ALTER TABLE store ADD COLUMN more INTEGER NOT NULL DEFAULT 7");

        let failing = [&later[..], &["CREATE TABLE half (id); no SQL"]].concat();
        migrate(&mut file, &failing).unwrap_err();
        assert_eq!(version(&file), first, "a step that fails takes the others with it");

        for _ in 0..2 {
            migrate(&mut file, &later).unwrap();
            assert_eq!((version(&file), key(&file)), (first + 1, made.clone()));
            let more: i64 = file.query_row("SELECT more FROM store", [], |row| row.get(0)).unwrap();
            assert_eq!(more, 7);
        }
        let refused = migrate(&mut file, &STEPS).unwrap_err().to_string();
        assert!(refused.contains(&format!("has version {}", first + 1)), "{refused}");
    }
}
