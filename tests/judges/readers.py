#!/usr/bin/env python3
"""Reads feeds with independent readers (Python, Rust, JavaScript, C++ and C) and compares what they saw.

  readers.py read RSS ATOM JSON [--json]                 one feed, as URLs or files: what each reader sees
  readers.py compare BASE_URL [--index URL] [--public URL] [--json]   every feed of a site; exit 1 on any difference
  readers.py compare-files DIR... [--json]               every folder with rss.xml, atom.xml and feed.json below DIR

The expectation is the JSON Feed as Python's own json module reads it. `--json` prints
{"feeds": [{"name", "expected": [row], "readers": {format: {reader: [row]}}, "differences": [text]}]}, where a row is
{id, title, link, date, language, content}: a reader written in another language can compare itself with `expected`.
"""
import argparse
import json
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import reading
import web
from facts import LOOPBACK, html_text

FORMATS = {"rss": "rss.xml", "atom": "atom.xml", "json": "feed.json"}


def get(client, place):
    """The bytes of a URL or a file."""
    if "://" not in place:
        return Path(place).read_bytes()
    answer = client.ask(place)
    if answer.status != 200:
        raise SystemExit(f"readers: expected 200 from {place}, found {answer.status}; is the site up and the feed published?")
    return answer.body


def gather(trios, client):
    """[(name, {format: place})] to feeds with what every reader saw. Files first, because newsboat and sfeed read those."""
    feeds, documents = [], []
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, places) in enumerate(trios):
            feeds.append({"name": name, "data": {}, "readers": {}})
            for kind, place in places.items():
                data = get(client, place)
                path = Path(folder, str(number), FORMATS[kind])
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(data)
                feeds[-1]["data"][kind] = data
                documents.append((kind, path, data))
        tables = iter(reading.read_all(documents))
    for feed in feeds:
        for kind in feed["data"]:
            feed["readers"][kind] = next(tables)
    return feeds


def compare(feed):
    """Fills in `expected` and `differences`."""
    feed["expected"] = reading.by_expectation(feed["data"]["json"])
    feed["differences"] = []
    links, gone = {}, set()
    if "atom" in feed["data"]:
        links, gone = reading.alternates(feed["data"]["atom"]), reading.tombstones(feed["data"]["atom"])
        # A tombstone may stand beside a later entry: then the entry is alive.
        gone -= set(links)
    for kind, readers in feed["readers"].items():
        expected = [row for row in feed["expected"] if kind != "atom" or row["id"] not in gone]
        for reader, table in readers.items():
            where = f"{feed['name']} {FORMATS[kind]} {reader}"
            if isinstance(table, Exception):
                feed["differences"].append(f"{where}: expected {len(expected)} entries, found {type(table).__name__}: {table}")
                continue
            feed["differences"] += [f"{where}: {line}" for line in differences(reader, kind, expected, table, links)]
    return feed


def differences(reader, kind, expected, table, links):
    by_id = {row["id"]: row for row in table}
    if len(by_id) != len(table) or [row["id"] for row in expected] != list(by_id):
        # newsboat's cache keeps no order, every other reader keeps the feed's.
        if reader != "newsboat" or {row["id"] for row in expected} != set(by_id):
            yield f"id: expected {[row['id'] for row in expected]}, found {[row['id'] for row in table]}"
    for row in expected:
        found = by_id.get(row["id"])
        for field in reading.FIELDS[1:] if found else ():
            wanted, got = row[field], found[field]
            if got is None and (field == "language" or wanted in (None, "")):
                continue
            if reader == "feedparser-rs" and field == "link" and got is None and urlsplit(wanted or "").hostname in LOOPBACK:
                continue  # It drops links into private networks; with a public base (`--public`) they are compared.
            if reader == "feedparser-rs" and field == "title":
                wanted = html_text(wanted)  # It takes titles for HTML.
            if reader == "newsboat" and kind == "atom" and field == "link" and got in links.get(row["id"], []):
                continue  # It takes the last alternate: a page in another language is tolerated, a document that is no page is not.
            if wanted != got:
                yield f"{row['id']} {field}: expected {shorten(wanted)}, found {shorten(got)}"


def shorten(value):
    text = repr(value)
    return text if len(text) <= 160 else text[:160] + "…"


def site_trios(client, base, index):
    root = json.loads(get(client, index or f"{base}/index.json"))
    trios = []
    for feed in root["feeds"]:
        name = " ".join(str(feed[key]) for key in ("language", "kind", "topic") if feed.get(key))
        trios.append((name, {kind: feed[kind] for kind in FORMATS}))
    return trios


def folder_trios(folders):
    found = sorted({path.parent for folder in folders for path in Path(folder).rglob("feed.json")})
    return [(str(path), {kind: str(path / name) for kind, name in FORMATS.items() if (path / name).exists()}) for path in found]


def plain(feed):
    readers = {
        kind: {reader: {"error": str(table)} if isinstance(table, Exception) else table for reader, table in tables.items()}
        for kind, tables in feed["readers"].items()
    }
    return {"name": feed["name"], "expected": feed["expected"], "readers": readers, "differences": feed["differences"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("read")
    one.add_argument("places", nargs=3, metavar="PLACE")
    two = commands.add_parser("compare")
    two.add_argument("base")
    two.add_argument("--index")
    two.add_argument("--public")
    three = commands.add_parser("compare-files")
    three.add_argument("folders", nargs="+")
    for command in (one, two, three):
        command.add_argument("--json", action="store_true")
    options = parser.parse_args()

    client = web.Client()
    if options.command == "read":
        trios = [("feed", dict(zip(FORMATS, options.places)))]
    elif options.command == "compare":
        base = options.base.rstrip("/")
        public = options.public and options.public.rstrip("/")
        client = web.Client(public, base)
        trios = site_trios(client, public or base, options.index)
    else:
        trios = folder_trios(options.folders)
    feeds = [compare(feed) for feed in gather(trios, client)]
    client.close()
    found = [line for feed in feeds for line in feed["differences"]]
    entries = sum(len(feed["expected"]) for feed in feeds)
    if options.json or options.command == "read":
        print(json.dumps({"feeds": [plain(feed) for feed in feeds]}, ensure_ascii=False, indent=None if options.json else 1))
    else:
        print(*found, sep="\n", end="\n" if found else "")
        print(f"compared {len(feeds)} feeds with {entries} entries in {len(reading.READERS)} readers, {len(found)} differences")
    if not feeds:
        print("readers: expected at least one feed, found none", file=sys.stderr)
        return 2
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
