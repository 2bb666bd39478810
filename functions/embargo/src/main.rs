//! The wire between AWS Lambda's clock and [`embargo::lift`].

use anyhow::anyhow;
use embargo::{AHEAD, Config, lift};
use lambda_runtime::{LambdaEvent, service_fn};
use store::{Figure, Metrics, Store, connect_counted};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    tracing_subscriber::fmt().json().with_target(false).with_span_list(false).init();
    let config = Config::read(|name| std::env::var(name).ok()).map_err(|reason| anyhow!(reason))?;
    let (client, tally) = connect_counted(&config.access);
    let metrics = &Metrics::new(config.metrics, tally.clone());
    let tally = &tally;
    // It never touches the site.
    let store = &Store::new(client, config.content_bucket, "");
    let handler = |_: LambdaEvent<serde_json::Value>| async move {
        let lifted = lift(store, &jiff::Timestamp::now, AHEAD).await;
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
