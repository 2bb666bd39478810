//! A key is read again as the same key, and never leaves its prefix.

use bolero::check;
use feed::{FeedId, Kind, Month};
use jiff::Timestamp;
use release::{Lang, Path, slug};
use store::{Bucket, Format, Key};
use uuid::Uuid;

use super::{corpus, spelled};

const PIECES: [&str; 52] = [
    "/",
    "/",
    "/",
    "/",
    "..",
    ".",
    "//",
    "\\",
    "%2e%2e",
    "\0",
    "\r\n",
    " ",
    "é",
    "en",
    "fr",
    "zh-Hant",
    "EN",
    "x",
    "releases",
    "pending",
    "months",
    "due",
    "changes",
    "journal",
    "schema",
    "v1",
    "archive",
    "topics",
    "only",
    "index.html",
    "index.json",
    "rss.xml",
    "atom.xml",
    "feed.json",
    "404.html",
    "head.json",
    "style.css",
    "month.json",
    ".json",
    "018f0000-0000-7000-8000-000000000001",
    "018F0000-0000-7000-8000-000000000001",
    "2016",
    "06",
    "6",
    "13",
    "0",
    "1",
    "00000007",
    "v1",
    "2016-06",
    "2016-06-09T10:00:00Z",
    "closing-summary",
];

/// The rules of S3's documentation for keys that are safe everywhere, and one of ours: no empty or relative segment.
fn plain(path: &str) {
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/' | b':');
    assert!(!path.is_empty() && path.len() <= 1_024 && path.bytes().all(safe), "{path:?}");
    assert!(
        path.split('/').all(|part| !part.is_empty() && part != "." && part != ".."),
        "{path:?}"
    );
}

/// A text that is taken for a key is that key's path, char by char.
fn read(text: &str) -> bool {
    let mut known = false;
    let mut same = |key: Key, bucket: Bucket, prefix: &str| {
        assert_eq!((key.path().as_str(), key.bucket()), (text, bucket));
        assert!(text.starts_with(prefix), "{text:?} is outside of {prefix}");
        plain(text);
        known = true;
    };
    if let Some(key) = Key::public_of(text) {
        let prefix = key.language().map_or(String::new(), |language| format!("{language}/"));
        assert_eq!(Key::public_of(&key.path()), Some(key.clone()));
        same(key, Bucket::Site, &prefix);
    }
    if let Some((id, n)) = Key::revision_of(text) {
        same(Key::Revision(id, n), Bucket::Content, "releases/");
    }
    if let Some((id, n)) = Key::pending_of(text) {
        same(Key::Pending(id, n), Bucket::Content, "pending/");
    }
    if let Some((at, id, n)) = Key::due_of(text) {
        same(Key::Due(at, id, n), Bucket::Content, "due/");
    }
    if let Some((month, version)) = Key::owed_of(text) {
        same(Key::Owed(month, version), Bucket::Content, "pending/months/");
    }
    known
}

/// Keys made of what a press office writes.
fn built(text: &str) {
    let bytes = text.as_bytes();
    let number = bytes
        .iter()
        .fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(*byte)));
    let id = Uuid::from_u128(u128::from(number) << 64 | 0x8000_0000_0000_0000);
    let language = text.split('/').find_map(|part| Lang::parse(part).ok());
    let language = language.unwrap_or_else(|| Lang::parse("en").unwrap());
    let month = Month {
        year: i16::try_from(1900 + number % 8_000).unwrap(),
        month: i8::try_from(1 + number % 12).unwrap(),
    };
    let at = Path {
        year: month.year,
        month: month.month,
        slug: slug(text),
    };
    let topic = FeedId::new(&language, Kind::Topic(slug(text)));
    let n = number % 10_000_000 + 1;
    for key in [
        Key::Page(language.clone(), at.clone()),
        Key::Home(language.clone()),
        Key::Feed(topic, Format::Atom),
        Key::Feed(FeedId::new(&language, Kind::Only), Format::Rss),
        Key::Month(language.clone(), month),
        Key::MonthAtom(language.clone(), month),
        Key::Topic(language.clone(), slug(text)),
        Key::Feeds(language.clone()),
        Key::Archive(language.clone()),
        Key::MonthPage(language.clone(), month),
        Key::MonthSitemap(language.clone(), month),
        Key::Months(language),
        Key::Release(id),
        Key::Version(id, n),
        Key::ChangesPage(n),
    ] {
        plain(&key.path());
        assert_eq!(Key::public_of(&key.path()), Some(key.clone()), "of {text:?}");
        assert_eq!(key.bucket(), Bucket::Site);
    }
    let due = Timestamp::from_second(i64::from(number)).unwrap();
    for (key, prefix) in [
        (Key::Revision(id, n), "releases/"),
        (Key::Slug(at), "slugs/"),
        (Key::Idempotency(feed::sha256(bytes)), "idempotency/"),
        (Key::SetAside(id, n), "set-aside/"),
        (Key::Pending(id, n), "pending/"),
        (Key::Due(due, id, n), "due/"),
        (Key::Owed(month, u64::from(n)), "pending/months/"),
        (Key::JournalPage(n), "journal/"),
    ] {
        let path = key.path();
        plain(&path);
        assert!(path.starts_with(prefix) && key.bucket() == Bucket::Content, "{path}");
        assert!(
            matches!(key, Key::Slug(_) | Key::Idempotency(_) | Key::SetAside(..) | Key::JournalPage(_)) || read(&path),
            "{path} is not known again"
        );
    }
}

#[test]
fn any_path_is_no_key_or_exactly_one_and_any_key_is_read_again() {
    check!(name = "key")
        .with_iterations(10_000)
        .with_max_len(14)
        .for_each(|bytes: &[u8]| {
            let text = spelled(bytes, &PIECES);
            read(&text);
            built(&text);
        });
}

#[test]
fn the_corpus_of_paths_has_keys_and_others() {
    let all = corpus("key");
    let known = all.values().filter(|path| read(path)).count();
    assert!(known >= 12 && all.len() - known >= 12, "{known} of {}", all.len());
}
