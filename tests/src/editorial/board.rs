//! The board: every release once, whatever comes meanwhile and however many there are.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use futures::{StreamExt as _, stream};
use release::{Revision, Status};
use serde_json::Value;
use store::Key;
use uuid::Uuid;

use super::desk::terminal;
use crate::{
    api::Api,
    harness::{Room, answer},
    memory::{self, Memory, buckets, narrow},
    releases::release,
};

const NOON: u64 = 1_780_000_000_000;
const HOUR: u64 = 3_600_000;

/// Release number `n`, begun at this moment (Unix milliseconds).
fn begun(n: u32, at: u64, status: Status) -> Revision {
    let mut revision = release(n, "2026-06-09T09:00:00Z");
    revision.id = Uuid::from_u128(u128::from(at) << 80 | 0x7000_8000_0000_0000_0000 | u128::from(n));
    revision.status = status;
    revision
}

/// A press room in memory with these releases, its API, and how often S3 was asked since the last look.
async fn open(releases: &[Revision]) -> (Memory, Api, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let s3 = buckets(Some(Arc::new(move |_| {
        count.fetch_add(1, Ordering::Relaxed);
    })));
    let site = release::Site::parse(&narrow(3), "site.toml").unwrap();
    let room = Memory {
        desk: Arc::new(memory::desk(s3.client(), site)),
        s3,
    };
    let writes = releases.iter().map(|revision| memory::store(&room.desk, revision));
    stream::iter(writes).buffer_unordered(64).collect::<Vec<()>>().await;
    let api = Api::open(&room, room.s3.client()).await;
    (room, api, asked)
}

fn ids(page: &Value) -> Vec<Uuid> {
    let lines = page["releases"].as_array().unwrap().iter();
    lines.map(|line| line["id"].as_str().unwrap().parse().unwrap()).collect()
}

/// Goes through the whole board; `between` happens after each page.
async fn walk(api: &Api, query: &str, mut between: impl AsyncFnMut(usize)) -> Vec<Uuid> {
    let (mut all, mut pages, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let page = api.see(&format!("/v1/releases?{query}{cursor}")).await;
        all.extend(ids(&page));
        pages += 1;
        assert!(pages < 1_000, "it never ends");
        let Some(next) = page["next"].as_str() else { return all };
        cursor = format!("&cursor={next}");
        between(pages).await;
    }
}

#[tokio::test]
async fn every_release_is_on_the_board_once_newest_first_whatever_is_begun_meanwhile() {
    let mut releases: Vec<Revision> = (0..50)
        .map(|n| {
            let status = if n % 5 == 0 { Status::Draft } else { Status::Published };
            begun(n, NOON - u64::from(n) * 7 * HOUR, status)
        })
        .collect();
    // Three of one millisecond.
    for n in [60, 61, 62] {
        releases.push(begun(n, NOON - 100 * HOUR, Status::Published));
    }
    let (room, api, _) = open(&releases).await;
    let mut wanted: Vec<Uuid> = releases.iter().map(|revision| revision.id).collect();
    wanted.sort_unstable();
    wanted.reverse();
    let drafts: Vec<Uuid> = wanted
        .iter()
        .filter(|id| {
            releases
                .iter()
                .any(|revision| revision.id == **id && revision.status == Status::Draft)
        })
        .copied()
        .collect();
    for limit in [1, 7, 53, 100] {
        let comes = async |page: usize| {
            // Begun after the walk: it is on the first page of the next one.
            let n = u32::try_from(1_000 * limit + page).unwrap();
            memory::store(&room.desk, &begun(n, NOON + HOUR + u64::from(n), Status::Withdrawn)).await;
        };
        let seen = walk(&api, &format!("limit={limit}"), comes).await;
        let seen: Vec<Uuid> = seen.into_iter().filter(|id| wanted.contains(id) || *id < wanted[0]).collect();
        assert_eq!(seen, wanted, "limit {limit}");
    }
    assert_eq!(walk(&api, "status=draft&limit=4", async |_| ()).await, drafts);
    // A page ends where its cursor says.
    let first = api.see("/v1/releases?status=draft&limit=4").await;
    assert_eq!(
        (first["next"].as_str(), ids(&first)),
        (Some(drafts[3].to_string().as_str()), drafts[..4].to_vec())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_terminal_finds_what_lies_behind_many_others() {
    let room = Room::open(&["--no-sample"]);
    let store = &room.store();
    // Drafts, so that nothing is published meanwhile.
    let many = (0..600).map(|n| begun(n, NOON + u64::from(n) * 900, Status::Draft));
    let waiting = begun(5_000, NOON - HOUR, Status::Submitted);
    let writes = many.chain([waiting.clone()]).map(|revision| async move {
        let key = Key::Revision(revision.id, revision.revision);
        store.create(&key, revision.to_bytes()).await.unwrap();
    });
    stream::iter(writes).buffer_unordered(32).collect::<Vec<()>>().await;
    let page = room.request("GET", "/v1/releases?status=submitted").bearer_auth(&room.token);
    let (_, page) = answer(page).await;
    assert_eq!(
        (&page["releases"], page["next"].is_string()),
        (&serde_json::json!([]), true),
        "{page}"
    );
    let (code, said, told) = terminal(&room, &["release", "list", "--status", "submitted"]);
    assert_eq!(code, Some(0), "{told}");
    assert_eq!((said.lines().count(), said.contains(&waiting.id.to_string())), (1, true), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_the_board_costs_little_after_thousands_of_releases_in_an_hour() {
    let many = (0..4_000).map(|n| begun(n, NOON + u64::from(n) * 900, Status::Published));
    let old = [5_000, 5_001].map(|n| begun(n, NOON - 400 * 24 * HOUR - u64::from(n), Status::Draft));
    let releases: Vec<Revision> = many.chain(old.clone()).collect();
    let (_room, api, asked) = open(&releases).await;
    asked.store(0, Ordering::Relaxed);
    let newest = api.see("/v1/releases?limit=20").await;
    let newest_twenty: Vec<Uuid> = releases[3_980..4_000].iter().rev().map(|revision| revision.id).collect();
    assert_eq!(ids(&newest), newest_twenty);
    let cost = asked.swap(0, Ordering::Relaxed);
    assert!(cost < 80, "{cost} requests for the newest twenty");
    // The only drafts are the oldest: whoever looks for them goes on from page to page, each of which ends.
    let most = std::cell::Cell::new(0);
    let drafts = walk(&api, "status=draft", async |_| {
        most.set(most.get().max(asked.swap(0, Ordering::Relaxed)));
    })
    .await;
    assert_eq!(drafts, old.map(|revision| revision.id));
    assert!((100..700).contains(&most.get()), "{} requests for a page", most.get());
}
