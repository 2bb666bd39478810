//! What `publish` does with odd and repeated events.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::press::{Press, id, revision, sent, site};

async fn titles(press: &Press) -> Vec<String> {
    let feed: Value = serde_json::from_str(&press.text("en/feed.json").await).unwrap();
    let items = feed["items"].as_array().unwrap().iter();
    items.map(|item| item["title"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
#[expect(non_snake_case)]
async fn B5_a_poisonous_revision_leaves_the_last_good_feed_and_every_other_release() {
    let site = site(&[]);
    let press = Press::open(site.clone()).await;
    let releases: Vec<_> = (0..20)
        .map(|n| revision(&site, n, &sent(&format!("Release {n}"), "b", "text")))
        .collect();
    press.publish(&releases).await;
    let before = press.text("en/rss.xml").await;
    // By hand: past `accept`, which takes the character out.
    let mut poison = releases[7].clone();
    poison.revision = 2;
    poison
        .texts
        .values_mut()
        .for_each(|text| text.title = "Council\u{1d} closes".to_owned());
    press.put(7, 2, poison.to_bytes()).await;
    let outcome = press.tell(&[(7, 2)]).await;
    assert_eq!(outcome.set_aside, [format!("releases/{}/2.json", id(7))]);
    assert!(outcome.failed.is_empty(), "{outcome:?}");
    assert_eq!(press.text("en/rss.xml").await, before);
    // Its neighbours in a batch go on.
    press
        .put(20, 1, revision(&site, 20, &sent("Release 20", "b", "text")).to_bytes())
        .await;
    let outcome = press.tell(&[(7, 2), (20, 1)]).await;
    assert_eq!((outcome.published, outcome.failed.len()), (vec![(id(20), 1)], 0));
    let titles = titles(&press).await;
    assert_eq!((titles.len(), titles[0].as_str()), (21, "Release 20"));
    assert!(titles.contains(&"Release 7".to_owned()));
}

#[tokio::test]
#[expect(non_snake_case)]
async fn B77_what_is_not_public_changes_no_byte_of_the_site() {
    let site = site(&[]);
    let press = Press::open(site.clone()).await;
    press.publish(&[revision(&site, 1, &sent("Shown", "b", "text"))]).await;
    let before = press.site().await;
    press.written();
    let mut hidden = Vec::new();
    for (n, status) in [
        (2, release::Status::Scheduled),
        (3, release::Status::Draft),
        (4, release::Status::Submitted),
    ] {
        let mut release = revision(&site, n, &sent("Hidden", "b", "text"));
        release.status = status;
        hidden.push(release);
    }
    let outcome = press.publish(&hidden).await;
    assert_eq!((outcome.published.len(), outcome.failed.len(), outcome.set_aside.len()), (0, 0, 0));
    assert_eq!(press.written(), [""; 0]);
    assert_eq!(differing(&press.site().await, &before), [""; 0]);
    assert!(before["en/rss.xml"].1.windows(9).any(|part| part == b"<pubDate>"));
}

#[tokio::test]
#[expect(non_snake_case)]
async fn B84_B85_the_same_events_again_write_nothing() {
    let site = site(&[]);
    let press = Press::open(site.clone()).await;
    let releases: Vec<_> = (0..6)
        .map(|n| revision(&site, n, &sent(&format!("Release {n}"), "b", "text")))
        .collect();
    press.publish(&releases).await;
    assert!(press.written().len() > 100);
    let before = press.site().await;
    // A cold function, other batches, another order, and the site's own documents too.
    for batches in [
        vec![vec![(5, 1), (0, 1), (3, 1)], vec![(1, 1), (4, 1), (2, 1)]],
        vec![vec![(2, 1)], vec![(2, 1), (2, 1)]],
    ] {
        press.desk.store.forget();
        publish::furnish(&press.desk).await.unwrap();
        for batch in batches {
            let outcome = press.tell(&batch).await;
            assert!(outcome.failed.is_empty() && outcome.set_aside.is_empty(), "{outcome:?}");
        }
    }
    assert_eq!(press.written(), [""; 0]);
    assert_eq!(differing(&press.site().await, &before), [""; 0]);
    // And the same releases in a new bucket are the same bytes; only the change log keeps the order of arrival.
    let other = Press::open(site).await;
    for release in releases.iter().rev() {
        other.publish(std::slice::from_ref(release)).await;
    }
    assert_eq!(differing(&other.site().await, &before), ["changes/head.json"]);
}

/// The keys whose objects are not the same in both.
fn differing<T: PartialEq>(one: &BTreeMap<String, T>, other: &BTreeMap<String, T>) -> Vec<String> {
    let keys: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    keys.into_iter().filter(|key| one.get(*key) != other.get(*key)).cloned().collect()
}
