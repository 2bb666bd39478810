//! The clock's function over an S3 in memory, with a clock of the test.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use aws_sdk_s3::{
    Client,
    config::{ConfigBag, Intercept, RuntimeComponents, interceptors::BeforeDeserializationInterceptorContextMut},
    error::BoxError,
};
use embargo::{AHEAD, Lifted, lift};
use jiff::{SignedDuration, Timestamp};
use release::{Revision, Status};
use store::{Bucket, Key, Store};

use crate::{
    memory::{self, buckets},
    releases::{next, release},
};

const AT: &str = "2026-03-01T09:00:00Z";

fn at(seconds: i64) -> Timestamp {
    AT.parse::<Timestamp>().unwrap() + SignedDuration::from_secs(seconds)
}

/// A revision that becomes public so many seconds after nine, stored with its marker as `accept` does.
async fn scheduled(store: &Store, n: u32, seconds: i64) -> Revision {
    let mut revision = release(n, AT);
    (revision.status, revision.publish_at, revision.published, revision.updated) = (Status::Scheduled, Some(at(seconds)), None, None);
    put(store, &revision).await;
    revision
}

async fn put(store: &Store, revision: &Revision) {
    if let (Status::Scheduled, Some(at)) = (revision.status, revision.publish_at) {
        store.put(&Key::Due(at, revision.id, revision.revision), "").await.unwrap();
    }
    let key = Key::Revision(revision.id, revision.revision);
    store.create(&key, revision.to_bytes()).await.unwrap();
}

async fn read(store: &Store, revision: &Revision, n: u32) -> Option<Revision> {
    let found = store.get(&Key::Revision(revision.id, n)).await.unwrap()?;
    Some(Revision::read(&found.bytes, revision.id, n).unwrap())
}

async fn due(store: &Store) -> usize {
    store.list(Bucket::Content, "due/", None, 1_000).await.unwrap().0.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_late_goes_at_once_and_what_is_far_away_is_not_even_read() {
    let counts: Arc<Mutex<BTreeMap<String, usize>>> = Arc::default();
    let seen = Arc::clone(&counts);
    let count = move |record: &local::s3::Record| *seen.lock().unwrap().entry(record.operation.to_string()).or_default() += 1;
    let s3 = buckets(Some(Arc::new(count)));
    let store = Store::new(s3.client(), "content", "site");
    let late = scheduled(&store, 1, -3_600).await;
    for n in 2..60 {
        scheduled(&store, n, 86_400 + i64::from(n)).await;
    }
    let clock = || at(0);
    assert_eq!(
        lift(&store, &clock, AHEAD).await.unwrap(),
        Lifted {
            published: vec![(late.id, 2)],
            delays: vec![3_600_000],
            ..Lifted::default()
        }
    );
    let made = read(&store, &late, 2).await.unwrap();
    assert_eq!((made.status, made.publish_at), (Status::Published, None));
    // The date is the one that was promised; nobody could have read it before now.
    assert_eq!((made.published, made.updated), (Some(at(-3_600)), Some(at(0))));
    assert_eq!(
        (made.by.name.as_str(), made.editor().name.as_str()),
        ("embargo", late.by.name.as_str())
    );
    assert_eq!(due(&store).await, 58);
    assert!(
        store.get(&Key::Pending(late.id, 2)).await.unwrap().is_some(),
        "the sweeper could not find it"
    );
    counts.lock().unwrap().clear();
    assert_eq!(lift(&store, &clock, AHEAD).await.unwrap(), Lifted::default());
    assert_eq!(*counts.lock().unwrap(), BTreeMap::from([("ListObjectsV2".to_owned(), 1)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_clocks_at_once_make_one_revision_and_not_before_its_instant() {
    let s3 = buckets(None);
    let store = Store::new(s3.client(), "content", "site");
    let revision = scheduled(&store, 1, 1).await;
    let start = std::time::Instant::now();
    let clock = move || at(0) + SignedDuration::try_from(start.elapsed()).unwrap();
    let both = futures::future::join(lift(&store, &clock, AHEAD), lift(&store, &clock, AHEAD)).await;
    let made: Vec<_> = [both.0.unwrap(), both.1.unwrap()]
        .into_iter()
        .flat_map(|one| one.published)
        .collect();
    assert_eq!(made, [(revision.id, 2)]);
    assert_eq!(store.revisions(revision.id).await.unwrap(), [1, 2]);
    let made = read(&store, &revision, 2).await.unwrap();
    assert!(made.at >= at(1) && made.updated == Some(at(1)), "{made:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_editor_who_was_faster_makes_the_marker_void() {
    let s3 = buckets(None);
    let store = Store::new(s3.client(), "content", "site");
    let edited = scheduled(&store, 1, 0).await;
    put(
        &store,
        &Revision {
            publish_at: None,
            ..next(&edited, Status::Draft)
        },
    )
    .await;
    let moved = scheduled(&store, 2, 0).await;
    let later = Revision {
        publish_at: Some(at(600)),
        ..next(&moved, Status::Scheduled)
    };
    put(&store, &later).await;
    // A save that never came to its revision: it may still come.
    store.put(&Key::Due(at(0), release(3, AT).id, 1), "").await.unwrap();
    // One that does not say what the revision says.
    let other = scheduled(&store, 4, 600).await;
    store.put(&Key::Due(at(0), other.id, 1), "").await.unwrap();
    let lifted = lift(&store, &|| at(0), AHEAD).await.unwrap();
    let mut void = lifted.void.clone();
    void.sort_unstable();
    assert_eq!(
        (void, lifted.published.len(), lifted.failed.len()),
        (vec![(edited.id, 1), (moved.id, 1), (other.id, 1)], 0, 0)
    );
    assert_eq!(due(&store).await, 3, "two are due later, and one may still come");
    let lifted = lift(&store, &|| at(3_601), AHEAD).await.unwrap();
    let mut published = lifted.published.clone();
    published.sort_unstable();
    assert_eq!(published, [(later.id, 3), (other.id, 2)]);
    assert_eq!(lifted.void, [(release(3, AT).id, 1)]);
    assert_eq!(due(&store).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_revision_keeps_its_marker_and_the_others_go_public() {
    let s3 = buckets(None);
    let store = Store::new(s3.client(), "content", "site");
    let desk = memory::desk(s3.client(), release::Site::parse(local::sample::SITE, "site.toml").unwrap());
    publish::furnish(&desk).await.unwrap();
    let damaged = scheduled(&store, 1, 0).await;
    store.put(&Key::Revision(damaged.id, 1), "{").await.unwrap();
    let good = scheduled(&store, 2, 0).await;
    let lifted = lift(&store, &|| at(0), AHEAD).await.unwrap();
    assert_eq!((lifted.published, lifted.failed), (vec![(good.id, 2)], vec![(damaged.id, 1)]));
    assert_eq!(due(&store).await, 1);
    // The event of what it made is lost: the sweeper brings it.
    let swept = publish::sweep(
        &desk,
        Timestamp::now() + SignedDuration::from_mins(10),
        SignedDuration::from_mins(5),
    )
    .await
    .unwrap();
    assert_eq!(swept.published, [(good.id, 2)]);
}

/// An S3 whose clock is so many seconds behind the machine's.
#[derive(Debug)]
struct Behind(i64);

impl Behind {
    fn time(&self) -> Timestamp {
        Timestamp::now() - SignedDuration::from_secs(self.0)
    }

    fn client(self, s3: &local::s3::EmbeddedS3) -> Client {
        Client::from_conf(s3.client().config().to_builder().interceptor(self).build())
    }
}

impl Intercept for Behind {
    fn name(&self) -> &'static str {
        "Behind"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let date = self.time().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        context.response_mut().headers_mut().insert("date", date);
        Ok(())
    }
}

fn soon(seconds: i64) -> Timestamp {
    Timestamp::from_second(Timestamp::now().as_second() + seconds).unwrap()
}

/// Stored as `accept` does, due at an instant of the real clock.
async fn due_at(store: &Store, n: u32, at: Timestamp) -> Revision {
    let mut revision = release(n, AT);
    (revision.status, revision.publish_at, revision.published, revision.updated) = (Status::Scheduled, Some(at), None, None);
    put(store, &revision).await;
    revision
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_whose_clock_is_ahead_publishes_nothing_before_s3_has_passed_the_instant() {
    let s3 = buckets(None);
    let store = Store::new(Behind(4).client(&s3), "content", "site");
    // Past by the machine's clock, three seconds ahead by S3's; and one that is due in an hour of which the machine has made a minute.
    let at = soon(-1);
    let near = due_at(&store, 1, at).await;
    let far = due_at(&store, 2, soon(3_600)).await;
    let fast = || Timestamp::now() + SignedDuration::from_secs(3_590);
    let lifted = lift(&store, &fast, AHEAD).await.unwrap();
    assert_eq!(
        lifted,
        Lifted {
            published: vec![(near.id, 2)],
            delays: lifted.delays.clone(),
            ..Lifted::default()
        }
    );
    assert!(lifted.delays.len() == 1 && lifted.delays[0] >= 0, "{lifted:?}");
    assert!(Behind(4).time() >= at, "it was public before its time");
    let made = read(&store, &near, 2).await.unwrap();
    assert!(made.at >= at && made.at <= Behind(4).time(), "{} is not S3's time", made.at);
    assert_eq!(store.revisions(far.id).await.unwrap(), [1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_whose_clock_is_behind_s3_keeps_to_its_own() {
    let s3 = buckets(None);
    let store = Store::new(Behind(-3_600).client(&s3), "content", "site");
    let at = soon(2);
    let revision = due_at(&store, 1, at).await;
    let lifted = lift(&store, &Timestamp::now, AHEAD).await.unwrap();
    assert_eq!(lifted.published, [(revision.id, 2)]);
    assert!(Timestamp::now() >= at);
}
