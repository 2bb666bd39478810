//! In peace: what is stored against what the model says, byte for byte, and the change log against its rules.

use std::collections::{BTreeMap, BTreeSet};

use feed::{Changes, Journal, sha256};
use release::Status;
use store::{Bucket, Key, Store};
use uuid::Uuid;

use super::{
    model,
    newsroom::Truth,
    observe::{Wrong, read, version_of},
    world::World,
};

/// The first difference is all that a person can read at once.
const SHOWN: usize = 400;

/// Every public object equals the model's; nothing else is there; nothing is left to do.
pub(super) async fn site(world: &World, truth: &Truth) -> Wrong {
    let reader = world.reader();
    let objects = all(&reader, Bucket::Site).await?;
    let observed = world.observer.objects();
    let same = objects.len() == observed.len()
        && observed
            .iter()
            .all(|(key, bytes)| objects.get(key).is_some_and(|found| found[..] == bytes[..]));
    if !same {
        return Err("the observer has missed something".to_owned());
    }
    let (aside, _) = reader
        .list(Bucket::Content, "set-aside/", None, 1)
        .await
        .map_err(|e| e.to_string())?;
    if let Some(path) = aside.first() {
        let key = Key::revision_of(&path.replace("set-aside/", "releases/")).map(|(id, n)| Key::SetAside(id, n));
        let record = reader.get(&key.ok_or("an odd record")?).await.map_err(|e| e.to_string())?;
        let said = record.map(|found| String::from_utf8_lossy(&found.bytes).into_owned());
        return Err(format!("{path} was set aside: {said:?}"));
    }
    let expected = model::tree(truth, &world.site);
    for (key, bytes) in &expected {
        match objects.get(key) {
            None => return Err(format!("{key} is missing")),
            Some(found) if found != bytes => return Err(difference(key, bytes, found)),
            Some(_) => {}
        }
    }
    // The sweeper has just judged it, by a clock that is here and there at once.
    let (news, now) = (Key::NewsSitemap.path(), world.house_clock());
    let judged = model::news(truth, &world.site, now);
    if objects.get(&news) != Some(&judged) {
        let found = objects.get(&news).map(Vec::as_slice).unwrap_or_default();
        return Err(difference(&news, &judged, found));
    }
    for key in objects.keys().filter(|key| !key.starts_with("changes/") && **key != news) {
        if !expected.contains_key(key) {
            return Err(format!("{key} should not be there"));
        }
    }
    log(world, truth, &objects, &reader).await?;
    let (pending, _) = reader
        .list(Bucket::Content, "pending/", None, 1_000)
        .await
        .map_err(|e| e.to_string())?;
    if !pending.is_empty() {
        return Err(format!("markers are left: {pending:?}"));
    }
    world.stats.add("dead letter", world.dead_letters().len() as u64);
    Ok(())
}

/// All objects of a bucket.
async fn all(reader: &Store, bucket: Bucket) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let (mut objects, mut after) = (BTreeMap::new(), None);
    loop {
        let page = reader.list(bucket, "", after.as_deref(), 1_000).await;
        let (keys, more) = page.map_err(|e| e.to_string())?;
        for key in &keys {
            let served = reader.fetch(key).await.map_err(|e| e.to_string())?;
            objects.insert(key.clone(), served.ok_or("it vanished")?.bytes.to_vec());
        }
        after = keys.last().cloned();
        if !more {
            return Ok(objects);
        }
    }
}

/// Numbers without gaps, each public revision once, with the hash of its version document; the journal says the same.
async fn log(world: &World, truth: &Truth, objects: &BTreeMap<String, Vec<u8>>, reader: &Store) -> Wrong {
    let head: Changes = read(objects.get("changes/head.json").ok_or("there is no change log")?)?;
    let journal = reader
        .get(&Key::Journal)
        .await
        .map_err(|e| e.to_string())?
        .ok_or("there is no journal")?;
    let journal: Journal = read(&journal.bytes)?;
    if Changes::of(&journal, &world.site) != head {
        return Err("the log does not show what the journal holds".to_owned());
    }
    let mut expected: BTreeMap<(Uuid, u32), (Status, String)> = BTreeMap::new();
    for release in model::released(truth, &world.site).values() {
        for (_, public) in &release.publics {
            expected.insert((public.id, public.revision), (public.status, sha256(&public.document())));
        }
    }
    let mut seen = BTreeSet::new();
    for change in &head.changes {
        let key = (change.release, change.revision);
        if !seen.insert(key) {
            return Err(format!("the log has {key:?} twice"));
        }
        if expected.get(&key) != Some(&(change.status, change.sha256.clone())) {
            return Err(format!("the log says of {key:?} what the revision does not"));
        }
        if version_of(change.url.trim_start_matches("https://press.sim.example/")) != Some(key) {
            return Err(format!("the log leads from {key:?} to {}", change.url));
        }
    }
    if seen.len() == expected.len() {
        Ok(())
    } else {
        Err(format!("the log has {} of {} revisions", seen.len(), expected.len()))
    }
}

fn difference(key: &str, expected: &[u8], found: &[u8]) -> String {
    let at = expected.iter().zip(found).take_while(|(a, b)| a == b).count();
    let around = |bytes: &[u8]| {
        let (from, to) = (at.saturating_sub(SHOWN / 2), (at + SHOWN / 2).min(bytes.len()));
        String::from_utf8_lossy(&bytes[from.min(to)..to]).into_owned()
    };
    format!(
        "{key} differs at byte {at}\n--- expected\n{}\n--- found\n{}",
        around(expected),
        around(found)
    )
}
