//! The wire between AWS Lambda's clock and [`embargo::lift`].

use anyhow::anyhow;
use embargo::{AHEAD, Config, lift};
use lambda_runtime::{LambdaEvent, service_fn};
use store::{Store, connect};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    tracing_subscriber::fmt().json().with_target(false).with_current_span(false).init();
    let config = Config::read(|name| std::env::var(name).ok()).map_err(|reason| anyhow!(reason))?;
    let client = connect(config.endpoint.as_deref()).await;
    // It never touches the site.
    let store = &Store::new(client, config.content_bucket, "");
    let handler = |_: LambdaEvent<serde_json::Value>| async move {
        let lifted = lift(store, &jiff::Timestamp::now, AHEAD).await?;
        let [published, void, failed] = [lifted.published.len(), lifted.void.len(), lifted.failed.len()];
        if failed > 0 {
            // The next minute tries again; that this one failed must be seen.
            return Err(anyhow!("{failed} releases could not be made public at their time").into());
        }
        Ok::<_, lambda_runtime::Error>(serde_json::json!({"published": published, "void": void}))
    };
    lambda_runtime::run(service_fn(handler)).await
}
