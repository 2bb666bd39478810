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
