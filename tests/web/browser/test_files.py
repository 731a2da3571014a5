"""Tests for L{hichat.web.browser.files}."""

import json
import re
from urllib.parse import urljoin

from hichat.web.browser.files import TYPES, WebClient
from tests.support.site import SiteCase


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
        self.assertEqual([inner for _, inner in scripts], [""])
        self.assertNotRegex(self.page.body.decode(), r"\son\w+=|<style|https?://")

    def test_what_it_loads(self):
        """Each file is there, as what it is, and may be kept for ever."""
        self.assertGreater(len(self.links), 40)
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

    def test_every_import_is_there(self):
        """Also those of the hub, which the page does not name."""
        seen: set[str] = set()
        waiting = [link for link in self.links if link.endswith("/main.js")]
        waiting.append(waiting[0].replace("main.js", "hub/worker.js"))
        while waiting:
            link = waiting.pop()
            if link in seen:
                continue
            seen.add(link)
            found = self.request("GET", link)
            self.assertEqual(found.status, 200, link)
            for name in re.findall(r'(?:from|import)\s*"([^"]+)"', found.body.decode()):
                self.assertTrue(name.startswith("."), (link, name))
                waiting.append(_joined(link, name))
        self.assertLess(set(self.links) - {link for link in self.links if not link.endswith(".js")}, seen)

    def test_what_is_not_there(self):
        """Other versions, licences, and what is above."""
        base = self.links[0].rpartition("/")[0]
        for path in ("/app", "/app/", "/app/0/main.js", f"{base}/vendor/LICENSE.htm", f"{base}/..%2ffiles.py", base):
            self.assertEqual(self.request("GET", path).status, 404, path)

    def test_only_reading(self):
        """Nothing can be sent there."""
        self.assertEqual(self.request("POST", "/").status, 405)
        self.assertEqual(self.request("POST", self.links[0]).status, 405)


def _joined(link, name):
    parts = link.split("/")[:-1]
    for part in name.split("/"):
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)
