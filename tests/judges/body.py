"""Rules for HTML inside feeds (R13, G2, G7): nothing that runs, nothing relative, right direction."""
import re

from facts import BIDI, RIGHT_TO_LEFT, html_tree, url_fault

FORBIDDEN = set(
    "applet base button embed form frame frameset iframe input link math meta noscript object script select style svg template textarea".split()
)
ADDRESSES = ("href", "src", "poster", "cite", "longdesc", "data", "action", "formaction", "background", "xlink:href")
# Properties that cannot move text over the reader's own controls.
STYLES = re.compile(
    r"(?:text-(?:align|decoration|indent)|direction|color|background-color|font-(?:weight|style|size)|vertical-align|"
    r"(?:max-)?(?:width|height)|(?:margin|padding|border)(?:-[a-z]+)*|white-space)"
)


def check_body(report, markup, language=None, rule="R13"):
    """Judges one HTML body; `language` is what the entry says its text is in."""
    tree = html_tree(markup)
    if tree is None:
        return
    for element in tree.iter():
        if not isinstance(element.tag, str):
            report.say(rule, "no comments or processing instructions in a body", repr(element.text))
            continue
        if element.tag.lower() in FORBIDDEN:
            report.say(rule, "no active elements in a body", f"<{element.tag}>")
        for name, value in element.attrib.items():
            if name.startswith("on") or name == "srcdoc":
                report.say(rule, "no handlers in a body", f"{name}={value!r}")
            elif name in ADDRESSES:
                schemes = ("https", "http", "mailto", "tel") if name == "href" else ("https", "http")
                if fault := url_fault(value, schemes):
                    report.say(rule, f"an absolute URL in {element.tag}@{name}", fault)
            elif name == "srcset":
                for candidate in value.split(","):
                    if fault := url_fault((candidate.split() or [""])[0], ("https", "http")):
                        report.say(rule, f"absolute URLs in {element.tag}@srcset", fault)
            elif name == "style":
                check_style(report, value, rule)
    primary = (language or "").split("-")[0]
    if primary in RIGHT_TO_LEFT and not tree.xpath(".//*[@dir='rtl']"):
        report.say("G7", f"the {language} text inside an element with dir=\"rtl\"", "no such element")


def check_style(report, value, rule):
    for declaration in value.split(";"):
        name, _, setting = declaration.partition(":")
        if name.strip() and not STYLES.fullmatch(name.strip().lower()):
            report.say(rule, "only harmless style properties", repr(declaration.strip()))
        if re.search(r"[\\(]", setting.replace("rgb(", "")):
            report.say(rule, "style values without functions or escapes", repr(declaration.strip()))


def check_title(report, title, what):
    """A title is plain text that cannot change the direction of what follows it."""
    if not (title or "").strip():
        report.say("R5", f"a {what} that is not empty", repr(title))
    elif BIDI.search(title):
        report.say("G7", f"no bidi control characters in the {what}", repr(title))
