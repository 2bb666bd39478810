//! What `verify` and `rebuild` tell while they work and at the end.

use std::fmt;

use serde::Serialize;

/// What is wrong with an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Fault {
    /// The releases say that it is there, and it is not.
    #[serde(rename = "missing")]
    Missing,
    /// It has other bytes than the releases say.
    #[serde(rename = "different")]
    Different,
    /// No release says that it is there.
    #[serde(rename = "not expected")]
    Unexpected,
    /// A revision that cannot be read.
    #[serde(rename = "damaged")]
    Damaged,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Missing => "missing",
            Self::Different => "different",
            Self::Unexpected => "not expected",
            Self::Damaged => "damaged",
        })
    }
}

/// One object that is not as the releases say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Its key, in the site bucket but for `journal/` and revisions.
    pub key: String,
    /// What is wrong.
    pub fault: Fault,
    /// True when it was put right.
    pub mended: bool,
    /// What to know or do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// The parts of the work, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// The site bucket is listed.
    Listing,
    /// Each release with its versions and pages.
    Releases,
    /// The archive.
    Months,
    /// Every feed and home page.
    Feeds,
    /// The journal and what the public sees of it.
    ChangeLog,
    /// What depends on `site.toml` alone, and what should not be there.
    Rest,
}

impl Stage {
    /// A word for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Listing => "listing",
            Self::Releases => "releases",
            Self::Months => "months",
            Self::Feeds => "feeds",
            Self::ChangeLog => "change log",
            Self::Rest => "the rest",
        }
    }
}

/// Told while the work goes on.
#[derive(Debug)]
pub enum News<'a> {
    /// A part begins; how many steps it has, as far as that is known.
    Stage(Stage, Option<u64>),
    /// So many steps of it are done.
    Done(u64),
    /// Something is not as the releases say.
    Finding(&'a Finding),
    /// Something that a person should know and that is no difference.
    Note(&'a str),
}

/// Who is told.
pub type Watch<'a> = dyn Fn(News<'_>) + Send + Sync + 'a;

/// What was found. A `rebuild` sums it up over its rounds.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Public releases.
    pub releases: u64,
    /// Public objects, media apart.
    pub objects: u64,
    /// Objects that should be there.
    pub missing: u64,
    /// Objects with other bytes.
    pub different: u64,
    /// Objects that should not be there.
    pub not_expected: u64,
    /// Revisions that cannot be read.
    pub damaged: u64,
    /// Of all these, how many were put right.
    pub mended: u64,
    /// The same by what was wrong: missing, different, not expected.
    #[serde(skip)]
    mended_of: [u64; 3],
}

impl Report {
    /// How many objects are not as the releases say, after what was put right.
    pub fn wrong(&self) -> u64 {
        self.missing + self.different + self.not_expected + self.damaged - self.mended
    }

    /// Sums rounds up: what each put right, and what the last one found and could not.
    pub(super) fn take(&mut self, round: &Self) {
        let mended = round.mended;
        let before = std::mem::take(self);
        *self = Self {
            mended: before.mended + mended,
            ..round.clone()
        };
        // Earlier rounds count by what they mended; what they could not is found again.
        self.missing += before.mended_of[0];
        self.different += before.mended_of[1];
        self.not_expected += before.mended_of[2];
        for (sum, more) in self.mended_of.iter_mut().zip(before.mended_of) {
            *sum += more;
        }
    }

    pub(super) fn count(&mut self, finding: &Finding) {
        match finding.fault {
            Fault::Missing => self.missing += 1,
            Fault::Different => self.different += 1,
            Fault::Unexpected => self.not_expected += 1,
            Fault::Damaged => self.damaged += 1,
        }
        if finding.mended {
            self.mended += 1;
            let of = match finding.fault {
                Fault::Missing => 0,
                Fault::Different | Fault::Damaged => 1,
                Fault::Unexpected => 2,
            };
            self.mended_of[of] += 1;
        }
    }
}
