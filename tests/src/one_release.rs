//! One release travels from the press office to every reader.

use std::process::Command;

use serde_json::{Value, json};

use crate::harness::{Room, answer, program};

const PASTED: &str = "该语言无内容 Chinese : 中文 因此返回到 English : English\n\nCoast Summit, 1-3 June, Mombasa, Kenya\n\n09 六月 2016\n\nOpen Water – Open Data\n\n\
                      The summit closed today.\n\nMore at http://summit.example/2016/close.aspx today.\n\nPhotos";

fn release(title: &str) -> Value {
    json!({"status": "published", "date": "2016-06-09", "texts": {"en": {"title": title, "body": "One paragraph."}}, "topics": ["research"]})
}

#[tokio::test]
async fn a_pasted_closing_summary_is_in_every_feed_of_every_language() {
    let room = Room::open(&["--no-sample"]);
    let (status, saved) = room.post("text/plain; charset=utf-8", PASTED).await;
    assert_eq!(status, 201, "{saved}");
    assert_eq!(saved["texts"]["en"]["title"], "Coast Summit, 1-3 June, Mombasa, Kenya");
    assert_eq!(saved["texts"]["en"]["subtitle"], "Open Water – Open Data");
    assert_eq!(saved["date"], "2016-06-09");
    for language in ["en", "fr", "zh", "es", "ru", "ar"] {
        let feed = room
            .until(&format!("/{language}/feed.json"), |text| text.contains("Coast Summit"))
            .await;
        let feed: Value = serde_json::from_str(&feed).unwrap();
        let item = &feed["items"][0];
        assert_eq!(item["language"], "en");
        assert_eq!(item["date_published"], "2016-06-09T00:00:00+02:00");
        assert_eq!(item["_pressroom"]["fallback"], language != "en");
        let content = item["content_html"].as_str().unwrap();
        assert!(content.contains("<a href=\"http://summit.example/2016/close.aspx\""), "{content}");
        assert!(!content.contains("Photos") && !content.contains("因此"), "{content}");
        assert_eq!(
            content.starts_with(&format!("<div lang=\"{language}\"")),
            language != "en",
            "the notice comes first: {content}"
        );
        room.until(&format!("/{language}/rss.xml"), |text| {
            text.contains("<dc:language>en</dc:language>")
        })
        .await;
        room.until(&format!("/{language}/atom.xml"), |text| text.contains("<entry xml:lang=\"en\""))
            .await;
    }
    assert_eq!(room.json("/zh/only/feed.json").await["items"], json!([]));
    assert_eq!(room.json("/en/only/feed.json").await["items"].as_array().unwrap().len(), 1);
}

/// The ids in RSS, Atom and JSON, as somebody else's reader sees them.
async fn ids(room: &Room) -> [Vec<String>; 3] {
    let mut ids = [(); 3].map(|()| Vec::new());
    for (slot, name) in ids.iter_mut().zip(["rss.xml", "atom.xml", "feed.json"]) {
        let text = room.text(&format!("/en/{name}")).await;
        let feed = feed_rs::parser::parse(text.as_bytes()).unwrap();
        *slot = feed.entries.into_iter().map(|entry| entry.id).collect();
    }
    ids
}

#[tokio::test]
#[expect(non_snake_case)]
async fn B31_a_title_edit_keeps_the_guid() {
    let room = Room::open(&["--no-sample"]);
    let (_, first) = room.post("application/json", release("Harbur summit").to_string()).await;
    let before: Value = serde_json::from_str(&room.until("/en/feed.json", |text| text.contains("Harbur summit")).await).unwrap();
    room.until("/en/rss.xml", |text| text.contains("Harbur summit")).await;
    room.until("/en/atom.xml", |text| text.contains("Harbur summit")).await;
    let ids_before = ids(&room).await;
    let path = format!("/v1/releases/{}", first["id"].as_str().unwrap());
    let put = |tag: &'static str| {
        room.request("PUT", &path)
            .bearer_auth(&room.token)
            .header("if-match", tag)
            .json(&release("Harbour summit"))
    };
    let (status, second) = answer(put("\"1\"")).await;
    assert_eq!((status, &second["revision"]), (200, &json!(2)), "{second}");
    let after: Value = serde_json::from_str(&room.until("/en/feed.json", |text| text.contains("Harbour summit")).await).unwrap();
    assert_eq!(after["items"].as_array().unwrap().len(), 1);
    for same in ["id", "url", "date_published"] {
        assert_eq!(before["items"][0][same], after["items"][0][same]);
    }
    room.until("/en/rss.xml", |text| text.contains("Harbour summit")).await;
    room.until("/en/atom.xml", |text| text.contains("Harbour summit")).await;
    assert_eq!(
        ids_before,
        [(); 3].map(|()| vec![before["items"][0]["id"].as_str().unwrap().to_owned()])
    );
    assert_eq!(ids(&room).await, ids_before);
    assert!(after["items"][0]["date_modified"].as_str() > before["items"][0]["date_modified"].as_str());
    assert_eq!(answer(put("\"1\"")).await.0, 412, "a second editor must not overwrite the first");
    let release = room.json(&format!("/releases/{}.json", first["id"].as_str().unwrap())).await;
    assert_eq!(release["versions"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn the_same_idempotency_key_makes_one_release() {
    let room = Room::open(&["--no-sample"]);
    let post = |title: &str| {
        let request = room
            .request("POST", "/v1/releases")
            .bearer_auth(&room.token)
            .header("idempotency-key", "closing-1");
        answer(request.json(&release(title)))
    };
    let (status, first) = post("Council closes").await;
    assert_eq!(status, 201);
    assert_eq!(post("Council closes").await, (201, first));
    assert_eq!(post("Council opens").await.0, 422);
    let board = answer(room.request("GET", "/v1/releases").bearer_auth(&room.token)).await.1;
    assert_eq!(board["releases"].as_array().unwrap().len(), 1, "{board}");
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_kill_and_becomes_public() {
    let folder = tempfile::TempDir::new().unwrap();
    let room = Room::open_on(folder.path(), &["--no-sample"]);
    for n in 0..5 {
        assert_eq!(
            room.post("application/json", release(&format!("Release {n}")).to_string()).await.0,
            201
        );
    }
    room.kill();
    let room = Room::open_on(folder.path(), &["--no-sample"]);
    let feed = room.text("/en/feed.json").await;
    for n in 0..5 {
        assert!(feed.contains(&format!("Release {n}")), "release {n} is lost");
    }
}

#[tokio::test]
async fn a_second_start_on_the_same_folder_is_refused_and_a_polite_stop_ends_it() {
    let mut room = Room::open(&["--no-sample"]);
    let second = Command::new(program("pressroom"))
        .args(["serve", "--listen", "127.0.0.1:0", "--s3-listen", "127.0.0.1:0", "--data"])
        .arg(&room.data)
        .output()
        .unwrap();
    assert!(!second.status.success());
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(said.contains(room.data.to_str().unwrap()), "{said}");
    assert!(Command::new("kill").arg(room.pid().to_string()).status().unwrap().success());
    assert!(room.wait().success());
}

#[tokio::test]
async fn an_empty_press_room_shows_the_sample_in_three_languages_and_falls_back_in_the_others() {
    let room = Room::open(&[]);
    for (language, shown) in [("en", "en"), ("fr", "fr"), ("ar", "ar"), ("zh", "en"), ("es", "en"), ("ru", "en")] {
        let feed = room.json(&format!("/{language}/feed.json")).await;
        assert_eq!(feed["items"][0]["language"], shown, "{language}");
        let path = feed["items"][0]["url"]
            .as_str()
            .unwrap()
            .strip_prefix(&room.url)
            .unwrap()
            .to_owned();
        let page = room.text(&path).await;
        assert!(
            page.contains(&format!("<html lang=\"{language}\"")) && page.contains(&format!("<article lang=\"{shown}\"")),
            "{page}"
        );
    }
}

/// The real release that the product was made for; its file is no part of the project.
#[tokio::test]
async fn the_real_closing_summary_comes_out_right() {
    let path = crate::harness::top().join("../shared/cases/closing-summary.txt");
    let Ok(text) = std::fs::read(&path) else {
        println!("skipped: {} is not here", path.display());
        return;
    };
    let room = Room::open(&["--no-sample"]);
    let (status, saved) = room.post("text/plain; charset=utf-8", text).await;
    assert_eq!(status, 201, "{saved}");
    let stored = &saved["texts"]["en"];
    assert_eq!(stored["title"], "2016 WCO IT Conference & Exhibition, 1-3 June, Dakar, Senegal");
    assert_eq!(
        stored["subtitle"],
        "Digital Customs: Accelerating Connectivity – Bridging the Divide"
    );
    assert_eq!(saved["date"], "2016-06-09");
    let mut dates = Vec::new();
    for language in ["en", "fr", "zh", "es", "ru", "ar"] {
        let feed = room.until(&format!("/{language}/feed.json"), |text| text.contains("Dakar")).await;
        let feed: Value = serde_json::from_str(&feed).unwrap();
        let item = &feed["items"][0];
        assert_eq!(item["language"], "en");
        let content = item["content_html"].as_str().unwrap();
        let notice = usize::from(language != "en");
        assert_eq!(content.matches("<p>").count(), 11 + notice, "{content}");
        assert!(content.contains("<a href=\"http"), "{content}");
        assert_eq!(
            content.starts_with(&format!("<div lang=\"{language}\"")),
            language != "en",
            "{content}"
        );
        let rss = room.until(&format!("/{language}/rss.xml"), |text| text.contains("Dakar")).await;
        assert!(rss.contains("<dc:language>en</dc:language>"));
        let (_, date) = rss.split_once("<pubDate>").unwrap();
        dates.push(date.split_once('<').unwrap().0.to_owned());
        room.until(&format!("/{language}/atom.xml"), |text| text.contains("<entry xml:lang=\"en\""))
            .await;
    }
    dates.dedup();
    assert_eq!(dates.len(), 1, "{dates:?}");
    assert_eq!(room.json("/zh/only/feed.json").await["items"], json!([]));
}

#[tokio::test]
async fn the_s3_log_has_a_line_for_each_request() {
    let folder = tempfile::TempDir::new().unwrap();
    let log = folder.path().join("s3.log");
    let room = Room::open(&["--no-sample", "--s3-log", log.to_str().unwrap()]);
    let (_, saved) = room.post("application/json", release("Harbour summit").to_string()).await;
    room.until("/en/rss.xml", |text| text.contains("Harbour summit")).await;
    let key = format!("releases/{}/1.json", saved["id"].as_str().unwrap());
    let start = std::time::Instant::now();
    let line = loop {
        let lines = std::fs::read_to_string(&log).unwrap();
        let complete = lines.rsplit_once('\n').map_or("", |(complete, _)| complete);
        let mut parsed = complete.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        if let Some(line) = parsed.find(|line| line["key"] == key.as_str() && line["operation"] == "PutObject") {
            break line;
        }
        assert!(start.elapsed().as_secs() < 30, "no line for {key} in {lines}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    };
    assert_eq!(
        (&line["method"], &line["bucket"], &line["status"]),
        (&json!("PUT"), &json!("content"), &json!(200))
    );
    assert!(line["time"].as_str().unwrap().ends_with('Z'), "{line}");
    assert!(line["bytes"].is_u64() && line["milliseconds"].is_number(), "{line}");
}

crate::stack::on_a_stack!(
    a_pasted_closing_summary_is_in_every_feed_of_every_language,
    B31_a_title_edit_keeps_the_guid,
    the_same_idempotency_key_makes_one_release,
    the_real_closing_summary_comes_out_right,
);
