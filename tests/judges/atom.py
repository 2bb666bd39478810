"""Atom: what jing cannot say about RFC 4287 (A1 to A8), tombstones (T1) and archives (P1 to P3)."""
import re

from body import check_body, check_title
from facts import MIME, fold, language_fault, rfc3339, too_late, url_fault

A = "{http://www.w3.org/2005/Atom}"
AT = "{http://purl.org/atompub/tombstones/1.0}"
FH = "{http://purl.org/syndication/history/1.0}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
SELF = "application/atom+xml"
RELS = {"alternate", "enclosure", "related", "self", "via", "hub", "license", "search", "first", "last", "next", "previous",
        "prev-archive", "next-archive", "current"}
PAGES = {"first", "last", "next", "previous"}
ARCHIVES = {"prev-archive", "next-archive", "current"}


def check(report, root, url=None):
    """Judges one Atom feed; `url` is where it was fetched, when it was."""
    if root.tag != A + "feed":
        report.say("A1", f"the root {A}feed", root.tag)
        return
    entries = root.findall(A + "entry")
    check_once(report, root, "feed", ("id", "title", "updated"))
    if root.find(A + "author") is None and any(entry.find(A + "author") is None for entry in entries):
        report.say("A1", "an author on the feed or on every entry", "none")
    if root.find(A + "author") is None and not entries:
        report.say("A1", "an author on a feed without entries", "none")
    tags = [child.tag for child in root]
    if A + "entry" in tags and any(tag != A + "entry" for tag in tags[tags.index(A + "entry"):]):
        report.say("A1", "metadata and extensions before the entries", "metadata after an entry")
    if fault := language_fault(root.get(LANG)):
        report.say("A6", "xml:lang on the feed", fault)
    check_text(report, root, "title", "feed title")
    check_id(report, root)
    check_links(report, root, "feed")
    check_self(report, root, url)
    check_history(report, root)
    tombstones = check_tombstones(report, root)
    check_entries(report, entries, tombstones)
    check_feed_date(report, root, entries, tombstones)


def check_once(report, parent, what, names):
    for name in names:
        count = len(parent.findall(A + name))
        if count != 1:
            report.say("A1" if what == "feed" else "A2", f"one {name} in the {what}", f"{count}")


def check_text(report, parent, name, what):
    element = parent.find(A + name)
    if element is None:
        return
    if element.get("type", "text") != "text":
        report.say("A6", f"a {what} of type text", repr(element.get("type")))
    check_title(report, element.text, what)


def check_id(report, parent):
    value = parent.findtext(A + "id") or ""
    if value.startswith(("http:", "https:")):
        fault = url_fault(value, ("https", "http"), fragment=False)
    else:
        fault = None if re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]+", value) else repr(value)
    canonical = re.match(r"[a-z][a-z0-9+.-]*:", value) and not re.search(r"%(?:[0-9A-F]?[a-f]|[46][1-9A-F]|[57][0-9A]|3[0-9]|2[DE]|5F|7E)", value)
    if fault or not canonical or re.match(r"https?://[^/]+:(?:80|443)(?:/|$)", value):
        report.say("A5", "an absolute id in canonical form", fault or repr(value))


def check_links(report, parent, what):
    seen = set()
    for link in parent.findall(A + "link"):
        rel = link.get("rel", "alternate")
        if rel not in RELS and not re.match("https?:", rel):
            report.say("A3", f"a registered link relation in the {what}", repr(rel))
        if fault := url_fault(link.get("href"), ("https", "http") if rel in ("enclosure", "related", "via") else ("https",)):
            report.say("G2", f"an absolute https {rel} link in the {what}", fault)
        if link.get("hreflang") is not None and (fault := language_fault(link.get("hreflang"))):
            report.say("A3", f"a language tag in hreflang of the {what}", fault)
        key = (link.get("type"), link.get("hreflang"))
        if rel == "alternate" and key in seen:
            report.say("A3", f"one alternate link of a type and language in the {what}", f"two with {key}")
        if rel == "alternate":
            seen.add(key)
        if rel == "enclosure" and not (MIME.fullmatch(link.get("type") or "") and re.fullmatch(r"\d+", link.get("length") or "")):
            report.say("A8", "type and length in bytes on an enclosure", f"type={link.get('type')!r} length={link.get('length')!r}")


def check_self(report, root, url):
    selves = [link for link in root.findall(A + "link") if link.get("rel") == "self"]
    if len(selves) != 1:
        report.say("A1", "one link rel=self in the feed", f"{len(selves)}")
    for link in selves:
        if link.get("type") != SELF:
            report.say("A1", f"type {SELF} on the self link", repr(link.get("type")))
        if url and link.get("href") != url:
            report.say("A1", f"the self link {url}", repr(link.get("href")))


def check_history(report, root):
    rels = {link.get("rel") for link in root.findall(A + "link")}
    archive, complete = root.find(FH + "archive") is not None, root.find(FH + "complete") is not None
    if archive and "current" not in rels:
        report.say("P1", "link rel=current in an archive document", "none")
    if "next-archive" in rels and not archive:
        report.say("P1", "next-archive only in an archive document", "no fh:archive")
    if rels & PAGES and rels & ARCHIVES:
        report.say("P2", "pages or archives, not both", str(sorted(rels & (PAGES | ARCHIVES))))
    if complete and (archive or rels & (PAGES | ARCHIVES)):
        report.say("P3", "no other pages beside fh:complete", str(sorted(rels & (PAGES | ARCHIVES)) or "fh:archive"))


def check_tombstones(report, root):
    """The newest `when` per deleted id."""
    found, seen = {}, set()
    for deleted in root.findall(AT + "deleted-entry"):
        ref, when = deleted.get("ref"), deleted.get("when")
        moment = rfc3339(when)
        if not ref or moment is None:
            report.say("T1", "ref and an RFC 3339 when on a tombstone", f"ref={ref!r} when={when!r}")
            continue
        if too_late(moment):
            report.say("T1", "a tombstone not in the future", when)
        if (ref, when) in seen:
            report.say("T1", "one tombstone of an id and moment", f"two of {ref} {when}")
        seen.add((ref, when))
        found[ref] = max(moment, found.get(ref, moment))
    return found


def check_entries(report, entries, tombstones):
    seen, previous = set(), None
    for entry in entries:
        check_entry(report, entry)
        name = entry.findtext(A + "id")
        if name in seen:
            report.say("A2", "an entry id only once", name)
        seen.add(name)
        updated = rfc3339(entry.findtext(A + "updated"))
        if name in tombstones and updated is not None and updated <= tombstones[name]:
            report.say("T1", "an entry later than its tombstone, or no entry", f"{name} updated {entry.findtext(A + 'updated')}")
        published = rfc3339(entry.findtext(A + "published"))
        if None not in (published, previous) and published > previous:
            report.say("G5", "newest first", f"{entry.findtext(A + 'published')} after an older entry")
        previous = published if published is not None else previous


def check_entry(report, entry):
    check_once(report, entry, "entry", ("id", "title", "updated", "published", "summary"))
    check_text(report, entry, "title", "entry title")
    check_id(report, entry)
    check_links(report, entry, "entry")
    language = entry.get(LANG)
    if fault := language_fault(language):
        report.say("G6", "xml:lang on each entry", fault)
    alternates = [link for link in entry.findall(A + "link") if link.get("rel", "alternate") == "alternate"]
    if entry.find(A + "content") is None and not alternates:
        report.say("A2", "content or an alternate link in the entry", "neither")
    for name in ("content", "rights", "source"):
        if len(entry.findall(A + name)) > 1:
            report.say("A2", f"at most one {name} in the entry", f"{len(entry.findall(A + name))}")
    for content in entry.findall(A + "content"):
        if content.get("type") != "html" or len(content):
            report.say("A6", "content of type html, escaped", f"type={content.get('type')!r}, {len(content)} child elements")
        check_body(report, content.text, content.get(LANG) or language)
    summary = entry.find(A + "summary")
    if summary is not None and summary.get("type") == "html":
        check_body(report, summary.text, None)
    for category in entry.findall(A + "category"):
        if not fold(category.get("term")) or not fold(category.get("label")):
            report.say("A7", "term and label on a category", f"term={category.get('term')!r} label={category.get('label')!r}")
    moments = {}
    for name in ("published", "updated"):
        value = entry.findtext(A + name)
        moments[name] = rfc3339(value)
        if value is not None and moments[name] is None:
            report.say("A4", f"an RFC 3339 moment in {name}", repr(value))
        elif too_late(moments[name]):
            report.say("G4", f"{name} not in the future", value)
    if None not in moments.values() and moments["published"] > moments["updated"]:
        report.say("A4", "published not after updated", f"{entry.findtext(A + 'published')} > {entry.findtext(A + 'updated')}")


def check_feed_date(report, root, entries, tombstones):
    updated = rfc3339(root.findtext(A + "updated"))
    if updated is None:
        report.say("A4", "an RFC 3339 moment in the feed's updated", repr(root.findtext(A + "updated")))
        return
    if too_late(updated):
        report.say("G4", "the feed's updated not in the future", root.findtext(A + "updated"))
    moments = [rfc3339(entry.findtext(A + "updated")) for entry in entries] + list(tombstones.values())
    newest = max((moment for moment in moments if moment is not None), default=updated)
    if updated != newest:
        report.say("G4", "the feed's updated equal to its newest entry or tombstone", root.findtext(A + "updated"))
