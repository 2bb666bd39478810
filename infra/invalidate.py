"""Takes from the CDN what was taken from the site bucket: versions and files of withdrawn releases.

Messages are S3 events in SQS. One invalidation names all paths of a batch: each costs as much as 1,000 PUTs.
template.yaml holds a copy of this file; `tests/infra/check --write` renews it.
"""
import hashlib
import json
import os
from urllib.parse import quote, unquote_plus

import boto3

CDN = boto3.client("cloudfront")


def paths(event):
    """As readers ask for them. A key comes with + for a space and is percent-encoded."""
    bodies = [json.loads(message["body"]) for message in event["Records"]]
    records = [record for body in bodies for record in body.get("Records", [])]
    return sorted({"/" + quote(unquote_plus(record["s3"]["object"]["key"])) for record in records})


def handler(event, _context):
    found = paths(event)
    if found:
        # The same paths of the same messages are one invalidation, however often the batch comes.
        ids = sorted(message["messageId"] for message in event["Records"])
        reference = hashlib.sha256(json.dumps([ids, found]).encode()).hexdigest()
        batch = {"Paths": {"Quantity": len(found), "Items": found}, "CallerReference": reference}
        CDN.create_invalidation(DistributionId=os.environ["DISTRIBUTION"], InvalidationBatch=batch)
    print(json.dumps({"level": "INFO", "fields": {"message": "invalidated", "paths": len(found)}}))
