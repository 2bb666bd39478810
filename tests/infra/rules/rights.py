"""Who may do what: each function exactly what it does."""
import re

import keys
from template import ACCOUNT, REGION, listed

from . import rule

S3 = "arn:aws:s3:::"


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
    for logical in ("PublishFunction", "AcceptFunction"):
        if not any("s3:ListBucket" in listed(one["Action"]) and one["Resource"].endswith(t.properties(t.bucket("site"))["BucketName"])
                   for one in t.role_of(logical) if isinstance(one["Resource"], str)):
            yield f"{logical}: expected s3:ListBucket on the site bucket, or S3 says 403 for a document that is not there yet"


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
