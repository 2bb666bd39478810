"""Trouble is heard of."""
import json, re

import keys
from template import ACCOUNT, TOP

from . import rule


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
    if not watched(space, "Undelivered"):
        yield "expected an alarm for a bucket that sends no events"
    if not watched(space, "Complaints") or not watched("AWS/ApiGateway", "5xx", ApiId="Api"):
        yield "expected alarms for lines of level ERROR and for 5xx of the API"


def figures():
    """Names of the metrics that functions write in the embedded format, by function; those of each S3 client besides."""
    sources = {name: (TOP / "functions" / name / "src" / "main.rs").read_text() for name in ("publish", "embargo")}
    named = {name: set(re.findall(r'Figure::\w+\("(\w+)"', source)) for name, source in sources.items()}
    of_s3 = set(re.findall(r'count\("(S3\w+)"', (TOP / "functions" / "store" / "src" / "metrics.rs").read_text()))
    return {name: names | of_s3 for name, names in named.items()}


@rule
def metrics_come_from_the_logs(t):
    space = f"Pressroom/{t.parameters['Name']}"
    filters = t.of("AWS::Logs::MetricFilter")
    found = {(one["LogGroupName"], one["FilterPattern"], one["MetricTransformations"][0]["MetricName"], one["MetricTransformations"][0]["MetricValue"]) for one in filters.values()}
    logs = {name: f"/aws/lambda/{t.ref(logical)}" for name, logical in keys.FUNCTIONS.items()}
    expected = {(logs[name], '{ $.level = "ERROR" }', "Complaints", "1") for name in ("accept", "publish", "embargo")}
    if found != expected:
        yield f"expected {sorted(expected - found)}, found {sorted(found - expected)}"
    spaces = {one["MetricTransformations"][0]["MetricNamespace"] for one in filters.values()}
    written = figures()
    for name in written:
        spaces.add(t.properties(keys.FUNCTIONS[name])["Environment"]["Variables"].get("METRICS"))
    if spaces != {space}:
        yield f"expected one namespace, found {spaces}"
    # What an alarm or the dashboard shows is written by somebody.
    known = set().union(*written.values()) | {"Complaints"}
    shown = {one["MetricName"] for one in t.of("AWS::CloudWatch::Alarm").values() if one["Namespace"] == space}
    for one in t.of("AWS::CloudWatch::Dashboard").values():
        shown |= set(re.findall(rf'"{space}", "(\w+)"', one["DashboardBody"]))
    if not {"EmbargoDelay", "PublicationLag", "Published", "S3Requests", "S3Conflicts"} <= shown & known:
        yield f"expected the delay, the lag, releases, requests and conflicts; shown are {sorted(shown)}, written {sorted(known)}"
    if shown - known:
        yield f"{sorted(shown - known)} are shown, and no function writes them"


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
