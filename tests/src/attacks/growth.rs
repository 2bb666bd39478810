//! Whatever a body is made of, the time it takes grows about as its size does.

use std::time::{Duration, Instant};

use release::{Format, Limits, check_body, to_html};
use url::Url;

use super::nesting::worst;

/// Four times the size takes 4 times as long when the time is linear, and 16 when it is a square. Between them, room for a machine that others use.
const MOST: f64 = 12.0;
/// What takes less says nothing about growth.
const SHORT: Duration = Duration::from_millis(100);
/// The fastest counts.
const ROUNDS: usize = 3;
/// Before growth is believed.
const AGAIN: usize = 8;

fn once(body: &str, format: Format) -> Duration {
    let base = Url::parse("https://press.example.org/en/2016/06/closing/").unwrap();
    let start = Instant::now();
    let _ = check_body(body, format);
    to_html(body, format, &base);
    start.elapsed()
}

fn fastest(body: &str, format: Format) -> Duration {
    (0..ROUNDS).map(|_| once(body, format)).min().unwrap()
}

#[test]
fn S17_no_body_takes_time_that_grows_with_the_square_of_its_size() {
    let sizes = [Limits::BODY_BYTES / 8, Limits::BODY_BYTES / 2];
    let mut slowest = (0.0, String::new());
    for ((name, format, small), (_, _, large)) in worst(sizes[0]).into_iter().zip(worst(sizes[1])) {
        // Most are fast: they are measured once.
        if once(&large, format) < SHORT {
            continue;
        }
        let (mut before, mut after) = (fastest(&small, format), fastest(&large, format));
        let mut times = after.as_secs_f64() / before.as_secs_f64();
        // On a busy machine the large one may never have had a quiet moment: a square stays one however often it is measured.
        for _ in 0..AGAIN {
            if times < MOST {
                break;
            }
            (before, after) = (before.min(fastest(&small, format)), after.min(fastest(&large, format)));
            times = after.as_secs_f64() / before.as_secs_f64();
        }
        assert!(
            times < MOST,
            "{name} {format:?}: {before:?} at {}, {after:?} at {}",
            sizes[0],
            sizes[1]
        );
        if times > slowest.0 {
            slowest = (times, name);
        }
    }
    println!("the steepest of all: {:.1} times for 4 times the size, {}", slowest.0, slowest.1);
}

#[test]
fn S17_no_body_becomes_many_times_as_long_as_it_was() {
    for (name, format, body) in worst(Limits::BODY_BYTES) {
        let base = Url::parse("https://press.example.org/en/2016/06/closing/").unwrap();
        let html = to_html(&body, format, &base);
        // `&` becomes `&amp;`; an address is written out, as is the language of an element that is opened again.
        assert!(
            html.len() <= 8 * Limits::BODY_BYTES,
            "{name} {format:?}: {} bytes of {}",
            html.len(),
            body.len()
        );
    }
}
