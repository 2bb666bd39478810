"""infra/cost counts what the tests count, and infra/README.md shows what it prints."""
import importlib.machinery, importlib.util, pathlib, re, subprocess, sys, unittest

from rules import alarms
from template import TOP, Template, read

FILE = TOP / "infra" / "cost"


def load():
    loader = importlib.machinery.SourceFileLoader("cost", str(FILE))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("cost", loader))
    loader.exec_module(module)
    return module


class Cost(unittest.TestCase):
    def run_it(self, *args):
        return subprocess.run([sys.executable, FILE, *args], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def test_counts_what_the_tests_count(self):
        cost = load()
        source = (TOP / "tests" / "src" / "requests.rs").read_text()
        for name in ("OWN", "SHARED", "STATES"):
            counted = re.search(rf"const {name}: usize = ([0-9 +*]+);", source)[1]
            self.assertEqual(getattr(cost, name), eval(counted, {}), name)
        template = Template(read())
        self.assertEqual(cost.ALARMS, len(template.of("AWS::CloudWatch::Alarm")))
        metrics = {one["MetricTransformations"][0]["MetricName"] for one in template.of("AWS::Logs::MetricFilter").values()}
        self.assertEqual(cost.METRICS, len(metrics.union(*alarms.figures().values())))
        self.assertEqual(cost.PUBLISH_GB * 1024, template.parameters["PublishMemory"])

    def test_is_what_the_readme_shows(self):
        printed = self.run_it()
        self.assertEqual(printed.returncode, 0, printed.stdout)
        readme = (TOP / "infra" / "README.md").read_text()
        for line in printed.stdout.strip().splitlines():
            self.assertIn(line, readme, "infra/README.md differs from what infra/cost prints; put the new tables in")

    def test_rises_with_what_is_done(self):
        cost = load()
        sums = [sum(cost.office(n).values()) for n in (0, 10, 1_000, 100_000)]
        self.assertEqual(sums, sorted(sums))
        self.assertLess(sum(cost.office(100_000, burst=True).values()), sums[-1])
        self.assertLess(sum(cost.office(100, cold=0).values()), sum(cost.office(100, cold=1).values()))
        self.assertLess(sum(cost.readers(1).values()), sum(cost.readers(10).values()))
        self.assertEqual(sum(cost.readers(0).values()), 0)
        for one in (cost.office(1_000, free=True), cost.readers(1, free=True)):
            self.assertTrue(all(value >= 0 for value in one.values()))

    def test_by_hand(self):
        """One release in six languages, warm: 116 writes of publish and accept, 3 reads; and its four saves before."""
        cost = load()
        self.assertAlmostEqual(cost.office(1)["S3 requests of releases"], (116 + 4) * 0.000005 + (3 + 8) * 0.0000004)
        self.assertAlmostEqual(cost.tiers(20_000), 10_240 * 0.085 + 9_760 * 0.08)
        # A million reads and a tenth of pages; a fifth of the reads get a compressed feed, whichever it is.
        million = cost.readers(1)
        self.assertAlmostEqual(million["CloudFront functions"], (2 + 0.1) * 0.10)
        self.assertAlmostEqual(million["CloudFront data"], (0.2 * 155 * 0.25 + 0.8 * 0.5 + 0.1 * 12) * 0.085)

    def test_takes_other_prices_and_says_what_it_does_not_know(self):
        dearer = self.run_it("--releases", "1000", "--set", "PUT=0.001").stdout
        self.assertNotEqual(dearer, self.run_it("--releases", "1000").stdout)
        for wrong in ("X=1", "PUT=much", "TIERS=1", "over=1"):
            done = self.run_it("--set", wrong)
            self.assertEqual(done.returncode, 1)
            self.assertRegex(done.stdout, r"infra/cost: expected a (name|number)")


if __name__ == "__main__":
    unittest.main()
