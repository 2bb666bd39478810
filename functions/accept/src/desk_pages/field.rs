//! A field of a form with its label, its help, and what is wrong with it.

use askama::Template;
use release::Lang;

use super::told::Told;

/// How a field looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Line,
    Lines(u32),
    Moment,
}

/// Written with `{{ field|safe }}`: it is escaped within.
#[derive(Template)]
#[template(path = "desk/field.html")]
pub(super) struct Field {
    name: String,
    label: &'static str,
    /// More of the label, such as the language of what is written.
    named: String,
    help: &'static str,
    value: String,
    kind: Kind,
    /// Of what is written in it, when that is not the desk's language.
    lang: Option<Lang>,
    dir: &'static str,
    errors: Vec<Told>,
    warnings: Vec<Told>,
}

impl Field {
    pub(super) fn new(name: impl Into<String>, label: &'static str, value: impl Into<String>, kind: Kind) -> Self {
        Self {
            name: name.into(),
            label,
            named: String::new(),
            help: "",
            value: value.into(),
            kind,
            lang: None,
            dir: "auto",
            errors: Vec::new(),
            warnings: Vec::new(),
        }
    }

    pub(super) fn help(mut self, help: &'static str) -> Self {
        self.help = help;
        self
    }

    pub(super) fn named(mut self, named: String) -> Self {
        self.named = named;
        self
    }

    /// What is written in it is in this language.
    pub(super) fn lang(mut self, lang: &Lang) -> Self {
        self.dir = lang.direction().as_str();
        self.lang = Some(lang.clone());
        self
    }

    /// Takes what is said of it from all that was found.
    pub(super) fn told(mut self, errors: &[Told], warnings: &[Told]) -> Self {
        self.errors = of(errors, &self.name);
        self.warnings = of(warnings, &self.name);
        self
    }

    /// What says more of it.
    fn described(&self) -> String {
        let id = id(&self.name);
        let mut ids = Vec::new();
        if !self.help.is_empty() {
            ids.push(format!("{id}-help"));
        }
        ids.push(format!("{id}-told"));
        ids.join(" ")
    }

    fn id(&self) -> String {
        id(&self.name)
    }
}

/// What is said of one field.
pub(super) fn of(told: &[Told], name: &str) -> Vec<Told> {
    told.iter().filter(|told| told.field == name).cloned().collect()
}

/// The id of the element of a field: dots would be classes in a style sheet.
pub(super) fn id(name: &str) -> String {
    name.replace('.', "-")
}
