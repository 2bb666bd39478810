//! Somebody saved first: both texts are shown, and neither is lost.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use release::{Lang, Revision};

use super::{
    Page,
    changes::{Changes, Flat, flat, flat_of, label, order, pairs},
    editor::{self, Shown},
    field,
    form::Form,
    frame::Frame,
    guard::Visit,
    html, see,
    when::When,
};
use crate::{Desk, problem::Problem, revisions::read};

#[derive(Template)]
#[template(path = "desk/conflict.html")]
struct ConflictPage {
    frame: Frame,
    id: uuid::Uuid,
    by: String,
    at: When,
    /// The revision that this form was made from, and the one that is there now.
    base: u32,
    theirs: u32,
    rows: Vec<Row>,
    /// Fields that only one side changed.
    merged: Vec<String>,
    /// Each with the language of its field.
    mine: Vec<(String, String, Option<Lang>)>,
}

struct Row {
    name: String,
    id: String,
    label: String,
    lang: Option<Lang>,
    dir: &'static str,
    theirs: String,
    mine: String,
    changes: Changes,
}

/// What became of one field on three sides.
fn both_changed(name: &str, base: &Flat, theirs: &Flat, mine: &Flat) -> bool {
    let (base, theirs, mine) = (base.get(name), theirs.get(name), mine.get(name));
    theirs != mine && theirs != base && mine != base
}

fn names<'a>(flats: &[&'a Flat]) -> Vec<&'a String> {
    let mut names: Vec<&String> = flats.iter().flat_map(|flat| flat.keys()).collect();
    names.sort_by_key(|name| order(name));
    names.dedup();
    names
}

fn start(base: Option<&Revision>, desk: &Desk) -> Flat {
    base.map(|base| flat_of(base, &desk.site)).unwrap_or_default()
}

/// The screen; or on, when what is there is what was to be saved.
pub(super) async fn show(desk: &Desk, visit: &Visit, base: Option<Revision>, theirs: Revision, form: &Form) -> Page {
    let (site, tongue) = (&*desk.site, visit.visitor.tongue);
    let (from, their, mine) = (start(base.as_ref(), desk), flat_of(&theirs, site), flat(form, site));
    let id = theirs.id;
    if their == mine && theirs.by == visit.by {
        // The same form, sent twice.
        return Ok(see(&format!("/desk/releases/{id}?saved={}", theirs.revision)));
    }
    let mut rows = Vec::new();
    let mut merged = Vec::new();
    for name in names(&[&from, &their, &mine]) {
        let (told, lang) = label(name, tongue.words, site);
        if both_changed(name, &from, &their, &mine) {
            let only = |flat: &Flat| {
                flat.get_key_value(name)
                    .map(|(name, text)| (name.clone(), text.clone()))
                    .into_iter()
                    .collect::<Flat>()
            };
            rows.push(Row {
                id: field::id(name),
                dir: lang.as_ref().map_or("auto", |lang| lang.direction().as_str()),
                theirs: their.get(name).cloned().unwrap_or_default(),
                mine: mine.get(name).cloned().unwrap_or_default(),
                changes: Changes::between(&only(&their), &only(&mine), site, tongue),
                name: name.clone(),
                label: told,
                lang,
            });
        } else if their.get(name) != mine.get(name) {
            merged.push(told);
        }
    }
    let page = ConflictPage {
        frame: Frame::of(site, visit),
        id,
        by: theirs.by.name.clone(),
        at: When::of(theirs.at, site, tongue),
        base: base.map_or(0, |base| base.revision),
        theirs: theirs.revision,
        rows,
        merged,
        mine: pairs(&mine)
            .into_iter()
            .map(|(name, value)| {
                let (_, lang) = label(&name, tongue.words, site);
                (name, value, lang)
            })
            .collect(),
    };
    Ok(html(StatusCode::CONFLICT, &page))
}

/// The editor with both texts put together, field by field as was chosen. It is saved when somebody has looked at it.
pub(super) async fn merge(desk: &Desk, visit: &Visit, base: Option<Revision>, form: &Form) -> Result<Response, super::Trouble> {
    let unknown = || Problem::unknown("this revision");
    let id = super::parse_id(form.get("id"))?;
    let theirs = read(&desk.store, id, form.number("theirs").ok_or_else(unknown)?)
        .await?
        .ok_or_else(unknown)?;
    let mine = flat(form, &desk.site);
    let merged = put_together(&start(base.as_ref(), desk), &flat_of(&theirs, &desk.site), &mine, form);
    let merged = Form::from(pairs(&merged));
    let mut shown = Shown::new(id, &merged);
    shown.stored = Some(theirs);
    shown.unsaved = true;
    shown.merged = true;
    editor::page(desk, visit, StatusCode::OK, shown).await
}

fn put_together(base: &Flat, theirs: &Flat, mine: &Flat, form: &Form) -> Flat {
    let one = |name: &String| {
        let keep_mine = if both_changed(name, base, theirs, mine) {
            form.get(&format!("choose.{name}")) != "theirs"
        } else {
            mine.get(name) != base.get(name)
        };
        let text = if keep_mine { mine.get(name) } else { theirs.get(name) };
        text.map(|text| (name.clone(), text.clone()))
    };
    names(&[base, theirs, mine]).into_iter().filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&str, &str)]) -> Flat {
        pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn what_one_side_changed_is_taken_and_what_both_did_is_chosen() {
        let base = of(&[("a", "1"), ("b", "1"), ("c", "1"), ("d", "1"), ("e", "1")]);
        let theirs = of(&[("a", "2"), ("b", "1"), ("c", "2"), ("d", "2"), ("f", "new")]);
        let mine = of(&[("a", "1"), ("b", "3"), ("c", "3"), ("d", "3"), ("e", "1"), ("g", "mine")]);
        let form = Form::read("choose.c=theirs&choose.d=mine".into());
        let merged = put_together(&base, &theirs, &mine, &form);
        assert_eq!(
            merged,
            of(&[("a", "2"), ("b", "3"), ("c", "2"), ("d", "3"), ("f", "new"), ("g", "mine")])
        );
        assert!(both_changed("c", &base, &theirs, &mine) && !both_changed("b", &base, &theirs, &mine));
    }
}
