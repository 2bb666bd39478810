//! Events come late, twice and in any order: the files come out the same.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use release::Revision;

use super::{files, published, releases};
use crate::newsroom::site;

type Batches<'a> = Vec<Vec<&'a Revision>>;

/// The revisions in some other order: the same one for the same `seed`.
fn shuffled(all: &[Revision], seed: u64) -> Vec<&Revision> {
    let mut order: Vec<&Revision> = all.iter().collect();
    let mut state = seed;
    for at in (1..order.len()).rev() {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let other = usize::try_from(state >> 33).unwrap() % (at + 1);
        order.swap(at, other);
    }
    order
}

fn one_by_one(order: Vec<&Revision>) -> Batches<'_> {
    order.into_iter().map(|revision| vec![revision]).collect()
}

const LOG: &str = "changes/head.json";

/// What a change log says, whatever the order.
fn revisions(log: &Bytes) -> BTreeSet<String> {
    let log: serde_json::Value = serde_json::from_slice(log).unwrap();
    let changes = log["changes"].as_array().unwrap().iter();
    changes
        .map(|change| format!("{} {} {}", change["release"], change["revision"], change["sha256"]))
        .collect()
}

/// Publishes in batches, each by a function that remembers nothing of the one before.
async fn same(batches: Batches<'_>, all: &[Revision], expected: &BTreeMap<String, Bytes>, how: &str) {
    let mut found = published(&batches, all, true).await;
    // The change log keeps the order of arrival.
    let (log, expected_log) = (found.remove(LOG).unwrap(), &expected[LOG]);
    let mut expected = expected.clone();
    assert_eq!(revisions(&log), revisions(expected_log), "published {how}");
    expected.remove(LOG);
    let faults = files::differences(&expected, &found);
    assert!(
        faults.is_empty(),
        "published {how}, readers get other files:\n{}",
        faults.join("\n")
    );
}

/// One by one, by a function that remembers.
async fn in_order(all: &[Revision]) -> BTreeMap<String, Bytes> {
    published(&one_by_one(all.iter().collect()), all, false).await
}

#[tokio::test(flavor = "multi_thread")]
async fn one_batch_gives_the_same_bytes_as_one_by_one() {
    let all = releases::all(&site());
    let expected = in_order(&all).await;
    // Within a batch releases are written side by side: which revision of one is first differs from run to run.
    for _ in 0..5 {
        same(vec![all.iter().collect()], &all, &expected, "as one batch").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn events_in_reverse_and_twice_give_the_same_bytes() {
    let all = releases::all(&site());
    let expected = in_order(&all).await;
    let reversed: Vec<&Revision> = all.iter().rev().collect();
    same(one_by_one(reversed.clone()), &all, &expected, "in reverse").await;
    let twice = reversed.iter().chain(&reversed).copied().collect();
    same(one_by_one(twice), &all, &expected, "in reverse, twice").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_in_any_order_and_batches_of_any_size_give_the_same_bytes() {
    let all = releases::all(&site());
    let expected = in_order(&all).await;
    for seed in 1..=6 {
        let order = shuffled(&all, seed);
        let size = usize::try_from(seed).unwrap();
        let batches = order.chunks(size).map(<[_]>::to_vec).collect();
        same(batches, &all, &expected, &format!("in order {seed}, {size} at once")).await;
    }
}
