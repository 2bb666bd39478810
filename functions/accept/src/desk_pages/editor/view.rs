//! What the editor's screen shows.

use askama::Template;
use release::{Lang, Revision, Role, Status, Step};
use uuid::Uuid;

use super::super::{
    attach,
    board::status_word,
    changes::{autonym, event_label, label, language_name, text_label},
    field::{Field, Kind, id as field_id, of},
    form::{EVENT, Form, TEXT},
    frame::Frame,
    guard::Visit,
    step::{possible, step_word},
    told::Told,
    when::When,
    words::{Words, fill},
};
use crate::{Desk, files, problem::Problem};

/// Empty rows for more links.
const MORE_LINKS: usize = 2;

/// A form and what is known of it.
pub(in super::super) struct Shown<'a> {
    pub(in super::super) id: Uuid,
    pub(in super::super) form: &'a Form,
    /// What the form was made from.
    pub(in super::super) stored: Option<Revision>,
    pub(in super::super) errors: Vec<Told>,
    pub(in super::super) warnings: Vec<Told>,
    pub(in super::super) saved: bool,
    /// It holds more than what is stored.
    pub(in super::super) unsaved: bool,
    /// Put together from two texts that were saved at once.
    pub(in super::super) merged: bool,
    pub(in super::super) overridable: bool,
    /// A file that came with the form.
    pub(in super::super) arrived: Option<String>,
}

impl<'a> Shown<'a> {
    pub(in super::super) fn new(id: Uuid, form: &'a Form) -> Self {
        Self {
            id,
            form,
            stored: None,
            errors: Vec::new(),
            warnings: Vec::new(),
            saved: false,
            unsaved: false,
            merged: false,
            overridable: false,
            arrived: None,
        }
    }
}

#[derive(Template)]
#[template(path = "desk/editor.html")]
pub(super) struct EditorPage {
    frame: Frame,
    id: Uuid,
    /// 0 of one that is not stored yet.
    revision: u32,
    title: String,
    /// Of a title that is written.
    title_lang: Option<Lang>,
    status: Option<(&'static str, &'static str)>,
    changed: Option<(String, When)>,
    due: Option<When>,
    saved: bool,
    unsaved: bool,
    merged: bool,
    arrived: Option<String>,
    upload_told: Vec<Told>,
    errors: Vec<Named>,
    warnings: Vec<Named>,
    tabs: Vec<Tab>,
    originals: Vec<Choice>,
    date: Field,
    lists: Vec<List>,
    event: Vec<Field>,
    links: Vec<LinkRow>,
    files: Vec<FileRow>,
    /// The row that a script fills in for a new file.
    blank: FileRow,
    corrects: bool,
    minor: bool,
    overriding: Option<Field>,
    saves: Vec<(&'static str, &'static str)>,
    steps: Vec<(&'static str, &'static str)>,
    is_public: bool,
    file_ends: String,
    accepted: String,
}

/// Something that was found, and where.
struct Named {
    told: Told,
    /// The field's element; empty when it is about the whole.
    id: String,
    label: String,
}

struct Tab {
    tag: Lang,
    name: String,
    dir: &'static str,
    lang: &'static str,
    checked: bool,
    written: bool,
    faults: usize,
    fields: Vec<Field>,
    format: String,
    told: Vec<Told>,
}

struct Choice {
    value: String,
    label: String,
    /// Of the label, where it is not the desk's.
    lang: Option<Lang>,
    checked: bool,
}

struct List {
    name: &'static str,
    legend: &'static str,
    choices: Vec<Choice>,
    told: Vec<Told>,
}

struct LinkRow {
    n: usize,
    url: Field,
    labels: Vec<Field>,
}

struct FileRow {
    n: String,
    name: String,
    hidden: Vec<(&'static str, String)>,
    picture: Option<String>,
    texts: Vec<Field>,
    told: Vec<Told>,
}

impl EditorPage {
    pub(super) async fn new(desk: &Desk, visit: &Visit, shown: Shown<'_>, public: Option<Revision>) -> Result<Self, Problem> {
        let (site, tongue) = (&*desk.site, visit.visitor.tongue);
        let w = tongue.words;
        let (form, stored) = (shown.form, shown.stored.as_ref());
        let tags: Vec<Lang> = site.languages.iter().map(|language| language.tag.clone()).collect();
        let original = Some(form.get("language")).filter(|tag| !tag.is_empty()).unwrap_or(tags[0].as_str());
        let corrects = public.is_some();
        let told = |field: Field| field.told(&shown.errors, &shown.warnings);
        let field = |name: String, label: &'static str, kind: Kind| Field::new(name.clone(), label, form.get(&name), kind);
        let mut tabs: Vec<Tab> = tags
            .iter()
            .map(|tag| {
                let mut fields: Vec<Field> = TEXT
                    .iter()
                    .map(|name| {
                        let kind = match *name {
                            "summary" => Kind::Lines(3),
                            "body" => Kind::Lines(18),
                            _ => Kind::Line,
                        };
                        let help = match *name {
                            "summary" => w.summary_help,
                            "dateline" => w.dateline_help,
                            "body" => w.body_help,
                            _ => "",
                        };
                        told(field(format!("texts.{tag}.{name}"), text_label(name, w), kind).lang(tag).help(help))
                    })
                    .collect();
                if corrects {
                    let name = format!("correction.note.{tag}");
                    fields.push(told(field(name, w.correction_note, Kind::Line).lang(tag).help(w.correction_help)));
                }
                let about = format!("texts.{tag}");
                Tab {
                    lang: super::super::words::Tongue::of(tag.as_str()).map_or("en", |tongue| tongue.tag),
                    name: autonym(tag),
                    dir: tag.direction().as_str(),
                    checked: false,
                    written: TEXT.iter().any(|name| !form.get(&format!("{about}.{name}")).trim().is_empty()),
                    faults: shown
                        .errors
                        .iter()
                        .filter(|told| told.field.starts_with(&format!("{about}.")))
                        .count(),
                    fields,
                    format: form.get(&format!("{about}.format")).to_owned(),
                    told: shown
                        .errors
                        .iter()
                        .chain(&shown.warnings)
                        .filter(|told| told.field == about)
                        .cloned()
                        .collect(),
                    tag: tag.clone(),
                }
            })
            .collect();
        let first = tabs
            .iter()
            .position(|tab| tab.faults > 0)
            .or_else(|| tabs.iter().position(|tab| tab.tag.as_str() == original));
        if let Some(tab) = tabs.get_mut(first.unwrap_or(0)) {
            tab.checked = true;
        }
        let lang = tongue.lang();
        let topics = site.topics.iter().map(|topic| {
            let (own, label) = topic.label_and_language(site, &lang);
            (topic.id.as_str(), own, label.to_owned())
        });
        let lists = vec![
            list("topics", w.topics, topics.collect(), &lang, &shown),
            list("contacts", w.contacts, texts(&site.contacts, &lang, site), &lang, &shown),
            list(
                "boilerplates",
                w.boilerplates,
                texts(&site.boilerplates, &lang, site),
                &lang,
                &shown,
            ),
        ];
        let mut links = form.rows("links");
        let next = links.iter().max().map_or(0, |last| last + 1);
        links.extend(next..next + MORE_LINKS);
        let links = links.into_iter().map(|n| LinkRow {
            n,
            url: told(field(format!("links.{n}.url"), w.link_url, Kind::Line)),
            labels: each(&tags, |tag| {
                told(field(format!("links.{n}.label.{tag}"), w.link_label, Kind::Line).lang(tag))
            }),
        });
        let mut rows = Vec::new();
        for n in form.rows("media") {
            let text = |name: &str| form.get(&format!("media.{n}.{name}")).to_owned();
            let picture = if text("type").starts_with("image/") {
                files::look(desk, &text("sha256"), &text("type")).await.ok()
            } else {
                None
            };
            rows.push(FileRow {
                n: n.to_string(),
                name: text("name"),
                hidden: Form::FILE.map(|name| (name, text(name))).into(),
                picture,
                texts: file_texts(&n.to_string(), &tags, w, &field).into_iter().map(&told).collect(),
                told: shown
                    .errors
                    .iter()
                    .chain(&shown.warnings)
                    .filter(|told| {
                        let field = told.field.strip_prefix(&format!("media.{n}."));
                        field.is_some_and(|field| field.split('.').next().is_some_and(|name| Form::FILE.contains(&name)))
                    })
                    .cloned()
                    .collect(),
            });
        }
        let blank = FileRow {
            n: "NEW".to_owned(),
            name: String::new(),
            hidden: Form::FILE.map(|name| (name, String::new())).into(),
            picture: None,
            texts: file_texts("NEW", &tags, w, &field),
            told: Vec::new(),
        };
        let named = |told: &Told| Named {
            id: Some(field_id(&told.field))
                .filter(|id| !id.is_empty())
                .map(|id| target(&told.field, &id))
                .unwrap_or_default(),
            label: if told.field.is_empty() {
                String::new()
            } else if let Some(tag) = told.field.strip_prefix("texts.").filter(|rest| !rest.contains('.')) {
                Lang::parse(tag).map(|tag| language_name(&tag, w)).unwrap_or_default()
            } else {
                label(&told.field, w, site).0
            },
            told: told.clone(),
        };
        let standing = stored.map(|stored| possible(desk, &visit.by, stored, public.as_ref()));
        let title = form.get(&format!("texts.{original}.title"));
        Ok(Self {
            frame: Frame::of(site, visit),
            id: shown.id,
            revision: stored.map_or(0, |stored| stored.revision),
            title_lang: if title.trim().is_empty() {
                None
            } else {
                Lang::parse(original).ok()
            },
            title: if title.trim().is_empty() {
                w.untitled.to_owned()
            } else {
                title.to_owned()
            },
            status: stored.map(|stored| (stored.status.as_str(), status_word(stored.status, w))),
            changed: stored.map(|stored| (stored.by.name.clone(), When::of(stored.at, site, tongue))),
            due: stored.and_then(|stored| stored.publish_at).map(|at| When::exact(at, site, tongue)),
            saved: shown.saved,
            unsaved: shown.unsaved,
            merged: shown.merged,
            arrived: shown.arrived.as_ref().map(|name| fill(w.file_done, &[("name", name)])),
            upload_told: of(&shown.errors, attach::FIELD),
            errors: shown.errors.iter().map(named).collect(),
            warnings: shown.warnings.iter().map(named).collect(),
            originals: tags
                .iter()
                .map(|tag| Choice {
                    value: tag.to_string(),
                    label: language_name(tag, w),
                    lang: None,
                    checked: tag.as_str() == original,
                })
                .collect(),
            date: told(field("date".to_owned(), w.date, Kind::Line).help(w.date_help)),
            event: EVENT
                .iter()
                .map(|name| told(field(format!("event.{name}"), event_label(name, w), Kind::Line)))
                .collect(),
            lists,
            links: links.collect(),
            files: rows,
            blank,
            corrects,
            minor: !form.get("correction.minor").is_empty(),
            overriding: shown
                .overridable
                .then(|| Field::new("override", w.override_reason, form.get("override"), Kind::Line).help(w.override_help)),
            saves: saves(stored.map(|stored| stored.status), visit.by.role, w),
            steps: standing
                .unwrap_or_default()
                .into_iter()
                .map(|step| (step.as_str(), step_word(step, w)))
                .collect(),
            is_public: corrects,
            file_ends: release::file_ends(),
            accepted: release::file_ends().replace(' ', ""),
            tabs,
        })
    }
}

/// Where a link to a field leads: of a file, to its description.
fn target(name: &str, id: &str) -> String {
    match name.split('.').collect::<Vec<_>>().as_slice() {
        ["media", n, name, ..] if Form::FILE.contains(name) => format!("media-{n}"),
        ["texts", tag] => format!("texts-{tag}-title"),
        _ => id.to_owned(),
    }
}

fn each(tags: &[Lang], field: impl Fn(&Lang) -> Field) -> Vec<Field> {
    tags.iter().map(field).collect()
}

fn file_texts(n: &str, tags: &[Lang], w: &Words, field: &impl Fn(String, &'static str, Kind) -> Field) -> Vec<Field> {
    let mut texts = vec![field(format!("media.{n}.credit"), w.credit, Kind::Line)];
    for tag in tags {
        texts.push(field(format!("media.{n}.alt.{tag}"), w.alt, Kind::Line).lang(tag));
        texts.push(field(format!("media.{n}.caption.{tag}"), w.caption, Kind::Line).lang(tag));
    }
    texts
}

/// `known`: id, language and label of each.
fn list(name: &'static str, legend: &'static str, known: Vec<(&str, &Lang, String)>, desk: &Lang, shown: &Shown<'_>) -> List {
    let choices = known.into_iter().map(|(id, lang, label)| Choice {
        value: id.to_owned(),
        checked: shown.form.has(name, id),
        label,
        lang: (lang != desk).then(|| lang.clone()),
    });
    List {
        name,
        legend,
        choices: choices.collect(),
        told: [of(&shown.errors, name), of(&shown.warnings, name)].concat(),
    }
}

/// The beginning of each reusable text in the desk's language.
fn texts<'a>(known: &'a [release::Contact], lang: &'a Lang, site: &release::Site) -> Vec<(&'a str, &'a Lang, String)> {
    let shown = |contact: &'a release::Contact| {
        let of = |lang: &Lang| contact.text.get_key_value(lang);
        let text = of(lang)
            .or_else(|| of(site.default_language()))
            .or_else(|| contact.text.iter().next());
        let (own, text) = text.map_or((lang, contact.id.as_str()), |(own, text)| (own, text.as_str()));
        (contact.id.as_str(), own, release::excerpt(text, 120))
    };
    known.iter().map(shown).collect()
}

/// The ways to save, the usual one first.
fn saves(status: Option<Status>, role: Role, w: &Words) -> Vec<(&'static str, &'static str)> {
    let mut ways = match status {
        Some(Status::Scheduled) if role >= Step::Schedule.role() => vec![("keep", w.save_keep_schedule), ("save", w.save_off_schedule)],
        Some(Status::Scheduled) => vec![("save", w.save_off_schedule)],
        Some(Status::Published) => vec![("save", w.save_correction)],
        _ => vec![("save", w.save_draft)],
    };
    ways.push(("go-submit", w.save_and_submit));
    if role >= Step::Publish.role() {
        ways.push(("go-publish", w.save_and_publish));
        ways.push(("go-schedule", w.save_and_schedule));
    }
    ways
}
