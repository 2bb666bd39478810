//! Adding one release to an archive on disk: each write is durable before it is answered.
//!
//! A large archive is built by a process of its own (`data=FOLDER build=true`), which need not wait for the disk; the one that measures finds
//! it there (`data=FOLDER built=true`).

use std::{path::PathBuf, time::Duration};

use anyhow::ensure;
use serde_json::json;
use tokio::time::Instant;

use crate::{
    Settings,
    bulk::cpu,
    room::{Room, milliseconds, percentile, release, row},
};

/// Releases of one month, and of one batch while the archive is built.
const MONTH: usize = 84;
const BATCH: usize = 500;
const ROUNDS: usize = 21;

pub(crate) async fn run(settings: &Settings) -> anyhow::Result<()> {
    let releases: usize = settings.number("releases", 10_000)?;
    let (build, built) = (settings.number("build", false)?, settings.number("built", false)?);
    let folder = tempfile::tempdir()?;
    let data: PathBuf = settings.number("data", folder.path().display().to_string())?.into();
    let room = Room::open_on(Some(&data), None).await?;
    let function = room.function(room.s3.client());
    let date = |n: usize| {
        let back = i32::try_from((releases - n.min(releases)) / MONTH + 1)?;
        let month = jiff::civil::date(2026, 3, 1).checked_sub(jiff::Span::new().months(back))?;
        Ok::<_, anyhow::Error>(format!("{:04}-{:02}-{:02}", month.year(), month.month(), n % 28 + 1))
    };
    for first in (0..if built { 0 } else { releases }).step_by(BATCH) {
        let room = &room;
        let posts = (first..(first + BATCH).min(releases)).map(|n| async move { room.post(&release(n, Some(&date(n)?))).await });
        futures::future::try_join_all(posts).await?;
        while room.queue.depth() > 0 {
            let batch = room.batch(BATCH, Duration::ZERO).await;
            room.publish(&function, &batch).await?;
        }
    }
    if build {
        return Ok(());
    }
    ensure!(
        room.log().await?.len() == releases,
        "the change log does not hold {releases} releases"
    );
    let (mut times, mut spent) = (Vec::new(), 0.0);
    let rounds: usize = settings.number("rounds", ROUNDS)?;
    for n in 0..rounds {
        let (start, before) = (Instant::now(), cpu("self")?);
        room.post(&release(releases + n, Some(&date(releases)?))).await?;
        let batch = room.batch(1, Duration::ZERO).await;
        room.publish(&function, &batch).await?;
        times.push(start.elapsed());
        spent += cpu("self")? - before;
    }
    times.sort_unstable();
    row(&json!({
        "row": "disk", "releases": releases, "wall_ms": milliseconds(percentile(&times, 0.5)),
        "worst_ms": milliseconds(percentile(&times, 1.0)), "cpu_ms": (spent / rounds as f64 * 1e4).round() / 10.0,
    }));
    Ok(())
}
