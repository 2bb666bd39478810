//! How long a body of the greatest size that is taken may keep the sanitiser busy: the worst of many that were made for it.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use release::{Limits, check_body, to_html};
use serde_json::json;
use url::Url;

use crate::{
    Settings, nesting,
    room::{milliseconds, row},
};

pub(crate) fn run(settings: &Settings) -> anyhow::Result<()> {
    let size = settings.number("bytes", Limits::BODY_BYTES)?;
    let rounds = settings.number("rounds", 3)?;
    let base = Url::parse("https://press.tidewater.example/en/2026/03/release/")?;
    let mut found = Vec::new();
    for (name, format, body) in nesting::worst(size) {
        let mut best = (Duration::MAX, Duration::MAX);
        let (mut taken, mut bytes) = (false, 0);
        for _ in 0..rounds {
            let start = Instant::now();
            taken = check_body(&body, format).is_ok();
            best.0 = best.0.min(start.elapsed());
            let start = Instant::now();
            bytes = to_html(&body, format, &base).len();
            best.1 = best.1.min(start.elapsed());
        }
        ensure!(body.len() <= size, "{name} has {} bytes", body.len());
        found.push((best.1, best.0, name, format, taken, bytes));
    }
    found.sort_by_key(|one| std::cmp::Reverse(one.0));
    for (html, check, name, format, taken, bytes) in found.iter().take(settings.number("shown", 3)?) {
        row(&json!({
            "row": "sanitise", "of": name, "format": format, "taken": taken, "bytes": size, "html_bytes": bytes,
            "check_ms": milliseconds(*check), "html_ms": milliseconds(*html),
        }));
    }
    let (worst, ..) = found.first().context("expected bodies to measure")?;
    let check = found.iter().map(|one| one.1).max().unwrap_or_default();
    row(&json!({"row": "sanitise, worst", "bodies": found.len(), "check_ms": milliseconds(check), "html_ms": milliseconds(*worst)}));
    Ok(())
}
