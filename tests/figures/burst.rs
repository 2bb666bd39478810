//! A thousand releases at once: what the shared documents cost each of them.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use anyhow::{bail, ensure};
use serde_json::json;
use tokio::time::Instant;

use crate::{
    Settings,
    room::{Room, release, row},
};

/// Messages of one batch at most; 10,000 is what SQS allows with a window.
const BATCH: usize = 2_000;

pub(crate) async fn run(settings: &Settings) -> anyhow::Result<()> {
    let releases: usize = settings.number("releases", 1_000)?;
    let runs: usize = settings.number("runs", 20)?;
    let window = Duration::from_millis(settings.number("window_ms", 1_000)?);
    let (mut shares, mut batches, mut seconds) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..runs {
        let room = Arc::new(Room::open(None).await?);
        room.asked();
        let start = Instant::now();
        let mut office = {
            let room = Arc::clone(&room);
            tokio::spawn(async move {
                let one = |n| {
                    let room = Arc::clone(&room);
                    async move { room.post(&release(n, None)).await }
                };
                futures::future::try_join_all((0..releases).map(one)).await
            })
        };
        let function = room.function(room.s3.client());
        let (mut published, mut taken) = (0, 0);
        while published < releases {
            if office.is_finished() && published == 0 && room.queue.depth() == 0 {
                // What was refused would be waited for.
                (&mut office).await??;
                bail!("expected {releases} events of what was accepted, found none");
            }
            let batch = room.batch(BATCH, window).await;
            if !batch.is_empty() {
                published += room.publish(&function, &batch).await?.len();
                taken += 1;
            }
            ensure!(
                start.elapsed() < Duration::from_secs(300),
                "{published} of {releases} became public"
            );
        }
        let posted: BTreeSet<_> = office.await??.into_iter().collect();
        seconds.push(start.elapsed().as_secs_f64());
        shares.push(room.asked().shared_puts() as f64 / releases as f64);
        batches.push(taken);
        ensure!(posted.len() == releases, "an id came twice");
        room.holds(&posted).await?;
        for path in ["en/feed.json", "zh/feed.json", "fr/only/feed.json", "ar/topics/research/feed.json"] {
            let shown = room.feed(path).await?;
            // 512 KiB of summaries: the newest ones.
            ensure!(shown.len() > 200.min(releases - 1), "{path} shows {} releases", shown.len());
            ensure!(shown.iter().all(|id| posted.contains(id)), "{path} shows others");
        }
    }
    shares.sort_by(f64::total_cmp);
    seconds.sort_by(f64::total_cmp);
    row(&json!({
        "row": "burst", "releases": releases, "runs": runs, "window_ms": window.as_millis(),
        "shared_puts_per_release": {"median": shares[runs / 2], "worst": shares[runs - 1]},
        "batches": {"least": batches.iter().min(), "most": batches.iter().max()},
        "seconds": {"median": seconds[runs / 2], "worst": seconds[runs - 1]},
    }));
    Ok(())
}
