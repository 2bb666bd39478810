//! The wire between AWS Lambda and [`publish::publish`]: SQS batches of S3 events in, failed messages out; a scheduled
//! event runs the sweeper.

use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent};
use jiff::SignedDuration;
use lambda_runtime::{LambdaEvent, service_fn};
use publish::{Config, Desk, Message, publish, sweep};
use store::{Key, Store, connect};

/// Feeds are rendered into large buffers, again and again: the system's allocator gives them back and asks for them anew each time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How long an event may take before the sweeper does its work.
const PATIENCE: SignedDuration = SignedDuration::from_mins(5);

#[tokio::main]
async fn main() -> Result<(), lambda_runtime::Error> {
    tracing_subscriber::fmt().json().with_target(false).with_current_span(false).init();
    let config = Config::read(|name| std::env::var(name).ok()).map_err(|reason| anyhow!(reason))?;
    let client = connect(config.endpoint.as_deref()).await;
    let store = Store::new(client, config.content_bucket, config.site_bucket);
    let store = match config.remembered {
        Some(bytes) => store.with_memory(bytes),
        None => store,
    };
    let found = store
        .get(&Key::SiteConfig)
        .await?
        .context("config/site.toml is not in the content bucket; put it there first")?;
    let site = release::Site::parse(std::str::from_utf8(&found.bytes)?, "config/site.toml")?;
    let desk = Arc::new(Desk::new(store, site));
    let handler = |event: LambdaEvent<serde_json::Value>| {
        let desk = Arc::clone(&desk);
        async move {
            // The clock sends no records.
            if event.payload.get("Records").is_none() {
                let swept = sweep(&desk, jiff::Timestamp::now(), PATIENCE).await?;
                let done = [&swept.published, &swept.failed, &swept.unfinished].map(Vec::len);
                return Ok(
                    serde_json::json!({"published": done[0], "failed": done[1], "unfinished": done[2], "months": swept.archived.len()}),
                );
            }
            let event: SqsEvent = serde_json::from_value(event.payload)?;
            let text = |field: Option<String>| field.unwrap_or_default();
            let messages: Vec<Message> = event
                .records
                .into_iter()
                .map(|record| Message {
                    id: text(record.message_id),
                    body: text(record.body),
                })
                .collect();
            let outcome = publish(&desk, &messages).await;
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
