//! A stream of releases through an S3 that takes its time: each conditional write lasts, and of one key there is one at a time.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::{Context as _, ensure};
use bytes::Bytes;
use feed::FeedId;
use local::s3::{Attempt, Faults, Verdict};
use serde_json::json;
use tokio::time::Instant;
use uuid::Uuid;

use crate::{
    Settings,
    room::{Room, milliseconds, percentile, release, row},
};

/// Messages of one batch, as the function of a wire service is set up to take them.
const BATCH: usize = 1_000;

/// As real S3 behaves: conditional writes of one key come one after the other.
#[derive(Debug)]
struct Slow {
    write: Duration,
    busy: Mutex<HashMap<(String, String), Instant>>,
    /// Each state of each feed that was written.
    feeds: Mutex<BTreeMap<String, Vec<Bytes>>>,
    /// When the last document of a feed was written, in any format.
    last: Mutex<Option<Instant>>,
}

impl Faults for Slow {
    fn judge(&self, attempt: &Attempt) -> Verdict {
        if !(attempt.matches || attempt.none_match) {
            return Verdict::default();
        }
        let now = Instant::now();
        let Ok(mut busy) = self.busy.lock() else {
            return Verdict::default();
        };
        if busy.len() > 20_000 {
            busy.retain(|_, until| *until > now);
        }
        let until = busy.entry((attempt.bucket.clone(), attempt.key.clone())).or_insert(now);
        *until = (*until).max(now) + self.write;
        Verdict {
            before: *until - now,
            ..Verdict::default()
        }
    }

    fn carried_out(&self, attempt: &Attempt, status: u16) {
        let feed = |name: &str| attempt.key.ends_with(name) && !attempt.key.contains("/archive/");
        if attempt.method != "PUT" || status != 200 || !["/feed.json", "/rss.xml", "/atom.xml"].into_iter().any(feed) {
            return;
        }
        if let Ok(mut last) = self.last.lock() {
            *last = Some(Instant::now());
        }
        if feed("/feed.json")
            && let Ok(mut feeds) = self.feeds.lock()
        {
            feeds.entry(attempt.key.clone()).or_default().push(attempt.body.clone());
        }
    }
}

pub(crate) async fn run(settings: &Settings) -> anyhow::Result<()> {
    let rate: u32 = settings.number("rate", 100)?;
    let seconds: u32 = settings.number("seconds", 60)?;
    let write = Duration::from_millis(settings.number("write_ms", 60)?);
    let slow = Arc::new(Slow {
        write,
        busy: Mutex::default(),
        feeds: Mutex::default(),
        last: Mutex::default(),
    });
    let faults = Arc::clone(&slow) as Arc<dyn Faults>;
    let room = Arc::new(Room::open(Some(Arc::clone(&faults))).await?);
    room.asked();
    let posted: Arc<Mutex<HashMap<Uuid, Instant>>> = Arc::default();
    let done = Arc::new(AtomicBool::new(false));
    let office = {
        let (room, posted, done) = (Arc::clone(&room), Arc::clone(&posted), Arc::clone(&done));
        tokio::spawn(async move {
            let sent = send(&room, &posted, rate, rate * seconds).await;
            done.store(true, Ordering::SeqCst);
            sent
        })
    };
    let mut function = room.function(room.s3.client_with(faults));
    // A function of 1 GB: a month of a wire service has thousands of releases.
    function.store = function.store.with_memory(384 << 20);
    // When a release stood in every feed, and when nothing was left to do for it.
    let mut latest: HashMap<Uuid, (Instant, Instant)> = HashMap::new();
    let (mut batches, mut largest) = (0, 0);
    let mut spent = Duration::ZERO;
    while !done.load(Ordering::SeqCst) || room.queue.depth() > 0 {
        let batch = room.batch(BATCH, Duration::ZERO).await;
        if batch.is_empty() {
            continue;
        }
        let start = Instant::now();
        let published = room.publish(&function, &batch).await?;
        let now = Instant::now();
        spent += now - start;
        largest = largest.max(batch.len());
        batches += 1;
        let shown = slow.last.lock().ok().and_then(|last| *last).context("no feed was written")?;
        latest.extend(published.into_iter().map(|(id, _)| (id, (shown, now))));
    }
    office.await??;
    let posted = posted.lock().map_err(|_| anyhow::anyhow!("a post panicked"))?.clone();
    let (mut times, mut whole) = (Vec::new(), Vec::new());
    for (id, event) in &posted {
        let (shown, done) = latest.get(id).with_context(|| format!("{id} never became public"))?;
        times.push(shown.saturating_duration_since(*event));
        whole.push(done.saturating_duration_since(*event));
    }
    times.sort_unstable();
    whole.sort_unstable();
    let asked = room.asked();
    // Renderings of a large month take turns; what the last batch left is the sweeper's.
    let sweeper = room.function(room.s3.client());
    publish::sweep(&sweeper, jiff::Timestamp::now(), jiff::SignedDuration::ZERO).await?;
    room.holds(&posted.keys().copied().collect()).await?;
    every_feed_showed(&room, &slow, &posted.keys().copied().collect())?;
    row(&json!({
        "row": "steady", "rate": rate, "seconds": seconds, "write_ms": milliseconds(write), "releases": times.len(),
        "p50_ms": milliseconds(percentile(&times, 0.5)), "p99_ms": milliseconds(percentile(&times, 0.99)),
        "worst_ms": milliseconds(percentile(&times, 1.0)),
        "archive_and_log_p50_ms": milliseconds(percentile(&whole, 0.5)), "archive_and_log_p99_ms": milliseconds(percentile(&whole, 0.99)),
        "batches": batches, "largest_batch": largest,
        "batch_ms": milliseconds(spent / batches.max(1)),
        "shared_puts_per_release": asked.shared_puts() as f64 / times.len() as f64,
        "requests_per_release": asked.all() as f64 / times.len() as f64,
    }));
    Ok(())
}

/// Posts at a steady rate; an event is what a post leaves when its revision is stored.
async fn send(room: &Arc<Room>, posted: &Arc<Mutex<HashMap<Uuid, Instant>>>, rate: u32, releases: u32) -> anyhow::Result<()> {
    let mut tick = tokio::time::interval(Duration::from_secs(1) / rate);
    let mut posts = tokio::task::JoinSet::new();
    for n in 0..releases {
        tick.tick().await;
        let (room, posted) = (Arc::clone(room), Arc::clone(posted));
        posts.spawn(async move {
            let id = room.post(&release(n as usize, None)).await?;
            if let Ok(mut posted) = posted.lock() {
                posted.insert(id, Instant::now());
            }
            Ok::<_, anyhow::Error>(())
        });
    }
    while let Some(post) = posts.join_next().await {
        post??;
    }
    Ok(())
}

/// A window of 512 KiB rolls on within seconds; so what counts is that some state of each feed showed each release.
fn every_feed_showed(room: &Room, slow: &Slow, posted: &BTreeSet<Uuid>) -> anyhow::Result<()> {
    let states = slow.feeds.lock().map_err(|_| anyhow::anyhow!("a write panicked"))?;
    let belongs = |feed: &FeedId| match &feed.kind {
        feed::Kind::Filled => true,
        feed::Kind::Only => ["en", "fr"].contains(&feed.language.as_str()),
        feed::Kind::Topic(topic) => topic == "research",
    };
    for feed in FeedId::all(&room.site).iter().filter(|feed| belongs(feed)) {
        let path = feed.json();
        let mut shown = BTreeSet::new();
        for state in states.get(path.trim_start_matches('/')).into_iter().flatten() {
            let view: feed::FeedView = serde_json::from_slice(state)?;
            shown.extend(view.items.iter().map(|item| item.more.release));
        }
        let missing = posted.difference(&shown).count();
        ensure!(missing == 0, "{path} never showed {missing} of {} releases", posted.len());
    }
    Ok(())
}
