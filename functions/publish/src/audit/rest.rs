//! What depends on `site.toml` alone, and what is in the site bucket without a reason.

use std::sync::Arc;

use bytes::Bytes;
use feed::Journal;
use store::{Bucket, Key, Listed, Tag};
use uuid::Uuid;

use super::{
    Audit,
    fold::Fold,
    inventory::MEDIA,
    report::{Fault, Finding, News, Stage},
};
use crate::{Failure, furnish};

/// Said of an object that `publish` would never write.
const FOREIGN: &str = "no object of the press room; remove it, or keep it under media/";

impl Audit<'_> {
    /// The documents that no release changes, then whatever nobody accounted for.
    pub(super) async fn rest(&mut self) -> Result<(), Failure> {
        let desk = Arc::clone(&self.desk);
        let documents = furnish::documents(&desk.site)?;
        (self.watch)(News::Stage(Stage::Rest, None));
        for (key, bytes) in documents {
            if !self.claim(vec![(key.path(), Some(Tag::of(&bytes)))]) {
                let finding = self.hand.plain(&desk, key, Some(Bytes::from(bytes))).await?;
                self.tell(finding);
            }
            (self.watch)(News::Done(1));
        }
        self.unexpected().await
    }

    /// The inventory has no names: they are listed once more when anything is left.
    async fn unexpected(&mut self) -> Result<(), Failure> {
        let mut after: Option<String> = None;
        while self.inventory.left() > 0 {
            let (listed, more) = self.desk.store.list_objects(Bucket::Site, "", after.as_deref(), 1_000).await?;
            after = listed.last().map(|object| object.path.clone());
            for object in listed {
                if !object.path.starts_with(MEDIA) && self.inventory.is_left(&object.path) {
                    self.one_unexpected(&object).await?;
                }
            }
            if !more {
                break;
            }
        }
        Ok(())
    }

    async fn one_unexpected(&mut self, object: &Listed) -> Result<(), Failure> {
        let desk = Arc::clone(&self.desk);
        let mut finding = Finding {
            key: object.path.clone(),
            fault: Fault::Unexpected,
            mended: false,
            detail: None,
        };
        let Some(key) = self.ours(&object.path).await? else {
            finding.detail = Some(FOREIGN.to_owned());
            self.tell(Some(finding));
            return Ok(());
        };
        // Whatever is new since the listing: is there a reason now?
        match &key {
            Key::Release(id) | Key::Version(id, _) if self.belongs(*id, &key).await? => return self.release(vec![*id]).await,
            Key::Page(_, path) => {
                let slug = desk.store.get(&Key::Slug(path.clone())).await?;
                let id = slug.and_then(|owner| Uuid::try_parse_ascii(&owner.bytes).ok());
                if let Some(id) = id
                    && self.belongs(id, &key).await?
                {
                    return self.release(vec![id]).await;
                }
            }
            Key::Month(_, month) | Key::MonthAtom(_, month) | Key::MonthPage(_, month) | Key::MonthSitemap(_, month) => {
                self.month(*month).await?;
                if self.census.months().contains(month) {
                    return Ok(());
                }
            }
            Key::ChangesPage(n) => {
                let journal = desk.store.look::<Journal>(&Key::Journal).await?.state;
                if journal.is_some_and(|journal| journal.pages >= *n) {
                    return Ok(());
                }
            }
            _ => {}
        }
        if desk.store.head(&key).await?.is_none() {
            return Ok(());
        }
        if self.hand.mends {
            finding.mended = desk.store.remove(Bucket::Site, &object.path, &object.etag).await?;
        }
        self.tell(Some(finding));
        Ok(())
    }

    /// True when the release, as it is now, has this document.
    async fn belongs(&self, id: Uuid, key: &Key) -> Result<bool, Failure> {
        let fold = Fold::fresh(&self.desk, id).await?;
        if fold.view.is_none() {
            return Ok(false);
        }
        let path = key.path();
        Ok(fold
            .drawn(&self.desk)?
            .tags()
            .iter()
            .any(|(known, tag)| *known == path && tag.is_some()))
    }

    /// The key of an object that `publish` wrote, or could have written for this site.
    async fn ours(&self, path: &str) -> Result<Option<Key>, Failure> {
        let Some(key) = Key::public_of(path) else { return Ok(None) };
        let known = key.language().is_none_or(|language| self.desk.site.language(language).is_some());
        // A language that the site has no more: what was rendered carries a version.
        let ours = known || self.desk.store.head(&key).await?.is_some_and(|head| head.version > 0);
        Ok(ours.then_some(key))
    }
}
