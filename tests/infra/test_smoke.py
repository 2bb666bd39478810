"""infra/smoke against a press room on this machine: it passes when all is well, and notices what a CDN may do wrong."""
import gzip, http.server, json, os, pathlib, subprocess, sys, tempfile, threading, time, unittest, urllib.error, urllib.request

TOP = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = TOP / "target" / os.environ.get("PROFILE", "debug") / "pressroom"


class Cdn(http.server.BaseHTTPRequestHandler):
    """Passes everything on, but for what `spoil` does to an answer."""

    def log_message(self, *_):
        pass

    def do(self):
        length = int(self.headers.get("Content-Length") or 0)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
        request = urllib.request.Request(self.server.behind + self.path, self.rfile.read(length) or None, headers, method=self.command)
        opener = urllib.request.build_opener(type("Stay", (urllib.request.HTTPRedirectHandler,), {"redirect_request": lambda *_: None}))
        try:
            with opener.open(request, timeout=30) as answer:
                found = [answer.status, dict(answer.headers), answer.read()]
        except urllib.error.HTTPError as error:
            found = [error.code, dict(error.headers), error.read()]
        found[1] = {name.lower(): value for name, value in found[1].items()}
        status, headers, body = self.server.spoil(self.command, self.path, *found)
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_HEAD = do_POST = do_PUT = do_OPTIONS = do


@unittest.skipUnless(PROGRAM.exists(), f"{PROGRAM} is not built; `cargo build --workspace --bins` makes it")
class Smoke(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        command = [PROGRAM, "serve", "--json", "--listen", "127.0.0.1:0", "--s3-listen", "127.0.0.1:0", "--data", cls.folder.name]
        cls.room = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        ready = json.loads(cls.room.stdout.readline())
        cls.site, cls.token = ready["site"], ready["token"]

    @classmethod
    def tearDownClass(cls):
        cls.room.terminate()
        cls.room.wait()
        cls.room.stdout.close()
        cls.folder.cleanup()

    def smoke(self, *args, spoil=None, token=None, wait="2"):
        site = self.site
        if spoil:
            cdn = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Cdn)
            cdn.behind, cdn.spoil = self.site, spoil
            threading.Thread(target=cdn.serve_forever, daemon=True).start()
            self.addCleanup(cdn.server_close)
            self.addCleanup(cdn.shutdown)
            site = f"http://127.0.0.1:{cdn.server_address[1]}"
        command = [sys.executable, TOP / "infra/smoke", "--site", site, "--wait", wait, *args]
        if "--read-only" not in args:
            command += ["--api", self.site if not spoil else site]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=os.environ | {"PRESSROOM_TOKEN": token or self.token})
        return done.returncode, done.stdout

    def public(self):
        """Titles of what is public and not withdrawn."""
        with urllib.request.urlopen(self.site + "/en/feed.json") as answer:
            return [item["title"] for item in json.load(answer)["items"]]

    def test_passes_when_all_is_well_and_leaves_nothing_behind(self):
        before = [title for title in self.public() if "Trial run" not in title]
        status, text = self.smoke()
        self.assertEqual(status, 0, text)
        self.assertIn("All is well", text)
        self.assertNotIn(self.token, text)
        after = self.public()
        self.assertEqual([title for title in after if "Trial run" not in title], before)
        self.assertTrue(all("ithdrawn" in title for title in after if "Trial run" in title), after)
        self.assertEqual(self.smoke("--read-only")[0], 0)

    def spoiled(self, expected, spoil, *args):
        status, text = self.smoke(*args, spoil=spoil)
        self.assertEqual(status, 1, text)
        self.assertIn(expected, text)
        self.assertNotIn("Traceback", text)

    def test_notices_answers_that_no_script_may_read(self):
        def spoil(method, path, status, headers, body):
            headers = {name: value for name, value in headers.items() if name.lower() != "access-control-allow-origin"}
            return status, headers, body
        self.spoiled("Access-Control-Allow-Origin", spoil, "--read-only")

    def test_notices_copies_that_are_kept_too_long(self):
        def spoil(method, path, status, headers, body):
            return status, {name: "public, max-age=86400" if name.lower() == "cache-control" else value for name, value in headers.items()}, body
        self.spoiled("Cache-Control", spoil, "--read-only")

    def test_notices_pages_without_a_policy(self):
        def spoil(method, path, status, headers, body):
            return status, {name: value for name, value in headers.items() if name.lower() != "content-security-policy"}, body
        self.spoiled("Content-Security-Policy", spoil, "--read-only")

    def test_notices_what_is_not_compressed(self):
        for end in ("rss.xml", "atom.xml", "feed.json", "index.json", "/schema/v1/changes.json", "/"):
            def spoil(method, path, status, headers, body):
                if path.endswith(end) and headers.get("content-encoding") == "gzip":
                    body = gzip.decompress(body)
                    headers = {name: value for name, value in headers.items() if name != "content-encoding"}
                return status, headers, body
            with self.subTest(end):
                self.spoiled("expected gzip", spoil, "--read-only")

    def test_notices_a_type_that_s3_was_asked_for(self):
        """As if announce.js did not run; of whole documents, of compressed ones only, of HEAD only."""
        for own, asked in (("atom+xml", "xml"), ("feed+json", "json"), ("schema+json", "json")):
            for which in (lambda method, headers: True, lambda method, headers: "content-encoding" in headers, lambda method, headers: method == "HEAD"):
                def spoil(method, path, status, headers, body):
                    if "content-type" in headers and which(method, headers):
                        headers = headers | {"content-type": headers["content-type"].replace(own, asked)}
                    return status, headers, body
                with self.subTest(own):
                    self.spoiled("Content-Type", spoil, "--read-only")

    def test_notices_a_type_that_a_stranger_names(self):
        """As if visit.js let a query through."""
        for end in ("atom.xml", "feed.json", "/schema/v1/changes.json"):
            def spoil(method, path, status, headers, body):
                path, _, query = path.partition("?")
                if path.endswith(end) and query.startswith("response-content-type="):
                    headers = headers | {"content-type": query.partition("=")[2]}
                return status, headers, body
            with self.subTest(end):
                self.spoiled("found text/html", spoil, "--read-only")

    def test_notices_a_missing_feed_that_is_no_page(self):
        def spoil(method, path, status, headers, body):
            if status == 404 and path.endswith("/atom.xml"):
                headers = headers | {"content-type": "application/atom+xml; charset=utf-8"}
            return status, headers, body
        self.spoiled("expected 404 with a page", spoil, "--read-only")

    def test_notices_a_missing_page_that_is_no_404(self):
        def spoil(method, path, status, headers, body):
            return (403 if status == 404 else status), headers, body
        self.spoiled("expected 404", spoil, "--read-only")

    def test_notices_a_feed_that_stays_old_and_withdraws_all_the_same(self):
        kept = {}

        def spoil(method, path, status, headers, body):
            if method == "GET" and path.partition("?")[0].endswith("/fr/atom.xml") and status == 200:
                body = kept.setdefault(path, b"<feed/>")
            return status, headers, body
        self.spoiled("fr filled atom", spoil)
        # It has no time to wait for its own withdrawal.
        for _ in range(50):
            if all("ithdrawn" in title for title in self.public() if "Trial run" in title):
                return
            time.sleep(0.1)
        self.fail(f"expected that the release is withdrawn, found {self.public()}")

    def test_notices_what_was_withdrawn_and_is_still_at_the_cdn(self):
        kept = {}

        def spoil(method, path, status, headers, body):
            if method == "GET" and path.startswith("/media/"):
                if status == 200:
                    kept[path] = (status, headers, body)
                return kept.get(path, (status, headers, body)) if status == 404 else (status, headers, body)
            return status, headers, body
        self.spoiled("its photo is gone", spoil)

    def test_notices_a_wrong_token_and_a_wrong_address(self):
        status, text = self.smoke(token="pr_wrong")
        self.assertEqual(status, 1, text)
        self.assertIn("is the token right?", text)
        done = subprocess.run([sys.executable, TOP / "infra/smoke", "--site", "http://127.0.0.1:1", "--read-only"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("check the address", done.stdout)
        self.assertNotIn("Traceback", done.stdout)


if __name__ == "__main__":
    unittest.main()
