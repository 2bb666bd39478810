"""A small site for the self-test: the fixtures served well, or with one flaw. What it gets wrong the judge must find."""
import gzip
import hashlib
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import brotli

import web

PUBLIC = "https://press.example.org"
MODIFIED = "Sun, 06 Mar 2016 07:00:00 GMT"
FIXTURES = Path(__file__).parent / "fixtures"
LANGUAGES = ("en", "zh", "ar")
# Flaw to the rule that has to name it.
FLAWS = {
    "type": "X1", "no-etag": "X2", "weak-etag": "X2", "future": "X2", "offset": "X2", "same-etag": "X2", "ignores-etag": "X3", "no-list": "X3", "no-weak": "X3",
    "date-first": "X3", "body-on-304": "X3", "etag-of-gzip": "X3", "cache": "X4", "vary": "X5", "no-head": "X6", "head-type": "X6", "no-gzip": "X7",
    "no-br": "X7", "always-gzip": "X7", "broken-gzip": "X7", "soft-404": "X8", "cached-404": "X8", "gone": "X8", "no-cors": "X9", "no-cors-304": "X9",
    "no-cors-404": "X9", "sniff": "X10", "cookie": "X11", "moved-self": "R3",
}


def archive(data):
    """The archive document behind a fixture's prev-archive link."""
    text = data.decode()
    text = text.replace('/atom.xml"/>', '/archive/2016/03/atom.xml"/>', 1)
    old = text[text.index(' <link rel="prev-archive"'):text.index("\n", text.index(' <link rel="prev-archive"'))]
    current = f' <link rel="current" href="{PUBLIC}/en/atom.xml"/><fh:archive xmlns:fh="http://purl.org/syndication/history/1.0"/>'
    return text.replace(old, current).encode()


def documents(languages=LANGUAGES):
    feeds = [{"language": tag, "kind": "filled", "topic": None, "rss": f"{PUBLIC}/{tag}/rss.xml", "atom": f"{PUBLIC}/{tag}/atom.xml",
              "json": f"{PUBLIC}/{tag}/feed.json"} for tag in languages]
    found = {"/index.json": json.dumps({"feeds": feeds, "languages": [{"tag": tag} for tag in languages],
                                        "changes": f"{PUBLIC}/changes/head.json", "sitemap": f"{PUBLIC}/sitemap.xml"}).encode()}
    for tag in languages:
        for name in ("rss.xml", "atom.xml", "feed.json"):
            found[f"/{tag}/{name}"] = (FIXTURES / tag / name).read_bytes()
        found[f"/{tag}/archive/2016/03/atom.xml"] = archive(found[f"/{tag}/atom.xml"])
        found[f"/{tag}/"] = b"<!doctype html><title>News</title>"
    found["/"] = b"<!doctype html><title>Languages</title>"
    found["/changes/head.json"] = b'{"seq": 0, "changes": []}'
    found["/sitemap.xml"] = b'<?xml version="1.0" encoding="utf-8"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"/>'
    return found


def as_the_product(files, base):
    """The fixtures with what the product adds: a loopback base, the office's offset, links to translations, the view's comment, an empty feed."""
    made = {}
    for path, data in files.items():
        text = data.decode().replace(PUBLIC, base)
        text = re.sub(r"\b(\d\d):(\d\d:\d\d)Z", lambda match: f"{int(match[1]) + 2:02}:{match[2]}+02:00", text)
        text = re.sub(r"\b(\d\d):(\d\d:\d\d) GMT", lambda match: f"{int(match[1]) + 2:02}:{match[2]} +0200", text)
        if path.endswith(".xml") and "/2016/03/forum-opens/" in text:
            text = links_of_the_product(path, text)
        if path.endswith(".xml") and path != "/sitemap.xml":
            text = text.rstrip() + "\n<!-- view 0f3a -->\n"
        made[path] = text
    made["/en/empty/rss.xml"] = re.sub(r"(?s)  <item>.*</item>\n|  <lastBuildDate>[^\n]*\n", "", made["/en/rss.xml"])
    atom = re.sub(r"(?s) <(?:at:deleted-entry|entry) .*</entry>\n| <link rel=\"prev-archive\"[^\n]*\n", "", made["/en/atom.xml"])
    made["/en/empty/atom.xml"] = re.sub("<updated>[^<]*", "<updated>1970-01-01T00:00:00+00:00", atom, count=1)
    made["/en/empty/feed.json"] = json.dumps(json.loads(made["/en/feed.json"]) | {"items": []})
    index = json.loads(made["/index.json"])
    empty = {"language": "en", "kind": "topic", "topic": "empty"}
    for kind, name in (("rss", "rss.xml"), ("atom", "atom.xml"), ("json", "feed.json")):
        empty[kind] = f"{base}/en/empty/{name}"
        made[f"/en/empty/{name}"] = made[f"/en/empty/{name}"].replace(f"{base}/en/{name}", empty[kind])
    index["feeds"].append(empty)
    made["/index.json"] = json.dumps(index)
    return {path: text.encode() for path, text in made.items()}


def links_of_the_product(path, text):
    """The own page, the translations, and the own page again: some readers take the first alternate, some the last."""
    own = re.search(r"[^<>\"]*/2016/03/forum-opens/", text)[0]
    prefix = "atom:" if path.endswith("/rss.xml") else ""

    def link(href, more):
        return f'<{prefix}link rel="alternate"{more} href="{href}"/>'

    tags = sorted(LANGUAGES, key=lambda tag: f"/{tag}/" not in own)
    links = [link(re.sub("/[a-z]+/2016", f"/{tag}/2016", own), f' type="text/html" hreflang="{tag}"') for tag in tags] + [link(own, "")]
    if prefix:
        return text.replace(f"<link>{own}</link>", f"<link>{own}</link>\n   " + "\n   ".join(links), 1)
    related = f'<link rel="related" type="application/json" href="{own.split("/2016")[0].rsplit("/", 1)[0]}/releases/1.json"/>'
    entry = re.search(r'(?s)(?: *<link rel="alternate"[^\n]*forum-opens/"/>\n)+', text)
    return text.replace(entry[0], "  " + "\n  ".join([related, *links]) + "\n", 1)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # One packet per answer: head and body apart would wait for a delayed acknowledgement.
    flaw, files = None, {}

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        if self.flaw == "no-head":
            return self.answer(405, {}, b"")
        self.do_GET()

    def do_GET(self):
        body = self.files.get(self.path)
        common = {"X-Content-Type-Options": "nosniff", "Access-Control-Allow-Origin": "*"}
        if self.flaw == "sniff":
            del common["X-Content-Type-Options"]
        if self.flaw == "no-cors" or (self.flaw == "no-cors-404" and body is None):
            del common["Access-Control-Allow-Origin"]
        if self.flaw == "cookie":
            common["Set-Cookie"] = "session=1"
        if body is None or (self.flaw == "gone" and self.path == "/zh/atom.xml"):
            age = "max-age=3600" if self.flaw == "cached-404" else "max-age=10"
            return self.answer(200 if self.flaw == "soft-404" else 404, {**common, "Cache-Control": age}, b"not found")
        body, coding = self.encoded(body)
        etag = '"' + hashlib.sha256(self.files[self.path] + (b"" if self.flaw == "same-etag" else coding.encode())).hexdigest()[:16] + '"'
        headers = {**common, "Content-Type": web.expected_type(self.path), "ETag": etag, "Last-Modified": MODIFIED, "Vary": "Accept-Encoding",
                   "Cache-Control": web.expected_cache(self.path)}
        self.spoil(headers, coding)
        if coding:
            headers["Content-Encoding"] = coding
        if self.unchanged(etag, coding):
            if self.flaw == "no-cors-304":
                del headers["Access-Control-Allow-Origin"]
            if self.flaw == "body-on-304":
                headers.pop("ETag")
            return self.answer(304, {name: value for name, value in headers.items() if not name.startswith("Content")}, b"")
        self.answer(200, headers, body)

    def encoded(self, body):
        asked = self.headers.get("Accept-Encoding", "")
        if ("gzip" in asked and "q=0" not in asked and self.flaw != "no-gzip") or self.flaw == "always-gzip":
            return gzip.compress(body[1:] if self.flaw == "broken-gzip" else body), "gzip"
        if "br" in asked and "q=0" not in asked and self.flaw != "no-br":
            return brotli.compress(body, quality=4), "br"
        return body, ""

    def spoil(self, headers, coding):
        changes = {
            "type": ("Content-Type", "application/xml"), "no-etag": ("ETag", None), "weak-etag": ("ETag", 'W/"1"'), "cache": ("Cache-Control", "no-cache"),
            "future": ("Last-Modified", "Wed, 09 Jun 2190 08:00:00 GMT"), "offset": ("Last-Modified", "Sun, 06 Mar 2016 09:00:00 +0200"), "vary": ("Vary", "Accept-Encoding, Accept-Language"),
        }
        name, value = changes.get(self.flaw, (None, None))
        if self.flaw == "head-type" and self.command == "HEAD":
            name, value = "Content-Type", "binary/octet-stream"
        if value is None:
            headers.pop(name, None)
        else:
            headers[name] = value

    def unchanged(self, etag, coding):
        asked, since = self.headers.get("If-None-Match"), self.headers.get("If-Modified-Since")
        if self.flaw == "ignores-etag" or (self.flaw == "etag-of-gzip" and coding):
            return False
        if asked is None or self.flaw == "date-first":
            return since == MODIFIED if since else asked is not None and etag in asked
        if (self.flaw == "no-list" and "," in asked) or (self.flaw == "no-weak" and asked.startswith("W/")):
            return False
        return asked == "*" or etag in [part.strip().removeprefix("W/") for part in asked.split(",")]

    def answer(self, status, headers, body):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD" and status != 304:
            self.wfile.write(body)


class Site:
    """`with Site(flaw) as base:` serves the fixtures on loopback. `files` may be changed before it starts."""

    def __init__(self, flaw=None, product=False, **changed):
        files = documents(LANGUAGES if flaw is None else LANGUAGES[:2])
        if flaw == "moved-self":
            files["/en/rss.xml"] = files["/en/rss.xml"].replace(b"/en/rss.xml", b"/fr/rss.xml")
        for path, (old, new) in changed.items():
            name = "/" + path.replace("__", "/")
            files[name] = files[name].replace(old, new)
        handler = type("Flawed", (Handler,), {"flaw": flaw, "files": files})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.base = f"http://127.0.0.1:{self.server.server_port}"
        if product:
            handler.files = as_the_product(files, self.base)

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self.base

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
