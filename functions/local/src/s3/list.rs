//! One page of a listing. A token names the last thing shown, so inserts and deletes between pages disturb nothing.

use std::collections::BTreeMap;
use std::ops::Bound;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::store::Object;

/// AWS's own limit for a page.
const PAGE: usize = 1000;

#[derive(Debug, Default)]
pub(super) struct Query<'a> {
    pub(super) prefix: &'a str,
    pub(super) delimiter: &'a str,
    /// Show only what sorts after this.
    pub(super) after: String,
    pub(super) max_keys: Option<i32>,
}

#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) objects: Vec<Object>,
    pub(super) common_prefixes: Vec<String>,
    /// The last thing shown, when there is more.
    pub(super) next: Option<String>,
    pub(super) max_keys: i32,
}

impl Query<'_> {
    pub(super) fn page(&self, objects: &BTreeMap<String, Object>) -> Page {
        let max_keys = self.max_keys.unwrap_or(1000);
        let most = usize::try_from(max_keys).unwrap_or(0).min(PAGE);
        let mut page = Page {
            max_keys,
            ..Page::default()
        };
        let mut last = String::new();
        // A common prefix that was shown, or that `after` lies in, hides everything below it.
        let mut shown = self.group(&self.after).filter(|group| self.after == *group).map(str::to_owned);
        let from = if self.after.as_str() < self.prefix {
            Bound::Included(self.prefix)
        } else {
            Bound::Excluded(self.after.as_str())
        };
        for (key, object) in objects.range::<str, _>((from, Bound::Unbounded)) {
            if !key.starts_with(self.prefix) {
                break;
            }
            if shown.as_deref().is_some_and(|group| key.starts_with(group)) {
                continue;
            }
            if page.objects.len() + page.common_prefixes.len() == most {
                page.next = (most > 0).then_some(last);
                break;
            }
            if let Some(group) = self.group(key) {
                group.clone_into(&mut last);
                page.common_prefixes.push(group.to_owned());
                shown = Some(group.to_owned());
            } else {
                key.clone_into(&mut last);
                page.objects.push(object.clone());
            }
        }
        page
    }

    fn group<'k>(&self, key: &'k str) -> Option<&'k str> {
        let rest = key.strip_prefix(self.prefix)?;
        if self.delimiter.is_empty() {
            return None;
        }
        let end = rest.find(self.delimiter)? + self.delimiter.len();
        Some(&key[..self.prefix.len() + end])
    }
}

/// Opaque for the client, and safe in any URL.
pub(super) fn token(last: &str) -> String {
    URL_SAFE_NO_PAD.encode(last)
}

pub(super) fn parse_token(token: &str) -> Option<String> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()
}
