//! The archive as the releases say: each month from the revisions of that month, and the list of the months.

use std::sync::Arc;

use feed::{Arrival, Month, MonthView, MonthsView};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use store::{Key, Look};
use uuid::Uuid;

use super::{
    Audit,
    census::{Census, Line},
    fold::{Fold, numbers},
    report::{News, Stage},
    view::{Drawn, View},
};
use crate::{Desk, Failure, PARALLEL, months};

/// A month, to be looked at again.
struct OneMonth<'a> {
    census: &'a mut Census,
    month: Month,
}

impl View for OneMonth<'_> {
    type State = MonthView;

    fn key(&self, desk: &Desk) -> Key {
        Key::Month(desk.site.default_language().clone(), self.month)
    }

    async fn draw(&mut self, desk: &Desk, found: &Look<MonthView>) -> Result<Drawn<MonthView>, Failure> {
        if let Some(found) = &found.state {
            self.census.refresh(desk, named(found)).await?;
            // A month that it links, and that is not known here, is newer than the census.
            let (before, after) = found.neighbours();
            let known = self.census.months();
            for month in [before, after].into_iter().flatten().filter(|month| !known.contains(month)) {
                refresh(self.census, desk, month).await?;
            }
        }
        draw(self.census, desk, self.month).await
    }
}

/// The list of months, to be looked at again.
struct List<'a> {
    census: &'a mut Census,
}

impl View for List<'_> {
    type State = MonthsView;

    fn key(&self, desk: &Desk) -> Key {
        Key::Months(desk.site.default_language().clone())
    }

    async fn draw(&mut self, desk: &Desk, found: &Look<MonthsView>) -> Result<Drawn<MonthsView>, Failure> {
        if let Some(found) = &found.state {
            let ours = self.census.list(&desk.site);
            for line in found.months.iter().filter(|line| !ours.months.contains(line)) {
                refresh(self.census, desk, line.of()).await?;
            }
        }
        draw_list(self.census, desk)
    }
}

/// Every release that a stored month names, with its revision.
fn named(view: &MonthView) -> Vec<(Uuid, u32)> {
    let here = view.releases.iter().map(|card| (card.id, card.revision));
    here.chain(view.left.iter().map(|left| (left.release, left.revision))).collect()
}

/// Takes in what a stored month knows and the census does not.
async fn refresh(census: &mut Census, desk: &Desk, month: Month) -> Result<(), Failure> {
    let key = Key::Month(desk.site.default_language().clone(), month);
    let found = desk.store.look::<MonthView>(&key).await?;
    census.refresh(desk, found.state.as_deref().map(named).unwrap_or_default()).await
}

/// A month as the releases say.
pub(super) async fn draw(census: &mut Census, desk: &Desk, month: Month) -> Result<Drawn<MonthView>, Failure> {
    let mut drawn = Drawn::nothing(Key::Month(desk.site.default_language().clone(), month));
    let lines = census.of_month(month);
    if lines.is_empty() {
        return Ok(drawn);
    }
    let one = |line: Line| async move { arrival(desk, month, &line).await };
    let arrivals: Vec<Arrival> = stream::iter(lines).map(one).buffered(PARALLEL).try_collect().await?;
    if let Some(view) = MonthView::admit(None, &arrivals, &desk.site, month) {
        let view = view.linked(census.list(&desk.site).neighbours(month), &desk.site).unwrap_or(view);
        drawn.renderings = months::documents(&view, &desk.site)?;
        drawn.state = Some(view);
    }
    Ok(drawn)
}

fn draw_list(census: &mut Census, desk: &Desk) -> Result<Drawn<MonthsView>, Failure> {
    let list = census.list(&desk.site);
    Ok(Drawn {
        renderings: months::list_documents(&list, &desk.site)?,
        state: Some(MonthsView::clone(&list)),
        ..Drawn::nothing(Key::Months(desk.site.default_language().clone()))
    })
}

/// What the month should know of a release: from the revision it shows, or from all of them when it left anything.
async fn arrival(desk: &Desk, month: Month, line: &Line) -> Result<Arrival, Failure> {
    let shown = if line.moved || line.month != month {
        let all = numbers(desk, line.id).await?;
        all.into_iter().filter(|n| *n <= line.revision).collect()
    } else {
        vec![line.revision]
    };
    let fold = Fold::read(desk, line.id, shown).await?;
    let view = fold.view.filter(|view| view.latest.revision == line.revision);
    let view = view.ok_or_else(|| store::Error::Missing {
        key: Key::Revision(line.id, line.revision).path(),
    })?;
    Ok(view.arrival(month))
}

impl Audit<'_> {
    /// The months, then their list.
    pub(super) async fn months(&mut self) -> Result<(), Failure> {
        let all = self.census.months();
        (self.watch)(News::Stage(Stage::Months, Some(all.len() as u64)));
        let desk = Arc::clone(&self.desk);
        for month in all {
            let drawn = draw(&mut self.census, &desk, month).await?;
            if !self.claim(drawn.tags()) {
                self.month(month).await?;
            }
            (self.watch)(News::Done(1));
        }
        let tags = draw_list(&mut self.census, &desk)?.tags();
        if !self.claim(tags) {
            let mut list = List { census: &mut self.census };
            let findings = self.hand.settle(&desk, &mut list).await?;
            self.tell(findings);
        }
        Ok(())
    }

    /// Looks at a month again.
    pub(super) async fn month(&mut self, month: Month) -> Result<(), Failure> {
        let census = &mut self.census;
        let findings = self.hand.settle(&self.desk, &mut OneMonth { census, month }).await?;
        self.tell(findings);
        Ok(())
    }
}
