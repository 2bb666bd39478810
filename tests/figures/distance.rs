//! A server that is some milliseconds away: what is sent to it arrives so much later, in its order.

use std::time::Duration;

use anyhow::Context as _;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy},
    net::{TcpListener, TcpStream},
    sync::mpsc::unbounded_channel,
    task::JoinHandle,
    time::Instant,
};

/// A new address for the server at `endpoint`, from which it is as far away as said.
pub(crate) async fn keep(endpoint: &str, away: Duration) -> anyhow::Result<(String, JoinHandle<()>)> {
    let server = endpoint.strip_prefix("http://").context("expected http://")?.to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    let task = tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = server.clone();
            tokio::spawn(async move {
                let _ = carry(client, &server, away).await;
            });
        }
    });
    Ok((address, task))
}

async fn carry(client: TcpStream, server: &str, away: Duration) -> std::io::Result<()> {
    let server = TcpStream::connect(server).await?;
    for stream in [&client, &server] {
        stream.set_nodelay(true)?;
    }
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let (sender, mut sent) = unbounded_channel::<(Instant, Vec<u8>)>();
    let reading = async move {
        let mut part = vec![0; 65_536];
        while let Ok(count @ 1..) = from_client.read(&mut part).await {
            if sender.send((Instant::now() + away, part[..count].to_vec())).is_err() {
                break;
            }
        }
    };
    let writing = async move {
        while let Some((at, bytes)) = sent.recv().await {
            tokio::time::sleep_until(at).await;
            if to_server.write_all(&bytes).await.is_err() {
                break;
            }
        }
    };
    let answering = async move {
        let _ = copy(&mut from_server, &mut to_client).await;
    };
    tokio::join!(reading, writing, answering);
    Ok(())
}
