//! A Lambda function: the Runtime API on a free port, and the real binary that polls it.

use std::{
    collections::HashMap,
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex as StdMutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use serde_json::Value;
use tempfile::NamedTempFile;
use tokio::{
    net::TcpListener,
    sync::{
        Mutex,
        mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
        oneshot, watch,
    },
    task::JoinHandle,
};

use super::buckets::{ACCESS_KEY, Buckets, CONTENT, SECRET_KEY, SITE};
use crate::harness::program;

/// The largest answer that Lambda takes from a function.
const ANSWER: usize = 6_291_556;
/// The longest a machine that is shared may take.
const PATIENCE: Duration = Duration::from_secs(60);

type Answer = Result<Value, Value>;

/// What the Runtime API knows: events to come, and who waits for which answer.
struct Api {
    events: Mutex<UnboundedReceiver<(String, Value)>>,
    waiting: StdMutex<HashMap<String, oneshot::Sender<Answer>>>,
    init_errors: StdMutex<Vec<Value>>,
    /// When the function first asked for an event.
    polled: watch::Sender<Option<Instant>>,
}

/// A function in one execution environment; its process is killed when dropped.
pub(crate) struct Function {
    child: Child,
    started: Instant,
    server: JoinHandle<()>,
    api: Arc<Api>,
    events: UnboundedSender<(String, Value)>,
    count: AtomicU64,
    said: NamedTempFile,
}

impl Function {
    /// Starts the program `name` over `buckets`.
    pub(crate) async fn start(name: &str, buckets: &Buckets) -> Self {
        Self::start_with(name, buckets, &[]).await
    }

    /// The same with other variables in its environment.
    pub(crate) async fn start_with(name: &str, buckets: &Buckets, other: &[(&str, &str)]) -> Self {
        Self::begin(Command::new(program(name)), name, buckets, other).await
    }

    /// The same in a control group, which holds it back.
    #[allow(dead_code, reason = "the figures ask for it, the stories do not")]
    pub(crate) async fn start_in(group: &std::path::Path, name: &str, buckets: &Buckets, other: &[(&str, &str)]) -> Self {
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", "echo $$ > \"$0/cgroup.procs\" && exec \"$1\""])
            .arg(group)
            .arg(program(name));
        Self::begin(command, name, buckets, other).await
    }

    async fn begin(mut command: Command, name: &str, buckets: &Buckets, other: &[(&str, &str)]) -> Self {
        let (events, receiver) = unbounded_channel();
        let api = Arc::new(Api {
            events: Mutex::new(receiver),
            waiting: StdMutex::default(),
            init_errors: StdMutex::default(),
            polled: watch::Sender::default(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let routes = routes(Arc::clone(&api));
        let server = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        let said = NamedTempFile::new().unwrap();
        let started = Instant::now();
        let child = command
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", address)
            .env("AWS_LAMBDA_FUNCTION_NAME", name)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            // As infra/README.md says.
            .env("MIMALLOC_PURGE_DELAY", "0")
            .env("MIMALLOC_ALLOW_THP", "0")
            .env("AWS_REGION", local::s3::REGION)
            .env("AWS_ACCESS_KEY_ID", ACCESS_KEY)
            .env("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
            .env("AWS_ENDPOINT_URL", &buckets.endpoint)
            .env("CONTENT_BUCKET", CONTENT)
            .env("SITE_BUCKET", SITE)
            .env("METRICS", "Pressroom/trial")
            .envs(other.iter().copied())
            .stdin(Stdio::null())
            .stdout(said.reopen().unwrap())
            .stderr(said.reopen().unwrap())
            .spawn()
            .unwrap();
        Self {
            child,
            started,
            server,
            api,
            events,
            count: AtomicU64::new(1),
            said,
        }
    }

    /// An event whose answer nobody waits for.
    #[allow(dead_code, reason = "the stories ask for it, the figures do not")]
    pub(crate) fn send(&self, event: Value) {
        let id = format!("8476a536-e9f4-11e8-9739-{:012}", self.count.fetch_add(1, Ordering::Relaxed));
        self.events.send((id, event)).unwrap();
    }

    /// One invocation: what the function answered, or the error it reported.
    pub(crate) async fn invoke(&mut self, event: Value) -> Answer {
        let id = format!("8476a536-e9f4-11e8-9739-{:012}", self.count.fetch_add(1, Ordering::Relaxed));
        let (sender, mut answer) = oneshot::channel();
        self.api.waiting.lock().unwrap().insert(id.clone(), sender);
        self.events.send((id, event)).unwrap();
        let start = Instant::now();
        loop {
            match tokio::time::timeout(Duration::from_millis(50), &mut answer).await {
                Ok(answer) => return answer.unwrap(),
                Err(_) => {
                    let ended = self.child.try_wait().unwrap();
                    assert!(ended.is_none(), "the function ended with {ended:?}; it said: {}", self.said());
                    assert!(start.elapsed() < PATIENCE, "no answer; the function said: {}", self.said());
                }
            }
        }
    }

    /// How long it took from the start of the process until it first asked for an event.
    #[allow(dead_code, reason = "the figures ask for it, the stories do not")]
    pub(crate) async fn polled(&self) -> Duration {
        let mut polled = self.api.polled.subscribe();
        let waited = tokio::time::timeout(PATIENCE, polled.wait_for(Option::is_some)).await;
        let at = waited.unwrap_or_else(|_| panic!("it never asked for an event; it said: {}", self.said()));
        let at = at.unwrap().unwrap();
        at - self.started
    }

    /// Whether it ended well, of a function that ends by itself.
    pub(crate) async fn ended(&mut self) -> bool {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.success();
            }
            assert!(start.elapsed() < PATIENCE, "it goes on; it said: {}", self.said());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Of its process.
    #[allow(dead_code, reason = "the figures ask for it, the stories do not")]
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Its lines in `CloudWatch`'s embedded metric format: each names what it has, and has what it names.
    #[allow(dead_code, reason = "the stories ask for it, the figures do not")]
    pub(crate) fn figures(&self) -> Vec<Value> {
        let said = self.said();
        let lines = said.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let lines: Vec<Value> = lines.filter(|line| line.get("_aws").is_some()).collect();
        for line in &lines {
            let directives = line["_aws"]["CloudWatchMetrics"].as_array().unwrap();
            assert!(line["_aws"]["Timestamp"].as_i64().unwrap() > 1_700_000_000_000, "{line}");
            assert_eq!(
                (directives.len(), &directives[0]["Namespace"]),
                (1, &Value::from("Pressroom/trial")),
                "{line}"
            );
            let named = directives[0]["Metrics"].as_array().unwrap();
            assert_eq!(line.as_object().unwrap().len(), named.len() + 1, "{line}");
            for metric in named {
                assert!(matches!(metric["Unit"].as_str(), Some("Count" | "Milliseconds")), "{line}");
                let values = line[metric["Name"].as_str().unwrap()].as_array().unwrap();
                assert!((1..=100).contains(&values.len()) && values.iter().all(Value::is_i64), "{line}");
            }
        }
        lines
    }

    /// What it wrote to its log.
    pub(crate) fn said(&self) -> String {
        let errors = self.api.init_errors.lock().unwrap().clone();
        let log = std::fs::read_to_string(self.said.path()).unwrap();
        errors.iter().map(Value::to_string).chain([log]).collect()
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.server.abort();
    }
}

/// <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>
fn routes(api: Arc<Api>) -> Router {
    Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
        .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
        .route("/2018-06-01/runtime/init/error", post(init_error))
        .layer(DefaultBodyLimit::max(ANSWER))
        .with_state(api)
}

/// Answers when there is an event, however long that takes.
async fn next(State(api): State<Arc<Api>>) -> Response {
    api.polled.send_if_modified(|polled| {
        let first = polled.is_none();
        *polled = polled.or_else(|| Some(Instant::now()));
        first
    });
    let Some((id, event)) = api.events.lock().await.recv().await else {
        return std::future::pending().await;
    };
    let deadline = SystemTime::now().duration_since(UNIX_EPOCH).unwrap() + Duration::from_secs(30);
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("lambda-runtime-aws-request-id", id),
        ("lambda-runtime-deadline-ms", deadline.as_millis().to_string()),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:us-east-1:111122223333:function:pressroom".to_owned(),
        ),
        (
            "lambda-runtime-trace-id",
            "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1".to_owned(),
        ),
    ];
    (axum::response::AppendHeaders(headers), event.to_string()).into_response()
}

async fn response(State(api): State<Arc<Api>>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    settle(&api, &id, Ok(json(&body)))
}

async fn error(State(api): State<Arc<Api>>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    settle(&api, &id, Err(json(&body)))
}

async fn init_error(State(api): State<Arc<Api>>, body: Bytes) -> StatusCode {
    api.init_errors.lock().unwrap().push(json(&body));
    StatusCode::ACCEPTED
}

fn settle(api: &Api, id: &str, answer: Answer) -> StatusCode {
    match api.waiting.lock().unwrap().remove(id) {
        Some(waiting) => {
            let _ = waiting.send(answer);
            StatusCode::ACCEPTED
        }
        None => StatusCode::BAD_REQUEST,
    }
}

fn json(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or_else(|e| panic!("not JSON ({e}): {}", String::from_utf8_lossy(body)))
}
