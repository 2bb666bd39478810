//! An S3 between the functions and the real one that refuses everything when told to.

use std::sync::Arc;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

/// What S3 says, as it says it: <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refusal(pub(super) u16, pub(super) &'static str);

pub(super) const DENIED: Refusal = Refusal(403, "AccessDenied");
pub(super) const SLOW_DOWN: Refusal = Refusal(503, "SlowDown");
pub(super) const EXPIRED: Refusal = Refusal(400, "ExpiredToken");

/// A way to S3 that can be closed.
pub(super) struct Outage {
    pub(super) endpoint: String,
    refuses: Arc<watch::Sender<Option<Refusal>>>,
    server: JoinHandle<()>,
}

impl Outage {
    /// Before the S3 at `endpoint`; open at first.
    pub(super) async fn before(endpoint: &str) -> Self {
        let behind = endpoint.strip_prefix("http://").unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let refuses = Arc::new(watch::Sender::new(None));
        let state = Arc::clone(&refuses);
        let server = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (mut changes, behind) = (state.subscribe(), behind.clone());
                tokio::spawn(async move {
                    let now = *changes.borrow_and_update();
                    match now {
                        Some(refusal) => drop(refuse(client, refusal).await),
                        // A connection that is open when the state changes ends: nothing goes past it.
                        None => tokio::select! {
                            _ = carry(client, &behind) => {}
                            _ = changes.changed() => {}
                        },
                    }
                });
            }
        });
        Self { endpoint, refuses, server }
    }

    /// Answers everything so; `None` lets everything through.
    pub(super) fn say(&self, refusal: Option<Refusal>) {
        self.refuses.send_replace(refusal);
    }
}

impl Drop for Outage {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn carry(mut client: TcpStream, behind: &str) -> std::io::Result<()> {
    let mut server = TcpStream::connect(behind).await?;
    tokio::io::copy_bidirectional(&mut client, &mut server).await.map(drop)
}

/// Reads a request to its end and answers it, without a connection that stays.
async fn refuse(mut client: TcpStream, Refusal(status, code): Refusal) -> std::io::Result<()> {
    let (mut said, mut part) = (Vec::new(), [0; 16_384]);
    let whole = |said: &[u8]| {
        let text = String::from_utf8_lossy(said).to_ascii_lowercase();
        let Some((head, _)) = text.split_once("\r\n\r\n") else {
            return false;
        };
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: ")?.trim().parse().ok());
        let at = said.windows(4).position(|window| window == b"\r\n\r\n");
        at.is_some_and(|at| said.len() >= at + 4 + length.unwrap_or(0))
    };
    while !whole(&said) {
        let count = client.read(&mut part).await?;
        if count == 0 {
            return Ok(());
        }
        said.extend_from_slice(&part[..count]);
    }
    let body = if said.starts_with(b"HEAD") {
        String::new()
    } else {
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>It is a test.</Message></Error>")
    };
    let answer = format!(
        "HTTP/1.1 {status} Refused\r\ncontent-type: application/xml\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    client.write_all(answer.as_bytes()).await?;
    client.shutdown().await
}
