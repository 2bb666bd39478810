//! What one publication costs with a thousand releases in the archive, with a hundred thousand, with a million.
//!
//! A thousand and a hundred thousand are built through the real path: posted to the API, published in batches. Of the million, the newest
//! 10,000 are; what older ones share with others is written at once (`filled`), and held against what publications leave. What belongs to
//! one old release alone is not there: a publication that asked for it would fail.

use std::time::Duration;

use anyhow::ensure;
use jiff::civil::Date;
use serde_json::json;
use tokio::time::Instant;

use crate::{
    Settings, filled,
    room::{Asked, Room, milliseconds, percentile, release, row},
};

/// Releases of one month: a busy office. A million fill 83 years.
const MONTH: usize = 1_000;
/// Releases published at once while the archive is built.
const BATCH: usize = 500;
/// The day after the last month of every archive.
const END: Date = jiff::civil::date(2026, 3, 1);
/// Newest releases that are published one by one even in the largest archive: many more than any feed shows.
const RECENT: usize = 10_000;
/// Larger archives are filled up to these.
const WHOLE: usize = 100_000;
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
    // Memory holds the hundred thousand or the million, not both.
    let largest = settings.number("largest", 100_000)?;
    let mut archives = Vec::new();
    for releases in [1_000, largest] {
        archives.push(build(releases).await?);
    }
    if let [first, ..] = &archives[..] {
        filled::same(&first.room).await?;
        first.room.asked();
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

/// The first day of the month of the release with this number, months back from [`END`], oldest first.
fn month(n: usize, releases: usize) -> anyhow::Result<Date> {
    let back = i32::try_from(releases.div_ceil(MONTH) - n / MONTH)?;
    Ok(END.checked_sub(jiff::Span::new().months(back))?)
}

/// The day of a release in its month.
fn day(n: usize) -> anyhow::Result<i8> {
    Ok(i8::try_from(n % MONTH * 28 / MONTH + 1)?)
}

async fn build(releases: usize) -> anyhow::Result<Archive> {
    let start = Instant::now();
    let room = Room::open(None).await?;
    let filled = if releases > WHOLE { releases - RECENT } else { 0 };
    let site = room.site.clone();
    let old = (0..filled).step_by(MONTH).map(|first| {
        let one = |n: usize| filled::revision(n, month(n, releases)?.with().day(day(n)?).build()?, &site);
        (first..first + MONTH).map(one).collect()
    });
    if filled > 0 {
        filled::fill(&room, old).await?;
        eprintln!("{filled} of {releases} releases after {:?}", start.elapsed());
    }
    let warm = room.function(room.s3.client());
    for first in (filled..releases).step_by(BATCH) {
        let last = (first + BATCH).min(releases);
        let posts = (first..last).map(|n| {
            let room = &room;
            async move {
                let month = month(n, releases)?;
                let date = format!("{:04}-{:02}-{:02}", month.year(), month.month(), day(n)?);
                room.post(&release(n, Some(&date))).await
            }
        });
        futures::future::try_join_all(posts).await?;
        let mut made = 0;
        while room.queue.depth() > 0 {
            let batch = room.batch(BATCH, Duration::ZERO).await;
            made += room.publish(&warm, &batch).await?.len();
        }
        ensure!(made == last - first, "expected {} releases, found {made}", last - first);
        if last.is_multiple_of(10_000) {
            eprintln!("{last} of {releases} releases after {:?}", start.elapsed());
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
