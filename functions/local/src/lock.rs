//! One process owns a data directory; a second one is told so instead of being let loose on the same files.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// Why a data directory could not be opened; each message says what to do next.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process holds the lock.
    #[error(
        "the data directory {} is in use by another process; stop that one or start this one with another --data DIR",
        .0.display()
    )]
    InUse(PathBuf),
    /// The directory cannot be read or written.
    #[error("cannot use the data directory {}: {source}; check that it exists, is writable and has space left", .path.display())]
    Io {
        /// Where it happened.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A file of ours holds something else.
    #[error("{} is damaged ({reason}); restore it from a copy, or remove it to lose that object only", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found.
        reason: String,
    },
    /// A bucket name that S3 does not allow.
    #[error("`{0}` is no bucket name; use 3 to 63 characters of a-z, 0-9, `-` and `.`")]
    BucketName(String),
}

impl OpenError {
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}

/// Held for as long as the directory is used; the operating system lets go when the process dies, however it dies.
#[derive(Debug)]
pub(crate) struct DirectoryLock(#[expect(dead_code, reason = "the lock lasts as long as the open file")] File);

impl DirectoryLock {
    /// Locks `part` (created if missing) of the data directory `data`.
    pub(crate) fn acquire(data: &Path, part: &Path) -> Result<Self, OpenError> {
        fs::create_dir_all(part).map_err(OpenError::io(part))?;
        let path = part.join(".lock");
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(OpenError::io(&path))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(OpenError::InUse(data.to_owned())),
            Err(TryLockError::Error(source)) => Err(OpenError::io(&path)(source)),
        }
    }
}

/// Makes names in `directory` survive a power cut: a rename is durable only when its directory is.
pub(crate) fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}
