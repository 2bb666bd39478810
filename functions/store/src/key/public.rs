//! Which kind of public object a path is, whoever wrote it: for telling leftovers of ours from what others keep in the bucket.

use feed::{FeedId, Kind, Month, schema};
use release::{Lang, Path};
use uuid::Uuid;

use super::{Format, Key};

impl Key {
    /// The key that has this path in the site bucket; `None` for a path that no key has.
    pub fn public_of(path: &str) -> Option<Self> {
        let parts: Vec<&str> = path.split('/').collect();
        let key = match parts.as_slice() {
            ["index.html"] => Self::Chooser,
            ["404.html"] => Self::NotFound,
            ["style.css"] => Self::Style,
            ["copy.js"] => Self::Script,
            ["robots.txt"] => Self::Robots,
            ["sitemap.xml"] => Self::Sitemap,
            ["news-sitemap.xml"] => Self::NewsSitemap,
            ["index.json"] => Self::Index,
            ["changes", "head.json"] => Self::Changes,
            ["changes", page] => Self::ChangesPage(number(page.strip_suffix(".json")?)?),
            ["schema", "v1", name] => {
                let name = name.strip_suffix(".json")?;
                Self::Schema(schema::NAMES.iter().find(|known| **known == name)?)
            }
            ["releases", id] => Self::Release(Uuid::try_parse(id.strip_suffix(".json")?).ok()?),
            ["releases", id, version] => {
                let n = version.strip_prefix('v')?.strip_suffix(".json")?;
                Self::Version(Uuid::try_parse(id).ok()?, number(n)?)
            }
            [language, rest @ ..] => Self::in_language(&Lang::parse(language).ok()?, rest)?,
            [] => return None,
        };
        (key.path() == path && parts.iter().copied().all(is_plain)).then_some(key)
    }

    fn in_language(language: &Lang, rest: &[&str]) -> Option<Self> {
        let feed = |kind, name| Some(Self::Feed(FeedId::new(language, kind), format(name)?));
        let month = |year: &str, month: &str| {
            Some(Month {
                year: year.parse().ok()?,
                month: month.parse().ok()?,
            })
        };
        match rest {
            ["index.html"] => Some(Self::Home(language.clone())),
            ["feeds", "index.html"] => Some(Self::Feeds(language.clone())),
            ["topics", topic, "index.html"] => Some(Self::Topic(language.clone(), (*topic).to_owned())),
            ["archive", "index.html"] => Some(Self::Archive(language.clone())),
            [name] => feed(Kind::Filled, name),
            ["only", name] => feed(Kind::Only, name),
            ["topics", topic, name] => feed(Kind::Topic((*topic).to_owned()), name),
            ["archive", "index.json"] => Some(Self::Months(language.clone())),
            ["archive", y, m, "index.json"] => Some(Self::Month(language.clone(), month(y, m)?)),
            ["archive", y, m, "atom.xml"] => Some(Self::MonthAtom(language.clone(), month(y, m)?)),
            ["archive", y, m, "index.html"] => Some(Self::MonthPage(language.clone(), month(y, m)?)),
            ["archive", y, m, "sitemap.xml"] => Some(Self::MonthSitemap(language.clone(), month(y, m)?)),
            [y, m, slug, "index.html"] => {
                let Month { year, month } = month(y, m)?;
                let slug = (*slug).to_owned();
                Some(Self::Page(language.clone(), Path { year, month, slug }))
            }
            _ => None,
        }
    }

    /// The language a public object belongs to, of those that have one.
    pub fn language(&self) -> Option<&Lang> {
        match self {
            Self::Home(language) | Self::Page(language, _) | Self::Months(language) => Some(language),
            Self::Topic(language, _) | Self::Feeds(language) | Self::Archive(language) => Some(language),
            Self::Month(language, _) | Self::MonthAtom(language, _) => Some(language),
            Self::MonthPage(language, _) | Self::MonthSitemap(language, _) => Some(language),
            Self::Feed(feed, _) => Some(&feed.language),
            _ => None,
        }
    }
}

fn format(name: &str) -> Option<Format> {
    match name {
        "rss.xml" => Some(Format::Rss),
        "atom.xml" => Some(Format::Atom),
        "feed.json" => Some(Format::Json),
        _ => None,
    }
}

/// No part of a key of ours is empty, leads elsewhere, or holds what an address would encode.
fn is_plain(part: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !part.is_empty() && part.bytes().all(plain) && part.bytes().any(|byte| byte != b'.')
}

fn number(text: &str) -> Option<u32> {
    text.parse().ok().filter(|n| *n > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_ours_is_known_again_and_what_others_keep_is_not() {
        for ours in [
            "index.html",
            "404.html",
            "style.css",
            "index.json",
            "changes/head.json",
            "changes/00000007.json",
            "schema/v1/month.json",
            "releases/0195d3a4-0000-7000-8000-000000000001.json",
            "releases/0195d3a4-0000-7000-8000-000000000001/v12.json",
            "en/index.html",
            "zh-Hant/rss.xml",
            "en/only/atom.xml",
            "ar/topics/technology/feed.json",
            "en/archive/index.json",
            "en/archive/2016/06/index.json",
            "en/archive/2016/06/atom.xml",
            "en/2016/06/closing-summary/index.html",
            "copy.js",
            "robots.txt",
            "sitemap.xml",
            "news-sitemap.xml",
            "fr/feeds/index.html",
            "fr/topics/technology/index.html",
            "fr/archive/index.html",
            "fr/archive/2016/06/index.html",
            "fr/archive/2016/06/sitemap.xml",
        ] {
            let key = Key::public_of(ours).unwrap_or_else(|| panic!("{ours} is not known"));
            assert_eq!(key.path(), ours);
            assert_eq!(key.bucket(), super::super::Bucket::Site);
        }
        for other in [
            "",
            "favicon.ico",
            "media/ab/photo.jpg",
            ".well-known/security.txt",
            "changes/7.json",
            "releases/x.json",
            "releases/0195D3A4-0000-7000-8000-000000000001.json",
            "releases/0195d3a4-0000-7000-8000-000000000001/v0.json",
            "en/2016/6/closing-summary/index.html",
            "en/page.html",
            "schema/v1/other.json",
            "ar/topics//feed.json",
            "ar/topics/../feed.json",
            "en/topics/a%2fb/feed.json",
            "en/2016/06/../index.html",
            "en/2016/06/café/index.html",
        ] {
            assert_eq!(Key::public_of(other), None, "{other}");
        }
    }
}
