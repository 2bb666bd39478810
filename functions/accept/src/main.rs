//! The wire between AWS Lambda and [`accept::router`]: HTTP API and function URL events in, answers out.

use std::sync::Arc;

use accept::{Config, Desk, router, stage};
use anyhow::{Context as _, anyhow};
use axum::{Router, middleware, response::Response};
use store::{Key, Store, connect_counted};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    tracing_subscriber::fmt().json().with_target(false).with_span_list(false).init();
    let config = Config::read(|name| std::env::var(name).ok()).map_err(|reason| anyhow!(reason))?;
    let (client, tally) = connect_counted(&config.access);
    let store = Store::new(client, config.content_bucket, config.site_bucket);
    let found = store
        .get(&Key::SiteConfig)
        .await?
        .context("config/site.toml is not in the content bucket; put it there first")?;
    let site = release::Site::parse(std::str::from_utf8(&found.bytes)?, "config/site.toml")?;
    let routes = router(Arc::new(Desk::new(Arc::new(store), Arc::new(site))));
    // Outside the routes, so that they see the path without its stage.
    let app = Router::new().fallback_service(routes).layer(middleware::from_fn(stage::strip));
    let app = app.layer(middleware::map_response(move |response: Response| {
        tally.end_when_expired();
        std::future::ready(response)
    }));
    lambda_http::run(app).await
}
