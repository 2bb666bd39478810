//! Every kind of object there is: a key decides path, content type, cache policy and bucket.

mod public;

use std::fmt;

use feed::{FeedId, Month, path};
use jiff::Timestamp;
use release::{Lang, Path};
use uuid::Uuid;

/// Which bucket an object is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Bucket {
    /// Private: revisions, configuration, reservations.
    Content,
    /// Public: views.
    Site,
}

/// A feed's format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// RSS 2.0.
    Rss,
    /// Atom 1.0.
    Atom,
    /// JSON Feed 1.1: the feed's state.
    Json,
}

/// One object.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Key {
    /// `site.toml`.
    SiteConfig,
    /// Hashes of the tokens that may write.
    Tokens,
    /// A revision of a release, the only truth.
    Revision(Uuid, u32),
    /// Says which release a page address belongs to.
    Slug(Path),
    /// What a client's `Idempotency-Key` has already made.
    Idempotency(String),
    /// A record of a revision that cannot be read.
    SetAside(Uuid, u32),
    /// Says that a revision is on its way to the public: whoever finds an old one brings it there.
    Pending(Uuid, u32),
    /// Says that a scheduled revision becomes public at this instant, a whole second.
    Due(Timestamp, Uuid, u32),
    /// A photo or file that was sent, by its SHA-256 in hex. Nobody reads it but the office, until it is copied to the public.
    File(String),
    /// Says that a release shows a file, by its SHA-256, under this name in public.
    Use(String, String, Uuid),
    /// Says that renderings of a month are older than this version of its state.
    Owed(Month, u64),
    /// The open end of the change log, with what only the publisher needs.
    Journal,
    /// A sealed page of the journal.
    JournalPage(u32),
    /// The language chooser.
    Chooser,
    /// The page for an address where nothing is.
    NotFound,
    /// The one style sheet.
    Style,
    /// The script of the feeds page.
    Script,
    /// What is said to crawlers.
    Robots,
    /// A newsroom's home.
    Home(Lang),
    /// The page of a topic.
    Topic(Lang, String),
    /// The page about the feeds of a language.
    Feeds(Lang),
    /// The list of months for people.
    Archive(Lang),
    /// A month for people.
    MonthPage(Lang, Month),
    /// A release in one language.
    Page(Lang, Path),
    /// A feed in one format.
    Feed(FeedId, Format),
    /// The discovery root of the JSON index.
    Index,
    /// A public release with its history.
    Release(Uuid),
    /// A public revision.
    Version(Uuid, u32),
    /// The JSON index of a month.
    Month(Lang, Month),
    /// The Atom archive document of a month.
    MonthAtom(Lang, Month),
    /// The months that have releases.
    Months(Lang),
    /// The pages of a month that are really in a language.
    MonthSitemap(Lang, Month),
    /// The index of those.
    Sitemap,
    /// What was published in the last two days.
    NewsSitemap,
    /// The open page of the change log.
    Changes,
    /// A sealed page of the change log.
    ChangesPage(u32),
    /// A JSON Schema.
    Schema(&'static str),
}

const HTML: &str = "text/html; charset=utf-8";
const JSON: &str = "application/json";

/// Documents that change: a minute old at most, and readable while the CDN fetches the next one.
const CHANGES: &str = "public, max-age=60, stale-while-revalidate=300";
/// Version documents do not change, but a withdrawal takes them away.
const VERSION: &str = "public, max-age=300";
/// Sealed for ever.
const SEALED: &str = "public, max-age=31536000, immutable";
/// Nobody's business.
const PRIVATE: &str = "no-store";

impl Key {
    /// The object's key in its bucket.
    pub fn path(&self) -> String {
        let page = |path: String| format!("{}index.html", &path[1..]);
        match self {
            Self::SiteConfig => "config/site.toml".to_owned(),
            Self::Tokens => "config/tokens.json".to_owned(),
            Self::Revision(id, n) => format!("releases/{id}/{n}.json"),
            Self::Slug(path) => format!("slugs/{}", path.tail()),
            Self::Idempotency(hash) => format!("idempotency/{hash}.json"),
            Self::SetAside(id, n) => format!("set-aside/{id}/{n}.json"),
            Self::Pending(id, n) => format!("pending/{id}/{n}"),
            // In UTC and as long as each other: they sort by time.
            Self::Due(at, id, n) => format!("due/{}/{id}/{n}", at.strftime("%Y-%m-%dT%H:%M:%SZ")),
            Self::File(sha256) => format!("files/{sha256}"),
            Self::Use(sha256, name, id) => format!("uses/{sha256}/{name}/{id}"),
            Self::Owed(month, version) => format!("pending/months/{:04}-{:02}/{version}", month.year, month.month),
            Self::Journal => "journal/head.json".to_owned(),
            Self::JournalPage(page) => format!("journal/{page:08}.json"),
            Self::Chooser => "index.html".to_owned(),
            Self::NotFound => "404.html".to_owned(),
            Self::Style => path::STYLE[1..].to_owned(),
            Self::Script => path::SCRIPT[1..].to_owned(),
            Self::Robots => path::ROBOTS[1..].to_owned(),
            Self::Home(language) => page(path::home(language)),
            Self::Topic(language, id) => page(path::topic(language, id)),
            Self::Feeds(language) => page(path::feeds(language)),
            Self::Archive(language) => page(path::archive(language)),
            Self::MonthPage(language, month) => page(month.page(language)),
            Self::Page(language, at) => page(path::page(language, at)),
            Self::Feed(feed, Format::Rss) => feed.rss()[1..].to_owned(),
            Self::Feed(feed, Format::Atom) => feed.atom()[1..].to_owned(),
            Self::Feed(feed, Format::Json) => feed.json()[1..].to_owned(),
            Self::Index => path::INDEX[1..].to_owned(),
            Self::Release(id) => path::release(*id)[1..].to_owned(),
            Self::Version(id, n) => path::version(*id, *n)[1..].to_owned(),
            Self::Month(language, month) => month.json(language)[1..].to_owned(),
            Self::MonthAtom(language, month) => month.atom(language)[1..].to_owned(),
            Self::Months(language) => path::months(language)[1..].to_owned(),
            Self::MonthSitemap(language, month) => month.sitemap(language)[1..].to_owned(),
            Self::Sitemap => path::SITEMAP[1..].to_owned(),
            Self::NewsSitemap => path::NEWS_SITEMAP[1..].to_owned(),
            Self::Changes => path::CHANGES[1..].to_owned(),
            Self::ChangesPage(page) => path::changes_page(*page)[1..].to_owned(),
            Self::Schema(name) => path::schema(name)[1..].to_owned(),
        }
    }

    /// The media type.
    pub fn content_type(&self) -> &'static str {
        match self {
            Self::SiteConfig => "application/toml",
            Self::Slug(_) | Self::Pending(..) | Self::Due(..) | Self::Owed(..) | Self::Use(..) => "text/plain; charset=utf-8",
            Self::File(_) => "application/octet-stream",
            Self::Tokens | Self::Revision(..) | Self::Idempotency(_) | Self::SetAside(..) | Self::Journal | Self::JournalPage(_) => JSON,
            Self::Chooser | Self::NotFound | Self::Home(_) | Self::Page(..) => HTML,
            Self::Topic(..) | Self::Feeds(_) | Self::Archive(_) | Self::MonthPage(..) => HTML,
            Self::Style => "text/css; charset=utf-8",
            Self::Script => "text/javascript; charset=utf-8",
            Self::Robots => "text/plain; charset=utf-8",
            Self::MonthSitemap(..) | Self::Sitemap | Self::NewsSitemap => "application/xml; charset=utf-8",
            Self::Feed(_, Format::Rss) => "application/rss+xml; charset=utf-8",
            Self::Feed(_, Format::Atom) | Self::MonthAtom(..) => "application/atom+xml; charset=utf-8",
            Self::Feed(_, Format::Json) => "application/feed+json; charset=utf-8",
            Self::Index | Self::Release(_) | Self::Version(..) => JSON,
            Self::Month(..) | Self::Months(_) | Self::Changes | Self::ChangesPage(_) => JSON,
            Self::Schema(_) => "application/schema+json",
        }
    }

    /// How long others may keep it (RFC 9111, section 5.2).
    pub fn cache_control(&self) -> &'static str {
        match self {
            Self::ChangesPage(_) => SEALED,
            Self::SiteConfig | Self::Tokens | Self::Revision(..) | Self::Slug(_) | Self::Idempotency(_) | Self::SetAside(..) => PRIVATE,
            Self::Pending(..) | Self::Due(..) | Self::Owed(..) | Self::Journal | Self::JournalPage(_) | Self::File(_) | Self::Use(..) => {
                PRIVATE
            }
            Self::Month(..) | Self::MonthAtom(..) | Self::Months(_) | Self::Changes => CHANGES,
            Self::Chooser | Self::NotFound | Self::Style | Self::Home(_) | Self::Page(..) | Self::Feed(..) => CHANGES,
            Self::Topic(..) | Self::Feeds(_) | Self::Archive(_) | Self::MonthPage(..) | Self::Script | Self::Robots => CHANGES,
            Self::MonthSitemap(..) | Self::Sitemap | Self::NewsSitemap => CHANGES,
            Self::Index | Self::Release(_) | Self::Schema(_) => CHANGES,
            Self::Version(..) => VERSION,
        }
    }

    /// Which bucket it is in.
    pub fn bucket(&self) -> Bucket {
        match self {
            Self::SiteConfig | Self::Tokens | Self::Revision(..) | Self::Slug(_) | Self::Idempotency(_) | Self::SetAside(..) => {
                Bucket::Content
            }
            Self::Pending(..) | Self::Due(..) | Self::Owed(..) | Self::Journal | Self::JournalPage(_) | Self::File(_) | Self::Use(..) => {
                Bucket::Content
            }
            Self::Month(..) | Self::MonthAtom(..) | Self::Months(_) | Self::Changes | Self::ChangesPage(_) => Bucket::Site,
            Self::Chooser | Self::NotFound | Self::Style | Self::Home(_) | Self::Page(..) | Self::Feed(..) => Bucket::Site,
            Self::Topic(..) | Self::Feeds(_) | Self::Archive(_) | Self::MonthPage(..) | Self::Script | Self::Robots => Bucket::Site,
            Self::MonthSitemap(..) | Self::Sitemap | Self::NewsSitemap => Bucket::Site,
            Self::Index | Self::Release(_) | Self::Version(..) | Self::Schema(_) => Bucket::Site,
        }
    }

    /// The release and revision an object of the content bucket holds; `None` for other keys.
    pub fn revision_of(path: &str) -> Option<(Uuid, u32)> {
        let (id, n) = path.strip_prefix("releases/")?.strip_suffix(".json")?.split_once('/')?;
        let (id, n) = (Uuid::try_parse(id).ok()?, n.parse().ok()?);
        (n > 0 && Self::Revision(id, n).path() == path).then_some((id, n))
    }
}

impl Key {
    /// The release and revision a marker of the content bucket is about; `None` for other keys.
    pub fn pending_of(path: &str) -> Option<(Uuid, u32)> {
        let (id, n) = path.strip_prefix("pending/")?.split_once('/')?;
        let (id, n) = (Uuid::try_parse(id).ok()?, n.parse().ok()?);
        (Self::Pending(id, n).path() == path).then_some((id, n))
    }

    /// The instant, release and revision a marker of the content bucket is about; `None` for other keys.
    pub fn due_of(path: &str) -> Option<(Timestamp, Uuid, u32)> {
        let (at, rest) = path.strip_prefix("due/")?.split_once('/')?;
        let (id, n) = rest.split_once('/')?;
        let due = (at.parse().ok()?, Uuid::try_parse(id).ok()?, n.parse().ok()?);
        (Self::Due(due.0, due.1, due.2).path() == path).then_some(due)
    }

    /// The month a marker of the content bucket is about, and the version of its state; `None` for other keys.
    pub fn owed_of(path: &str) -> Option<(Month, u64)> {
        let (month, version) = path.strip_prefix("pending/months/")?.split_once('/')?;
        let (year, month) = month.split_once('-')?;
        let (year, month) = (year.parse().ok()?, month.parse().ok()?);
        let owed = (Month { year, month }, version.parse().ok()?);
        (Self::Owed(owed.0, owed.1).path() == path).then_some(owed)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path())
    }
}

#[cfg(test)]
mod tests;
