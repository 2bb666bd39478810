//! The two buckets, and the two ways to write a shared object: `merge` a state, `derive` a rendering from it.
//!
//! The only crate that names `aws_sdk_s3`. It knows keys, conditions and retries; it never knows what a release is.

mod clock;
mod connect;
mod derive;
mod error;
mod file;
mod key;
mod listing;
mod memory;
mod mend;
mod merge;
mod metrics;
mod object;
mod reference;
mod renew;
mod serve;
mod site;

pub use connect::{Access, connect, connect_counted, connect_found, https};
pub use derive::{Derived, Expect};
pub use error::Error;
pub use file::{Arrived, Ticket};
pub use key::{Bucket, Format, Key};
pub use listing::{Listed, Tag};
pub use mend::{Look, Mended};
pub use merge::{Current, Merged};
pub use metrics::{Figure, Metrics, Tally, Unit};
pub use object::{Created, Head, Object};
pub use renew::Seen;
pub use serve::Served;
pub use site::NoSite;

use std::sync::Arc;

use aws_sdk_s3::Client;
use clock::Clock;
use jiff::Timestamp;
use memory::Memory;
use reference::Reference;

/// The content bucket (private truth) and the site bucket (public views). Clones share what they remember.
#[derive(Debug, Clone)]
pub struct Store {
    client: Client,
    content: Arc<str>,
    site: Arc<str>,
    memory: Arc<Memory>,
    clock: Arc<Clock>,
    reference: Reference,
}

impl Store {
    /// A store over two buckets.
    pub fn new(client: Client, content: impl Into<Arc<str>>, site: impl Into<Arc<str>>) -> Self {
        Self {
            client,
            content: content.into(),
            site: site.into(),
            memory: Arc::default(),
            clock: Arc::default(),
            reference: Reference::default(),
        }
    }

    /// The same store, remembering nothing yet and at most `bytes` from now on: a quarter of what the function has.
    #[must_use]
    pub fn with_memory(mut self, bytes: usize) -> Self {
        self.memory = Arc::new(Memory::of(bytes));
        self
    }

    /// The same store with another clock, in milliseconds: for simulations.
    #[must_use]
    pub fn with_clock(mut self, now: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(Clock::new(now));
        self
    }

    /// What time it is, by the clock behind the versions.
    pub fn now(&self) -> Timestamp {
        let now = i64::try_from(self.clock.now()).unwrap_or(i64::MAX);
        Timestamp::from_millisecond(now).unwrap_or(Timestamp::MAX)
    }

    /// The name of a bucket.
    pub fn bucket(&self, bucket: Bucket) -> &str {
        match bucket {
            Bucket::Content => &self.content,
            Bucket::Site => &self.site,
        }
    }

    /// What S3's clock has passed for certain, by the `Date` of lists; `None` while no list had one. Up to a second less than the truth.
    pub fn passed(&self) -> Option<Timestamp> {
        self.reference.passed()
    }

    /// Forgets every state and ETag, as a new function instance would.
    pub fn forget(&self) {
        self.memory.clear();
    }
}
