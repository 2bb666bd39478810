//! The AWS SDK straight into the service: the same requests, signatures and answers, without a socket.

use aws_smithy_runtime_api::client::http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use http::HeaderValue;
use http::header::HOST;
use s3s::Body;

use super::front::Front;

#[derive(Debug, Clone)]
pub(super) struct InProcess(pub(super) Front);

impl HttpClient for InProcess {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for InProcess {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let client = self.clone();
        HttpConnectorFuture::new(async move { client.ask(request).await })
    }
}

impl InProcess {
    pub(super) async fn ask(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let mut request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
        if !request.headers().contains_key(HOST)
            && let Some(host) = request.uri().authority().and_then(|host| HeaderValue::from_str(host.as_str()).ok())
        {
            request.headers_mut().insert(HOST, host);
        }
        let response = self
            .0
            .call(request.map(into_s3s))
            .await
            .map_err(|error| ConnectorError::other(error.into(), None))?;
        HttpResponse::try_from(response.map(into_sdk)).map_err(|error| ConnectorError::user(error.into()))
    }
}

fn into_s3s(body: SdkBody) -> Body {
    match body.bytes() {
        Some(bytes) => Body::from(bytes::Bytes::copy_from_slice(bytes)),
        None => Body::http_body(body),
    }
}

fn into_sdk(body: Body) -> SdkBody {
    match body.bytes() {
        Some(bytes) => SdkBody::from(bytes),
        None => SdkBody::from_body_1_x(body),
    }
}
