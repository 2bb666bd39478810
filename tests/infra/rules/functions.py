"""Functions: built as they are run, with what they read, and a log that ends."""
import re

import keys
from template import TOP

from . import rule


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
    ours = {
        "CONTENT_BUCKET": t.properties(t.bucket("content"))["BucketName"],
        "SITE_BUCKET": t.properties(t.bucket("site"))["BucketName"],
        "METRICS": f"Pressroom/{t.parameters['Name']}",
    }
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
            expected["MIMALLOC_PURGE_DELAY"] = expected["MIMALLOC_ALLOW_THP"] = "0"
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
