//! What time it is by S3: the clock that an embargo is held against, since a machine's own may be wrong.
//!
//! It asks for nothing: answers to requests that are made anyway carry a `Date`. It is never part of a document.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use aws_sdk_s3::{
    config::{ConfigBag, Intercept, RuntimeComponents, interceptors::BeforeDeserializationInterceptorContextRef},
    error::BoxError,
    primitives::{DateTime, DateTimeFormat},
};
use jiff::{SignedDuration, Timestamp};

/// The latest that S3 has said for certain: at `at` it was `date` or up to a second later.
///
/// A `Date` has whole seconds and an answer takes its time, so each one says only what S3's clock has passed. Of many the one that says most
/// counts: with every answer the rest gets smaller, and it never says more than the truth. A machine that sleeps counts too little, which
/// the next answer puts right.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reference(Arc<Mutex<Option<(Timestamp, Instant)>>>);

impl Reference {
    fn hear(&self, date: Timestamp, at: Instant) {
        let mut latest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if latest.is_none_or(|known| passed(known, at) < date) {
            *latest = Some((date, at));
        }
    }

    /// What S3's clock has passed; `None` before an answer had a `Date`.
    pub(crate) fn passed(&self) -> Option<Timestamp> {
        let latest = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        latest.map(|known| passed(known, Instant::now()))
    }
}

fn passed((date, at): (Timestamp, Instant), now: Instant) -> Timestamp {
    let since = SignedDuration::try_from(now.saturating_duration_since(at)).unwrap_or(SignedDuration::ZERO);
    date.saturating_add(since).unwrap_or(date)
}

impl Intercept for Reference {
    fn name(&self) -> &'static str {
        "Reference"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let date = context.response().headers().get("date");
        let date = date.and_then(|date| DateTime::from_str(date, DateTimeFormat::HttpDate).ok());
        if let Some(date) = date.and_then(|date| Timestamp::from_second(date.secs()).ok()) {
            self.hear(date, Instant::now());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn of_several_dates_the_one_that_says_most_counts() {
        let at = |seconds: i64| Timestamp::from_second(1_800_000_000 + seconds).unwrap();
        let start = Instant::now();
        let reference = Reference::default();
        assert_eq!(reference.passed(), None);
        let known = |reference: &Reference, later: u64| passed(reference.0.lock().unwrap().unwrap(), start + Duration::from_millis(later));
        reference.hear(at(0), start);
        // Just before its next second: nothing new.
        reference.hear(at(0), start + Duration::from_millis(400));
        assert_eq!(known(&reference, 400), at(0) + SignedDuration::from_millis(400));
        // Its second begins earlier than was certain.
        reference.hear(at(1), start + Duration::from_millis(500));
        assert_eq!(known(&reference, 500), at(1));
        // An answer that was long on its way.
        reference.hear(at(1), start + Duration::from_millis(1_900));
        assert_eq!(known(&reference, 1_900), at(2) + SignedDuration::from_millis(400));
    }
}
