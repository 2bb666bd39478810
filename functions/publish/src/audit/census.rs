//! What the shared views need to know of every release: a line each, without texts, so that a million of them fit into memory.

use std::{
    cmp::Reverse,
    collections::BTreeMap,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::Arc,
};

use feed::{Entry, FeedId, Former, Kind, Month, MonthLine, MonthsView, ReleaseView};
use jiff::Timestamp;
use release::{Lang, Site, Status};
use uuid::Uuid;

use super::fold::Fold;
use crate::{Desk, Failure};

/// One public release.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) id: Uuid,
    /// Its highest public revision.
    pub(super) revision: u32,
    pub(super) status: Status,
    /// Its date, in seconds.
    pub(super) published: i64,
    /// The latest date that any of its revisions had.
    latest_date: i64,
    pub(super) month: Month,
    /// It had languages, topics or a later date that it has not any more.
    pub(super) moved: bool,
    /// Other months it was in.
    former_months: Box<[Month]>,
    /// Languages and topics of the site: twice their number, plus one for those it has not any more.
    places: Box<[u16]>,
}

/// One public revision, as the journal should have it.
#[derive(Debug, Clone)]
pub(super) struct Logged {
    pub(super) id: Uuid,
    pub(super) revision: u32,
    pub(super) at: Timestamp,
    facts: u64,
    /// The journal has it.
    pub(super) seen: bool,
}

impl Logged {
    pub(super) fn of(entry: &Entry) -> Self {
        let mut hasher = DefaultHasher::new();
        (entry.at, entry.status, &entry.sha256).hash(&mut hasher);
        Self {
            id: entry.release,
            revision: entry.revision,
            at: entry.at,
            facts: hasher.finish(),
            seen: false,
        }
    }

    /// True when both say the same of the revision.
    pub(super) fn agrees(&self, other: &Self) -> bool {
        (self.key(), self.facts) == (other.key(), other.facts)
    }

    pub(super) fn key(&self) -> (Uuid, u32) {
        (self.id, self.revision)
    }
}

/// What may be shown in a feed.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    /// Releases that belong into it, newest first, with their revision.
    pub(super) shown: Vec<(Uuid, u32)>,
    /// Releases that left it or may have, with revision and the latest date that they had.
    pub(super) left: Vec<(Uuid, u32, i64)>,
    /// The last one shown, when there may be more: its date and id.
    pub(super) last: Option<(i64, Uuid)>,
}

/// Every public release, by id.
#[derive(Debug, Default)]
pub(super) struct Census {
    languages: Vec<Lang>,
    topics: Vec<String>,
    lines: Vec<Line>,
    log: Vec<Logged>,
    index: Option<Index>,
    list: Option<Arc<MonthsView>>,
}

/// Positions of lines, by month and in the order of feeds.
#[derive(Debug, Default)]
struct Index {
    months: BTreeMap<Month, Vec<u32>>,
    order: Vec<u32>,
    /// Those that had a later date than they have now.
    dated: Vec<u32>,
}

impl Census {
    pub(super) fn new(site: &Site) -> Self {
        Self {
            languages: site.languages.iter().map(|language| language.tag.clone()).collect(),
            topics: site.topics.iter().map(|topic| topic.id.clone()).collect(),
            ..Self::default()
        }
    }

    /// Takes a release in, in place of what was known of it.
    pub(super) fn add(&mut self, fold: &Fold) {
        let Some(view) = &fold.view else { return };
        let line = self.line(view);
        match self.lines.binary_search_by_key(&line.id, |known| known.id) {
            Ok(at) => self.lines[at] = line,
            // In the order of ids, as releases are listed, this is the end.
            Err(at) => self.lines.insert(at, line),
        }
        for mut logged in fold.entries.iter().map(Logged::of) {
            match self.log.binary_search_by_key(&logged.key(), Logged::key) {
                Ok(at) => {
                    logged.seen = self.log[at].seen;
                    self.log[at] = logged;
                }
                Err(at) => self.log.insert(at, logged),
            }
        }
        (self.index, self.list) = (None, None);
    }

    /// Reads again the releases that a view names in a later revision than is known here.
    pub(super) async fn refresh(&mut self, desk: &Desk, named: impl IntoIterator<Item = (Uuid, u32)>) -> Result<(), Failure> {
        for (id, revision) in named {
            if self.get(id).is_none_or(|line| line.revision < revision) {
                self.add(&Fold::fresh(desk, id).await?);
            }
        }
        Ok(())
    }

    fn line(&self, view: &ReleaseView) -> Line {
        let latest = &view.latest;
        let (languages, topics) = view.ever();
        let month = Month::of(latest.published);
        let code = |at: usize, left: bool| u16::try_from(2 * at + usize::from(left)).ok();
        let language = |(at, tag): (usize, &Lang)| languages.contains(tag).then(|| code(at, !latest.languages.contains(tag)))?;
        let topic = |(at, id): (usize, &String)| {
            let place = self.languages.len() + at;
            topics.contains(id).then(|| code(place, !latest.topics.contains(id)))?
        };
        let places = self.languages.iter().enumerate().filter_map(language);
        let places = places.chain(self.topics.iter().enumerate().filter_map(topic)).collect();
        Line {
            id: latest.id,
            revision: latest.revision,
            status: latest.status,
            published: latest.published.at().as_second(),
            latest_date: view.former_date().unwrap_or(latest.published).at().as_second(),
            month,
            moved: view.card().former != Former::default(),
            former_months: view.months().into_iter().filter(|other| *other != month).collect(),
            places,
        }
    }

    pub(super) fn get(&self, id: Uuid) -> Option<&Line> {
        let at = self.lines.binary_search_by_key(&id, |known| known.id).ok()?;
        self.lines.get(at)
    }

    /// Every public revision, by release and number.
    pub(super) fn log(&mut self) -> &mut [Logged] {
        &mut self.log
    }

    /// What the journal should say of a revision; `None` when it is not public.
    pub(super) fn logged(&mut self, entry: &Entry) -> Option<&mut Logged> {
        let at = self.log.binary_search_by_key(&(entry.release, entry.revision), Logged::key).ok()?;
        self.log.get_mut(at)
    }

    /// The number of a feed's language or topic; `None` for a feed that shows every release.
    fn place(&self, feed: &FeedId) -> Option<u16> {
        let at = match &feed.kind {
            Kind::Filled => return None,
            Kind::Only => self.languages.iter().position(|tag| *tag == feed.language),
            Kind::Topic(topic) => {
                let topic = self.topics.iter().position(|id| id == topic);
                topic.map(|at| self.languages.len() + at)
            }
        };
        // A feed of no language or topic of the site shows nothing.
        Some(at.and_then(|at| u16::try_from(at).ok()).unwrap_or(u16::MAX / 2))
    }

    fn index(&mut self) -> (&[Line], &Index) {
        let lines = &self.lines;
        let index = self.index.get_or_insert_with(|| {
            let mut index = Index::default();
            for (at, line) in (0..).zip(lines) {
                for month in line.former_months.iter().chain([&line.month]) {
                    index.months.entry(*month).or_default().push(at);
                }
                index.order.push(at);
                if line.latest_date > line.published {
                    index.dated.push(at);
                }
            }
            index
                .order
                .sort_unstable_by_key(|at| lines.get(*at as usize).map(|line| (Reverse(line.published), line.id)));
            index
        });
        (lines, index)
    }

    /// The newest releases of a feed, up to one more than `count`, and those that left it in between.
    pub(super) fn candidates(&mut self, feed: &FeedId, count: usize) -> Candidates {
        let place = self.place(feed);
        let mut found = Candidates::default();
        let (lines, index) = self.index();
        for line in index.order.iter().filter_map(|at| lines.get(*at as usize)) {
            if place.is_none_or(|place| line.places.contains(&(2 * place))) {
                found.shown.push((line.id, line.revision));
                if found.shown.len() > count {
                    found.last = Some((line.published, line.id));
                    break;
                }
            } else if place.is_some_and(|place| line.places.contains(&(2 * place + 1))) {
                found.left.push((line.id, line.revision, line.latest_date));
            }
        }
        for line in index.dated.iter().filter_map(|at| lines.get(*at as usize)) {
            let reached = |(published, id)| (Reverse(line.latest_date), line.id) <= (Reverse(published), id);
            let had = place.is_none_or(|place| line.places.iter().any(|known| known / 2 == place));
            if had && found.last.is_none_or(reached) {
                found.left.push((line.id, line.revision, line.latest_date));
            }
        }
        found
    }

    /// The months that any release was ever in.
    pub(super) fn months(&mut self) -> Vec<Month> {
        self.index().1.months.keys().copied().collect()
    }

    /// The releases that are in a month or were.
    pub(super) fn of_month(&mut self, month: Month) -> Vec<Line> {
        let (lines, index) = self.index();
        let at = index.months.get(&month).into_iter().flatten();
        at.filter_map(|at| lines.get(*at as usize)).cloned().collect()
    }

    /// The list of months.
    pub(super) fn list(&mut self, site: &Site) -> Arc<MonthsView> {
        if let Some(list) = &self.list {
            return Arc::clone(list);
        }
        let (lines, index) = self.index();
        let line = |(month, at): (&Month, &Vec<u32>)| {
            let known = || at.iter().filter_map(|at| lines.get(*at as usize));
            let here = |status| known().filter(|line| line.month == *month && line.status == status).count();
            let weight = known().map(|line| u64::from(line.revision)).sum();
            let counts = [here(Status::Published), here(Status::Withdrawn)];
            MonthLine::new(*month, counts, weight, site.default_language(), site)
        };
        let months: Vec<MonthLine> = index.months.iter().map(line).collect();
        let list = Arc::new(MonthsView::admit(None, &months, site).unwrap_or_else(|| MonthsView::empty(site)));
        self.list = Some(Arc::clone(&list));
        list
    }
}
