//! A busy and careless press office: what it saves next, by the rules that `accept` keeps.

use std::collections::BTreeMap;

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use release::{By, Correction, Format, Lang, Path, Revision, Role, Site, Status, Text};
use uuid::Uuid;

use super::stats::Stats;

/// Stands in every text that must never be public.
pub(super) const CANARY: &str = "canary-of-a-draft";
const START: &str = "2026-01-20T08:00:00Z";
const LANGUAGES: [&str; 3] = ["en", "fr", "ar"];
const TOPICS: [&str; 2] = ["research", "events"];

/// Every stored revision, by release.
pub(super) type Truth = BTreeMap<Uuid, Vec<Revision>>;

pub(super) struct Newsroom {
    rng: Rng,
    now: Timestamp,
    created: u32,
    pub(super) truth: Truth,
}

/// A language of the site.
pub(super) fn lang(tag: &str) -> Lang {
    Lang::parse(tag).unwrap()
}

impl Newsroom {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            rng: Rng::with_seed(seed),
            now: START.parse().unwrap(),
            created: 0,
            truth: Truth::new(),
        }
    }

    /// The next thing that somebody saves.
    pub(super) fn next(&mut self, site: &Site, stats: &Stats) -> Revision {
        let hours = match self.rng.u32(0..10) {
            0..5 => 1,
            5..9 => 6,
            _ => 60,
        };
        let minutes = self.rng.i64(1..=hours * 60);
        self.now += SignedDuration::from_secs(minutes * 60 + self.rng.i64(0..60));
        let wish = self.rng.u32(0..100);
        if self.truth.is_empty() || wish < 32 {
            return self.create(site, stats);
        }
        let known: Vec<Uuid> = self.truth.keys().copied().collect();
        // Mostly about recent ones, as in life.
        let reach = if self.rng.bool() { known.len().min(6) } else { known.len() };
        let id = known[known.len() - 1 - self.rng.usize(0..reach)];
        let last = self.truth[&id].last().unwrap().clone();
        match last.status {
            Status::Withdrawn if wish < 75 => self.again(last, site, stats, "restore"),
            _ => match wish {
                32..47 => self.again(last, site, stats, "edit"),
                47..54 => self.minor(last, site, stats),
                54..63 => self.retopic(last, site, stats),
                63..72 => self.translate(last, site, stats),
                72..79 => self.redate(last, site, stats, 3),
                79..86 => self.redate(last, site, stats, 100),
                86..94 => self.withdraw(last, site, stats),
                _ => self.draft(last, stats),
            },
        }
    }

    fn create(&mut self, site: &Site, stats: &Stats) -> Revision {
        self.created += 1;
        let id = Uuid::from_u128((0x0195_0000_0000_7000_8000 << 48) + u128::from(self.created));
        let mut languages = LANGUAGES.to_vec();
        self.rng.shuffle(&mut languages);
        languages.truncate(self.rng.usize(1..=3));
        let draft = self.rng.u32(0..100) < 12;
        let mut revision = Revision {
            schema: Revision::SCHEMA,
            id,
            revision: 1,
            at: self.now,
            by: By {
                name: "sim".to_owned(),
                role: Role::Editor,
            },
            status: Status::Draft,
            language: lang(languages[0]),
            publish_at: None,
            published: None,
            updated: None,
            path: None,
            date: None,
            texts: languages.iter().map(|tag| (lang(tag), Text::default())).collect(),
            topics: TOPICS.iter().filter(|_| self.rng.bool()).map(|id| (*id).to_owned()).collect(),
            event: None,
            media: Vec::new(),
            links: Vec::new(),
            contacts: Vec::new(),
            boilerplates: Vec::new(),
            correction: None,
            reason: BTreeMap::new(),
            guid: (self.rng.u32(0..12) == 0).then(|| format!("https://old.example/?p={}", self.created)),
            note: None,
            editor: None,
            submitter: None,
            approval: None,
            emergency: None,
            overridden: None,
        };
        if draft {
            stats.count("op create a draft");
            self.write_texts(&mut revision, true);
            return revision;
        }
        stats.count("op create");
        self.write_texts(&mut revision, false);
        if self.rng.u32(0..8) == 0 {
            let days = self.rng.i64(1..20);
            revision.published = Some(whole(self.now - SignedDuration::from_hours(24 * days)));
        }
        self.publish(revision, false, site)
    }

    fn number(id: Uuid) -> u128 {
        id.as_u128() & 0xffff_ffff
    }

    /// The revision after one, at this time.
    fn after(&self, last: Revision) -> Revision {
        Revision {
            revision: last.revision + 1,
            at: self.now,
            correction: None,
            reason: BTreeMap::new(),
            ..last
        }
    }

    /// What makes a revision public: dates and an address.
    fn publish(&mut self, mut revision: Revision, minor: bool, site: &Site) -> Revision {
        let now = whole(self.now);
        revision.status = Status::Published;
        let published = *revision.published.get_or_insert(now);
        revision.updated = Some(match revision.updated {
            None => now,
            Some(last) if minor => last,
            Some(last) => now.max(last + SignedDuration::from_secs(1)),
        });
        let day = published.to_zoned_datetime(site.zone.clone()).date();
        revision.path.get_or_insert_with(|| Path {
            year: day.year(),
            month: day.month(),
            slug: format!("release-{}", Self::number(revision.id)),
        });
        revision
    }

    fn again(&mut self, last: Revision, site: &Site, stats: &Stats, what: &'static str) -> Revision {
        stats.count(if what == "restore" { "op restore" } else { "op edit" });
        let mut revision = self.after(last);
        self.write_texts(&mut revision, false);
        if self.rng.bool() {
            let note = BTreeMap::from([(revision.language.clone(), "A figure was put right.".to_owned())]);
            revision.correction = Some(Correction { note, minor: false });
        }
        self.publish(revision, false, site)
    }

    fn minor(&mut self, last: Revision, site: &Site, stats: &Stats) -> Revision {
        stats.count("op minor edit");
        let mut revision = self.after(last);
        self.write_texts(&mut revision, false);
        revision.correction = Some(Correction {
            minor: true,
            ..Correction::default()
        });
        self.publish(revision, true, site)
    }

    fn retopic(&mut self, last: Revision, site: &Site, stats: &Stats) -> Revision {
        stats.count("op other topics");
        let mut revision = self.after(last);
        revision.topics = TOPICS.iter().filter(|_| self.rng.bool()).map(|id| (*id).to_owned()).collect();
        self.write_texts(&mut revision, false);
        self.publish(revision, false, site)
    }

    fn translate(&mut self, last: Revision, site: &Site, stats: &Stats) -> Revision {
        let mut revision = self.after(last);
        let tag = lang(LANGUAGES[self.rng.usize(0..3)]);
        if tag == revision.language || revision.texts.remove(&tag).is_none() {
            stats.count("op translate");
            revision.texts.insert(tag, Text::default());
        } else {
            stats.count("op untranslate");
        }
        self.write_texts(&mut revision, false);
        self.publish(revision, false, site)
    }

    /// Another date up to `days` back.
    fn redate(&mut self, last: Revision, site: &Site, stats: &Stats, days: i64) -> Revision {
        stats.count(if days > 31 { "op other month" } else { "op other day" });
        let mut revision = self.after(last);
        let back = SignedDuration::from_hours(self.rng.i64(0..24 * days));
        revision.published = Some(whole(self.now - back));
        self.write_texts(&mut revision, false);
        self.publish(revision, false, site)
    }

    fn withdraw(&mut self, last: Revision, site: &Site, stats: &Stats) -> Revision {
        let public = self.truth[&last.id].iter().rev().find(|revision| revision.status.is_public());
        let Some(public) = public.cloned() else {
            return self.again(last, site, stats, "edit");
        };
        stats.count("op withdraw");
        let (number, texts) = (last.revision, public.texts);
        let mut revision = self.after(last);
        debug_assert_eq!(revision.revision, number + 1);
        revision.texts = texts;
        revision.topics = public.topics;
        revision.reason = BTreeMap::from([(lang("en"), "It was sent too early.".to_owned())]);
        let revision = self.publish(revision, false, site);
        Revision {
            status: Status::Withdrawn,
            ..revision
        }
    }

    /// Somebody works on it; nobody may see.
    fn draft(&mut self, last: Revision, stats: &Stats) -> Revision {
        stats.count("op draft of a live one");
        let mut revision = self.after(last);
        revision.status = Status::Draft;
        self.write_texts(&mut revision, true);
        revision
    }

    fn write_texts(&mut self, revision: &mut Revision, draft: bool) {
        let (number, n) = (Self::number(revision.id), revision.revision);
        let mark = if draft { CANARY.to_owned() } else { mark(number, n) };
        for (tag, text) in &mut revision.texts {
            let title = if draft { CANARY } else { "Release" };
            let paragraphs = match self.rng.u32(0..20) {
                0 => self.rng.usize(200..500),
                1 => self.rng.usize(40..200),
                _ => self.rng.usize(1..5),
            };
            let sentence = format!("<p>The council & its members met on day {n} in {tag}.</p>\n");
            let summary = match self.rng.u32(0..6) {
                0 => format!(
                    "{mark} {}",
                    "A summary that says <nearly> everything. ".repeat(self.rng.usize(20..45))
                ),
                1 | 2 => format!("{mark} In short."),
                _ => String::new(),
            };
            *text = Text {
                title: format!("{title} {number} of {tag} & more, edition {n}"),
                summary,
                body: format!("<p>{mark} – a text.</p>\n{}", sentence.repeat(paragraphs)),
                format: Format::Html,
                ..Text::default()
            };
        }
    }

    /// A revision is stored.
    pub(super) fn stored(&mut self, revision: Revision) {
        self.truth.entry(revision.id).or_default().push(revision);
    }
}

/// Stands in the texts of one public revision.
pub(super) fn mark(number: u128, revision: u32) -> String {
    format!("mark-{number}-{revision};")
}

fn whole(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap()
}
