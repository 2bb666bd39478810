//! Steps: a screen that says what will happen and what is probably wrong, and the form that takes the step.

use std::sync::Arc;

use askama::Template;
use axum::{
    Extension,
    extract::{Path, Request, State},
    response::Response,
};
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use release::{By, Lang, Remark, Revision, Status, Step};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    Page, Trouble,
    board::status_word,
    changes::{Changes, flat_of, language_name},
    editor::known,
    field::{Field, Kind},
    form::Form,
    frame::{Frame, sentences},
    guard::Visit,
    html, parse_id,
    places::{Place, places},
    see,
    told::{Told, tell},
    when::{NoInstant, When, instant},
    words::{Words, fill},
};
use crate::{
    Desk, check, files,
    intake::whole,
    keep::{self, Call, held},
    problem::Problem,
    revisions::before,
    steps::{self, Standing},
};

/// The name of a step, as a button says it.
pub(super) fn step_word(step: Step, w: &Words) -> &'static str {
    match step {
        Step::Submit => w.step_submit,
        Step::Approve => w.step_approve,
        Step::Publish => w.step_publish,
        Step::Schedule => w.step_schedule,
        Step::Withdraw => w.step_withdraw,
        Step::Restore => w.step_restore,
    }
}

fn step_help(step: Step, w: &Words) -> &'static str {
    match step {
        Step::Submit => w.step_submit_help,
        Step::Approve => w.step_approve_help,
        Step::Publish => w.step_publish_help,
        Step::Schedule => w.step_schedule_help,
        Step::Withdraw => w.step_withdraw_help,
        Step::Restore => w.step_restore_help,
    }
}

/// The steps that somebody could take now, by the rules themselves: each is tried without being stored.
pub(super) fn possible(desk: &Desk, by: &By, latest: &Revision, public: Option<&Revision>) -> Vec<Step> {
    let all = Step::ALL.into_iter().filter(|step| by.role >= step.role());
    all.filter(|step| tried(desk, *step, by, latest, public).is_ok()).collect()
}

fn tried(desk: &Desk, step: Step, by: &By, latest: &Revision, public: Option<&Revision>) -> Result<Revision, Problem> {
    let at = (desk.now)();
    let remark = Remark {
        // Whether it needs one is seen later; with one it is possible.
        emergency: Some("tried".to_owned()),
        at: at.checked_add(SignedDuration::from_hours(1)).ok(),
        ..Remark::default()
    };
    let standing = Standing {
        latest: latest.clone(),
        public: public.cloned(),
    };
    steps::next(step, remark, standing, at, by.clone(), &desk.site)
}

#[derive(Template)]
#[template(path = "desk/step.html")]
struct StepPage {
    frame: Frame,
    id: Uuid,
    revision: u32,
    step: &'static str,
    word: &'static str,
    help: &'static str,
    title: String,
    lang: Lang,
    dir: &'static str,
    status: &'static str,
    status_word: &'static str,
    /// Why it cannot be taken.
    refused: Vec<Told>,
    errors: Vec<Told>,
    found: Vec<Told>,
    warnings: Vec<Told>,
    /// What the changes are compared with.
    since: Option<String>,
    changes: Option<Changes>,
    /// Somebody has to read them now.
    open: bool,
    places: Vec<Place>,
    fields: Vec<Field>,
    at: Option<Field>,
    /// Readings of the time that was entered.
    exact: Vec<(String, String)>,
    looked: String,
    zone: String,
    danger: bool,
}

/// What a screen of a step shows besides what is stored.
#[derive(Default)]
struct Said {
    form: Form,
    problem: Option<Problem>,
    errors: Vec<Told>,
    exact: Vec<Timestamp>,
    status: StatusCode,
}

/// `GET /desk/releases/{id}/{step}`.
pub(super) async fn show(step: Step, State(desk): State<Arc<Desk>>, Path(id): Path<String>, Extension(visit): Extension<Visit>) -> Page {
    allowed(step, &visit)?;
    screen(&desk, &visit, step, parse_id(&id)?, Said::default()).await
}

fn allowed(step: Step, visit: &Visit) -> Result<(), Trouble> {
    if visit.by.role >= step.role() {
        return Ok(());
    }
    let (word, needed, role) = (step.as_str(), step.role().as_str(), visit.by.role.as_str());
    let detail = format!("to {word} needs the role {needed}; this token's role is {role}");
    Err(Problem::new(StatusCode::FORBIDDEN, detail).into())
}

/// `POST /desk/releases/{id}/{step}`.
pub(super) async fn take(
    step: Step,
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    Extension(visit): Extension<Visit>,
    request: Request,
) -> Page {
    allowed(step, &visit)?;
    let id = parse_id(&id)?;
    let form = Form::read(whole(request.into_body()).await?);
    let mut at = None;
    if step == Step::Schedule {
        match time(&desk, &visit, &form) {
            Time::Chosen(chosen) => at = Some(chosen),
            Time::Look(said) => return screen(&desk, &visit, step, id, Said { form, ..*said }).await,
        }
    }
    let body = body(&form, step, at, &desk);
    let call = Call {
        step,
        id,
        // Nobody acts on what he has not seen.
        expected: form.number("revision"),
        body: &body,
        key: None,
    };
    match keep::take(&desk, visit.by.clone(), call).await {
        Ok((done, _)) => Ok(see(&after(step, &done))),
        Err(problem) => {
            let said = Said {
                status: problem.status,
                problem: Some(problem),
                form,
                ..Said::default()
            };
            screen(&desk, &visit, step, id, said).await
        }
    }
}

/// What is public is looked at where it is.
fn after(step: Step, done: &Revision) -> String {
    let id = done.id;
    match step {
        Step::Publish | Step::Withdraw | Step::Restore if done.status.is_public() => format!("/desk/releases/{id}/where"),
        _ => format!("/desk/releases/{id}?saved={}", done.revision),
    }
}

/// What the API would be sent.
fn body(form: &Form, step: Step, at: Option<Timestamp>, desk: &Desk) -> Value {
    let mut body = Map::new();
    for name in ["note", "override", "emergency"] {
        let value = form.get(name).trim();
        if !value.is_empty() && step.fields().contains(&name) {
            body.insert(name.to_owned(), json!(value));
        }
    }
    if let Some(at) = at {
        body.insert("at".to_owned(), json!(at.to_string()));
    }
    if step == Step::Withdraw {
        let reasons = desk.site.languages.iter().filter_map(|language| {
            let reason = form.get(&format!("reason.{}", language.tag)).trim();
            (!reason.is_empty()).then(|| (language.tag.to_string(), json!(reason)))
        });
        body.insert("reason".to_owned(), Value::Object(reasons.collect()));
    }
    Value::Object(body)
}

enum Time {
    Chosen(Timestamp),
    /// The time is shown in full before it counts.
    Look(Box<Said>),
}

fn time(desk: &Desk, visit: &Visit, form: &Form) -> Time {
    let w = visit.visitor.tongue.words;
    let written = form.get("at").trim();
    let exact: Option<Timestamp> = form.get("exact").parse().ok();
    let fault = |message: String| {
        let told = Told {
            field: "at".to_owned(),
            message,
            lang: None,
        };
        Time::Look(Box::new(Said {
            errors: vec![told],
            status: StatusCode::UNPROCESSABLE_ENTITY,
            ..Said::default()
        }))
    };
    let look = |exact: Vec<Timestamp>| Time::Look(Box::new(Said { exact, ..Said::default() }));
    let found = instant(written, &desk.site.zone);
    // What was shown is what counts, as long as nobody wrote another time since.
    if let Some(chosen) = exact.filter(|_| form.get("do") == "take" && form.get("looked") == written) {
        let meant = match &found {
            Ok(at) => *at == chosen,
            Err(NoInstant::Twice(one, other)) => [one, other].contains(&&chosen),
            Err(_) => false,
        };
        if meant {
            return Time::Chosen(chosen);
        }
    }
    match found {
        Ok(at) if at <= (desk.now)() => fault(fill(w.fault_time_past, &[("at", written)])),
        Ok(at) => look(vec![at]),
        Err(NoInstant::Twice(one, other)) => look(vec![one, other]),
        Err(NoInstant::Unreadable) => fault(w.fault_time.to_owned()),
        Err(NoInstant::Skipped) => fault(fill(w.fault_time_skipped, &[("zone", &desk.site.timezone)])),
    }
}

/// The screen of a step.
async fn screen(desk: &Desk, visit: &Visit, step: Step, id: Uuid, said: Said) -> Result<Response, Trouble> {
    let (site, tongue) = (&*desk.site, visit.visitor.tongue);
    let w = tongue.words;
    let latest = known(desk, id).await?;
    let public = before(&desk.store, &latest, |one| one.status.is_public()).await?;
    let attempt = tried(desk, step, &visit.by, &latest, public.as_ref());
    let stored = Form::of(&latest);
    let mut errors = said.errors;
    if let Some(problem) = &said.problem {
        errors.extend(sentences(problem, tongue));
        // A fault of the step's own form stands beside its field.
        for (told, fault) in errors.iter_mut().zip(&problem.errors) {
            told.field = fault.pointer.trim_start_matches('/').replace('/', ".");
        }
    }
    let (mut found, mut warnings) = (Vec::new(), Vec::new());
    if held(step) {
        let mut as_it_goes = attempt.as_ref().unwrap_or(&latest).clone();
        let missing = files::inspect(&mut as_it_goes, public.as_ref(), &desk.store).await?;
        let lint = check::look(&as_it_goes, desk).await?;
        found = missing
            .iter()
            .chain(&lint.errors)
            .map(|fault| tell(fault, &stored, tongue))
            .collect();
        warnings = lint.warnings.iter().map(|fault| tell(fault, &stored, tongue)).collect();
    }
    let (since, changes) = compared(desk, visit, step, &latest, public.as_ref()).await?;
    let title = latest
        .texts
        .get(&latest.language)
        .map(|text| text.title.clone())
        .unwrap_or_default();
    let shown = match (step, &public) {
        (Step::Withdraw | Step::Restore, Some(public)) => places(public, site, w),
        (Step::Publish | Step::Schedule, _) => attempt.as_ref().ok().map(|next| places(next, site, w)).unwrap_or_default(),
        _ => Vec::new(),
    };
    let page = StepPage {
        frame: Frame::of(site, visit),
        id,
        revision: latest.revision,
        step: step.as_str(),
        word: step_word(step, w),
        help: step_help(step, w),
        title,
        dir: latest.language.direction().as_str(),
        lang: latest.language.clone(),
        status: latest.status.as_str(),
        status_word: status_word(latest.status, w),
        refused: attempt.as_ref().err().map(|problem| sentences(problem, tongue)).unwrap_or_default(),
        fields: fields(desk, visit, step, &latest, &said.form, &errors, !found.is_empty()),
        at: (step == Step::Schedule).then(|| {
            Field::new("at", w.schedule_at, said.form.get("at"), Kind::Moment)
                .help(w.schedule_at_help)
                .told(&errors, &[])
        }),
        exact: said
            .exact
            .iter()
            .map(|at| (at.to_string(), When::exact(*at, site, tongue).text))
            .collect(),
        looked: said.form.get("at").trim().to_owned(),
        zone: site.timezone.clone(),
        errors: errors.clone(),
        found,
        warnings,
        since,
        changes,
        open: step == Step::Approve || public.is_some(),
        places: shown,
        danger: step == Step::Withdraw,
    };
    Ok(html(said.status, &page))
}

/// What a step may say besides.
fn fields(desk: &Desk, visit: &Visit, step: Step, latest: &Revision, form: &Form, errors: &[Told], wrong: bool) -> Vec<Field> {
    let w = visit.visitor.tongue.words;
    let mut fields = Vec::new();
    let mut add = |field: Field| fields.push(field.told(errors, &[]));
    if step == Step::Withdraw {
        // Readers of each language see it where the text was.
        let mut tags: Vec<&Lang> = desk.site.languages.iter().map(|language| &language.tag).collect();
        tags.sort_by_key(|tag| (**tag != latest.language, !latest.texts.contains_key(*tag)));
        for tag in tags {
            let name = format!("reason.{tag}");
            let value = form.get(&name).to_owned();
            add(Field::new(name, w.withdraw_reason, value, Kind::Line)
                .lang(tag)
                .named(language_name(tag, w)));
        }
    }
    let approved = latest
        .approval
        .as_ref()
        .is_some_and(|approval| approval.content == steps::digest(latest));
    if matches!(step, Step::Publish | Step::Schedule) && desk.site.four_eyes && !approved {
        add(Field::new("emergency", w.emergency, form.get("emergency"), Kind::Line).help(w.emergency_help));
    }
    if wrong && step.fields().contains(&"override") {
        add(Field::new("override", w.override_reason, form.get("override"), Kind::Line).help(w.override_help));
    }
    add(Field::new("note", w.note, form.get("note"), Kind::Line).help(w.note_help));
    fields
}

/// The changes since what was approved before, else since what is public.
async fn compared(
    desk: &Desk,
    visit: &Visit,
    step: Step,
    latest: &Revision,
    public: Option<&Revision>,
) -> Result<(Option<String>, Option<Changes>), Problem> {
    if !matches!(step, Step::Approve | Step::Publish | Step::Schedule) {
        return Ok((None, None));
    }
    let (site, tongue) = (&*desk.site, visit.visitor.tongue);
    let w = tongue.words;
    let approved = |one: &Revision| one.approval.as_ref().is_some_and(|approval| approval.content == steps::digest(one));
    let base = match (step, public) {
        (Step::Approve, _) => before(&desk.store, latest, |one| one.revision < latest.revision && approved(one)).await?,
        _ => None,
    };
    let base = base.or_else(|| public.filter(|public| public.status == Status::Published).cloned());
    let number = |one: &Revision| one.revision.to_string();
    let since = match &base {
        Some(one) if approved(one) => fill(w.changes_since_approved, &[("n", &number(one))]),
        Some(one) => fill(w.changes_since_public, &[("n", &number(one))]),
        None => w.changes_all_new.to_owned(),
    };
    let from = base.map(|base| flat_of(&base, site)).unwrap_or_default();
    Ok((Some(since), Some(Changes::between(&from, &flat_of(latest, site), site, tongue))))
}
