//! `pressroom verify` and `pressroom rebuild`: the engine of `publish` on a data directory, a running press room or AWS.

use std::{
    io::IsTerminal as _,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::Context as _;
use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};
use publish::{Desk, Finding, News, Report, Stage, rebuild, verify};
use release::Site;
use serde_json::{Value, json};
use store::Key;

use crate::source::{Opened, Source};

/// Between two progress lines.
const PACE: Duration = Duration::from_secs(1);

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

impl Audit {
    /// True when everything public is as the releases say, at the end.
    ///
    /// # Errors
    /// When the buckets cannot be read or written.
    pub async fn run(&self) -> anyhow::Result<bool> {
        let opened = self.source.open().await?;
        let desk = Arc::new(desk(&opened).await?);
        let teller = Teller::new(self.json);
        let watch = |news: News<'_>| teller.tell(news);
        let start = Instant::now();
        let result = if self.mend {
            rebuild(&desk, &watch).await
        } else {
            verify(&desk, opened.alone(), &watch).await
        };
        teller.bar.finish_and_clear();
        let report = result?;
        teller.end(&report, start.elapsed());
        Ok(report.wrong() == 0)
    }
}

async fn desk(opened: &Opened) -> anyhow::Result<Desk> {
    let store = opened.store.clone();
    let found = store.get(&Key::SiteConfig).await?.with_context(|| {
        format!(
            "{} is not in the bucket {}; put it there, or start the press room once",
            Key::SiteConfig,
            store.bucket(store::Bucket::Content)
        )
    })?;
    let site = Site::parse(std::str::from_utf8(&found.bytes)?, "config/site.toml")?;
    Ok(Desk::new(store, site))
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
