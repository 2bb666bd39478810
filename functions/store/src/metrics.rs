//! Figures of a function's run for `CloudWatch`: lines of the log in its embedded metric format, which cost no request.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use aws_sdk_s3::{
    config::{
        ConfigBag, Intercept, RuntimeComponents,
        interceptors::{
            AfterDeserializationInterceptorContextRef, BeforeDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
        },
    },
    error::BoxError,
};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// Values that one line may have of a metric.
const VALUES: usize = 100;

/// What a figure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Things.
    Count,
    /// Time.
    Milliseconds,
}

/// One metric of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Its name in `CloudWatch`.
    pub name: &'static str,
    /// What its values count.
    pub unit: Unit,
    /// As many as there were; none leaves the metric out.
    pub values: Vec<i64>,
}

impl Figure {
    /// How many there were.
    pub fn count(name: &'static str, value: usize) -> Self {
        Self {
            name,
            unit: Unit::Count,
            values: vec![i64::try_from(value).unwrap_or(i64::MAX)],
        }
    }

    /// How long each took, in milliseconds.
    pub fn times(name: &'static str, values: Vec<i64>) -> Self {
        Self {
            name,
            unit: Unit::Milliseconds,
            values,
        }
    }
}

/// Requests that a client sent, those of them that lost a race, and whether S3 took its credentials. Clones count together.
#[derive(Debug, Clone, Default)]
pub struct Tally(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    requests: AtomicU64,
    conflicts: AtomicU64,
    expired: AtomicBool,
}

impl Tally {
    /// Ends the process when S3 has said that its credentials have expired. A function gets new ones with a new environment only, which Lambda
    /// starts for the next event; what this one was to do fails, and comes again.
    pub fn end_when_expired(&self) {
        if self.0.expired.load(Ordering::Relaxed) {
            tracing::error!("S3 says that the credentials have expired; this environment ends, and the next one is given new ones");
            std::process::exit(1);
        }
    }

    /// What was counted since the last look: requests, and answers 409 and 412.
    pub fn take(&self) -> (u64, u64) {
        (
            self.0.requests.swap(0, Ordering::Relaxed),
            self.0.conflicts.swap(0, Ordering::Relaxed),
        )
    }
}

impl Intercept for Tally {
    fn name(&self) -> &'static str {
        "Tally"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.requests.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn read_after_transmit(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if matches!(context.response().status().as_u16(), 409 | 412) {
            self.0.conflicts.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        // <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>
        let said = |body: &[u8]| String::from_utf8_lossy(body).contains("<Code>ExpiredToken</Code>");
        if response.status().as_u16() == 400 && response.body().bytes().is_some_and(said) {
            self.0.expired.store(true, Ordering::Relaxed);
        }
        Ok(())
    }
}

/// Where a function's figures go.
#[derive(Debug, Clone)]
pub struct Metrics {
    namespace: Option<String>,
    tally: Tally,
}

impl Metrics {
    /// Figures under a namespace of `CloudWatch`, with what `tally` has counted; without a namespace there are none.
    pub fn new(namespace: Option<String>, tally: Tally) -> Self {
        Self { namespace, tally }
    }

    /// The lines of a run that ended at `now`.
    fn lines(&self, now: Timestamp, mut figures: Vec<Figure>) -> Vec<String> {
        let (requests, conflicts) = self.tally.take();
        let Some(namespace) = &self.namespace else { return Vec::new() };
        let count = |name, value: u64| Figure::count(name, usize::try_from(value).unwrap_or(usize::MAX));
        figures.extend([count("S3Requests", requests), count("S3Conflicts", conflicts)]);
        let most = figures
            .iter()
            .map(|figure| figure.values.len().div_ceil(VALUES))
            .max()
            .unwrap_or_default();
        let line = |n: usize| {
            let shown = figures
                .iter()
                .filter_map(|figure| Some((figure, figure.values.chunks(VALUES).nth(n)?)));
            let (mut metrics, mut members) = (Vec::new(), Map::new());
            for (figure, values) in shown {
                let unit = match figure.unit {
                    Unit::Count => "Count",
                    Unit::Milliseconds => "Milliseconds",
                };
                metrics.push(json!({"Name": figure.name, "Unit": unit}));
                members.insert(figure.name.to_owned(), json!(values));
            }
            let metadata = json!({
                "Timestamp": now.as_millisecond(),
                // One metric for the whole installation: no dimension.
                "CloudWatchMetrics": [{"Namespace": namespace, "Dimensions": [[]], "Metrics": metrics}],
            });
            members.insert("_aws".to_owned(), metadata);
            Value::Object(members).to_string()
        };
        (0..most).map(line).collect()
    }

    /// Writes the lines of a run that ended at `now` to standard output, where Lambda's log takes them from.
    pub fn tell(&self, now: Timestamp, figures: Vec<Figure>) {
        for line in self.lines(now, figures) {
            println!("{line}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_document_of_the_embedded_metric_format() {
        let tally = Tally::default();
        tally.0.requests.store(7, Ordering::Relaxed);
        tally.0.conflicts.store(2, Ordering::Relaxed);
        let metrics = Metrics::new(Some("Pressroom/news".to_owned()), tally);
        let now = Timestamp::from_millisecond(1_781_020_808_123).unwrap();
        let times: Vec<i64> = (0..150).collect();
        let figures = || {
            vec![
                Figure::count("Published", 3),
                Figure::times("PublicationLag", times.clone()),
                Figure::times("Never", Vec::new()),
            ]
        };
        let lines: Vec<Value> = metrics
            .lines(now, figures())
            .iter()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let metric = |name: &str, unit: &str| json!({"Name": name, "Unit": unit});
        let directive = |metrics: Value| json!({"Timestamp": 1_781_020_808_123_i64, "CloudWatchMetrics": [{"Namespace": "Pressroom/news", "Dimensions": [[]], "Metrics": metrics}]});
        let first = [
            metric("Published", "Count"),
            metric("PublicationLag", "Milliseconds"),
            metric("S3Requests", "Count"),
            metric("S3Conflicts", "Count"),
        ];
        assert_eq!(
            lines[0],
            json!({"_aws": directive(json!(first)), "Published": [3], "PublicationLag": times[..100], "S3Requests": [7], "S3Conflicts": [2]})
        );
        // What one line cannot hold goes on in the next, and nothing is counted twice.
        assert_eq!(
            lines[1..],
            [json!({"_aws": directive(json!([metric("PublicationLag", "Milliseconds")])), "PublicationLag": times[100..]})]
        );
        let again: Value = serde_json::from_str(&metrics.lines(now, Vec::new())[0]).unwrap();
        assert_eq!((&again["S3Requests"], &again["S3Conflicts"]), (&json!([0]), &json!([0])));
        assert_eq!(Metrics::new(None, Tally::default()).lines(now, figures()), Vec::<String>::new());
    }
}
