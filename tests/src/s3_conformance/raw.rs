//! HTTP without a client's good manners: a URL library would resolve `..` before sending it.

use std::time::SystemTime;

use aws_sdk_s3::config::Credentials;
use aws_sigv4::http_request::{PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::server::{ACCESS_KEY, BUCKET, SECRET_KEY};

/// Sends `PUT target` to `endpoint` unsigned, and returns the answer's status.
pub(super) async fn put(endpoint: &str, target: &str) -> u16 {
    let host = endpoint.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).await.unwrap();
    let request = format!("PUT {target} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx");
    stream.write_all(request.as_bytes()).await.unwrap();
    answer(stream).await
}

/// Sends a request whose URL was presigned, without touching its path.
pub(super) async fn presigned_put(url: &str, body: &str) -> u16 {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, target) = rest.split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).await.unwrap();
    let length = body.len();
    let request = format!(
        "PUT /{target} HTTP/1.1\r\nHost: {host}\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    answer(stream).await
}

/// A PUT in unsigned chunks, as an SDK sends it over TLS, with the CRC32 it is told. Over plain HTTP the SDK signs its
/// trailer, so that a wrong one would be refused for its signature.
pub(super) async fn trailer_put(endpoint: &str, key: &str, body: &str, crc32: &str) -> u16 {
    let url = format!("{endpoint}/{BUCKET}/{key}");
    let framed = format!("{:x}\r\n{body}\r\n0\r\nx-amz-checksum-crc32:{crc32}\r\n\r\n", body.len());
    let headers = [
        ("content-encoding", "aws-chunked".to_owned()),
        ("content-length", framed.len().to_string()),
        ("host", endpoint.strip_prefix("http://").unwrap().to_owned()),
        ("x-amz-decoded-content-length", body.len().to_string()),
        ("x-amz-trailer", "x-amz-checksum-crc32".to_owned()),
    ];
    let mut settings = SigningSettings::default();
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    let identity = Credentials::new(ACCESS_KEY, SECRET_KEY, None, None, "tests").into();
    let parameters = v4::SigningParams::builder().identity(&identity).region("us-east-1").name("s3");
    let parameters = parameters.time(SystemTime::now()).settings(settings).build().unwrap().into();
    let signed = headers.iter().map(|(name, value)| (*name, value.as_str()));
    let request = SignableRequest::new("PUT", &url, signed, SignableBody::StreamingUnsignedPayloadTrailer).unwrap();
    let (instructions, _) = sign(request, &parameters).unwrap().into_parts();
    let mut put = reqwest::Client::new().put(&url).body(framed.clone());
    for (name, value) in &headers {
        put = put.header(*name, value);
    }
    for (name, value) in instructions.headers() {
        put = put.header(name, value);
    }
    put.send().await.unwrap().status().as_u16()
}

async fn answer(mut stream: TcpStream) -> u16 {
    let mut text = Vec::new();
    stream.read_to_end(&mut text).await.unwrap();
    let text = String::from_utf8_lossy(&text);
    text.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
}
