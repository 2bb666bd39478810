"""Plain facts that every judge needs: dates, language tags, URLs, HTML as text, and the list of findings.

Nothing here knows a feed format, and nothing here shares code with the product.
"""
import re
import time
from datetime import datetime
from urllib.parse import urlsplit

import lxml.html

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
RIGHT_TO_LEFT = {"ar", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"}
# Two-letter languages (ISO 639-1) and regions (ISO 3166-1): `zz`, `cz` and `en-EN` look right but name nothing.
LANGUAGES = set(
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo "
    "fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li "
    "ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si "
    "sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu".split()
)
REGIONS = set(
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN "
    "CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM "
    "HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK "
    "ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW "
    "SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI "
    "VN VU WF WS YE YT ZA ZM ZW".split()
)
TAG = re.compile(r"([a-z]{2,3})(?:-([A-Z][a-z]{3}))?(?:-([A-Z]{2}|[0-9]{3}))?((?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*)(?:-x(?:-[a-z0-9]{1,8})+)?")
RFC822 = re.compile(r"([A-Z][a-z]{2}), (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) (GMT|[+-]\d{4})")
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
WEEKDAYS = "Mon Tue Wed Thu Fri Sat Sun".split()
URI_CHARACTERS = re.compile(r"(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+")
BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
MARKUP = re.compile(r"</?[A-Za-z][^<>]*>|&(?:[A-Za-z][A-Za-z0-9]*|#\d+|#x[0-9A-Fa-f]+);")
MIME = re.compile(r"[a-z]+/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*")


class Report:
    """Findings about one document, each as `rule: expected …, found …`."""

    def __init__(self, name):
        self.name = name
        self.findings = []

    def say(self, rule, expected, found):
        if not isinstance(found, str):
            found = repr(found)
        if len(found) > 200:
            found = found[:200] + "…"
        self.findings.append(f"{rule}: expected {expected}, found {found}".replace("\n", " "))

    def lines(self):
        return [f"{self.name}: {finding}" for finding in self.findings]


def rfc822(text):
    """Seconds since 1970 of a strict RSS date, or None. The weekday has to be the right one."""
    match = RFC822.fullmatch(text or "")
    if not match or match[3] not in MONTHS:
        return None
    # The office's offset keeps the calendar day of a date-only release; RFC 5322 allows it, the profile warns of letters only.
    offset = "+00:00" if match[8] == "GMT" else f"{match[8][:3]}:{match[8][3:]}"
    try:
        moment = datetime.fromisoformat(
            f"{match[4]}-{MONTHS.index(match[3]) + 1:02}-{match[2]}T{match[5]}:{match[6]}:{match[7]}{offset}"
        )
    except ValueError:
        return None
    return int(moment.timestamp()) if WEEKDAYS[moment.weekday()] == match[1] else None


def rfc3339(text):
    """Seconds since 1970 of a strict RFC 3339 moment, or None. Fractions count: they order revisions."""
    if not isinstance(text, str) or not RFC3339.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError):
        return None


def language_fault(tag):
    """What is wrong with a language tag in its canonical case, or None."""
    if not isinstance(tag, str):
        return "no tag"
    if re.fullmatch(r"x(-[a-z0-9]{1,8})+", tag):
        return None
    match = TAG.fullmatch(tag)
    if not match:
        return f"{tag!r} (not a BCP 47 tag in canonical case)"
    if len(match[1]) == 2 and match[1] not in LANGUAGES:
        return f"{tag!r} (no such language)"
    if match[3] and match[3].isalpha() and match[3] not in REGIONS:
        return f"{tag!r} (no such region)"
    return None


def url_fault(url, schemes=("https",), fragment=True):
    """What is wrong with an absolute URL, or None. Plain http is right only on loopback, where tests run."""
    if not isinstance(url, str) or not url:
        return "none"
    if not URI_CHARACTERS.fullmatch(url):
        return f"{url!r} (characters outside RFC 3986)"
    try:
        parts = urlsplit(url)
        host = parts.hostname
        parts.port
    except ValueError as error:
        return f"{url!r} ({error})"
    if parts.scheme in ("mailto", "tel") and parts.scheme in schemes:
        return None if parts.path else f"{url!r} (no address)"
    if not parts.scheme or not host:
        return f"{url!r} (relative)"
    if parts.scheme not in schemes and not (parts.scheme == "http" and host in LOOPBACK):
        return f"{url!r} (scheme {parts.scheme})"
    if "@" in parts.netloc:
        return f"{url!r} (user information)"
    if parts.netloc != parts.netloc.lower():
        return f"{url!r} (upper-case host)"
    if parts.fragment and not fragment:
        return f"{url!r} (fragment)"
    return None


def fold(text):
    """Text with its white space folded: what a reader would show."""
    return None if text is None else " ".join(text.split())


def html_tree(markup):
    """A body as the tree a browser-like parser builds, or None when there is nothing in it."""
    # libxml2 stops at characters that HTML has no name for; the XML judges report those.
    markup = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "", markup or "")
    if not markup.strip():
        return None
    try:
        return lxml.html.fragment_fromstring(markup, create_parent="div")
    except Exception:  # Odd input is the point of these tests; the caller sees "no tree".
        return None


def html_text(markup):
    """The text of a body after HTML parsing, white space folded."""
    if markup is None:
        return None
    tree = html_tree(markup)
    if tree is None:
        return ""
    return fold("".join(tree.xpath(".//text()")))


def too_late(moment):
    """True for a date after now: in a feed it would leak an embargo. A minute is left for clocks that differ."""
    return moment is not None and moment > time.time() + 60
