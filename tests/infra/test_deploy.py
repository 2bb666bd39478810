"""infra/deploy with everything that it calls replaced by programs that write down how they were called."""
import json, os, pathlib, shutil, subprocess, sys, tempfile, textwrap, unittest

TOP = pathlib.Path(__file__).resolve().parents[2]
OUTPUTS = {"SiteUrl": "https://d1.cloudfront.net", "ApiUrl": "https://a1.execute-api.eu-west-1.amazonaws.com", "ContentBucketName": "content",
           "SiteBucketName": "site", "DistributionDomain": "d1.cloudfront.net"}
CERTIFICATE = "arn:aws:acm:us-east-1:111122223333:certificate/0a1b"

# Each notes its call in order; the state of the account is one file.
STUB = f"""#!{sys.executable}
import json, os, pathlib, sys
here = pathlib.Path(os.environ["STUBS"])
state = json.loads((here / "state.json").read_text())
name, args = pathlib.Path(sys.argv[0]).name, sys.argv[1:]
with open(here / "calls", "a") as calls:
    calls.write(json.dumps([name, *args]) + "\\n")
if name == "sam" and args[0] == "deploy":
    given = dict(one.split("=", 1) for one in args[args.index("--parameter-overrides") + 1:])
    state["outputs"] = state["outputs"] or {OUTPUTS!r}
    if given.get("SiteDomain"):
        state["outputs"]["SiteUrl"] = "https://" + given["SiteDomain"]
    (here / "state.json").write_text(json.dumps(state))
if name == "cargo" and args[0] == "lambda":
    folder = pathlib.Path("target/lambda") / args[args.index("--bin") + 1]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bootstrap").write_bytes(b"\\x7fELF" + bytes(14) + bytes([state["machine"], 0]))
if "token" in args and "create" in args:
    print(json.dumps({{"name": "x", "token": "pr_secret"}}))
if name == "smoke":
    with open(here / "calls", "a") as calls:
        calls.write(json.dumps(["token", os.environ.get("PRESSROOM_TOKEN")]) + "\\n")
    sys.exit(state["smoke"])
"""

SDK = """
import json, os, pathlib
from botocore.exceptions import ClientError
here = pathlib.Path(os.environ["STUBS"])
def client(service):
    return Client()
class Client:
    def describe_stacks(self, StackName):
        outputs = json.loads((here / "state.json").read_text())["outputs"]
        if outputs is None:
            raise ClientError("ValidationError", f"Stack with id {StackName} does not exist")
        if outputs == "denied":
            raise ClientError("AccessDenied", "User is not authorized")
        return {"Stacks": [{"Outputs": [{"OutputKey": key, "OutputValue": value} for key, value in outputs.items()]}]}
    def put_object(self, **request):
        state = json.loads((here / "state.json").read_text())
        state["site.toml"] = request["Body"].decode()
        (here / "state.json").write_text(json.dumps(state))
        with open(here / "calls", "a") as calls:
            calls.write(json.dumps(["put", request["Bucket"], request["Key"]]) + "\\n")
    def head_object(self, **request):
        if "site.toml" not in json.loads((here / "state.json").read_text()):
            raise ClientError("404", "Not Found")
"""
FAULTS = """
class BotoCoreError(Exception):
    pass
class ClientError(Exception):
    def __init__(self, code, text):
        super().__init__(text)
        self.response = {"Error": {"Code": code}}
"""


class Deploy(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        (self.folder / "infra").mkdir()
        for name in ("deploy", "template.yaml"):
            shutil.copy(TOP / "infra" / name, self.folder / "infra" / name)
        self.write("infra/smoke", STUB)
        for name in ("tools/sam/bin/sam", "tools/lambda/bin/cargo-lambda", "bin/cargo", "bin/rustup"):
            self.write(name, STUB)
        self.write("sdk/boto3.py", SDK)
        self.write("sdk/botocore/__init__.py", "")
        self.write("sdk/botocore/exceptions.py", FAULTS)
        self.write("tools/sam/bin/python", f"#!/bin/sh\nPYTHONPATH='{self.folder}/sdk' exec '{sys.executable}' \"$@\"\n")
        self.state(outputs=None, machine=183, smoke=0)
        self.write("site.toml", 'base_url = "https://press.example.org"\n')

    def write(self, name, text):
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text))
        file.chmod(0o755)

    def state(self, **change):
        file = self.folder / "state.json"
        now = json.loads(file.read_text()) if file.exists() else {}
        file.write_text(json.dumps(now | change))

    def deploy(self, *args):
        environment = {"PATH": f"{self.folder}/bin:{os.environ['PATH']}", "HOME": str(self.folder), "STUBS": str(self.folder), "AWS_REGION": "eu-west-1",
                       "PRESSROOM_TOOLS": str(self.folder / "tools")}
        done = subprocess.run([self.folder / "infra/deploy", *args], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)
        calls = self.folder / "calls"
        self.calls = [json.loads(line) for line in calls.read_text().splitlines()] if calls.exists() else []
        calls.unlink(missing_ok=True)
        return done.returncode, done.stdout

    def words(self):
        """What was done, in short."""
        def word(call):
            if call[0] == "cargo":
                return " ".join(one for one in call[1:] if one in ("lambda", "rebuild", "create", "revoke", "accept", "publish", "embargo"))
            return " ".join(call[:2]) if call[0] in ("sam", "put") else call[0] + (" --read-only" if "--read-only" in call else "")
        return [word(call) for call in self.calls if call[0] not in ("rustup", "token")]

    BUILD = ["lambda accept accept", "lambda publish publish", "lambda embargo embargo", "sam validate"]
    TRIAL = ["create", "smoke", "revoke"]
    HERE = ("--domain", "press.example.org", "--certificate", CERTIFICATE, "--yes")

    def parameters(self):
        call = next(call for call in self.calls if call[:2] == ["sam", "deploy"])
        return dict(one.split("=", 1) for one in call[call.index("--parameter-overrides") + 1:])

    def test_the_first_time_builds_deploys_furnishes_and_tries(self):
        status, text = self.deploy(*self.HERE, "--site-toml", str(self.folder / "site.toml"), "--email", "a@example.org", "--set", "BatchSize=500", "--set", "BatchWindow=1")
        self.assertEqual(status, 0, text)
        self.assertEqual(self.words(), [*self.BUILD, "sam deploy", "put content", "rebuild", *self.TRIAL])
        found = self.parameters()
        self.assertEqual(len(found.pop("SiteToml")), 64)
        self.assertEqual(found, {"Name": "pressroom", "Architecture": "arm64", "SiteDomain": "press.example.org", "CertificateArn": CERTIFICATE,
                                 "AlarmEmail": "a@example.org", "BatchSize": "500", "BatchWindow": "1"})
        for call in self.calls:
            if call[:2] == ["cargo", "lambda"]:
                self.assertTrue({"--release", "--locked", "--arm64"} <= set(call), call)
        self.assertIn(["rustup", "target", "add", "aarch64-unknown-linux-gnu"], self.calls)
        self.assertIn(["token", "pr_secret"], self.calls)
        self.assertNotIn("pr_secret", text)
        self.assertIn("press.example.org be an alias (or CNAME) of d1.cloudfront.net", text)

    def test_the_first_time_without_site_toml_says_what_to_write(self):
        status, text = self.deploy("--yes")
        self.assertEqual((status, self.words()), (0, [*self.BUILD, "sam deploy"]), text)
        self.assertIn('base_url = "https://d1.cloudfront.net"', text)

    def test_another_time_posts_nothing(self):
        self.state(outputs=OUTPUTS, **{"site.toml": "x"})
        status, text = self.deploy("--yes")
        self.assertEqual((status, self.words()), (0, [*self.BUILD, "sam deploy", "smoke --read-only"]), text)
        self.assertEqual(self.parameters(), {"Name": "pressroom", "Architecture": "arm64"})
        self.assertEqual(self.deploy("--yes", "--smoke")[0], 0)
        self.assertEqual(self.words()[-3:], self.TRIAL)
        self.assertEqual(self.deploy("--yes", "--no-smoke", "--no-build")[0], 0)
        self.assertEqual(self.words(), ["sam validate", "sam deploy"])

    def test_a_changed_site_toml_is_there_before_functions_start_anew(self):
        self.state(outputs={**OUTPUTS, "SiteUrl": "https://press.example.org"}, **{"site.toml": "x"})
        status, text = self.deploy("--yes", "--site-toml", str(self.folder / "site.toml"))
        self.assertEqual((status, self.words()), (0, [*self.BUILD, "put content", "sam deploy", "rebuild", "smoke --read-only"]), text)
        before = self.parameters()["SiteToml"]
        self.write("site.toml", 'base_url = "https://press.example.org"\nfour_eyes = true\n')
        self.deploy("--yes", "--site-toml", str(self.folder / "site.toml"))
        self.assertNotEqual(self.parameters()["SiteToml"], before)

    def test_another_base_url_stops_it_before_anything_is_done(self):
        self.state(outputs=OUTPUTS, **{"site.toml": "x"})
        status, text = self.deploy("--yes", "--site-toml", str(self.folder / "site.toml"))
        self.assertEqual((status, self.calls), (1, []), text)
        self.assertIn('expected base_url = "https://d1.cloudfront.net", found "https://press.example.org"', text)
        for toml in ("base_url = ", "organisation = 'x'\n"):
            self.write("site.toml", toml)
            status, text = self.deploy("--yes", "--site-toml", str(self.folder / "site.toml"))
            self.assertEqual((status, self.calls), (1, []), text)
            self.assertNotIn("Traceback", text)

    def test_a_trial_that_fails_is_told_and_its_token_is_gone(self):
        self.state(smoke=1)
        status, text = self.deploy(*self.HERE, "--site-toml", str(self.folder / "site.toml"))
        self.assertEqual((status, self.words()[-3:]), (1, self.TRIAL), text)
        self.assertIn("does not do what it should", text)

    def test_a_program_for_another_machine_is_not_deployed(self):
        self.state(machine=62)
        status, text = self.deploy("--yes")
        self.assertEqual((status, self.words()), (1, self.BUILD[:3]), text)
        self.assertIn("expected a program for arm64, found machine 62", text)
        self.assertEqual(self.deploy("--yes", "--arch", "x86_64")[0], 0)
        self.assertIn("--x86-64", self.calls[1])

    def test_nothing_built_is_not_deployed(self):
        status, text = self.deploy("--yes", "--no-build")
        self.assertEqual((status, self.calls), (1, []), text)
        self.assertIn("deploy without --no-build", text)

    def test_credentials_that_do_not_work_are_one_line(self):
        self.state(outputs="denied")
        status, text = self.deploy("--yes")
        self.assertEqual((status, self.calls), (1, []), text)
        self.assertEqual(text, "infra/deploy: AWS says: User is not authorized; check the credentials and what they may do\n")

    def test_all_faults_of_a_call_are_told_at_once(self):
        status, text = self.deploy("--name", "Press", "--region", "here", "--arch", "mips", "--domain", "a.example", "--site-toml", "/none")
        self.assertEqual((status, len(text.splitlines()), self.calls), (2, 5, []), text)
        for wrong in (["--nonsense"], ["--name"], ["--set", "x"]):
            self.assertEqual(self.deploy(*wrong)[0], 2)


if __name__ == "__main__":
    unittest.main()
