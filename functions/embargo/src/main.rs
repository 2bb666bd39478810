//! The wire between AWS Lambda's clock and [`embargo::lift`].

use anyhow::anyhow;
use embargo::{AHEAD, Config, lift};
use futures::FutureExt as _;
use lambda_runtime::{LambdaEvent, service_fn};
use store::{Figure, Metrics, Store, Tally, connect_counted};
use tokio::task::spawn_blocking;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    tracing_subscriber::fmt().json().with_target(false).with_span_list(false).init();
    let config = Config::read(|name| std::env::var(name).ok()).map_err(|reason| anyhow!(reason))?;
    let tally = &Tally::default();
    let metrics = &Metrics::new(config.metrics, tally.clone());
    let counted = tally.clone();
    // While the first event is asked for: the system's certificates are read, which takes longer than all else. It never touches the site.
    let store = spawn_blocking(move || Store::new(connect_counted(&config.access, &counted), config.content_bucket, ""));
    let store = &store.map(Result::ok).shared();
    let handler = |_: LambdaEvent<serde_json::Value>| async move {
        let store = store.clone().await.ok_or_else(|| anyhow!("expected a client of S3, found none"))?;
        let lifted = lift(&store, &jiff::Timestamp::now, AHEAD).await;
        tally.end_when_expired();
        let lifted = lifted?;
        metrics.tell(jiff::Timestamp::now(), vec![Figure::times("EmbargoDelay", lifted.delays.clone())]);
        let [published, void, failed] = [lifted.published.len(), lifted.void.len(), lifted.failed.len()];
        if failed > 0 {
            // The next minute tries again; that this one failed must be seen.
            return Err(anyhow!("{failed} releases could not be made public at their time").into());
        }
        Ok::<_, lambda_runtime::Error>(serde_json::json!({"published": published, "void": void}))
    };
    lambda_runtime::run(service_fn(handler)).await
}
