//! The list of the months that have releases.

use release::{Lang, Site};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    SCHEMA_VERSION,
    path::{self, Month},
};

/// The months that have releases.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MonthsView {
    /// URL of the JSON Schema.
    #[serde(rename = "$schema")]
    pub schema: String,
    /// Of the layout; within 1 fields are only added.
    pub schema_version: String,
    /// The language of the archive.
    pub language: Lang,
    /// Newest first.
    pub months: Vec<MonthLine>,
}

/// One month of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MonthLine {
    /// Four digits.
    pub year: i16,
    /// 1 to 12.
    pub month: i8,
    /// Public releases that are not withdrawn.
    pub count: usize,
    /// Withdrawn ones, which stay as tombstones.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub withdrawn: usize,
    /// The JSON index of the month.
    pub url: String,
    /// The Atom archive document of the month.
    pub atom: String,
    /// Rises with every change of the month.
    pub weight: u64,
}

fn is_zero(n: &usize) -> bool {
    *n == 0
}

impl MonthLine {
    /// The line of a month with so many releases, published and withdrawn, in the list of `language`.
    pub fn new(month: Month, [count, withdrawn]: [usize; 2], weight: u64, language: &Lang, site: &Site) -> Self {
        Self {
            year: month.year,
            month: month.month,
            count,
            withdrawn,
            url: site.url(&month.json(language)),
            atom: site.url(&month.atom(language)),
            weight,
        }
    }

    /// Which month it is.
    pub fn of(&self) -> Month {
        Month {
            year: self.year,
            month: self.month,
        }
    }

    /// False when every release it had left it.
    pub fn holds_releases(&self) -> bool {
        self.count + self.withdrawn > 0
    }
}

impl MonthsView {
    /// A list without months.
    pub fn empty(site: &Site) -> Self {
        Self {
            schema: site.url(&path::schema("months")),
            schema_version: SCHEMA_VERSION.to_owned(),
            language: site.default_language().clone(),
            months: Vec::new(),
        }
    }

    /// Takes in months; the heavier state of a month wins. `None` when nothing changes and the list is there.
    pub fn admit(current: Option<&Self>, lines: &[MonthLine], site: &Site) -> Option<Self> {
        let mut view = current.cloned().unwrap_or_else(|| Self::empty(site));
        for line in lines {
            match view.months.iter_mut().find(|known| known.of() == line.of()) {
                Some(known) if known.weight < line.weight => known.clone_from(line),
                Some(_) => {}
                None => view.months.push(line.clone()),
            }
        }
        view.months.sort_by_key(|line| std::cmp::Reverse(line.of()));
        (current != Some(&view)).then_some(view)
    }

    /// True when both lists name the same months: then their pages and their index of sitemaps are the same, whatever the months hold.
    pub fn names_months_of(&self, other: &Self) -> bool {
        self.months.iter().map(MonthLine::of).eq(other.months.iter().map(MonthLine::of))
    }

    /// The nearest months with releases before and after one.
    pub fn neighbours(&self, month: Month) -> (Option<Month>, Option<Month>) {
        let chain = || self.months.iter().filter(|line| line.holds_releases()).map(MonthLine::of);
        (chain().find(|other| *other < month), chain().rfind(|other| *other > month))
    }

    /// The months whose neighbours may change when one does: it, the nearest with releases on both sides, and the empty ones between.
    pub fn around(&self, month: Month) -> Vec<Month> {
        let (before, after) = self.neighbours(month);
        let near = |other: &Month| before.is_none_or(|before| *other >= before) && after.is_none_or(|after| *other <= after);
        self.months.iter().map(MonthLine::of).filter(near).collect()
    }

    /// The document of another language.
    pub fn in_language(&self, language: &Lang, site: &Site) -> Self {
        let line = |line: &MonthLine| MonthLine {
            url: site.url(&line.of().json(language)),
            atom: site.url(&line.of().atom(language)),
            ..line.clone()
        };
        Self {
            language: language.clone(),
            months: self.months.iter().map(line).collect(),
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(year: i16) -> Month {
        Month { year, month: 1 }
    }

    #[test]
    fn an_empty_month_between_is_linked_again_too() {
        let site = Site::parse(include_str!("../../local/src/sample/site.toml"), "site.toml").unwrap();
        let line = |year, count| MonthLine::new(month(year), [count, 0], 1, site.default_language(), &site);
        let list = [line(2010, 1), line(2011, 0), line(2013, 1), line(2014, 1)];
        let list = MonthsView::admit(None, &list, &site).unwrap();
        assert_eq!(list.neighbours(month(2012)), (Some(month(2010)), Some(month(2013))));
        assert_eq!(list.around(month(2012)), [2013, 2011, 2010].map(month));
        assert_eq!(list.around(month(2014)), [2014, 2013].map(month));
    }

    #[test]
    fn what_names_months_only_says_the_same_when_they_are_the_same() {
        let site = Site::parse(include_str!("../../local/src/sample/site.toml"), "site.toml").unwrap();
        let list = |months: &[(i16, usize)]| {
            let lines: Vec<MonthLine> = months
                .iter()
                .map(|(year, count)| MonthLine::new(month(*year), [*count, 1], *count as u64, site.default_language(), &site))
                .collect();
            MonthsView::admit(None, &lines, &site).unwrap()
        };
        let rendered = |view: &MonthsView| {
            let pages = site
                .languages
                .iter()
                .map(|language| crate::archive_page(view, &site, &language.tag).unwrap());
            pages.chain([view.to_sitemap(&site).to_vec()]).collect::<Vec<_>>()
        };
        let one = list(&[(2010, 1), (2012, 5)]);
        for (other, same) in [
            (list(&[(2010, 3), (2012, 5)]), true),
            (list(&[(2010, 0), (2012, 9)]), true),
            (list(&[(2010, 1), (2011, 1), (2012, 5)]), false),
            (list(&[(2010, 1)]), false),
            (list(&[]), false),
        ] {
            assert_eq!(one.names_months_of(&other), same);
            for (mine, theirs) in rendered(&one).iter().zip(&rendered(&other)) {
                assert_eq!(mine == theirs, same);
            }
        }
    }
}
