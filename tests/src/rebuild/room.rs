//! Two buckets in memory with a small site, and what the tests of this module do to them.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use aws_sdk_s3::primitives::ByteStream;
use local::s3::{Attempt, EmbeddedS3, Faults, Verdict};
use publish::{Desk, Finding, Message, News, Report, publish, rebuild, verify};
use release::{Revision, Site};
use store::Bucket;

use crate::memory;

/// A small window, so that a dozen releases reach beyond it.
pub(super) const SITE_TOML: &str = r#"
base_url = "https://press.example.org"
organisation = "Tidewater"
email = "press@example.org"
timezone = "Europe/Brussels"
window = { items = 4, hours = 48, bytes = 60000 }
[[languages]]
tag = "en"
title = "News"
description = "All news."
[[languages]]
tag = "fr"
title = "Actualités"
description = "Tout."
[[languages]]
tag = "ar"
title = "أخبار"
description = "كل"
[[topics]]
id = "sea"
label = { en = "Sea" }
[[topics]]
id = "sky"
label = { en = "Sky" }
"#;

/// Every object of the site bucket: its bytes and its ETag.
pub(super) type Tree = BTreeMap<String, (Vec<u8>, String)>;

pub(super) struct Buckets {
    s3: EmbeddedS3,
    toml: String,
    pub(super) desk: Arc<Desk>,
}

impl Buckets {
    pub(super) fn new() -> Self {
        Self::with(SITE_TOML)
    }

    pub(super) fn with(toml: &str) -> Self {
        let s3 = memory::buckets(None);
        let desk = desk(&s3, toml);
        let toml = toml.to_owned();
        Self { s3, toml, desk }
    }

    /// Another function instance, which remembers nothing.
    pub(super) fn desk(&self) -> Arc<Desk> {
        desk(&self.s3, &self.toml)
    }

    pub(super) async fn save(&self, revision: &Revision) {
        memory::store(&self.desk, revision).await;
    }

    /// Writes an object by hand, without anything that tells whose it is.
    pub(super) async fn put(&self, bucket: &str, path: &str, bytes: impl Into<Vec<u8>>) {
        let request = self.s3.client().put_object().bucket(bucket).key(path);
        request.body(ByteStream::from(bytes.into())).send().await.unwrap();
    }

    pub(super) async fn delete(&self, bucket: &str, path: &str) {
        self.s3.client().delete_object().bucket(bucket).key(path).send().await.unwrap();
    }

    pub(super) async fn read(&self, bucket: &str, path: &str) -> Vec<u8> {
        let found = self.s3.client().get_object().bucket(bucket).key(path).send().await.unwrap();
        found.body.collect().await.unwrap().to_vec()
    }

    pub(super) async fn paths(&self, bucket: Bucket) -> Vec<String> {
        let mut paths: Vec<String> = Vec::new();
        loop {
            let after = paths.last().cloned();
            let (some, more) = self.desk.store.list(bucket, "", after.as_deref(), 1_000).await.unwrap();
            paths.extend(some);
            if !more {
                return paths;
            }
        }
    }

    pub(super) async fn tree(&self) -> Tree {
        let mut tree = Tree::new();
        for path in self.paths(Bucket::Site).await {
            let found = self.desk.store.fetch(&path).await.unwrap().unwrap();
            tree.insert(path, (found.bytes.to_vec(), found.etag));
        }
        tree
    }

    pub(super) async fn verify(&self) -> (Report, Vec<Finding>) {
        let told = Mutex::new(Vec::new());
        let report = verify(&self.desk(), true, &|news| note(&told, news)).await.unwrap();
        (report, told.into_inner().unwrap())
    }

    pub(super) async fn rebuild(&self) -> (Report, Vec<Finding>) {
        let told = Mutex::new(Vec::new());
        let report = rebuild(&self.desk(), &|news| note(&told, news)).await.unwrap();
        (report, told.into_inner().unwrap())
    }
}

fn note(told: &Mutex<Vec<Finding>>, news: News<'_>) {
    if let News::Finding(finding) = news {
        told.lock().unwrap().push(finding.clone());
    }
}

fn desk(s3: &EmbeddedS3, toml: &str) -> Arc<Desk> {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let client = match std::env::var("TRACE") {
        Ok(part) => s3.client_with(Arc::new(Tracer {
            who: COUNT.fetch_add(1, Ordering::Relaxed),
            part,
        })),
        Err(_) => s3.client(),
    };
    Arc::new(memory::desk(client, Site::parse(toml, "site.toml").unwrap()))
}

/// Prints the writes of keys that hold `TRACE`.
#[derive(Debug)]
struct Tracer {
    who: usize,
    part: String,
}

impl Faults for Tracer {
    fn judge(&self, _: &Attempt) -> Verdict {
        Verdict::default()
    }

    fn carried_out(&self, attempt: &Attempt, status: u16) {
        if attempt.key.contains(&self.part) && attempt.method != "GET" {
            let text = String::from_utf8_lossy(&attempt.body);
            let lines = text
                .lines()
                .filter(|line| ["next", "previous", "view", "revision"].iter().any(|word| line.contains(word)));
            let lines: Vec<&str> = lines.map(str::trim).collect();
            let condition = if attempt.matches { "if-match" } else { "" };
            println!(
                "{} {} {} version {:?} {condition}: {status} {lines:?}",
                self.who, attempt.method, attempt.key, attempt.version
            );
        }
    }
}

pub(super) fn message(revision: &Revision) -> Message {
    memory::message(revision.id, revision.revision)
}

/// Publishes until nothing comes again.
pub(super) async fn deliver(desk: &Desk, mut messages: Vec<Message>) {
    for _ in 0..500 {
        let outcome = publish(desk, &messages).await;
        messages.retain(|message| outcome.failed.contains(&message.id));
        if messages.is_empty() {
            return;
        }
        // As a queue does: what fails comes again later.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("messages fail without end: {messages:?}");
}

/// Equal, or which objects are not.
pub(super) fn same(before: &Tree, after: &Tree) {
    let paths = before
        .keys()
        .chain(after.keys())
        .filter(|path| before.get(*path) != after.get(*path));
    let differ: std::collections::BTreeSet<&String> = paths.collect();
    assert!(differ.is_empty(), "not as before: {differ:#?}");
}
