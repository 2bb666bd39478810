//! S19: what is not public yet is nowhere to be seen, neither in the site nor in what says no.
//!
//! Everything that is hidden carries words that begin with the same letters, in each field and language. A field that comes later (a file,
//! a caption) is one more line in [`hidden`].

use std::{collections::BTreeMap, path::Path};

use percent_encoding::percent_decode;
use serde_json::{Value, json};

use crate::harness::{Room, announced, answer, arrives, file_path};

/// What every hidden word begins with.
const MARK: &str = "qzephyr";
/// Never public, also after the hour.
const NOTE: &str = "qzephyrnote";
const LANGUAGES: [&str; 6] = ["en", "fr", "zh", "es", "ru", "ar"];

/// A release whose words say which state, field and language they are of.
fn hidden(state: &str) -> Value {
    let word = |field: &str| format!("{MARK}{state}{field}");
    let text = |tag: &str| {
        let word = |field: &str| word(&format!("{field}{tag}"));
        json!({"title": format!("Tide {}", word("title")), "subtitle": word("subtitle"), "dateline": word("dateline"),
            "summary": word("summary"), "body": format!("First **{}** and [more](https://example.org/{}).", word("body"), word("target"))})
    };
    json!({
        "language": "en", "topics": ["research"],
        "texts": {"en": text("en"), "fr": text("fr"), "ar": text("ar")},
        "event": {"name": word("event"), "start": "2026-06-01", "place": word("place"), "url": format!("https://example.org/{}", word("eventurl"))},
        "links": [{"url": format!("https://example.org/{}", word("link")), "label": {"en": word("label")}}],
        "correction": {"note": {"en": word("correction")}, "minor": false},
    })
}

async fn call(room: &Room, method: &str, path: &str, after: Option<u64>, body: &Value) -> Value {
    let mut request = room.request(method, path).bearer_auth(&room.token).json(body);
    if let Some(after) = after {
        request = request.header("if-match", format!("\"{after}\""));
    }
    let (status, answer) = answer(request).await;
    assert!(status < 300, "{method} {path}: {answer}");
    answer
}

async fn step(room: &Room, release: &Value, step: &str, mut body: Value) -> Value {
    body["note"] = json!(NOTE);
    if step != "approve" {
        // The words are no French and no Arabic.
        body["override"] = json!(NOTE);
    }
    call(
        room,
        "POST",
        &format!("/v1/releases/{}/{step}", release["id"].as_str().unwrap()),
        None,
        &body,
    )
    .await
}

fn in_seconds(seconds: i64) -> String {
    let at = jiff::Timestamp::from_second(jiff::Timestamp::now().as_second() + seconds).unwrap();
    at.to_string()
}

fn id(release: &Value) -> String {
    release["id"].as_str().unwrap().to_owned()
}

/// A photo and a PDF of a release, sent and not shown yet.
async fn send_files(room: &Room, release: &Value) -> [Value; 2] {
    let photo = b"GIF89a\x01\0\x01\0\x80\0\0qzephyr\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;".as_slice();
    let plan = b"%PDF-1.4\n% qzephyr\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n".as_slice();
    let mut files = [("photo.gif", "image/gif", photo), ("plan.pdf", "application/pdf", plan)].map(|(name, kind, bytes)| {
        let file = announced(&format!("{MARK}{name}"), kind, bytes);
        (file, bytes)
    });
    for (file, bytes) in &mut files {
        arrives(room, &room.token, &id(release), file, bytes).await;
        for field in ["alt", "caption"] {
            let word = format!("{MARK}{field}");
            file[field] = json!({"en": word, "fr": word, "ar": word});
        }
        file["credit"] = json!(format!("{MARK}credit"));
    }
    files.map(|(file, _)| file)
}

/// A release that everybody may read, so that whatever runs has run.
async fn another(room: &Room, title: &str) -> Value {
    let body = json!({"status": "published", "topics": ["research"], "texts": {"en": {"title": title, "body": "b"}}});
    let release = call(room, "POST", "/v1/releases", None, &body).await;
    room.until("/changes/head.json", |log| log.contains(&id(&release))).await;
    release
}

/// The text and whatever it says in percent or Base64.
fn readings(bytes: &[u8]) -> String {
    let mut all = String::from_utf8_lossy(bytes).to_lowercase();
    all.push_str(&percent_decode(bytes).decode_utf8_lossy().to_lowercase());
    all
}

/// The mark in Base64, at each of the three places where it may begin.
fn encoded_marks() -> Vec<String> {
    // Of `qzephyr`, `zephyr` and `ephyr`: whole groups of three letters, whatever stands around them.
    vec!["cXplcGh5".to_owned(), "emVwaHly".to_owned(), "ZXBo".to_owned() + "eX"]
}

/// The needles that a haystack has.
fn found(haystack: &[u8], needles: &[String]) -> Vec<String> {
    let text = readings(haystack);
    let raw = String::from_utf8_lossy(haystack);
    let mut found: Vec<String> = needles.iter().filter(|needle| text.contains(needle.as_str())).cloned().collect();
    found.extend(encoded_marks().into_iter().filter(|mark| raw.contains(mark)));
    found
}

/// Names of all objects of a bucket with their ETags.
async fn objects(room: &Room, bucket: &str) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let mut pages = room.s3().list_objects_v2().bucket(bucket).into_paginator().send();
    while let Some(page) = pages.next().await {
        for object in page.unwrap().contents() {
            all.insert(
                object.key().unwrap().to_owned(),
                object.e_tag().unwrap().trim_matches('"').to_owned(),
            );
        }
    }
    all
}

/// The public address of an object.
fn address(key: &str) -> String {
    format!("/{}", key.strip_suffix("index.html").unwrap_or(key))
}

fn whole(headers: &reqwest::header::HeaderMap) -> BTreeMap<String, String> {
    let shown = |(name, value): (&reqwest::header::HeaderName, &reqwest::header::HeaderValue)| {
        (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    headers.iter().map(shown).filter(|(name, _)| name != "date").collect()
}

/// Where a needle is on the site: in an object's name, its metadata, the answer to whoever asks for it, plain or compressed.
async fn leaks(room: &Room, needles: &[String]) -> Vec<(String, Vec<String>)> {
    let mut leaks = Vec::new();
    let client = room.s3();
    let site = objects(room, "site").await;
    assert!(site.len() > 100, "{} objects", site.len());
    for (key, etag) in &site {
        let head = client.head_object().bucket("site").key(key).send().await.unwrap();
        let mut seen = format!("{key} {etag} {:?} {head:?}\n", head.metadata()).into_bytes();
        for encoding in ["identity", "gzip"] {
            let request = room.request("GET", &address(key)).header("accept-encoding", encoding);
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), 200, "{key}");
            let packed = answer.headers().contains_key("content-encoding");
            seen.extend(format!("{:?}\n", whole(answer.headers())).bytes());
            let body = answer.bytes().await.unwrap();
            if packed {
                std::io::copy(&mut flate2::read::GzDecoder::new(&body[..]), &mut seen).unwrap();
            } else {
                seen.extend(&body[..]);
            }
        }
        let found = found(&seen, needles);
        if !found.is_empty() {
            leaks.push((key.clone(), found));
        }
    }
    leaks
}

/// What an answer tells: status, headers but the date, body.
async fn told(room: &Room, method: &str, path: &str) -> (u16, BTreeMap<String, String>, String) {
    let answer = room.request(method, path).send().await.unwrap();
    let (status, headers) = (answer.status().as_u16(), whole(answer.headers()));
    (status, headers, answer.text().await.unwrap())
}

/// Addresses that somebody who knows or guesses a release would try, by its id, slug, year and month.
fn guesses(release: &Value, slug: &str, id: &str) -> Vec<String> {
    let (year, month) = (
        release["path"]["year"].as_i64().unwrap_or(2026),
        release["path"]["month"].as_i64().unwrap_or(6),
    );
    let mut guesses = Vec::new();
    for language in LANGUAGES {
        let page = format!("/{language}/{year}/{month:02}/{slug}");
        guesses.extend([format!("{page}/?v=1"), format!("{page}/"), page]);
    }
    for tail in ["", ".json", "/1.json", "/2.json", "/v1.json", "/v2.json", "/v1.json?v=2"] {
        guesses.push(format!("/releases/{id}{tail}"));
    }
    for key in [
        format!("/content/releases/{id}/1.json"),
        format!("/slugs/{year}/{month:02}/{slug}"),
        format!("/pending/{id}/2"),
        format!("/media/{id}/photo.jpg"),
        format!("/v1/releases/{id}"),
        format!("/v1/releases/{id}/preview?lang=en"),
        format!("/v1/releases/{id}/revisions/1"),
        format!("/en/feed.json?cursor={id}"),
    ] {
        guesses.push(key);
    }
    guesses
}

/// Whoever has no credentials hears the same of what is there and of what is not.
async fn the_s3_port_says_nothing(room: &Room, needles: &[String]) {
    let client = reqwest::Client::new();
    let ask = async |method: &str, path: &str| {
        let request = client.request(method.parse().unwrap(), format!("{}{path}", room.s3));
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), whole(answer.headers()));
        (status, headers, answer.text().await.unwrap())
    };
    for bucket in ["content", "site"] {
        for path in ["", "?list-type=2", "?list-type=2&prefix=releases/", "?versions", "?uploads"] {
            let (status, headers, body) = ask("GET", &format!("/{bucket}{path}")).await;
            assert_eq!(status, 403, "{bucket}{path}: {body}");
            assert_eq!(found(format!("{headers:?}{body}").as_bytes(), needles), [""; 0], "{bucket}{path}");
        }
        let keys = objects(room, bucket).await;
        for key in keys.keys() {
            for method in ["GET", "HEAD"] {
                let there = ask(method, &format!("/{bucket}/{key}")).await;
                let nothing = ask(method, &format!("/{bucket}/nothing/at/all")).await;
                assert_eq!((there.0, &there), (403, &nothing), "{method} {bucket}/{key}");
            }
        }
    }
    assert_eq!(ask("GET", "/").await.0, 403);
}

/// Lines of the log that say a hidden word, id or digest.
fn log_leaks(log: &Path, needles: &[String]) -> Vec<String> {
    let log = std::fs::read(log).unwrap();
    let lines = log.split(|byte| *byte == b'\n').filter(|line| !found(line, needles).is_empty());
    lines.map(|line| String::from_utf8_lossy(line).into_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn S19_B78_B79_B83_before_the_hour_nothing_public_says_a_word_of_it_and_no_refusal_tells_that_it_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let room = Room::open_logged(&folder.path().join("data"), &["--no-sample"], &log);
    // Live, with a correction that is scheduled.
    let live = another(&room, "Harbour open").await;
    let create = async |state: &str| call(&room, "POST", "/v1/releases", None, &hidden(state)).await;
    let draft = create("draft").await;
    let submitted = create("submitted").await;
    step(&room, &submitted, "submit", json!({})).await;
    let approved = create("approved").await;
    step(&room, &approved, "submit", json!({})).await;
    step(&room, &approved, "approve", json!({})).await;
    let far = in_seconds(3_600);
    let scheduled = create("scheduled").await;
    let files = send_files(&room, &scheduled).await;
    let mut with_files = hidden("scheduled");
    with_files["media"] = json!(files);
    let path = format!("/v1/releases/{}", id(&scheduled));
    let scheduled = call(&room, "PUT", &path, Some(1), &with_files).await;
    let scheduled = step(&room, &scheduled, "schedule", json!({"at": far})).await;
    let mut correction = hidden("amended");
    (correction["status"], correction["publish_at"]) = (json!("scheduled"), json!(far));
    let path = format!("/v1/releases/{}?override={NOTE}", id(&live));
    let correction = call(&room, "PUT", &path, Some(1), &correction).await;
    assert_eq!(
        (&correction["status"], &scheduled["status"]),
        (&json!("scheduled"), &json!("scheduled"))
    );

    // Both functions have run since.
    let soon = json!({"status": "scheduled", "publish_at": in_seconds(2), "texts": {"en": {"title": "Ferry on time", "body": "b"}}});
    let soon = call(&room, "POST", "/v1/releases", None, &soon).await;
    room.until("/changes/head.json", |log| log.contains(&id(&soon))).await;
    another(&room, "Lighthouse lit").await;

    let secret = [&draft, &submitted, &approved, &scheduled];
    let mut needles = vec![MARK.to_owned()];
    for file in &files {
        let nothing = told(&room, "GET", "/media/nothing/at-all.gif").await;
        assert_eq!(told(&room, "GET", &file_path(file)).await, nothing, "{file}");
        needles.push(file["sha256"].as_str().unwrap().to_owned());
    }
    for release in secret {
        let id = id(release);
        needles.push(id.replace('-', ""));
        for language in LANGUAGES {
            let tag = release::Lang::parse(language).unwrap();
            needles.push(
                release::entry_id(id.parse().unwrap(), &tag)
                    .trim_start_matches("urn:uuid:")
                    .to_owned(),
            );
        }
        needles.push(id);
    }
    // Neither the bytes nor a digest of them.
    for (key, etag) in objects(&room, "content").await {
        let of_secret = secret.iter().any(|release| key.contains(&id(release))) || key.contains(&format!("{}/2.json", id(&live)));
        if of_secret && key.starts_with("releases/") {
            needles.push(etag);
            let object = room.s3().get_object().bucket("content").key(&key).send().await.unwrap();
            needles.push(feed::sha256(&object.body.collect().await.unwrap().into_bytes()));
        }
    }
    assert_eq!(leaks(&room, &needles).await, []);
    the_s3_port_says_nothing(&room, &needles).await;

    // Its addresses are those of nothing.
    let slug = scheduled["path"]["slug"].as_str().unwrap();
    assert!(slug.contains(MARK), "{slug}");
    let nothing = (
        "tide-never-written-anywhere",
        release::entry_id(uuid::Uuid::nil(), &release::Lang::parse("en").unwrap()).replace("urn:uuid:", ""),
    );
    for release in secret {
        let paths = guesses(&scheduled, slug, &id(release));
        for (path, other) in paths.iter().zip(guesses(&scheduled, nothing.0, &nothing.1)) {
            for method in ["GET", "HEAD"] {
                let there = told(&room, method, path).await;
                assert_eq!(there, told(&room, method, &other).await, "{method} {path}");
                assert!(path.contains('?') || there.0 == 404 || there.0 == 401, "{path}: {}", there.0);
                assert_eq!(found(format!("{there:?}").as_bytes(), &needles), [""; 0], "{method} {path}");
            }
        }
    }
    // The live one says nothing of its next text.
    let versions = room.text(&format!("/releases/{}.json", id(&live))).await;
    assert!(!versions.contains("v2.json"), "{versions}");
    assert_eq!(room.get(&format!("/releases/{}/v2.json", id(&live))).await.status(), 404);
    // Nor a token, nor an address that lets anybody send or see a file.
    needles.extend([room.token.to_lowercase(), "x-amz-signature=".to_owned()]);
    assert_eq!(log_leaks(&log, &needles), [""; 0]);

    // Then it is time: the search finds what it looked for.
    let at = in_seconds(2);
    step(&room, &scheduled, "schedule", json!({"at": at})).await;
    step(&room, &correction, "schedule", json!({"at": at})).await;
    for release in [&scheduled, &live] {
        room.until(&format!("/releases/{}.json", id(release)), |text| text.contains(MARK))
            .await;
    }
    another(&room, "Buoy moved").await;
    let after = leaks(&room, &needles).await;
    let public: Vec<&str> = after.iter().map(|(key, _)| key.as_str()).collect();
    for key in [
        "en/rss.xml",
        "ar/atom.xml",
        "fr/feed.json",
        "en/topics/research/rss.xml",
        "en/index.html",
    ] {
        assert!(public.contains(&key), "{key} is not in {public:?}");
    }
    let shown = room.text(&format!("/releases/{}.json", id(&scheduled))).await;
    for field in [
        "titleen",
        "titlefr",
        "titlear",
        "subtitleen",
        "datelineen",
        "summaryen",
        "bodyfr",
        "targeten",
        "event",
        "place",
        "eventurl",
        "link",
        "label",
    ] {
        let word = format!("{MARK}scheduled{field}");
        assert!(shown.contains(&word), "{word} never became public: {shown}");
    }
    for file in &files {
        assert_eq!(room.get(&file_path(file)).await.status(), 200, "{file}");
    }
    // Drafts and notes for colleagues stay what they are.
    let private: Vec<String> = [NOTE, "qzephyrdraft", "qzephyrsubmitted", "qzephyrapproved"]
        .map(str::to_owned)
        .to_vec();
    let only = leaks(&room, &private)
        .await
        .into_iter()
        .map(|(key, found)| (key, found.into_iter().filter(|one| private.contains(one)).collect::<Vec<_>>()));
    assert_eq!(only.filter(|(_, found)| !found.is_empty()).collect::<Vec<_>>(), []);
    // Ids are public now, words belong in no line.
    assert_eq!(log_leaks(&log, &[MARK.to_owned()]), [""; 0]);
}
