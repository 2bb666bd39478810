"""Queues, events and clocks: nothing is lost, nothing wakes itself."""
import json

from template import ACCOUNT, listed

from . import rule

S3 = "arn:aws:s3:::"


@rule
def every_queue_has_dead_letters(t):
    queues = t.of("AWS::SQS::Queue")
    dead = {one["RedrivePolicy"]["deadLetterTargetArn"] for one in queues.values() if "RedrivePolicy" in one}
    for name, queue in queues.items():
        arn = t.attribute(name, "Arn")
        if queue.get("SqsManagedSseEnabled") is not True:
            yield f"{name} is not encrypted"
        if arn in dead:
            sources = [t.attribute(other, "Arn") for other, one in queues.items() if one.get("RedrivePolicy", {}).get("deadLetterTargetArn") == arn]
            if queue.get("RedriveAllowPolicy") != {"redrivePermission": "byQueue", "sourceQueueArns": sources}:
                yield f"{name}: expected dead letters of {sources} only"
            if queue.get("MessageRetentionPeriod") != 1209600:
                yield f"{name}: expected that dead letters stay for 14 days"
            continue
        policy = queue.get("RedrivePolicy", {})
        if policy.get("deadLetterTargetArn") not in [t.attribute(other, "Arn") for other in queues]:
            yield f"{name}: expected a dead-letter queue of this template"
        if not 3 <= policy.get("maxReceiveCount", 0) <= 100:
            yield f"{name}: expected a few attempts before a message is dead"
        if queue.get("MessageRetentionPeriod", 1209600) > 1209600 - 86400:
            yield f"{name}: expected that messages stay shorter than dead letters, which count from the first day"


@rule
def messages_are_invisible_six_times_as_long(t):
    for name, mapping in t.of("AWS::Lambda::EventSourceMapping").items():
        function = next(key for key in t.of("AWS::Lambda::Function") if t.ref(key) == mapping["FunctionName"])
        queue = next(one for key, one in t.of("AWS::SQS::Queue").items() if t.attribute(key, "Arn") == mapping["EventSourceArn"])
        raw = t.raw["Resources"][name]["Properties"]["MaximumBatchingWindowInSeconds"]
        window = t.raw["Parameters"][raw["Ref"]]["MaxValue"] if isinstance(raw, dict) else raw
        least = 6 * t.properties(function)["Timeout"] + window
        if queue["VisibilityTimeout"] < least:
            yield f"{name}: expected a visibility timeout of at least {least} s, found {queue['VisibilityTimeout']}"


@rule
def failed_messages_come_back_one_by_one(t):
    for name, mapping in t.of("AWS::Lambda::EventSourceMapping").items():
        if mapping.get("FunctionResponseTypes") != ["ReportBatchItemFailures"]:
            yield f"{name}: expected ReportBatchItemFailures"
        if not 2 <= mapping.get("ScalingConfig", {}).get("MaximumConcurrency", 0) <= 1000:
            yield f"{name}: expected a maximum concurrency of 2 or more"
        if mapping.get("Enabled") is False:
            yield f"{name} is off"
    raw = t.raw["Resources"]["PublishEvents"]["Properties"]
    if (raw["BatchSize"], raw["MaximumBatchingWindowInSeconds"]) != ({"Ref": "BatchSize"}, {"Ref": "BatchWindow"}):
        yield "publish: expected batch size and window as parameters"


@rule
def no_function_wakes_itself(t):
    """What a function writes never triggers it; no two triggers of a bucket overlap."""
    for name, bucket in t.of("AWS::S3::Bucket").items():
        start = f"{S3}{bucket['BucketName']}/"
        seen = []
        for one, function, prefix in triggers(t, bucket):
            if not prefix:
                yield f"{name}: {one['Event']} has no prefix"
                continue
            # To remove a marker creates nothing.
            verb = "s3:Put" if "Created" in one["Event"] else "s3:Delete"
            for resource in [r for s in t.role_of(function) if any(a.startswith(verb) for a in listed(s["Action"])) for r in listed(s["Resource"])]:
                written = resource.removeprefix(start).rstrip("*")
                if resource.startswith(start) and (written.startswith(prefix) or prefix.startswith(written)):
                    yield f"{function} is woken by {prefix} and writes {resource}"
            for other in seen:
                if other.startswith(prefix) or prefix.startswith(other):
                    yield f"{name}: the triggers {other} and {prefix} overlap"
            seen.append(prefix)


@rule
def events_reach_whom_they_should(t):
    expected = {
        "content": {("s3:ObjectCreated:*", "releases/"): "PublishFunction", ("s3:ObjectCreated:*", "due/"): "EmbargoFunction"},
        "site": {("s3:ObjectRemoved:*", "releases/"): "InvalidateFunction", ("s3:ObjectRemoved:*", "media/"): "InvalidateFunction"},
        "logs": {},
    }
    for what, wanted in expected.items():
        found = {(one["Event"], prefix): function for one, function, prefix in triggers(t, t.properties(t.bucket(what)))}
        if found != wanted:
            yield f"{what} bucket: expected {wanted}, found {found}"


def triggers(t, bucket):
    """Notifications of a bucket: each with the function it ends at, and its prefix."""
    mappings = {one["EventSourceArn"]: one["FunctionName"] for one in t.of("AWS::Lambda::EventSourceMapping").values()}
    functions = {t.ref(name): name for name in t.of("AWS::Lambda::Function")}
    notification = bucket.get("NotificationConfiguration", {})
    for one in notification.get("QueueConfigurations", []) + notification.get("LambdaConfigurations", []):
        function = mappings.get(one["Queue"], "") if "Queue" in one else one["Function"].rsplit(":", 1)[1]
        rules = one.get("Filter", {}).get("S3Key", {}).get("Rules", [])
        yield one, functions.get(function, function), next((r["Value"] for r in rules if r["Name"].lower() == "prefix"), "")


@rule
def queues_take_events_of_their_bucket_only(t):
    """With SourceArn and SourceAccount: the ARN of a bucket holds no account."""
    for what in ("content", "site"):
        bucket = t.properties(t.bucket(what))
        for one in bucket.get("NotificationConfiguration", {}).get("QueueConfigurations", []):
            wanted = {"StringEquals": {"aws:SourceAccount": ACCOUNT}, "ArnEquals": {"aws:SourceArn": S3 + bucket["BucketName"]}}
            allowed = [s for _, kind, s in t.statements() if kind == "AWS::SQS::QueuePolicy" and s["Effect"] == "Allow" and s["Resource"] == one["Queue"]]
            if [(s["Principal"], s["Action"], s.get("Condition")) for s in allowed] != [({"Service": "s3.amazonaws.com"}, "sqs:SendMessage", wanted)]:
                yield f"{one['Queue']}: expected events of the {what} bucket only, found {allowed}"


@rule
def clocks_tick(t):
    expected = {"SweepClock": ("rate(5 minutes)", "PublishFunction"), "EmbargoClock": ("rate(1 minute)", "EmbargoFunction")}
    rules = t.of("AWS::Events::Rule")
    if set(rules) != set(expected):
        yield f"expected the clocks {sorted(expected)}, found {sorted(rules)}"
    for name, (schedule, function) in expected.items():
        one = rules.get(name, {})
        if (one.get("ScheduleExpression"), one.get("State")) != (schedule, "ENABLED"):
            yield f"{name}: expected {schedule}, found {one.get('ScheduleExpression')} {one.get('State')}"
        targets = one.get("Targets", [])
        if [target["Arn"] for target in targets] != [t.attribute(function, "Arn")]:
            yield f"{name}: expected the target {function}"
        # publish takes an event without Records for the clock's.
        if any("Records" in json.dumps(target) for target in targets):
            yield f"{name}: sends Records"
        sources = [p["SourceArn"] for p in t.of("AWS::Lambda::Permission").values() if p["FunctionName"] == t.ref(function)]
        if t.attribute(name, "Arn") not in sources:
            yield f"{name}: {function} does not let it in"
    for function in ("PublishFunction", "EmbargoFunction"):
        config = [one for one in t.of("AWS::Lambda::EventInvokeConfig").values() if one["FunctionName"] == t.ref(function)]
        if [one.get("MaximumRetryAttempts") for one in config] != [0]:
            yield f"{function}: the next tick is the retry; expected none besides"


@rule
def nothing_waits_for_itself(t):
    graph, done, path = t.references(), set(), []

    def visit(name):
        if name in path:
            return [" -> ".join(path[path.index(name):] + [name])]
        if name in done:
            return []
        path.append(name)
        found = [fault for other in sorted(graph[name]) for fault in visit(other)]
        path.pop()
        done.add(name)
        return found

    for name in sorted(graph):
        yield from visit(name)
    # S3 tries its targets when it is told of them: who lets it in must be there first.
    for bucket, needed in {"ContentBucket": {"PublishQueuePolicy", "EmbargoFromBucket", "LogBucketPolicy"}, "SiteBucket": {"RemovedQueuePolicy"}}.items():
        if not needed <= graph[bucket]:
            yield f"{bucket}: expected to wait for {sorted(needed - graph[bucket])}"
