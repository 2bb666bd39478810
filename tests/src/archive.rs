//! The archive: every release of a language in months that lead to each other.

use release::{Revision, Status};
use serde_json::Value;
use store::{Bucket, Key};

use crate::{
    memory::{Memory, narrow},
    releases::{next, release},
};

fn entries(atom: &str) -> feed_rs::model::Feed {
    feed_rs::parser::parse(atom.as_bytes()).unwrap()
}

fn link(feed: &feed_rs::model::Feed, rel: &str) -> Option<String> {
    let mut links = feed.links.iter().filter(|link| link.rel.as_deref() == Some(rel));
    links.next().map(|link| link.href.clone())
}

fn path<'a>(room: &Memory, url: &'a str) -> &'a str {
    url.strip_prefix(&room.desk.site.base_url).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn walking_back_from_any_language_meets_every_release_once() {
    let room = Memory::open(&narrow(3)).await;
    // Out of order, a year apart, and more than the feed shows.
    let dates = [
        "2026-03-01",
        "2026-05-02",
        "2025-05-03",
        "2026-05-04",
        "2026-03-05",
        "2026-05-06",
        "2026-05-07",
        "2024-12-31",
    ];
    let all: Vec<Revision> = (0..).zip(dates).map(|(n, date)| release(n, &format!("{date}T09:00:00Z"))).collect();
    for some in all.chunks(3) {
        room.publish(some).await;
    }
    let withdrawn = next(&all[4], Status::Withdrawn);
    room.publish(std::slice::from_ref(&withdrawn)).await;
    let mut expected: Vec<uuid::Uuid> = all.iter().map(|revision| revision.id).filter(|id| *id != withdrawn.id).collect();
    expected.sort();
    for language in &room.desk.site.languages {
        let language = &language.tag;
        let feed = entries(&room.text(&format!("/{language}/atom.xml")).await);
        let mut older = link(&feed, "prev-archive");
        let (mut met, mut newer) = (Vec::new(), None);
        while let Some(url) = older {
            let text = room.text(path(&room, &url)).await;
            let month = entries(&text);
            assert!(text.contains("fh:archive"), "{url}");
            assert_eq!(link(&month, "self").as_deref(), Some(url.as_str()));
            assert_eq!(link(&month, "current"), Some(room.desk.site.url(&format!("/{language}/atom.xml"))));
            assert_eq!(link(&month, "next-archive"), newer, "{url}");
            met.extend(month.entries.iter().map(|entry| entry.id.clone()));
            newer = Some(url);
            older = link(&month, "prev-archive");
        }
        let mut wanted: Vec<String> = expected.iter().map(|id| release::entry_id(*id, language)).collect();
        met.sort();
        wanted.sort();
        assert_eq!(met, wanted, "{language}");

        // The same by JSON, from the list of months.
        let months = room.json(&format!("/{language}/archive/index.json")).await;
        let months = months["months"].as_array().unwrap();
        let counts: Vec<(i64, i64, u64)> = months
            .iter()
            .map(|m| {
                (
                    m["year"].as_i64().unwrap(),
                    m["month"].as_i64().unwrap(),
                    m["count"].as_u64().unwrap(),
                )
            })
            .collect();
        assert_eq!(counts, [(2026, 5, 4), (2026, 3, 1), (2025, 5, 1), (2024, 12, 1)]);
        let mut found = Vec::new();
        for (n, month) in months.iter().enumerate() {
            let document = room.json(path(&room, month["url"].as_str().unwrap())).await;
            let neighbour = |n: Option<usize>| n.and_then(|n| months.get(n)).map_or(Value::Null, |m| m["url"].clone());
            assert_eq!(document["previous"], neighbour(Some(n + 1)));
            assert_eq!(document["next"], neighbour(n.checked_sub(1)));
            for card in document["releases"].as_array().unwrap() {
                let public = room.json(path(&room, card["json"].as_str().unwrap())).await;
                assert_eq!(card["sha256"], public["sha256"]);
                assert_eq!(card["title"].as_object().unwrap().is_empty(), card["status"] == "withdrawn");
                found.push(card["id"].as_str().unwrap().to_owned());
            }
        }
        found.sort();
        let mut ids: Vec<String> = all.iter().map(|revision| revision.id.to_string()).collect();
        ids.sort();
        assert_eq!(found, ids, "a withdrawn release stays as a tombstone");
    }
}

/// Ids of releases in a feed, with the status shown.
async fn shown(room: &Memory, path: &str) -> Vec<(String, String)> {
    let feed = room.json(path).await;
    let items = feed["items"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    items
        .map(|item| (text(&item["_pressroom"]["release"]), text(&item["_pressroom"]["status"])))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_shrinks_is_refilled_from_the_months() {
    let room = Memory::open(&narrow(3)).await;
    let all: Vec<Revision> = (0..8).map(|n| release(n, &format!("2026-0{}-01T09:00:00Z", n + 1))).collect();
    room.publish(&all).await;
    let ids = |some: &[usize]| some.iter().map(|n| all[*n].id.to_string()).collect::<Vec<_>>();
    let of = |shown: Vec<(String, String)>| shown.into_iter().map(|(id, _)| id).collect::<Vec<_>>();
    assert_eq!(of(shown(&room, "/en/topics/research/feed.json").await), ids(&[7, 6, 5]));
    // Two leave the topic: older ones come back.
    let mut left: Vec<Revision> = [&all[7], &all[5]]
        .into_iter()
        .map(|revision| next(revision, Status::Published))
        .collect();
    for revision in &mut left {
        revision.topics.clear();
    }
    room.publish(&left).await;
    assert_eq!(of(shown(&room, "/en/topics/research/feed.json").await), ids(&[6, 4, 3]));
    assert_eq!(of(shown(&room, "/en/feed.json").await), ids(&[7, 6, 5]));
    // A date is set back by years: the release is in its new month, and the feed shows the next one.
    let mut older = next(&all[6], Status::Published);
    older.published = Some("2001-01-01T09:00:00Z".parse().unwrap());
    room.publish(std::slice::from_ref(&older)).await;
    assert_eq!(of(shown(&room, "/en/feed.json").await), ids(&[7, 5, 4]));
    assert_eq!(of(shown(&room, "/en/topics/research/feed.json").await), ids(&[4, 3, 2]));
    let moved = room.json("/en/archive/2001/01/index.json").await;
    assert_eq!(moved["releases"][0]["id"], older.id.to_string());
    assert_eq!(room.json("/en/archive/2026/07/index.json").await["releases"], serde_json::json!([]));
    // A backdated release lands in its month and pushes nothing out; a withdrawn one stays, marked.
    let backdated = release(20, "1999-05-05T09:00:00Z");
    room.publish(&[backdated, next(&left[0], Status::Withdrawn)]).await;
    let expected = [(7, "withdrawn"), (5, "published"), (4, "published")];
    let expected = expected.map(|(n, status)| (all[n].id.to_string(), status.to_owned()));
    assert_eq!(shown(&room, "/en/feed.json").await, expected);
    assert_eq!(
        room.json("/en/archive/1999/05/index.json").await["releases"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    // The same releases in one go, in another order, make the same site.
    let other = Memory::open(&narrow(3)).await;
    let mut revisions: Vec<Revision> = all.clone();
    revisions.extend(left.iter().cloned());
    revisions.extend([older, release(20, "1999-05-05T09:00:00Z"), next(&left[0], Status::Withdrawn)]);
    revisions.reverse();
    other.publish(&revisions).await;
    let (one, two) = (room.site().await, other.site().await);
    for (key, text) in &one {
        // The log keeps the order of arrival.
        if !key.starts_with("changes/") {
            assert_eq!(two.get(key), Some(text), "{key}");
        }
    }
    assert_eq!(one.keys().collect::<Vec<_>>(), two.keys().collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn B120_a_feed_too_large_shows_summaries_of_its_older_releases_and_full_texts_again_when_there_is_room() {
    let site = narrow(50).replace("bytes = 524288", "bytes = 100000");
    let room = Memory::open(&site).await;
    let mut all: Vec<Revision> = (0..6).map(|n| release(n, &format!("2026-0{}-01T09:00:00Z", n + 1))).collect();
    for revision in &mut all {
        for text in revision.texts.values_mut() {
            text.summary = "A summary.".to_owned();
            text.body = "A paragraph of thirty letters. ".repeat(800);
        }
    }
    room.publish(&all).await;
    let shortened = |feed: &Value| {
        let items = feed["items"].as_array().unwrap().iter();
        items.map(|item| item["_pressroom"]["shortened"] == true).collect::<Vec<_>>()
    };
    let feed = room.json("/en/feed.json").await;
    assert_eq!(shortened(&feed), [false, false, false, true, true, true]);
    assert!(room.text("/en/rss.xml").await.len() < 100_000);
    let withdrawn = next(&all[5], Status::Withdrawn);
    room.publish(std::slice::from_ref(&withdrawn)).await;
    let feed = room.json("/en/feed.json").await;
    assert_eq!(
        shortened(&feed),
        [false, false, false, false, true, true],
        "the fourth is whole again"
    );
    assert!(feed["items"][3]["content_html"].as_str().unwrap().contains("thirty letters"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_withdrawal_removed_a_restore_brings_back() {
    let room = Memory::open(local::sample::SITE).await;
    let first = release(1, "2026-03-01T09:00:00Z");
    let second = next(&first, Status::Published);
    room.publish(&[first.clone(), second.clone()]).await;
    let version = |n: u32| format!("releases/{}/v{n}.json", first.id);
    let before = room.text(&version(1)).await;
    let withdrawn = next(&second, Status::Withdrawn);
    room.publish(std::slice::from_ref(&withdrawn)).await;
    for n in [1, 2] {
        assert!(
            room.desk.store.fetch(&version(n)).await.unwrap().is_none(),
            "version {n} is still public"
        );
    }
    assert_eq!(room.json(&version(3)).await["status"], "withdrawn");
    room.publish(&[next(&withdrawn, Status::Published)]).await;
    assert_eq!(room.text(&version(1)).await, before);
    assert_eq!(room.json(&version(4)).await["status"], "published");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sweeper_publishes_what_an_event_left_undone() {
    let room = Memory::open(local::sample::SITE).await;
    let (lost, gone) = (release(1, "2026-03-01T09:00:00Z"), release(2, "2026-03-01T09:00:00Z"));
    let store = &room.desk.store;
    for revision in [&lost, &gone] {
        store.put(&Key::Pending(revision.id, 1), "marker").await.unwrap();
    }
    store.create(&Key::Revision(lost.id, 1), lost.to_bytes()).await.unwrap();
    let now = jiff::Timestamp::now();
    let minutes = jiff::SignedDuration::from_mins;
    let early = publish::sweep(&room.desk, now, minutes(5)).await.unwrap();
    assert_eq!(early, publish::Swept::default(), "an event has five minutes");
    let swept = publish::sweep(&room.desk, now + minutes(6), minutes(5)).await.unwrap();
    assert_eq!(
        (swept.published, swept.failed, swept.unfinished),
        (vec![(lost.id, 1)], vec![], vec![])
    );
    assert!(room.text("/fr/rss.xml").await.contains("Release 1"));
    let swept = publish::sweep(&room.desk, now + minutes(61), minutes(5)).await.unwrap();
    assert_eq!(
        (swept.published, swept.failed, swept.unfinished),
        (vec![], vec![], vec![(gone.id, 1)])
    );
    let (markers, _) = store.list(Bucket::Content, "pending/", None, 10).await.unwrap();
    assert_eq!(markers, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_renderings_of_a_large_month_take_turns_and_the_sweeper_pays_what_is_owed() {
    let mut room = Memory::open(local::sample::SITE).await;
    std::sync::Arc::get_mut(&mut room.desk).unwrap().pace = publish::Pace::of(3, 40);
    let releases: Vec<Revision> = (1..=6).map(|n| release(n, "2026-03-01T09:00:00Z")).collect();
    let store = &room.desk.store;
    let month = feed::Month { year: 2026, month: 3 };
    let languages = || room.desk.site.languages.iter().map(|language| language.tag.clone());
    let state = Key::Month(room.desk.site.default_language().clone(), month);
    let renderings: Vec<Key> = languages()
        .flat_map(|language| {
            let tag = || language.clone();
            [
                Key::Month(tag(), month),
                Key::MonthAtom(tag(), month),
                Key::MonthPage(tag(), month),
                Key::MonthSitemap(tag(), month),
            ]
        })
        .filter(|key| *key != state)
        .collect();
    assert_eq!(renderings.len(), 23);
    let version = async |key: &Key| store.head(key).await.unwrap().unwrap().version;
    // The states of the month, and how many renderings show the latest, the one before, and so on.
    let mut states = Vec::new();
    let mut shown = async || {
        let now = version(&state).await;
        if states.first() != Some(&now) {
            states.insert(0, now);
        }
        let mut shown = vec![0; states.len()];
        for key in &renderings {
            let at = version(key).await;
            shown[states.iter().position(|state| *state == at).unwrap()] += 1;
        }
        shown
    };
    room.publish(&releases[..2]).await;
    assert_eq!(shown().await, [23], "a small month is always whole");
    room.publish(&releases[2..3]).await;
    assert_eq!(shown().await, [13, 10]);
    room.publish(&releases[3..4]).await;
    assert_eq!(shown().await, [10, 13, 0]);
    let json = room.json("en/archive/2026/03/index.json").await;
    assert_eq!(json["releases"].as_array().unwrap().len(), 4, "the state is always written");
    let markers = async || store.list(Bucket::Content, "pending/", None, 10).await.unwrap().0;
    let owed = markers().await;
    assert_eq!(owed.len(), 1, "nothing shows two any more: the first marker is paid; {owed:?}");
    room.publish(&releases[4..5]).await;
    assert_eq!(shown().await, [8, 10, 5, 0]);
    assert_eq!(markers().await.len(), 2);

    let now = jiff::Timestamp::now();
    let minutes = jiff::SignedDuration::from_mins;
    let early = publish::sweep(&room.desk, now, minutes(5)).await.unwrap();
    assert_eq!(early, publish::Swept::default());
    let swept = publish::sweep(&room.desk, now + minutes(6), minutes(5)).await.unwrap();
    assert_eq!(swept.archived.len(), 1);
    assert_eq!((shown().await, markers().await), (vec![23, 0, 0, 0], vec![]));
    // Somebody who remembers nothing writes all of it.
    store.forget();
    room.publish(&releases[5..]).await;
    assert_eq!((shown().await, markers().await), (vec![23, 0, 0, 0, 0], vec![]));
    for language in languages() {
        let page = room.text(&format!("{language}/archive/2026/03/index.html")).await;
        for n in 1..=6 {
            assert!(page.contains(&format!("/{language}/2026/03/release-{n}/")), "{page}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_that_cannot_be_read_stays_owed_and_the_sweeper_goes_on() {
    let room = Memory::open(local::sample::SITE).await;
    room.publish(&[release(1, "2026-02-01T09:00:00Z"), release(2, "2026-03-01T09:00:00Z")])
        .await;
    let store = &room.desk.store;
    let english = room.desk.site.default_language().clone();
    let [damaged, sound] = [2, 3].map(|month| feed::Month { year: 2026, month });
    store.put(&Key::Month(english, damaged), "{").await.unwrap();
    for month in [damaged, sound] {
        store.put(&Key::Owed(month, 1), "").await.unwrap();
    }
    let late = jiff::Timestamp::now() + jiff::SignedDuration::from_mins(6);
    let swept = publish::sweep(&room.desk, late, jiff::SignedDuration::from_mins(5)).await.unwrap();
    assert_eq!(swept.archived, [sound].into());
    let (markers, _) = store.list(Bucket::Content, "pending/", None, 10).await.unwrap();
    assert_eq!(markers, [Key::Owed(damaged, 1).path()]);
}
