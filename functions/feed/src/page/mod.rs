//! Pages for people: a release in each language, the newsroom's home, topics, the archive, the feeds page, the language chooser, "not found".

mod archive;
mod article;
mod day;
mod feeds;
mod frame;
mod lists;
mod plain;
mod share;
mod style;
mod tables;

pub use archive::{archive_page, month_page};
pub use article::release_page;
pub use feeds::feeds_page;
pub use lists::{home_page, topic_page};
pub use plain::{chooser, not_found};
pub use style::style;

/// What makes the copy buttons of the feeds page work. No page needs it to be read.
pub const SCRIPT: &str = include_str!("../../../../templates/copy.js");
