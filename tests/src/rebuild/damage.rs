//! Each kind of damage is named by `verify`, and mended by `rebuild` byte for byte.
#![allow(non_snake_case)]

use publish::{Fault, Finding, furnish};
use release::{Lang, Revision, Status};
use store::{Bucket, Expect, Key};
use uuid::Uuid;

use super::{
    any_order::{Dice, revisions},
    room::{Buckets, Tree, deliver, message, same},
};

/// A dozen releases over three months, some edited, one withdrawn.
async fn a_busy_site() -> (Buckets, Vec<Revision>) {
    let buckets = Buckets::new();
    furnish(&buckets.desk).await.unwrap();
    let mut dice = Dice::new(7);
    let mut all = Vec::new();
    for n in 0..12 {
        all.extend(revisions(&mut dice, n));
    }
    let shown = all.iter().rfind(|revision| revision.status == Status::Published).unwrap().clone();
    let reason = [(Lang::parse("en").unwrap(), "An error.".to_owned())].into();
    let (revision, status) = (shown.revision + 1, Status::Withdrawn);
    all.retain(|other| other.id != shown.id || other.revision <= shown.revision);
    all.push(Revision {
        revision,
        status,
        reason,
        ..shown
    });
    for revision in &all {
        buckets.save(revision).await;
        deliver(&buckets.desk, vec![message(revision)]).await;
    }
    (buckets, all)
}

fn fault(told: &[Finding], key: &str) -> Option<Fault> {
    told.iter().find(|finding| finding.key == key).map(|finding| finding.fault)
}

/// `verify` names the objects, `rebuild` puts them right, and everything is as before.
async fn mended(buckets: &Buckets, before: &Tree, keys: &[&str], expected: Fault) {
    let (report, told) = buckets.verify().await;
    for key in keys {
        assert_eq!(fault(&told, key), Some(expected), "{key}: {told:?}");
    }
    assert!(report.wrong() > 0);
    let (report, told) = buckets.rebuild().await;
    for key in keys {
        assert_eq!(fault(&told, key), Some(expected), "{key}: {told:?}");
    }
    assert_eq!(report.wrong(), 0, "{told:?}");
    same(before, &buckets.tree().await);
    let (report, told) = buckets.verify().await;
    assert_eq!((report.wrong(), told), (0, vec![]), "{keys:?}");
}

fn find(tree: &Tree, says: impl Fn(&str) -> bool) -> String {
    tree.keys()
        .find(|path| says(path))
        .unwrap_or_else(|| panic!("none of {:?}", tree.keys()))
        .clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_as_published_is_as_the_releases_say_and_a_rebuild_writes_nothing() {
    let (buckets, _) = a_busy_site().await;
    let before = buckets.tree().await;
    let (report, told) = buckets.verify().await;
    assert_eq!((report.wrong(), told), (0, vec![]));
    assert_eq!(report.objects, before.len() as u64);
    assert!(report.releases >= 10);
    let (report, _) = buckets.rebuild().await;
    assert_eq!((report.mended, report.wrong()), (0, 0));
    same(&before, &buckets.tree().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn F32_a_damaged_object_of_any_kind_is_named_and_mended_byte_for_byte() {
    let (buckets, _) = a_busy_site().await;
    let before = buckets.tree().await;
    let page = find(&before, |path| path.starts_with("fr/2026/01/"));
    let month = find(&before, |path| path.starts_with("en/archive/20") && path.ends_with("index.json"));
    let foreign_month = month.replacen("en/", "ar/", 1);
    let atom = month.replace("index.json", "atom.xml");
    let (month_page, sitemap) = (
        month.replace("index.json", "index.html"),
        month.replace("index.json", "sitemap.xml"),
    );
    let version = find(&before, |path| path.ends_with("/v1.json"));
    let release = find(&before, |path| path.starts_with("releases/") && path.matches('/').count() == 1);
    let text = |path: &str| String::from_utf8(before[path].0.clone()).unwrap();
    let mut short: feed::FeedView = serde_json::from_str(&text("en/feed.json")).unwrap();
    short.items.pop();

    // Deleted: renderings and documents of their own, then states.
    let plain = [
        &page,
        "changes/head.json",
        "index.json",
        "fr/archive/index.json",
        "schema/v1/month.json",
        "en/index.html",
        "fr/only/rss.xml",
        &foreign_month,
        &atom,
        &version,
        &month_page,
        &sitemap,
        "en/archive/index.html",
        "ar/feeds/index.html",
        "fr/topics/sea/index.html",
        "sitemap.xml",
        "news-sitemap.xml",
        "robots.txt",
        "copy.js",
    ];
    let states = [month.as_str(), &release, "en/archive/index.json", "ar/topics/sea/feed.json"];
    for paths in [&plain[..], &states] {
        for path in paths {
            buckets.delete("site", path).await;
        }
        mended(&buckets, &before, paths, Fault::Missing).await;
    }
    // Other bytes: cut off, emptied, replaced, and documents that are sound but say something else.
    let other = |path: &str| text(path).replace("Release", "Elease");
    for damage in [
        vec![
            ("en/feed.json", text("en/feed.json")[..500].to_owned()),
            ("fr/topics/sky/feed.json", String::new()),
            (&page, other(&page)),
            (&month, "[]".to_owned()),
            (&release, "{\"id\": ".to_owned()),
            ("404.html", "nothing".to_owned()),
            ("news-sitemap.xml", "<urlset/>".to_owned()),
            (&month_page, other(&month_page)),
            ("ar/feeds/index.html", String::new()),
            (
                "en/archive/index.json",
                text("en/archive/index.json").replace("\"count\": ", "\"count\": 1"),
            ),
        ],
        vec![
            ("en/feed.json", String::from_utf8(feed::to_json(&short)).unwrap()),
            (&month, other(&month)),
            (&release, other(&release)),
            ("changes/head.json", text("changes/head.json").replace("\"seq\": 1", "\"seq\": 2")),
            ("style.css", String::new()),
            ("sitemap.xml", "<sitemapindex/>".to_owned()),
            ("fr/topics/sea/index.html", "x".to_owned()),
            (&sitemap, "<urlset/>".to_owned()),
            (
                "en/archive/index.json",
                text("en/archive/index.json").replace("\"weight\": ", "\"weight\": 9"),
            ),
        ],
        vec![
            ("en/feed.json", text("en/feed.json").replace('\n', " ")),
            ("en/rss.xml", "<rss/>".to_owned()),
            ("ar/atom.xml", text("en/atom.xml")),
            (&foreign_month, "[]".to_owned()),
            (&atom, other(&atom)),
            (&version, text(&version).replace("published", "withdrawn")),
        ],
    ] {
        for (path, bytes) in &damage {
            assert_ne!(bytes.as_bytes(), before[*path].0, "{path} was not damaged");
            buckets.put("site", path, bytes.clone()).await;
        }
        let keys: Vec<&str> = damage.iter().map(|(path, _)| *path).collect();
        mended(&buckets, &before, &keys, Fault::Different).await;
    }
    // What no release says.
    let id = Uuid::now_v7();
    let forged = [
        "en/2020/01/forged/index.html".to_owned(),
        format!("releases/{id}.json"),
        format!("releases/{id}/v1.json"),
        version.replace("v1.json", "v9.json"),
        "en/topics/gone/rss.xml".to_owned(),
        "en/archive/1999/01/index.json".to_owned(),
        "fr/archive/1999/01/atom.xml".to_owned(),
        "fr/archive/1999/01/index.html".to_owned(),
        "en/archive/1999/01/sitemap.xml".to_owned(),
        "en/topics/gone/index.html".to_owned(),
        "changes/00000001.json".to_owned(),
    ];
    for path in &forged {
        buckets.put("site", path, "{}").await;
    }
    let keys: Vec<&str> = forged.iter().map(String::as_str).collect();
    mended(&buckets, &before, &keys, Fault::Unexpected).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rendering_that_claims_to_be_of_a_newer_state_is_mended_too() {
    let (buckets, _) = a_busy_site().await;
    let before = buckets.tree().await;
    let future = 99_999_999_999_999;
    let paths = ["en/rss.xml", "fr/index.html", "fr/archive/index.json"];
    let fresh = buckets.desk();
    for path in paths {
        let key = Key::public_of(path).unwrap();
        fresh.store.derive(&key, future, "old news", || Expect::Unknown).await.unwrap();
    }
    mended(&buckets, &before, &paths, Fault::Different).await;
    // The next publication goes on from there.
    let revision = revisions(&mut Dice::new(3), 50).pop().unwrap();
    let revision = Revision {
        revision: 1,
        status: Status::Published,
        ..revision
    };
    buckets.save(&revision).await;
    deliver(&buckets.desk, vec![message(&revision)]).await;
    assert_eq!(buckets.verify().await.1, vec![]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawn_text_that_came_back_is_taken_away_again() {
    let (buckets, all) = a_busy_site().await;
    let last = |revision: &Revision| {
        all.iter()
            .rfind(|other| other.id == revision.id && other.status.is_public())
            .unwrap()
    };
    let shown = all
        .iter()
        .find(|revision| revision.status == Status::Published && last(revision).status == Status::Withdrawn);
    let shown = shown.expect("a release that was published, then withdrawn");
    let before = buckets.tree().await;
    let path = Key::Version(shown.id, shown.revision).path();
    assert!(!before.contains_key(&path));
    buckets.put("site", &path, "secret").await;
    mended(&buckets, &before, &[&path], Fault::Unexpected).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_keep_in_the_bucket_is_named_and_left_alone() {
    let (buckets, _) = a_busy_site().await;
    buckets.put("site", "media/0123/photo.jpg", "photo").await;
    buckets.put("site", "de/index.html", "Willkommen").await;
    buckets.put("site", "favicon.ico", "icon").await;
    let before = buckets.tree().await;
    for _ in 0..2 {
        let (report, told) = buckets.rebuild().await;
        assert_eq!((report.not_expected, report.mended, report.wrong()), (2, 0, 2));
        assert_eq!(
            told.iter().map(|finding| finding.key.as_str()).collect::<Vec<_>>(),
            ["de/index.html", "favicon.ico"]
        );
        assert!(told[0].detail.as_ref().unwrap().contains("remove it"), "{told:?}");
    }
    same(&before, &buckets.tree().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn F32_a_deleted_site_comes_back_with_the_same_bytes_and_etags() {
    let (buckets, _) = a_busy_site().await;
    let before = buckets.tree().await;
    for path in before.keys() {
        buckets.delete("site", path).await;
    }
    let (report, told) = buckets.verify().await;
    assert_eq!((report.missing, told.len()), (before.len() as u64, before.len()));
    let (report, _) = buckets.rebuild().await;
    assert_eq!(
        (report.missing, report.mended, report.wrong()),
        (before.len() as u64, before.len() as u64, 0)
    );
    same(&before, &buckets.tree().await);
    assert_eq!(buckets.verify().await.1, vec![]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revision_that_was_public_and_is_damaged_stops_a_rebuild_before_the_release_goes_back() {
    let (buckets, all) = a_busy_site().await;
    let edited = all
        .iter()
        .rfind(|revision| revision.revision > 1 && revision.status.is_public())
        .unwrap();
    let before = buckets.tree().await;
    let path = Key::Revision(edited.id, edited.revision).path();
    let whole = buckets.read("content", &path).await;
    buckets.put("content", &path, &whole[..100]).await;
    let (_, told) = buckets.verify().await;
    assert_eq!(fault(&told, &path), Some(Fault::Damaged), "{told:?}");
    for deleted in [false, true] {
        if deleted {
            buckets.delete("site", &Key::Release(edited.id).path()).await;
        }
        let refused = publish::rebuild(&buckets.desk(), &|_| {}).await.unwrap_err().to_string();
        assert!(refused.contains(&path) && refused.contains("Restore"), "{refused}");
    }
    buckets.put("content", &path, whole).await;
    assert_eq!(buckets.rebuild().await.0.wrong(), 0);
    same(&before, &buckets.tree().await);
    // One that never was public counts for nothing, as for `publish`.
    let id = Uuid::now_v7();
    buckets.put("content", &Key::Revision(id, 1).path(), "{").await;
    let (report, told) = buckets.rebuild().await;
    assert_eq!((report.damaged, report.wrong(), told.len()), (1, 1, 1));
    same(&before, &buckets.tree().await);
    // A record says of each what is wrong with it.
    let paths = buckets.paths(Bucket::Content).await;
    assert!(paths.contains(&Key::SetAside(id, 1).path()), "{paths:?}");
}
