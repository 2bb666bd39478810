"""Buckets: private, encrypted, kept as long as they must be."""
import re

from template import ACCOUNT, listed

from . import rule

S3 = "arn:aws:s3:::"


@rule
def buckets_are_private_and_encrypted(t):
    for name, bucket in t.of("AWS::S3::Bucket").items():
        block = bucket.get("PublicAccessBlockConfiguration", {})
        for setting in ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"):
            if block.get(setting) is not True:
                yield f"{name}: expected {setting}"
        if bucket.get("OwnershipControls", {}).get("Rules") != [{"ObjectOwnership": "BucketOwnerEnforced"}] or "AccessControl" in bucket:
            yield f"{name}: expected no ACLs"
        encryption = bucket.get("BucketEncryption", {}).get("ServerSideEncryptionConfiguration", [{}])[0]
        if encryption.get("ServerSideEncryptionByDefault") != {"SSEAlgorithm": "AES256"}:
            yield f"{name}: expected AES256, under which an ETag is the MD5 of the bytes; found {encryption}"
        if "WebsiteConfiguration" in bucket:
            yield f"{name}: a website endpoint knows no TLS"


@rule
def buckets_queues_and_topics_take_tls_only(t):
    denied = set()
    for _, _, statement in t.statements():
        plain = statement.get("Condition", {}).get("Bool", {}).get("aws:SecureTransport") == "false"
        if statement["Effect"] == "Deny" and statement.get("Principal") == "*" and plain:
            denied.update(listed(statement["Resource"]))
    for name, bucket in t.of("AWS::S3::Bucket").items():
        arn = S3 + bucket["BucketName"]
        if not {arn, arn + "/*"} <= denied:
            yield f"{name}: expected a policy that refuses requests without TLS"
    for name in [*t.of("AWS::SQS::Queue"), *t.of("AWS::SNS::Topic")]:
        if (t.ref(name) if name in t.of("AWS::SNS::Topic") else t.attribute(name, "Arn")) not in denied:
            yield f"{name}: expected a policy that refuses requests without TLS"
    for kind, target in (("AWS::SQS::QueuePolicy", "Queues"), ("AWS::SNS::TopicPolicy", "Topics")):
        for name, policy in t.of(kind).items():
            if not policy.get(target):
                yield f"{name} is attached to nothing"


@rule
def the_truth_is_kept(t):
    content = t.resources[t.bucket("content")]
    if content["Properties"].get("VersioningConfiguration") != {"Status": "Enabled"}:
        yield "the content bucket keeps no versions"
    for name in t.of("AWS::S3::Bucket"):
        if (t.resources[name].get("DeletionPolicy"), t.resources[name].get("UpdateReplacePolicy")) != ("Retain", "Retain"):
            yield f"{name} goes with the stack"
    # Whatever expires must be something that nobody misses.
    for one in content["Properties"]["LifecycleConfiguration"]["Rules"]:
        if "ExpirationInDays" in one or "ExpirationDate" in one or "Transitions" in one:
            if one.get("Prefix") != "idempotency/" or one["ExpirationInDays"] < 2:
                yield f"{one.get('Id')}: expires what must stay"
        if one.get("Status") != "Enabled":
            yield f"{one.get('Id')} is off"


@rule
def leftovers_expire(t):
    for name, bucket in t.of("AWS::S3::Bucket").items():
        rules = bucket.get("LifecycleConfiguration", {}).get("Rules", [])
        if not any(one.get("AbortIncompleteMultipartUpload", {}).get("DaysAfterInitiation", 99) <= 7 and not one.get("Prefix") for one in rules):
            yield f"{name}: expected that unfinished uploads are removed"
    rules = t.properties(t.bucket("content"))["LifecycleConfiguration"]["Rules"]
    old = {one.get("Prefix", ""): one.get("NoncurrentVersionExpiration", {}).get("NoncurrentDays") for one in rules if "NoncurrentVersionExpiration" in one}
    for prefix, most in {"": 3650, "idempotency/": 7, "pending/": 7, "due/": 7, "journal/": 30}.items():
        if not 1 <= (old.get(prefix) or 0) <= most:
            yield f"content bucket, {prefix or 'everything'}: expected that older versions expire within {most} days, found {old.get(prefix)}"
    if not any(one.get("ExpirationInDays") for one in rules if one.get("Prefix") == "idempotency/"):
        yield "content bucket: expected that idempotency records expire"
    if not any(one.get("ExpiredObjectDeleteMarker") is True for one in rules):
        yield "content bucket: expected that markers of deleted objects go in the end"


@rule
def revisions_are_created_once(t):
    name = t.properties(t.bucket("content"))["BucketName"]
    expected = {"Null": {"s3:if-none-match": "true"}, "Bool": {"s3:ObjectCreationOperation": "true"}}
    found = [one for _, kind, one in t.statements() if kind == "AWS::S3::BucketPolicy" and one.get("Resource") == f"{S3}{name}/releases/*"]
    if not any((one["Effect"], one["Principal"], listed(one["Action"]), one.get("Condition")) == ("Deny", "*", ["s3:PutObject"], expected) for one in found):
        yield f"expected that writes to releases/ without If-None-Match are refused, found {found}"


@rule
def only_this_distribution_reads_the_site(t):
    """What the bucket policies allow: the CDN reads the site, S3 writes logs; nothing of the content bucket, to anybody."""
    expected = {
        ("site", "cloudfront.amazonaws.com", "s3:GetObject"): {"StringEquals": {"AWS:SourceArn": f"arn:aws:cloudfront::{ACCOUNT}:distribution/Distribution"}},
        ("logs", "logging.s3.amazonaws.com", "s3:PutObject"): {
            "StringEquals": {"aws:SourceAccount": ACCOUNT}, "ArnEquals": {"aws:SourceArn": S3 + t.properties(t.bucket("content"))["BucketName"]}},
    }
    found = {}
    for _, kind, one in t.statements():
        if kind == "AWS::S3::BucketPolicy" and one["Effect"] == "Allow":
            for action in listed(one["Action"]):
                which = re.match(rf"{S3}{t.parameters['Name']}-(\w+)-", str(one["Resource"]))
                found[which and which[1], one["Principal"].get("Service") if isinstance(one["Principal"], dict) else one["Principal"], action] = one.get("Condition")
    if found != expected:
        yield f"expected {expected}, found {found}"
