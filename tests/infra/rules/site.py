"""What readers get from the CDN."""
from template import ACCOUNT, REGION, TOP, listed

from . import rule
from .events import triggers

S3 = "arn:aws:s3:::"


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
        if one["CachePolicyId"] != "CachePolicy" or "ForwardedValues" in one:
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


# Where visit.js has S3 call a document by another type, and announce.js puts its own back. The test of both is edge.test.mjs.
RENAMED = ("/schema/*", "*.xml", "*/feed.json")


@rule
def a_type_is_all_that_reaches_the_bucket(t):
    """Only visit.js may say it: a reader who could would make a page of a document."""
    for path, one in behaviours(t):
        found, wanted = one.get("OriginRequestPolicyId"), "TypePolicy" if path in RENAMED else None
        if found != wanted:
            yield f"{path}: expected the origin request policy {wanted}, found {found}"
    wanted = {"CookiesConfig": {"CookieBehavior": "none"}, "HeadersConfig": {"HeaderBehavior": "none"},
              "QueryStringsConfig": {"QueryStringBehavior": "whitelist", "QueryStrings": ["response-content-type"]}}
    for name, one in t.of("AWS::CloudFront::OriginRequestPolicy").items():
        found = {key: value for key, value in one["OriginRequestPolicyConfig"].items() if key != "Name"}
        if found != wanted:
            yield f"{name}: expected {wanted}, found {found}"


PAGES = ("default-src 'none'; script-src 'self'; img-src 'self' https:; media-src 'self' https:; style-src 'self'; font-src 'self'; base-uri 'none'; "
         "form-action 'none'; frame-ancestors 'none'; upgrade-insecure-requests")
DATA = "default-src 'none'; sandbox; frame-ancestors 'none'"


@rule
def answers_carry_the_headers_of_their_kind(t):
    policies = {name: one["ResponseHeadersPolicyConfig"] for name, one in t.of("AWS::CloudFront::ResponseHeadersPolicy").items()}
    expected = {"*": (PAGES, "same-origin"), "/schema/*": (DATA, "cross-origin"), "*.xml": (DATA, "cross-origin"), "*/feed.json": (DATA, "cross-origin"),
                "*.json": (DATA, "cross-origin"), "/media/*": (DATA, "cross-origin")}
    found = dict(behaviours(t))
    if set(found) != set(expected):
        yield f"expected behaviours for {sorted(expected)}, found {sorted(found)}"
    order = list(found)
    for path in ("/schema/*", "*/feed.json"):
        if path in order and order.index(path) > order.index("*.json"):
            yield f"*.json hides {path}; the first that matches counts"
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
    for path, one in behaviours(t):
        found = {each["EventType"]: each["FunctionARN"].split(".")[0] for each in one.get("FunctionAssociations", [])}
        wanted = {"viewer-request": "VisitFunction"}
        if path in RENAMED:
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
