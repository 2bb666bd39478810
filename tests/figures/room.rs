//! A press room over an S3 in memory: the API's router, the queue that S3 notifies, and functions that publish.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use accept::{TokenFile, TokenRecord, hash_token};
use anyhow::{Context as _, ensure};
use aws_sdk_s3::Client;
use axum::{
    Router,
    body::{Body, to_bytes},
    http::Request,
};
use feed::{Changes, ChangesPage, FeedView};
use local::{
    queue::Queue,
    s3::{EmbeddedS3, Faults, Notification, Options, Record},
};
use publish::{Desk, Message, furnish, publish};
use release::{Role, Site};
use serde_json::{Value, json};
use store::{Bucket, Key, Store};
use tokio::time::Instant;
use tower::ServiceExt as _;
use uuid::Uuid;

pub(crate) const CONTENT: &str = "content";
pub(crate) const SITE: &str = "site";
pub(crate) const TOKEN: &str = "figures";

/// What was asked of S3: requests and bytes sent, by operation and kind of document.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked(pub(crate) BTreeMap<(String, &'static str), usize>);

impl Asked {
    pub(crate) fn all(&self) -> usize {
        self.0.values().sum()
    }

    pub(crate) fn operations(&self) -> BTreeMap<String, usize> {
        let mut all = BTreeMap::new();
        for ((operation, _), n) in &self.0 {
            *all.entry(operation.clone()).or_default() += n;
        }
        all
    }

    /// Writes of documents that releases share.
    pub(crate) fn shared_puts(&self) -> usize {
        let shared = self
            .0
            .iter()
            .filter(|((operation, kind), _)| operation == "PutObject" && *kind == "shared");
        shared.map(|(_, n)| n).sum()
    }
}

fn kind(bucket: &str, key: &str) -> &'static str {
    if bucket == CONTENT {
        return if key.starts_with("journal/") { "shared" } else { "private" };
    }
    // A page is `{lang}/{yyyy}/{mm}/{slug}/index.html`.
    if key.starts_with("releases/") || key.ends_with("/index.html") && key.matches('/').count() == 4 && !key.contains("/archive/") {
        "own"
    } else {
        "shared"
    }
}

pub(crate) struct Room {
    pub(crate) s3: EmbeddedS3,
    pub(crate) site: Site,
    pub(crate) queue: Queue,
    /// Of whoever looks.
    pub(crate) store: Store,
    api: Router,
    asked: Arc<Mutex<Asked>>,
}

impl Room {
    /// An empty press room in memory; `faults` meet the API.
    pub(crate) async fn open(faults: Option<Arc<dyn Faults>>) -> anyhow::Result<Self> {
        Self::open_on(None, faults).await
    }

    /// The same in a folder.
    pub(crate) async fn open_on(data: Option<&Path>, faults: Option<Arc<dyn Faults>>) -> anyhow::Result<Self> {
        let queue = match data {
            Some(data) => Queue::open(data)?,
            None => Queue::in_memory(),
        };
        let asked: Arc<Mutex<Asked>> = Arc::default();
        let count = Arc::clone(&asked);
        let observer = move |record: &Record| {
            let what = (record.operation.to_string(), kind(&record.bucket, &record.key));
            if let Ok(mut count) = count.lock() {
                *count.0.entry(what).or_default() += 1;
            }
        };
        let options = Options {
            buckets: vec![CONTENT.to_owned(), SITE.to_owned()],
            memory: data.is_none(),
            notifications: vec![Notification {
                bucket: CONTENT.to_owned(),
                prefix: "releases/".to_owned(),
                queue: queue.clone(),
            }],
            observer: Some(Arc::new(observer)),
            ..Options::default()
        };
        let s3 = EmbeddedS3::open(data.unwrap_or(Path::new("not used, in memory")), options)?;
        let site = Site::parse(local::sample::SITE, "site.toml").map_err(|e| anyhow::anyhow!("{e}"))?;
        let store = Store::new(s3.client(), CONTENT, SITE);
        store.put(&Key::SiteConfig, local::sample::SITE.to_owned()).await?;
        let record = TokenRecord {
            name: "figures".to_owned(),
            role: Role::Editor,
            sha256: hash_token(TOKEN),
            created: None,
        };
        store
            .put(&Key::Tokens, serde_json::to_vec(&TokenFile { tokens: vec![record] })?)
            .await?;
        let client = faults.map_or_else(|| s3.client(), |faults| s3.client_with(faults));
        let desk = accept::Desk::new(Arc::new(Store::new(client, CONTENT, SITE)), Arc::new(site.clone()));
        let room = Self {
            api: accept::router(Arc::new(desk)),
            s3,
            site,
            queue,
            store,
            asked,
        };
        furnish(&room.function(room.s3.client())).await?;
        Ok(room)
    }

    /// A function instance that remembers nothing yet.
    pub(crate) fn function(&self, client: Client) -> Desk {
        Desk::new(Store::new(client, CONTENT, SITE), self.site.clone())
    }

    /// Posts a release through the API.
    pub(crate) async fn post(&self, release: &Value) -> anyhow::Result<Uuid> {
        let request = Request::post("/v1/releases")
            .header("authorization", format!("Bearer {TOKEN}"))
            .header("content-type", "application/json")
            .body(Body::from(release.to_string()))?;
        let answer = self.api.clone().oneshot(request).await?;
        let status = answer.status();
        let body: Value = serde_json::from_slice(&to_bytes(answer.into_body(), 1 << 20).await?)?;
        ensure!(status == 201, "expected 201, found {status}: {body}");
        let id = body["id"].as_str().context("a release without an id")?;
        Ok(id.parse()?)
    }

    /// What was asked of S3 since the last look.
    pub(crate) fn asked(&self) -> Asked {
        self.asked.lock().map(|mut asked| std::mem::take(&mut *asked)).unwrap_or_default()
    }

    /// Up to `most` messages that come within `window` of the first, as the event source of a function collects them.
    pub(crate) async fn batch(&self, most: usize, window: Duration) -> Vec<Message> {
        let mut batch = self.queue.receive(most, Duration::from_millis(200)).await;
        let end = Instant::now() + window;
        while !batch.is_empty() && batch.len() < most && Instant::now() < end {
            let rest = end.saturating_duration_since(Instant::now());
            batch.extend(self.queue.receive(most - batch.len(), rest).await);
        }
        let message = |message: local::queue::Message| Message {
            id: message.id,
            body: message.body,
        };
        batch.into_iter().map(message).collect()
    }

    /// Publishes a batch; all of it must succeed.
    pub(crate) async fn publish(&self, function: &Desk, batch: &[Message]) -> anyhow::Result<Vec<(Uuid, u32)>> {
        let outcome = publish(function, batch).await;
        ensure!(
            outcome.failed.is_empty() && outcome.set_aside.is_empty(),
            "{} of {} messages failed",
            outcome.failed.len(),
            batch.len()
        );
        for message in batch {
            self.queue.delete(&message.id);
        }
        Ok(outcome.published)
    }

    pub(crate) async fn json<T: serde::de::DeserializeOwned>(&self, path: &str) -> anyhow::Result<T> {
        let found = self.store.fetch(path).await?.with_context(|| format!("{path} is not there"))?;
        Ok(serde_json::from_slice(&found.bytes)?)
    }

    /// The releases of a feed.
    pub(crate) async fn feed(&self, path: &str) -> anyhow::Result<Vec<Uuid>> {
        let view: FeedView = self.json(path).await?;
        Ok(view.items.iter().map(|item| item.more.release).collect())
    }

    /// The change log from the first entry to the last: no number is missing, none comes twice.
    pub(crate) async fn log(&self) -> anyhow::Result<Vec<Uuid>> {
        let head: Changes = self.json("changes/head.json").await?;
        let mut entries = Vec::new();
        for page in 1..=head.pages {
            let sealed: ChangesPage = self.json(&Key::ChangesPage(page).path()).await?;
            entries.extend(sealed.changes);
        }
        entries.extend(head.changes);
        for (n, entry) in (1..).zip(&entries) {
            ensure!(entry.seq == n, "expected change {n}, found {}", entry.seq);
        }
        Ok(entries.iter().map(|entry| entry.release).collect())
    }

    /// Every release is in the change log once, in a month once, and in every feed as far as its window reaches.
    pub(crate) async fn holds(&self, posted: &BTreeSet<Uuid>) -> anyhow::Result<()> {
        let log = self.log().await?;
        ensure!(log.len() == posted.len(), "expected {} changes, found {}", posted.len(), log.len());
        ensure!(
            log.iter().copied().collect::<BTreeSet<_>>() == *posted,
            "the change log holds others"
        );
        let mut archived = Vec::new();
        let months: feed::MonthsView = self.json("en/archive/index.json").await?;
        for line in &months.months {
            let of = line.of();
            let month: feed::MonthView = self.json(&format!("en/archive/{:04}/{:02}/index.json", of.year, of.month)).await?;
            archived.extend(month.releases.iter().map(|card| card.id));
        }
        ensure!(
            archived.len() == posted.len(),
            "expected {} in the months, found {}",
            posted.len(),
            archived.len()
        );
        ensure!(
            archived.iter().copied().collect::<BTreeSet<_>>() == *posted,
            "the months hold others"
        );
        let (left, _) = self.store.list(Bucket::Content, "pending/", None, 1).await?;
        ensure!(left.is_empty() && self.queue.depth() == 0, "something is still under way");
        Ok(())
    }
}

/// A release of an ordinary day: two languages, one topic, six paragraphs.
pub(crate) fn release(n: usize, date: Option<&str>) -> Value {
    let body = |sentence: &str| {
        let paragraph = format!("{sentence} ({n}). ");
        vec![paragraph.repeat(3); 6].join("\n\n")
    };
    let mut release = json!({
        "status": "published", "topics": ["research"],
        "texts": {
            "en": {"title": format!("Conference closes day {n}"), "body": body("The delegates of the fictional conference agreed on a common text and thanked their hosts")},
            "fr": {"title": format!("La conférence clôt le jour {n}"), "body": body("Les délégués de la conférence fictive ont adopté un texte commun et ont remercié leurs hôtes")},
        },
    });
    if let Some(date) = date {
        release["date"] = json!(date);
    }
    release
}

/// A row of the table.
pub(crate) fn row(row: &Value) {
    println!("row {row}");
}

pub(crate) fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 10_000.0).round() / 10.0
}

/// The value that `share` of the sorted values do not exceed.
pub(crate) fn percentile(sorted: &[Duration], share: f64) -> Duration {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index"
    )]
    let at = ((sorted.len() as f64 * share).ceil() as usize).clamp(1, sorted.len().max(1)) - 1;
    sorted.get(at).copied().unwrap_or_default()
}
