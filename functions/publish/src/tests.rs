use release::Revision;
use serde_json::json;

use super::*;

fn site() -> Site {
    let head = "base_url='https://press.example.org'\norganisation='O'\nemail='a@example.org'\ntimezone='UTC'\n";
    let languages = "[[languages]]\ntag='en'\ntitle='N'\ndescription='D'\n[[languages]]\ntag='fr'\ntitle='N'\ndescription='D'\n";
    let topics = "[[topics]]\nid='old'\nlabel={en='Old'}\n[[topics]]\nid='new'\nlabel={en='New'}\n";
    Site::parse(&format!("{head}{languages}{topics}"), "site.toml").unwrap()
}

fn revision(n: u32, languages: &[&str], topic: &str) -> Revision {
    let text = |tag: &&str| ((*tag).to_owned(), json!({"title": "T", "body": "B"}));
    let texts: serde_json::Map<_, _> = languages.iter().map(text).collect();
    serde_json::from_value(json!({
        "schema": Revision::SCHEMA, "id": "018f0000-0000-7000-8000-000000000001", "revision": n, "at": "2024-06-06T00:00:00Z",
        "by": {"name": "t", "role": "editor"}, "status": "published", "language": "en", "published": "2024-06-06T00:00:00Z",
        "updated": "2024-06-06T00:00:00Z", "path": {"year": 2024, "month": 6, "slug": "t"}, "texts": texts, "topics": [topic]
    }))
    .unwrap()
}

#[test]
fn the_latest_revision_concerns_every_feed_that_its_release_has_been_in_and_an_overtaken_one_none() {
    let site = site();
    let (first, second) = (revision(1, &["en", "fr"], "old"), revision(2, &["en"], "new"));
    let public = |revision: &Revision| Public::of(revision, &site).unwrap();
    let view = ReleaseView::admit(None, &second, &public(&second), &site).unwrap();
    let view = ReleaseView::admit(Some(view), &first, &public(&first), &site).unwrap();
    let arrived = |revision: &Revision| Arrived {
        cause: (revision.id, revision.revision),
        public: Arc::new(public(revision)),
        view: Arc::new(view.clone()),
        version: 1,
        entry: view.entry(revision),
        latest: revision.revision == view.latest.revision,
        repeated: false,
        shown: releases::Shown::Unknown,
    };
    assert!(touched(&[arrived(&first)], &site).is_empty());
    assert_eq!(touched(&[arrived(&second)], &site).len(), FeedId::all(&site).len());
}
