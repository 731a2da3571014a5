"""Tests for L{hichat.web.docs.pages}."""

from __future__ import annotations

import re

from markupsafe import Markup
from twisted.trial.unittest import SynchronousTestCase

from hichat.web.docs import pages

EVIL = '<script>alert("1")</script>'


class Escapes(SynchronousTestCase):
    def test_a_template(self) -> None:
        """What a template is given is text, wherever it stands."""
        codes = {"<b>": EVIL}
        page = pages.page(
            "api.html",
            EVIL,
            prefix='/a"b',
            introduction=EVIL,
            places=[(EVIL, [('"x', EVIL)])],
            sections=[],
            objects=[("<i>", {"description": EVIL, "properties": {"<u>": {"description": EVIL, "enum": [EVIL]}}})],
            error_codes=codes,
            problem_type="",
        )
        self.assertNotRegex(page, "<(script|b|i|u)>")
        self.assertNotIn('/a"b', page)
        self.assertNotIn('#"x', page)
        self.assertEqual(page.count("&lt;script&gt;"), 9)

    def test_markdown(self) -> None:
        """No HTML goes through, and no link runs something."""
        for text in (EVIL, f"a {EVIL} b", "<img src=x onerror=alert(1)>", "[a](javascript:alert(1))", "<!-- -->"):
            found = re.sub("</?p>", "", pages.to_html(text))
            self.assertNotRegex(found, r"<(?!/?p\b)|href")


class Bounds(SynchronousTestCase):
    def test_each(self) -> None:
        for field, wanted in (
            ({}, ""),
            ({"enum": ["a", "<"]}, "<code>a</code>, <code>&lt;</code>"),
            ({"minimum": 1}, "at least 1"),
            ({"minimum": 1, "maximum": 2**53 - 1}, "1 to 2<sup>53</sup> - 1"),
            ({"minimum": 1 - 2**53, "maximum": 0}, "-(2<sup>53</sup> - 1) to 0"),
            ({"maxLength": 5, "pattern": "<"}, "at most 5 characters; <code>&lt;</code>"),
            ({"anyOf": [{"maximum": 5}, {"maxItems": 2}]}, "at most 5; at most 2 items"),
            ({"items": {"maxLength": 5}, "default": []}, "each at most 5 characters; if absent <code>[]</code>"),
        ):
            self.assertEqual(pages.bounds(field), Markup(wanted))


class Links(SynchronousTestCase):
    def test_prefix(self) -> None:
        self.assertIn('href="/chat/v2/api#x"', pages.to_html("[a](/v2/api#x)", "/chat"))
        self.assertIn('href="https://example.org/"', pages.to_html("[a](https://example.org/)", "/chat"))

    def test_anchors(self) -> None:
        """They are GitHub's, so that links work there as here; two equal headings have two."""
        found = pages.to_html("# Behind a proxy\n\n## Send again, safely\n\n## 第一步\n\n## Behind a proxy\n")
        ids = re.findall('id="(.*?)"', found)
        self.assertEqual(ids, ["behind-a-proxy", "send-again-safely", "第一步", "behind-a-proxy-1"])
