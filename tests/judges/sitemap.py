#!/usr/bin/env python3
"""Judges sitemaps by a schema written from sitemaps.org and from Google's documentation of news, and by what no schema says.

  sitemap.py DIR         every sitemap.xml and news-sitemap.xml below the folder
  sitemap.py --selftest  finds what is wrong in files made for it

Findings are printed as `FILE: RULE: expected …, found …`. Exit 1 with findings.
"""
import sys
from pathlib import Path

from lxml import etree

HERE = Path(__file__).parent
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"
LINK = "{http://www.w3.org/1999/xhtml}link"
# Of sitemaps.org; of Google for news.
PAGES, BYTES, NEWS_PAGES = 50_000, 50 * 1024 * 1024, 1_000
PARSER = etree.XMLParser(resolve_entities=False, no_network=True)


def schema():
    return etree.XMLSchema(etree.parse(str(HERE / "sitemap.xsd"), PARSER))


def judge(data, rules):
    """What is wrong with one file: (rule, text)."""
    try:
        root = etree.fromstring(data, PARSER)
    except etree.XMLSyntaxError as error:
        return [("XML", f"expected well-formed XML, found {error}")]
    found = []
    if not data.startswith(b'<?xml version="1.0" encoding="utf-8"?>'):
        found.append(("S1", "expected UTF-8 and an XML declaration that says so, found another begin"))
    if not rules.validate(root):
        found += [("XSD", f"line {error.line}: {error.message}") for error in rules.error_log]
    places = [place.text for place in root.iter(MAP + "loc")]
    if len(places) > PAGES or len(data) > BYTES:
        found.append(("S2", f"expected {PAGES} pages and {BYTES} bytes at most, found {len(places)} and {len(data)}"))
    if len(set(places)) < len(places):
        found.append(("S3", "expected each page once, found one twice"))
    news = list(root.iter(NEWS + "news"))
    if len(news) > NEWS_PAGES:
        found.append(("N1", f"expected {NEWS_PAGES} news at most, found {len(news)}"))
    for one in news:
        for name in (NEWS + "publication/" + NEWS + "name", NEWS + "title"):
            if not (one.findtext(name) or "").strip():
                found.append(("N2", f"expected a text in {name.rsplit('}', 1)[1]}, found none"))
    for page in root.iter(MAP + "url"):
        links = {link.get("hreflang"): link.get("href") for link in page.iter(LINK)}
        own = page.findtext(MAP + "loc")
        if links and own not in links.values():
            found.append(("H1", f"expected that {own} names itself among its translations, found {sorted(links)}"))
        if links and (len(links) != len(list(page.iter(LINK))) or len(set(links) - {"x-default"}) < 2):
            found.append(("H2", f"expected each translation once, and two languages at least, found {sorted(links)}"))
    return found


def wrong():
    """Files that must be found wrong, with the rule."""
    head = b'<?xml version="1.0" encoding="utf-8"?>\n'
    spaces = b'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'

    def urls(*pages):
        return head + b"<urlset " + spaces + b">" + b"".join(b"<url>" + page + b"</url>" for page in pages) + b"</urlset>"

    loc = b"<loc>https://a.example/1</loc>"
    link = b'<xhtml:link rel="alternate" hreflang="%s" href="https://a.example/%s"/>'
    name = b"<news:publication><news:name>A</news:name><news:language>%s</news:language></news:publication>"
    news = b"<news:news>" + name % b"en" + b"<news:publication_date>2026-05-02</news:publication_date><news:title>%s</news:title></news:news>"
    good = [urls(loc), urls(loc + b"<lastmod>2026-05-02T09:00:00+02:00</lastmod>" + link % (b"en", b"1") + link % (b"fr", b"2")), urls(loc + news % b"T")]
    bad = [
        ("XML", urls(loc)[:-3]), ("S1", urls(loc)[len(head):]), ("XSD", urls()), ("XSD", urls(b"<lastmod>2026-05-02</lastmod>" + loc)), ("XSD", urls(loc + b"<lastmod>May</lastmod>")),
        ("XSD", urls(b"<loc>/1</loc>")), ("XSD", head + b"<sitemapindex " + spaces + b"/>"), ("XSD", urls(loc + (news % b"T").replace(b">en<", b">zh-Hans<"))),
        ("XSD", urls(loc + link % (b"EN_us", b"1") + link % (b"fr", b"2"))), ("S3", urls(loc, loc)), ("N2", urls(loc + news % b" ")), ("H1", urls(loc + link % (b"en", b"3") + link % (b"fr", b"2"))),
        ("H2", urls(loc + link % (b"en", b"1") + link % (b"x-default", b"1"))), ("N1", urls(*[b"<loc>https://a.example/%d</loc>" % n + news % b"T" for n in range(1_001)])),
    ]
    return good, bad


def selftest():
    rules, faults = schema(), []
    good, bad = wrong()
    for data in good:
        faults += [f"expected no finding, found {found} in {data!r}" for found in judge(data, rules)]
    for rule, data in bad:
        found = judge(data, rules)
        if rule not in {one for one, _ in found}:
            faults.append(f"expected a finding of {rule}, found {found} in {data[:400]!r}")
    print("\n".join(faults) or f"{len(good) + len(bad)} files, as expected")
    return 1 if faults else 0


def main():
    if sys.argv[1:] == ["--selftest"]:
        return selftest()
    rules, findings = schema(), 0
    files = [file for folder in sys.argv[1:] for file in sorted(Path(folder).rglob("*sitemap.xml"))]
    for file in files:
        for rule, text in judge(file.read_bytes(), rules):
            print(f"{file}: {rule}: {text}")
            findings += 1
    print(f"{len(files)} sitemaps, {findings} findings")
    return 1 if findings or not files else 0


if __name__ == "__main__":
    sys.exit(main())
