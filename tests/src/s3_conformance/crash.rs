//! The embedded S3 in a process of its own, killed while it works and starved of space.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use aws_sdk_s3::Client;
use local::queue::Queue;
use local::s3::{EmbeddedS3, Notification, Options};
use tokio::net::TcpListener;

use super::server::{BUCKET, SECRET_KEY, bytes, client, options, status};

/// Set in the child: its data directory.
const CHILD: &str = "S3_CONFORMANCE_CHILD";

fn watching(queue: &Queue) -> Options {
    let notification = Notification {
        bucket: BUCKET.to_owned(),
        prefix: String::new(),
        queue: queue.clone(),
    };
    Options {
        notifications: vec![notification],
        ..options()
    }
}

/// Not a test of anything by itself: the server that the tests below start from this same executable.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child_server() {
    let Some(data) = std::env::var_os(CHILD) else { return };
    let queue = Queue::open(data.as_ref()).unwrap();
    let s3 = EmbeddedS3::open(data.as_ref(), watching(&queue)).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("\nlistening http://{}", listener.local_addr().unwrap());
    // Ends with its parent, whose end of standard input closes then.
    let end = tokio::task::spawn_blocking(|| std::io::stdin().lines().next().is_none());
    s3.serve(listener, async { drop(end.await) }).await.unwrap();
}

/// Killed when dropped, as a failing test leaves it.
struct Server {
    child: Child,
    client: Client,
}

impl Server {
    /// `before` is shell that runs in the child's process before it becomes the server.
    fn start(data: &Path, before: &str) -> Self {
        let test = concat!(module_path!(), "::child_server");
        let test = test.split_once("::").unwrap().1;
        let mut command = Command::new("sh");
        command
            .arg("-c")
            .arg(format!("{before}\nexec \"$@\""))
            .arg("sh")
            .arg(std::env::current_exe().unwrap());
        command.args(["--exact", test, "--nocapture", "--test-threads=1"]).env(CHILD, data);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let endpoint = lines
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("listening ").map(str::to_owned));
        let client = client(&endpoint.expect("the child did not start"), SECRET_KEY);
        Self { child, client }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // SIGKILL; a child that is gone already is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_when_the_server_is_killed() {
    const WRITERS: usize = 4;
    let data = tempfile::tempdir().unwrap();
    let acknowledged = Arc::new(Mutex::new(BTreeMap::<String, usize>::new()));
    let mut told = BTreeSet::new();
    let mut number = 0;
    for round in 0..6 {
        let server = Server::start(data.path(), "");
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (client, acknowledged, from) = (server.client.clone(), Arc::clone(&acknowledged), number);
                tokio::spawn(async move {
                    for number in from.. {
                        // New keys, and one key of each writer that is replaced again and again.
                        let new = format!("new/{round}/{writer}/{number}");
                        for key in [new, format!("replaced/{writer}")] {
                            let put = client.put_object().bucket(BUCKET).key(&key).metadata("number", number.to_string());
                            let body = number.to_string().repeat(200);
                            if put.body(bytes(&body)).send().await.is_err() {
                                return number;
                            }
                            acknowledged.lock().unwrap().insert(key, number);
                        }
                    }
                    unreachable!()
                })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(400 + 37 * round)).await;
        drop(server);
        for writer in writers {
            number = number.max(writer.await.unwrap() + 1);
        }

        let queue = Queue::open(data.path()).unwrap();
        let s3 = EmbeddedS3::open(data.path(), watching(&queue)).unwrap().client();
        for message in queue.receive(usize::MAX, Duration::ZERO).await {
            let key = message.body.split("\"key\":\"").nth(1).unwrap().split('"').next().unwrap();
            told.insert(key.to_owned());
            queue.delete(&message.id);
        }
        let acknowledged = acknowledged.lock().unwrap().clone();
        assert!(acknowledged.len() > WRITERS * 2, "hardly anything was written");
        for (key, number) in &acknowledged {
            let get = s3
                .get_object()
                .bucket(BUCKET)
                .key(key)
                .send()
                .await
                .unwrap_or_else(|error| panic!("{key} is lost: {error:?}"));
            let stored = get.metadata().unwrap()["number"].clone();
            let body = get.body.collect().await.unwrap().to_vec();
            assert_eq!(body, stored.repeat(200).as_bytes(), "{key} is torn");
            // The write under way when the server died may have happened.
            assert!(stored.parse::<usize>().unwrap() >= *number, "{key} is older than acknowledged");
            assert!(told.contains(key), "the event of {key} is lost");
        }
    }
}

#[tokio::test]
async fn a_full_disk_is_an_error_and_nothing_else() {
    let data = tempfile::tempdir().unwrap();
    // No file may grow past some tens of kilobytes: for a write this is what a full disk is, and it needs no root.
    let server = Server::start(data.path(), "trap '' XFSZ; ulimit -f 64");
    let put = |size: usize| {
        server
            .client
            .put_object()
            .bucket(BUCKET)
            .key("a")
            .body(bytes(&"x".repeat(size)))
            .send()
    };
    put(100).await.unwrap();
    let started = Instant::now();
    let error = put(1 << 20).await.unwrap_err();
    assert_eq!(status(&error), 507);
    assert_eq!(error.into_service_error().meta().code(), Some("InsufficientStorage"));
    assert!(started.elapsed() < Duration::from_secs(2), "the SDK repeated what cannot succeed");
    let get = server.client.get_object().bucket(BUCKET).key("a").send().await.unwrap();
    assert_eq!(get.body.collect().await.unwrap().to_vec().len(), 100);
    put(200).await.unwrap();
    drop(server);
    let queue = Queue::open(data.path()).unwrap();
    assert_eq!(queue.depth(), 2, "one event for each write that happened");
    assert_eq!(
        std::fs::read_dir(data.path().join("s3/.tmp")).unwrap().count(),
        0,
        "half a body was left"
    );
}
