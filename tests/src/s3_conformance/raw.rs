//! HTTP without a client's good manners: a URL library would resolve `..` before sending it.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

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
    let request = format!("PUT /{target} HTTP/1.1\r\nHost: {host}\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}");
    stream.write_all(request.as_bytes()).await.unwrap();
    answer(stream).await
}

async fn answer(mut stream: TcpStream) -> u16 {
    let mut text = Vec::new();
    stream.read_to_end(&mut text).await.unwrap();
    let text = String::from_utf8_lossy(&text);
    text.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
}
