//! One saved state of a release, never changed once written.

mod sound;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{Correction, Event, Fault, Faults, Lang, Link, Localised, Media, Text};

/// The layout of a stored revision; one with another number is set aside, not guessed at.
const SCHEMA: u32 = 1;

/// Where a release stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Being written.
    #[default]
    Draft,
    /// Waiting for approval.
    Submitted,
    /// Becomes public at `publish_at`.
    Scheduled,
    /// Public.
    Published,
    /// Taken back in public, with a reason.
    Withdrawn,
}

impl Status {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::Scheduled => "scheduled",
            Self::Published => "published",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Reads the word used in JSON.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Draft, Self::Submitted, Self::Scheduled, Self::Published, Self::Withdrawn]
            .into_iter()
            .find(|status| status.as_str() == word)
    }

    /// True for what readers may see: published releases and the notice of withdrawn ones.
    pub fn is_public(self) -> bool {
        matches!(self, Self::Published | Self::Withdrawn)
    }
}

/// What a token may do; each role may do all of the ones before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Writes drafts and submits them.
    Author,
    /// Approves, publishes, schedules and withdraws.
    Editor,
    /// Also tokens and configuration.
    Admin,
}

impl Role {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Author => "author",
            Self::Editor => "editor",
            Self::Admin => "admin",
        }
    }
}

/// Who saved a revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct By {
    /// The token's name.
    pub name: String,
    /// The token's role.
    pub role: Role,
}

/// Somebody has read exactly this content and approves it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Approval {
    /// Who approved.
    pub by: By,
    /// When.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// SHA-256 of the content, in hex; of no other content it says anything.
    pub content: String,
}

/// A publication without the approval that it needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Emergency {
    /// Who published.
    pub by: By,
    /// When.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// Why it could not wait.
    pub reason: String,
}

/// A release that went on although something in it was found to be wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Overridden {
    /// Who said so.
    pub by: By,
    /// When.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// Why it is right all the same.
    pub reason: String,
    /// What was found.
    pub errors: Vec<Fault>,
}

/// The part of a page's address that is fixed when a release is first scheduled or published.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Path {
    /// Year of `published` in the office's time zone.
    pub year: i16,
    /// Month, 1 to 12.
    pub month: i8,
    /// From the original language's title, `[a-z0-9-]{1,80}`.
    pub slug: String,
}

impl Path {
    /// `2016/06/closing-summary`.
    pub fn tail(&self) -> String {
        format!("{:04}/{:02}/{}", self.year, self.month, self.slug)
    }
}

/// A stored revision: the release's fields and who saved them when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Revision {
    /// Layout of this document.
    pub schema: u32,
    /// The release, a `UUIDv7`.
    pub id: Uuid,
    /// Counts from 1.
    pub revision: u32,
    /// When it was saved.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// Who saved it.
    pub by: By,
    /// Where the release stands.
    pub status: Status,
    /// The language it was written in first.
    pub language: Lang,
    /// When it becomes public, of a scheduled one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub publish_at: Option<Timestamp>,
    /// The date readers see. Set from `date`, else at first publication.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub published: Option<Timestamp>,
    /// Moves with each public revision that is not minor, never backwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub updated: Option<Timestamp>,
    /// Where its pages are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<Path>,
    /// What the press office gave as `date`, as understood: `YYYY-MM-DD` or RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// One text per language.
    pub texts: BTreeMap<Lang, Text>,
    /// Ids of the site's topics.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<String>,
    /// The event it reports on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<Event>,
    /// Photos and files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<Media>,
    /// Further links.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    /// Ids of the site's contacts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<String>,
    /// Ids of the site's boilerplates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub boilerplates: Vec<String>,
    /// What was put right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correction: Option<Correction>,
    /// Why it was withdrawn, per language.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub reason: Localised,
    /// An imported release keeps the guid its readers know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guid: Option<String>,
    /// What was said when it was saved, for the history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Who wrote this content, when somebody else took a step with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub editor: Option<By>,
    /// Who submitted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submitter: Option<By>,
    /// Of a content that somebody else has read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<Approval>,
    /// It was published without approval, and nobody has approved it since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emergency: Option<Emergency>,
    /// Errors of this content that somebody answers for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overridden: Option<Overridden>,
}

/// Why a stored object is no revision: it is set aside and reported, never retried for ever.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Damaged {
    /// Not JSON, or not the fields of a revision.
    #[error("expected a revision as JSON, found {0}; restore the object from its last version")]
    Unreadable(String),
    /// Written by a program that this one does not know.
    #[error("expected a revision of schema {SCHEMA}, found schema {0}; deploy a program that knows it")]
    Schema(u64),
    /// A public revision without what a public one must have.
    #[error("a public revision needs published, updated and a path; {0} is missing")]
    Incomplete(&'static str),
    /// Made or changed by hand into what would break a feed or page.
    #[error("expected a revision that every format can carry; {0}; restore the object from its last version")]
    Unsound(Faults),
    /// The object's name says another release or revision than its content.
    #[error("expected release {expected}, found {found}; the object was copied or renamed by hand")]
    Elsewhere {
        /// From the key.
        expected: String,
        /// From the document.
        found: String,
    },
}

impl Revision {
    /// The schema number written into new revisions.
    pub const SCHEMA: u32 = SCHEMA;

    /// Reads a stored revision and checks that it is the one its key names, and that every format can carry it.
    ///
    /// # Errors
    /// [`Damaged`] says what is wrong with it.
    pub fn read(bytes: &[u8], id: Uuid, revision: u32) -> Result<Self, Damaged> {
        let value: serde_json::Value =
            serde_json::from_slice(bytes).map_err(|e| Damaged::Unreadable(format!("{e} ({} bytes)", bytes.len())))?;
        let schema = value.get("schema").and_then(serde_json::Value::as_u64).unwrap_or(0);
        if schema != u64::from(SCHEMA) {
            return Err(Damaged::Schema(schema));
        }
        let found = Self::deserialize(&value).map_err(|e| Damaged::Unreadable(e.to_string()))?;
        if found.id != id || found.revision != revision {
            return Err(Damaged::Elsewhere {
                expected: format!("{id}/{revision}"),
                found: format!("{}/{}", found.id, found.revision),
            });
        }
        if found.status.is_public() {
            for (there, what) in [
                (found.published.is_some(), "published"),
                (found.updated.is_some(), "updated"),
                (found.path.is_some(), "path"),
            ] {
                if !there {
                    return Err(Damaged::Incomplete(what));
                }
            }
        }
        sound::faults(&value, &found).or(found).map_err(Damaged::Unsound)
    }

    /// The bytes to store: the same revision always gives the same ones.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    /// `updated` of the revision that makes this content public at `now`: it does not move for a minor correction.
    pub fn updated_at(&self, now: Timestamp) -> Option<Timestamp> {
        let minor = self.correction.as_ref().is_some_and(|correction| correction.minor);
        self.updated.filter(|_| minor).or_else(|| Some(self.moved(now)))
    }

    /// `updated` of a revision that says something new at `now`: never backwards, and never the same again.
    pub fn moved(&self, now: Timestamp) -> Timestamp {
        self.updated.map_or(now, |last| now.max(last + SignedDuration::from_secs(1)))
    }

    /// Who wrote this content.
    pub fn editor(&self) -> &By {
        self.editor.as_ref().unwrap_or(&self.by)
    }

    /// What is approved: all that readers will see, and nothing of where it stands. Equal contents have equal bytes.
    pub fn content(&self) -> Vec<u8> {
        // How large a picture is follows from its bytes, and may be found out later.
        let media: Vec<_> = self.media.iter().map(Media::as_sent).collect();
        let content = (
            (&self.language, &self.date, &self.texts, &self.topics, &self.event),
            (&media, &self.links, &self.contacts, &self.boilerplates, &self.correction),
        );
        serde_json::to_vec(&content).unwrap_or_default()
    }

    /// The language whose text stands in for `language`: itself, the site's chain, then the original.
    pub fn text_for(&self, site: &crate::Site, language: &Lang) -> Option<(&Lang, &Text)> {
        let chain = std::iter::once(language)
            .chain(site.fallback(language))
            .chain(std::iter::once(&self.language));
        chain
            .filter_map(|candidate| self.texts.get_key_value(candidate))
            .next()
            .or_else(|| self.texts.iter().next())
    }
}

/// The id of a release's entry in the feeds of one language (contract, *Identity*):
/// `urn:uuid:` and a `UUIDv5` of the feed's language in the release's namespace.
pub fn entry_id(release: Uuid, feed_language: &Lang) -> String {
    format!("urn:uuid:{}", Uuid::new_v5(&release, feed_language.as_str().as_bytes()))
}

/// How logs name a release that may not be public: twelve hex digits of the SHA-256 of its id. Who has the id finds its lines; who has
/// the log does not find the release.
pub fn log_name(release: Uuid) -> String {
    let digest = Sha256::digest(release.to_string());
    digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}
