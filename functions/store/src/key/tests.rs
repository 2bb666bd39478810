use feed::Kind;
use proptest::prelude::*;

use super::*;

fn id() -> Uuid {
    Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0001)
}

fn lang(tag: &str) -> Lang {
    Lang::parse(tag).unwrap()
}

fn at(slug: &str) -> Path {
    Path {
        year: 2016,
        month: 6,
        slug: slug.to_owned(),
    }
}

fn june() -> Month {
    Month { year: 2016, month: 6 }
}

#[test]
fn every_key_with_its_headers() {
    let topic = FeedId::new(&lang("fr"), Kind::Topic("technology".to_owned()));
    let only = FeedId::new(&lang("ar"), Kind::Only);
    let filled = FeedId::new(&lang("en"), Kind::Filled);
    let keys = [
        Key::SiteConfig,
        Key::Tokens,
        Key::Revision(id(), 12),
        Key::Slug(at("closing")),
        Key::Idempotency("ab12".to_owned()),
        Key::SetAside(id(), 12),
        Key::Chooser,
        Key::NotFound,
        Key::Style,
        Key::Home(lang("zh")),
        Key::Page(lang("en"), at("closing")),
        Key::Feed(filled, Format::Rss),
        Key::Feed(only, Format::Atom),
        Key::Feed(topic, Format::Json),
        Key::Index,
        Key::Release(id()),
        Key::Version(id(), 12),
        Key::Schema("feed"),
        Key::Pending(id(), 12),
        Key::Owed(june(), 1_790_000_000_000),
        Key::Journal,
        Key::JournalPage(7),
        Key::Month(lang("en"), june()),
        Key::MonthAtom(lang("ar"), june()),
        Key::Months(lang("fr")),
        Key::Changes,
        Key::ChangesPage(7),
        Key::Script,
        Key::Robots,
        Key::Topic(lang("ar"), "technology".to_owned()),
        Key::Feeds(lang("zh")),
        Key::Archive(lang("en")),
        Key::MonthPage(lang("en"), june()),
        Key::MonthSitemap(lang("fr"), june()),
        Key::Sitemap,
        Key::NewsSitemap,
    ];
    let table: Vec<String> = keys
        .iter()
        .map(|key| format!("{:?} | {key} | {} | {}", key.bucket(), key.content_type(), key.cache_control()))
        .collect();
    let changes = "public, max-age=60, stale-while-revalidate=300";
    assert_eq!(
        table,
        [
            "Content | config/site.toml | application/toml | no-store".to_owned(),
            "Content | config/tokens.json | application/json | no-store".to_owned(),
            "Content | releases/01920000-0000-7000-8000-000000000001/12.json | application/json | no-store".to_owned(),
            "Content | slugs/2016/06/closing | text/plain; charset=utf-8 | no-store".to_owned(),
            "Content | idempotency/ab12.json | application/json | no-store".to_owned(),
            "Content | set-aside/01920000-0000-7000-8000-000000000001/12.json | application/json | no-store".to_owned(),
            format!("Site | index.html | text/html; charset=utf-8 | {changes}"),
            format!("Site | 404.html | text/html; charset=utf-8 | {changes}"),
            format!("Site | style.css | text/css; charset=utf-8 | {changes}"),
            format!("Site | zh/index.html | text/html; charset=utf-8 | {changes}"),
            format!("Site | en/2016/06/closing/index.html | text/html; charset=utf-8 | {changes}"),
            format!("Site | en/rss.xml | application/rss+xml; charset=utf-8 | {changes}"),
            format!("Site | ar/only/atom.xml | application/atom+xml; charset=utf-8 | {changes}"),
            format!("Site | fr/topics/technology/feed.json | application/feed+json; charset=utf-8 | {changes}"),
            format!("Site | index.json | application/json | {changes}"),
            format!("Site | releases/01920000-0000-7000-8000-000000000001.json | application/json | {changes}"),
            "Site | releases/01920000-0000-7000-8000-000000000001/v12.json | application/json | public, max-age=300".to_owned(),
            format!("Site | schema/v1/feed.json | application/schema+json | {changes}"),
            "Content | pending/01920000-0000-7000-8000-000000000001/12 | text/plain; charset=utf-8 | no-store".to_owned(),
            "Content | pending/months/2016-06/1790000000000 | text/plain; charset=utf-8 | no-store".to_owned(),
            "Content | journal/head.json | application/json | no-store".to_owned(),
            "Content | journal/00000007.json | application/json | no-store".to_owned(),
            format!("Site | en/archive/2016/06/index.json | application/json | {changes}"),
            format!("Site | ar/archive/2016/06/atom.xml | application/atom+xml; charset=utf-8 | {changes}"),
            format!("Site | fr/archive/index.json | application/json | {changes}"),
            format!("Site | changes/head.json | application/json | {changes}"),
            "Site | changes/00000007.json | application/json | public, max-age=31536000, immutable".to_owned(),
            format!("Site | copy.js | text/javascript; charset=utf-8 | {changes}"),
            format!("Site | robots.txt | text/plain; charset=utf-8 | {changes}"),
            format!("Site | ar/topics/technology/index.html | text/html; charset=utf-8 | {changes}"),
            format!("Site | zh/feeds/index.html | text/html; charset=utf-8 | {changes}"),
            format!("Site | en/archive/index.html | text/html; charset=utf-8 | {changes}"),
            format!("Site | en/archive/2016/06/index.html | text/html; charset=utf-8 | {changes}"),
            format!("Site | fr/archive/2016/06/sitemap.xml | application/xml; charset=utf-8 | {changes}"),
            format!("Site | sitemap.xml | application/xml; charset=utf-8 | {changes}"),
            format!("Site | news-sitemap.xml | application/xml; charset=utf-8 | {changes}"),
        ]
    );
}

#[test]
fn a_revision_is_known_by_its_key_and_nothing_else_is() {
    let key = Key::Revision(id(), 7);
    assert_eq!(Key::revision_of(&key.path()), Some((id(), 7)));
    for other in [
        "releases/01920000-0000-7000-8000-000000000001/0.json",
        "releases/01920000-0000-7000-8000-000000000001/07.json",
        "releases/01920000-0000-7000-8000-000000000001/7.json.bak",
        "releases/01920000000070008000000000000001/7.json",
        "releases/zh/闭幕 C++ (1).json",
        "config/site.toml",
        "",
    ] {
        assert_eq!(Key::revision_of(other), None, "{other}");
    }
}

fn any_key() -> impl Strategy<Value = Key> {
    let tag = prop::sample::select(vec!["en", "fr", "zh-Hans"]).prop_map(lang);
    let slug = "[a-z0-9-]{1,12}".prop_map(|slug| at(&slug));
    let ids = any::<u128>().prop_map(Uuid::from_u128);
    let kind = prop_oneof![Just(Kind::Filled), Just(Kind::Only), "[a-z0-9-]{1,8}".prop_map(Kind::Topic)];
    let format = prop::sample::select(vec![Format::Rss, Format::Atom, Format::Json]);
    prop_oneof![
        Just(Key::SiteConfig),
        Just(Key::Chooser),
        Just(Key::Index),
        Just(Key::Journal),
        Just(Key::Changes),
        (1..9_u32).prop_map(Key::JournalPage),
        (1..9_u32).prop_map(Key::ChangesPage),
        (ids.clone(), 1..9_u32).prop_map(|(id, n)| Key::Pending(id, n)),
        (1..9_u64).prop_map(|version| Key::Owed(june(), version)),
        tag.clone().prop_map(Key::Months),
        tag.clone().prop_map(|tag| Key::Month(tag, june())),
        tag.clone().prop_map(|tag| Key::MonthAtom(tag, june())),
        (ids.clone(), 1..9_u32).prop_map(|(id, n)| Key::Revision(id, n)),
        (ids.clone(), 1..9_u32).prop_map(|(id, n)| Key::Version(id, n)),
        ids.prop_map(Key::Release),
        slug.clone().prop_map(Key::Slug),
        tag.clone().prop_map(Key::Home),
        tag.clone().prop_map(Key::Feeds),
        tag.clone().prop_map(Key::Archive),
        tag.clone().prop_map(|tag| Key::MonthPage(tag, june())),
        tag.clone().prop_map(|tag| Key::MonthSitemap(tag, june())),
        (tag.clone(), "[a-z0-9-]{1,8}").prop_map(|(tag, id)| Key::Topic(tag, id)),
        prop::sample::select(vec![Key::Script, Key::Robots, Key::Sitemap, Key::NewsSitemap]),
        (tag.clone(), slug).prop_map(|(tag, at)| Key::Page(tag, at)),
        (tag, kind, format).prop_map(|(tag, kind, format)| Key::Feed(FeedId::new(&tag, kind), format)),
    ]
}

proptest! {
    #[test]
    fn no_two_keys_share_a_path(one in any_key(), other in any_key()) {
        prop_assert_eq!(one == other, (one.bucket(), one.path()) == (other.bucket(), other.path()));
    }
}
