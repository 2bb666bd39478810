//! Races: of any number of writers with the same condition, one wins, and what is stored is the winner's.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_s3::Client;
use futures::future::join_all;
use tokio::sync::Barrier;

use crate::s3_conformance::server::{BUCKET, Kind, Server, bytes, status};

/// Writers and rounds: losers queue for a lock in `SeaweedFS`, so that 32 of them take minutes.
fn size(server: &Server) -> (usize, usize) {
    match server.kind {
        Kind::Embedded => (32, 50),
        Kind::Seaweedfs => (4, 4),
        Kind::Ministack => (32, 5),
    }
}

/// Lets `writers` loose on `key` at one moment, and names the one that won.
async fn race(client: &Client, key: &str, writers: usize, etag: Option<&str>) -> (usize, String) {
    let start = Arc::new(Barrier::new(writers));
    let write = |writer: usize| {
        let (client, start) = (client.clone(), Arc::clone(&start));
        let put = client.put_object().bucket(BUCKET).key(key).body(bytes(&format!("writer {writer}")));
        let put = match etag {
            Some(etag) => put.if_match(etag),
            None => put.if_none_match("*"),
        };
        tokio::spawn(async move {
            start.wait().await;
            put.send().await.map(|put| (writer, put.e_tag.unwrap()))
        })
    };
    let results = join_all((0..writers).map(write)).await;
    let mut winners = Vec::new();
    for result in results {
        match result.unwrap() {
            Ok(winner) => winners.push(winner),
            // AWS may tell a loser that it raced; both mean "not you".
            Err(error) => assert!([409, 412].contains(&status(&error)), "a loser got {}", status(&error)),
        }
    }
    assert_eq!(winners.len(), 1, "winners of {key}");
    winners.remove(0)
}

pub(in crate::s3_conformance) async fn one_of_many_creators_wins(server: &Server) {
    let (writers, rounds) = size(server);
    for round in 0..rounds {
        let key = server.key(&round.to_string());
        let (winner, _) = race(&server.client, &key, writers, None).await;
        assert_eq!(server.text(&key).await, format!("writer {winner}"));
    }
}

pub(in crate::s3_conformance) async fn one_of_many_replacers_wins(server: &Server) {
    let (writers, rounds) = size(server);
    let key = server.key("a");
    let mut etag = server.put(&key, "start").await;
    for round in 0..rounds {
        let (winner, _) = race(&server.client, &key, writers, Some(&etag)).await;
        assert_eq!(server.text(&key).await, format!("writer {winner}"));
        etag = server.put(&key, &format!("round {round}")).await;
    }
}

pub(in crate::s3_conformance) async fn readers_never_see_a_torn_object(server: &Server) {
    let rounds = if server.kind == Kind::Embedded { 300 } else { 40 };
    let key = server.key("a");
    let body = |round: usize| format!("{round:06}").repeat(10_000 + round);
    let put = async |round: usize| {
        let put = server
            .client
            .put_object()
            .bucket(BUCKET)
            .key(&key)
            .metadata("round", format!("{round:06}"));
        put.body(bytes(&body(round))).send().await.unwrap();
    };
    put(0).await;
    let done = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..4)
        .map(|_| {
            let (client, key, done) = (server.client.clone(), key.clone(), Arc::clone(&done));
            tokio::spawn(async move {
                let mut reads = 0;
                while !done.load(Ordering::Relaxed) {
                    let get = client.get_object().bucket(BUCKET).key(&key).send().await.unwrap();
                    let round = get.metadata().unwrap()["round"].clone();
                    let etag = get.e_tag().unwrap().to_owned();
                    let read = get.body.collect().await.expect("a body that matches its checksum").to_vec();
                    let number: usize = round.parse().unwrap();
                    assert_eq!(read, round.repeat(10_000 + number).as_bytes(), "the body of round {round}");
                    assert_eq!(etag.len(), 34, "an MD5 in quotes");
                    reads += 1;
                }
                reads
            })
        })
        .collect();
    for round in 1..rounds {
        put(round).await;
    }
    done.store(true, Ordering::Relaxed);
    for reader in readers {
        assert!(reader.await.unwrap() > 0, "a reader read nothing");
    }
}
