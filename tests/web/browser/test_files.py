"""Tests for L{hichat.web.browser.files}."""

import gzip
import json
import re
from hashlib import sha256
from importlib.resources import files
from urllib.parse import urljoin

from twisted.trial.unittest import SynchronousTestCase

from hichat.web.browser.files import TYPES, WebClient
from tests.support.daemon import ROOT
from tests.support.site import SiteCase

LATER = {"admin.js", "markdown.js", "picker.js", "rare.js", "security.js", "viewer.js"}
"""Scripts that come when they are needed."""


class FilesTests(SiteCase):
    def setUp(self):
        super().setUp()
        client = WebClient()
        self.root.putChild(b"", client.page)
        self.root.putChild(b"app", client.directory)
        self.page = self.request("GET", "/")
        self.links = re.findall(r'(?:href|src)="(/[^"]+)"', self.page.body.decode())

    def test_the_page(self):
        """It is asked for again each time, and by its tag not sent again."""
        self.assertEqual(self.page.status, 200)
        self.assertEqual(self.page.headers["content-type"], "text/html; charset=utf-8")
        self.assertEqual(self.page.headers["cache-control"], "no-cache")
        again = self.request("GET", "/", If_None_Match=self.page.headers["etag"])
        self.assertEqual((again.status, again.body), (304, b""))

    def test_how_long_a_password_must_be(self):
        """The page says so, before the server has to refuse one."""
        for least in (8, 12):
            self.root.putChild(b"", WebClient(least=least).page)
            page = self.request("GET", "/").body.decode()
            self.assertIn(f'<meta name="hichat-password-length" content="{least}">', page)

    def test_how_large_a_file_may_be(self):
        """The page says so, before somebody waits for an upload that is refused."""
        self.root.putChild(b"", WebClient(largest=1234).page)
        self.assertIn('<meta name="hichat-file-size" content="1234">', self.request("GET", "/").body.decode())

    def test_the_policy(self):
        """Nothing runs but files of this server; nothing is loaded from elsewhere; no other page frames it."""
        policy = dict(each.strip().split(" ", 1) for each in self.page.headers["content-security-policy"].split(";"))
        self.assertEqual(policy["default-src"], "'none'")
        self.assertEqual(policy["script-src"], "'self'")
        self.assertEqual(policy["style-src"], "'self'")
        self.assertEqual(policy["frame-ancestors"], "'none'")
        self.assertEqual(policy["base-uri"], "'none'")
        self.assertEqual(policy["require-trusted-types-for"], "'script'")
        self.assertNotIn("unsafe", self.page.headers["content-security-policy"])
        self.assertEqual(self.page.headers["referrer-policy"], "no-referrer")
        self.assertEqual(self.page.headers["x-content-type-options"], "nosniff")
        scripts = re.findall(r"<script([^>]*)>([^<]*)</script>", self.page.body.decode())
        self.assertEqual([inner for _, inner in scripts], ["", ""])
        self.assertNotRegex(self.page.body.decode(), r"\son\w+=|<style|https?://")

    def test_what_it_loads(self):
        """Each file is there, as what it is, and may be kept for ever."""
        self.assertEqual(
            [link.rpartition("/")[2] for link in self.links],
            ["manifest.webmanifest", "icon.svg", "client.css", "early.js", "client.js"],
        )
        for link in self.links:
            found = self.request("GET", link)
            self.assertEqual(found.status, 200, link)
            self.assertEqual(found.headers["content-type"], TYPES[link.rpartition(".")[2]])
            self.assertIn("immutable", found.headers["cache-control"])
            self.assertEqual(found.headers["x-content-type-options"], "nosniff")

    def test_it_can_be_installed(self):
        """The manifest names the page and icons that are there; what surrounds the page has a colour for each theme."""
        (link,) = [each for each in self.links if each.endswith(".webmanifest")]
        manifest = json.loads(self.request("GET", link).body)
        self.assertEqual((manifest["start_url"], manifest["display"]), ("/", "standalone"))
        for icon in manifest["icons"]:
            found = self.request("GET", urljoin(link, icon["src"]))
            self.assertEqual((found.status, found.headers["content-type"]), (200, icon["type"]))
        self.assertEqual(
            len(re.findall(r'name="theme-color" media="[^"]+" content="#\w{6}"', self.page.body.decode())), 2
        )
        self.assertIn("manifest-src 'self'", self.page.headers["content-security-policy"])

    def test_nothing_more_is_loaded(self):
        """
        The scripts have all that they need in them, or the page names it: each further one would cost a turn over a
        slow network. Only what few need comes later, when it is needed.
        """
        named = {link.rpartition("/")[2] for link in self.links}
        for link in self.links:
            if link.endswith(".js"):
                script = self.request("GET", link).body.decode()
                imported = re.findall(r"\bimport\s*[\w{][\w{}, $]*from\s*\"\./([^\"]+)\"", script)
                self.assertLessEqual({*imported}, named, link)
                later = re.findall(r"\bimport\(\"\./([^\"]+)\"\)", script)
                self.assertLessEqual({*later}, LATER, link)
                self.assertEqual(len(re.findall(r"\bimport\s*[\w{*\"(]", script)), len(imported) + len(later), link)
                self.assertEqual(len(re.findall(r"\bfrom\s*\"", script)), len(imported), link)

    def test_what_comes_later(self):
        """It needs no other script but those that the page has, and is kept as the others are."""
        named = {link.rpartition("/")[2] for link in self.links}
        beside = next(link for link in self.links if link.endswith("client.js"))
        for name in LATER:
            found = self.request("GET", urljoin(beside, name), Accept_Encoding="gzip")
            self.assertEqual((found.status, found.headers["content-type"]), (200, "text/javascript; charset=utf-8"))
            self.assertIn("immutable", found.headers["cache-control"])
            self.assertLess(len(found.body), 30_000)
            script = gzip.decompress(found.body).decode()
            imported = re.findall(r"\bimport\s*[\w{][\w{}, $]*from\s*\"\./([^\"]+)\"", script)
            self.assertLessEqual({*imported}, named, name)
            # A statement, or a call. In a text the word may stand, too.
            found_at = re.findall(r"(?:^|[;}\n])\s*import\s*[\w{*\"]|\bimport\s*\(", script)
            self.assertEqual(len(found_at), len(imported), name)
            self.assertEqual(len(re.findall(r"\bfrom\s*\"", script)), len(imported), name)

    def test_how_much_is_loaded(self):
        """Compressed it is at most 110 KB, with the page."""
        sizes = [len(self.request("GET", link, Accept_Encoding="gzip").body) for link in ["/", *self.links]]
        self.assertLess(sum(sizes), 110_000)

    def test_compressed(self):
        """Who accepts gzip gets the same content, under a tag of its own; caches keep the two apart."""
        for link in self.links:
            plain = self.request("GET", link)
            found = self.request("GET", link, Accept_Encoding="br;q=1.0, gzip;q=0.8")
            if link.endswith(("icon.svg", "manifest.webmanifest", "early.js")):
                self.assertNotIn("content-encoding", found.headers, "it fits one packet anyway")
                continue
            self.assertEqual((plain.headers["vary"], found.headers["vary"]), ("Accept-Encoding", "Accept-Encoding"))
            self.assertEqual(found.headers["content-encoding"], "gzip")
            self.assertEqual(gzip.decompress(found.body), plain.body)
            self.assertNotEqual(found.headers["etag"], plain.headers["etag"])
            again = self.request("GET", link, Accept_Encoding="gzip", If_None_Match=found.headers["etag"])
            self.assertEqual((again.status, again.body), (304, b""))
            for refusing in ("identity", "gzip;q=0, br", "*;q=0", ""):
                refused = self.request("GET", link, Accept_Encoding=refusing)
                self.assertNotIn("content-encoding", refused.headers, refusing)
                self.assertEqual(refused.body, plain.body)

    def test_the_service_worker(self):
        """
        A browser asks for it again each time. It lies beside the page, and differs if any file does: by that a browser
        finds another version.
        """
        for prefix in ("", "/chat"):
            client = WebClient(prefix)
            self.root.putChild(b"", client.page)
            self.root.putChild(b"service-worker.js", client.service)
            found = self.request("GET", "/service-worker.js")
            self.assertEqual((found.status, found.headers["content-type"]), (200, TYPES["js"]))
            self.assertEqual(found.headers["cache-control"], "no-cache")
            policy = found.headers["content-security-policy"]
            self.assertIn("default-src 'none'", policy)
            self.assertIn("connect-src 'self'", policy)
            base = re.search(r'href="([^"]+)/client.css"', self.request("GET", "/").body.decode())
            assert base is not None
            self.assertIn(base[1], found.body.decode())
            self.assertTrue(base[1].startswith(f"{prefix}/app/"))
            self.assertNotIn("{base}", found.body.decode())
        own = self.links[0].rpartition("/")[0]
        self.assertEqual(self.request("GET", f"{own}/service-worker.js").status, 404)
        kept = re.findall(r'"([\w-]+\.\w+)"', found.body.decode())
        self.assertLess({"client.js", "early.js", "hub.js", "client.css", "markdown.js"}, set(kept))
        for name in kept:
            self.assertEqual(self.request("GET", f"{own}/{name}").status, 200, name)

    def test_licences(self):
        """Those of the libraries in the scripts lie beside them."""
        base = self.links[0].rpartition("/")[0]
        found = self.request("GET", f"{base}/licences.txt")
        self.assertEqual(found.headers["content-type"], "text/plain; charset=utf-8")
        for words in ("preact 11", "htm 3", "linkify-it 6", "uc.micro 3", "uqr 0", "The MIT License", "Apache License"):
            self.assertIn(words, found.body.decode())

    def test_what_is_not_there(self):
        """Other versions, licences, and what is above."""
        base = self.links[0].rpartition("/")[0]
        for path in ("/app", "/app/", "/app/0/client.js", f"{base}/sources.sha256", f"{base}/..%2ffiles.py", base):
            self.assertEqual(self.request("GET", path).status, 404, path)

    def test_only_reading(self):
        """Nothing can be sent there."""
        self.assertEqual(self.request("POST", "/").status, 405)
        self.assertEqual(self.request("POST", self.links[0]).status, 405)


class BuiltTests(SynchronousTestCase):
    def test_the_sources(self):
        """
        The files that are served were built from the sources as they are. This test needs no npm;
        C{tests/browser/check} does, and compares the files themselves.
        """
        app = ROOT / "hichat/web/browser/app"
        names = sorted(f"./{path.relative_to(app).as_posix()}" for path in app.rglob("*") if path.is_file())
        lines = "".join(f"{sha256((app / name).read_bytes()).hexdigest()}  {name}\n" for name in names)
        built = (files("hichat.web.browser") / "built/sources.sha256").read_text().strip()
        self.assertEqual(sha256(lines.encode()).hexdigest(), built, "build the web client again: tests/browser/build")
