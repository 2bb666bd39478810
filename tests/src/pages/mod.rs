//! What people and search engines see: pages, what programs read of them, sitemaps, and what a site looks like.

mod archive;
mod brand;
mod data;
mod judged;
mod links;
mod news;
mod odd;
mod sitemaps;
mod size;

use std::collections::BTreeMap;

use release::{Correction, Lang, Media, Revision, Status, Text};
use scraper::{ElementRef, Html, Selector};

use crate::{
    memory::Memory,
    releases::{next, release},
};

pub(super) const BASE: &str = "http://127.0.0.1:8080";

/// A page by its path, as a browser reads it.
pub(super) struct Page {
    pub(super) path: String,
    pub(super) html: Html,
}

impl Page {
    pub(super) fn all(&self, css: &str) -> Vec<ElementRef<'_>> {
        let selector = Selector::parse(css).unwrap();
        self.html.select(&selector).collect()
    }

    /// An attribute of each element.
    pub(super) fn values(&self, css: &str, attribute: &str) -> Vec<String> {
        let all = self.all(css);
        all.iter()
            .filter_map(|element| element.attr(attribute))
            .map(str::to_owned)
            .collect()
    }

    /// An attribute of the only element.
    pub(super) fn one(&self, css: &str, attribute: &str) -> String {
        let values = self.values(css, attribute);
        assert_eq!(values.len(), 1, "{css} in {}: {values:?}", self.path);
        values[0].clone()
    }

    pub(super) fn text(&self, css: &str) -> String {
        self.all(css).iter().flat_map(|element| element.text()).collect()
    }

    /// Where a reader finds it.
    pub(super) fn url(&self) -> String {
        format!("{BASE}/{}", self.path.trim_end_matches("index.html"))
    }
}

/// Every page of a site.
pub(super) fn pages(site: &BTreeMap<String, String>) -> Vec<Page> {
    let html = site.iter().filter(|(path, _)| path.ends_with(".html"));
    let page = |(path, text): (&String, &String)| Page {
        path: path.clone(),
        html: Html::parse_document(text),
    };
    html.map(page).collect()
}

/// The pages of releases among them.
pub(super) fn releases_of(pages: &[Page]) -> impl Iterator<Item = &Page> {
    pages.iter().filter(|page| page.path.contains("/release-"))
}

fn lang(tag: &str) -> Lang {
    Lang::parse(tag).unwrap()
}

/// A release with everything that a page can show.
pub(super) fn rich(n: u32, published: &str) -> Revision {
    let mut revision = release(n, published);
    let english = revision.texts.get_mut(&lang("en")).unwrap();
    english.dateline = "Oyster Bay".to_owned();
    english.subtitle = "A second line".to_owned();
    english.summary = "What it is about & <why>.".to_owned();
    let arabic = Text {
        title: "محطة GaugeNet 2.0 الجديدة".to_owned(),
        body: "نص البيان.".to_owned(),
        ..Text::default()
    };
    revision.texts.insert(lang("ar"), arabic);
    let localised = |text: &str| [(lang("en"), text.to_owned())].into();
    let smaller = release::Rendition {
        url: String::new(),
        sha256: "cd".repeat(32),
        size: 1,
        width: Some(480),
        height: Some(360),
    };
    let media = |name: &str, kind: &str| Media {
        sha256: "ab".repeat(32),
        name: name.to_owned(),
        kind: kind.to_owned(),
        size: 1,
        width: kind.starts_with("image/").then_some(800),
        height: kind.starts_with("image/").then_some(600),
        renditions: (kind == "image/jpeg").then_some(smaller.clone()).into_iter().collect(),
        alt: localised("A quay & a crane"),
        caption: localised("The quay"),
        credit: "T. Ide".to_owned(),
    };
    revision.media = vec![
        media("quay one.jpg", "image/jpeg"),
        media("quay.png", "image/png"),
        media("a.pdf", "application/pdf"),
    ];
    revision
}

/// Releases of three months in one, two and three languages, one of them withdrawn, one corrected.
pub(super) async fn room() -> Memory {
    let room = Memory::open(local::sample::SITE).await;
    let mut all: Vec<Revision> = (1..=5).map(|n| release(n, &format!("2026-0{n}-0{n}T09:00:00Z"))).collect();
    all.push(release(6, "2026-05-05T10:00:00Z"));
    all.push(rich(7, "2026-05-06T22:30:00Z"));
    for media in all.iter().flat_map(|revision| &revision.media).flat_map(release::Media::files) {
        // As if they had been sent.
        room.desk
            .store
            .put(&store::Key::File(media.sha256.clone()), "picture")
            .await
            .unwrap();
    }
    let withdrawn = next(&all[3], Status::Withdrawn);
    let mut corrected = next(&all[2], Status::Published);
    corrected.correction = Some(Correction {
        note: [(lang("en"), "The figure was wrong.".to_owned())].into(),
        minor: false,
    });
    all.extend([withdrawn, corrected]);
    room.publish(&all).await;
    room
}
