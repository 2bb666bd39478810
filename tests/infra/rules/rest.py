"""Copies, parameters and outputs."""
import json, re

from template import TOP, listed

from . import rule


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
