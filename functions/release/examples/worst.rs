#[path = "../../../tests/src/attacks/nesting.rs"]
mod nesting;
use std::time::Instant;
fn main() {
    let size: usize = std::env::args().nth(1).unwrap().parse().unwrap();
    let only = std::env::args().nth(2);
    let base = url::Url::parse("https://press.tidewater.example/en/2026/03/release/").unwrap();
    let mut found = Vec::new();
    for (name, format, body) in nesting::worst(size) {
        if only.as_ref().is_some_and(|only| !name.contains(only.as_str())) {
            continue;
        }
        let start = Instant::now();
        let taken = release::check_body(&body, format).is_ok();
        let check = start.elapsed().as_millis();
        let start = Instant::now();
        let out = release::to_html(&body, format, &base).len();
        let ms = start.elapsed().as_millis();
        if ms + check > 500 {
            eprintln!("{ms} {check} {name:?} {format:?} {taken} {out}");
        }
        found.push((ms, check, name, format, taken, out));
    }
    found.sort_by_key(|o| std::cmp::Reverse(o.0 + o.1));
    for o in found.iter().take(14) {
        println!("{o:?}");
    }
    println!("{} bodies, most bytes {:?}", found.len(), found.iter().map(|o| o.5).max());
}
