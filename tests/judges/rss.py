"""RSS 2.0 with the Advisory Board's profile: rules R1 to R15, M1 and the general ones that show in RSS."""
import re

from body import check_body, check_title
from facts import MARKUP, MIME, fold, language_fault, rfc822, rfc3339, too_late, url_fault

CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
DC = "{http://purl.org/dc/elements/1.1/}"
TERMS = "{http://purl.org/dc/terms/}"
ATOM = "{http://www.w3.org/2005/Atom}"
MEDIA = "{http://search.yahoo.com/mrss/}"
HISTORY = "{http://purl.org/syndication/history/1.0}"
NAMESPACES = (CONTENT, DC, TERMS, ATOM, MEDIA, HISTORY)
CHANNEL = set(
    "title link description language copyright managingEditor webMaster pubDate lastBuildDate category generator docs ttl image skipHours skipDays item".split()
)
ITEM = set("title link description author category comments enclosure guid pubDate source".split())
REPEATABLE = {"category", "item"}
MAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+ \([^()]+\)")
SELF = "application/rss+xml"
RELS = {"self", "hub", "next", "prev-archive", "next-archive", "current", "alternate", "related", "via", "license", "search"}
# Both of a pair say the same thing; a validator then warns and readers differ in which one they take.
CHANNEL_TWINS = [("language", DC + "language"), ("copyright", DC + "rights"), ("managingEditor", DC + "creator"),
                 ("webMaster", DC + "publisher"), ("lastBuildDate", TERMS + "modified")]
ITEM_TWINS = [("category", DC + "subject"), ("pubDate", DC + "date"), ("guid", ATOM + "id"), ("pubDate", ATOM + "published"), ("author", DC + "creator")]
MEDIUMS = {"image", "audio", "video", "document", "executable"}


def text(parent, name):
    return parent.findtext(name)


def check(report, root, url=None):
    """Judges one RSS document; `url` is where it was fetched, when it was."""
    if root.tag != "rss" or root.get("version") != "2.0":
        report.say("R1", '<rss version="2.0">', f"<{root.tag} version={root.get('version')!r}>")
        return
    channels = root.findall("channel")
    if len(channels) != 1 or len(root) != 1:
        report.say("R1", "exactly one channel", f"{len(channels)} of {len(root)} elements")
        return
    for element in root.iter():
        if isinstance(element.tag, str) and element.tag.startswith("{") and not element.tag.startswith(NAMESPACES):
            report.say("R15", "a known namespace", element.tag)
    check_channel(report, channels[0], url)
    items = channels[0].findall("item")
    seen, previous = set(), None
    for item in items:
        check_item(report, item)
        guid = text(item, "guid")
        if guid in seen:
            report.say("R6", "a guid only once", guid)
        seen.add(guid)
        moment = rfc822(text(item, "pubDate"))
        if None not in (moment, previous) and moment > previous:
            report.say("G5", "newest first", f"{text(item, 'pubDate')} after an older item")
        previous = moment if moment is not None else previous
    check_build_date(report, channels[0], items)


def check_names(report, parent, known):
    names = [child.tag for child in parent if isinstance(child.tag, str)]
    for name in sorted(set(names)):
        if not name.startswith("{") and name not in known:
            report.say("R12" if name in ("textInput", "cloud") else "R1", f"an element of RSS 2.0 in {parent.tag}", name)
        if names.count(name) > 1 and name in known and name not in REPEATABLE:
            report.say("R5", f"one {name} in {parent.tag}", f"{names.count(name)}")
    for child in parent:
        if child.tag in ("link", "guid", "comments", "docs") and child.text != (child.text or "").strip():
            report.say("R5", f"no white space around {child.tag}", repr(child.text))


def check_twins(report, parent, twins):
    for ours, theirs in twins:
        if parent.find(ours) is not None and parent.find(theirs) is not None:
            report.say("R8" if theirs == DC + "creator" and ours == "author" else "R9", f"{ours} or {theirs} in {parent.tag}", "both")


def check_channel(report, channel, url):
    check_names(report, channel, CHANNEL)
    check_twins(report, channel, CHANNEL_TWINS)
    for name in ("title", "description"):
        value = text(channel, name)
        check_title(report, value, f"channel {name}")
        if MARKUP.search(value or ""):
            report.say("R1", f"a channel {name} in plain text", value)
    if fault := url_fault(text(channel, "link")):
        report.say("G2", "an absolute https channel link", fault)
    tags = [child.tag for child in channel]
    if "item" in tags and any(tag != "item" for tag in tags[tags.index("item"):]):
        report.say("R2", "all channel elements before the first item", "metadata after an item")
    if fault := language_fault(text(channel, "language")):
        report.say("G6", "a channel language", fault)
    check_links(report, channel, url)
    check_date(report, channel, "pubDate", required=False)
    # A feed that shows nothing has no newest moment to name.
    check_date(report, channel, "lastBuildDate", required="item" in tags)
    for name in ("managingEditor", "webMaster"):
        if channel.find(name) is not None and not MAIL.fullmatch(text(channel, name) or ""):
            report.say("R8", f"{name} as 'mail@host (Name)'", repr(text(channel, name)))
    if channel.find("ttl") is not None and not re.fullmatch(r"[1-9]\d{0,5}", text(channel, "ttl") or ""):
        report.say("R12", "ttl in positive whole minutes", repr(text(channel, "ttl")))
    if channel.find("docs") is not None and text(channel, "docs") != "https://www.rssboard.org/rss-specification":
        report.say("R12", "docs https://www.rssboard.org/rss-specification", repr(text(channel, "docs")))
    if MARKUP.search(text(channel, "generator") or ""):
        report.say("R12", "a generator in plain text", text(channel, "generator"))
    for image in channel.findall("image"):
        check_image(report, channel, image)


def check_links(report, channel, url):
    links = channel.findall(ATOM + "link")
    selves = [link for link in links if link.get("rel") == "self"]
    if len(selves) != 1:
        report.say("R3", "one atom:link rel=self", f"{len(selves)}")
    for link in links:
        if link.get("rel", "alternate") not in RELS:
            report.say("R3", "a registered link relation", repr(link.get("rel")))
        if fault := url_fault(link.get("href"), fragment=False):
            report.say("G2", "an absolute https atom:link", fault)
    for link in selves:
        if link.get("type") != SELF:
            report.say("R3", f"type {SELF} on the self link", repr(link.get("type")))
        if url and link.get("href") != url:
            report.say("R3", f"the self link {url}", repr(link.get("href")))


def check_date(report, parent, name, required):
    value = text(parent, name)
    if value is None:
        if required:
            report.say("R4", f"a {name} in {parent.tag}", "none")
        return
    moment = rfc822(value)
    if moment is None:
        report.say("R4", f"{name} like 'Thu, 09 Jun 2016 08:00:00 GMT' with the right weekday", repr(value))
    elif too_late(moment):
        report.say("G4", f"{name} not in the future", value)


def check_build_date(report, channel, items):
    built = rfc822(text(channel, "lastBuildDate"))
    moments = [rfc822(text(item, "pubDate")) for item in items]
    moments += [rfc3339(text(item, name)) for item in items for name in (ATOM + "updated", TERMS + "modified")]
    newest = max((moment for moment in moments if moment is not None), default=None)
    # RSS writes whole seconds, the updates beside it may carry fractions.
    if None not in (built, newest) and built < int(newest):
        report.say("G4", "lastBuildDate not before the newest item", text(channel, "lastBuildDate"))


def check_image(report, channel, image):
    for name in ("title", "link"):
        if text(image, name) != text(channel, name):
            report.say("R11", f"the image's {name} equal to the channel's", repr(text(image, name)))
    if fault := url_fault(text(image, "url")):
        report.say("R11", "an absolute https image url", fault)
    for name, most in (("width", 144), ("height", 400)):
        value = text(image, name)
        if value is not None and not (value.isdigit() and 0 < int(value) <= most):
            report.say("R11", f"an image {name} of 1 to {most}", repr(value))


def check_item(report, item):
    check_names(report, item, ITEM)
    check_twins(report, item, ITEM_TWINS)
    check_title(report, text(item, "title"), "item title")
    if fault := url_fault(text(item, "link")):
        report.say("G2", "an absolute https item link", fault)
    for link in item.findall(ATOM + "link"):
        check_item_link(report, link)
    check_guid(report, item.find("guid"))
    check_date(report, item, "pubDate", required=True)
    if item.find("author") is not None and not MAIL.fullmatch(text(item, "author") or ""):
        report.say("R8", "author as 'mail@host (Name)'; a bare name belongs in dc:creator", repr(text(item, "author")))
    language = text(item, DC + "language")
    if fault := language_fault(language):
        report.say("G6", "a dc:language in each item", fault)
    tags = [child.tag for child in item]
    if CONTENT + "encoded" in tags and "description" not in tags[:tags.index(CONTENT + "encoded")]:
        report.say("R5", "description before content:encoded", "none before it")
    bodies = item.findall(CONTENT + "encoded")
    if len(bodies) > 1:
        report.say("R5", "one content:encoded", f"{len(bodies)}")
    for body in bodies:
        check_body(report, body.text, language)
    check_body(report, text(item, "description"), None)
    for category in item.findall("category"):
        if not fold(category.text):
            report.say("R5", "a category that is not empty", repr(category.text))
    for enclosure in item.findall("enclosure"):
        check_enclosure(report, enclosure)
    for content in item.iter(MEDIA + "content"):
        check_media(report, content)
    for group in item.iter(MEDIA + "group"):
        if len(group.findall(MEDIA + "content")) < 2:
            report.say("M1", "media:group only around alternatives", "fewer than two media:content")
    for name in (ATOM + "updated", TERMS + "modified"):
        value = text(item, name)
        if value is not None and (rfc3339(value) is None or too_late(rfc3339(value))):
            report.say("R9", f"an RFC 3339 moment not in the future in {name}", repr(value))


def check_item_link(report, link):
    """An item's atom:link leads to its translations."""
    if link.get("rel", "alternate") not in RELS or link.get("rel") == "self":
        report.say("R3", "a registered link relation other than self in an item", repr(link.get("rel")))
    if fault := url_fault(link.get("href")):
        report.say("G2", "an absolute https atom:link in an item", fault)
    if link.get("hreflang") is not None and (fault := language_fault(link.get("hreflang"))):
        report.say("G6", "a language tag in hreflang of an item", fault)


def check_guid(report, guid):
    if guid is None or not (guid.text or "").strip():
        report.say("R6", "a guid", "none")
        return
    permanent = guid.get("isPermaLink")
    if re.search(r"\s", guid.text) or (guid.text.isdigit() and len(guid.text) < 9):
        report.say("R6", "a guid that is unique in the world", repr(guid.text))
    if permanent not in (None, "true", "false"):
        report.say("R6", "isPermaLink true or false", repr(permanent))
    if permanent != "false" and url_fault(guid.text, ("https", "http")):
        report.say("R6", 'isPermaLink="false" on a guid that is no URL', f"{guid.text!r} isPermaLink={permanent!r}")
    if set(guid.attrib) - {"isPermaLink"}:
        report.say("R6", "no attribute but isPermaLink on guid", repr(dict(guid.attrib)))


def check_enclosure(report, enclosure):
    if fault := url_fault(enclosure.get("url"), ("https", "http")):
        report.say("R7", "an absolute enclosure url", fault)
    if not re.fullmatch(r"\d+", enclosure.get("length") or ""):
        report.say("R7", "an enclosure length in bytes, 0 when unknown", repr(enclosure.get("length")))
    if not MIME.fullmatch(enclosure.get("type") or ""):
        report.say("R7", "an enclosure type", repr(enclosure.get("type")))


def check_media(report, content):
    if fault := url_fault(content.get("url"), ("https", "http")):
        report.say("M1", "an absolute media:content url", fault)
    if content.get("type") is not None and not MIME.fullmatch(content.get("type")):
        report.say("M1", "a media:content type", repr(content.get("type")))
    if content.get("medium", "image") not in MEDIUMS:
        report.say("M1", f"a medium of {sorted(MEDIUMS)}", repr(content.get("medium")))
    if content.get("expression", "full") not in ("sample", "full", "nonstop"):
        report.say("M1", "an expression of sample, full, nonstop", repr(content.get("expression")))
    for name in ("fileSize", "width", "height"):
        if not re.fullmatch(r"\d+", content.get(name, "0")):
            report.say("M1", f"a whole number in {name}", repr(content.get(name)))
