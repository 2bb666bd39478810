"""JSON Feed 1.1: the schema of the specification, and what a schema cannot say (J1 to J5)."""
import json
from pathlib import Path

from jsonschema import Draft202012Validator

from body import check_body, check_title
from facts import language_fault, rfc3339, too_late, url_fault

SCHEMA = json.loads((Path(__file__).parent / "jsonfeed-1.1.schema.json").read_text())
Draft202012Validator.check_schema(SCHEMA)
VALIDATOR = Draft202012Validator(SCHEMA)


def unique_names(pairs):
    names = [name for name, _ in pairs]
    if len(names) != len(set(names)):
        raise ValueError(f"a name twice in one object: {sorted(name for name in set(names) if names.count(name) > 1)}")
    return dict(pairs)


def no_constant(name):
    raise ValueError(f"{name} is no JSON")


def parse(report, data):
    """The feed as Python values, or None with findings. Doubled names, NaN and lone surrogates are refused."""
    try:
        text = data.decode("utf-8") if isinstance(data, bytes) else data
        if text.startswith("\ufeff"):
            report.say("G1", "no byte order mark", "U+FEFF")
            text = text[1:]
        feed = json.loads(text, object_pairs_hook=unique_names, parse_constant=no_constant)
        json.dumps(feed, ensure_ascii=False).encode("utf-8")
        return feed
    except (ValueError, RecursionError) as error:
        report.say("JSON", "strict JSON in UTF-8", str(error) or type(error).__name__)
        return None


def check(report, feed, url=None):
    """Judges one JSON Feed; `url` is where it was fetched, when it was."""
    errors = sorted(VALIDATOR.iter_errors(feed), key=lambda error: list(map(str, error.absolute_path)))
    for error in errors:
        report.say("J1", "what jsonfeed-1.1.schema.json says at /" + "/".join(map(str, error.absolute_path)), error.message)
    if errors:
        return
    check_extensions(report, feed, "")
    if url and feed["feed_url"] != url:
        report.say("J1", f"feed_url {url}", feed["feed_url"])
    if feed.get("next_url") == feed["feed_url"]:
        report.say("J3", "a next_url other than feed_url", feed["next_url"])
    if fault := language_fault(feed["language"]):
        report.say("G6", "a feed language", fault)
    check_title(report, feed["title"], "feed title")
    for name in ("home_page_url", "feed_url", "next_url", "icon", "favicon"):
        if name in feed and (fault := url_fault(feed[name], fragment=False)):
            report.say("G2", f"an absolute https {name}", fault)
    seen, previous = set(), None
    for item in feed["items"]:
        check_item(report, item)
        if item["id"] in seen:
            report.say("J2", "an item id only once", item["id"])
        seen.add(item["id"])
        published = rfc3339(item["date_published"])
        if None not in (published, previous) and published > previous:
            report.say("G5", "newest first", f"{item['date_published']} after an older item")
        previous = published if published is not None else previous


def check_extensions(report, value, path):
    """Names inside an extension carry no '.', at any depth: readers use key paths."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if "." in name:
                report.say("J4", "names without '.'", f"{path}/{name}")
            check_extensions(report, inner, f"{path}/{name}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            check_extensions(report, inner, f"{path}/{index}")


def check_item(report, item):
    check_title(report, item["title"], "item title")
    if fault := language_fault(item["language"]):
        report.say("G6", "a language in each item", fault)
    for name in ("url", "image", "banner_image"):
        if name in item and (fault := url_fault(item[name])):
            report.say("G2", f"an absolute https {name}", fault)
    for attachment in item.get("attachments", []):
        if fault := url_fault(attachment["url"], ("https", "http")):
            report.say("G2", "an absolute attachment url", fault)
    check_body(report, item.get("content_html"), item["language"])
    moments = {name: rfc3339(item[name]) for name in ("date_published", "date_modified")}
    for name, moment in moments.items():
        if moment is None:
            report.say("J2", f"a real RFC 3339 moment in {name}", repr(item[name]))
        elif too_late(moment):
            report.say("G4", f"{name} not in the future", item[name])
    if None not in moments.values() and moments["date_published"] > moments["date_modified"]:
        report.say("J2", "date_published not after date_modified", f"{item['date_published']} > {item['date_modified']}")
