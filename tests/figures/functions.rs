//! The functions as they are deployed: how soon they ask for their first event, how long events take, what memory and what share of a
//! processor they need.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle, time::Instant};

use crate::{
    Settings,
    bulk::{buckets, cpu, function::Function},
    distance,
    room::{Asked, Room, TOKEN, milliseconds, percentile, release, row},
};

/// Starts and events of which the median is taken.
const ROUNDS: usize = 31;

/// A press room that functions reach over HTTP.
struct Office {
    room: Room,
    endpoint: String,
    server: JoinHandle<()>,
}

impl Office {
    async fn open() -> anyhow::Result<Self> {
        let room = Room::open(None).await?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let served = room.s3.clone();
        let server = tokio::spawn(async move {
            let _ = served.serve(listener, std::future::pending()).await;
        });
        Ok(Self { room, endpoint, server })
    }

    fn buckets(&self) -> buckets::Buckets {
        buckets::Buckets {
            endpoint: self.endpoint.clone(),
        }
    }

    /// The event of so many new releases.
    async fn posted(&self, numbers: std::ops::Range<usize>) -> anyhow::Result<Value> {
        for n in numbers.clone() {
            self.room.post(&release(n, Some("2026-03-01"))).await?;
        }
        let mut records = Vec::new();
        while records.len() < numbers.len() {
            for message in self.room.batch(numbers.len() - records.len(), Duration::ZERO).await {
                records.push(json!({"messageId": message.id, "body": message.body, "eventSource": "aws:sqs"}));
                self.room.queue.delete(&message.id);
            }
        }
        Ok(json!({ "Records": records }))
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// The event of a function URL that posts a release.
fn post(n: usize) -> Value {
    let mut event: Value = serde_json::from_str(include_str!("../events/function-url-post.json")).unwrap_or_default();
    event["headers"]["authorization"] = json!(format!("Bearer {TOKEN}"));
    event["headers"]["idempotency-key"] = json!(format!("post-{n}"));
    event["body"] = json!(release(n, Some("2026-03-01")).to_string());
    event["isBase64Encoded"] = json!(false);
    event
}

fn published(answer: Result<Value, Value>) -> anyhow::Result<()> {
    let answer = answer.map_err(|error| anyhow::anyhow!("the function failed: {error}"))?;
    ensure!(answer["batchItemFailures"] == json!([]), "messages failed: {answer}");
    Ok(())
}

fn accepted(answer: Result<Value, Value>) -> anyhow::Result<()> {
    let answer = answer.map_err(|error| anyhow::anyhow!("the function failed: {error}"))?;
    ensure!(answer["statusCode"] == 201, "expected 201: {answer}");
    Ok(())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    percentile(&times, 0.5)
}

/// The most resident memory that a process has had, in KiB.
fn peak(function: &Function) -> anyhow::Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", function.id()))?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse().ok())
        .context("no VmHWM")
}

/// Time from the start of a process to its first question for an event, beside that of a program that does nothing else.
pub(crate) async fn start(_: &Settings) -> anyhow::Result<()> {
    let names = ["examples/empty", "accept", "publish", "embargo"];
    let office = Office::open().await?;
    let mut times: [Vec<Duration>; 4] = Default::default();
    for _ in 0..ROUNDS {
        // Side by side: a machine that others use is now fast, now slow.
        for (name, times) in names.iter().zip(&mut times) {
            let function = Function::start(name, &office.buckets()).await;
            times.push(function.polled().await);
        }
    }
    let [empty, accept, publish, embargo] = times.map(median);
    let ratio = |time: Duration| (100.0 * time.as_secs_f64() / empty.as_secs_f64()).round() / 100.0;
    row(&json!({
        "row": "start", "rounds": ROUNDS, "empty_ms": milliseconds(empty), "accept_ms": milliseconds(accept),
        "publish_ms": milliseconds(publish), "embargo_ms": milliseconds(embargo),
        "accept_times_empty": ratio(accept), "publish_times_empty": ratio(publish), "embargo_times_empty": ratio(embargo),
    }));
    Ok(())
}

/// The first event of a new process, and the ones after it.
pub(crate) async fn events(_: &Settings) -> anyhow::Result<()> {
    for name in ["accept", "publish"] {
        let (mut cold, mut warm, mut asked) = (Vec::new(), Vec::new(), [0, 0]);
        let office = Office::open().await?;
        let (mut n, mut cpu_ms) = (0, 0.0);
        for _ in 0..ROUNDS {
            let mut function = Function::start(name, &office.buckets()).await;
            function.polled().await;
            for turn in 0..6 {
                n += 1;
                let event = if name == "accept" {
                    post(n)
                } else {
                    office.posted(n..n + 1).await?
                };
                let before = cpu(&function.id().to_string())?;
                office.room.asked();
                let start = Instant::now();
                let answer = function.invoke(event).await;
                let spent = start.elapsed();
                if name == "accept" {
                    accepted(answer)?
                } else {
                    published(answer)?
                }
                if turn == 0 {
                    cold.push(spent);
                    asked[0] += office.room.asked().all();
                } else {
                    warm.push(spent);
                    asked[1] += office.room.asked().all();
                    cpu_ms += 1_000.0 * (cpu(&function.id().to_string())? - before);
                }
            }
        }
        let warm_count = warm.len();
        row(&json!({
            "row": format!("events of {name}"), "rounds": ROUNDS,
            "cold_ms": milliseconds(median(cold)), "warm_ms": milliseconds(median(warm)),
            "cold_requests": asked[0] / ROUNDS, "warm_requests": asked[1] / warm_count,
            "warm_cpu_ms": (10.0 * cpu_ms / warm_count as f64).round() / 10.0,
        }));
    }
    Ok(())
}

/// Resident memory at most: of `publish` with a batch, of `accept` with posts, of `embargo` with an instant.
pub(crate) async fn memory(settings: &Settings) -> anyhow::Result<()> {
    let releases: usize = settings.number("releases", 1_000)?;
    let office = Office::open().await?;
    let mut publish = Function::start("publish", &office.buckets()).await;
    let event = office.posted(0..releases).await?;
    office.room.asked();
    published(publish.invoke(event).await)?;
    let asked = office.room.asked();
    let first = peak(&publish)?;
    // Warm ones, with another batch each.
    for n in 1..4 {
        published(publish.invoke(office.posted(n * releases..(n + 1) * releases).await?).await)?;
    }
    let again = peak(&publish)?;
    ensure!(office.room.log().await?.len() == 4 * releases, "not every release is public");
    let mut accept = Function::start("accept", &office.buckets()).await;
    for n in 0..releases {
        accepted(accept.invoke(post(n)).await)?;
    }
    let accept = peak(&accept)?;
    let mb = |kib: u64| (kib as f64 / 102.4).round() / 10.0;
    row(&json!({
        "row": "memory", "releases": releases, "publish_one_batch_mb": mb(first), "publish_four_batches_mb": mb(again), "accept_mb": mb(accept),
        "requests_per_release": (100.0 * asked.all() as f64 / releases as f64).round() / 100.0,
    }));
    Ok(())
}

/// A group of processes that gets a share of one processor, in periods of 20 ms as on Lambda.
struct Share(PathBuf);

impl Share {
    fn of(megabytes: u32) -> anyhow::Result<Self> {
        let folder = Path::new("/sys/fs/cgroup/cpu/pressroom-figures").join(format!("{megabytes}-{}", std::process::id()));
        let need = || {
            format!(
                "expected to make the control group {}; this row needs root and cgroup v1",
                folder.display()
            )
        };
        std::fs::create_dir_all(&folder).with_context(need)?;
        std::fs::write(folder.join("cpu.cfs_period_us"), "20000").with_context(need)?;
        // 1,769 MB have one processor: <https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html>
        std::fs::write(folder.join("cpu.cfs_quota_us"), (20_000 * megabytes / 1_769).to_string()).with_context(need)?;
        Ok(Self(folder))
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir(&self.0);
        if let Some(parent) = self.0.parent() {
            let _ = std::fs::remove_dir(parent);
        }
    }
}

/// Releases that a month has already, as that of a busy office.
const MONTH: usize = 50;

/// `publish` with the share of a processor that Lambda gives with so much memory, and an S3 that is some milliseconds away.
pub(crate) async fn shares(settings: &Settings) -> anyhow::Result<()> {
    let away = Duration::from_millis(settings.number("away_ms", 15)?);
    for megabytes in [128_u32, 256, 512, 1_024, 1_769] {
        let share = Share::of(megabytes)?;
        let size = megabytes.to_string();
        let (mut inits, mut cold, mut warm) = (Vec::new(), Vec::new(), Vec::new());
        let mut bursts = Vec::new();
        let mut used = 0;
        for _ in 0..5 {
            // A month of its own for each: a publication takes longer the more its month holds.
            let office = Office::open().await?;
            let mut before = Function::start("publish", &office.buckets()).await;
            published(before.invoke(office.posted(0..MONTH).await?).await)?;
            let (endpoint, proxy) = distance::keep(&office.endpoint, away).await?;
            let buckets = buckets::Buckets { endpoint };
            let mut function = Function::start_in(&share.0, "publish", &buckets, &[("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &size)]).await;
            inits.push(function.polled().await);
            for turn in 0..5 {
                let event = office.posted(MONTH + turn..MONTH + turn + 1).await?;
                let start = Instant::now();
                published(function.invoke(event).await)?;
                if turn == 0 { &mut cold } else { &mut warm }.push(start.elapsed());
            }
            let event = office.posted(MONTH + 5..MONTH + 105).await?;
            let start = Instant::now();
            published(function.invoke(event).await)?;
            bursts.push(start.elapsed());
            used = used.max(peak(&function)?);
            proxy.abort();
        }
        row(&json!({
            "row": format!("publish at {megabytes} MB"), "memory_mb": megabytes, "s3_away_ms": milliseconds(away), "releases_in_the_month": MONTH, "peak_mb": used / 1_024,
            "init_ms": milliseconds(median(inits)), "cold_ms": milliseconds(median(cold)), "warm_ms": milliseconds(median(warm)),
            "burst_of_100_ms": milliseconds(median(bursts)),
        }));
    }
    Ok(())
}

/// What is asked of S3 for a release: alone and in a burst, by its languages and topics.
pub(crate) async fn counts(_: &Settings) -> anyhow::Result<()> {
    let told = |asked: &Asked, releases: usize| {
        let operations = asked.operations();
        let each = |names: &[&str]| {
            let all: usize = names.iter().filter_map(|name| operations.get(*name)).sum();
            (1_000.0 * all as f64 / releases as f64).round() / 1_000.0
        };
        json!({
            "put": each(&["PutObject", "ListObjectsV2"]), "get": each(&["GetObject", "HeadObject"]), "delete": each(&["DeleteObject"]),
        })
    };
    for languages in [1, 2, 6] {
        for count in [0, 1, 3] {
            let room = Room::open(None).await?;
            let known: Vec<String> = room.site.topics.iter().map(|topic| topic.id.clone()).collect();
            let chosen: Vec<&String> = known.iter().take(count).collect();
            ensure!(
                chosen.len() == count,
                "expected {count} topics in the sample site, found {}",
                known.len()
            );
            let tags: Vec<String> = room
                .site
                .languages
                .iter()
                .map(|language| language.tag.to_string())
                .take(languages)
                .collect();
            let given = |n: usize| {
                let mut given = release(n, Some("2026-03-01"));
                // The words are of no language: lint minds none.
                let text = json!({"title": format!("Lifted {n}"), "body": "Text."});
                given["texts"] = tags
                    .iter()
                    .map(|tag| (tag.clone(), text.clone()))
                    .collect::<serde_json::Map<_, _>>()
                    .into();
                given["topics"] = json!(chosen);
                given
            };
            let function = room.function(room.s3.client());
            // Warm, and with a month that is begun.
            for n in 0..3 {
                room.post(&given(n)).await?;
                room.publish(&function, &room.batch(10, Duration::ZERO).await).await?;
            }
            room.asked();
            for n in 3..13 {
                room.post(&given(n)).await?;
                room.publish(&function, &room.batch(10, Duration::ZERO).await).await?;
            }
            let alone = told(&room.asked(), 10);
            for n in 100..1_100 {
                room.post(&given(n)).await?;
            }
            let mut left = 1_000;
            while left > 0 {
                let batch = room.batch(500, Duration::ZERO).await;
                left -= batch.len();
                room.publish(&function, &batch).await?;
            }
            let burst = told(&room.asked(), 1_000);
            row(&json!({"row": "counts", "languages": languages, "topics": count, "alone": alone, "burst": burst}));
        }
    }
    Ok(())
}
