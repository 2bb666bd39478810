//! What programs read of a page: JSON-LD and Open Graph against their rules, and what a page may load.

use jiff::Timestamp;
use serde_json::Value;

use super::{BASE, Page, pages, releases_of, room};

fn article(page: &Page) -> Option<Value> {
    let all = page.all("script[type='application/ld+json']");
    assert!(all.len() <= 1, "{}", page.path);
    let text: String = all.first()?.text().collect();
    Some(serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}: {text}", page.path)))
}

fn property(page: &Page, name: &str) -> Vec<String> {
    page.values(&format!("meta[property='{name}']"), "content")
}

/// What schema.org and Google's documentation of articles ask of a `NewsArticle`, field by field.
fn faults(data: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let mut ask = |holds: bool, what: &str| {
        if !holds {
            faults.push(format!("{what}: {data}"));
        }
    };
    let url = |value: &Value| {
        value
            .as_str()
            .is_some_and(|url| url::Url::parse(url).is_ok_and(|url| url.fragment().is_none()))
    };
    let text = |value: &Value| value.as_str().is_some_and(|text| !text.trim().is_empty());
    let instant = |value: &Value| value.as_str().is_some_and(|at| at.parse::<Timestamp>().is_ok());
    let organisation = |value: &Value| value["@type"] == "Organization" && text(&value["name"]) && url(&value["url"]);
    ask(
        data["@context"] == "https://schema.org" && data["@type"] == "NewsArticle",
        "its type",
    );
    ask(text(&data["headline"]) && text(&data["description"]), "headline and description");
    ask(url(&data["url"]) && data["mainEntityOfPage"]["@id"] == data["url"], "its page");
    ask(instant(&data["datePublished"]) && instant(&data["dateModified"]), "its dates");
    ask(
        data["datePublished"].as_str() <= data["dateModified"].as_str(),
        "it was changed before it was published",
    );
    ask(
        data["author"]
            .as_array()
            .is_some_and(|all| all.len() == 1 && all.iter().all(organisation)),
        "its author",
    );
    ask(organisation(&data["publisher"]), "its publisher");
    ask(data["isAccessibleForFree"] == true, "readers pay nothing");
    ask(text(&data["inLanguage"]), "its language");
    let known = [
        "@context",
        "@type",
        "headline",
        "description",
        "inLanguage",
        "url",
        "mainEntityOfPage",
        "datePublished",
        "dateModified",
        "isAccessibleForFree",
        "author",
        "publisher",
        "alternativeHeadline",
        "image",
        "articleSection",
        "locationCreated",
        "correction",
        "workTranslation",
    ];
    let named = data.as_object().unwrap().keys();
    for name in named {
        ask(known.contains(&name.as_str()), name);
    }
    if let Some(images) = data.get("image") {
        ask(
            images.as_array().is_some_and(|images| !images.is_empty() && images.iter().all(url)),
            "its pictures",
        );
    }
    for other in data["workTranslation"].as_array().into_iter().flatten() {
        ask(
            other["@type"] == "NewsArticle" && url(&other["@id"]) && other["inLanguage"] != data["inLanguage"],
            "a translation",
        );
    }
    faults
}

#[test]
fn the_rules_find_what_is_wrong() {
    let wrong = serde_json::json!({"@context": "https://schema.org", "@type": "NewsArticle", "headline": " ", "url": "x", "datePublished": "June xx", "extra": 1});
    assert!(faults(&wrong).len() >= 8, "{:?}", faults(&wrong));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_says_the_same_to_people_to_json_ld_and_to_open_graph() {
    let site = room().await.site().await;
    let pages = pages(&site);
    for page in releases_of(&pages) {
        let Some(data) = article(page) else {
            assert!(page.path.contains("/release-4/"), "{} has no data", page.path);
            assert_eq!(
                page.all("meta[property]").len() + page.all("meta[name='description']").len(),
                0,
                "{}",
                page.path
            );
            continue;
        };
        assert_eq!(faults(&data), Vec::<String>::new(), "{}", page.path);
        let shown = page.one("article", "lang");
        let canonical = page.one("link[rel='canonical']", "href");
        assert_eq!(data["headline"], page.text("h1").as_str());
        assert_eq!(data["inLanguage"], shown.as_str());
        assert_eq!(data["url"], canonical.as_str());
        for (name, expected) in [
            ("og:title", page.text("h1")),
            ("og:type", "article".to_owned()),
            ("og:url", canonical.clone()),
            ("og:description", data["description"].as_str().unwrap().to_owned()),
            ("article:published_time", data["datePublished"].as_str().unwrap().to_owned()),
            ("article:modified_time", data["dateModified"].as_str().unwrap().to_owned()),
        ] {
            assert_eq!(property(page, name), [expected], "{name} of {}", page.path);
        }
        assert_eq!(property(page, "article:tag").len(), 1);
        let locale = property(page, "og:locale");
        assert_eq!(locale.len(), 1);
        assert!(locale[0].starts_with(&format!("{shown}_")), "{locale:?}");
        let others = data["workTranslation"].as_array().map_or(0, Vec::len);
        assert_eq!(property(page, "og:locale:alternate").len(), others, "{}", page.path);
        assert_eq!(page.one("meta[name='description']", "content"), property(page, "og:description")[0]);
        let pictures: Vec<String> = page.values("figure img", "src");
        let images: Vec<&str> = data["image"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        assert_eq!(images, pictures);
        assert_eq!(property(page, "og:image"), pictures.iter().take(1).cloned().collect::<Vec<_>>());
        if page.path.contains("/release-7/") {
            assert_eq!(
                (images.len(), property(page, "og:image:alt")),
                (2, vec!["A quay & a crane".to_owned()])
            );
        }
        if page.path.contains("/release-3/") {
            assert_eq!(data["correction"], "The figure was wrong.");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_other_page_has_open_graph_of_its_own_language() {
    let site = room().await.site().await;
    let mut seen = 0;
    for page in pages(&site)
        .iter()
        .filter(|page| page.path.contains('/') && !page.path.contains("/release-"))
    {
        assert_eq!(property(page, "og:type"), ["website"], "{}", page.path);
        assert_eq!(property(page, "og:url"), [page.url()]);
        assert_eq!(page.one("link[rel='canonical']", "href"), page.url());
        assert!(property(page, "og:locale")[0].starts_with(&page.one("html", "lang")));
        assert_eq!(property(page, "og:locale:alternate").len(), 5);
        assert!(!property(page, "og:title")[0].is_empty() && !property(page, "og:site_name")[0].is_empty());
        seen += 1;
    }
    assert!(seen >= 6 * (1 + 3 + 1 + 1 + 5), "{seen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_runs_nothing_but_our_script_and_loads_nothing_from_elsewhere() {
    let site = room().await.site().await;
    for page in pages(&site) {
        for element in page.all("*") {
            for (name, value) in element.value().attrs() {
                let inline =
                    name.starts_with("on") || name == "style" || value.trim_start().to_ascii_lowercase().starts_with("javascript:");
                assert!(!inline, "{}: {name}={value}", page.path);
            }
        }
        for script in page.all("script") {
            let data = script.attr("type") == Some("application/ld+json") && script.attr("src").is_none();
            let ours = script.attr("src") == Some("http://127.0.0.1:8080/copy.js") && script.inner_html().is_empty();
            assert!(data || ours, "{}: {}", page.path, script.html());
        }
        let loaded = ["script[src]", "img[src]", "source[src]"]
            .iter()
            .flat_map(|css| page.values(css, "src"));
        for url in loaded.chain(page.values("link[rel='stylesheet']", "href")) {
            assert!(url.starts_with(&format!("{BASE}/")), "{} loads {url}", page.path);
        }
        assert_eq!(page.all("style, iframe, object, embed, base, form").len(), 0, "{}", page.path);
    }
}
