"""The SAM template as CloudFormation would see it: transformed, and with every reference resolved for one set of parameters."""
import copy, logging, os, pathlib, re

os.environ.setdefault("AWS_DEFAULT_REGION", "eu-west-1")  # The transform wants to know one.
import yaml
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

logging.getLogger("samtranslator").setLevel(logging.ERROR)

TOP = pathlib.Path(__file__).resolve().parents[2]
FILE = TOP / "infra" / "template.yaml"
ACCOUNT, REGION = "111122223333", "eu-west-1"
PSEUDO = {"AWS::AccountId": ACCOUNT, "AWS::Region": REGION, "AWS::Partition": "aws", "AWS::URLSuffix": "amazonaws.com", "AWS::StackName": "pressroom",
          "AWS::StackId": "arn:aws:cloudformation:eu-west-1:111122223333:stack/pressroom/1"}
# Everything that is optional, given.
GIVEN = {
    "SiteDomain": "press.example.org",
    "CertificateArn": f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/0a1b",
    "Hubs": "https://hub.example.org/",
    "WebAclArn": f"arn:aws:wafv2:us-east-1:{ACCOUNT}:global/webacl/readers/0a1b",
    "AlarmEmail": "office@example.org",
    "ReplicaBucketArn": "arn:aws:s3:::copy",
}
NOTHING = object()


def read():
    """The template as it is written."""
    return yaml_parse(FILE.read_text())


class NoPolicies:
    """Nothing here uses a policy of AWS's, so none has to be looked up."""

    def load(self):
        return {}


def transformed(source):
    """As CloudFormation gets it from the transform. Code is where a deployment would have put it."""
    source = copy.deepcopy(source)
    for resource in source["Resources"].values():
        if "CodeUri" in resource.get("Properties", {}):
            resource["Properties"]["CodeUri"] = "s3://artefacts/code.zip"
    defaults = {name: parameter.get("Default") for name, parameter in source["Parameters"].items()}
    return transform(source, defaults, NoPolicies())


class Template:
    """The transformed template for one set of parameters, its references resolved to what AWS would put in."""

    def __init__(self, source, **parameters):
        self.source = source
        self.raw = transformed(source)
        self.parameters = {name: parameter.get("Default") for name, parameter in source["Parameters"].items()} | parameters
        self.conditions = {}
        for name in self.raw.get("Conditions", {}):
            self.condition(name)
        there = {name: one for name, one in self.raw["Resources"].items() if "Condition" not in one or self.conditions[one["Condition"]]}
        self.resources = {}
        self.named = there
        for name, one in there.items():
            self.resources[name] = {key: self.resolve(value) for key, value in one.items()}

    def condition(self, name):
        if name not in self.conditions:
            self.conditions[name] = self.resolve(self.raw["Conditions"][name])
        return self.conditions[name]

    def of(self, kind):
        """Name and properties of the resources of a type."""
        return {name: one.get("Properties", {}) for name, one in self.resources.items() if one["Type"] == kind}

    def properties(self, name):
        return self.resources[name]["Properties"]

    def resolve(self, value):
        if isinstance(value, list):
            return [one for one in map(self.resolve, value) if one is not NOTHING]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            (key, inner), = value.items()
            if key == "Ref":
                return self.ref(inner)
            if key == "Condition" and isinstance(inner, str) and inner in self.raw.get("Conditions", {}):
                return self.condition(inner)
            if key.startswith("Fn::"):
                return self.function(key[4:], inner)
        found = {key: self.resolve(inner) for key, inner in value.items()}
        return {key: inner for key, inner in found.items() if inner is not NOTHING}

    def function(self, name, inner):
        if name == "Sub":
            text, given = (inner, {}) if isinstance(inner, str) else inner
            return re.sub(r"\$\{([^!}][^}]*)\}", lambda found: str(self.resolve(given[found[1]]) if found[1] in given else self.named_value(found[1])), text)
        if name == "GetAtt":
            return self.attribute(*(inner.split(".", 1) if isinstance(inner, str) else inner))
        if name == "If":
            return self.resolve(inner[1] if self.condition(inner[0]) else inner[2])
        inner = self.resolve(inner)
        if name == "Equals":
            return str(inner[0]) == str(inner[1])
        if name == "Not":
            return not inner[0]
        if name == "And":
            return all(inner)
        if name == "Or":
            return any(inner)
        if name == "Join":
            return inner[0].join(inner[1])
        raise ValueError(f"template.py knows no Fn::{name}; teach it")

    def named_value(self, name):
        return self.attribute(*name.split(".", 1)) if "." in name else self.ref(name)

    def ref(self, name):
        if name == "AWS::NoValue":
            return NOTHING
        if name in PSEUDO:
            return PSEUDO[name]
        if name in self.parameters:
            return self.parameters[name]
        one = self.named.get(name)
        if one is None:
            raise ValueError(f"{name} is referred to, and is not there")
        properties, kind = one.get("Properties", {}), one["Type"]
        own = {"AWS::S3::Bucket": "BucketName", "AWS::Lambda::Function": "FunctionName", "AWS::Logs::LogGroup": "LogGroupName"}.get(kind)
        if own:
            return self.resolve(properties[own])
        if kind == "AWS::SNS::Topic":
            return f"arn:aws:sns:{REGION}:{ACCOUNT}:{self.resolve(properties['TopicName'])}"
        return name

    def attribute(self, name, attribute):
        one = self.named.get(name)
        if one is None:
            raise ValueError(f"{name} is referred to, and is not there")
        properties, kind = one.get("Properties", {}), one["Type"]
        place = f"{REGION}:{ACCOUNT}"
        arns = {
            "AWS::SQS::Queue": lambda: f"arn:aws:sqs:{place}:{self.resolve(properties['QueueName'])}",
            "AWS::Lambda::Function": lambda: f"arn:aws:lambda:{place}:function:{self.resolve(properties['FunctionName'])}",
            "AWS::Events::Rule": lambda: f"arn:aws:events:{place}:rule/{self.resolve(properties['Name'])}",
            "AWS::S3::Bucket": lambda: f"arn:aws:s3:::{self.resolve(properties['BucketName'])}",
            "AWS::Logs::LogGroup": lambda: f"arn:aws:logs:{place}:log-group:{self.resolve(properties['LogGroupName'])}:*",
        }
        if attribute == "Arn" and kind in arns:
            return arns[kind]()
        if attribute == "QueueName":
            return self.resolve(properties["QueueName"])
        return f"{name}.{attribute}"

    # Short ways to what rules ask for.

    def bucket(self, what):
        """The logical name of a bucket by the middle of its name."""
        name = f"{self.parameters['Name']}-{what}-{ACCOUNT}-{REGION}"
        found = [key for key, one in self.of("AWS::S3::Bucket").items() if one["BucketName"] == name]
        if not found:
            raise ValueError(f"expected a bucket {name}, found none")
        return found[0]

    def statements(self):
        """Every statement of every policy: who it belongs to, of what kind, and the statement."""
        for name, one in self.resources.items():
            properties = one.get("Properties", {})
            for policy in properties.get("Policies", []) if one["Type"] == "AWS::IAM::Role" else []:
                for statement in listed(policy["PolicyDocument"]["Statement"]):
                    yield name, "role", statement
            if "PolicyDocument" in properties:
                for statement in listed(properties["PolicyDocument"]["Statement"]):
                    yield name, one["Type"], statement

    def role_of(self, function):
        """The statements of a function's role."""
        role = self.properties(function)["Role"].split(".")[0]
        return [statement for name, kind, statement in self.statements() if name == role and kind == "role"]

    def references(self):
        """What each resource of the transformed template must wait for."""
        names = set(self.raw["Resources"])
        graph = {}
        for name, one in self.raw["Resources"].items():
            found = set(listed(one.get("DependsOn", [])))
            collect(one.get("Properties", {}), found)
            graph[name] = found & names
        return graph


def collect(value, found):
    if isinstance(value, list):
        for one in value:
            collect(one, found)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key == "Ref":
                found.add(inner)
            elif key == "Fn::GetAtt":
                found.add((inner if isinstance(inner, list) else inner.split("."))[0])
            elif key == "Fn::Sub":
                text = inner if isinstance(inner, str) else inner[0]
                found.update(name.split(".")[0] for name in re.findall(r"\$\{([^!}][^}]*)\}", text))
            collect(inner, found)


def listed(value):
    return value if isinstance(value, list) else [value]


def has_aliases(text):
    """CloudFormation refuses YAML aliases, which every other reader takes."""
    return any(isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) for event in yaml.parse(text))


if __name__ == "__main__":
    # For checkers that know no SAM, or overlook what hides in it.
    import json

    print(json.dumps(transformed(read()), indent=1))
