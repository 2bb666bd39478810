//! Figures of the whole chain over an S3 in memory: accept, queue, publish. `tests/bench` runs them and prints the table.
//!
//! Each row is one JSON line on standard output. None of them is a test: what must hold is held by `tests/run`. They check all the same
//! that what they measured came out right, and end with an error when it did not.

mod bulk;
mod burst;
mod disk;
mod distance;
mod filled;
mod flat;
mod functions;
#[path = "../src/attacks/nesting.rs"]
mod nesting;
mod render;
mod room;
mod sanitise;
mod steady;

use anyhow::{Context as _, bail};

/// Feeds are rendered into large buffers, again and again: the system's allocator gives them back and asks for them anew each time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// `name=value` arguments after the row's name.
pub(crate) struct Settings(Vec<(String, String)>);

impl Settings {
    pub(crate) fn number<T: std::str::FromStr>(&self, name: &str, usual: T) -> anyhow::Result<T> {
        let given = self.0.iter().find(|(known, _)| known == name);
        let Some((_, text)) = given else { return Ok(usual) };
        text.parse().ok().with_context(|| format!("{name}={text}: expected a number"))
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // `cargo bench` adds an argument of its own.
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let row = arguments.next().unwrap_or_default();
    let setting = |argument: String| {
        let (name, value) = argument.split_once('=').context("expected name=value")?;
        Ok((name.to_owned(), value.to_owned()))
    };
    let settings = Settings(arguments.map(setting).collect::<anyhow::Result<_>>()?);
    match row.as_str() {
        "flat" => flat::run(&settings).await,
        "steady" => steady::run(&settings).await,
        "burst" => burst::run(&settings).await,
        "bulk" => bulk::run(&settings).await,
        "disk" => disk::run(&settings).await,
        "render" => render::run(&settings),
        "start" => functions::start(&settings).await,
        "events" => functions::events(&settings).await,
        "memory" => functions::memory(&settings).await,
        "shares" => functions::shares(&settings).await,
        "counts" => functions::counts(&settings).await,
        "sanitise" => sanitise::run(&settings),
        // As `cargo test --benches` and `cargo bench` without a row have it.
        "" => Ok(()),
        other => {
            bail!("expected flat, steady, burst, bulk, disk, render, start, events, memory, shares, counts or sanitise, found {other}")
        }
    }
}

/// Where the programs are: `tests/bench` builds them. `PRESSROOM_PROGRAMS` names a folder of others.
mod harness {
    use std::path::{Path, PathBuf};

    pub(crate) fn program(name: &str) -> PathBuf {
        if let Some(folder) = std::env::var_os("PRESSROOM_PROGRAMS") {
            return PathBuf::from(folder).join(name);
        }
        let exe = std::env::current_exe().unwrap_or_default();
        let folder = exe.parent().and_then(Path::parent).map(PathBuf::from).unwrap_or_default();
        folder.join(name)
    }
}
