//! What was asked of the S3: counted for tests, and written as one JSON line per request for people.
//! A request only hands its record over; a thread of its own does the writing.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde::Serialize;

use crate::lock::OpenError;

/// Whoever watches the file sees a request at most this late.
const FLUSH: Duration = Duration::from_millis(100);

/// One answered request.
#[derive(Debug, Clone, Serialize)]
pub struct Record {
    /// When it arrived.
    pub time: Timestamp,
    /// HTTP method.
    pub method: String,
    /// `PutObject`, `GetObject`, …; `-` when it was refused before that was known.
    pub operation: String,
    /// Bucket, if any.
    pub bucket: String,
    /// Key, if any.
    pub key: String,
    /// HTTP status of the answer.
    pub status: u16,
    /// Bytes of the body moved: sent for a write, received otherwise.
    pub bytes: u64,
    /// Until the answer was ready.
    pub milliseconds: f64,
}

/// Called with each record, on the request's own thread: keep it short.
pub type Observer = Arc<dyn Fn(&Record) + Send + Sync>;

/// Requests so far, by operation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts(BTreeMap<String, u64>);

impl Counts {
    /// Requests of one operation, such as `PutObject`.
    pub fn of(&self, operation: &str) -> u64 {
        self.0.get(operation).copied().unwrap_or(0)
    }

    /// All requests.
    pub fn total(&self) -> u64 {
        self.0.values().sum()
    }

    /// What came since `earlier`.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let grown = |(operation, count): (&String, &u64)| (operation.clone(), count - earlier.of(operation));
        Self(self.0.iter().map(grown).filter(|(_, count)| *count > 0).collect())
    }

    /// Operation and count, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.iter().map(|(operation, count)| (operation.as_str(), *count))
    }
}

pub(super) struct Log {
    counts: Mutex<Counts>,
    observer: Option<Observer>,
    writer: Option<Writer>,
}

struct Writer {
    lines: Option<Sender<Record>>,
    thread: Option<JoinHandle<()>>,
}

impl Log {
    pub(super) fn open(path: Option<&Path>, observer: Option<Observer>) -> Result<Self, OpenError> {
        let writer = path.map(Writer::open).transpose()?;
        Ok(Self {
            counts: Mutex::default(),
            observer,
            writer,
        })
    }

    pub(super) fn record(&self, record: Record) {
        *self
            .counts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .0
            .entry(record.operation.clone())
            .or_default() += 1;
        if let Some(observer) = &self.observer {
            observer(&record);
        }
        if let Some(lines) = self.writer.as_ref().and_then(|writer| writer.lines.as_ref()) {
            // The thread ends only with the log.
            let _ = lines.send(record);
        }
    }

    pub(super) fn counts(&self) -> Counts {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl std::fmt::Debug for Log {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Log")
            .field("counts", &self.counts())
            .finish_non_exhaustive()
    }
}

impl Writer {
    fn open(path: &Path) -> Result<Self, OpenError> {
        let file = File::options().create(true).append(true).open(path).map_err(OpenError::io(path))?;
        let (lines, queue) = channel::<Record>();
        let mut out = BufWriter::new(file);
        let write = move || {
            let mut flushed = Instant::now();
            loop {
                match queue.recv_timeout(FLUSH) {
                    Ok(record) => warn(
                        serde_json::to_writer(&mut out, &record)
                            .map_err(Into::into)
                            .and_then(|()| out.write_all(b"\n")),
                    ),
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => break,
                }
                if flushed.elapsed() >= FLUSH {
                    warn(out.flush());
                    flushed = Instant::now();
                }
            }
            warn(out.flush());
        };
        let thread = std::thread::Builder::new()
            .name("s3-log".to_owned())
            .spawn(write)
            .map_err(OpenError::io(path))?;
        Ok(Self {
            lines: Some(lines),
            thread: Some(thread),
        })
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.lines = None;
        if let Some(thread) = self.thread.take() {
            // A panic over there has already been reported.
            let _ = thread.join();
        }
    }
}

fn warn(result: std::io::Result<()>) {
    if let Err(error) = result {
        tracing::warn!(%error, "cannot write the S3 log");
    }
}
