"""The template keeps every rule, with and without what is optional; and every rule notices when it is broken."""
import copy, re, unittest

import keys, mutations, rules
from template import FILE, GIVEN, TOP, Template, has_aliases, read

SOURCE = read()


class TheTemplate(unittest.TestCase):
    def test_keeps_every_rule(self):
        for what, parameters in (("nothing optional", {}), ("everything optional", GIVEN), ("another name", {"Name": "news", "Architecture": "x86_64"})):
            template = Template(SOURCE, **parameters)
            for name, rule in rules.RULES.items():
                with self.subTest(rule=name, parameters=what):
                    self.assertEqual(rule(template), [])

    def test_is_read_by_cloudformation_too(self):
        self.assertFalse(has_aliases(FILE.read_text()), "CloudFormation refuses YAML aliases; write it out")
        self.assertLess(FILE.stat().st_size, 1_000_000)


class EveryRule(unittest.TestCase):
    def test_is_broken_by_a_mutation(self):
        self.assertEqual(set(rules.RULES) - {rule for rule, _, _ in mutations.MUTATIONS}, set())

    def test_notices_its_mutations(self):
        for rule, what, change in mutations.MUTATIONS:
            with self.subTest(rule=rule, mutation=what):
                source = copy.deepcopy(SOURCE)
                change(source)
                self.assertNotEqual(source, SOURCE, "the mutation changes nothing")
                self.assertTrue(self.faults(rule, source), "the rule did not notice")

    def faults(self, rule, source):
        """With nothing optional; some faults show only with everything."""
        for parameters in ({}, GIVEN):
            try:
                found = rules.RULES[rule](Template(source, **parameters))
            except ValueError as fault:
                # It does not even resolve: a deployment would stop.
                found = [str(fault)]
            if found:
                return found
        return []


class TheKeys(unittest.TestCase):
    def test_are_those_of_the_code(self):
        """A new kind of object in key.rs must be thought of here."""
        code = (TOP / "functions" / "store" / "src" / "key.rs").read_text()
        body = re.search(r"pub fn path\(&self\) -> String \{(.*?)\n    \}\n", code, re.S)[1]
        private = body[:body.index("Self::Chooser")]
        found = {re.sub(r"(\{.*)", "*", text) for text in re.findall(r'"([a-z-]+/[^"]*)"', private)}
        found = {one if one in ("config/site.toml", "config/tokens.json") else re.sub(r"/[^/]*$", "/*", one) for one in found}
        self.assertEqual(found, keys.CONTENT)

    def test_of_every_function_are_known(self):
        for table in (keys.ON_CONTENT, keys.LISTED):
            self.assertEqual(set(table), set(keys.FUNCTIONS))
        used = {key for actions in keys.ON_CONTENT.values() for one in actions.values() for key in one}
        self.assertLessEqual(used, keys.CONTENT)
        self.assertEqual(keys.CONTENT - used, set(), "nobody uses these keys")


if __name__ == "__main__":
    unittest.main()
