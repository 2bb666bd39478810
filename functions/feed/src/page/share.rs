//! What programs read of a page: Open Graph (<https://ogp.me>), and JSON-LD by schema.org.

use release::{Lang, Site};
use serde_json::{Value, json};

use crate::{Public, content, public::PublicMedia};

/// Open Graph of a page.
pub(super) struct Share {
    /// `article` or `website`.
    pub(super) kind: &'static str,
    pub(super) site_name: String,
    pub(super) title: String,
    pub(super) description: String,
    /// The page that counts for this text, whichever shows it.
    pub(super) url: String,
    pub(super) locale: String,
    pub(super) other_locales: Vec<String>,
    pub(super) image: Option<Image>,
    pub(super) article: Option<Article>,
}

pub(super) struct Image {
    pub(super) url: String,
    pub(super) alt: String,
    pub(super) kind: String,
    /// Width and height in pixels.
    pub(super) size: Option<(u32, u32)>,
}

/// What an article has besides.
pub(super) struct Article {
    pub(super) published: String,
    pub(super) modified: String,
    pub(super) topics: Vec<String>,
}

/// Countries that stand for a language where its tag names none: as Facebook's list of locales has them, which is the one that
/// consumers of Open Graph know. Arabic is of no country there.
const COUNTRIES: [(&str, &str); 22] = [
    ("ar", "AR"),
    ("bg", "BG"),
    ("cs", "CZ"),
    ("da", "DK"),
    ("de", "DE"),
    ("el", "GR"),
    ("en", "US"),
    ("es", "ES"),
    ("fi", "FI"),
    ("fr", "FR"),
    ("he", "IL"),
    ("hi", "IN"),
    ("it", "IT"),
    ("ja", "JP"),
    ("ko", "KR"),
    ("nl", "NL"),
    ("pl", "PL"),
    ("pt", "PT"),
    ("ru", "RU"),
    ("sv", "SE"),
    ("tr", "TR"),
    ("zh", "CN"),
];

/// A language as Open Graph writes it: `ar_AR`, `pt_BR`.
pub(super) fn locale(language: &Lang) -> String {
    let primary = language.primary();
    let parts = || language.as_str().split('-').skip(1);
    let named = parts()
        .find(|part| part.len() == 2)
        .or_else(|| parts().find(|part| *part == "Hant").map(|_| "TW"));
    let known = COUNTRIES.iter().find(|(tag, _)| *tag == primary).map(|(_, country)| *country);
    match named.or(known) {
        Some(country) => format!("{primary}_{country}"),
        None => format!("{primary}_{}", primary.to_ascii_uppercase()),
    }
}

impl Share {
    fn new(site: &Site, language: &Lang, languages: &[&Lang]) -> Self {
        let own = locale(language);
        let mut other_locales: Vec<String> = languages.iter().map(|language| locale(language)).collect();
        other_locales.retain(|other| *other != own);
        other_locales.dedup();
        Self {
            kind: "website",
            site_name: site
                .language(language)
                .map_or(&site.organisation, |language| &language.title)
                .clone(),
            title: String::new(),
            description: String::new(),
            url: String::new(),
            locale: own,
            other_locales,
            image: None,
            article: None,
        }
    }

    /// A page that is no release.
    pub(super) fn website(site: &Site, language: &Lang, title: &str, url: String, languages: &[&Lang]) -> Self {
        Self {
            title: title.to_owned(),
            description: site
                .language(language)
                .map(|language| language.description.clone())
                .unwrap_or_default(),
            url,
            ..Self::new(site, language, languages)
        }
    }

    /// A release, in the language in which it is shown.
    pub(super) fn article(public: &Public, site: &Site, shown: &Lang, url: String) -> Self {
        let languages: Vec<&Lang> = public.languages.iter().collect();
        let text = public.texts.get(shown);
        let image = picture(public).map(|media| Image {
            url: media.url.clone(),
            alt: content::localised(&media.file.alt, site, shown)
                .map(|(_, alt)| alt.to_owned())
                .unwrap_or_default(),
            kind: media.file.kind.clone(),
            size: media.file.width.zip(media.file.height),
        });
        Self {
            kind: "article",
            title: text.map(|text| text.title.clone()).unwrap_or_default(),
            description: text.map(|text| text.summary.clone()).unwrap_or_default(),
            url,
            image,
            article: Some(Article {
                published: public.published.rfc3339(),
                modified: public.updated.rfc3339(),
                topics: topics(public, site, shown),
            }),
            ..Self::new(site, shown, &languages)
        }
    }
}

fn picture(public: &Public) -> Option<&PublicMedia> {
    public.media.iter().find(|media| media.is_picture())
}

fn topics(public: &Public, site: &Site, shown: &Lang) -> Vec<String> {
    let known = public.topics.iter().filter_map(|id| site.topic(id));
    known.map(|topic| topic.label_in(site, shown).to_owned()).collect()
}

/// A `NewsArticle` of schema.org as it stands in a `script` element. It is data: browsers never run it, whatever the policy of the page.
pub(super) fn news_article(public: &Public, site: &Site, shown: &Lang, url: &str) -> Option<String> {
    let text = public.texts.get(shown)?;
    let home = site
        .language(shown)
        .map_or_else(|| site.url("/"), |language| site.url(&crate::path::home(&language.tag)));
    let mut publisher = json!({"@type": "Organization", "name": site.organisation, "url": home});
    let author = publisher.clone();
    if let Some(logo) = &site.brand.logo {
        publisher["logo"] = json!({"@type": "ImageObject", "url": site.url(&logo.path), "width": logo.width, "height": logo.height});
    }
    let mut article = json!({
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": text.title,
        "description": text.summary,
        "inLanguage": shown,
        "url": url,
        "mainEntityOfPage": {"@type": "WebPage", "@id": url},
        "datePublished": public.published,
        "dateModified": public.updated,
        "isAccessibleForFree": true,
        "author": [author],
        "publisher": publisher,
    });
    let mut add = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            article[name] = value;
        }
    };
    add("alternativeHeadline", (!text.subtitle.is_empty()).then(|| json!(text.subtitle)));
    let pictures: Vec<&str> = public
        .media
        .iter()
        .filter(|media| media.is_picture())
        .map(|media| media.url.as_str())
        .collect();
    add("image", (!pictures.is_empty()).then(|| json!(pictures)));
    let sections = topics(public, site, shown);
    add("articleSection", (!sections.is_empty()).then(|| json!(sections)));
    add(
        "locationCreated",
        (!text.dateline.is_empty()).then(|| json!({"@type": "Place", "name": text.dateline})),
    );
    let note = public
        .correction
        .as_ref()
        .and_then(|correction| content::localised(&correction.note, site, shown));
    add("correction", note.map(|(_, note)| json!(note)));
    let others = public.url.iter().filter(|(language, _)| *language != shown);
    let others: Vec<Value> = others
        .map(|(language, url)| json!({"@type": "NewsArticle", "@id": url, "inLanguage": language}))
        .collect();
    add("workTranslation", (!others.is_empty()).then(|| json!(others)));
    Some(data(&article))
}

/// JSON that no text in it can lead out of its element: nothing in it looks like markup (HTML, section 4.12.1.3).
fn data(value: &Value) -> String {
    let mut out = String::new();
    for c in value.to_string().chars() {
        match c {
            // Outside its texts JSON has none of these.
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_without_a_country_gets_the_one_that_readers_of_open_graph_know() {
        for (tag, expected) in [
            ("en", "en_US"),
            ("ar", "ar_AR"),
            ("zh", "zh_CN"),
            ("zh-Hant", "zh_TW"),
            ("zh-Hans-SG", "zh_SG"),
            ("pt-BR", "pt_BR"),
            ("sw", "sw_SW"),
        ] {
            assert_eq!(locale(&Lang::parse(tag).unwrap()), expected);
        }
    }

    #[test]
    #[expect(non_snake_case)]
    fn S07_no_text_leads_out_of_the_data_of_a_page() {
        let hostile = "</script><script>alert(1)</script><!-- & \u{2028} \\ \" ]]>";
        let written = data(&json!({ hostile: hostile }));
        assert!(!written.contains(['<', '>', '&', '\u{2028}']), "{written}");
        assert_eq!(serde_json::from_str::<Value>(&written).unwrap(), json!({ hostile: hostile }));
    }
}
