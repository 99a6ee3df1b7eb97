//! Where the files are: whether they are still there, and whether there is room.

#[cfg(unix)]
use std::os::unix::fs::MetadataExt;
use std::{
    io,
    path::{Path, PathBuf},
};

/// The place of a store's files.
pub(super) struct Place {
    /// The file, by the name by which it is opened, its log, and which files they were then.
    #[cfg(unix)]
    files: [(PathBuf, (u64, u64)); 2],
    /// So many bytes must be free.
    #[cfg(unix)]
    floor: u64,
}

#[cfg(unix)]
impl Place {
    /// Of files that are open: the name may be a link, which may lead elsewhere one day.
    pub(super) fn of(name: PathBuf, path: &Path, floor: u64) -> io::Result<Self> {
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        let log = PathBuf::from(log);
        // Of what was opened: the name may lead elsewhere by now.
        let (file_id, log_id) = (id(path)?, id(&log)?);
        Ok(Place { files: [(name, file_id), (log, log_id)], floor })
    }

    /// Was one of the files removed or replaced? Then nobody will find what is written to it.
    pub(super) fn is_another(&self) -> bool {
        self.files.iter().any(|(path, known)| match id(path) {
            Ok(found) => found != *known,
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        })
    }

    /// Is there room? Where that cannot be known, there is.
    pub(super) fn has_room(&self) -> bool {
        let [(path, _), _] = &self.files;
        self.floor == 0
            || rustix::fs::statvfs(path)
                .map_or(true, |disk| disk.f_bavail.saturating_mul(disk.f_frsize) >= self.floor)
    }
}

#[cfg(unix)]
fn id(path: &Path) -> io::Result<(u64, u64)> {
    std::fs::metadata(path).map(|file| (file.dev(), file.ino()))
}

/// Elsewhere an open file cannot be removed, and room is not asked for.
#[cfg(not(unix))]
impl Place {
    pub(super) fn of(_: PathBuf, _: &Path, _: u64) -> io::Result<Self> {
        Ok(Place {})
    }

    pub(super) fn is_another(&self) -> bool {
        false
    }

    pub(super) fn has_room(&self) -> bool {
        true
    }
}
