"""What the template must keep. Each rule takes a resolved template and tells its faults; mutations.py breaks each rule at least once."""
import json, re

import keys
from template import ACCOUNT, REGION, TOP, listed

RULES = {}
FUNCTIONS = list(keys.FUNCTIONS.values())
S3 = "arn:aws:s3:::"


def rule(check):
    """A rule is a generator of faults."""
    RULES[check.__name__] = lambda template: list(check(template))
    return check


# ---------------------------------------------------------------- rights

@rule
def nothing_is_allowed_by_a_wildcard(t):
    for name, kind, statement in t.statements():
        if "NotAction" in statement or "NotResource" in statement or "NotPrincipal" in statement:
            yield f"{name}: a policy says what it means, not the opposite"
        if statement["Effect"] != "Allow":
            continue
        for action in listed(statement.get("Action", [])):
            if "*" in action or "?" in action:
                yield f"{name}: the action {action} is a wildcard"
        for resource in listed(statement.get("Resource", [])):
            # Of an ARN, only the end may be open: the keys of a bucket, the streams of a log group.
            parts = resource.split(":", 5)
            tail = parts[5] if len(parts) == 6 else "*"
            head = tail.split("/")[0] if parts[2:3] == ["s3"] else tail.removesuffix(":*")
            if len(parts) < 6 or "*" in head or "?" in resource or any("*" in part for part in parts[:5]) or "*" in tail.rstrip("*"):
                yield f"{name}: the resource {resource} is a wildcard"
        if kind != "role" and statement.get("Principal") in ("*", {"AWS": "*"}):
            yield f"{name}: everybody is allowed to {statement.get('Action')}"
    for name, role in t.of("AWS::IAM::Role").items():
        if role.get("ManagedPolicyArns"):
            yield f"{name}: policies of AWS's are wider than what is needed"


@rule
def each_function_may_do_exactly_what_it_does(t):
    buckets = {"content": keys.ON_CONTENT, "site": keys.ON_SITE}
    for function, logical in keys.FUNCTIONS.items():
        allowed = {"content": {}, "site": {}}
        for statement in t.role_of(logical):
            for resource in listed(statement["Resource"]):
                for action in listed(statement["Action"]):
                    found = re.fullmatch(rf"arn:aws:s3:::{t.parameters['Name']}-(content|site)-{ACCOUNT}-{REGION}/(.+)", resource)
                    if action.startswith("s3:") and action != "s3:ListBucket":
                        if not found:
                            yield f"{function}: {action} on {resource} is neither bucket"
                        else:
                            allowed[found[1]].setdefault(action, set()).add(found[2])
        for bucket, expected in buckets.items():
            if allowed[bucket] != expected[function]:
                yield f"{function} on the {bucket} bucket: expected {expected[function]}, found {allowed[bucket]}"


@rule
def accept_never_writes_the_site(t):
    yield from writes(t, "AcceptFunction", "site", "")


@rule
def publish_never_writes_a_revision(t):
    yield from writes(t, "PublishFunction", "content", "releases/")


@rule
def embargo_never_touches_the_site(t):
    for statement in t.role_of("EmbargoFunction"):
        for resource in listed(statement["Resource"]):
            if "-site-" in resource:
                yield f"embargo is allowed {statement['Action']} on {resource}"


def writes(t, function, bucket, prefix):
    start = f"{S3}{t.parameters['Name']}-{bucket}-{ACCOUNT}-{REGION}/"
    for statement in t.role_of(function):
        if not any(re.match("s3:(Put|Delete|Replicate|Restore|Abort)", action) for action in listed(statement["Action"])):
            continue
        for resource in listed(statement["Resource"]):
            keys_ = resource.removeprefix(start)
            if resource.startswith(start) and (keys_.startswith(prefix) or prefix.startswith(keys_.rstrip("*"))):
                yield f"{function} is allowed {statement['Action']} on {resource}"


@rule
def what_is_missing_is_told_and_lists_are_bounded(t):
    """Without s3:ListBucket, S3 answers 403 for a key that is not there; with it, the key counts as the prefix."""
    for function, logical in keys.FUNCTIONS.items():
        reads = keys.ON_CONTENT[function].get("s3:GetObject", set())
        needed = keys.LISTED[function] | reads
        found = set()
        for statement in t.role_of(logical):
            resource = statement["Resource"]
            if "s3:ListBucket" in listed(statement["Action"]) and "-content-" in str(resource):
                prefixes = statement.get("Condition", {}).get("StringLikeIfExists", {}).get("s3:prefix")
                if prefixes is None:
                    yield f"{function} lists the whole content bucket"
                    prefixes = ["*"]
                found.update(prefixes)
        for pattern in needed:
            if not any(re.fullmatch(re.escape(one).replace(r"\*", ".*"), pattern) for one in found):
                yield f"{function}: expected s3:ListBucket for {pattern}, found {sorted(found)}"
        for one in found:
            if not any(pattern.startswith(one.rstrip("*")) for pattern in needed):
                yield f"{function}: the prefix {one} is not needed"
    if not any("s3:ListBucket" in listed(one["Action"]) and one["Resource"].endswith(t.properties(t.bucket("site"))["BucketName"])
               for one in t.role_of("PublishFunction") if isinstance(one["Resource"], str)):
        yield "publish: expected s3:ListBucket on the site bucket, or S3 says 403 for a document that is not there yet"


@rule
def functions_write_only_their_own_log(t):
    for function, logical in keys.FUNCTIONS.items():
        name = t.properties(logical)["FunctionName"]
        resources = [resource for one in t.role_of(logical) if "logs:PutLogEvents" in listed(one["Action"]) for resource in listed(one["Resource"])]
        if resources != [f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/{name}:*"]:
            yield f"{function}: expected its own log group, found {resources}"


@rule
def functions_have_roles_of_their_own(t):
    roles = [t.properties(name)["Role"] for name in t.of("AWS::Lambda::Function")]
    if len(set(roles)) != len(roles):
        yield f"expected one role for each function, found {roles}"
    for name, role in t.of("AWS::IAM::Role").items():
        for statement in role["AssumeRolePolicyDocument"]["Statement"]:
            if statement["Principal"] not in ({"Service": "lambda.amazonaws.com"}, {"Service": "s3.amazonaws.com"}):
                yield f"{name} may be taken by {statement['Principal']}"


@rule
def every_permission_names_its_source(t):
    found = t.of("AWS::Lambda::Permission")
    if not found:
        yield "expected permissions, found none"
    for name, permission in found.items():
        source = permission.get("SourceArn")
        if not source or source == "*" or not re.match(r"arn:aws:(s3:::|events:|execute-api:)", source):
            yield f"{name}: expected a SourceArn, found {source}"
        elif "*" in source.removesuffix("/*"):
            yield f"{name}: the SourceArn {source} is a wildcard"
        if permission["Principal"] == "s3.amazonaws.com" and permission.get("SourceAccount") != ACCOUNT:
            yield f"{name}: the ARN of a bucket holds no account; expected SourceAccount too"
        if not re.fullmatch(r"(s3|events|apigateway)\.amazonaws\.com", permission["Principal"]):
            yield f"{name}: {permission['Principal']} is no service that calls a function"


# ---------------------------------------------------------------- buckets

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


# ---------------------------------------------------------------- queues and events

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


# ---------------------------------------------------------------- functions

@rule
def functions_are_built_as_they_are_run(t):
    for name, function in t.of("AWS::Lambda::Function").items():
        if name == "InvalidateFunction":
            if function["Runtime"] != "python3.13" or "ZipFile" not in function["Code"]:
                yield f"{name}: expected Python with its code in the template"
            continue
        if (function["Runtime"], function["Handler"]) != ("provided.al2023", "bootstrap"):
            yield f"{name}: expected provided.al2023, found {function['Runtime']}"
        source = t.source["Resources"][name]["Properties"]["CodeUri"]
        if source != f"../target/lambda/{function['FunctionName'].removeprefix(t.parameters['Name'] + '-')}/":
            yield f"{name}: expected the folder that cargo-lambda makes, found {source}"
        if t.raw["Resources"][name]["Properties"].get("Architectures") != [{"Ref": "Architecture"}]:
            yield f"{name}: expected the parameter Architecture"
    if t.raw["Parameters"]["Architecture"]["Default"] != "arm64":
        yield "expected arm64 unless said otherwise"
    for name, most in {"AcceptFunction": 29, "PublishFunction": 300, "EmbargoFunction": 120, "InvalidateFunction": 60}.items():
        if t.properties(name)["Timeout"] > most:
            yield f"{name}: expected a timeout of at most {most} s"
    # embargo waits up to 70 seconds for an instant.
    if t.properties("EmbargoFunction")["Timeout"] < 90:
        yield "embargo: expected more time than it waits"


@rule
def functions_find_what_they_read_from_the_environment(t):
    """config.rs names the variables. Nothing secret is among them."""
    ours = {"CONTENT_BUCKET": t.properties(t.bucket("content"))["BucketName"], "SITE_BUCKET": t.properties(t.bucket("site"))["BucketName"]}
    for function, logical in keys.FUNCTIONS.items():
        found = t.properties(logical)["Environment"]["Variables"]
        if function == "invalidate":
            expected = {"DISTRIBUTION": "Distribution"}
        else:
            code = (TOP / "functions" / function / "src" / "config.rs").read_text().split("#[cfg(test)]")[0]
            expected = {name: value for name, value in ours.items() if f'"{name}"' in code}
            unknown = set(re.findall(r'"([A-Z][A-Z_]+)"', code)) - set(ours) - {"AWS_ENDPOINT_URL", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"}
            if unknown:
                yield f"{function}: config.rs reads {sorted(unknown)}, which nobody sets"
        # Read by nobody: another value makes Lambda start the function anew, with the site.toml of now.
        if "SITE_BUCKET" in expected:
            expected["SITE_TOML"] = t.parameters["SiteToml"]
        if function == "publish":
            expected["MIMALLOC_PURGE_DELAY"] = "0"
        if found != expected:
            yield f"{function}: expected the environment {expected}, found {found}"


@rule
def logs_are_kept_for_a_time(t):
    groups = t.of("AWS::Logs::LogGroup")
    for name, group in groups.items():
        if not group.get("RetentionInDays"):
            yield f"{name}: expected a retention"
    for name in t.of("AWS::Lambda::Function"):
        if f"/aws/lambda/{t.ref(name)}" not in [group["LogGroupName"] for group in groups.values()]:
            yield f"{name}: expected a log group in the template; Lambda's own keeps everything for ever"
        elif not any(one.endswith("Logs") for one in t.references()[name]):
            yield f"{name}: may run before its log group is there"


# ---------------------------------------------------------------- the API

@rule
def the_api_is_throttled_and_logged(t):
    stages = t.of("AWS::ApiGatewayV2::Stage")
    if not stages:
        yield "expected a stage, found none"
    for name, stage in stages.items():
        settings = stage.get("DefaultRouteSettings", {})
        if not 1 <= (settings.get("ThrottlingRateLimit") or 0) <= 1000 or not 1 <= (settings.get("ThrottlingBurstLimit") or 0) <= 2000:
            yield f"{name}: expected limits, found {settings}"
        form = stage.get("AccessLogSettings", {}).get("Format", "")
        if "$context.requestId" not in form or not stage["AccessLogSettings"].get("DestinationArn"):
            yield f"{name}: expected an access log"
        else:
            json.loads(form)
        # The query may be a text, a header may be a token, a path names a release.
        if re.search(r"(?i)authoriz|header|querystring|cookie|context\.path", form):
            yield f"{name}: the access log would hold what is secret"


@rule
def the_api_has_these_routes_only(t):
    routes = {one["RouteKey"]: one for one in t.of("AWS::ApiGatewayV2::Route").values()}
    if set(routes) != {"ANY /v1/{proxy+}", "GET /health"}:
        yield f"expected /v1 and /health, found {sorted(routes)}"
    for api in t.of("AWS::ApiGatewayV2::Api").values():
        if "Body" in api or "CorsConfiguration" in api or api.get("ProtocolType") != "HTTP":
            yield "expected an HTTP API with explicit routes, and no other origin that may call it from a browser"
    for one in t.of("AWS::ApiGatewayV2::Integration").values():
        if (one["IntegrationType"], one["PayloadFormatVersion"], one["IntegrationUri"]) != ("AWS_PROXY", "2.0", t.attribute("AcceptFunction", "Arn")):
            yield f"expected accept behind the API, found {one}"
    if t.of("AWS::Lambda::Url"):
        yield "expected no function URL: it knows no throttling"
    granted = [one["SourceArn"] for one in t.of("AWS::Lambda::Permission").values() if one["FunctionName"] == t.ref("AcceptFunction")]
    if granted != [f"arn:aws:execute-api:{REGION}:{ACCOUNT}:Api/*"]:
        yield f"expected that accept lets this API in, found {granted}"


@rule
def browsers_may_send_files_from_the_desk_only(t):
    for name, bucket in t.of("AWS::S3::Bucket").items():
        for cors in bucket.get("CorsConfiguration", {}).get("CorsRules", []):
            if name != t.bucket("content") or cors["AllowedMethods"] != ["PUT"]:
                yield f"{name}: expected PUT to the content bucket only, found {cors['AllowedMethods']}"
            if cors["AllowedOrigins"] != [f"https://Api.execute-api.{REGION}.amazonaws.com"]:
                yield f"{name}: expected the desk's origin, found {cors['AllowedOrigins']}"


# ---------------------------------------------------------------- the site

def behaviours(t):
    for distribution in t.of("AWS::CloudFront::Distribution").values():
        config = distribution["DistributionConfig"]
        yield "*", config["DefaultCacheBehavior"]
        for one in config.get("CacheBehaviors", []):
            yield one["PathPattern"], one


@rule
def the_cdn_reads_the_site_bucket_and_nothing_else(t):
    controls = {name: one["OriginAccessControlConfig"] for name, one in t.of("AWS::CloudFront::OriginAccessControl").items()}
    for name, distribution in t.of("AWS::CloudFront::Distribution").items():
        origins = distribution["DistributionConfig"]["Origins"]
        hosts = [one["DomainName"] for one in origins]
        if hosts != [f"{t.properties(t.bucket('site'))['BucketName']}.s3.{REGION}.amazonaws.com"]:
            yield f"{name}: expected the site bucket alone, found {hosts}"
        for origin in origins:
            control = controls.get(origin.get("OriginAccessControlId"), {})
            wanted = {"OriginAccessControlOriginType": "s3", "SigningBehavior": "always", "SigningProtocol": "sigv4"}
            if not wanted.items() <= control.items() or origin.get("S3OriginConfig") != {"OriginAccessIdentity": ""}:
                yield f"{name}: expected origin access control, found {origin}"
            if "CustomOriginConfig" in origin:
                yield f"{name}: a custom origin is no bucket"


@rule
def readers_get_tls_and_compression(t):
    for name, distribution in t.of("AWS::CloudFront::Distribution").items():
        config = distribution["DistributionConfig"]
        if (config.get("HttpVersion"), config.get("IPV6Enabled"), config.get("Enabled"), config.get("DefaultRootObject")) != ("http2and3", True, True, "index.html"):
            yield f"{name}: expected HTTP/2 and 3, IPv6 and a root object"
        certificate = config["ViewerCertificate"]
        if t.parameters["SiteDomain"]:
            wanted = {"AcmCertificateArn": t.parameters["CertificateArn"], "SslSupportMethod": "sni-only", "MinimumProtocolVersion": "TLSv1.2_2021"}
            if certificate != wanted or config.get("Aliases") != [t.parameters["SiteDomain"]]:
                yield f"{name}: expected {wanted}, found {certificate} for {config.get('Aliases')}"
        elif certificate != {"CloudFrontDefaultCertificate": True} or config.get("Aliases"):
            yield f"{name}: expected CloudFront's own certificate, found {certificate}"
        if (config.get("WebACLId") or "") != t.parameters["WebAclArn"]:
            yield f"{name}: expected the web ACL of the parameter"
    for path, one in behaviours(t):
        if one["ViewerProtocolPolicy"] != "redirect-to-https" or one.get("Compress") is not True:
            yield f"{path}: expected https and compression"
        if set(one["AllowedMethods"]) != {"GET", "HEAD", "OPTIONS"} or set(one["CachedMethods"]) != {"GET", "HEAD"}:
            yield f"{path}: expected that readers only read, found {one['AllowedMethods']}"
        if one["CachePolicyId"] != "CachePolicy" or "OriginRequestPolicyId" in one or "ForwardedValues" in one:
            yield f"{path}: expected the cache policy"


@rule
def copies_are_kept_as_the_contract_says(t):
    config = t.properties("CachePolicy")["CachePolicyConfig"]
    # The longest a document says of itself is a year; what says nothing is a minute old at most.
    if (config["MinTTL"], config["MaxTTL"]) != (0, 31536000) or config["DefaultTTL"] > 60:
        yield f"expected that Cache-Control of the bucket counts, found {config}"
    forwarded = config["ParametersInCacheKeyAndForwardedToOrigin"]
    wanted = {"EnableAcceptEncodingGzip": True, "EnableAcceptEncodingBrotli": True, "CookiesConfig": {"CookieBehavior": "none"},
              "HeadersConfig": {"HeaderBehavior": "none"}, "QueryStringsConfig": {"QueryStringBehavior": "none"}}
    if forwarded != wanted:
        yield f"expected a cache key of path and encoding alone, found {forwarded}"


PAGES = ("default-src 'none'; img-src 'self' https:; media-src 'self' https:; style-src 'self'; font-src 'self'; base-uri 'none'; "
         "form-action 'none'; frame-ancestors 'none'; upgrade-insecure-requests")
DATA = "default-src 'none'; sandbox; frame-ancestors 'none'"


@rule
def answers_carry_the_headers_of_their_kind(t):
    policies = {name: one["ResponseHeadersPolicyConfig"] for name, one in t.of("AWS::CloudFront::ResponseHeadersPolicy").items()}
    expected = {"*": (PAGES, "same-origin"), "*.xml": (DATA, "cross-origin"), "*/feed.json": (DATA, "cross-origin"), "*.json": (DATA, "cross-origin"),
                "/media/*": (DATA, "cross-origin")}
    found = dict(behaviours(t))
    if set(found) != set(expected):
        yield f"expected behaviours for {sorted(expected)}, found {sorted(found)}"
    if list(found).index("*/feed.json") > list(found).index("*.json"):
        yield "*.json hides */feed.json; the first that matches counts"
    for path, one in found.items():
        policy = policies.get(one.get("ResponseHeadersPolicyId"))
        if policy is None:
            yield f"{path}: expected a response headers policy"
            continue
        security, cors = policy["SecurityHeadersConfig"], policy["CorsConfig"]
        csp = security.get("ContentSecurityPolicy", {})
        csp = (csp.get("ContentSecurityPolicy"), csp.get("Override"))
        custom = {item["Header"]: item["Value"] for item in policy.get("CustomHeadersConfig", {}).get("Items", [])}
        if csp != (expected.get(path, ("", ""))[0], True):
            yield f"{path}: expected the policy {expected.get(path)}, found {csp}"
        if custom != {"Cross-Origin-Resource-Policy": expected.get(path, ("", ""))[1]}:
            yield f"{path}: found {custom}"
        if security.get("ContentTypeOptions") != {"Override": True} or security.get("FrameOptions") != {"FrameOption": "DENY", "Override": True}:
            yield f"{path}: expected nosniff, and no frame"
        if security.get("ReferrerPolicy") != {"ReferrerPolicy": "strict-origin-when-cross-origin", "Override": True}:
            yield f"{path}: expected a referrer policy"
        transport = security.get("StrictTransportSecurity", {})
        if (transport.get("AccessControlMaxAgeSec"), transport.get("IncludeSubdomains"), transport.get("Override")) != (63072000, True, True):
            yield f"{path}: expected HSTS of two years, found {transport}"
        if cors["AccessControlAllowOrigins"] != {"Items": ["*"]} or cors["AccessControlAllowCredentials"] or not cors["OriginOverride"]:
            yield f"{path}: expected that every site may read, without credentials"
        if not {"ETag", "Last-Modified", "Link"} <= set(cors["AccessControlExposeHeaders"]["Items"]):
            yield f"{path}: expected that scripts see ETag, Last-Modified and Link"
        if any("cookie" in key.lower() for key in custom):
            yield f"{path}: never a cookie"


@rule
def folders_and_feeds_are_known_at_the_edge(t):
    hubs = bool(t.parameters["Hubs"])
    for path, one in behaviours(t):
        found = {each["EventType"]: each["FunctionARN"].split(".")[0] for each in one.get("FunctionAssociations", [])}
        wanted = {"viewer-request": "VisitFunction"}
        if hubs and path in ("*.xml", "*/feed.json"):
            wanted["viewer-response"] = "AnnounceFunction"
        if found != wanted:
            yield f"{path}: expected {wanted}, found {found}"
    for name, one in t.of("AWS::CloudFront::Function").items():
        if one["FunctionConfig"]["Runtime"] != "cloudfront-js-2.0" or one.get("AutoPublish") is not True:
            yield f"{name}: expected cloudfront-js-2.0, published"
        if len(one["FunctionCode"].encode()) > 10240:
            yield f"{name}: CloudFront takes 10 KB of code at most"


@rule
def nothing_is_a_404_with_a_page(t):
    for name, distribution in t.of("AWS::CloudFront::Distribution").items():
        found = {one["ErrorCode"]: one for one in distribution["DistributionConfig"].get("CustomErrorResponses", [])}
        # S3 says 403 to whoever may not list the bucket.
        for code in (403, 404):
            one = found.get(code, {})
            if (one.get("ResponseCode"), one.get("ResponsePagePath")) != (404, "/404.html") or one.get("ErrorCachingMinTTL", 99) > 10:
                yield f"{name}: expected that {code} becomes 404 with /404.html for 10 s, found {one}"
        for code in (500, 502, 503, 504):
            if found.get(code, {}).get("ErrorCachingMinTTL", 99) > 5:
                yield f"{name}: expected that {code} is not kept"


@rule
def the_edge_code_is_the_files(t):
    """The template holds copies; `tests/infra/check --write` renews them."""
    for logical, property_, file in COPIES:
        value = t.source["Resources"][logical]["Properties"][property_]
        if (value["Fn::Sub"] if isinstance(value, dict) else value) != (TOP / "infra" / file).read_text():
            yield f"{logical}: differs from infra/{file}; run tests/infra/check --write"
    for name, most in {"invalidate.py": 4096}.items():
        if (TOP / "infra" / name).stat().st_size > most:
            yield f"infra/{name}: CloudFormation takes {most} bytes of code in a template"


COPIES = [("VisitFunction", "FunctionCode", "visit.js"), ("AnnounceFunction", "FunctionCode", "announce.js"), ("InvalidateFunction", "InlineCode", "invalidate.py")]


@rule
def what_is_withdrawn_leaves_the_cdn(t):
    found = [(listed(one["Action"]), one["Resource"]) for one in t.role_of("InvalidateFunction") if "cloudfront" in str(one["Action"])]
    if found != [(["cloudfront:CreateInvalidation"], f"arn:aws:cloudfront::{ACCOUNT}:distribution/Distribution")]:
        yield f"expected invalidations of this distribution, found {found}"
    removed = [one["Event"] for one, function, _ in triggers(t, t.properties(t.bucket("site"))) if function == "InvalidateFunction"]
    if removed != ["s3:ObjectRemoved:*"] * 2:
        yield f"expected that removals are told, found {removed}"


# ---------------------------------------------------------------- alarms

@rule
def trouble_is_heard_of(t):
    alarms = t.of("AWS::CloudWatch::Alarm")
    topic = t.ref("Alarms")
    for name, alarm in alarms.items():
        if alarm.get("AlarmActions") != [topic] or not alarm.get("AlarmDescription"):
            yield f"{name}: expected to be told to the topic, with a description"
        if alarm.get("ActionsEnabled") is False:
            yield f"{name} is mute"

    def watched(namespace, metric, **dimensions):
        wanted = [{"Name": key, "Value": value} for key, value in dimensions.items()]
        found = [one for one in alarms.values() if (one["Namespace"], one["MetricName"], one.get("Dimensions", [])) == (namespace, metric, wanted)]
        return found[0] if found else None

    for name in t.of("AWS::Lambda::Function"):
        for metric in ("Errors", "Throttles"):
            if not watched("AWS/Lambda", metric, FunctionName=t.ref(name)):
                yield f"{name}: expected an alarm for {metric}"
    for name, queue in t.of("AWS::SQS::Queue").items():
        if "RedriveAllowPolicy" in queue and not watched("AWS/SQS", "ApproximateNumberOfMessagesVisible", QueueName=queue["QueueName"]):
            yield f"{name}: expected an alarm for dead letters"
    lag = watched("AWS/SQS", "ApproximateAgeOfOldestMessage", QueueName=t.properties("PublishQueue")["QueueName"])
    if not lag or lag["Threshold"] != t.parameters["LagSeconds"]:
        yield "expected an alarm for releases that wait for publish"
    space = f"Pressroom/{t.parameters['Name']}"
    late = watched(space, "EmbargoDelay")
    if not late or (late["Threshold"], late["Statistic"]) != (t.parameters["EmbargoDelayMs"], "Maximum"):
        yield "expected an alarm for scheduled releases that come late"
    stopped = watched("AWS/Lambda", "Invocations", FunctionName=t.ref("EmbargoFunction"))
    if not stopped or stopped["TreatMissingData"] != "breaching":
        yield "expected an alarm for a clock that stands still: no data is the fault"
    if not watched(space, "Complaints") or not watched("AWS/ApiGateway", "5xx", ApiId="Api"):
        yield "expected alarms for lines of level ERROR and for 5xx of the API"


@rule
def metrics_come_from_the_logs(t):
    filters = t.of("AWS::Logs::MetricFilter")
    found = {(one["LogGroupName"], one["FilterPattern"], one["MetricTransformations"][0]["MetricName"], one["MetricTransformations"][0]["MetricValue"]) for one in filters.values()}
    logs = {name: f"/aws/lambda/{t.ref(logical)}" for name, logical in keys.FUNCTIONS.items()}
    code = (TOP / "functions" / "embargo" / "src" / "lib.rs").read_text()
    metric = re.search(r'const METRIC: &str = "(\w+)";', code)
    if not metric or "metric = METRIC" not in code or "delay_ms" not in code:
        yield "expected that embargo logs its delay with a metric's name"
        return
    expected = {(logs["embargo"], f'{{ $.fields.metric = "{metric[1]}" }}', "EmbargoDelay", "$.fields.delay_ms")}
    expected |= {(logs[name], '{ $.level = "ERROR" }', "Complaints", "1") for name in ("accept", "publish", "embargo")}
    if found != expected:
        yield f"expected {sorted(expected - found)}, found {sorted(found - expected)}"
    spaces = {one["MetricTransformations"][0]["MetricNamespace"] for one in filters.values()}
    if spaces != {f"Pressroom/{t.parameters['Name']}"}:
        yield f"expected one namespace, found {spaces}"


@rule
def alarms_are_told_by_this_account_only(t):
    for _, kind, one in t.statements():
        if kind == "AWS::SNS::TopicPolicy" and one["Effect"] == "Allow":
            condition = one.get("Condition", {})
            if one["Principal"] != {"Service": "cloudwatch.amazonaws.com"} or condition.get("StringEquals") != {"aws:SourceAccount": ACCOUNT}:
                yield f"expected alarms of this account only, found {one}"
    if t.parameters["AlarmEmail"] and [one["Endpoint"] for one in t.of("AWS::SNS::Subscription").values()] != [t.parameters["AlarmEmail"]]:
        yield "expected a subscription for the address"


@rule
def the_dashboard_is_json(t):
    for name, one in t.of("AWS::CloudWatch::Dashboard").items():
        widgets = json.loads(one["DashboardBody"])["widgets"]
        if not 4 <= len(widgets) <= 12:
            yield f"{name}: expected a few widgets, found {len(widgets)}"
        names = {t.ref(function) for function in t.of("AWS::Lambda::Function")} | {queue["QueueName"] for queue in t.of("AWS::SQS::Queue").values()}
        for value in re.findall(r'"(?:FunctionName|QueueName)", "([^"]+)"', one["DashboardBody"]):
            if value not in names:
                yield f"{name}: shows {value}, which is not there"


# ---------------------------------------------------------------- copies, parameters, outputs

@rule
def a_copy_goes_where_the_parameter_says(t):
    content = t.properties(t.bucket("content"))
    wanted = t.parameters["ReplicaBucketArn"]
    found = [one["Destination"]["Bucket"] for one in content.get("ReplicationConfiguration", {}).get("Rules", [])]
    if found != ([wanted] if wanted else []):
        yield f"expected a copy in {wanted or 'no bucket'}, found {found}"
    for name, kind, one in t.statements():
        if name == "ReplicationRole" and "s3:ReplicateObject" in listed(one["Action"]) and one["Resource"] != f"{wanted}/*":
            yield f"the copy is written to {one['Resource']}"


@rule
def parameters_and_outputs_explain_themselves(t):
    for name, one in t.raw["Parameters"].items():
        if "Default" not in one or len(one.get("Description", "")) < 10:
            yield f"{name}: expected a default and a description"
    shown = [name for group in t.source["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"] for name in group["Parameters"]]
    if sorted(shown) != sorted(t.raw["Parameters"]):
        yield f"expected each parameter in one group, found {sorted(set(shown) ^ set(t.raw['Parameters']))}"
    readme = (TOP / "infra" / "README.md").read_text()
    tools = "".join((TOP / "infra" / name).read_text() for name in ("deploy", "smoke"))
    for name, one in t.raw["Outputs"].items():
        if not one.get("Description"):
            yield f"{name}: expected a description"
        if name not in readme and name not in tools:
            yield f"{name}: neither infra/README.md nor infra/deploy uses this output"


@rule
def nothing_is_bound_to_an_account_or_region(t):
    text = json.dumps({key: value for key, value in t.source.items() if key != "Parameters"})
    for found in set(re.findall(r"\b\d{12}\b|\b(?:eu|us|ap|sa|ca|me|af)-[a-z]+-\d\b", text)) - {"us-east-1"}:
        yield f"{found} stands in the template"
    # CloudFront's metrics are in us-east-1, whatever the region.
    if text.count("us-east-1") > 1:
        yield "us-east-1 stands in the template"
