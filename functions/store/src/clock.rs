//! The clock behind the versions of shared objects. It orders writes of one object and says what is news; it is never part of a document.

use std::{
    fmt,
    time::{SystemTime, UNIX_EPOCH},
};

/// Milliseconds since 1970.
pub(crate) struct Clock(Box<dyn Fn() -> u64 + Send + Sync>);

impl Clock {
    pub(crate) fn new(now: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        Self(Box::new(now))
    }

    /// Milliseconds since 1970.
    pub(crate) fn now(&self) -> u64 {
        (self.0)()
    }

    /// A version after `last`. It starts from the clock, so that a view whose state was lost and made anew
    /// is newer than the renderings that outlived it.
    pub(crate) fn version_after(&self, last: u64) -> u64 {
        (self.0)().max(last + 1)
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::new(|| {
            #[allow(clippy::disallowed_methods, reason = "orders writes of one object, never part of a document")]
            let now = SystemTime::now();
            let since = now.duration_since(UNIX_EPOCH);
            since.map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(0))
        })
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}
