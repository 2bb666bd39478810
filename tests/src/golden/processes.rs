//! The same state gives the same bytes in every process: nothing hangs on addresses, hash seeds or the clock.

use std::{
    collections::BTreeSet,
    process::{Child, Command, Stdio},
};

use feed::{
    FeedId, FeedView, Index, Public, ReleaseView, chooser, feeds_page, home_page, not_found, release_page, schema, style, to_json,
    topic_page,
};
use release::{Revision, Site};

use super::releases;
use crate::newsroom::site;

/// A hash seed that matters shows up in one of these nearly surely; each costs about a tenth of a second.
const PROCESSES: usize = 50;
/// Side by side: machines have two cores at least.
const AT_ONCE: usize = 2;

/// Asks a child for its hash.
const CHILD: &str = "PRESSROOM_GOLDEN_CHILD";
/// What the child prints before it.
const MARK: &str = "hash of all documents: ";

/// Every document of the golden site, rendered without a store, as one hash.
fn hash(site: &Site, all: &[Revision]) -> String {
    let mut bytes = to_json(&Index::of(site));
    bytes.extend(chooser(site).unwrap());
    bytes.extend(not_found(site).unwrap());
    bytes.extend(style(site).into_bytes());
    for name in schema::NAMES {
        bytes.extend(to_json(&schema::of(name, site)));
    }
    let publics: Vec<Public> = all.iter().filter_map(|revision| Public::of(revision, site)).collect();
    let views: Vec<&Public> = publics.iter().collect();
    for feed in FeedId::all(site) {
        let view = FeedView::with(None, &views, site, &feed).unwrap();
        bytes.extend(to_json(&view));
        bytes.extend(view.to_rss(site, &feed).unwrap().to_vec());
        bytes.extend(view.to_atom(site, &feed).unwrap().to_vec());
        bytes.extend(home_page(&view, site).unwrap());
        bytes.extend(topic_page(&view, site).unwrap());
        bytes.extend(feeds_page(&view, site).unwrap());
    }
    for (public, revision) in publics.iter().zip(all.iter().filter(|revision| revision.status.is_public())) {
        bytes.extend(public.document());
        bytes.extend(to_json(&ReleaseView::admit(None, revision, public, site).unwrap()));
        for language in &site.languages {
            bytes.extend(release_page(public, site, &language.tag).unwrap());
        }
    }
    feed::sha256(&bytes)
}

fn child() -> Child {
    let itself = std::env::current_exe().unwrap();
    let name = "golden::processes::a_child_says_its_hash";
    let mut command = Command::new(itself);
    command.args(["--exact", name, "--nocapture", "--test-threads=1"]);
    command.env(CHILD, "1").stdout(Stdio::piped()).spawn().unwrap()
}

fn said(child: Child) -> String {
    let out = child.wait_with_output().unwrap();
    let text = String::from_utf8(out.stdout).unwrap();
    let hash = text.lines().find_map(|line| line.split_once(MARK)).map(|(_, hash)| hash.to_owned());
    hash.unwrap_or_else(|| panic!("a child said no hash: {text}"))
}

/// Run alone it says nothing; [`child`] runs it in a process of its own.
#[test]
fn a_child_says_its_hash() {
    if std::env::var_os(CHILD).is_some() {
        let site = site();
        println!("{MARK}{}", hash(&site, &releases::all(&site)));
    }
}

#[test]
#[allow(non_snake_case)]
fn B86_fifty_processes_render_the_same_bytes() {
    let site = site();
    let mut hashes = BTreeSet::from([hash(&site, &releases::all(&site))]);
    for _ in 0..PROCESSES / AT_ONCE {
        let children: Vec<Child> = (0..AT_ONCE).map(|_| child()).collect();
        hashes.extend(children.into_iter().map(said));
    }
    assert_eq!(hashes.len(), 1, "{hashes:?}");
}
