//! Calls that change where a release stands: what each may say besides.

use jiff::Timestamp;
use serde_json::Value;

use crate::date::parse_time;
use crate::reader::{At, Reader};
use crate::{Fault, Faults, Lang, Localised, Role, Site};

/// A change of status. Each makes a revision of the content that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// A draft is ready for approval.
    Submit,
    /// Somebody else has read it.
    Approve,
    /// It becomes public now.
    Publish,
    /// It becomes public at a time to come.
    Schedule,
    /// It is taken back in public, with a reason.
    Withdraw,
    /// It was withdrawn by mistake.
    Restore,
}

impl Step {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Submit,
        Self::Approve,
        Self::Publish,
        Self::Schedule,
        Self::Withdraw,
        Self::Restore,
    ];

    /// The word in its address.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::Approve => "approve",
            Self::Publish => "publish",
            Self::Schedule => "schedule",
            Self::Withdraw => "withdraw",
            Self::Restore => "restore",
        }
    }

    /// Who may take it at least.
    pub fn role(self) -> Role {
        match self {
            Self::Submit => Role::Author,
            Self::Approve | Self::Publish | Self::Schedule | Self::Withdraw | Self::Restore => Role::Editor,
        }
    }

    /// What its call may say besides.
    pub fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Submit => &["note", "override"],
            Self::Publish => &["note", "override", "emergency"],
            Self::Schedule => &["note", "override", "emergency", "at"],
            Self::Withdraw => &["note", "reason"],
            Self::Approve | Self::Restore => &["note"],
        }
    }
}

/// What a call says besides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Remark {
    /// For the history; never public.
    pub note: Option<String>,
    /// When it becomes public, of a schedule.
    pub at: Option<Timestamp>,
    /// Why it is published without approval; never public.
    pub emergency: Option<String>,
    /// Why errors that were found do not stop it; never public.
    pub overriding: Option<String>,
    /// Why it is withdrawn, for the public.
    pub reason: Localised,
    /// What was cleaned, for a person to check.
    pub warnings: Vec<Fault>,
}

impl Remark {
    /// Reads the body of a call; a reason that is one text is in the language `original`.
    ///
    /// # Errors
    /// All faults at once, each with its pointer.
    pub fn from_json(value: &Value, step: Step, original: &Lang, site: &Site) -> Result<Self, Faults> {
        let mut reader = Reader::new(site);
        let root = At::root(value);
        let mut remark = Self::default();
        if reader.object(&root, step.fields(), &[]) {
            remark.note = reader.optional(&root, "note");
            if root.field("emergency").is_some() {
                remark.emergency = reader.required(&root, "emergency");
            }
            if root.field("override").is_some() {
                remark.overriding = reader.required(&root, "override");
            }
            if step == Step::Schedule {
                remark.at = at(&mut reader, &root);
            }
            if step == Step::Withdraw {
                remark.reason = reason(&mut reader, &root, original);
            }
        }
        remark.warnings = reader.warnings;
        reader.faults.or(remark)
    }
}

fn at(reader: &mut Reader<'_>, root: &At<'_>) -> Option<Timestamp> {
    let Some(at) = root.field("at") else {
        reader.fault("/at", "a schedule needs `at`, such as 2016-06-09T10:00:00+02:00");
        return None;
    };
    let written = reader.line(&at)?;
    let found = parse_time(&written, &reader.site.zone);
    found.map_err(|reason| reader.fault(&at.pointer, reason)).ok()
}

fn reason(reader: &mut Reader<'_>, root: &At<'_>, original: &Lang) -> Localised {
    const EXAMPLE: &str = "such as {\"reason\": {\"en\": \"Published by mistake\"}}";
    let Some(at) = root.field("reason") else {
        reader.fault(
            "/reason",
            format!("a withdrawal needs a public reason, {EXAMPLE}; readers see it where the release was"),
        );
        return Localised::new();
    };
    if at.value.is_string() {
        let text = reader.filled(&at);
        return text.into_iter().map(|text| (original.clone(), text)).collect();
    }
    let before = reader.faults.0.len();
    let found = reader.localised(root, "reason");
    if found.is_empty() && reader.faults.0.len() == before {
        reader.fault(&at.pointer, format!("expected a public reason, {EXAMPLE}; found none"));
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(step: Step, value: &Value) -> Result<Remark, Vec<String>> {
        let site = Site::parse(include_str!("../../local/src/sample/site.toml"), "site.toml").unwrap();
        let french = Lang::parse("fr").unwrap();
        let remark = Remark::from_json(value, step, &french, &site);
        remark.map_err(|faults| faults.0.into_iter().map(|fault| fault.pointer).collect())
    }

    #[test]
    fn a_reason_is_one_text_in_the_original_language_or_one_for_each() {
        let [en, fr] = ["en", "fr"].map(|tag| Lang::parse(tag).unwrap());
        let plain = read(Step::Withdraw, &json!({"reason": "Publié par erreur"})).unwrap();
        assert_eq!(plain.reason, Localised::from([(fr.clone(), "Publié par erreur".to_owned())]));
        let each = read(Step::Withdraw, &json!({"reason": {"en": "By mistake", "fr": "Par erreur"}})).unwrap();
        let expected = [(en, "By mistake".to_owned()), (fr, "Par erreur".to_owned())];
        assert_eq!(each.reason, Localised::from(expected));
    }

    #[test]
    fn a_withdrawal_without_a_reason_is_refused_and_every_unknown_field_named() {
        for without in [
            json!({}),
            json!({"reason": {}}),
            json!({"reason": ""}),
            json!({"reason": {"en": " "}}),
            json!({"reason": 7}),
        ] {
            assert_eq!(read(Step::Withdraw, &without), Err(vec!["/reason".to_owned()]), "{without}");
        }
        assert_eq!(
            read(Step::Withdraw, &json!({"reason": {"de": "x"}})),
            Err(vec!["/reason/de".to_owned()])
        );
        assert_eq!(
            read(Step::Submit, &json!({"reason": "x", "b": 1})),
            Err(vec!["/reason".to_owned(), "/b".to_owned()])
        );
        assert_eq!(read(Step::Publish, &json!({"emergency": ""})), Err(vec!["/emergency".to_owned()]));
        assert_eq!(read(Step::Submit, &json!({"override": " "})), Err(vec!["/override".to_owned()]));
        assert_eq!(read(Step::Approve, &json!({"override": "x"})), Err(vec!["/override".to_owned()]));
        assert_eq!(read(Step::Publish, &json!([])), Err(vec![String::new()]));
        assert_eq!(read(Step::Approve, &json!({})), Ok(Remark::default()));
        for without in [json!({}), json!({"at": "tomorrow"}), json!({"at": "2026-06-09"}), json!({"at": 7})] {
            assert_eq!(read(Step::Schedule, &without), Err(vec!["/at".to_owned()]), "{without}");
        }
    }
}
