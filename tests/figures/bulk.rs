//! A hundred thousand releases through the API and the real `publish` function, which reaches S3 over HTTP.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use jiff::civil::date;
use serde_json::{Value, json};
use tokio::{net::TcpListener, time::Instant};

use crate::{
    Settings,
    room::{Room, release, row},
};

#[allow(
    dead_code,
    clippy::unwrap_used,
    reason = "it is of the stories, which use more of it and may panic"
)]
#[path = "../src/lambda/function.rs"]
pub(crate) mod function;

use function::Function;

pub(crate) mod buckets {
    pub(crate) const ACCESS_KEY: &str = "pressroom";
    pub(crate) const SECRET_KEY: &str = "pressroom-secret";
    pub(crate) use crate::room::{CONTENT, SITE};

    /// Where the function finds its buckets.
    pub(crate) struct Buckets {
        pub(crate) endpoint: String,
    }
}

/// Releases of one month.
const MONTH: usize = 1_000;

pub(crate) async fn run(settings: &Settings) -> anyhow::Result<()> {
    let releases: usize = settings.number("releases", 100_000)?;
    let batch: usize = settings.number("batch", 500)?;
    let room = Room::open(None).await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let endpoint = format!("http://{}", listener.local_addr()?);
    let served = room.s3.clone();
    let server = tokio::spawn(async move { served.serve(listener, std::future::pending()).await });
    let mut function = Function::start("publish", &buckets::Buckets { endpoint }).await;
    room.asked();
    let start = Instant::now();
    let mut waiting = post(&room, 0..batch.min(releases), releases).await?;
    let (mut posted, mut published) = (batch.min(releases), 0);
    let mut publishing = Duration::ZERO;
    while published < releases {
        let next = posted..(posted + batch).min(releases);
        posted = next.end;
        // The office goes on while the function works.
        let work = async {
            let start = Instant::now();
            let answer = function.invoke(waiting.clone()).await;
            (answer, start.elapsed())
        };
        let (more, (answer, spent)) = tokio::join!(post(&room, next, releases), work);
        let answer = answer.map_err(|error| anyhow::anyhow!("the function failed: {error}"))?;
        ensure!(answer["batchItemFailures"] == json!([]), "messages failed: {answer}");
        publishing += spent;
        published += waiting["Records"].as_array().map_or(0, Vec::len);
        waiting = more?;
        if published % 10_000 == 0 {
            eprintln!("{published} releases after {:?}", start.elapsed());
        }
    }
    let spent = start.elapsed();
    let asked = room.asked();
    let status = std::fs::read_to_string(format!("/proc/{}/status", function.id()))?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak: u64 = peak
        .and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse().ok())
        .context("no VmHWM")?;
    ensure!(
        room.log().await?.len() == releases,
        "the change log does not hold {releases} releases"
    );
    let each = |seconds: f64| (seconds / releases as f64 * 1e6).round() / 1e3;
    row(&json!({
        "row": "bulk", "releases": releases, "batch": batch,
        "per_second": (releases as f64 / spent.as_secs_f64()).round(),
        "publish_peak_mb": peak / 1024, "requests_per_release": asked.all() as f64 / releases as f64,
        "requests": asked.operations(), "shared_puts_per_release": asked.shared_puts() as f64 / releases as f64,
        "publishing_ms_per_release": each(publishing.as_secs_f64()),
        "publish_cpu_ms_per_release": each(cpu(&function.id().to_string())?),
        "office_and_s3_cpu_ms_per_release": each(cpu("self")?),
    }));
    server.abort();
    Ok(())
}

/// Posts releases of the months before now; answers the event of their batch.
async fn post(room: &Room, numbers: std::ops::Range<usize>, releases: usize) -> anyhow::Result<Value> {
    let count = numbers.len();
    let posts = numbers.map(|n| async move {
        let back = i32::try_from(releases.div_ceil(MONTH) - n / MONTH)?;
        let month = date(2026, 3, 1).checked_sub(jiff::Span::new().months(back))?;
        let date = format!("{:04}-{:02}-{:02}", month.year(), month.month(), n % 28 + 1);
        room.post(&release(n, Some(&date))).await
    });
    futures::future::try_join_all(posts).await?;
    let mut records = Vec::new();
    while records.len() < count {
        for message in room.batch(count - records.len(), Duration::ZERO).await {
            records.push(json!({"messageId": message.id, "body": message.body, "eventSource": "aws:sqs"}));
            room.queue.delete(&message.id);
        }
    }
    Ok(json!({ "Records": records }))
}

/// Seconds of processor time of a process, all its threads.
pub(crate) fn cpu(process: &str) -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    let after = stat.rsplit_once(") ").context("an unknown /proc/*/stat")?.1;
    let fields: Vec<f64> = after.split(' ').filter_map(|field| field.parse().ok()).collect();
    // utime and stime in ticks of a hundredth of a second; the state letter before them is no number.
    Ok((fields[10] + fields[11]) / 100.0)
}
