"""Faults put into the template on purpose: (the rule that must notice, what was done, how). A rule that nothing breaks proves nothing."""


def at(name, *path):
    """The part of a resource's properties that a path leads to, and the last step."""
    def find(template):
        here = template["Resources"][name]["Properties"]
        for step in path[:-1]:
            here = here[step]
        return here, path[-1]
    return find


def put(value, name, *path):
    def change(template):
        here, last = at(name, *path)(template)
        here[last] = value
    return change


def drop(name, *path):
    def change(template):
        here, last = at(name, *path)(template)
        del here[last]
    return change


def add(value, name, *path):
    def change(template):
        here, last = at(name, *path)(template)
        here[last].append(value)
    return change


def swap(one, other):
    """Lets two parts of a list change places, each named by its path."""
    def change(template):
        here, first = at(*one)(template)
        second = other[-1]
        here[first], here[second] = here[second], here[first]
    return change


def remove(name):
    def change(template):
        del template["Resources"][name]
    return change


def new(name, kind, **properties):
    def change(template):
        template["Resources"][name] = {"Type": kind, "Properties": properties}
    return change


def top(value, *path):
    """Changes what is not among the properties of a resource."""
    def change(template):
        here = template
        for step in path[:-1]:
            here = here[step]
        here[path[-1]] = value
    return change


def of_role(role, sid, key, value):
    """Changes the statement of a role."""
    def change(template):
        statements = template["Resources"][role]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
        next(one for one in statements if one.get("Sid") == sid)[key] = value
    return change


def allow(role, action, resource):
    statement = {"Effect": "Allow", "Action": action, "Resource": {"Fn::Sub": resource}}
    return add(statement, role, "Policies", 0, "PolicyDocument", "Statement")


def no_statement(role, sid):
    def change(template):
        document = template["Resources"][role]["Properties"]["Policies"][0]["PolicyDocument"]
        document["Statement"] = [one for one in document["Statement"] if one.get("Sid") != sid]
    return change


def of_policy(policy, sid, key, value):
    """Changes the statement of a resource's policy."""
    def change(template):
        statements = template["Resources"][policy]["Properties"]["PolicyDocument"]["Statement"]
        next(one for one in statements if one.get("Sid") == sid)[key] = value
    return change


def no_policy(policy, sid):
    def change(template):
        document = template["Resources"][policy]["Properties"]["PolicyDocument"]
        document["Statement"] = [one for one in document["Statement"] if one["Sid"] != sid]
    return change


def lifecycle(id_, key, value):
    def change(template):
        rules = template["Resources"]["ContentBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
        next(one for one in rules if one["Id"] == id_)[key] = value
    return change


CONTENT = "arn:aws:s3:::${Name}-content-${AWS::AccountId}-${AWS::Region}"
SITE = "arn:aws:s3:::${Name}-site-${AWS::AccountId}-${AWS::Region}"
DISTRIBUTION = ("Distribution", "DistributionConfig")
SCHEMAS, XML, FEEDS, JSON, MEDIA = ((*DISTRIBUTION, "CacheBehaviors", number) for number in range(5))
PAGES = ("PageHeaders", "ResponseHeadersPolicyConfig")
TYPE = ("TypePolicy", "OriginRequestPolicyConfig")

MUTATIONS = [
    ("nothing_is_allowed_by_a_wildcard", "all of S3", allow("PublishRole", "s3:*", CONTENT + "/journal/*")),
    ("nothing_is_allowed_by_a_wildcard", "any bucket", allow("AcceptRole", "s3:GetObject", "arn:aws:s3:::*")),
    ("nothing_is_allowed_by_a_wildcard", "any resource", allow("EmbargoRole", "s3:GetObject", "*")),
    ("nothing_is_allowed_by_a_wildcard", "any distribution", of_role("InvalidateRole", "Invalidate", "Resource", {"Fn::Sub": "arn:aws:cloudfront::${AWS::AccountId}:distribution/*"})),
    ("nothing_is_allowed_by_a_wildcard", "a policy of AWS's", put(["arn:aws:iam::aws:policy/AmazonS3FullAccess"], "AcceptRole", "ManagedPolicyArns")),
    ("nothing_is_allowed_by_a_wildcard", "everybody may read", of_policy("SiteBucketPolicy", "ThisDistributionReads", "Principal", "*")),
    ("each_function_may_do_exactly_what_it_does", "accept reads the journal", allow("AcceptRole", "s3:GetObject", CONTENT + "/journal/*")),
    ("each_function_may_do_exactly_what_it_does", "publish cannot read files", of_role("PublishRole", "ReadContent", "Resource", [{"Fn::Sub": CONTENT + "/releases/*"}])),
    ("each_function_may_do_exactly_what_it_does", "embargo reads tokens", allow("EmbargoRole", "s3:GetObject", CONTENT + "/config/tokens.json")),
    ("each_function_may_do_exactly_what_it_does", "accept deletes", allow("AcceptRole", "s3:DeleteObject", CONTENT + "/releases/*")),
    ("accept_never_writes_the_site", "accept writes the site", allow("AcceptRole", "s3:PutObject", SITE + "/*")),
    ("accept_never_writes_the_site", "accept removes media", allow("AcceptRole", "s3:DeleteObject", SITE + "/media/*")),
    ("publish_never_writes_a_revision", "publish writes releases/", allow("PublishRole", "s3:PutObject", CONTENT + "/releases/*")),
    ("publish_never_writes_a_revision", "publish writes everything", allow("PublishRole", "s3:PutObject", CONTENT + "/*")),
    ("publish_never_writes_a_revision", "publish deletes revisions", allow("PublishRole", "s3:DeleteObject", CONTENT + "/rel*")),
    ("embargo_never_touches_the_site", "embargo reads the site", allow("EmbargoRole", "s3:GetObject", SITE + "/en/*")),
    ("what_is_missing_is_told_and_lists_are_bounded", "accept learns 403 for what is missing", no_statement("AcceptRole", "ListAndTellWhatIsMissing")),
    ("what_is_missing_is_told_and_lists_are_bounded", "embargo lists everything", of_role("EmbargoRole", "ListAndTellWhatIsMissing", "Condition", {})),
    ("what_is_missing_is_told_and_lists_are_bounded", "embargo cannot list what is due", of_role("EmbargoRole", "ListAndTellWhatIsMissing", "Condition", {"StringLikeIfExists": {"s3:prefix": ["releases/*"]}})),
    ("what_is_missing_is_told_and_lists_are_bounded", "publish learns 403 on the site", no_statement("PublishRole", "TellWhatIsMissing")),
    ("what_is_missing_is_told_and_lists_are_bounded", "accept learns 403 on the site", no_statement("AcceptRole", "TellWhatIsMissing")),
    ("functions_write_only_their_own_log", "any log", of_role("AcceptRole", "Log", "Resource", {"Fn::Sub": "arn:aws:logs:${AWS::Region}:${AWS::AccountId}:log-group:/aws/lambda/${Name}-publish:*"})),
    ("functions_have_roles_of_their_own", "one role for two", put({"Fn::GetAtt": ["PublishRole", "Arn"]}, "EmbargoFunction", "Role")),
    ("functions_have_roles_of_their_own", "anybody takes a role", put({"AWS": "arn:aws:iam::999999999999:root"}, "AcceptRole", "AssumeRolePolicyDocument", "Statement", 0, "Principal")),
    ("every_permission_names_its_source", "any API", drop("AcceptFromApi", "SourceArn")),
    ("every_permission_names_its_source", "any bucket", put("*", "EmbargoFromBucket", "SourceArn")),
    ("every_permission_names_its_source", "a bucket of any account", drop("EmbargoFromBucket", "SourceAccount")),
    ("buckets_are_private_and_encrypted", "public policies", put(False, "SiteBucket", "PublicAccessBlockConfiguration", "BlockPublicPolicy")),
    ("buckets_are_private_and_encrypted", "no block at all", drop("ContentBucket", "PublicAccessBlockConfiguration")),
    ("buckets_are_private_and_encrypted", "ACLs", put([{"ObjectOwnership": "ObjectWriter"}], "SiteBucket", "OwnershipControls", "Rules")),
    ("buckets_are_private_and_encrypted", "KMS changes ETags", put({"SSEAlgorithm": "aws:kms"}, "SiteBucket", "BucketEncryption", "ServerSideEncryptionConfiguration", 0, "ServerSideEncryptionByDefault")),
    ("buckets_are_private_and_encrypted", "no encryption", drop("LogBucket", "BucketEncryption")),
    ("buckets_queues_and_topics_take_tls_only", "the content bucket without TLS", no_policy("ContentBucketPolicy", "TlsOnly")),
    ("buckets_queues_and_topics_take_tls_only", "a queue without TLS", no_policy("PublishQueuePolicy", "TlsOnly")),
    ("buckets_queues_and_topics_take_tls_only", "dead letters without a policy", remove("PublishDeadLettersPolicy")),
    ("buckets_queues_and_topics_take_tls_only", "a topic without TLS", no_policy("AlarmsPolicy", "TlsOnly")),
    ("the_truth_is_kept", "no versions", put({"Status": "Suspended"}, "ContentBucket", "VersioningConfiguration")),
    ("the_truth_is_kept", "deleted with the stack", top("Delete", "Resources", "ContentBucket", "DeletionPolicy")),
    ("the_truth_is_kept", "replaced with the stack", top("Delete", "Resources", "SiteBucket", "UpdateReplacePolicy")),
    ("the_truth_is_kept", "revisions expire", lifecycle("idempotency-records", "Prefix", "releases/")),
    ("the_truth_is_kept", "everything expires", lifecycle("what-was-overwritten-or-removed", "ExpirationInDays", 365)),
    ("the_truth_is_kept", "a record expires within its day", lifecycle("idempotency-records", "ExpirationInDays", 1)),
    ("leftovers_expire", "markers stay", lifecycle("markers-of-what-was-under-way", "Prefix", "nothing/")),
    ("leftovers_expire", "old versions stay", lifecycle("what-was-overwritten-or-removed", "NoncurrentVersionExpiration", {})),
    ("leftovers_expire", "unfinished uploads stay", drop("SiteBucket", "LifecycleConfiguration")),
    ("leftovers_expire", "idempotency records stay", lifecycle("idempotency-records", "ExpirationInDays", None)),
    ("revisions_are_created_once", "anybody overwrites", no_policy("ContentBucketPolicy", "RevisionsAreCreatedOnce")),
    ("revisions_are_created_once", "parts of uploads are refused", of_policy("ContentBucketPolicy", "RevisionsAreCreatedOnce", "Condition", {"Null": {"s3:if-none-match": "true"}})),
    ("revisions_are_created_once", "the other way round", of_policy("ContentBucketPolicy", "RevisionsAreCreatedOnce", "Condition", {"Null": {"s3:if-none-match": "false"}, "Bool": {"s3:ObjectCreationOperation": "true"}})),
    ("only_this_distribution_reads_the_site", "any distribution", of_policy("SiteBucketPolicy", "ThisDistributionReads", "Condition", {})),
    ("only_this_distribution_reads_the_site", "the CDN lists", of_policy("SiteBucketPolicy", "ThisDistributionReads", "Action", ["s3:GetObject", "s3:ListBucket"])),
    ("only_this_distribution_reads_the_site", "the content bucket is read", add({"Sid": "X", "Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"}, "Action": "s3:GetObject", "Resource": {"Fn::Sub": CONTENT + "/*"}}, "ContentBucketPolicy", "PolicyDocument", "Statement")),
    ("every_queue_has_dead_letters", "none", drop("PublishQueue", "RedrivePolicy")),
    ("every_queue_has_dead_letters", "a new queue", new("Other", "AWS::SQS::Queue", QueueName="other", SqsManagedSseEnabled=True)),
    ("every_queue_has_dead_letters", "dead letters for a day", put(86400, "PublishDeadLetters", "MessageRetentionPeriod")),
    ("every_queue_has_dead_letters", "dead letters of anybody", drop("RemovedDeadLetters", "RedriveAllowPolicy")),
    ("every_queue_has_dead_letters", "not encrypted", put(False, "RemovedQueue", "SqsManagedSseEnabled")),
    ("every_queue_has_dead_letters", "one attempt", put(1, "PublishQueue", "RedrivePolicy", "maxReceiveCount")),
    ("messages_are_invisible_six_times_as_long", "too short", put(719, "PublishQueue", "VisibilityTimeout")),
    ("messages_are_invisible_six_times_as_long", "forgets the window", put(720, "PublishQueue", "VisibilityTimeout")),
    ("messages_are_invisible_six_times_as_long", "a longer function", put(300, "PublishFunction", "Timeout")),
    ("failed_messages_come_back_one_by_one", "all or nothing", drop("PublishEvents", "FunctionResponseTypes")),
    ("failed_messages_come_back_one_by_one", "no maximum", drop("PublishEvents", "ScalingConfig")),
    ("failed_messages_come_back_one_by_one", "a fixed batch", put(10, "PublishEvents", "BatchSize")),
    ("no_function_wakes_itself", "publish listens to its journal", put("journal/", "ContentBucket", "NotificationConfiguration", "QueueConfigurations", 0, "Filter", "S3Key", "Rules", 0, "Value")),
    ("no_function_wakes_itself", "no prefix", drop("ContentBucket", "NotificationConfiguration", "QueueConfigurations", 0, "Filter")),
    ("no_function_wakes_itself", "embargo listens to revisions", put("releases/", "ContentBucket", "NotificationConfiguration", "LambdaConfigurations", 0, "Filter", "S3Key", "Rules", 0, "Value")),
    ("events_reach_whom_they_should", "only puts", put("s3:ObjectCreated:Put", "ContentBucket", "NotificationConfiguration", "QueueConfigurations", 0, "Event")),
    ("events_reach_whom_they_should", "due/ is not heard of", drop("ContentBucket", "NotificationConfiguration", "LambdaConfigurations")),
    ("queues_take_events_of_their_bucket_only", "of any bucket", of_policy("PublishQueuePolicy", "EventsOfTheContentBucket", "Condition", {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}})),
    ("queues_take_events_of_their_bucket_only", "of any account", of_policy("RemovedQueuePolicy", "EventsOfTheSiteBucket", "Condition", {"ArnEquals": {"aws:SourceArn": {"Fn::Sub": SITE}}})),
    ("clocks_tick", "each hour", put("rate(1 hour)", "EmbargoClock", "ScheduleExpression")),
    ("clocks_tick", "off", put("DISABLED", "SweepClock", "State")),
    ("clocks_tick", "not let in", remove("PublishFromClock")),
    ("clocks_tick", "taken for a batch", put('{"Records": []}', "SweepClock", "Targets", 0, "Input")),
    ("clocks_tick", "retries pile up", put(2, "EmbargoFunction", "EventInvokeConfig", "MaximumRetryAttempts")),
    ("nothing_waits_for_itself", "bucket and queue policy", of_policy("PublishQueuePolicy", "EventsOfTheContentBucket", "Condition", {"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": ["ContentBucket", "Arn"]}}})),
    ("nothing_waits_for_itself", "the bucket comes first", top([], "Resources", "ContentBucket", "DependsOn")),
    ("functions_are_built_as_they_are_run", "an older runtime", top("provided.al2", "Globals", "Function", "Runtime")),
    ("functions_are_built_as_they_are_run", "another folder", put("../target/release/", "AcceptFunction", "CodeUri")),
    ("functions_are_built_as_they_are_run", "a fixed architecture", top(["x86_64"], "Globals", "Function", "Architectures")),
    ("functions_are_built_as_they_are_run", "longer than API Gateway waits", put(60, "AcceptFunction", "Timeout")),
    ("functions_are_built_as_they_are_run", "embargo ends before its instant", put(60, "EmbargoFunction", "Timeout")),
    ("functions_find_what_they_read_from_the_environment", "no site bucket", drop("PublishFunction", "Environment", "Variables", "SITE_BUCKET")),
    ("functions_find_what_they_read_from_the_environment", "a changed site.toml is not noticed", drop("AcceptFunction", "Environment", "Variables", "SITE_TOML")),
    ("functions_find_what_they_read_from_the_environment", "a token", put("secret", "AcceptFunction", "Environment", "Variables", "TOKEN")),
    ("functions_find_what_they_read_from_the_environment", "the buckets are mixed up", put({"Fn::Sub": "${Name}-site-${AWS::AccountId}-${AWS::Region}"}, "EmbargoFunction", "Environment", "Variables", "CONTENT_BUCKET")),
    ("logs_are_kept_for_a_time", "for ever", drop("ApiLogs", "RetentionInDays")),
    ("logs_are_kept_for_a_time", "a log group by Lambda", put("/aws/lambda/other", "EmbargoLogs", "LogGroupName")),
    ("the_api_is_throttled_and_logged", "no limit", drop("ApiStage", "DefaultRouteSettings", "ThrottlingRateLimit")),
    ("the_api_is_throttled_and_logged", "no log", drop("ApiStage", "AccessLogSettings")),
    ("the_api_is_throttled_and_logged", "the token is logged", put('{"id":"$context.requestId","t":"$context.authorizer.token"}', "ApiStage", "AccessLogSettings", "Format")),
    ("the_api_is_throttled_and_logged", "the path of a release is logged", put('{"id":"$context.requestId","path":"$context.path"}', "ApiStage", "AccessLogSettings", "Format")),
    ("the_api_has_these_routes_only", "everything", put("$default", "ApiRouteV1", "RouteKey")),
    ("the_api_has_these_routes_only", "no desk", put("ANY /other", "ApiRouteDesk", "RouteKey")),
    ("the_api_has_these_routes_only", "any origin", put({"AllowOrigins": ["*"]}, "Api", "CorsConfiguration")),
    ("the_api_has_these_routes_only", "a function URL", new("Url", "AWS::Lambda::Url", TargetFunctionArn={"Ref": "AcceptFunction"}, AuthType="NONE")),
    ("the_api_has_these_routes_only", "publish behind the API", put({"Fn::GetAtt": ["PublishFunction", "Arn"]}, "ApiIntegration", "IntegrationUri")),
    ("browsers_may_send_files_from_the_desk_only", "any origin", put(["*"], "ContentBucket", "CorsConfiguration", "CorsRules", 0, "AllowedOrigins")),
    ("browsers_may_send_files_from_the_desk_only", "reading too", put(["PUT", "GET"], "ContentBucket", "CorsConfiguration", "CorsRules", 0, "AllowedMethods")),
    ("the_cdn_reads_the_site_bucket_and_nothing_else", "no access control", drop(*DISTRIBUTION, "Origins", 0, "OriginAccessControlId")),
    ("the_cdn_reads_the_site_bucket_and_nothing_else", "never signs", put("never", "OriginAccess", "OriginAccessControlConfig", "SigningBehavior")),
    ("the_cdn_reads_the_site_bucket_and_nothing_else", "the API on the public host", add({"Id": "api", "DomainName": "x.execute-api.amazonaws.com", "CustomOriginConfig": {"OriginProtocolPolicy": "https-only"}}, *DISTRIBUTION, "Origins")),
    ("the_cdn_reads_the_site_bucket_and_nothing_else", "the content bucket in public", put({"Fn::Sub": "${ContentBucket}.s3.${AWS::Region}.amazonaws.com"}, *DISTRIBUTION, "Origins", 0, "DomainName")),
    ("readers_get_tls_and_compression", "plain HTTP", put("allow-all", *DISTRIBUTION, "DefaultCacheBehavior", "ViewerProtocolPolicy")),
    ("readers_get_tls_and_compression", "no compression", put(False, *XML, "Compress")),
    ("readers_get_tls_and_compression", "writing", put(["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"], *FEEDS, "AllowedMethods")),
    ("readers_get_tls_and_compression", "HTTP/1", put("http1.1", *DISTRIBUTION, "HttpVersion")),
    ("readers_get_tls_and_compression", "old TLS", put("TLSv1", *DISTRIBUTION, "ViewerCertificate", "Fn::If", 1, "MinimumProtocolVersion")),
    ("copies_are_kept_as_the_contract_says", "longer than the bucket says", put(300, "CachePolicy", "CachePolicyConfig", "MinTTL")),
    ("copies_are_kept_as_the_contract_says", "a copy for each query", put("all", "CachePolicy", "CachePolicyConfig", "ParametersInCacheKeyAndForwardedToOrigin", "QueryStringsConfig", "QueryStringBehavior")),
    ("a_type_is_all_that_reaches_the_bucket", "every query", put({"QueryStringBehavior": "all"}, *TYPE, "QueryStringsConfig")),
    ("a_type_is_all_that_reaches_the_bucket", "another header of the answer", add("response-content-disposition", *TYPE, "QueryStringsConfig", "QueryStrings")),
    ("a_type_is_all_that_reaches_the_bucket", "cookies", put({"CookieBehavior": "all"}, *TYPE, "CookiesConfig")),
    ("a_type_is_all_that_reaches_the_bucket", "feeds are forgotten", drop(*FEEDS, "OriginRequestPolicyId")),
    ("a_type_is_all_that_reaches_the_bucket", "types of media", put({"Ref": "TypePolicy"}, *MEDIA, "OriginRequestPolicyId")),
    ("a_type_is_all_that_reaches_the_bucket", "types of pages", put({"Ref": "TypePolicy"}, *DISTRIBUTION, "DefaultCacheBehavior", "OriginRequestPolicyId")),
    ("answers_carry_the_headers_of_their_kind", "scripts", put("default-src *", *PAGES, "SecurityHeadersConfig", "ContentSecurityPolicy", "ContentSecurityPolicy")),
    ("answers_carry_the_headers_of_their_kind", "credentials", put(True, *PAGES, "CorsConfig", "AccessControlAllowCredentials")),
    ("answers_carry_the_headers_of_their_kind", "one portal only", put(["https://a.example"], "DataHeaders", "ResponseHeadersPolicyConfig", "CorsConfig", "AccessControlAllowOrigins", "Items")),
    ("answers_carry_the_headers_of_their_kind", "sniffing", drop("DataHeaders", "ResponseHeadersPolicyConfig", "SecurityHeadersConfig", "ContentTypeOptions")),
    ("answers_carry_the_headers_of_their_kind", "media as pages", put({"Ref": "PageHeaders"}, *MEDIA, "ResponseHeadersPolicyId")),
    ("answers_carry_the_headers_of_their_kind", "media are forgotten", drop(*MEDIA)),
    ("answers_carry_the_headers_of_their_kind", "schemas are taken for any JSON", swap(SCHEMAS, JSON)),
    ("answers_carry_the_headers_of_their_kind", "feeds are taken for any JSON", swap(FEEDS, JSON)),
    ("answers_carry_the_headers_of_their_kind", "short HSTS", put(60, *PAGES, "SecurityHeadersConfig", "StrictTransportSecurity", "AccessControlMaxAgeSec")),
    ("folders_and_feeds_are_known_at_the_edge", "no folders", drop(*DISTRIBUTION, "DefaultCacheBehavior", "FunctionAssociations")),
    ("folders_and_feeds_are_known_at_the_edge", "Atom keeps the type it was asked for by", drop(*XML, "FunctionAssociations", 1)),
    ("folders_and_feeds_are_known_at_the_edge", "JSON Feed keeps it", drop(*FEEDS, "FunctionAssociations", 1)),
    ("folders_and_feeds_are_known_at_the_edge", "schemas keep it", drop(*SCHEMAS, "FunctionAssociations", 1)),
    ("folders_and_feeds_are_known_at_the_edge", "only with what is optional", put({"Fn::If": ["HasWebAcl", {"EventType": "viewer-response", "FunctionARN": {"Fn::GetAtt": ["AnnounceFunction", "FunctionMetadata.FunctionARN"]}}, {"Ref": "AWS::NoValue"}]}, *FEEDS, "FunctionAssociations", 1)),
    ("folders_and_feeds_are_known_at_the_edge", "readers name types of schemas", drop(*SCHEMAS, "FunctionAssociations", 0)),
    ("folders_and_feeds_are_known_at_the_edge", "not published", put(False, "VisitFunction", "AutoPublish")),
    ("folders_and_feeds_are_known_at_the_edge", "too long", put("x" * 10241, "VisitFunction", "FunctionCode")),
    ("nothing_is_a_404_with_a_page", "403 for what is not there", drop(*DISTRIBUTION, "CustomErrorResponses", 0)),
    ("nothing_is_a_404_with_a_page", "200 for what is not there", put(200, *DISTRIBUTION, "CustomErrorResponses", 1, "ResponseCode")),
    ("nothing_is_a_404_with_a_page", "kept for five minutes", put(300, *DISTRIBUTION, "CustomErrorResponses", 0, "ErrorCachingMinTTL")),
    ("the_edge_code_is_the_files", "a copy was edited", put("function handler(event) { return event.request; }", "VisitFunction", "FunctionCode")),
    ("what_is_withdrawn_leaves_the_cdn", "nobody tells", drop("SiteBucket", "NotificationConfiguration")),
    ("what_is_withdrawn_leaves_the_cdn", "not allowed", no_statement("InvalidateRole", "Invalidate")),
    ("trouble_is_heard_of", "no alarm for dead letters", remove("DeadLettersAlarm")),
    ("trouble_is_heard_of", "no alarm for a bucket without events", remove("UndeliveredAlarm")),
    ("trouble_is_heard_of", "no alarm for errors", remove("PublishErrorsAlarm")),
    ("trouble_is_heard_of", "no alarm for throttles", remove("EmbargoThrottlesAlarm")),
    ("trouble_is_heard_of", "told to nobody", drop("PublicationLagAlarm", "AlarmActions")),
    ("trouble_is_heard_of", "a dead clock is quiet", put("notBreaching", "EmbargoStoppedAlarm", "TreatMissingData")),
    ("trouble_is_heard_of", "the mean hides the one that was late", put("Average", "EmbargoDelayAlarm", "Statistic")),
    ("metrics_come_from_the_logs", "another field", put("$.count", "EmbargoErrorsFilter", "MetricTransformations", 0, "MetricValue")),
    ("metrics_come_from_the_logs", "another log", put({"Ref": "PublishLogs"}, "EmbargoErrorsFilter", "LogGroupName")),
    ("metrics_come_from_the_logs", "a function that writes none", drop("EmbargoFunction", "Environment", "Variables", "METRICS")),
    ("metrics_come_from_the_logs", "an alarm for what nobody writes", put("EmbargoDelays", "EmbargoDelayAlarm", "MetricName")),
    ("metrics_come_from_the_logs", "another namespace", put("Other", "PublishErrorsFilter", "MetricTransformations", 0, "MetricNamespace")),
    ("alarms_are_told_by_this_account_only", "any account", of_policy("AlarmsPolicy", "AlarmsOfThisAccount", "Condition", {})),
    ("the_dashboard_is_json", "a widget of a queue that is not there", put({"Fn::Sub": '{"widgets": [{}, {}, {}, {"metrics": [["AWS/SQS", "X", "QueueName", "other"]]}]}'}, "Dashboard", "DashboardBody")),
    ("a_copy_goes_where_the_parameter_says", "anywhere", put("arn:aws:s3:::elsewhere", "ContentBucket", "ReplicationConfiguration", "Fn::If", 1, "Rules", 0, "Destination", "Bucket")),
    ("parameters_and_outputs_explain_themselves", "no default", top({"Type": "String", "Description": "Of the functions"}, "Parameters", "Architecture")),
    ("parameters_and_outputs_explain_themselves", "an output nobody uses", top({"Value": "x", "Description": "x"}, "Outputs", "Unused")),
    ("nothing_is_bound_to_an_account_or_region", "an account", put("arn:aws:s3:::x-123456789012", "EmbargoFromBucket", "SourceArn")),
    ("nothing_is_bound_to_an_account_or_region", "a region", put("eu-central-1", "Alarms", "TopicName")),
]
