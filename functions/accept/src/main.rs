//! The wire between AWS Lambda and [`accept::router`]: HTTP API and function URL events in, answers out.

use std::{convert::Infallible, sync::Arc, time::Duration};

use accept::{Config, Desk, closed, router, stage};
use anyhow::anyhow;
use axum::{Router, middleware, response::Response};
use lambda_http::{Request, service_fn};
use store::{Store, Tally, connect_counted};
use tokio::{sync::OnceCell, task::spawn_blocking};
use tower::ServiceExt as _;
use tracing::error;

/// So long the first question for an event is on its way alone: with half a processor, reading certificates would hold it up.
const HEAD_START: Duration = Duration::from_millis(10);

/// The API, as soon as it is asked for the first time.
struct Office {
    config: Config,
    tally: Tally,
    routes: OnceCell<Router>,
}

impl Office {
    /// What could not be had once is tried again with the next call.
    async fn open(&self) -> anyhow::Result<&Router> {
        self.routes.get_or_try_init(|| self.furnish()).await
    }

    async fn furnish(&self) -> anyhow::Result<Router> {
        let (access, tally) = (self.config.access.clone(), self.tally.clone());
        // The system's certificates are read, which takes longer than all else.
        let client = spawn_blocking(move || connect_counted(&access, &tally)).await?;
        let store = Store::new(client, self.config.content_bucket.as_str(), self.config.site_bucket.as_str());
        let site = store.site().await?;
        let routes = router(Arc::new(Desk::new(Arc::new(store), Arc::new(site))));
        // Outside the routes, so that they see the path without its stage.
        Ok(Router::new().fallback_service(routes).layer(middleware::from_fn(stage::strip)))
    }

    async fn answer(&self, request: Request) -> Response {
        let answer = match self.open().await {
            Ok(routes) => routes
                .clone()
                .oneshot(request)
                .await
                .unwrap_or_else(|never: Infallible| match never {}),
            Err(reason) => {
                error!(%reason, "the office cannot open; the next call tries again");
                closed()
            }
        };
        self.tally.end_when_expired();
        answer
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    tracing_subscriber::fmt().json().with_target(false).with_span_list(false).init();
    let office = Arc::new(Office {
        config: Config::read(|name| std::env::var(name).ok()).map_err(|reason| anyhow!(reason))?,
        tally: Tally::default(),
        routes: OnceCell::new(),
    });
    // While the first event is asked for: configuration, and a connection that is warm.
    let early = Arc::clone(&office);
    tokio::spawn(async move {
        // The question goes first.
        tokio::time::sleep(HEAD_START).await;
        drop(early.open().await);
    });
    lambda_http::run(service_fn(move |request: Request| {
        let office = Arc::clone(&office);
        async move { Ok::<_, Infallible>(office.answer(request).await) }
    }))
    .await
}
