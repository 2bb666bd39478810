//! Views and their formats: RSS, Atom, JSON Feed, the JSON index and pages.
//!
//! A view is a pure function of the public revisions and `site.toml`: the same revisions in any order give the same bytes.
//! Nothing here reads a clock, a file or the network.

mod atom;
mod content;
mod index;
mod item;
mod page;
pub mod path;
mod public;
mod rss;
pub mod schema;
mod stamp;
mod view;
mod window;
mod words;

pub use index::Index;
pub use item::Item;
pub use page::{STYLE, chooser, home_page, not_found, release_page};
pub use path::{FeedId, Kind};
pub use public::{Card, Public, ReleaseView, VersionEntry};
pub use stamp::Stamp;
pub use view::FeedView;
pub use words::Words;

/// The version of every JSON document: within it fields are only added.
pub const SCHEMA_VERSION: &str = "1.0";

/// JSON as it is stored: indented, so that a person can read it, with a line end.
pub fn to_json<T: serde::Serialize>(document: &T) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(document).unwrap_or_default();
    bytes.push(b'\n');
    bytes
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
