//! What must hold at every moment (faults.md, section 4), judged at each write that the site bucket takes.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Mutex, MutexGuard},
};

use bytes::Bytes;
use feed::{Change, Changes, ChangesPage, FeedView, Item, Month, MonthView, MonthsView, PAGE_SIZE, Stamp, to_json};
use local::s3::Attempt;
use release::{Lang, Revision, Status};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::newsroom::CANARY;

/// What is wrong.
pub(super) type Wrong = Result<(), String>;

/// Sees each write of the site bucket, in order.
#[derive(Debug, Default)]
pub(super) struct Observer(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    /// The site bucket as its writers left it.
    objects: BTreeMap<String, Bytes>,
    /// Public revisions that were saved or may have been.
    saved: BTreeMap<(Uuid, u32), Status>,
    /// The highest revision of a release that a document showed.
    highest: HashMap<(String, Uuid), (u32, Stamp)>,
    /// The states a feed had.
    states: HashMap<String, Vec<(Option<u64>, String)>>,
    /// The latest of them that a rendering showed.
    shown: HashMap<String, usize>,
    /// The change log by number, from heads and sealed pages.
    log: Vec<(Uuid, u32, String)>,
    /// Of the latest head.
    seq: u64,
    guids: HashMap<(String, Uuid), String>,
    /// A clock of events: when each writer began, and when a withdrawal was everywhere.
    now: u64,
    began: HashMap<usize, u64>,
    withdrawn: HashMap<Uuid, (u32, u64)>,
    wrong: Option<String>,
}

impl Observer {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap()
    }

    /// A revision is about to be saved.
    pub(super) fn saves(&self, revision: &Revision) {
        let mut seen = self.seen();
        if revision.status.is_public() {
            seen.saved.insert((revision.id, revision.revision), revision.status);
            // Whatever was withdrawn may come back with it.
            seen.withdrawn.remove(&revision.id);
        }
    }

    /// A writer starts with what is stored now.
    pub(super) fn begins(&self, who: usize) {
        let mut seen = self.seen();
        seen.now += 1;
        let now = seen.now;
        seen.began.insert(who, now);
    }

    /// A publisher says that these are public now, in all their views.
    pub(super) fn published(&self, revisions: &[(Uuid, u32)]) {
        let mut seen = self.seen();
        seen.now += 1;
        let now = seen.now;
        for (id, n) in revisions {
            let latest = seen.saved.range((*id, 0)..=(*id, u32::MAX)).next_back();
            if latest == Some((&(*id, *n), &Status::Withdrawn)) {
                seen.withdrawn.entry(*id).or_insert((*n, now));
            }
        }
    }

    /// A request was carried out.
    pub(super) fn saw(&self, who: usize, attempt: &Attempt) {
        let mut seen = self.seen();
        let result = match attempt.method.as_str() {
            "PUT" => seen.put(who, &attempt.key, attempt.version, attempt.body.clone()),
            "DELETE" => seen.delete(&attempt.key),
            _ => Ok(()),
        };
        if let Err(wrong) = result {
            let writer = format!("{}, written by {who}: {wrong}", attempt.key);
            seen.wrong.get_or_insert(writer);
        }
    }

    /// The first thing that was wrong.
    pub(super) fn verdict(&self) -> Wrong {
        self.seen().wrong.clone().map_or(Ok(()), Err)
    }

    /// The site bucket as its writers left it.
    pub(super) fn objects(&self) -> BTreeMap<String, Bytes> {
        self.seen().objects.clone()
    }
}

impl Seen {
    fn put(&mut self, who: usize, key: &str, version: Option<u64>, bytes: Bytes) -> Wrong {
        let text = std::str::from_utf8(&bytes).map_err(|_| "it is not UTF-8".to_owned())?;
        if text.contains(CANARY) {
            return Err("a draft is public".to_owned());
        }
        let name = key.rsplit('/').next().unwrap_or(key);
        match name {
            _ if key.starts_with("schema/") => {}
            "feed.json" => self.feed(key, version, &read(&bytes)?)?,
            "rss.xml" | "atom.xml" if !key.contains("/archive/") => {
                let state = text.rsplit_once("<!-- view ").and_then(|(_, tail)| tail.split_once(" -->"));
                self.rendering(key, &sibling(key), version, state.map(|(state, _)| state))?;
            }
            "index.html" if key.len() == "en/index.html".len() || key.contains("/topics/") => {
                self.rendering(key, &sibling(key), version, fingerprint(text))?;
            }
            "index.html" if key.ends_with("/feeds/index.html") => {
                self.rendering(key, &key.replace("feeds/index.html", "feed.json"), version, fingerprint(text))?;
            }
            "index.html" if key.contains("/archive/") => {
                self.archive(key, text, |text| fingerprint(text)?.split_once(':')?.1.parse().ok())?
            }
            "sitemap.xml" if key.contains("/archive/") => {
                self.archive(key, text, |text| {
                    text.split_once("<!-- view ")?.1.split_once(" -->")?.0.parse().ok()
                })?;
            }
            "index.html" if key.len() > "en/index.html".len() => self.page(key, text)?,
            "index.json" if key.ends_with("archive/index.json") => self.months(key, &read(&bytes)?)?,
            "index.json" if key.contains("/archive/") => self.month(key, &read(&bytes)?)?,
            _ if key == "changes/head.json" => self.head(&read(&bytes)?)?,
            _ if key.starts_with("changes/") => self.sealed(key, &bytes)?,
            _ if key.starts_with("releases/") => self.release(who, key, &bytes)?,
            _ => {}
        }
        self.objects.insert(key.to_owned(), bytes);
        Ok(())
    }

    fn delete(&mut self, key: &str) -> Wrong {
        self.objects.remove(key);
        if key.starts_with("releases/") && key.contains("/v") {
            Ok(())
        } else {
            Err("only a version document may go".to_owned())
        }
    }

    /// A document shows a release in a revision: one that was saved, and none older than it showed before.
    fn shows(&mut self, key: &str, release: Uuid, revision: u32, updated: Option<Stamp>) -> Wrong {
        if !self.saved.contains_key(&(release, revision)) {
            return Err(format!("it shows {release} in revision {revision}, which is not public"));
        }
        let before = self.highest.get(&(key.to_owned(), release)).copied();
        let updated = updated.or(before.map(|(_, updated)| updated));
        if let Some((highest, last)) = before {
            if revision < highest {
                return Err(format!("it shows {release} in revision {revision} and has shown {highest}"));
            }
            if updated.is_some_and(|updated| updated < last) {
                return Err(format!("`updated` of {release} went back from {} to {updated:?}", last.rfc3339()));
            }
        }
        let updated = updated.unwrap_or_else(|| Stamp::new(jiff::Timestamp::UNIX_EPOCH, &jiff::tz::TimeZone::UTC));
        self.highest.insert((key.to_owned(), release), (revision, updated));
        Ok(())
    }

    fn feed(&mut self, key: &str, version: Option<u64>, view: &FeedView) -> Wrong {
        for item in &view.items {
            self.shows(key, item.more.release, item.more.revision, Some(item.date_modified))?;
            self.is_in_its_month(item)?;
            // One guid in every feed of a language, for ever.
            let own = (view.language.to_string(), item.more.release);
            let guid = self.guids.entry(own).or_insert_with(|| item.id.clone());
            if *guid != item.id {
                return Err(format!("the guid of {} was {guid} and is {}", item.more.release, item.id));
            }
        }
        for left in &view.more.left {
            self.shows(key, left.release, left.revision, None)?;
        }
        if let Some(out) = view.more.left_out {
            self.shows(key, out.release, out.revision, None)?;
        }
        let ids: BTreeSet<Uuid> = view.items.iter().map(|item| item.more.release).collect();
        if ids.len() != view.items.len() || view.more.left.iter().any(|left| ids.contains(&left.release)) {
            return Err("it shows a release twice".to_owned());
        }
        // `updated` is the newest of what is shown. So it goes back only when what had it is not shown any more.
        if let Some(before) = self.objects.get(key) {
            let before: FeedView = read(before)?;
            let newest = before.items.iter().max_by_key(|item| item.date_modified);
            if let Some(newest) = newest.filter(|item| ids.contains(&item.more.release))
                && view.updated() < Some(newest.date_modified)
            {
                return Err(format!(
                    "the feed's `updated` went back, and {} is still shown",
                    newest.more.release
                ));
            }
        }
        // Who is slow knows a state by its bytes.
        let (state, states) = (view.fingerprint(), self.states.entry(key.to_owned()).or_default());
        let last = states.last().is_some_and(|(_, known)| *known == state);
        if !last && states.iter().any(|(_, known)| *known == state) {
            return Err(format!("the feed came back to a state that it was in ({state})"));
        }
        states.push((version, state));
        Ok(())
    }

    /// A feed that loses an entry asks the months for the next one, so they never know less than a feed shows.
    fn is_in_its_month(&self, item: &Item) -> Wrong {
        let (release, revision) = (item.more.release, item.more.revision);
        let month = Month::of(item.date_published).json(&Lang::parse("en")?);
        let view = self.objects.get(&month[1..]).map(|bytes| read::<MonthView>(bytes)).transpose()?;
        let known = view.and_then(|view| {
            let shown = view.releases.iter().find(|card| card.id == release).map(|card| card.revision);
            // A later revision may have taken it to another month.
            shown.or(view.left.iter().find(|left| left.release == release).map(|left| left.revision))
        });
        if known.is_none_or(|known| known < revision) {
            return Err(format!("it shows {release} in revision {revision}, and {month} has {known:?}"));
        }
        Ok(())
    }

    /// A rendering shows a state the feed had, never an older one than before. The version that its writer gives tells which of two writes
    /// of a state is meant.
    fn rendering(&mut self, key: &str, feed: &str, version: Option<u64>, state: Option<&str>) -> Wrong {
        let state = state.ok_or("it does not say which state it shows")?;
        let states = self.states.get(feed).map(Vec::as_slice).unwrap_or_default();
        let at = states.iter().rposition(|(of, known)| *of == version && known == state);
        let at = at.ok_or_else(|| format!("it shows a state ({state}) that the feed never had"))?;
        let shown = self.shown.entry(key.to_owned()).or_default();
        if at < *shown {
            return Err(format!("it shows state {at} of the feed over state {shown}"));
        }
        *shown = at;
        Ok(())
    }

    fn page(&mut self, key: &str, text: &str) -> Wrong {
        let (id, n) = fingerprint(text)
            .and_then(|state| state.split_once(':'))
            .ok_or("it does not say what it shows")?;
        let (id, n) = (id.parse().map_err(|e| format!("{e}"))?, n.parse().map_err(|e| format!("{e}"))?);
        if !text.trim_end().ends_with("</html>") {
            return Err("the page is cut".to_owned());
        }
        self.shows(key, id, n, None)
    }

    fn month(&mut self, key: &str, view: &MonthView) -> Wrong {
        for card in &view.releases {
            self.shows(key, card.id, card.revision, Some(card.updated))?;
        }
        for left in &view.left {
            self.shows(key, left.release, left.revision, None)?;
        }
        Ok(())
    }

    /// A page of the archive says how heavy its month is, or how many months it lists: that never gets less.
    fn archive(&mut self, key: &str, text: &str, weight: fn(&str) -> Option<u64>) -> Wrong {
        let now = weight(text).ok_or("it does not say what it shows")?;
        let before = self.objects.get(key).and_then(|before| weight(std::str::from_utf8(before).ok()?));
        if before.is_some_and(|before| before > now) {
            return Err(format!("it shows {now} and has shown {before:?}"));
        }
        Ok(())
    }

    fn months(&mut self, key: &str, view: &MonthsView) -> Wrong {
        let Some(before) = self.objects.get(key) else { return Ok(()) };
        let before: MonthsView = read(before)?;
        for line in &before.months {
            let now = view.months.iter().find(|other| other.of() == line.of());
            if now.is_none_or(|now| now.weight < line.weight) {
                return Err(format!("month {}-{} went back", line.year, line.month));
            }
        }
        Ok(())
    }

    fn head(&mut self, head: &Changes) -> Wrong {
        let sealed = usize::try_from(head.pages).unwrap() * head.page_size;
        if usize::try_from(head.seq).unwrap() != sealed + head.changes.len() {
            return Err("its number is not that of its last change".to_owned());
        }
        if head.seq < self.seq {
            return Err(format!("the log went back from {} to {}", self.seq, head.seq));
        }
        self.seq = head.seq;
        self.changes(sealed, &head.changes)
    }

    fn sealed(&mut self, key: &str, bytes: &Bytes) -> Wrong {
        self.once(key, bytes, "a sealed page")?;
        let page: ChangesPage = read(bytes)?;
        if page.changes.len() != PAGE_SIZE || key != format!("changes/{:08}.json", page.page) {
            return Err("it is not a whole page".to_owned());
        }
        self.changes(usize::try_from(page.page - 1).unwrap() * PAGE_SIZE, &page.changes)
    }

    /// Numbers have no gaps, and what was once said stays.
    fn changes(&mut self, before: usize, changes: &[Change]) -> Wrong {
        for (n, change) in changes.iter().enumerate() {
            let line = (change.release, change.revision, change.sha256.clone());
            if usize::try_from(change.seq).unwrap() != before + n + 1 {
                return Err(format!("change {} stands where {} should", change.seq, before + n + 1));
            }
            match self.log.get(before + n) {
                Some(known) if *known != line => return Err(format!("change {} was {known:?} and is {line:?}", change.seq)),
                Some(_) => {}
                None if self.log.len() == before + n => self.log.push(line),
                None => return Err(format!("nobody ever showed the changes before {}", change.seq)),
            }
        }
        Ok(())
    }

    fn once(&self, key: &str, bytes: &Bytes, what: &str) -> Wrong {
        match self.objects.get(key) {
            Some(before) if before != bytes => Err(format!("{what} changed")),
            _ => Ok(()),
        }
    }

    fn release(&mut self, who: usize, key: &str, bytes: &Bytes) -> Wrong {
        let Some((id, n)) = version_of(key) else {
            let view: feed::ReleaseView = read(bytes)?;
            let known: BTreeSet<u32> = view.versions.iter().map(|version| version.revision).collect();
            if let Some(before) = self.objects.get(key) {
                let before: feed::ReleaseView = read(before)?;
                if !before.versions.iter().all(|version| known.contains(&version.revision)) {
                    return Err("its history lost a revision".to_owned());
                }
            }
            return self.shows(key, view.latest.id, view.latest.revision, Some(view.latest.updated));
        };
        self.once(key, bytes, "a version document")?;
        let _: feed::Public = read(bytes)?;
        if !self.saved.contains_key(&(id, n)) {
            return Err("that revision is not public".to_owned());
        }
        // Whoever began after a withdrawal was everywhere knows of it.
        if let Some((withdrawal, since)) = self.withdrawn.get(&id)
            && n < *withdrawal
            && self.saved[&(id, n)] == Status::Published
            && self.began.get(&who).is_some_and(|began| began > since)
        {
            return Err(format!("it came back, though revision {withdrawal} withdrew it"));
        }
        Ok(())
    }
}

/// The release and revision of a version document.
pub(super) fn version_of(key: &str) -> Option<(Uuid, u32)> {
    let (id, n) = key.strip_prefix("releases/")?.strip_suffix(".json")?.split_once("/v")?;
    Some((id.parse().ok()?, n.parse().ok()?))
}

/// A document is whole: it can be read, and nothing is lost by reading it.
pub(super) fn read<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    let document: T = serde_json::from_slice(bytes).map_err(|e| format!("it cannot be read: {e}"))?;
    if to_json(&document) == bytes {
        Ok(document)
    } else {
        Err("reading it loses something".to_owned())
    }
}

fn sibling(key: &str) -> String {
    let folder = key.rsplit_once('/').map_or("", |(folder, _)| folder);
    format!("{folder}/feed.json")
}

fn fingerprint(page: &str) -> Option<&str> {
    let (_, rest) = page.split_once("<meta name=\"pressroom-view\" content=\"")?;
    rest.split_once('"').map(|(state, _)| state)
}
