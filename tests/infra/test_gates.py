"""A gate that finds nothing proves something only when it can find something; and no rule is skipped without a reason."""
import copy, json, os, pathlib, re, subprocess, tempfile, unittest

import yaml

from template import FILE, TOP, read, transformed

SAM, CHECKOV = TOP / "target/tools/sam/bin", TOP / "target/tools/checkov/bin"


def run(*command):
    environment = os.environ | {"SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": "eu-west-1"}
    return subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)


class Gates(unittest.TestCase):
    def test_cfn_lint_notices_a_broken_template(self):
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            broken = FILE.read_text().replace("      MessageRetentionPeriod: 345600", "      MessageRetentionPeriod: soon", 1)
            broken = broken.replace("!Ref PublishQueue]", "!Ref Elsewhere]", 1)
            file.write(broken)
            file.flush()
            done = run(SAM / "cfn-lint", file.name)
        self.assertNotEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"E1020|Elsewhere")
        self.assertRegex(done.stdout, r"E3012|soon")

    def test_checkov_notices_a_public_bucket_and_a_key_in_the_environment(self):
        template = transformed(read())
        site = template["Resources"]["SiteBucket"]["Properties"]
        site["PublicAccessBlockConfiguration"]["BlockPublicPolicy"] = False
        template["Resources"]["AcceptFunction"]["Properties"]["Environment"]["Variables"]["KEY"] = "AKIAIOSFODNN7EXAMPLE"
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(template, file)
            file.flush()
            done = run(CHECKOV / "checkov", "--config-file", TOP / "infra/.checkov.yaml", "--file", file.name)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("CKV_AWS_54", done.stdout)
        self.assertIn("CKV_AWS_45", done.stdout)


class Skips(unittest.TestCase):
    FILE = TOP / "infra" / ".checkov.yaml"

    def test_have_a_reason_each(self):
        lines = self.FILE.read_text().splitlines()
        skips = [number for number, line in enumerate(lines) if re.match(r"\s+- CKV", line)]
        self.assertEqual(len(skips), len(yaml.safe_load(self.FILE.read_text())["skip-check"]))
        for number in skips:
            self.assertRegex(lines[number - 1], r"^\s+# .{40,}", lines[number])
        for name, resource in read()["Resources"].items():
            for skip in resource.get("Metadata", {}).get("checkov", {}).get("skip", []):
                self.assertGreater(len(skip["comment"]), 40, name)

    def test_are_all_needed(self):
        """A skip that nothing needs any more hides the next fault."""
        config = yaml.safe_load(self.FILE.read_text())
        skipped = set(config["skip-check"])
        template = copy.deepcopy(transformed(read()))
        local = set()
        for name, resource in template["Resources"].items():
            for skip in resource.pop("Metadata", {}).get("checkov", {}).get("skip", []):
                local.add((skip["id"], name))
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(template, file)
            file.flush()
            done = run(CHECKOV / "checkov", "--framework", "cloudformation", "--quiet", "--skip-download", "--output", "json", "--file", file.name)
        text = done.stdout[done.stdout.index("{"):done.stdout.rindex("}") + 1]
        failed = {(one["check_id"], one["resource"].split(".")[-1]) for one in json.loads(text)["results"]["failed_checks"]}
        self.assertEqual(skipped - {id_ for id_, _ in failed}, set(), "no rule of these fails")
        self.assertEqual(local - failed, set(), "no rule of these fails")


if __name__ == "__main__":
    unittest.main()
