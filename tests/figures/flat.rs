//! What one publication costs with a thousand releases in the archive, with a hundred thousand, with a million.
//!
//! Every archive is built through the real path: posted to the API, published in batches. Of the million, what belongs to one old
//! release alone (its revision, version document and pages) is thrown away once newer ones have pushed it out of every feed: memory would
//! not hold nine million objects. A publication that asked for one of them would fail.

use std::time::Duration;

use ::release::Revision;
use anyhow::{Context as _, ensure};
use jiff::civil::Date;
use serde_json::json;
use store::{Bucket, Key};
use tokio::time::Instant;

use crate::{
    Settings,
    room::{Asked, Room, milliseconds, percentile, release, row},
};

/// Releases of one month: a busy office. A million fill 83 years.
const MONTH: usize = 1_000;
/// Releases published at once while the archive is built.
const BATCH: usize = 500;
/// The day after the last month of every archive.
const END: Date = jiff::civil::date(2026, 3, 1);
/// Newest releases that are kept whole: more than any feed shows, so that a feed that needs a content again finds it.
const RECENT: usize = 2_000;
/// Publications measured on each archive, in turn.
const ROUNDS: usize = 21;

struct Archive {
    releases: usize,
    room: Room,
    warm: publish::Desk,
    times: Vec<(Duration, Duration)>,
    asked: Option<(Asked, Asked)>,
}

pub(crate) async fn run(settings: &Settings) -> anyhow::Result<()> {
    let largest = settings.number("largest", 100_000)?;
    // What belongs to one release alone takes some 40 kB of it.
    let keep = settings.number("keep", 200_000)?;
    let mut archives = Vec::new();
    for releases in [1_000, 100_000, 1_000_000] {
        if releases <= largest {
            let recent = if releases > keep {
                settings.number("recent", RECENT)?
            } else {
                usize::MAX
            };
            archives.push(build(releases, recent).await?);
        }
    }
    for n in 0..ROUNDS {
        for archive in &mut archives {
            archive.measure(n).await?;
        }
    }
    let mut first: Option<Vec<f64>> = None;
    for mut archive in archives {
        let (warm, cold) = archive.medians();
        let base = first.get_or_insert_with(|| vec![warm.as_secs_f64(), cold.as_secs_f64()]);
        let (warm_asked, cold_asked) = archive.asked.take().unwrap_or_default();
        row(&json!({
            "row": "flat", "releases": archive.releases,
            "warm": warm_asked.operations(), "cold": cold_asked.operations(),
            "warm_requests": warm_asked.all(), "cold_requests": cold_asked.all(),
            "warm_ms": milliseconds(warm), "cold_ms": milliseconds(cold),
            "warm_ratio": warm.as_secs_f64() / base[0], "cold_ratio": cold.as_secs_f64() / base[1],
        }));
    }
    Ok(())
}

/// Months back from [`END`], oldest first, each with its days.
async fn build(releases: usize, recent: usize) -> anyhow::Result<Archive> {
    let start = Instant::now();
    let room = Room::open(None).await?;
    let warm = room.function(room.s3.client());
    let months = releases.div_ceil(MONTH);
    let mut whole = Vec::new();
    for n in 0..releases.div_ceil(BATCH) {
        let first = n * BATCH;
        let back = i32::try_from(months - first / MONTH)?;
        let month = END.checked_sub(jiff::Span::new().months(back))?;
        let posts = (first..(first + BATCH).min(releases)).map(|n| {
            let date = format!("{:04}-{:02}-{:02}", month.year(), month.month(), n % MONTH * 28 / MONTH + 1);
            let post = release(n, Some(&date));
            let room = &room;
            async move { room.post(&post).await }
        });
        futures::future::try_join_all(posts).await?;
        let mut made = 0;
        while room.queue.depth() > 0 {
            let batch = room.batch(BATCH, Duration::ZERO).await;
            let published = room.publish(&warm, &batch).await?;
            made += published.len();
            whole.extend(published);
            let old = whole.len().saturating_sub(recent);
            forget(&room, &whole.drain(..old).collect::<Vec<_>>()).await?;
        }
        ensure!(made == BATCH.min(releases - first), "expected {BATCH} releases, found {made}");
        if n % 100 == 99 {
            eprintln!("{} of {releases} releases after {:?}", first + BATCH, start.elapsed());
        }
    }
    let spent = start.elapsed();
    ensure!(
        room.log().await?.len() == releases,
        "the change log does not hold {releases} releases"
    );
    row(
        &json!({"row": "built", "releases": releases, "seconds": spent.as_secs_f64().round(), "per_second": (releases as f64 / spent.as_secs_f64()).round()}),
    );
    room.asked();
    Ok(Archive {
        releases,
        room,
        warm,
        times: Vec::new(),
        asked: None,
    })
}

/// Throws away what belongs to these releases alone.
async fn forget(room: &Room, published: &[(uuid::Uuid, u32)]) -> anyhow::Result<()> {
    let (mut private, mut public) = (Vec::new(), Vec::new());
    for (id, n) in published {
        let key = Key::Revision(*id, *n);
        let found = room.store.get(&key).await?.context("a revision that was just published is gone")?;
        let revision = Revision::read(&found.bytes, *id, *n).map_err(|damage| anyhow::anyhow!("{key}: {damage}"))?;
        let path = revision.path.context("a public release without a path")?;
        let page = |language: &::release::Language| Key::Page(language.tag.clone(), path.clone());
        public.extend(room.site.languages.iter().map(page));
        public.extend([Key::Version(*id, *n), Key::Release(*id)]);
        private.push(key);
    }
    room.store.delete_all(Bucket::Content, &private).await?;
    room.store.delete_all(Bucket::Site, &public).await?;
    Ok(())
}

impl Archive {
    /// One publication by a warm function and one by a cold one.
    async fn measure(&mut self, round: usize) -> anyhow::Result<()> {
        let date = "2026-02-28";
        let mut asked = Vec::new();
        let mut times = Vec::new();
        for cold in [false, true] {
            let fresh = self.room.function(self.room.s3.client());
            let function = if cold { &fresh } else { &self.warm };
            self.room
                .post(&release(self.releases + 2 * round + usize::from(cold), Some(date)))
                .await?;
            let batch = self.room.batch(1, Duration::ZERO).await;
            self.room.asked();
            let start = Instant::now();
            self.room.publish(function, &batch).await?;
            times.push(start.elapsed());
            asked.push(self.room.asked());
            if cold {
                // The warm one must not meet what it does not know: that costs it a look.
                self.warm = fresh;
            }
        }
        self.times.push((times[0], times[1]));
        if let [warm, cold] = &asked[..] {
            let same = |one: &Asked, other: &Asked| one.0 == other.0;
            if let Some((first_warm, first_cold)) = &self.asked {
                ensure!(
                    same(warm, first_warm) && same(cold, first_cold),
                    "a publication asked for something else: {asked:?}"
                );
            }
            self.asked = Some((warm.clone(), cold.clone()));
        }
        Ok(())
    }

    fn medians(&self) -> (Duration, Duration) {
        let median = |mut times: Vec<Duration>| {
            times.sort_unstable();
            percentile(&times, 0.5)
        };
        (
            median(self.times.iter().map(|(warm, _)| *warm).collect()),
            median(self.times.iter().map(|(_, cold)| *cold).collect()),
        )
    }
}
