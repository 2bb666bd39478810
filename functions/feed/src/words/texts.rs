//! What a file of words must hold. The build script reads each file with it too: a missing or unknown key stops the build.

use std::collections::BTreeMap;

use serde::Deserialize;

/// All texts of one language.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// The language's own name.
    pub autonym: String,
    /// Shown first where a release lacks this language.
    pub not_available: String,
    /// Before the name of the language shown instead.
    pub shown_in: String,
    /// Put before the title of a withdrawn release.
    pub withdrawn: String,
    /// Shown on its page.
    pub withdrawn_notice: String,
    /// Heading of a correction note.
    pub correction: String,
    /// Between a word and what it stands before, with the spaces that the language has there.
    pub colon: String,
    /// Heading of the list on the home page.
    pub latest: String,
    /// Where there is none yet.
    pub nothing_yet: String,
    /// Label of feed links.
    pub feeds: String,
    /// Label of the link home.
    pub home: String,
    /// Label of the list of languages.
    pub languages: String,
    /// Before the date.
    pub published: String,
    /// Before the date of the last change.
    pub updated: String,
    /// Before the event that a release reports on.
    pub event: String,
    /// Heading of further links.
    pub links: String,
    /// Heading of files.
    pub files: String,
    /// Heading of a page that does not exist.
    pub not_found: String,
    /// What to do there.
    pub not_found_help: String,
    /// Leads to a picture with all its pixels.
    pub full_size: String,
    /// What a table is called that moves in its frame.
    pub table: String,
    /// Label of the links that every page has.
    pub menu: String,
    /// The first link of a page, for those who do not use a mouse.
    pub skip: String,
    /// Label of the list of topics.
    pub topics: String,
    /// Label of the link to the months.
    pub archive: String,
    /// Label of the link from a month to the list of all.
    pub all_months: String,
    /// Label of the link to the month before.
    pub earlier: String,
    /// Label of the link to the month after.
    pub later: String,
    /// Where a month or topic has no release.
    pub nothing_here: String,
    /// What a feed is, in one sentence.
    pub feeds_what: String,
    /// What to do with one.
    pub feeds_how: String,
    /// Name of the feed of everything.
    pub feed_all: String,
    /// What is in it.
    pub feed_all_what: String,
    /// Name of the feed of releases in this language.
    pub feed_only: String,
    /// What is in it.
    pub feed_only_what: String,
    /// What is in the feed of a topic.
    pub feed_topic_what: String,
    /// Heading of a feed's newest releases.
    pub newest: String,
    /// A button that copies an address.
    pub copy: String,
    /// Said when it was copied.
    pub copied: String,
    /// Heading of what programs read.
    pub portals: String,
    /// What that is.
    pub portals_what: String,
    /// Label of the list of legal links.
    pub legal: String,
    /// Names of other languages in this one.
    pub names: BTreeMap<String, String>,
}
