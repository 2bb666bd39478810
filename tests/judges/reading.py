"""Independent readers, each brought to one table: [{id, title, link, date, language, content}].

`null` stands where a reader does not expose a field. Dates are seconds since 1970; content is text after HTML parsing.
"""
import calendar
import json
import os
import sqlite3
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from pathlib import Path

import fastfeedparser
import feedparser
import feedparser_rs
from lxml import etree

from facts import fold, html_text, rfc3339

HERE = Path(__file__).parent
FIELDS = ("id", "title", "link", "date", "language", "content")
XML_ONLY = {"feedparser"}


def row(id=None, title=None, link=None, date=None, language=None, content=None):
    return {"id": id or None, "title": fold(title), "link": link or None, "date": date, "language": language or None, "content": html_text(content)}


def moment(text):
    """Seconds since 1970 of a date in either feed syntax, or None."""
    if not text:
        return None
    seconds = rfc3339(text)
    if seconds is None:
        try:
            seconds = parsedate_to_datetime(text).timestamp()
        except (TypeError, ValueError, IndexError):
            return None
    return int(seconds)


def structured(parts):
    return calendar.timegm(parts) if parts else None


def first(values, name):
    return values[0].get(name) if values else None


def by_expectation(data):
    """What the JSON Feed says, read by Python's own module: the others are compared with this."""
    return [
        row(item.get("id"), item.get("title"), item.get("url"), moment(item.get("date_published")), item.get("language"),
            item["content_html"] if "content_html" in item else item.get("content_text"))
        for item in json.loads(data)["items"]
    ]


def by_feedparser(data):
    feed = feedparser.parse(data, sanitize_html=False, resolve_relative_uris=False)
    if feed.bozo:
        raise ValueError(f"feedparser calls it ill-formed: {feed.bozo_exception}")
    return [feedparser_row(entry) for entry in feed.entries]


def feedparser_row(entry):
    # With several alternates (one per language) feedparser's `link` is the last one; its list keeps their order.
    links = [link.get("href") for link in entry.get("links", []) if link.get("rel") == "alternate"]
    content = entry.get("content") or []
    language = entry.get("language") or first(content, "language") or (entry.get("title_detail") or {}).get("language")
    return row(entry.get("id"), entry.get("title"), links[0] if links else entry.get("link"), structured(entry.get("published_parsed")), language,
               first(content, "value") if content else entry.get("summary"))


def by_fastfeedparser(data):
    return [
        row(entry.get("id"), entry.get("title"), entry.get("link"), moment(entry.get("published")), None,
            first(entry.get("content"), "value") or entry.get("description"))
        for entry in fastfeedparser.parse(data).entries
    ]


def by_feedparser_rs(data):
    feed = feedparser_rs.parse(data)
    if feed.bozo:
        raise ValueError(f"feedparser-rs calls it ill-formed: {feed.bozo_exception}")
    # It takes every title for HTML, cleans it and escapes it again.
    return [
        row(entry.id, html_text(entry.title), entry.link, structured(entry.published_parsed), entry.language or (entry.content[0].language if entry.content else None),
            entry.content[0].value if entry.content else entry.summary)
        for entry in feed.entries
    ]


def by_feedsmith(documents):
    """All documents in one start of Node: [(format, path)] to a list of tables or exceptions."""
    asked = json.dumps([{"format": kind, "path": str(path)} for kind, path in documents])
    done = subprocess.run(["node", str(HERE / "readers.mjs")], input=asked, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"readers: expected node to run readers.mjs, found exit {done.returncode}: {done.stderr}; run tests/tools")
    tables = []
    for table in json.loads(done.stdout):
        if isinstance(table, dict):
            tables.append(ValueError(table["error"]))
        else:
            tables.append([row(one["id"], one["title"], one["link"], moment(one["date"]), one["language"], one["content"]) for one in table])
    return tables


def by_sfeed(path, base):
    """sfeed writes one line per entry: seconds, title, link, content, its type, id, author, enclosure, categories."""
    with open(path, "rb") as feed:
        done = subprocess.run(["sfeed", base], stdin=feed, capture_output=True, timeout=60)
    if done.returncode:
        raise ValueError(f"sfeed: exit {done.returncode}: {done.stderr.decode(errors='replace')}")
    unescape = {"\\n": "\n", "\\t": "\t", "\\\\": "\\"}
    rows = []
    for line in done.stdout.decode().splitlines():
        fields = line.split("\t")
        content, at = "", 0
        while at < len(fields[3]):
            pair = fields[3][at:at + 2]
            content += unescape.get(pair, fields[3][at])
            at += 2 if pair in unescape else 1
        rows.append(row(fields[5], fields[1], fields[2], int(fields[0]) if fields[0] else None, None, content))
    return rows


def by_newsboat(path):
    """newsboat reads the file into its own cache, in a home of its own. It shows an id once per cache, so each feed gets one."""
    with tempfile.TemporaryDirectory() as home:
        Path(home, "urls").write_text(f"file://{Path(path).resolve()}\n")
        Path(home, "config").write_text("error-log /dev/null\n")
        command = ["newsboat", "-q", "-u", f"{home}/urls", "-c", f"{home}/cache.db", "-C", f"{home}/config", "-x", "reload"]
        environment = {**os.environ, "HOME": home, "XDG_CONFIG_HOME": home, "XDG_DATA_HOME": home, "LC_ALL": "C.UTF-8"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL)
        if done.returncode or not Path(home, "cache.db").exists():
            raise ValueError(f"newsboat: exit {done.returncode}: {done.stdout}{done.stderr}")
        with sqlite3.connect(f"{home}/cache.db") as cache:
            rows = cache.execute("SELECT guid, title, url, pubDate, content FROM rss_item ORDER BY id").fetchall()
    return [row(guid, title, url, date, None, content) for guid, title, url, date, content in rows]


IN_PROCESS = {"feedparser": by_feedparser, "fastfeedparser": by_fastfeedparser, "feedparser-rs": by_feedparser_rs}
READERS = [*IN_PROCESS, "feedsmith", "newsboat", "sfeed"]


def alternates(data):
    """The pages of each Atom entry in any language: newsboat takes the last alternate link, whatever its language and type."""
    root = etree.fromstring(data)
    name = "{http://www.w3.org/2005/Atom}"
    return {
        entry.findtext(name + "id"): [link.get("href") for link in entry.findall(name + "link") if link.get("rel", "alternate") == "alternate" and link.get("type", "text/html") == "text/html"]
        for entry in root.iter(name + "entry")
    }


def tombstones(data):
    return {deleted.get("ref") for deleted in etree.fromstring(data).iter("{http://purl.org/atompub/tombstones/1.0}deleted-entry")}


def read_all(documents):
    """[(format, path, bytes)] to [{reader: table or exception}], in the same order."""
    tables = [{} for _ in documents]
    # newsboat spends half a second mostly asleep, so several may sleep at once.
    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(guarded, by_newsboat, path) if kind != "json" else None for kind, path, _ in documents]
        for table, (kind, path, data) in zip(tables, documents):
            for name, read in IN_PROCESS.items():
                if kind != "json" or name not in XML_ONLY:
                    table[name] = guarded(read, data)
            if kind != "json":
                table["sfeed"] = guarded(by_sfeed, path, "https://reader.example.net/")
        for table, found in zip(tables, waiting):
            if found:
                table["newsboat"] = found.result()
    for table, found in zip(tables, by_feedsmith([(kind, path) for kind, path, _ in documents])):
        table["feedsmith"] = found
    return tables


def guarded(read, *arguments):
    try:
        return read(*arguments)
    except Exception as error:  # A reader may fail in any way; that is a finding, not our end.
        return error
