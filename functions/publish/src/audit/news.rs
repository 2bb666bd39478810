//! The news sitemap: right is what would be judged now, and what was judged up to a day ago while nothing came since.

use std::sync::Arc;

use feed::{MonthView, News};
use store::{Key, Tag};

use super::{
    Audit, months,
    report::{Fault, Finding},
};
use crate::{Desk, Failure, news};

/// Looks at it while publications are under way.
const LOOKS: usize = 10;

impl Audit<'_> {
    /// Looks at it after the months, from which it is worked out.
    pub(super) async fn news(&mut self) -> Result<(), Failure> {
        let desk = Arc::clone(&self.desk);
        let (key, site, now) = (Key::NewsSitemap.path(), &desk.site, desk.store.now());
        let mut views = Vec::new();
        for month in News::months_of_right(site, now) {
            views.extend(months::draw(&mut self.census, &desk, month).await?.state);
        }
        let right = News::right(views.iter().collect(), site, now).map(|bytes| Tag::of(&bytes));
        if self.inventory.claim_any(&key, right) {
            return Ok(());
        }
        let mut fault = self.fault(&desk).await?;
        for _ in 1..LOOKS {
            if fault.is_none() || self.hand.mends || !self.hand.rest().await {
                break;
            }
            fault = self.fault(&desk).await?;
        }
        if fault.is_some() && self.hand.mends {
            news::judge(&desk).await?;
        }
        let mended = self.hand.mends;
        self.tell(fault.map(|fault| Finding {
            key,
            fault,
            mended,
            detail: None,
        }));
        Ok(())
    }

    /// Holds it against the months as they are stored: those were looked at before, and what came since is in them.
    async fn fault(&self, desk: &Desk) -> Result<Option<Fault>, Failure> {
        let (site, now) = (&desk.site, desk.store.now());
        let Some(found) = desk.store.get(&Key::NewsSitemap).await? else {
            return Ok(Some(Fault::Missing));
        };
        let mut views: Vec<Arc<MonthView>> = Vec::new();
        for month in News::months_of_right(site, now) {
            let key = Key::Month(site.default_language().clone(), month);
            views.extend(desk.store.look::<MonthView>(&key).await?.state);
        }
        let mut right = News::right(views.iter().map(|view| &**view).collect(), site, now);
        Ok((!right.any(|bytes| bytes == found.bytes)).then_some(Fault::Different))
    }
}
