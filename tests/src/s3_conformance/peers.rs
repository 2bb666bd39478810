//! The independent servers: started once per test run, and gone with it however it ends.
//!
//! Nothing runs when a test process is killed, so a small shell stands between: it owns the server and waits for its
//! standard input, which the kernel closes with this process.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tokio::sync::OnceCell;

use super::server::{ACCESS_KEY, BUCKET, SECRET_KEY, bytes, client};

const TOOLS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/tools");

/// $1 is the data directory; the rest is the server. INT, then KILL: Go and Python both end on the first.
const WATCHDOG: &str = r#"
data=$1; shift
cd "$data"
"$@" >"$data/log" 2>&1 </dev/null &
server=$!
cat >/dev/null
kill -INT "$server" 2>/dev/null
for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$server" 2>/dev/null || break; sleep 0.3; done
kill -KILL "$server" 2>/dev/null
rm -rf "$data"
"#;

/// `SeaweedFS`: real signatures, independent code, in Go.
pub(super) async fn seaweedfs() -> String {
    static SERVER: OnceCell<String> = OnceCell::const_new();
    let start = || async {
        let weed = tool("seaweed/bin/weed");
        let data = directory();
        // `weed` listens for gRPC 10,000 above each port unless told otherwise.
        let ports = ports::<12>();
        let names = [
            "s3.port",
            "s3.port.grpc",
            "master.port",
            "master.port.grpc",
            "volume.port",
            "volume.port.grpc",
            "filer.port",
            "filer.port.grpc",
            "admin.port",
            "admin.port.grpc",
            "s3.port.iceberg",
            "s3.port.lance",
        ];
        let mut command = watchdog(&data, &weed);
        command.args([
            "mini",
            "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1",
            "-master.telemetry=false",
            "-admin.ui=false",
            "-webdav=false",
        ]);
        command.arg(format!("-dir={}", data.display()));
        command.args(names.iter().zip(ports).map(|(name, port)| format!("-{name}={port}")));
        command
            .env("AWS_ACCESS_KEY_ID", ACCESS_KEY)
            .env("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
            .env("S3_BUCKET", BUCKET);
        up(command, &data, ports[0]).await
    };
    SERVER.get_or_init(start).await.clone()
}

/// `ministack`: AWS's own events and error codes, in Python.
pub(super) async fn ministack() -> String {
    static SERVER: OnceCell<String> = OnceCell::const_new();
    let start = || async {
        let ministack = tool("ministack/bin/ministack");
        let data = directory();
        let [port] = ports();
        let mut command = watchdog(&data, &ministack);
        command.env("BIND_HOST", "127.0.0.1").env("GATEWAY_PORT", port.to_string());
        up(command, &data, port).await
    };
    SERVER.get_or_init(start).await.clone()
}

fn tool(path: &str) -> PathBuf {
    let path = Path::new(TOOLS).join(path);
    assert!(
        path.exists(),
        "{} is missing: run tests/run once; it installs the servers these tests compare with",
        path.display()
    );
    path.canonicalize().unwrap()
}

fn directory() -> PathBuf {
    tempfile::tempdir().unwrap().keep()
}

/// Ports that were free a moment ago, all held at once so that they differ.
fn ports<const N: usize>() -> [u16; N] {
    let held = [(); N].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    held.map(|listener| listener.local_addr().unwrap().port())
}

fn watchdog(data: &Path, server: &Path) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", WATCHDOG, "watchdog"]).arg(data).arg(server);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Waits until the bucket is there and takes an object.
async fn up(mut command: Command, data: &Path, port: u16) -> String {
    let child = command.spawn().unwrap();
    // Never dropped: its standard input closes with this process, and not before.
    std::mem::forget(child);
    let endpoint = format!("http://127.0.0.1:{port}");
    let client = client(&endpoint, SECRET_KEY);
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let _ = client.create_bucket().bucket(BUCKET).send().await;
        if client.put_object().bucket(BUCKET).key("up").body(bytes("up")).send().await.is_ok() {
            return endpoint;
        }
        if Instant::now() > deadline {
            let log = std::fs::read_to_string(data.join("log")).unwrap_or_default();
            panic!("the server did not come up within a minute; its log:\n{log}");
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
