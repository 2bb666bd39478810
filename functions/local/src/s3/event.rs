//! `ObjectCreated` messages as AWS sends them from S3 to SQS, for the keys somebody asked about.

use std::io;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::object::Meta;
use crate::queue::{Held, Queue};

/// As AWS encodes event keys: form encoding, but `/` stays.
const KEY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'*')
    .remove(b' ');

/// "Tell this queue about new objects of that bucket below that prefix."
#[derive(Debug, Clone)]
pub struct Notification {
    /// Bucket to watch.
    pub bucket: String,
    /// Keys to watch; empty for all.
    pub prefix: String,
    /// Where the messages go.
    pub queue: Queue,
}

/// Writes the messages for a new object durably, without delivering them yet.
pub(super) fn hold(notifications: &[Notification], bucket: &str, meta: &Meta) -> io::Result<Vec<Held>> {
    notifications
        .iter()
        .filter(|wish| wish.bucket == bucket && meta.key.starts_with(&wish.prefix))
        .map(|wish| wish.queue.hold(message(bucket, meta).to_string()))
        .collect()
}

/// Delivers them.
pub(super) fn publish(messages: Vec<Held>) -> io::Result<()> {
    messages.into_iter().try_for_each(Held::publish)
}

fn message(bucket: &str, meta: &Meta) -> Value {
    let key = utf8_percent_encode(&meta.key, KEY).to_string().replace(' ', "+");
    json!({ "Records": [{
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": super::REGION,
        "eventTime": format!("{:.3}", meta.modified),
        "eventName": "ObjectCreated:Put",
        "userIdentity": { "principalId": "AWS:PRESSROOM" },
        "requestParameters": { "sourceIPAddress": "127.0.0.1" },
        "responseElements": { "x-amz-request-id": meta.sequencer(), "x-amz-id-2": meta.sequencer() },
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "pressroom",
            "bucket": {
                "name": bucket,
                "ownerIdentity": { "principalId": "PRESSROOM" },
                "arn": format!("arn:aws:s3:::{bucket}"),
            },
            "object": { "key": key, "size": meta.size, "eTag": meta.etag, "sequencer": meta.sequencer() },
        },
    }] })
}
