#!/usr/bin/env python3
"""Judges the judges: a good document passes every one of them, and for every rule a bad one is caught.

A check that cannot fail is no check, so `every_rule_has_a_bad_document` reads the rules out of the sources.
"""
import contextlib
import io
import json
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import cases
import facts
import flawed
import judge
import reading
import readers

HERE = Path(__file__).parent
NAMES = {"rss": "rss.xml", "atom": "atom.xml", "json": "feed.json"}
TABLES = {"rss": cases.RSS, "atom": cases.ATOM, "json": cases.JSON}


def fixture(kind, language):
    return (HERE / "fixtures" / language / NAMES[kind]).read_text(encoding="utf-8")


def judged(documents):
    """Findings of each document: [(kind, bytes)]."""
    desk = judge.Desk()
    reports = [desk.report(str(number)) for number in range(len(documents))]
    for number, (report, (kind, data)) in enumerate(zip(reports, documents)):
        desk.judge(report, data, kind, number)
    judge.jing(desk.atoms)
    return [report.findings for report in reports]


def quiet(function, *arguments):
    """Exit status and output of a command that prints."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        status = function(*arguments)
    return status, out.getvalue()


class Documents(unittest.TestCase):
    def test_good_documents_pass(self):
        documents = [(kind, fixture(kind, language).encode()) for language in flawed.LANGUAGES for kind in NAMES]
        self.assertEqual(judged(documents), [[] for _ in documents])

    def test_an_empty_feed_passes(self):
        rss = re.sub(r"(?s)  <item>.*</item>\n|  <lastBuildDate>[^\n]*\n", "", fixture("rss", "en"))
        atom = re.sub(r"(?s) <entry .*</entry>\n", "", fixture("atom", "en"))
        feed = json.loads(fixture("json", "en")) | {"items": []}
        self.assertEqual(judged([("rss", rss.encode()), ("atom", atom.encode()), ("json", json.dumps(feed).encode())]), [[], [], []])

    def test_bad_documents_are_caught(self):
        bad, wanted = [], []
        for kind, table in TABLES.items():
            for rule, language, old, new in table:
                good = fixture(kind, language)
                self.assertIn(old, good, f"{kind} {rule}: the fixture no longer holds what the case exchanges")
                bad.append((kind, good.replace(old, new, 1).encode()))
                wanted.append((kind, rule, new))
        for (kind, rule, new), findings in zip(wanted, judged(bad)):
            with self.subTest(kind=kind, rule=rule, new=new):
                self.assertIn(rule, {finding.split(":")[0] for finding in findings}, findings)

    def test_formats_that_disagree_are_caught(self):
        for kind in ("rss", "atom"):
            desk = judge.Desk()
            for name in NAMES:
                text = fixture(name, "en")
                desk.judge(desk.report(name), (text.replace("Bridge fund", "Ridge fund") if name == kind else text).encode(), name, "en")
            desk.compare()
            self.assertEqual([report.name for report in desk.reports if report.findings], [kind])
            self.assertTrue(all(finding.startswith("G3") for report in desk.reports for finding in report.findings))

    def test_every_rule_has_a_bad_document(self):
        rules = set()
        for source in ("rss", "atom", "jsonfeed", "body", "wellformed", "web", "judge"):
            text = (HERE / f"{source}.py").read_text(encoding="utf-8")
            rules |= set(re.findall(r'say\(\s*"([A-Z]+\d*)"', text)) | set(re.findall(r'rule="([A-Z]\d+)"', text))
        caught = {rule for table in TABLES.values() for rule, *_ in table} | set(flawed.FLAWS.values()) | {"G3"}
        self.assertEqual(sorted(rules - caught), [])


class Facts(unittest.TestCase):
    def test_language_tags(self):
        for tag in "en fr zh zh-Hans zh-CN es ru ar ar-SA pt-BR sr-Latn-RS mul und x-foo es-419 de-CH-1996".split():
            self.assertIsNone(facts.language_fault(tag), tag)
        for tag in ["zz", "cz", "en_US", "EN", "en-EN", "zh-hans", "x", "", None, "english"]:
            self.assertIsNotNone(facts.language_fault(tag), tag)

    def test_dates(self):
        self.assertEqual(facts.rfc822("Thu, 09 Jun 2016 10:00:00 +0200"), facts.rfc3339("2016-06-09T10:00:00+02:00"))
        self.assertIsNone(facts.rfc822("Thu, 09 Jun 2016 10:00:00 +02:00"))
        self.assertEqual(facts.rfc822("Thu, 09 Jun 2016 08:00:00 +0000"), facts.rfc3339("2016-06-09T10:00:00+02:00"))
        for text in ["Fri, 09 Jun 2016 08:00:00 GMT", "Thu, 31 Jun 2016 08:00:00 GMT", "Thu, 09 Jun 2016 24:00:00 GMT", "Thu, 09 Sept 2016 08:00:00 GMT", ""]:
            self.assertIsNone(facts.rfc822(text), text)
        for text in ["2016-06-09", "2016-06-09T08:00:00", "2016-02-30T08:00:00Z", "0000-00-00T00:00:00Z", "2016-06-09T08:00:00Z\n", None]:
            self.assertIsNone(facts.rfc3339(text), text)

    def test_urls_are_public_or_loopback(self):
        for url in ["https://press.example.org/a?b=c", "http://127.0.0.1:8080/en/", "https://press.example.org/caf%C3%A9"]:
            self.assertIsNone(facts.url_fault(url), url)
        for url in ["http://press.example.org/", "/a", "//a.example/", "https://a b/", "https://A.example/", "https://a@b.example/", "https://b%zz/", None]:
            self.assertIsNotNone(facts.url_fault(url), url)


class Served(unittest.TestCase):
    def test_a_good_site_passes(self):
        with flawed.Site() as base:
            status, out = quiet(judge.site, base, None, flawed.PUBLIC)
        self.assertEqual((status, out.splitlines()[:-1]), (0, []))
        # index, nine feeds, three archives, six other pages, one absent sibling for each of six names.
        self.assertEqual(out, "judged 25 documents, 0 findings\n")

    def test_a_site_like_the_products_passes_every_command(self):
        with flawed.Site(product=True) as base:
            for script, command, end in (("judge.py", "site", ", 0 findings\n"), ("readers.py", "compare", ", 0 differences\n")):
                done = subprocess.run([sys.executable, str(HERE / script), command, base], capture_output=True, text=True)
                self.assertEqual((done.returncode, done.stdout.count("\n"), done.stderr), (0, 1, ""), done.stdout)
                self.assertTrue(done.stdout.endswith(end), done.stdout)

    def test_every_flaw_of_a_server_is_caught(self):
        for flaw, rule in flawed.FLAWS.items():
            # The grammar sees the same documents every time; leaving it out saves a start of Java per flaw.
            with self.subTest(flaw=flaw), mock.patch.object(judge, "jing"), flawed.Site(flaw) as base:
                status, out = quiet(judge.site, base, None, flawed.PUBLIC)
                self.assertEqual(status, 1)
                self.assertIn(f": {rule}: ", out)

    def test_a_broken_archive_is_caught(self):
        with flawed.Site(**{"en__archive__2016__03__atom.xml": (b"<fh:archive", b"<fh:complete")}) as base:
            status, out = quiet(judge.site, base, None, flawed.PUBLIC)
        self.assertEqual(status, 1)
        self.assertIn("/en/archive/2016/03/atom.xml: P1: ", out)

    def test_no_site_is_no_success(self):
        self.assertEqual(quiet(judge.site, "http://127.0.0.1:9", None, None)[0], 1)


class Readers(unittest.TestCase):
    def gather(self, change=lambda kind, text: text):
        with tempfile.TemporaryDirectory() as folder:
            for language in flawed.LANGUAGES:
                Path(folder, language).mkdir()
                for kind, name in NAMES.items():
                    Path(folder, language, name).write_text(change(kind, fixture(kind, language)), encoding="utf-8")
            return [readers.compare(feed) for feed in readers.gather(readers.folder_trios([folder]), None)]

    def test_all_readers_agree_on_good_feeds(self):
        feeds = self.gather()
        self.assertEqual([feed["differences"] for feed in feeds], [[], [], []])
        for feed in feeds:
            self.assertEqual(set(feed["readers"]["rss"]), set(reading.READERS))
            self.assertEqual(set(feed["readers"]["atom"]), set(reading.READERS))
            self.assertEqual(set(feed["readers"]["json"]), {"fastfeedparser", "feedparser-rs", "feedsmith"})

    def test_a_missing_link_is_forgiven_on_loopback_only(self):
        for base, found in (("http://127.0.0.1:8080", 0), ("https://press.example.org", 1)):
            wanted = reading.row("1", "a", f"{base}/en/", 0, "en", "a")
            self.assertEqual(len(list(readers.differences("feedparser-rs", "rss", [wanted], [wanted | {"link": None}], {}))), found, base)

    def test_a_link_that_is_no_page_is_caught(self):
        data = '<link rel="alternate" type="application/json" href="https://press.example.org/releases/1.json"/>  <summary>'
        feeds = self.gather(lambda kind, text: text.replace("<summary>", data) if kind == "atom" else text)
        self.assertRegex("\n".join(feeds[0]["differences"]), "atom.xml newsboat: .* link: expected")

    def test_every_reader_sees_each_difference(self):
        changes = {
            "title": (("rss", "atom"), "12 ports</title>", "13 ports</title>"),
            "link": (("rss",), "bridge-fund/</link>", "fund/</link>"), "date": (("rss",), "10:30:00 GMT", "11:30:00 GMT"),
            "content": (("rss", "atom"), "Four more ports joined", "Five more ports joined"), "language": (("rss",), "<dc:language>", "<dc:language>fr"),
        }

        def all_changed(kind, text):
            for kinds, old, new in changes.values():
                text = text.replace(old, new) if kind in kinds else text
            return text

        found = "\n".join(line for feed in self.gather(all_changed) for line in feed["differences"])
        for reader in reading.READERS:
            for field in ("title", "link", "date", "content"):
                self.assertRegex(found, f"rss.xml {reader}: .* {field}: expected")
        for reader in ("feedparser", "feedsmith"):
            self.assertRegex(found, f"rss.xml {reader}: .* language: expected")
        found = "\n".join(line for feed in self.gather(lambda kind, text: text.replace("7af3d94b", "7af3d94c") if kind != "json" else text) for line in feed["differences"])
        for reader in reading.READERS:
            for name in ("rss.xml", "atom.xml"):
                self.assertIn(f"{name} {reader}: id: expected", found)


class Wire(unittest.TestCase):
    def ask(self, *lines):
        done = subprocess.run([sys.executable, str(HERE / "wire.py")], input=b"".join(line + b"\n" for line in lines), capture_output=True, check=True)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def request(self, **fields):
        return json.dumps(fields).encode()

    def test_it_reads_every_format_and_survives_anything(self):
        good = [self.request(id=kind, kind={"json": "jsonfeed"}.get(kind, kind), text=fixture(kind, "ar"), lint=True) for kind in NAMES]
        odd = [b"", b"{", b"[]", b"\xff", self.request(id=1, kind="rss"), self.request(id=2, kind="rss", text="\ud800"), self.request(id=3, kind="jsonfeed", text="[" * 99999),
               self.request(id=4, kind="atom", text="<a>" * 99999), self.request(id=5, kind="jsonfeed", text='{"items": [3]}')]
        html = [self.request(id=6, kind="html", text="<p>a<script>x</script></p>"), self.request(id=7, kind="html", text='<p>a &amp; b<img alt="&lt;c>"></p>')]
        answers = self.ask(*good, *odd, *html)
        self.assertEqual(len(answers), len(good) + len(odd) + len(html))
        self.assertEqual([answer["findings"] for answer in answers[:3]], [[], [], []])
        for answer in answers[:3]:
            self.assertEqual([entry["language"] for entry in answer["entries"]], ["en", "ar"])
            for table in answer["readers"].values():
                self.assertEqual([(entry["id"], entry["title"]) for entry in table], [(entry["id"], entry["title"]) for entry in answer["entries"]])
        self.assertTrue(all(not answer["ok"] and answer["findings"] for answer in answers[3:12]))
        self.assertEqual([answer["ok"] for answer in answers[12:]], [False, True])
        self.assertEqual((answers[13]["text"], answers[13]["images"]), ("a & b", ["<c>"]))


class Purify(unittest.TestCase):
    def test_it_takes_out_what_is_dangerous_and_leaves_what_is_not(self):
        good = ['<p lang="ar" dir="rtl">a <a href="https://a.example/" hreflang="fr" title="t">b</a></p>', '<table><tbody><tr><th scope="col" abbr="x" colspan="2">a</th></tr></tbody></table>',
                '<ol start="3" type="a" reversed=""><li value="2">a</li></ol><img src="https://a.example/a.png" alt="javascript:x" width="1">', "a &lt;script&gt; b", ""]
        bad = {"<script>alert(1)</script>": "SCRIPT", "<img src=x onerror=alert(1)>": "onerror of IMG", "<a href=javascript:alert(1)>x</a>": "href of A", "<svg><path></svg>": "svg", "<p style=x:y>": "style of P",
               "<form><input></form>": "FORM", "<p id=x>": "id of P", "<!-- x -->": "#comment", "<a href=/x>y</a>": "href of A", "<p data-x=1>": "data-x of P", "<math><mi></math>": "math"}
        done = subprocess.run(["node", str(HERE / "purify.mjs")], input=json.dumps([*good, *bad]), capture_output=True, text=True, check=True)
        said = json.loads(done.stdout)
        self.assertEqual(said[: len(good)], [[] for _ in good])
        for (html, what), findings in zip(bad.items(), said[len(good) :]):
            with self.subTest(html=html):
                self.assertIn(f"removed {what}", findings)
        self.assertIn("a script called alert", said[len(good)])
        self.assertIn("a script called alert", said[len(good) + 1])


if __name__ == "__main__":
    unittest.main()
