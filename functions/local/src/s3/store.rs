//! Buckets of objects with one index in memory: who may write, what a reader sees, what is told to the queues.
//! It knows nothing of HTTP. Everything here blocks: callers are on a thread that may.

use std::collections::BTreeMap;
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use bytes::Bytes;

use super::disk::Disk;
use super::event::{self, Notification};
use super::object::Meta;
use crate::lock::OpenError;

/// Writers of different keys rarely share one of these.
const STRIPES: usize = 64;

#[derive(Debug)]
pub(super) struct Store {
    disk: Option<Disk>,
    buckets: RwLock<BTreeMap<String, Arc<Bucket>>>,
    stripes: Vec<Stripe>,
    sequence: AtomicU64,
    notifications: Vec<Notification>,
}

#[derive(Debug)]
pub(super) struct Bucket {
    pub(super) name: String,
    objects: RwLock<BTreeMap<String, Object>>,
}

/// An object as the index knows it; its bytes only when there is no disk.
#[derive(Debug, Clone)]
pub(super) struct Object {
    pub(super) meta: Arc<Meta>,
    body: Option<Bytes>,
}

/// Writers of a key take turns over check and commit; readers only ever wait for a rename.
#[derive(Debug, Default)]
struct Stripe {
    writers: Mutex<()>,
    swap: RwLock<()>,
}

/// An object opened for reading: whatever happens to its key, these bytes stay.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) meta: Arc<Meta>,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Memory(Bytes),
    File(File),
}

/// What must hold for a write to happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condition {
    Always,
    Absent,
    Exists,
    Matches(String),
}

/// Why the store did not do it.
#[derive(Debug)]
pub(super) enum Refusal {
    NoSuchBucket,
    NoSuchKey,
    Precondition,
    Damaged(String),
    Io(io::Error),
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Condition {
    fn check(&self, current: Option<&Meta>) -> Result<(), Refusal> {
        match (self, current) {
            (Self::Always, _) | (Self::Absent, None) | (Self::Exists, Some(_)) => Ok(()),
            (Self::Matches(etag), Some(meta)) if *etag == meta.etag => Ok(()),
            // As AWS: there is nothing to match.
            (Self::Exists | Self::Matches(_), None) => Err(Refusal::NoSuchKey),
            (Self::Absent | Self::Matches(_), Some(_)) => Err(Refusal::Precondition),
        }
    }
}

impl Store {
    /// Opens the store below `data`, or one that forgets everything when there is no `data`.
    pub(super) fn open(data: Option<&Path>, notifications: Vec<Notification>) -> Result<Self, OpenError> {
        // From the clock, so that sequencers grow over restarts without reading every object first.
        let start = u64::try_from(jiff::Timestamp::now().as_microsecond()).unwrap_or(0);
        let store = Self {
            disk: data.map(Disk::open).transpose()?,
            buckets: RwLock::default(),
            stripes: (0..STRIPES).map(|_| Stripe::default()).collect(),
            sequence: AtomicU64::new(start),
            notifications,
        };
        if let Some(disk) = &store.disk {
            for name in disk.buckets().map_err(OpenError::io(disk.root()))? {
                store.reopen(disk, name)?;
            }
        }
        Ok(store)
    }

    /// True when no file is ever touched.
    pub(super) fn in_memory(&self) -> bool {
        self.disk.is_none()
    }

    fn reopen(&self, disk: &Disk, name: String) -> Result<(), OpenError> {
        let failed = OpenError::io(disk.root());
        disk.create_bucket(&name).map_err(OpenError::io(disk.root()))?;
        let recovered = disk.recover(&name)?;
        let mut objects = BTreeMap::new();
        for meta in recovered.objects {
            objects.insert(
                meta.key.clone(),
                Object {
                    meta: Arc::new(meta),
                    body: None,
                },
            );
        }
        for meta in recovered.unannounced {
            let told = event::hold(&self.notifications, &name, &meta)
                .and_then(event::publish)
                .and_then(|()| disk.settle(&name, &meta.key));
            if let Err(error) = told {
                return Err(failed(error));
            }
            tracing::info!(bucket = name, key = meta.key, "finished a write that a crash interrupted");
            objects.insert(
                meta.key.clone(),
                Object {
                    meta: Arc::new(meta),
                    body: None,
                },
            );
        }
        let bucket = Bucket {
            name: name.clone(),
            objects: RwLock::new(objects),
        };
        write(&self.buckets).insert(name, Arc::new(bucket));
        Ok(())
    }

    /// Creates a bucket; one that is there stays as it is.
    pub(super) fn create_bucket(&self, name: &str) -> io::Result<()> {
        let mut buckets = write(&self.buckets);
        if !buckets.contains_key(name) {
            if let Some(disk) = &self.disk {
                disk.create_bucket(name)?;
            }
            let bucket = Bucket {
                name: name.to_owned(),
                objects: RwLock::default(),
            };
            buckets.insert(name.to_owned(), Arc::new(bucket));
        }
        Ok(())
    }

    pub(super) fn bucket(&self, name: &str) -> Result<Arc<Bucket>, Refusal> {
        read(&self.buckets).get(name).cloned().ok_or(Refusal::NoSuchBucket)
    }

    pub(super) fn buckets(&self) -> Vec<String> {
        read(&self.buckets).keys().cloned().collect()
    }

    fn stripe(&self, bucket: &str, key: &str) -> &Stripe {
        let mut hasher = DefaultHasher::new();
        (bucket, key).hash(&mut hasher);
        let slot = hasher.finish() % STRIPES as u64;
        &self.stripes[usize::try_from(slot).unwrap_or(0)]
    }

    /// Stores `body`, measured in `meta`, when `condition` holds; durable, and its events queued, when this returns.
    pub(super) fn put(&self, bucket: &str, mut meta: Meta, body: Bytes, condition: &Condition) -> Result<Arc<Meta>, Refusal> {
        let bucket = self.bucket(bucket)?;
        // A hopeless write is told so before it costs a file; the check that counts is below.
        condition.check(bucket.meta(&meta.key).as_deref())?;
        let staged = self.disk.as_ref().map(|disk| disk.stage(&body)).transpose()?;

        let stripe = self.stripe(&bucket.name, &meta.key);
        let _turn = lock(&stripe.writers);
        condition.check(bucket.meta(&meta.key).as_deref())?;
        meta.sequence = self.sequence.fetch_add(1, Ordering::Relaxed);
        // The messages are on disk before the object is, so that a full disk cannot separate the two.
        let messages = event::hold(&self.notifications, &bucket.name, &meta)?;
        let meta = Arc::new(meta);
        let object = Object {
            meta: Arc::clone(&meta),
            body: self.disk.is_none().then_some(body),
        };
        if let (Some(disk), Some(staged)) = (&self.disk, staged) {
            disk.announce(&bucket.name, &meta)?;
            let swap = write(&stripe.swap);
            if let Err(error) = disk.commit(&bucket.name, &meta.key, staged) {
                disk.withdraw(&bucket.name, &meta.key);
                return Err(error.into());
            }
            bucket.insert(object);
            drop(swap);
            disk.sync_body(&bucket.name, &meta.key)?;
            event::publish(messages)?;
            disk.settle(&bucket.name, &meta.key)?;
        } else {
            bucket.insert(object);
            event::publish(messages)?;
        }
        Ok(meta)
    }

    /// Removes a key when `condition` holds; removing what is not there is fine without one.
    pub(super) fn delete(&self, bucket: &str, key: &str, condition: &Condition) -> Result<(), Refusal> {
        let bucket = self.bucket(bucket)?;
        let stripe = self.stripe(&bucket.name, key);
        let _turn = lock(&stripe.writers);
        let current = bucket.meta(key);
        condition.check(current.as_deref())?;
        if current.is_none() {
            return Ok(());
        }
        let swap = write(&stripe.swap);
        if let Some(disk) = &self.disk {
            disk.remove(&bucket.name, key)?;
        }
        write(&bucket.objects).remove(key);
        drop(swap);
        if let Some(disk) = &self.disk {
            disk.sweep(&bucket.name, key)?;
        }
        Ok(())
    }

    /// Metadata only.
    pub(super) fn head(&self, bucket: &str, key: &str) -> Result<Arc<Meta>, Refusal> {
        self.bucket(bucket)?.meta(key).ok_or(Refusal::NoSuchKey)
    }

    /// Opens body and metadata of one and the same write.
    pub(super) fn get(&self, bucket: &str, key: &str) -> Result<Opened, Refusal> {
        let bucket = self.bucket(bucket)?;
        let _still = read(&self.stripe(&bucket.name, key).swap);
        let object = read(&bucket.objects).get(key).cloned().ok_or(Refusal::NoSuchKey)?;
        let content = match (object.body, &self.disk) {
            (Some(body), _) => Content::Memory(body),
            (None, Some(disk)) => Content::File(File::open(disk.body(&bucket.name, key))?),
            (None, None) => Content::Memory(Bytes::new()),
        };
        Ok(Opened {
            meta: object.meta,
            content,
        })
    }
}

impl Opened {
    /// The bytes in `range`; a whole body is checked against its checksum.
    pub(super) fn read(self, range: &Range<u64>) -> Result<Bytes, Refusal> {
        let outside = || Refusal::Damaged(self.meta.key.clone());
        let start = usize::try_from(range.start).map_err(|_| outside())?;
        let end = usize::try_from(range.end).map_err(|_| outside())?;
        let mut file = match self.content {
            Content::Memory(body) => return Ok(body.slice(start..end)),
            Content::File(file) => file,
        };
        let mut body = vec![0; end - start];
        file.seek(SeekFrom::Start(range.start))?;
        match file.read_exact(&mut body) {
            // Shorter than it was written.
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Err(outside()),
            result => result?,
        }
        if (0..self.meta.size) == *range && !self.meta.describes(&body) {
            return Err(Refusal::Damaged(self.meta.key.clone()));
        }
        Ok(body.into())
    }
}

impl Bucket {
    fn meta(&self, key: &str) -> Option<Arc<Meta>> {
        read(&self.objects).get(key).map(|object| Arc::clone(&object.meta))
    }

    fn insert(&self, object: Object) {
        write(&self.objects).insert(object.meta.key.clone(), object);
    }

    /// The index, in key order; held for as long as a page takes.
    pub(super) fn objects(&self) -> RwLockReadGuard<'_, BTreeMap<String, Object>> {
        read(&self.objects)
    }
}

// A panicking request poisons nothing that it could leave half done: the index changes in single steps.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
