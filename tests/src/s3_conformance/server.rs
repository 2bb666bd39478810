//! The servers under test. Peers start once per test process and die with it.

use std::io::Read;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use local::queue::Queue;
use local::s3::{EmbeddedS3, Notification, Options};

/// Which server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Embedded,
    Seaweedfs,
    Ministack,
}

/// A server with an empty bucket of the test's own.
pub(super) struct World {
    pub(super) kind: Kind,
    pub(super) client: Client,
    pub(super) bucket: String,
    pub(super) endpoint: String,
    /// Told of the bucket's events; only by the embedded server.
    pub(super) queue: Queue,
    _data: Option<tempfile::TempDir>,
}

static BUCKETS: AtomicU32 = AtomicU32::new(0);

impl World {
    pub(super) async fn of(kind: Kind) -> Self {
        let bucket = "news".to_owned();
        let queue = Queue::in_memory();
        if kind == Kind::Embedded {
            let data = tempfile::tempdir().unwrap();
            let notifications = vec![Notification {
                bucket: bucket.clone(),
                prefix: String::new(),
                queue: queue.clone(),
            }];
            let options = Options {
                buckets: vec![bucket.clone()],
                notifications,
                ..Options::default()
            };
            let s3 = EmbeddedS3::open(data.path(), options).unwrap();
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let endpoint = format!("http://{}", listener.local_addr().unwrap());
            tokio::spawn(async move { s3.serve(listener, std::future::pending()).await });
            let client = client(&endpoint, "pressroom", "pressroom-secret");
            return Self {
                kind,
                client,
                bucket,
                endpoint,
                queue,
                _data: Some(data),
            };
        }
        // Seaweedfs has room for few buckets, so that its tests share one and tell their keys apart.
        let endpoint = tokio::task::spawn_blocking(move || peer(kind)).await.unwrap();
        let client = client(&endpoint, "test", "test");
        let bucket = match kind {
            Kind::Ministack => format!("news-{}", BUCKETS.fetch_add(1, Ordering::Relaxed)),
            _ => bucket,
        };
        if kind == Kind::Ministack {
            client.create_bucket().bucket(&bucket).send().await.unwrap();
        } else {
            ready(&client, &bucket).await;
        }
        Self {
            kind,
            client,
            bucket,
            endpoint,
            queue,
            _data: None,
        }
    }

    /// A client of the same server with another secret.
    pub(super) fn impostor(&self) -> Client {
        let name = if self.kind == Kind::Embedded { "pressroom" } else { "test" };
        client(&self.endpoint, name, "wrong")
    }
}

fn client(endpoint: &str, name: &str, secret: &str) -> Client {
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new(name, secret, None, None, "test"))
        .retry_config(aws_sdk_s3::config::retry::RetryConfig::disabled())
        .endpoint_url(endpoint)
        .force_path_style(true);
    Client::from_conf(config.build())
}

/// Seaweedfs listens a second before it stores.
async fn ready(client: &Client, bucket: &str) {
    let start = Instant::now();
    while let Err(error) = client.put_object().bucket(bucket).key("ready").body(vec![1].into()).send().await {
        assert!(start.elapsed() < Duration::from_secs(60), "seaweedfs does not store: {error:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

static SEAWEEDFS: OnceLock<(String, Child)> = OnceLock::new();
static MINISTACK: OnceLock<(String, Child)> = OnceLock::new();

fn peer(kind: Kind) -> String {
    let running = if kind == Kind::Seaweedfs { &SEAWEEDFS } else { &MINISTACK };
    running.get_or_init(|| start(kind)).0.clone()
}

fn start(kind: Kind) -> (String, Child) {
    let tool = if kind == Kind::Seaweedfs {
        "seaweed/bin/weed"
    } else {
        "ministack/bin/ministack"
    };
    let program = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/tools").join(tool);
    assert!(
        program.exists(),
        "{} is missing; run tests/run once; it installs it",
        program.display()
    );
    let data = tempfile::tempdir().unwrap().keep();
    let port = free();
    // The shell ends the server when this process is gone and with it the other end of the pipe, however it died.
    let watch = "d=$1; shift; cd \"$d\"; \"$@\" </dev/null & pid=$!; read _; kill -9 $pid; wait $pid; cd /; rm -rf \"$d\"";
    let mut shell = Command::new("sh");
    shell.args(["-c", watch, "watchdog"]).arg(&data).arg(&program);
    if kind == Kind::Seaweedfs {
        shell.args([
            "mini",
            "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1",
            "-dir=.",
            "-master.telemetry=false",
            "-admin.ui=false",
        ]);
        shell.arg(format!("-s3.port={port}"));
        for name in ["master", "volume", "filer", "webdav", "admin", "s3.port.iceberg"] {
            let flag = if name.contains("port") {
                name.to_owned()
            } else {
                format!("{name}.port")
            };
            shell.arg(format!("-{flag}={}", free()));
        }
        shell
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("S3_BUCKET", "news");
    } else {
        shell.env("BIND_HOST", "127.0.0.1").env("GATEWAY_PORT", port.to_string());
        shell.env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{port}"));
    }
    let log = std::fs::File::create(data.join("log")).unwrap();
    shell.stdin(Stdio::piped()).stdout(log.try_clone().unwrap()).stderr(log);
    let child = shell.spawn().unwrap();
    let begun = Instant::now();
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        if begun.elapsed() > Duration::from_secs(60) {
            let mut said = String::new();
            let _ = std::fs::File::open(data.join("log")).and_then(|mut log| log.read_to_string(&mut said));
            panic!("{} does not listen on {port}; it said: {said}", program.display());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    (format!("http://127.0.0.1:{port}"), child)
}

/// A free port whose sibling 10000 higher, where seaweedfs speaks gRPC, is free too.
fn free() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    loop {
        let port = 21_000 + (std::process::id().wrapping_mul(37) + NEXT.fetch_add(1, Ordering::Relaxed)) % 9_000;
        let port = u16::try_from(port).unwrap();
        let bind = |port| TcpListener::bind(("127.0.0.1", port));
        if bind(port).is_ok() && bind(port + 10_000).is_ok() {
            return port;
        }
    }
}
