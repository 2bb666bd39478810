//! A press room as a process of its own, on free ports and a new data folder.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
    time::{Duration, Instant},
};

use reqwest::{Client, RequestBuilder, Response, header};
use serde_json::Value;
use tempfile::TempDir;

use crate::stack::{self, Stack};

/// The address that documents name when the test does not read it from the port.
pub(crate) const PUBLIC: &str = "https://press.tidewater.example";

/// The top of the checkout.
pub(crate) fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The names of all functions in the Rust sources of the checkout.
pub(crate) fn functions() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![top().join("functions"), top().join("tests")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let source = std::fs::read_to_string(path).unwrap();
                let lines = source.lines().map(str::trim_start);
                let named = lines.filter_map(|line| line.strip_prefix("async fn ").or(line.strip_prefix("fn ")));
                found.extend(named.filter_map(|name| name.split('(').next()).map(str::to_owned));
            }
        }
    }
    found
}

/// The program, built once so that no test runs a stale one.
pub(crate) fn program(name: &str) -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let folder = BUILT.get_or_init(|| {
        let mut cargo = Command::new(env!("CARGO"));
        // What cargo says to this test is not for another cargo: `ring` would be built anew for it, and all that stands on it.
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            if ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_"]
                .iter()
                .any(|prefix| name.starts_with(prefix))
            {
                cargo.env_remove(name);
            }
        }
        let built = cargo
            // With the tests, so that dependencies have the features they have there: without, most of them are built a second time.
            .args(["build", "--workspace", "--bins", "--test", "stories", "--quiet"])
            .current_dir(top())
            .status()
            .unwrap();
        assert!(built.success(), "the programs do not build");
        let exe = std::env::current_exe().unwrap();
        exe.parent().unwrap().parent().unwrap().to_owned()
    });
    folder.join(name)
}

/// What an office says of a file before it sends it.
pub(crate) fn announced(name: &str, kind: &str, bytes: &[u8]) -> Value {
    serde_json::json!({"sha256": feed::sha256(bytes), "name": name, "type": kind, "size": bytes.len()})
}

/// The answer to an announcement.
pub(crate) async fn announce(room: &Room, token: &str, id: &str, file: &Value) -> (u16, Value) {
    answer(
        room.request("POST", &format!("/v1/releases/{id}/media"))
            .bearer_auth(token)
            .json(file),
    )
    .await
}

/// Sends a file as the answer to its announcement says.
pub(crate) async fn send(told: &Value, bytes: &[u8]) -> u16 {
    let mut request = Client::new().put(told["upload"]["url"].as_str().unwrap());
    for (name, value) in told["upload"]["headers"].as_object().unwrap() {
        request = request.header(name, value.as_str().unwrap());
    }
    request.body(bytes.to_vec()).send().await.unwrap().status().as_u16()
}

/// Announces a file and sends it.
pub(crate) async fn arrives(room: &Room, token: &str, id: &str, file: &Value, bytes: &[u8]) {
    let (status, told) = announce(room, token, id, file).await;
    assert_eq!((status, &told["stored"]), (201, &Value::Bool(false)), "{told}");
    assert_eq!(send(&told, bytes).await, 200);
}

/// Where a file is in public.
pub(crate) fn file_path(file: &Value) -> String {
    let name = file["name"].as_str().unwrap().replace(' ', "%20");
    format!("/media/{}/{name}", file["sha256"].as_str().unwrap())
}

/// Names of the buckets: the private one and the public one.
#[derive(Debug, Clone)]
pub(crate) struct Buckets {
    pub(crate) content: String,
    pub(crate) site: String,
}

/// A running press room; killed when dropped. Or one on a deployed stack, which goes on.
pub(crate) struct Room {
    child: Option<Child>,
    stack: Option<&'static Stack>,
    pub(crate) buckets: Buckets,
    pub(crate) url: String,
    pub(crate) s3: String,
    pub(crate) token: String,
    pub(crate) data: PathBuf,
    client: Client,
    _folder: Option<TempDir>,
}

impl Room {
    /// A new one on a new folder, with `args` besides the ports.
    pub(crate) fn open(args: &[&str]) -> Self {
        if let Some(stack) = stack::here() {
            return Self::on(stack);
        }
        let folder = TempDir::new().unwrap();
        let data = folder.path().to_owned();
        let mut room = Self::open_on(&data, args);
        room._folder = Some(folder);
        room
    }

    /// One on a folder that stays.
    pub(crate) fn open_on(data: &Path, args: &[&str]) -> Self {
        Self::open_in(data, args, &[])
    }

    /// One in another environment.
    pub(crate) fn open_in(data: &Path, args: &[&str], environment: &[(&str, &str)]) -> Self {
        Self::start(data, args, environment, Stdio::null())
    }

    /// One whose log goes to a file, with all that there is to say.
    pub(crate) fn open_logged(data: &Path, args: &[&str], log: &Path) -> Self {
        let level = (
            "PRESSROOM_LOG",
            "debug,publish=trace,local=trace,accept=trace,store=trace,feed=trace,release=trace",
        );
        Self::start(data, args, &[level, ("NO_COLOR", "1")], File::create(log).unwrap().into())
    }

    fn start(data: &Path, args: &[&str], environment: &[(&str, &str)], stderr: Stdio) -> Self {
        let mut child = Command::new(program("pressroom"))
            .args(["serve", "--json", "--listen", "127.0.0.1:0", "--s3-listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .args(args)
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("the press room did not start; it said: {line}"));
        let text = |name: &str| ready[name].as_str().unwrap().to_owned();
        Self {
            child: Some(child),
            stack: None,
            buckets: Buckets {
                content: "content".to_owned(),
                site: "site".to_owned(),
            },
            url: text("site"),
            s3: text("s3"),
            token: text("token"),
            data: data.to_owned(),
            client: client(),
            _folder: None,
        }
    }

    /// The stack that this test runs on.
    fn on(stack: &'static Stack) -> Self {
        Self {
            child: None,
            stack: Some(stack),
            buckets: stack.buckets.clone(),
            url: stack.site.clone(),
            s3: String::new(),
            token: stack::TOKEN.to_owned(),
            data: PathBuf::new(),
            client: client(),
            _folder: None,
        }
    }

    /// As `kill -9` does.
    pub(crate) fn kill(mut self) -> Option<TempDir> {
        let child = self.child.as_mut().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        self._folder.take()
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    pub(crate) fn wait(&mut self) -> std::process::ExitStatus {
        self.child.as_mut().unwrap().wait().unwrap()
    }

    /// Its buckets, over HTTP with real signatures.
    pub(crate) fn s3(&self) -> aws_sdk_s3::Client {
        if let Some(stack) = self.stack {
            return stack.s3();
        }
        let credentials = aws_sdk_s3::config::Credentials::new("pressroom", "pressroom-secret", None, None, "tests");
        let config = aws_sdk_s3::Config::builder()
            .http_client(store::https())
            .behavior_version(aws_sdk_s3::config::BehaviorVersion::latest())
            .region(aws_sdk_s3::config::Region::new("us-east-1"))
            .credentials_provider(credentials)
            .endpoint_url(&self.s3)
            .force_path_style(true);
        aws_sdk_s3::Client::from_conf(config.build())
    }

    /// The same by the keys of the product.
    pub(crate) fn store(&self) -> store::Store {
        store::Store::new(self.s3(), self.buckets.content.as_str(), self.buckets.site.as_str())
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let method = method.parse().unwrap();
        match self.stack {
            Some(stack) if path.starts_with("/v1") || path == "/health" => stack.call(self.client.request(method, stack.api(path))),
            _ => self.client.request(method, format!("{}{path}", self.url)),
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.request("GET", path).send().await.unwrap()
    }

    pub(crate) async fn text(&self, path: &str) -> String {
        self.get(path).await.text().await.unwrap()
    }

    pub(crate) async fn json(&self, path: &str) -> Value {
        serde_json::from_str(&self.text(path).await).unwrap()
    }

    /// Stores a revision as `accept` does; its event follows.
    pub(crate) async fn save(&self, revision: &release::Revision) {
        let key = store::Key::Revision(revision.id, revision.revision);
        let created = self.store().create(&key, revision.to_bytes()).await.unwrap();
        assert_eq!(created, store::Created::New);
    }

    /// Posts with the token.
    pub(crate) async fn post(&self, kind: &str, body: impl Into<reqwest::Body>) -> (u16, Value) {
        let request = self.request("POST", "/v1/releases?status=published");
        answer(request.bearer_auth(&self.token).header(header::CONTENT_TYPE, kind).body(body)).await
    }

    /// Waits until `path` says `wanted`; bounded, and generous since machines are shared.
    pub(crate) async fn until(&self, path: &str, wanted: impl Fn(&str) -> bool) -> String {
        self.until_within(30, path, wanted).await
    }

    /// The same within so many seconds.
    pub(crate) async fn until_within(&self, seconds: u64, path: &str, wanted: impl Fn(&str) -> bool) -> String {
        let (start, seconds) = (Instant::now(), if self.stack.is_some() { 5 * seconds } else { seconds });
        loop {
            let text = self.text(path).await;
            if wanted(&text) {
                return text;
            }
            assert!(
                start.elapsed() < Duration::from_secs(seconds),
                "{path} never changed; it says {text}"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        if let Some(child) = self.child.as_mut() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn client() -> Client {
    Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

/// Status and JSON of an answer.
pub(crate) async fn answer(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

/// A page without what differs between two looks at it: which revision it shows, and, while it is not public, the second of the look.
pub(crate) fn timeless(page: &str) -> String {
    let instant = regex_lite::Regex::new(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d").unwrap();
    let lines = page.lines().filter(|line| !line.contains("pressroom-view"));
    instant
        .replace_all(&lines.collect::<Vec<_>>().join("\n"), "AN-INSTANT")
        .into_owned()
}
