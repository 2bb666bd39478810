//! Views and their formats: RSS, Atom, JSON Feed, the JSON index and pages.
//!
//! A view is a pure function of the public revisions and `site.toml`: the same revisions in any order give the same bytes.
//! Nothing here reads a clock, a file or the network.

mod archive;
mod atom;
mod change;
mod content;
mod history;
mod index;
mod item;
mod kept;
#[cfg(test)]
mod known;
mod month;
mod months;
mod news;
mod page;
pub mod path;
mod pool;
mod public;
mod rss;
pub mod schema;
mod sitemap;
mod stamp;
mod view;
mod window;
mod words;
mod xml;

use bytes::Bytes;

pub use change::{Change, Changes, ChangesPage, Entry, Journal, JournalPage, PAGE_SIZE};
pub use history::{Card, Former, ReleaseView, VersionEntry};
pub use index::Index;
pub use item::Item;
pub use kept::Kept;
pub use month::{Arrival, LeftMonth, MonthView, Order};
pub use months::{MonthLine, MonthsView};
pub use news::News;
pub use page::{SCRIPT, archive_page, chooser, feeds_page, home_page, month_page, not_found, release_page, style, topic_page};
pub use path::{FeedId, Kind, Month};
pub use pool::Pool;
pub use public::{Behind, Public};
pub use sitemap::robots;
pub use stamp::Stamp;
pub use view::{FeedView, Left, LeftOut};
pub use window::{Admission, Needs, Older, Reach, budget, content_size, short_size};
pub use words::Words;

/// The version of every JSON document: within it fields are only added.
pub const SCHEMA_VERSION: &str = "1.0";

/// JSON as it is stored: indented, so that a person can read it, with a line end.
pub fn to_json<T: serde::Serialize>(document: &T) -> Vec<u8> {
    to_json_of(document, 16 << 10)
}

/// The same of a document that probably takes so many bytes.
pub fn to_json_of<T: serde::Serialize>(document: &T, bytes: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes);
    // No view has a key that is no text, or a number that is none: it is always written.
    if serde_json::to_writer_pretty(&mut out, document).is_err() {
        out.clear();
    }
    out.push(b'\n');
    out
}

/// A view's state: it is stored as JSON and read again.
pub trait State: serde::Serialize + serde::de::DeserializeOwned + Clone + Send + Sync + 'static {
    /// What [`to_json`] writes. It probably takes so many bytes.
    fn stored(&self, bytes: usize) -> Bytes {
        Bytes::from(to_json_of(self, bytes))
    }

    /// Takes the entries that other states in `pool` have already instead of equal ones of its own. From now on the pool counts them.
    fn share(&mut self, _pool: &Pool) {}

    /// About how many bytes it takes besides such entries, when its document has so many.
    fn own(&self, document: usize) -> usize {
        3 * document
    }
}

impl State for ReleaseView {}
impl State for MonthsView {}
impl State for Journal {}
impl State for JournalPage {}

impl State for FeedView {
    fn stored(&self, bytes: usize) -> Bytes {
        let mut without = self.clone();
        without.items.clear();
        kept::put_together(&without, "items", &self.items, bytes).unwrap_or_default()
    }

    fn share(&mut self, pool: &Pool) {
        for item in &mut self.items {
            pool.share(item, &self.language);
        }
    }

    fn own(&self, _: usize) -> usize {
        size_of_val(&self.items[..]) + size_of_val(&self.more.left[..])
    }
}

impl State for MonthView {
    fn stored(&self, bytes: usize) -> Bytes {
        let mut without = self.clone();
        without.releases.clear();
        kept::put_together(&without, "releases", &self.releases, bytes).unwrap_or_default()
    }

    /// A release stands in one month only.
    fn share(&mut self, pool: &Pool) {
        for card in &self.releases {
            pool.measure(card);
        }
    }

    fn own(&self, _: usize) -> usize {
        size_of_val(&self.releases[..]) + size_of_val(&self.left[..])
    }
}

/// SHA-256 in lower-case hex.
pub fn sha256(bytes: &[u8]) -> String {
    use std::fmt::Write as _;

    use sha2::Digest as _;
    sha2::Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
