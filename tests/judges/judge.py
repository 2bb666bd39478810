#!/usr/bin/env python3
"""Judges feeds with tools that share no code with the product.

  judge.py site BASE_URL [--index URL] [--public URL] [--no-http]   every feed that index.json lists, as it is served
  judge.py files DIR...                                   every rss.xml, atom.xml and feed.json below the folders

`--public` is the base URL that the documents carry when it is not the one they are fetched from.
Findings are printed as `WHERE: RULE: expected …, found …`. Exit 1 with findings, 2 when it cannot judge at all.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urljoin

import atom
import jsonfeed
import rss
import web
import wellformed
from facts import Report

GRAMMAR = Path(__file__).parent / "atom.rnc"
LINE = re.compile(r"^(.*?/(\d+)\.xml):(\d+):(\d+): (.*)$")


def jing(documents):
    """One jing for all Atom documents (a start of Java costs a second): [(report, bytes)]."""
    if not documents:
        return
    with tempfile.TemporaryDirectory() as folder:
        names = [os.path.join(folder, f"{number}.xml") for number in range(len(documents))]
        for name, (_, data) in zip(names, documents):
            Path(name).write_bytes(data)
        done = subprocess.run(["jing", "-i", "-c", str(GRAMMAR), *names], capture_output=True, text=True)
        found = [LINE.match(line) for line in done.stdout.splitlines()]
        for match in filter(None, found):
            documents[int(match[2])][0].say("RNG", "what RFC 4287's grammar says", f"line {match[3]}: {match[5]}")
        if done.returncode and not any(found):
            raise SystemExit(f"judge: expected jing to judge or to name a line, found exit {done.returncode}: {done.stdout}{done.stderr}; run tests/tools")


class Desk:
    """Collects the documents of a run; what needs all of them at once happens in `finish`."""

    def __init__(self):
        self.reports, self.atoms, self.entries = [], [], {}

    def report(self, name):
        self.reports.append(Report(name))
        return self.reports[-1]

    def judge(self, report, data, kind, group, url=None):
        """One document of a kind; `group` names the feed, whose other formats must tell the same."""
        if kind == "json":
            feed = jsonfeed.parse(report, data)
            if feed is not None:
                jsonfeed.check(report, feed, url)
                self.remember(report, group, kind, lambda: [(item["id"], item["title"]) for item in feed["items"]])
            return feed
        wellformed.check_bytes(report, data)
        root = wellformed.parse(report, data)
        if root is None:
            return None
        if kind == "rss":
            rss.check(report, root, url)
            self.remember(report, group, kind, lambda: [(item.findtext("guid"), item.findtext("title")) for item in root.iter("item")])
        else:
            atom.check(report, root, url)
            self.atoms.append((report, data))
            entries = [(entry.findtext(atom.A + "id"), entry.findtext(atom.A + "title")) for entry in root.iter(atom.A + "entry")]
            gone = {deleted.get("ref") for deleted in root.iter(atom.AT + "deleted-entry")} - {name for name, _ in entries}
            self.remember(report, group, kind, lambda: entries)
            self.remember(report, group, "gone", lambda: gone)
        return root

    def remember(self, report, group, kind, read):
        try:
            self.entries.setdefault(group, {})[kind] = (report, read())
        except (KeyError, TypeError, AttributeError):
            pass  # The format's own rules have already said what is wrong.

    def compare(self):
        """G3: the same entries under the same ids and titles in the same order in all formats of a feed."""
        for formats in self.entries.values():
            if "json" not in formats:
                continue
            expected = formats["json"][1]
            if "rss" in formats and formats["rss"][1] != expected:
                formats["rss"][0].say("G3", f"the ids and titles of feed.json {difference(expected, formats['rss'][1])}", difference(formats["rss"][1], expected))
            if "atom" in formats:
                # A withdrawn entry is a tombstone in Atom and an entry in the others.
                left = [pair for pair in expected if pair[0] not in formats["gone"][1]]
                if formats["atom"][1] != left:
                    formats["atom"][0].say("G3", f"the ids and titles of feed.json {difference(left, formats['atom'][1])}", difference(formats["atom"][1], left))

    def finish(self):
        jing(self.atoms)
        self.compare()
        lines = [line for report in self.reports for line in report.lines()]
        print(*lines, sep="\n", end="\n" if lines else "")
        print(f"judged {len(self.reports)} documents, {len(lines)} findings")
        if not self.reports:
            print("judge: expected at least one document, found none", file=sys.stderr)
            return 2
        return 1 if lines else 0


def difference(ours, theirs):
    """The first pair that differs, short enough for a line."""
    for left, right in zip(ours, theirs):
        if left != right:
            return repr(left)
    return f"{len(ours)} entries"


def fetch(client, report, url):
    try:
        answer = client.ask(url)
    except OSError as error:
        report.say("X8", "an answer", str(error))
        return None
    if answer.status != 200:
        report.say("X8", "200", str(answer.status))
        return None
    return answer


def site(base, index, public, with_http=True):
    base = base.rstrip("/")
    client, desk, missing = web.Client(public, base), Desk(), set()

    def load(url, kind=None, group=None):
        report = desk.report(url)
        answer = fetch(client, report, url)
        if answer is None:
            return None
        if with_http:
            web.check(report, client, url, answer)
            # One absent sibling for each name of a document: it carries the same headers.
            name = url.rsplit("/", 1)[-1]
            if name and name not in missing:
                missing.add(name)
                absent = f"{public or base}/no-such-folder/{name}"
                web.check_missing(desk.report(absent), client, absent)
        if kind == "index":
            return jsonfeed.parse(report, answer.body)
        return desk.judge(report, answer.body, kind, group, url) if kind else answer.body

    root = load(index or f"{public or base}/index.json", "index")
    feeds = root.get("feeds", []) if isinstance(root, dict) else []
    if not feeds:
        desk.report("index.json").say("index", "at least one feed in `feeds`", repr(feeds))
    for feed in feeds:
        group = (feed.get("language"), feed.get("kind"), feed.get("topic"))
        for kind in ("rss", "atom", "json"):
            if not isinstance(feed.get(kind), str):
                desk.report(str(group)).say("index", f"a URL in `{kind}`", repr(feed.get(kind)))
                continue
            document = load(feed[kind], kind, group)
            if kind == "atom" and document is not None:
                archives(desk, load, document, feed[kind])
    if with_http:
        for language in root.get("languages", []) if isinstance(root, dict) else []:
            tag = language if isinstance(language, str) else next((language[key] for key in ("tag", "language", "id", "code") if key in language), None)
            if tag:
                load(f"{public or base}/{tag}/")
        load((public or base) + "/")
        # What the index leads to must be there; what it does not name yet is not asked for.
        for name in ("changes", "sitemap"):
            if isinstance(root, dict) and isinstance(root.get(name), str):
                load(root[name])
    client.close()
    return desk.finish()


def archives(desk, load, document, start):
    """P1: walks the archive chain of a subscription document to its end."""
    seen, here, url = set(), document, start
    while here is not None:
        older = [link.get("href") for link in here.findall(atom.A + "link") if link.get("rel") == "prev-archive"]
        if not older:
            return
        url = urljoin(url, older[0])
        if url in seen or len(seen) > 1000:
            desk.report(url).say("P1", "an archive chain that ends", "a circle")
            return
        seen.add(url)
        known = next((report for report in desk.reports if report.name == url), None)
        if known:
            return
        here = load(url, "atom", url)
        if here is not None and here.find(atom.FH + "archive") is None:
            desk.report(url).say("P1", "fh:archive in a document behind prev-archive", "none")


def files(folders):
    desk = Desk()
    kinds = {"rss.xml": "rss", "atom.xml": "atom", "feed.json": "json"}
    for folder in map(Path, folders):
        for path in sorted(path for name in kinds for path in folder.rglob(name)):
            desk.judge(desk.report(str(path)), path.read_bytes(), kinds[path.name], path.parent)
    return desk.finish()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("site")
    one.add_argument("base")
    one.add_argument("--index")
    one.add_argument("--public")
    one.add_argument("--no-http", action="store_true", help="judge the documents only, not how they are served")
    commands.add_parser("files").add_argument("folders", nargs="+")
    options = parser.parse_args()
    if options.command == "site":
        public = options.public and options.public.rstrip("/")
        return site(options.base, options.index, public, not options.no_http)
    return files(options.folders)


if __name__ == "__main__":
    sys.exit(main())
