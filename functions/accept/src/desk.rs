//! What the API works with. Time and ids are handed in.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use jiff::Timestamp;
use release::Site;
use store::Store;
use uuid::Uuid;

use crate::auth::Tokens;

/// Where the API takes the time from.
pub type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;
/// Where the API takes the id of a release made at an instant from.
pub type NewId = Arc<dyn Fn(Timestamp) -> Uuid + Send + Sync>;

/// The press office's desk.
pub struct Desk {
    /// The buckets.
    pub store: Arc<Store>,
    /// The site as configured.
    pub site: Arc<Site>,
    /// Who may write.
    pub(crate) tokens: Tokens,
    /// The clock.
    pub now: Now,
    /// Release ids: `UUIDv7` (RFC 9562, section 5.7), so that they sort by time.
    pub new_id: NewId,
    /// The API's description, once somebody has asked for it.
    pub(crate) described: OnceLock<Bytes>,
}

impl Desk {
    /// A desk with the system's clock and random ids.
    #[allow(clippy::disallowed_methods, reason = "the one place where the API's clock and ids come from")]
    pub fn new(store: Arc<Store>, site: Arc<Site>) -> Self {
        Self {
            store,
            site,
            tokens: Tokens::default(),
            described: OnceLock::new(),
            now: Arc::new(Timestamp::now),
            new_id: Arc::new(|at| {
                let seconds = u64::try_from(at.as_second()).unwrap_or_default();
                let nanos = u32::try_from(at.subsec_nanosecond()).unwrap_or_default();
                Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, nanos))
            }),
        }
    }
}
