//! The stories once more, on a stack that is deployed: on AWS, or in an emulator of it.
//!
//! `PRESSROOM_TEST_STACK` names the stack; without it these tests say that they were not run. One after the other they have it for themselves:
//! everything in its buckets is removed before each, so its name must begin with `trial`. `tests/infra/stack.py` tells what is known of it.
//! `config/site.toml` is the sample, with the stack's own address; functions read it when they start, so it stays.

use std::{
    cell::Cell,
    process::Command,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use accept::{TokenFile, TokenRecord, hash_token};
use release::{Role, Site};
use reqwest::RequestBuilder;
use serde::Deserialize;
use store::{Bucket, Key, Store};

use crate::{
    editorial::{AUTHOR, OTHER},
    harness::{Buckets, top},
};

const VARIABLE: &str = "PRESSROOM_TEST_STACK";
/// Of an editor, for every story: functions keep tokens for a minute.
pub(crate) const TOKEN: &str = "a-token-for-the-stories";

/// The named stories of a module once more, on the stack.
macro_rules! on_a_stack {
    ($($story:ident),+ $(,)?) => {
        mod on_a_stack {
            $(
                #[test]
                #[allow(non_snake_case, reason = "it is the name of the story")]
                fn $story() {
                    crate::stack::run(super::$story);
                }
            )+
        }
    };
}
pub(crate) use on_a_stack;

/// What `tests/infra/stack.py` tells.
#[derive(Debug, Deserialize)]
struct Told {
    content: String,
    site: String,
    api: String,
    /// What the API is called as, when its address does not say it.
    host: Option<String>,
    endpoint: Option<String>,
    region: String,
    key: String,
    secret: String,
    session: Option<String>,
}

/// A deployed stack.
pub(crate) struct Stack {
    told: Told,
    pub(crate) buckets: Buckets,
    /// The address of its site.
    pub(crate) site: String,
}

impl Stack {
    fn named(name: &str) -> Self {
        assert!(
            name.starts_with("trial"),
            "{VARIABLE}={name}: expected a name that begins with `trial`: everything in its buckets is removed"
        );
        let python = top().join("target/tools/sam/bin/python");
        let script = top().join("tests/infra/stack.py");
        let out = Command::new(&python)
            .arg(script)
            .arg(name)
            .output()
            .unwrap_or_else(|e| panic!("{}: {e}; run tests/tools sam", python.display()));
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        let told: Told = serde_json::from_slice(&out.stdout).unwrap();
        let buckets = Buckets {
            content: told.content.clone(),
            site: told.site.clone(),
        };
        let mut stack = Self {
            told,
            buckets,
            site: String::new(),
        };
        let found = alone(async { stack.store().get(&Key::SiteConfig).await.unwrap() });
        let found = found.expect("expected config/site.toml in the content bucket: the sample with the stack's address as base_url");
        let text = String::from_utf8(found.bytes.to_vec()).unwrap();
        let site = Site::parse(&text, "config/site.toml").unwrap();
        let base = site.url("/").trim_end_matches('/').to_owned();
        assert_eq!(
            text,
            local::sample::SITE.replacen("http://127.0.0.1:8080", &base, 1),
            "expected the sample as config/site.toml"
        );
        // An emulator of AWS serves no CDN.
        if let Some(address) = base.strip_prefix("http://127.0.0.1:") {
            serve(address.parse().unwrap(), stack.store());
        }
        stack.site = base;
        stack
    }

    pub(crate) fn s3(&self) -> aws_sdk_s3::Client {
        let Told {
            endpoint,
            region,
            key,
            secret,
            session,
            ..
        } = &self.told;
        let credentials = aws_sdk_s3::config::Credentials::new(key, secret, session.clone(), None, "tests");
        let mut config = aws_sdk_s3::Config::builder()
            .http_client(store::https())
            .behavior_version(aws_sdk_s3::config::BehaviorVersion::latest())
            .region(aws_sdk_s3::config::Region::new(region.clone()))
            .credentials_provider(credentials)
            .force_path_style(endpoint.is_some());
        config.set_endpoint_url(endpoint.clone());
        aws_sdk_s3::Client::from_conf(config.build())
    }

    fn store(&self) -> Store {
        Store::new(self.s3(), self.buckets.content.as_str(), self.buckets.site.as_str())
    }

    pub(crate) fn api(&self, path: &str) -> String {
        format!("{}{path}", self.told.api)
    }

    /// A call of the API, which an emulator knows by its name only.
    pub(crate) fn call(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.told.host {
            Some(host) => request.header("host", host),
            None => request,
        }
    }

    /// As after a first deployment: furnished, with the tokens of the stories, and nothing else.
    async fn empty(&self) {
        let store = self.store();
        let found = store.get(&Key::SiteConfig).await.unwrap().unwrap();
        let site = Site::parse(std::str::from_utf8(&found.bytes).unwrap(), "config/site.toml").unwrap();
        let kept = [Key::SiteConfig.path(), Key::Tokens.path()];
        let client = self.s3();
        for (bucket, name) in [(Bucket::Content, &self.buckets.content), (Bucket::Site, &self.buckets.site)] {
            loop {
                let (keys, more) = store.list(bucket, "", None, 1_000).await.unwrap();
                let gone: Vec<&String> = keys.iter().filter(|key| !kept.contains(key)).collect();
                for some in gone.chunks(32) {
                    let removed = some.iter().map(|key| client.delete_object().bucket(name).key(*key).send());
                    futures::future::try_join_all(removed).await.unwrap();
                }
                if !more {
                    break;
                }
            }
        }
        let token = |(name, role, token): (&str, Role, &str)| TokenRecord {
            name: name.to_owned(),
            role,
            sha256: hash_token(token),
            created: None,
        };
        let tokens = [
            ("local", Role::Editor, TOKEN),
            ("second", Role::Editor, OTHER),
            ("author", Role::Author, AUTHOR),
        ];
        let tokens = TokenFile {
            tokens: tokens.map(token).into(),
        };
        store.put(&Key::Tokens, serde_json::to_vec(&tokens).unwrap()).await.unwrap();
        publish::furnish(&publish::Desk::new(self.store(), site)).await.unwrap();
    }
}

thread_local! {
    static HERE: Cell<Option<&'static Stack>> = const { Cell::new(None) };
}

/// The stack that the test of this thread runs on.
pub(crate) fn here() -> Option<&'static Stack> {
    HERE.get()
}

/// Runs a story on the stack, or says why not.
pub(crate) fn run(story: fn()) {
    static STACK: OnceLock<Stack> = OnceLock::new();
    static ALONE: Mutex<()> = Mutex::new(());
    let Ok(name) = std::env::var(VARIABLE) else {
        println!("not run: {VARIABLE} names no deployed stack");
        return;
    };
    // A story that failed leaves the stack to the next one.
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let stack = STACK.get_or_init(|| Stack::named(&name));
    alone(stack.empty());
    HERE.set(Some(stack));
    story();
    HERE.set(None);
}

/// Runs to the end in a runtime of its own.
fn alone<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(work)
}

/// The public site of the stack's bucket, as long as the tests run.
fn serve(port: u16, store: Store) {
    let serve = async move {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        axum::serve(listener, local::public_site(Arc::new(store))).await.unwrap();
    };
    std::thread::spawn(move || alone(serve));
    let start = std::time::Instant::now();
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(start.elapsed() < Duration::from_secs(10), "the site of the stack is not served");
        std::thread::sleep(Duration::from_millis(10));
    }
}
