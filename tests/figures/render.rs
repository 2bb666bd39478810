//! RSS, Atom and JSON Feed of full entries: ours, and the crates that write XML for us alone.

use std::{fmt::Write as _, time::Duration};

use anyhow::{Context as _, ensure};
use feed::{FeedId, FeedView, Kept, Kind, Public, State as _};
use release::{Revision, Site};
use serde_json::json;
use std::time::Instant;

use crate::{
    Settings,
    room::{percentile, row},
};

/// Entries of the feed.
const ENTRIES: u32 = 50;
const ROUNDS: usize = 201;

pub(crate) fn run(settings: &Settings) -> anyhow::Result<()> {
    let file: String = settings.number("entries", String::new())?;
    let site = Site::parse(local::sample::SITE, "site.toml").map_err(|e| anyhow::anyhow!("{e}"))?;
    let language = site.default_language().clone();
    let id = FeedId::new(&language, Kind::Filled);
    let publics: Vec<Public> = (0..ENTRIES).map(|n| public(n, &site)).collect::<anyhow::Result<_>>()?;
    let publics: Vec<&Public> = publics.iter().collect();
    let make = || FeedView::with(None, &publics, &site, &id);
    let view = make().context("an empty feed")?;
    ensure!(
        view.items.len() == ENTRIES as usize && view.items.iter().all(|item| !item.more.shortened),
        "the feed is not full"
    );
    // An entry keeps its texts: what was rendered before would be found.
    let unseen = |item: &Kept<feed::Item>| Kept::new(feed::Item::clone(item));
    let new = || FeedView {
        items: view.items.iter().map(unseen).collect(),
        ..view.clone()
    };
    let one_new = || {
        let mut view = view.clone();
        view.items[0] = unseen(&view.items[0]);
        view
    };
    // As large as it was before: what the function assumes.
    let room = view.stored(0).len();
    let formats = |view: &FeedView| Some((view.stored(room), view.to_rss(&site, &id).ok()?, view.to_atom(&site, &id).ok()?));
    let (json, rss, atom) = formats(&view).context("a format failed")?;
    let channel = rss::Channel::read_from(&rss[..])?;
    let parsed = atom_syndication::Feed::read_from(&atom[..])?;
    if !file.is_empty() {
        // The same entries for the generators that are compared.
        let entry = |item: &feed::Item| {
            json!({"id": item.id, "url": item.url, "title": item.title, "summary": item.summary, "content": item.content_html,
                "published": item.date_published, "updated": item.date_modified, "tags": item.tags})
        };
        let entries: Vec<_> = view.items.iter().map(|item| entry(item)).collect();
        std::fs::write(
            file,
            serde_json::to_vec(&json!({"title": view.title, "url": view.home_page_url, "items": entries}))?,
        )?;
    }
    row(&json!({
        "row": "render", "entries": ENTRIES, "bytes": {"json": json.len(), "rss": rss.len(), "atom": atom.len()},
        "releases_to_three_formats_us": micros(|| (), |()| make().and_then(|view| formats(&view))),
        "entries_to_three_formats_us": micros(new, |view| formats(&view)),
        "one_new_of_50_us": micros(one_new, |view| formats(&view)),
        "rss_us": micros(new, |view| view.to_rss(&site, &id)), "atom_us": micros(new, |view| view.to_atom(&site, &id)),
        "json_us": micros(new, |view| view.stored(room)),
        "rss_crate_us": micros(|| (), |()| channel.to_string()), "atom_crate_us": micros(|| (), |()| parsed.to_string()),
    }));
    Ok(())
}

/// Median of one call, in microseconds; what it is called with is made before. To free what was made counts, as it does for the rivals.
fn micros<I, T>(prepare: impl Fn() -> I, call: impl Fn(I) -> T) -> f64 {
    let mut times: Vec<Duration> = Vec::new();
    for _ in 0..ROUNDS {
        let with = prepare();
        let start = Instant::now();
        std::hint::black_box(call(with));
        times.push(start.elapsed());
    }
    times.sort_unstable();
    (percentile(&times, 0.5).as_secs_f64() * 1e7).round() / 10.0
}

fn public(n: u32, site: &Site) -> anyhow::Result<Public> {
    let mut body = String::new();
    for paragraph in 0..9 {
        writeln!(
            body,
            "Paragraph {paragraph} of {n}: delegates agreed on **a common text**, thanked [their hosts](https://example.org/{n}) & left."
        )?;
        writeln!(
            body,
            "They will meet again next year; \"until then\", one of them said, \"there is work to do\".\n"
        )?;
    }
    let (day, id) = (
        n % 28 + 1,
        uuid::Uuid::from_u128(0x0195_0000_0000_7000_8000_0000_0000_0000 + u128::from(n)),
    );
    let at = format!("2026-02-{day:02}T09:00:{:02}Z", n % 60);
    let revision: Revision = serde_json::from_value(json!({
        "schema": Revision::SCHEMA, "id": id, "revision": 1, "at": at, "by": {"name": "t", "role": "editor"}, "status": "published",
        "language": "en", "published": at, "updated": at, "topics": ["research"],
        "path": {"year": 2026, "month": 2, "slug": format!("release-{n}")},
        "texts": {"en": {"title": format!("Conference closes day {n}"), "body": body}},
    }))?;
    Public::of(&revision, site).context("a public release")
}
