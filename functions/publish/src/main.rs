//! The wire between AWS Lambda and [`publish::publish`]: SQS batches of S3 events in, failed messages out.

use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent};
use lambda_runtime::{LambdaEvent, service_fn};
use publish::{Config, Desk, Message, publish};
use store::{Key, Store, connect};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    tracing_subscriber::fmt().json().with_target(false).with_current_span(false).init();
    let config = Config::read(|name| std::env::var(name).ok()).map_err(|reason| anyhow!(reason))?;
    let client = connect(config.endpoint.as_deref()).await;
    let store = Store::new(client, config.content_bucket, config.site_bucket);
    let found = store.get(&Key::SiteConfig).await?.context("config/site.toml is not in the content bucket; put it there first")?;
    let site = release::Site::parse(std::str::from_utf8(&found.bytes)?, "config/site.toml")?;
    let desk = Arc::new(Desk { store, site });
    let handler = |event: LambdaEvent<SqsEvent>| {
        let desk = Arc::clone(&desk);
        async move {
            let text = |field: Option<String>| field.unwrap_or_default();
            let messages: Vec<Message> =
                event.payload.records.into_iter().map(|record| Message { id: text(record.message_id), body: text(record.body) }).collect();
            let outcome = publish(&desk, &messages).await;
            let failure = |id| {
                let mut failure = BatchItemFailure::default();
                failure.item_identifier = id;
                failure
            };
            let mut response = SqsBatchResponse::default();
            response.batch_item_failures = outcome.failed.into_iter().map(failure).collect();
            Ok::<_, lambda_runtime::Error>(response)
        }
    };
    lambda_runtime::run(service_fn(handler)).await
}
