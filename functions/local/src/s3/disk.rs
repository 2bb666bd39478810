//! Objects as files: `s3/{bucket}/{path}` is the body, `s3/.meta/{bucket}/{path}.json` what is known about it.
//!
//! The rename of a body over its place is the one moment of commitment. Before it, the new metadata stand durably beside
//! the old ones as `{path}.next`; after it they replace them. A crash in between leaves a `.next`, and whether the body is
//! the one it describes tells on which side: so body and metadata change together, also over `kill -9` and power cuts.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::{name, object::Meta};
use crate::lock::{DirectoryLock, OpenError, sync_directory};

/// A folder can vanish between its creation and the rename into it when the last neighbour is deleted; then again.
const ATTEMPTS: usize = 16;

#[derive(Debug)]
pub(super) struct Disk {
    root: PathBuf,
    staged: AtomicU64,
    _lock: DirectoryLock,
}

/// A durable body that is in nobody's way yet; removed unless it is placed.
#[derive(Debug)]
pub(super) struct Staged(PathBuf);

impl Drop for Staged {
    fn drop(&mut self) {
        // Placed bodies are gone from here; a leftover is cleaned when the store opens.
        let _ = fs::remove_file(&self.0);
    }
}

/// What a bucket held when it was opened: its objects, and those whose commitment a crash left unannounced.
#[derive(Debug, Default)]
pub(super) struct Recovered {
    pub(super) objects: Vec<Meta>,
    pub(super) unannounced: Vec<Meta>,
}

impl Disk {
    pub(super) fn open(data: &Path) -> Result<Self, OpenError> {
        let root = data.join("s3");
        let lock = DirectoryLock::acquire(data, &root)?;
        let staging = root.join(".tmp");
        match fs::remove_dir_all(&staging) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(OpenError::io(&staging)(error)),
            _ => fs::create_dir_all(&staging).map_err(OpenError::io(&staging))?,
        }
        Ok(Self {
            root,
            staged: AtomicU64::new(0),
            _lock: lock,
        })
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn buckets(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.root)? {
            let entry = entry?;
            if let Ok(name) = entry.file_name().into_string()
                && !name.starts_with('.')
                && entry.file_type()?.is_dir()
            {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    pub(super) fn create_bucket(&self, bucket: &str) -> io::Result<()> {
        create_folders(&self.root.join(".meta").join(bucket))?;
        create_folders(&self.root.join(bucket))
    }

    pub(super) fn body(&self, bucket: &str, key: &str) -> PathBuf {
        self.root.join(bucket).join(name::path(key))
    }

    fn meta(&self, bucket: &str, key: &str, suffix: &str) -> PathBuf {
        let mut path = self.root.join(".meta").join(bucket).join(name::path(key)).into_os_string();
        path.push(suffix);
        path.into()
    }

    /// Writes `bytes` durably where nothing refers to it.
    pub(super) fn stage(&self, bytes: &[u8]) -> io::Result<Staged> {
        let number = self.staged.fetch_add(1, Ordering::Relaxed);
        let staged = Staged(self.root.join(".tmp").join(number.to_string()));
        let mut file = File::create(&staged.0)?;
        file.write_all(bytes)?;
        file.sync_data()?;
        Ok(staged)
    }

    /// Announces a commitment: durable before it happens.
    pub(super) fn announce(&self, bucket: &str, meta: &Meta) -> io::Result<()> {
        let json = serde_json::to_vec_pretty(meta).map_err(io::Error::other)?;
        let next = self.meta(bucket, &meta.key, ".next");
        place(self.stage(&json)?, &next)?;
        sync_parent(&next)
    }

    /// The commitment itself, visible at once; [`Disk::settle`] makes it durable.
    pub(super) fn commit(&self, bucket: &str, key: &str, body: Staged) -> io::Result<()> {
        place(body, &self.body(bucket, key))
    }

    /// Takes an announcement back.
    pub(super) fn withdraw(&self, bucket: &str, key: &str) {
        // If even this fails, the next opening sees a body that the announcement does not describe, and drops it.
        let _ = fs::remove_file(self.meta(bucket, key, ".next"));
    }

    pub(super) fn sync_body(&self, bucket: &str, key: &str) -> io::Result<()> {
        sync_parent(&self.body(bucket, key))
    }

    /// The announced metadata become the object's.
    pub(super) fn settle(&self, bucket: &str, key: &str) -> io::Result<()> {
        fs::rename(self.meta(bucket, key, ".next"), self.meta(bucket, key, ".json"))
    }

    /// Takes a body away; without it the metadata mean nothing, so this is the commitment of a delete.
    pub(super) fn remove(&self, bucket: &str, key: &str) -> io::Result<()> {
        match fs::remove_file(self.body(bucket, key)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Makes a delete durable and sweeps what it leaves.
    pub(super) fn sweep(&self, bucket: &str, key: &str) -> io::Result<()> {
        sync_parent(&self.body(bucket, key))?;
        let meta = self.meta(bucket, key, ".json");
        let _ = fs::remove_file(&meta);
        prune(&self.root.join(bucket), &self.body(bucket, key));
        prune(&self.root.join(".meta").join(bucket), &meta);
        Ok(())
    }

    /// Reads a bucket back and finishes or undoes what a crash interrupted.
    pub(super) fn recover(&self, bucket: &str) -> Result<Recovered, OpenError> {
        let mut recovered = Recovered::default();
        let mut folders = vec![self.root.join(".meta").join(bucket)];
        let mut next = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).map_err(OpenError::io(&folder))? {
                let entry = entry.map_err(OpenError::io(&folder))?;
                let path = entry.path();
                if entry.file_type().map_err(OpenError::io(&path))?.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "next") {
                    next.push(path);
                }
            }
        }
        for path in next {
            if let Some(meta) = self.resolve(bucket, &path).map_err(OpenError::io(&path))? {
                recovered.unannounced.push(meta);
            }
        }
        self.read_back(bucket, &mut recovered.objects)?;
        Ok(recovered)
    }

    fn resolve(&self, bucket: &str, next: &Path) -> io::Result<Option<Meta>> {
        // An unreadable announcement was never durable, so nothing was committed on it.
        let meta = serde_json::from_slice::<Meta>(&fs::read(next)?).ok();
        if let Some(meta) = meta
            && fs::read(self.body(bucket, &meta.key)).is_ok_and(|body| meta.describes(&body))
        {
            return Ok(Some(meta));
        }
        fs::remove_file(next)?;
        Ok(None)
    }

    fn read_back(&self, bucket: &str, objects: &mut Vec<Meta>) -> Result<(), OpenError> {
        let mut folders = vec![self.root.join(".meta").join(bucket)];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).map_err(OpenError::io(&folder))? {
                let path = entry.map_err(OpenError::io(&folder))?.path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                if path.extension().is_none_or(|extension| extension != "json") {
                    continue;
                }
                let json = fs::read(&path).map_err(OpenError::io(&path))?;
                let meta: Meta = serde_json::from_slice(&json).map_err(|error| OpenError::Damaged {
                    path: path.clone(),
                    reason: error.to_string(),
                })?;
                if fs::exists(self.body(bucket, &meta.key)).map_err(OpenError::io(&path))? {
                    objects.push(meta);
                } else {
                    fs::remove_file(&path).map_err(OpenError::io(&path))?;
                }
            }
        }
        Ok(())
    }
}

fn place(staged: Staged, to: &Path) -> io::Result<()> {
    let folder = to.parent().unwrap_or(to);
    let mut result = Ok(());
    for _ in 0..ATTEMPTS {
        result = create_folders(folder).and_then(|()| fs::rename(&staged.0, to));
        match &result {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            _ => break,
        }
    }
    result
}

/// Creates missing folders from the top, each durable in its parent.
fn create_folders(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(parent) = folder.parent() {
        create_folders(parent)?;
        match fs::create_dir(folder) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
            _ => sync_directory(parent)?,
        }
    }
    Ok(())
}

fn sync_parent(path: &Path) -> io::Result<()> {
    match sync_directory(path.parent().unwrap_or(path)) {
        // The folder went with its last file, and its own removal is what matters then.
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

/// Removes folders that a delete left empty, up to the bucket.
fn prune(bucket: &Path, path: &Path) {
    let mut folder = path.parent();
    while let Some(empty) = folder.filter(|folder| *folder != bucket && folder.starts_with(bucket)) {
        if fs::remove_dir(empty).is_err() {
            break;
        }
        folder = empty.parent();
    }
}
