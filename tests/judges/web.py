"""HTTP behaviour of public URLs: rules X1 to X11. Each request is sent as a reader or a cache would send it."""
import gzip
import http.client
import time
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import brotli

from facts import rfc822

TYPES = [  # The first ending that fits decides.
    ("/rss.xml", "application/rss+xml; charset=utf-8"),
    ("/atom.xml", "application/atom+xml; charset=utf-8"),
    ("/feed.json", "application/feed+json; charset=utf-8"),
    (".json", "application/json"),
    ("sitemap.xml", "application/xml; charset=utf-8"),
    ("/robots.txt", "text/plain; charset=utf-8"),
    ("/", "text/html; charset=utf-8"),
]
CHANGING = "public, max-age=60, stale-while-revalidate=300"
VERSION = "public, max-age=300"
SEALED = "public, max-age=31536000, immutable"
# CloudFront compresses from this size on, so nothing smaller can be expected compressed.
SMALLEST_COMPRESSED = 1000


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    def __getitem__(self, name):
        return self.headers.get(name)


class Client:
    """One connection per server, no redirect followed, no header added behind our back."""

    def __init__(self, public=None, base=None):
        self.public, self.base, self.connections = public, base, {}

    def local(self, url):
        """Where a public URL is served in this run."""
        return self.base + url[len(self.public):] if self.public and url.startswith(self.public) else url

    def ask(self, url, method="GET", **headers):
        parts = urlsplit(self.local(url))
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        headers.setdefault("Accept-Encoding", "identity")
        for attempt in (1, 2):
            connection = self.connections.setdefault(parts.netloc, None) or kind(parts.netloc, timeout=30)
            self.connections[parts.netloc] = connection
            try:
                connection.request(method, path, headers=headers)
                return Answer(connection.getresponse())
            except (http.client.HTTPException, OSError):
                # A server may close an idle connection; a second failure is real.
                connection.close()
                self.connections[parts.netloc] = None
                if attempt == 2:
                    raise

    def close(self):
        for connection in filter(None, self.connections.values()):
            connection.close()


def expected_type(path):
    return next((kind for ending, kind in TYPES if path.endswith(ending)), None)


def expected_cache(path):
    name = path.rsplit("/", 1)[-1]
    if path.startswith("/media/") or (path.startswith("/changes/") and name != "head.json"):
        return SEALED
    if path.startswith("/releases/") and name.startswith("v") and path.count("/") == 3:
        return VERSION
    return CHANGING


def check(report, client, url, answer):
    """Judges one URL; `answer` is the plain 200 that was already fetched from it."""
    path = urlsplit(url).path or "/"
    common(report, path, answer, "200")
    kind = expected_type(path)
    if kind and (answer["Content-Type"] or "").lower() != kind:
        report.say("X1", f"Content-Type {kind}", repr(answer["Content-Type"]))
    if answer["Content-Encoding"]:
        report.say("X7", "no Content-Encoding when identity was asked for", answer["Content-Encoding"])
    etag, modified = answer["ETag"], answer["Last-Modified"]
    if not etag or not etag.startswith('"') or not etag.endswith('"') or len(etag) < 3:
        report.say("X2", "a strong ETag", repr(etag))
        return
    check_modified(report, modified)
    conditional(report, client, url, path, etag, modified)
    head(report, client, url, answer)
    compressed(report, client, url, answer)


def common(report, path, answer, what):
    """What every answer carries, whatever its status."""
    if (answer["X-Content-Type-Options"] or "").lower() != "nosniff":
        report.say("X10", f"X-Content-Type-Options nosniff on {what}", repr(answer["X-Content-Type-Options"]))
    if answer["Set-Cookie"]:
        report.say("X11", f"no cookie on {what}", answer["Set-Cookie"])
    if path.endswith((".json", "/rss.xml", "/atom.xml")) and answer["Access-Control-Allow-Origin"] != "*":
        report.say("X9", f"Access-Control-Allow-Origin * on {what}", repr(answer["Access-Control-Allow-Origin"]))
    if what in ("200", "304"):
        if answer["Cache-Control"] != expected_cache(path):
            report.say("X4", f"Cache-Control {expected_cache(path)!r} on {what}", repr(answer["Cache-Control"]))
        if [part.strip().lower() for part in (answer["Vary"] or "").split(",")] != ["accept-encoding"]:
            report.say("X5", f"Vary Accept-Encoding on {what}", repr(answer["Vary"]))


def check_modified(report, modified):
    if not modified or not modified.endswith(" GMT") or rfc822(modified) is None:  # HTTP knows no offset.
        report.say("X2", "a Last-Modified date in GMT", repr(modified))
    elif parsedate_to_datetime(modified).timestamp() > time.time() + 60:
        report.say("X2", "a Last-Modified not in the future", modified)


def conditional(report, client, url, path, etag, modified):
    forms = [("the ETag", etag), ("its weak form", f"W/{etag}"), ("a list", f'"other", {etag}'), ("*", "*")]
    for name, value in forms:
        answer = client.ask(url, If_None_Match=value)
        if answer.status != 304:
            report.say("X3", f"304 on If-None-Match with {name}", str(answer.status))
            continue
        common(report, path, answer, "304")
        if answer.body or answer["ETag"] not in (etag, f"W/{etag}"):
            report.say("X3", "304 without body and with the ETag", f"{len(answer.body)} bytes, ETag {answer['ETag']!r}")
    if modified:
        if (status := client.ask(url, If_Modified_Since=modified).status) != 304:
            report.say("X3", "304 on If-Modified-Since with Last-Modified", str(status))
        if (status := client.ask(url, If_None_Match='"other"', If_Modified_Since=modified).status) != 200:
            report.say("X3", "200: If-None-Match beats If-Modified-Since", str(status))


def head(report, client, url, answer):
    found = client.ask(url, "HEAD")
    if found.status != 200 or found["Content-Length"] != str(len(answer.body)):
        report.say("X6", f"HEAD 200 with Content-Length {len(answer.body)}", f"{found.status}, {found['Content-Length']!r}")
    for name in ("Content-Type", "ETag", "Last-Modified", "Cache-Control", "Vary", "Access-Control-Allow-Origin"):
        if found[name] != answer[name]:
            report.say("X6", f"the same {name} on HEAD as on GET ({answer[name]!r})", repr(found[name]))


def compressed(report, client, url, answer):
    for coding, unpack in (("gzip", gzip.decompress), ("br", brotli.decompress)):
        found = client.ask(url, Accept_Encoding=coding)
        if found["Content-Encoding"] is None and len(answer.body) < SMALLEST_COMPRESSED:
            continue
        if found["Content-Encoding"] != coding:
            report.say("X7", f"Content-Encoding {coding} when asked for", repr(found["Content-Encoding"]))
            continue
        try:
            same = unpack(found.body) == answer.body
        except (OSError, EOFError, brotli.error):
            same = False
        if not same:
            report.say("X7", f"the same bytes after unpacking {coding}", "other bytes")
        etag = found["ETag"] or ""
        if etag == answer["ETag"]:
            report.say("X2", f"an ETag of its own, or a weak one, for {coding}", etag)
        if etag and (status := client.ask(url, Accept_Encoding=coding, If_None_Match=etag).status) != 304:
            report.say("X3", f"304 on the ETag of the {coding} answer", str(status))
        if (found["Vary"] or "").strip().lower() != "accept-encoding":
            report.say("X5", f"Vary Accept-Encoding on {coding}", repr(found["Vary"]))
    if found := client.ask(url, Accept_Encoding="gzip;q=0, br;q=0")["Content-Encoding"]:
        report.say("X7", "identity when every coding is refused", found)


def check_missing(report, client, url):
    """A document that does not exist says so, to scripts of other sites too, and not for long."""
    answer = client.ask(url, Origin="https://portal.example.net")
    if answer.status != 404:
        report.say("X8", "404", str(answer.status))
    common(report, urlsplit(url).path, answer, "404")
    ages = [part.strip() for part in (answer["Cache-Control"] or "").split(",")]
    long = [part for part in ages if part.startswith(("max-age=", "s-maxage=")) and part.split("=")[1].isdigit() and int(part.split("=")[1]) > 10]
    if long:
        report.say("X8", "errors cached for at most 10 s", str(long))
