"""Tests for L{hichat.web.languages}."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from hichat.web.languages import language_of

RANGES = st.sampled_from(["en", "EN-gb", "zh", "zh-Hans-CN", "fr", "*", "", "en_US", '"zh"', "=", ";"])
WEIGHTS = st.sampled_from(["", ";q=0", ";q=0.001", "; q=1.000", ";q=2", ";q=x", ";q", ";Q=0.5", ";q=0.5;x=y"])


class LanguageTests(SynchronousTestCase):
    def assert_each(self, *cases: tuple[str | None, str]) -> None:
        for header, language in cases:
            self.assertEqual(language_of(header), language, header)

    def test_header(self) -> None:
        self.assert_each(
            (None, "en"),
            ("", "en"),
            ("en", "en"),
            ("en-GB,en;q=0.9", "en"),
            ("zh-CN,en;q=0.8", "zh"),
            ("fr, en;q=0.5", "en"),
            ("fr", "en"),
            ("zh", "zh"),
        )

    def test_weights(self) -> None:
        """They count, not the order; equal ones leave it to the order."""
        self.assert_each(
            ("zh;q=0.1, en", "en"),
            ("zh;q=0.8,en-US;q=0.9", "en"),
            ("en;q=0.8,zh-TW;q=0.9", "zh"),
            ("en,zh", "en"),
            ("zh,en", "zh"),
            ("fr;q=1,en;q=0.5,zh;q=0.5", "en"),
        )

    def test_not_acceptable(self) -> None:
        """A weight of 0 says never."""
        self.assert_each(("zh;q=0,en;q=0.1", "en"), ("en;q=0,*", "zh"), ("zh;q=0,*", "en"))
        self.assert_each(("en;q=0", "zh"), ("zh;q=0", "en"), ("zh;q=0, en;q=0", "en"), ("*;q=0", "en"))

    def test_any(self) -> None:
        self.assert_each(("*", "en"), ("zh, *;q=0.5", "zh"), ("en;q=0.5, *", "zh"), ("fr, *;q=0.1", "en"))

    def test_spellings(self) -> None:
        self.assert_each(("EN-us", "en"), ("ZH-Hant", "zh"), ("zho", "en"), ("en;q=high, zh;q=0.1", "zh"))

    def test_the_more_exact_tag_does_not_hide_the_weight(self) -> None:
        self.assert_each(("zh-CN, en;q=0.1", "zh"), ("en-US;q=0.2, en;q=0.9, zh;q=0.5", "en"))

    def test_the_default_may_be_another(self) -> None:
        """That of v1 is Chinese."""
        for header, language in ((None, "zh"), ("", "zh"), ("fr", "zh"), ("*", "zh"), ("en", "en"), ("zh;q=0", "en")):
            self.assertEqual(language_of(header, "zh"), language, header)

    def test_long_headers(self) -> None:
        """Only the beginning is read, and no part of a language that is cut off there."""
        self.assert_each(("fr," * 300 + "zh", "zh"), ("fr," * 10_000 + "zh", "en"), ("zh" * 10_000, "en"))
        start = "en;q=0.5," + "fr," * 328
        self.assertEqual(len(start + "zh;q=0.9"), 1001)
        self.assert_each((start + "zh;q=0.9", "en"), (start[:-3] + "zh;q=0.9", "zh"))

    @given(st.lists(st.builds(str.__add__, RANGES, WEIGHTS), max_size=5).map(",".join) | st.text(max_size=60))
    def test_takes_any_text(self, header: str) -> None:
        self.assertIn(language_of(header), ("zh", "en"))
