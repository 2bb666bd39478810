//! On AWS a stage's name may stand before the path; the router knows nothing of stages.

use axum::{extract::Request, middleware::Next, response::Response};
use http::Uri;
use lambda_http::{RequestExt as _, request::RequestContext};

/// Where the paths of API and desk begin.
const ROOTS: [&str; 3] = ["/v1", "/health", "/desk"];

/// Takes the stage away, for the router that follows.
pub async fn strip(mut request: Request, next: Next) -> Response {
    let stage = match request.extensions().get::<RequestContext>() {
        Some(RequestContext::ApiGatewayV2(context)) => context.stage.clone(),
        _ => None,
    };
    let raw = request.raw_http_path().to_owned();
    let path = without_stage(if raw.is_empty() { request.uri().path() } else { &raw }, stage.as_deref()).to_owned();
    let query = request.uri().query().map_or(String::new(), |query| format!("?{query}"));
    if let Ok(uri) = format!("{path}{query}").parse::<Uri>() {
        *request.uri_mut() = uri;
    }
    next.run(request).await
}

/// The path without its stage. A custom domain's path has none; a stage may be named like the first segment of the API.
fn without_stage<'a>(path: &'a str, stage: Option<&str>) -> &'a str {
    let Some(stage) = stage.filter(|stage| *stage != "$default") else {
        return path;
    };
    let rest = path.strip_prefix('/').and_then(|rest| rest.strip_prefix(stage));
    match rest {
        Some("") => "/",
        Some(rest)
            if ROOTS
                .iter()
                .any(|root| rest == *root || rest.strip_prefix(root).is_some_and(|rest| rest.starts_with('/'))) =>
        {
            rest
        }
        _ => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(non_snake_case)]
    fn B130_a_route_is_the_same_behind_every_stage() {
        for (path, stage, route) in [
            ("/v1/releases", Some("$default"), "/v1/releases"),
            ("/v1/releases", None, "/v1/releases"),
            ("/prod/v1/releases", Some("prod"), "/v1/releases"),
            ("/v1/releases", Some("prod"), "/v1/releases"),
            ("/v1/v1/releases", Some("v1"), "/v1/releases"),
            ("/v1/releases", Some("v1"), "/v1/releases"),
            ("/prod", Some("prod"), "/"),
            ("/production/v1", Some("prod"), "/production/v1"),
            ("/prod/health", Some("prod"), "/health"),
            ("/prod/desk", Some("prod"), "/desk"),
            ("/desk/desk/releases/new", Some("desk"), "/desk/releases/new"),
        ] {
            assert_eq!(without_stage(path, stage), route, "{path} {stage:?}");
        }
    }
}
