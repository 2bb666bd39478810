//! The wire between AWS Lambda and [`publish::publish`]: SQS batches of S3 events in, failed messages out; a scheduled
//! event runs the sweeper.

use std::{sync::Arc, time::Duration};

use anyhow::anyhow;
use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use jiff::SignedDuration;
use lambda_runtime::{LambdaEvent, service_fn};
use publish::{Config, Crew, Desk, Message, publish, sweep};
use store::{Figure, Metrics, Store, Tally, connect_counted};
use tokio::{runtime::Builder, sync::OnceCell, task::spawn_blocking};
use tracing::error;

/// Feeds are rendered into large buffers, again and again: the system's allocator gives them back and asks for them anew each time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How long an event may take before the sweeper does its work.
const PATIENCE: SignedDuration = SignedDuration::from_mins(5);

/// So long the first question for an event is on its way alone: with half a processor, reading certificates would hold it up.
const HEAD_START: Duration = Duration::from_millis(10);

/// What the function works with, as soon as it is asked for the first time.
struct Office {
    config: Config,
    tally: Tally,
    desk: OnceCell<Arc<Desk>>,
}

impl Office {
    /// What could not be had once is tried again with the next event.
    async fn open(&self) -> anyhow::Result<Arc<Desk>> {
        self.desk.get_or_try_init(|| self.furnish()).await.cloned()
    }

    async fn furnish(&self) -> anyhow::Result<Arc<Desk>> {
        let (access, tally) = (self.config.access.clone(), self.tally.clone());
        // The system's certificates are read, which takes longer than all else.
        let client = spawn_blocking(move || connect_counted(&access, &tally)).await?;
        let store = Store::new(client, self.config.content_bucket.as_str(), self.config.site_bucket.as_str());
        let store = match self.config.remembered {
            Some(bytes) => store.with_memory(bytes),
            None => store,
        };
        let site = store.site().await?;
        let mut desk = Desk::new(store, site);
        desk.crew = self.config.megabytes.map(Crew::of).unwrap_or_default();
        Ok(Arc::new(desk))
    }
}

fn main() -> Result<(), lambda_runtime::Error> {
    tracing_subscriber::fmt().json().with_target(false).with_span_list(false).init();
    let config = Config::read(|name| std::env::var(name).ok()).map_err(|reason| anyhow!(reason))?;
    // Threads take longer to start than all else, and share one processor in most functions.
    let mut runtime = if config.processors {
        Builder::new_multi_thread()
    } else {
        Builder::new_current_thread()
    };
    runtime.enable_all().build()?.block_on(serve(config))
}

async fn serve(config: Config) -> Result<(), lambda_runtime::Error> {
    let tally = Tally::default();
    let metrics = Metrics::new(config.metrics.clone(), tally.clone());
    let office = Arc::new(Office {
        config,
        tally: tally.clone(),
        desk: OnceCell::new(),
    });
    // While the first event is asked for: configuration, and a connection that is warm.
    let early = Arc::clone(&office);
    tokio::spawn(async move {
        // The question goes first.
        tokio::time::sleep(HEAD_START).await;
        drop(early.open().await);
    });
    let handler = |event: LambdaEvent<serde_json::Value>| {
        let (office, metrics, tally) = (Arc::clone(&office), metrics.clone(), tally.clone());
        async move {
            let opened = office.open().await;
            tally.end_when_expired();
            let desk = opened.inspect_err(|reason| error!(%reason, "nothing can be published; the next event tries again"))?;
            // The clock sends no records.
            if event.payload.get("Records").is_none() {
                let swept = sweep(&desk, jiff::Timestamp::now(), PATIENCE).await;
                tally.end_when_expired();
                let swept = swept?;
                // What no event brought: one now and then is S3's right, many are a bucket without events.
                let found = swept.published.len();
                let figures = vec![Figure::count("Published", found), Figure::count("Undelivered", found)];
                metrics.tell(jiff::Timestamp::now(), figures);
                let done = [&swept.published, &swept.failed, &swept.unfinished].map(Vec::len);
                return Ok(
                    serde_json::json!({"published": done[0], "failed": done[1], "unfinished": done[2], "months": swept.archived.len()}),
                );
            }
            let event: SqsEvent = serde_json::from_value(event.payload)?;
            let text = |field: Option<String>| field.unwrap_or_default();
            let sent: Vec<(String, i64)> = event.records.iter().filter_map(sent).collect();
            let messages: Vec<Message> = event
                .records
                .into_iter()
                .map(|record| Message {
                    id: text(record.message_id),
                    body: text(record.body),
                })
                .collect();
            let outcome = publish(&desk, &messages).await;
            tally.end_when_expired();
            let now = jiff::Timestamp::now();
            // Of drafts too: a queue that stands still must show, whatever is in it.
            let done = sent.iter().filter(|(id, _)| !outcome.failed.contains(id));
            let lag = done.map(|(_, sent)| now.as_millisecond() - sent).collect();
            let published = Figure::count("Published", outcome.published.len());
            metrics.tell(now, vec![Figure::times("PublicationLag", lag), published]);
            let failure = |id| {
                let mut failure = BatchItemFailure::default();
                failure.item_identifier = id;
                failure
            };
            let mut response = SqsBatchResponse::default();
            response.batch_item_failures = outcome.failed.into_iter().map(failure).collect();
            Ok::<_, lambda_runtime::Error>(serde_json::to_value(response)?)
        }
    };
    lambda_runtime::run(service_fn(handler)).await
}

/// A message's id, and when S3 put it into the queue (Unix milliseconds).
fn sent(record: &SqsMessage) -> Option<(String, i64)> {
    let at = record.attributes.get("SentTimestamp")?.parse().ok()?;
    Some((record.message_id.clone()?, at))
}
