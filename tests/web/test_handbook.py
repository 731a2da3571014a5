"""Tests for L{hichat.web.docs.handbook}."""

import re
from urllib.parse import unquote, urldefrag, urljoin

from hichat import __version__
from hichat.web.docs.documents import mount_documents
from hichat.web.docs.handbook import Handbook
from hichat.web.outside import Outside, PublicURL
from tests import guide
from tests.support.site import SiteCase

PAGES = [f"/docs/{path.stem}" for path in guide.PAGES.glob("*.md") if path.stem != "README"]


class HandbookTests(SiteCase):
    def setUp(self):
        super().setUp()
        self.root.putChild(b"docs", Handbook())
        mount_documents(self.root)

    def page(self, target):
        answer = self.request("GET", target)
        self.assertEqual((answer.status, answer.headers["content-type"]), (200, "text/html; charset=utf-8"), target)
        return answer.body.decode()

    def test_each_page(self):
        """With its title, its language, and the version that runs."""
        for path in guide.PAGES.glob("*.md"):
            text = path.read_text()
            page = self.page("/docs" if path.stem == "README" else f"/docs/{path.stem}")
            title = text.splitlines()[0].removeprefix("# ")
            self.assertIn(f"<title>{title.replace(chr(39), '&#39;')}</title>", page)
            self.assertIn('<html lang="zh">' if path.stem.endswith(".zh") else '<html lang="en">', page)
            self.assertIn(f'<a href="/docs">HiChat {__version__}</a>', page)
            self.assertEqual(len(re.findall("<h1", page)), 1)
            self.assertNotIn("```", page)

    def test_links(self):
        """Each leads to a page that is served, and to a place on it; those to a running daemon lead to this one."""
        seen = {}
        for target in ("/docs", *PAGES):
            for link in re.findall(r'href="([^"]+)"', self.page(target)):
                if link.startswith("https://") or urljoin(target, link) == "/":
                    continue
                place, fragment = urldefrag(urljoin(target, link))
                self.assertTrue(place.startswith(("/docs", "/v2/")), (target, link))
                if place not in seen:
                    answer = self.request("GET", place)
                    self.assertEqual(answer.status, 200, (target, link))
                    seen[place] = answer.body.decode()
                if fragment:
                    self.assertIn(f'id="{unquote(fragment)}"', seen[place], (target, link))
        self.assertLessEqual({"/docs", *PAGES, "/v2/api", "/v2/protocol", "/v2/openapi.json"}, set(seen))

    def test_the_index_has_a_slash_or_not(self):
        self.assertEqual(self.page("/docs"), self.page("/docs/"))

    def test_what_is_not_there(self):
        for target in (
            "/docs/nowhere",
            "/docs/README",
            "/docs/run.md",
            "/docs/settings/",
            "/docs/settings/x",
            "/docs//",
        ):
            self.assertEqual(self.request("GET", target).status, 404, target)
        for target in ("/docs/../setup.cfg", "/docs/%2e%2e%2fhouse", "/docs/..%2f__init__", "/docs/house%00"):
            self.assertEqual(self.request("GET", target).status, 404, target)

    def test_the_files_beside_the_pages(self):
        """As they are."""
        found = [path for path in guide.PAGES.iterdir() if path.suffix != ".md" and path.is_file()]
        self.assertGreater(len(found), 5)
        for path in found:
            answer = self.request("GET", f"/docs/{path.name}")
            self.assertEqual((answer.status, answer.headers["content-type"]), (200, "text/plain; charset=utf-8"))
            self.assertEqual(answer.body, path.read_bytes())

    def test_the_chinese_page(self):
        self.assertIn("/docs/first-steps.zh", PAGES)
        self.assertIn('href="/docs/first-steps.zh"', self.page("/docs/first-steps"))
        self.assertIn('href="/docs/first-steps"', self.page("/docs/first-steps.zh"))

    def test_headers(self):
        for target in ("/docs", "/docs/settings"):
            headers = self.request("GET", target).headers
            headers.pop("date")
            self.assertEqual((headers["cache-control"], headers["x-content-type-options"]), ("no-cache", "nosniff"))
            self.assertIn("default-src 'none'", headers["content-security-policy"])
            head = self.request("HEAD", target)
            self.assertLessEqual(headers.items(), head.headers.items())
            self.assertEqual(head.body, b"")
            again = self.request("GET", target, If_None_Match=headers["etag"])
            self.assertEqual((again.status, again.body), (304, b""))
            self.assertEqual(self.request("POST", target).status, 405)

    def test_nothing_that_the_policy_forbids(self):
        for target in ("/docs", *PAGES):
            page = re.sub("<pre>.*?</pre>|<code>.*?</code>", "", self.page(target), flags=re.DOTALL)
            self.assertEqual(re.findall(r"<script|<img|<link|style=|\bon\w+=|@import|url\(", page), [], target)


class BelowAPath(SiteCase):
    def test_links(self):
        self.site.outside = Outside(public=PublicURL.parse("https://chat.example/chat"))
        self.root.putChild(b"docs", Handbook("/chat"))
        mount_documents(self.root, self.site.outside.public)
        seen = set()
        for target in ("/chat/docs", "/docs/clients", "/chat/docs/clients", "/chat/docs/house"):
            for link in re.findall(r'href="([^"#]+)', self.request("GET", target).body.decode()):
                if link.startswith("https://") or link == "/chat/":
                    continue
                self.assertTrue(link.startswith(("/chat/docs", "/chat/v2/")), (target, link))
                self.assertEqual(self.request("GET", link).status, 200, (target, link))
                seen.add(link)
        self.assertLessEqual({"/chat/docs", "/chat/docs/settings", "/chat/v2/api"}, seen)
