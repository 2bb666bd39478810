"""The office's API."""
import json, re

from template import ACCOUNT, REGION

from . import rule

S3 = "arn:aws:s3:::"


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
    if set(routes) != {"ANY /v1/{proxy+}", "ANY /desk", "ANY /desk/{proxy+}", "GET /health"}:
        yield f"expected /v1, /desk and /health, found {sorted(routes)}"
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
