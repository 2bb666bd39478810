//! What only the running program shows.

use std::{collections::BTreeSet, fs, io::Read as _, path::Path};

use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{PUBLIC, Room, answer};

fn release(title: &str) -> Value {
    json!({"status": "published", "date": "2016-06-09", "texts": {"en": {"title": title, "body": "One paragraph."}}})
}

async fn posted(room: &Room, release: &Value) -> Value {
    let (status, saved) = room.post("application/json", release.to_string()).await;
    assert_eq!(status, 201, "{saved}");
    saved
}

/// A site file of this public address.
fn site_at(folder: &Path, base: &str) -> String {
    let path = folder.join("site.toml");
    fs::write(&path, local::sample::SITE.replacen("http://127.0.0.1:8080", base, 1)).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Id and link of each of `count` entries, as somebody else's reader sees them, in RSS, Atom and JSON. The three are written side by side.
async fn entries(room: &Room, language: &str, count: usize) -> [Vec<(String, String)>; 3] {
    let read = |text: &str| {
        let feed = feed_rs::parser::parse(text.as_bytes()).unwrap();
        feed.entries
            .into_iter()
            .map(|entry| (entry.id, entry.links[0].href.clone()))
            .collect::<Vec<_>>()
    };
    let mut found = [(); 3].map(|()| Vec::new());
    for (slot, name) in found.iter_mut().zip(["rss.xml", "atom.xml", "feed.json"]) {
        let text = room.until(&format!("/{language}/{name}"), |text| read(text).len() >= count).await;
        *slot = read(&text);
        assert_eq!(slot.len(), count, "{text}");
    }
    found
}

#[tokio::test]
#[expect(non_snake_case)]
async fn B1_the_author_is_told_what_was_taken_out() {
    let room = Room::open(&["--no-sample"]);
    let saved = posted(&room, &release("Council\u{1d} closes its session")).await;
    assert_eq!(saved["texts"]["en"]["title"], "Council closes its session");
    assert_eq!(saved["warnings"][0]["pointer"], "/texts/en/title");
    assert!(saved["warnings"][0]["message"].as_str().unwrap().contains("U+001D"), "{saved}");
    let feed = room.until("/en/rss.xml", |text| text.contains("session")).await;
    assert!(feed.contains("<title>Council closes its session</title>"), "{feed}");
}

#[tokio::test]
#[expect(non_snake_case)]
async fn B20_half_a_character_is_refused_and_the_feed_goes_on() {
    let room = Room::open(&["--no-sample"]);
    posted(&room, &release("👨\u{200d}👩\u{200d}👧\u{200d}👦")).await;
    for half in ["\\udc69", "\\ud83d", "\\udc69\\ud83d"] {
        let body = release("t").to_string().replace("One paragraph.", half);
        let (status, problem) = room.post("application/json", body).await;
        assert_eq!(status, 400, "{half} {problem}");
    }
    let feed = room
        .until("/en/feed.json", |text| text.contains("👨\u{200d}👩\u{200d}👧\u{200d}👦"))
        .await;
    let feed: Value = serde_json::from_str(&feed).unwrap();
    assert_eq!(feed["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
#[expect(non_snake_case)]
async fn B25_B26_B27_a_feed_says_its_type_and_charset_where_it_is_stored_and_where_it_is_served() {
    let room = Room::open(&["--no-sample"]);
    let title = "Réunion – 世界海关组织";
    posted(&room, &release(title)).await;
    let s3 = room.s3();
    for folder in ["en", "fr", "en/only", "en/topics/research"] {
        for (name, kind) in [
            ("rss.xml", "application/rss+xml; charset=utf-8"),
            ("atom.xml", "application/atom+xml; charset=utf-8"),
            ("feed.json", "application/feed+json; charset=utf-8"),
        ] {
            let key = format!("{folder}/{name}");
            if !folder.contains("topics") {
                room.until(&format!("/{key}"), |text| text.contains(title)).await;
            }
            let stored = s3.head_object().bucket("site").key(&key).send().await.unwrap();
            assert_eq!(stored.content_type(), Some(kind), "{key}");
            assert_eq!(stored.content_encoding(), None, "{key}");
            let plain = room.get(&format!("/{key}")).await;
            assert_eq!(plain.headers()["content-type"], kind, "{key}");
            assert!(!plain.headers().contains_key("content-encoding"), "{key}");
            let plain = plain.bytes().await.unwrap();
            let packed = room.request("GET", &format!("/{key}")).header("accept-encoding", "gzip");
            let packed = packed.send().await.unwrap();
            assert_eq!(packed.headers()["content-type"], kind, "{key}");
            assert_eq!(packed.headers()["content-encoding"], "gzip", "{key}");
            let mut unpacked = Vec::new();
            flate2::read::GzDecoder::new(&packed.bytes().await.unwrap()[..])
                .read_to_end(&mut unpacked)
                .unwrap();
            assert_eq!(unpacked, plain);
        }
    }
}

#[tokio::test]
#[expect(non_snake_case)]
async fn B34_B97_no_address_or_id_depends_on_how_a_feed_is_asked_for() {
    let folder = tempfile::TempDir::new().unwrap();
    let site = site_at(folder.path(), PUBLIC);
    let room = Room::open_on(&folder.path().join("data"), &["--site", &site]);
    for name in ["rss.xml", "atom.xml", "feed.json"] {
        let path = format!("/fr/{name}");
        let plain = room.text(&path).await;
        assert!(plain.contains(&format!("\"{PUBLIC}{path}\"")), "{plain}");
        assert!(!plain.contains("127.0.0.1") && !plain.contains("localhost"), "{plain}");
        for (host, scheme) in [
            ("evil.example", "https"),
            ("x.execute-api.eu-west-1.amazonaws.com", "http"),
            ("localhost:8080", "https"),
        ] {
            let request = room.request("GET", &path).header("host", host).header("x-forwarded-host", host);
            let request = request
                .header("x-forwarded-proto", scheme)
                .header("forwarded", format!("host={host};proto={scheme}"));
            assert_eq!(request.send().await.unwrap().text().await.unwrap(), plain);
        }
    }
}

#[tokio::test]
#[expect(non_snake_case)]
async fn B33_a_site_that_moves_keeps_its_ids_and_links_to_its_new_address() {
    let folder = tempfile::TempDir::new().unwrap();
    let data = folder.path().join("data");
    let here = Room::open_on(&data, &["--no-sample", "--site", &site_at(folder.path(), PUBLIC)]);
    for n in 0..3 {
        posted(&here, &release(&format!("Release {n}"))).await;
    }
    let before = entries(&here, "ru", 3).await;
    here.kill();
    let there = Room::open_on(&data, &["--no-sample", "--site", &site_at(folder.path(), "https://news.example")]);
    let after = entries(&there, "ru", 3).await;
    for (before, after) in before.iter().zip(&after) {
        for ((id, link), (new_id, new_link)) in before.iter().zip(after) {
            assert_eq!(id, new_id);
            assert_eq!(&link.replace(PUBLIC, "https://news.example"), new_link);
        }
    }
    assert_eq!(
        before[0].iter().map(|(id, _)| id).collect::<Vec<_>>(),
        before[2].iter().map(|(id, _)| id).collect::<Vec<_>>()
    );
}

#[tokio::test]
#[expect(non_snake_case)]
async fn B39_the_same_client_id_twice_makes_one_entry() {
    let room = Room::open(&["--no-sample"]);
    let put = |id: Uuid, title: &str| {
        let request = room.request("PUT", &format!("/v1/releases/{id}")).bearer_auth(&room.token);
        answer(request.header("if-none-match", "*").json(&release(title)))
    };
    let id = Uuid::now_v7();
    assert_eq!(put(id, "First letter").await.0, 201);
    let (status, problem) = put(id, "Second letter").await;
    assert_eq!(status, 412, "{problem}");
    for _ in 0..8 {
        let id = Uuid::now_v7();
        let (one, other, third) = tokio::join!(put(id, "One at once"), put(id, "Other at once"), put(id, "Third at once"));
        let mut statuses = [one.0, other.0, third.0];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 412, 412]);
    }
    for entries in entries(&room, "en", 9).await {
        let ids: BTreeSet<&String> = entries.iter().map(|(id, _)| id).collect();
        assert_eq!(ids.len(), 9);
    }
    assert!(!room.text("/en/feed.json").await.contains("Second letter"));
}

#[tokio::test]
#[expect(non_snake_case)]
async fn B59_B65_neither_locale_nor_zone_of_the_machine_changes_a_date() {
    for environment in [
        [("LANG", "ru_RU.UTF-8"), ("LC_ALL", "ru_RU.UTF-8"), ("TZ", "Pacific/Kiritimati")],
        [("LANG", "zh_CN.UTF-8"), ("LC_ALL", "zh_CN.UTF-8"), ("TZ", "America/Los_Angeles")],
    ] {
        let folder = tempfile::TempDir::new().unwrap();
        let room = Room::open_in(folder.path(), &["--no-sample"], &environment);
        posted(&room, &release("Summit closes")).await;
        for language in ["en", "zh", "ru"] {
            let rss = room.until(&format!("/{language}/rss.xml"), |text| text.contains("Summit")).await;
            assert!(rss.contains("<pubDate>Thu, 09 Jun 2016 00:00:00 +0200</pubDate>"), "{rss}");
            let atom = room.until(&format!("/{language}/atom.xml"), |text| text.contains("Summit")).await;
            assert!(atom.contains("<published>2016-06-09T00:00:00+02:00</published>"), "{atom}");
            let json = room.until(&format!("/{language}/feed.json"), |text| text.contains("Summit")).await;
            let json: Value = serde_json::from_str(&json).unwrap();
            assert_eq!(json["items"][0]["date_published"], "2016-06-09T00:00:00+02:00");
            let page = json["items"][0]["url"].as_str().unwrap().strip_prefix(&room.url).unwrap();
            assert!(page.starts_with(&format!("/{language}/2016/06/")), "{page}");
            let page = room.text(page).await;
            let day = [("en", "June 9, 2016"), ("zh", "2016年6月9日"), ("ru", "9 июня 2016")];
            let day = day.iter().find(|(tag, _)| *tag == language).unwrap().1;
            assert!(page.contains(day), "{page}");
        }
    }
}

#[tokio::test]
#[expect(non_snake_case)]
async fn B114_titles_of_any_script_and_the_same_title_twice_have_pages_of_their_own() {
    let room = Room::open(&["--no-sample"]);
    let titles = ["知识库", "ข่าวด่วน", "محمد", "🎉", "ข่าวด่วน", "🎉", "…", "知识库"];
    let (mut slugs, mut ids) = (BTreeSet::new(), BTreeSet::new());
    for title in titles {
        let saved = posted(&room, &release(title)).await;
        let slug = saved["path"]["slug"].as_str().unwrap().to_owned();
        assert!(
            !slug.is_empty() && slug.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'),
            "{slug}"
        );
        slugs.insert(slug);
        ids.insert(saved["id"].as_str().unwrap().to_owned());
    }
    assert_eq!((slugs.len(), ids.len()), (titles.len(), titles.len()), "{slugs:?}");
    for (_, link) in &entries(&room, "en", titles.len()).await[1] {
        assert_eq!(room.get(link.strip_prefix(&room.url).unwrap()).await.status(), 200, "{link}");
    }
}

crate::stack::on_a_stack!(
    B1_the_author_is_told_what_was_taken_out,
    B20_half_a_character_is_refused_and_the_feed_goes_on,
    B39_the_same_client_id_twice_makes_one_entry,
    B114_titles_of_any_script_and_the_same_title_twice_have_pages_of_their_own,
);
