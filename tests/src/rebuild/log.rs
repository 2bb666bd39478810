//! The change log: what its journal lost, and what its sealed pages lost.
#![allow(non_snake_case)]

use feed::{Changes, Journal, JournalPage, to_json};
use jiff::{SignedDuration, Timestamp};
use publish::{Fault, furnish};
use release::{Lang, Path, Revision, Text};
use store::Key;
use uuid::Uuid;

use super::room::{Buckets, SITE_TOML, deliver, message, same};

fn revision(n: i64) -> Revision {
    let at: Timestamp = "2026-03-01T09:00:00Z".parse().unwrap();
    let at = at + SignedDuration::from_secs(n);
    let mut revision: Revision = serde_json::from_value(serde_json::json!({
        "schema": Revision::SCHEMA, "id": Uuid::from_u128(0x0195_0000_0000_7000_8000_0000_0000_0000 + u128::try_from(n).unwrap()), "revision": 1,
        "at": at, "by": {"name": "t", "role": "editor"}, "status": "published", "language": "en", "published": at, "updated": at, "texts": {},
    }))
    .unwrap();
    let text = Text {
        title: format!("Release {n}"),
        body: "A sentence.".to_owned(),
        ..Text::default()
    };
    revision.texts = [(Lang::parse("en").unwrap(), text)].into();
    revision.path = Some(Path {
        year: 2026,
        month: 3,
        slug: format!("release-{n}"),
    });
    revision
}

/// One language, no topics: few documents a release.
async fn published(releases: i64) -> Buckets {
    let toml = SITE_TOML.split("[[languages]]").take(2).collect::<Vec<_>>().join("[[languages]]");
    let buckets = Buckets::with(&toml);
    furnish(&buckets.desk).await.unwrap();
    let mut messages = Vec::new();
    for n in 0..releases {
        let revision = revision(n);
        buckets.save(&revision).await;
        messages.push(message(&revision));
    }
    deliver(&buckets.desk, messages).await;
    buckets
}

async fn journal(buckets: &Buckets) -> Journal {
    serde_json::from_slice(&buckets.read("content", "journal/head.json").await).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_was_sealed_with_other_changes_stops_the_log_and_the_public_page_stays() {
    let buckets = published(0).await;
    let sealed = b"what subscribers have kept for ever".to_vec();
    buckets
        .put("content", "journal/00000001.json", b"sealed by another journal".to_vec())
        .await;
    buckets.put("site", "changes/00000001.json", sealed.clone()).await;
    let mut messages = Vec::new();
    for n in 0..i64::try_from(feed::PAGE_SIZE).unwrap() {
        let revision = revision(n);
        buckets.save(&revision).await;
        messages.push(message(&revision));
    }
    let outcome = publish::publish(&buckets.desk, &messages).await;
    assert_eq!(outcome.failed.len(), messages.len(), "nothing is done before the log tells it");
    let now = buckets.read("site", "changes/00000001.json").await;
    assert!(
        now == sealed,
        "a sealed page was overwritten: {}",
        String::from_utf8_lossy(&now[..now.len().min(200)])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn F32_a_journal_that_lost_a_revision_or_everything_has_them_all_again() {
    let buckets = published(6).await;
    let before = buckets.tree().await;
    let whole = journal(&buckets).await;
    let mut lost = whole.clone();
    let gone = lost.entries.remove(5);
    let mut wrong = whole.clone();
    wrong.entries[2].sha256 = "0".repeat(64);
    for (bytes, says) in [
        (
            Some(to_json(&lost)),
            format!("does not name revision 1 of release {}", gone.release),
        ),
        (
            Some(to_json(&wrong)),
            format!("something else of revision 1 of release {}", whole.entries[2].release),
        ),
        (Some(b"{\"pages\": 0".to_vec()), "expected the open page".to_owned()),
        (None, "expected the open page".to_owned()),
    ] {
        match bytes {
            Some(bytes) => buckets.put("content", "journal/head.json", bytes).await,
            None => buckets.delete("content", "journal/head.json").await,
        }
        let (_, told) = buckets.verify().await;
        let named = |told: &[publish::Finding]| {
            let detail = |finding: &publish::Finding| finding.detail.clone().unwrap_or_default();
            told.iter()
                .any(|finding| finding.key == "journal/head.json" && detail(finding).contains(&says))
        };
        assert!(named(&told), "{says}: {told:?}");
        let (report, told) = buckets.rebuild().await;
        assert!(named(&told), "{says}: {told:?}");
        assert_eq!(report.wrong(), 0, "{told:?}");
        // All were saved in the order in which they became public, so even the lost order is found again.
        assert_eq!(journal(&buckets).await, whole);
        same(&before, &buckets.tree().await);
    }
    // A head that knows of pages which are not there.
    let pages = 3;
    buckets
        .put("content", "journal/head.json", to_json(&Journal { pages, ..whole.clone() }))
        .await;
    let (_, told) = buckets.verify().await;
    assert_eq!((told[0].key.as_str(), told[0].fault), ("journal/00000001.json", Fault::Missing));
    assert_eq!(buckets.rebuild().await.0.wrong(), 0);
    same(&before, &buckets.tree().await);
    // The publisher that remembers the old journal goes on.
    let revision = revision(7);
    buckets.save(&revision).await;
    deliver(&buckets.desk, vec![message(&revision)]).await;
    assert_eq!(journal(&buckets).await.entries.len(), 7);
    assert_eq!(buckets.verify().await.1, vec![]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_was_given_stays_given_though_its_revision_is_gone() {
    let buckets = published(3).await;
    let before = journal(&buckets).await;
    buckets.delete("content", &Key::Revision(before.entries[1].release, 1).path()).await;
    let (report, told) = buckets.rebuild().await;
    assert_eq!(report.wrong(), 0, "{told:?}");
    assert!(told.iter().all(|finding| finding.mended));
    assert_eq!(journal(&buckets).await, before);
    assert_eq!(buckets.verify().await.1, vec![]);
    let index: feed::MonthView = serde_json::from_slice(&buckets.read("site", "en/archive/2026/03/index.json").await).unwrap();
    assert_eq!(index.releases.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn F32_sealed_pages_come_back_from_the_journal_and_lost_journal_pages_from_the_releases() {
    let buckets = published(1_003).await;
    let before = buckets.tree().await;
    let pages = ["journal/00000001.json", "journal/00000002.json", "journal/head.json"];
    let mut sealed = Vec::new();
    for page in pages {
        sealed.push(buckets.read("content", page).await);
    }
    let head: Changes = serde_json::from_slice(&before["changes/head.json"].0).unwrap();
    assert_eq!((head.seq, head.pages), (1_003, 2));

    // Public pages, altered and gone, and a page of the journal: what it held is known from the releases, and no number changes.
    buckets.put("site", "changes/00000001.json", "{}").await;
    buckets.delete("site", "changes/00000002.json").await;
    buckets.delete("content", "journal/00000001.json").await;
    let (report, told) = buckets.rebuild().await;
    assert_eq!(report.wrong(), 0, "{told:?}");
    for (key, fault) in [
        ("changes/00000001.json", Fault::Different),
        ("changes/00000002.json", Fault::Missing),
        ("journal/00000001.json", Fault::Missing),
    ] {
        assert!(
            told.iter().any(|finding| (finding.key.as_str(), finding.fault) == (key, fault)),
            "{key}: {told:?}"
        );
    }
    same(&before, &buckets.tree().await);
    // The last page: only the head knows that it was there.
    buckets.delete("content", "journal/00000002.json").await;
    let (report, told) = buckets.rebuild().await;
    assert_eq!((report.wrong(), told[0].key.as_str()), (0, "journal/00000002.json"), "{told:?}");
    same(&before, &buckets.tree().await);
    // An older head, as a restored version: the sealed pages are newer.
    let page: JournalPage = serde_json::from_slice(&sealed[1]).unwrap();
    let old = Journal {
        pages: 1,
        through: page.before,
        entries: page.entries[..10].to_vec(),
    };
    buckets.put("content", "journal/head.json", to_json(&old)).await;
    assert_eq!(buckets.rebuild().await.0.wrong(), 0);
    same(&before, &buckets.tree().await);
    for (page, bytes) in pages.iter().zip(&sealed) {
        assert_eq!(buckets.read("content", page).await, *bytes, "{page}");
    }
}
