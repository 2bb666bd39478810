//! `pressroom verify` and `pressroom rebuild`: the engine of `publish` on a data directory, a running press room or AWS.

use std::{
    io::IsTerminal as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};
use publish::{Desk, Finding, News, Report, Stage, rebuild, verify};
use release::Site;
use serde_json::{Value, json};
use store::{Key, Store, connect, connect_as};

use crate::{
    CONTENT, OpenError, SITE,
    room::{S3_ADDRESS, open_data},
    s3::{EmbeddedS3, REGION},
};

/// What the embedded S3 of every press room is told to let in.
const KEY: (&str, &str) = ("pressroom", "pressroom-secret");
/// Between two progress lines.
const PACE: Duration = Duration::from_secs(1);

/// Where the two buckets are.
#[derive(Debug, Clone)]
pub enum Source {
    /// In a data directory; through its press room when one is running.
    Data(PathBuf),
    /// On another S3: AWS when there is no endpoint.
    S3 {
        /// Its URL.
        endpoint: Option<String>,
        /// The private bucket.
        content: String,
        /// The public bucket.
        site: String,
    },
}

/// A look at everything public.
#[derive(Debug, Clone)]
pub struct Audit {
    /// Where.
    pub source: Source,
    /// Puts right what differs.
    pub mend: bool,
    /// JSON lines instead of sentences.
    pub json: bool,
}

/// The buckets as opened. The embedded S3 lives as long as it is used.
struct Opened {
    desk: Arc<Desk>,
    /// Nobody else can write.
    alone: bool,
    _s3: Option<EmbeddedS3>,
}

impl Audit {
    /// True when everything public is as the releases say, at the end.
    ///
    /// # Errors
    /// When the buckets cannot be read or written.
    pub async fn run(&self) -> anyhow::Result<bool> {
        let opened = open(&self.source).await?;
        let teller = Teller::new(self.json);
        let watch = |news: News<'_>| teller.tell(news);
        let start = Instant::now();
        let result = if self.mend {
            rebuild(&opened.desk, &watch).await
        } else {
            verify(&opened.desk, opened.alone, &watch).await
        };
        teller.bar.finish_and_clear();
        let report = result?;
        teller.end(&report, start.elapsed());
        Ok(report.wrong() == 0)
    }
}

async fn open(source: &Source) -> anyhow::Result<Opened> {
    match source {
        Source::Data(data) => open_directory(data).await,
        Source::S3 { endpoint, content, site } => {
            let client = match endpoint {
                Some(endpoint) if is_here(endpoint) && !has_credentials() => connect_as(endpoint, REGION, KEY.0, KEY.1).await,
                endpoint => connect(endpoint.as_deref()).await,
            };
            opened(Store::new(client, content.as_str(), site.as_str()), None).await
        }
    }
}

async fn open_directory(data: &Path) -> anyhow::Result<Opened> {
    if !data.join("s3").is_dir() {
        bail!(
            "{} is no data directory of a press room; name it with --data DIR, or the buckets with --bucket and --endpoint",
            data.display()
        );
    }
    match open_data(data, None) {
        Ok((s3, queue, _)) => {
            if queue.depth() > 0 {
                tracing::warn!(
                    events = queue.depth(),
                    "events wait for the press room to start; what they bring is not public yet"
                );
            }
            opened(Store::new(s3.client(), CONTENT, SITE), Some(s3)).await
        }
        Err(OpenError::InUse(_)) => {
            let file = data.join(S3_ADDRESS);
            let address = std::fs::read_to_string(&file).with_context(|| {
                let what = file.display();
                format!("the press room of this directory is running, and {what} does not say where; name its S3 with --endpoint URL")
            })?;
            let client = connect_as(address.trim(), REGION, KEY.0, KEY.1).await;
            opened(Store::new(client, CONTENT, SITE), None).await
        }
        Err(other) => Err(other.into()),
    }
}

async fn opened(store: Store, s3: Option<EmbeddedS3>) -> anyhow::Result<Opened> {
    let found = store.get(&Key::SiteConfig).await?.with_context(|| {
        format!(
            "{} is not in the bucket {}; put it there, or start the press room once",
            Key::SiteConfig,
            store.bucket(store::Bucket::Content)
        )
    })?;
    let site = Site::parse(std::str::from_utf8(&found.bytes)?, "config/site.toml")?;
    Ok(Opened {
        desk: Arc::new(Desk::new(store, site)),
        alone: s3.is_some(),
        _s3: s3,
    })
}

/// An endpoint on this machine: a press room, more likely than not.
fn is_here(endpoint: &str) -> bool {
    let host = endpoint.split_once("://").map_or(endpoint, |(_, rest)| rest);
    ["127.0.0.1", "localhost", "[::1]"].iter().any(|here| {
        let rest = host.strip_prefix(here);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
    })
}

fn has_credentials() -> bool {
    [
        "AWS_ACCESS_KEY_ID",
        "AWS_PROFILE",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
    ]
    .iter()
    .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// Tells people or programs how it goes. Findings go to standard output, progress to a terminal only.
struct Teller {
    json: bool,
    bar: ProgressBar,
    stage: Mutex<(Stage, u64, Instant)>,
}

impl Teller {
    fn new(json: bool) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        if json || !std::io::stderr().is_terminal() {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        Self {
            json,
            bar,
            stage: Mutex::new((Stage::Listing, 0, Instant::now())),
        }
    }

    fn say(&self, line: &str) {
        self.bar.suspend(|| println!("{line}"));
    }

    fn tell(&self, news: News<'_>) {
        let mut stage = self.stage.lock().unwrap_or_else(PoisonError::into_inner);
        match news {
            News::Stage(next, total) => {
                *stage = (next, 0, Instant::now());
                self.bar.reset();
                self.bar.set_message(next.as_str());
                match total {
                    Some(total) => self.bar.set_length(total),
                    None => self.bar.unset_length(),
                }
                self.bar.set_style(style(total.is_some()));
                if self.json {
                    self.say(&json!({"event": "stage", "stage": next, "total": total}).to_string());
                }
            }
            News::Done(steps) => {
                stage.1 += steps;
                // More came than was expected: publications go on.
                if self.bar.length().is_some_and(|length| length < stage.1) {
                    self.bar.set_length(stage.1);
                }
                self.bar.set_position(stage.1);
                if self.json && stage.2.elapsed() >= PACE {
                    stage.2 = Instant::now();
                    self.say(&json!({"event": "progress", "stage": stage.0, "done": stage.1}).to_string());
                }
            }
            News::Finding(finding) => self.say(&self.finding(finding)),
            News::Note(note) if self.json => self.say(&json!({"event": "note", "note": note}).to_string()),
            News::Note(note) => self.say(&format!("note          {note}")),
        }
    }

    fn finding(&self, finding: &Finding) -> String {
        if self.json {
            return tagged("finding", finding).to_string();
        }
        let mended = if finding.mended { "mended: " } else { "" };
        let detail = finding.detail.as_ref().map(|detail| format!(": {detail}")).unwrap_or_default();
        format!("{mended}{:<13} {}{detail}", finding.fault, finding.key)
    }

    fn end(&self, report: &Report, took: Duration) {
        if self.json {
            let mut line = tagged("done", report);
            line["wrong"] = report.wrong().into();
            line["seconds"] = took.as_secs_f64().into();
            println!("{line}");
            return;
        }
        let (releases, objects) = (HumanCount(report.releases), HumanCount(report.objects));
        let seconds = took.as_secs_f64();
        let mended = match report.mended {
            0 => String::new(),
            n => format!(" {} were put right.", HumanCount(n)),
        };
        let end = match report.wrong() {
            0 => "everything is as the releases say.".to_owned(),
            n => format!("{} are not as the releases say.", HumanCount(n)),
        };
        println!("{objects} objects of {releases} releases in {seconds:.1} s:{mended} {end}");
    }
}

fn tagged(event: &str, value: &impl serde::Serialize) -> Value {
    let mut line = json!({ "event": event });
    if let (Some(line), Ok(Value::Object(fields))) = (line.as_object_mut(), serde_json::to_value(value)) {
        line.extend(fields);
    }
    line
}

fn style(bounded: bool) -> ProgressStyle {
    let template = if bounded {
        "{msg:>10} {wide_bar} {human_pos}/{human_len} {per_sec} {eta}"
    } else {
        "{msg:>10} {spinner} {human_pos} {per_sec} {elapsed}"
    };
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_the_press_room_is_for_this_machine_only() {
        for here in ["http://127.0.0.1:8081", "http://localhost", "http://[::1]:9/", "127.0.0.1:1"] {
            assert!(is_here(here), "{here}");
        }
        for elsewhere in ["https://s3.example.org", "http://127.0.0.1.example.org", "http://localhosted:1"] {
            assert!(!is_here(elsewhere), "{elsewhere}");
        }
    }
}
