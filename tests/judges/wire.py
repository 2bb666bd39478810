#!/usr/bin/env python3
"""Judges many small documents for property tests: one JSON request per line in, one JSON answer per line out.

  request  {"id": n, "kind": "rss" | "atom" | "jsonfeed" | "html" | "xml", "text": "…", "lint": false, "language": null, "readers": true}
  answer   {"id": n, "ok": bool, "findings": [text], "entries": [entry], "readers": {"feedparser": [entry], "fastfeedparser": [entry]}, "text": null, "images": []}
  entry    {id, title, link, published, updated, language, content, summary, categories: [text], enclosures: [{url, type, length}]}

`findings` says what libxml2 and expat refuse (strict JSON for `jsonfeed`), and where a reader gave up. With `"lint": true` the format's own
rules are asked too; for `html` the rules of bodies are always asked (`language` as the entry says it), and `text` is what a reader would show,
`images` what stands for its pictures: [alt].
`"readers": false` leaves feedparser and fastfeedparser out, which is several times quicker.
`entries` is the document as its parser sees it: nothing folded, cleaned or decoded twice. Dates stay as they are written.
`--selfcheck` answers nothing and exits 0 when every parser could be loaded.
"""
import json
import sys

import fastfeedparser
import feedparser

import atom
import jsonfeed
import rss
import wellformed
from body import check_body
from facts import Report, html_text, html_tree

A = atom.A
EMPTY = {"id": None, "title": None, "link": None, "published": None, "updated": None, "language": None, "content": None, "summary": None}


def entry(categories=(), enclosures=(), **fields):
    return {**EMPTY, **fields, "categories": list(categories), "enclosures": list(enclosures)}


def rss_entry(item):
    return entry(
        id=item.findtext("guid"), title=item.findtext("title"), link=item.findtext("link"), published=item.findtext("pubDate"),
        updated=item.findtext(rss.ATOM + "updated") or item.findtext(rss.TERMS + "modified"), language=item.findtext(rss.DC + "language"),
        content=item.findtext(rss.CONTENT + "encoded"), summary=item.findtext("description"),
        categories=[category.text or "" for category in item.findall("category")],
        enclosures=[{"url": one.get("url"), "type": one.get("type"), "length": one.get("length")} for one in item.findall("enclosure")],
    )


def atom_entry(element):
    links = element.findall(A + "link")
    return entry(
        id=element.findtext(A + "id"), title=element.findtext(A + "title"),
        link=next((link.get("href") for link in links if link.get("rel", "alternate") == "alternate"), None),
        published=element.findtext(A + "published"), updated=element.findtext(A + "updated"), language=element.get(atom.LANG),
        content=element.findtext(A + "content"), summary=element.findtext(A + "summary"),
        categories=[category.get("label") or category.get("term") or "" for category in element.findall(A + "category")],
        enclosures=[{"url": link.get("href"), "type": link.get("type"), "length": link.get("length")} for link in links if link.get("rel") == "enclosure"],
    )


def json_entry(item):
    return entry(
        id=item.get("id"), title=item.get("title"), link=item.get("url"), published=item.get("date_published"), updated=item.get("date_modified"),
        language=item.get("language"), content=item.get("content_html", item.get("content_text")), summary=item.get("summary"),
        categories=item.get("tags", []),
        enclosures=[{"url": one.get("url"), "type": one.get("mime_type"), "length": one.get("size_in_bytes")} for one in item.get("attachments", [])],
    )


def reader_entry(one):
    content = one.get("content") or []
    language = one.get("language") or (content[0].get("language") if content else None)
    # Of several alternates (one per language) feedparser's `link` is the last; its list keeps their order.
    links = [link.get("href") for link in one.get("links") or [] if link.get("rel") == "alternate"]
    return entry(
        id=one.get("id"), title=one.get("title"), link=links[0] if links else one.get("link"), published=one.get("published"), updated=one.get("updated"), language=language,
        content=content[0].get("value") if content else None, summary=one.get("summary") or one.get("description"),
        categories=[tag.get("label") or tag.get("term") for tag in one.get("tags") or []],
        enclosures=[{"url": file.get("href") or file.get("url"), "type": file.get("type"), "length": file.get("length")} for file in one.get("enclosures") or []],
    )


def read_with(report, name, read, data):
    try:
        feed = read(data)
        if feed.get("bozo"):
            report.say("reader", f"a feed that {name} can read", str(feed.get("bozo_exception")))
        return [reader_entry(one) for one in feed.entries]
    except Exception as error:  # Odd input is the point of these tests.
        report.say("reader", f"a feed that {name} can read", f"{type(error).__name__}: {error}")
        return []


def lenient_feedparser(data):
    return feedparser.parse(data, sanitize_html=False, resolve_relative_uris=False)


def judge(request):
    report = Report("document")
    answer = {"id": request.get("id"), "ok": False, "findings": report.findings, "entries": [], "readers": {}, "text": None, "images": []}
    kind, text = request.get("kind"), request.get("text")
    if kind not in ("rss", "atom", "jsonfeed", "html", "xml") or not isinstance(text, str):
        report.say("request", "a kind of rss, atom, jsonfeed, html, xml and a text", repr(kind))
        return answer
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError as error:
        report.say("request", "text that UTF-8 can carry", str(error))
        return answer
    lint, readers = bool(request.get("lint")), bool(request.get("readers", True))
    if kind == "html":
        check_body(report, text, request.get("language"))
        answer["text"] = html_text(text)
        tree = html_tree(text)
        answer["images"] = [] if tree is None else [image.get("alt") for image in tree.iter("img")]
    elif kind == "jsonfeed":
        feed = jsonfeed.parse(report, data)
        if lint and feed is not None:
            jsonfeed.check(report, feed)
        if isinstance(feed, dict):
            answer["entries"] = [json_entry(item) for item in feed.get("items", [])]
            if answer["entries"] and readers:
                answer["readers"]["fastfeedparser"] = read_with(report, "fastfeedparser", fastfeedparser.parse, data)
    else:
        judge_xml(report, answer, kind, data, lint, readers)
    answer["ok"] = not report.findings
    return answer


def judge_xml(report, answer, kind, data, lint, readers):
    if lint:
        wellformed.check_bytes(report, data)
    root = wellformed.parse(report, data)
    if root is None or kind == "xml":
        return
    if lint:
        {"rss": rss, "atom": atom}[kind].check(report, root)
    answer["entries"] = [rss_entry(item) for item in root.iter("item")] if kind == "rss" else [atom_entry(one) for one in root.iter(A + "entry")]
    if not readers:
        return
    answer["readers"]["feedparser"] = read_with(report, "feedparser", lenient_feedparser, data)
    if answer["entries"]:  # fastfeedparser takes a feed without entries for no feed.
        answer["readers"]["fastfeedparser"] = read_with(report, "fastfeedparser", fastfeedparser.parse, data)


def main():
    if sys.argv[1:] == ["--selfcheck"]:
        return
    out, sys.stdout = sys.stdout, sys.stderr  # Whatever a parser prints must not break the protocol.
    for line in sys.stdin.buffer:
        number = None
        try:
            request = json.loads(line)
            number = request.get("id")
            answer = judge(request)
        except Exception as error:
            answer = {"id": number, "ok": False, "findings": [f"wire: {type(error).__name__}: {error}"], "entries": [], "readers": {}, "text": None, "images": []}
        out.write(json.dumps(answer, default=str) + "\n")
        out.flush()


if __name__ == "__main__":
    main()
