//! What an empty press room shows: a site and a closing summary of a fictional conference.

use anyhow::bail;
use axum::{Router, body::Body};
use http::{Request, header};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

/// A documented `site.toml` of a fictional organisation.
pub const SITE: &str = include_str!("sample/site.toml");
/// Its first release, as a press office would post it.
pub const RELEASE: &str = include_str!("sample/closing.json");

/// Posts the sample release the way every other one is posted.
pub(crate) async fn post(api: Router, token: &str) -> anyhow::Result<()> {
    let request = Request::post("/v1/releases")
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(RELEASE))?;
    let answer = api.oneshot(request).await?;
    if !answer.status().is_success() {
        let body = answer.into_body().collect().await?.to_bytes();
        bail!("the sample release was refused: {}", String::from_utf8_lossy(&body));
    }
    Ok(())
}
