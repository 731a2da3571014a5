"""Tests for L{hichat.core.emojis}."""

from importlib.resources import files

import emoji
from twisted.trial.unittest import SynchronousTestCase

from hichat.core.emojis import emoji_of, spelt

VERSION = 18
"""Of Unicode: up to this one C{emojis.txt} has all. It has a line for each; a new one is a line more."""


class EmojiTests(SynchronousTestCase):
    def test_all_that_are_recommended(self) -> None:
        """In all three ways in which Unicode's own test file spells them, it is the one that is qualified in full."""
        full = ""
        for each, about in emoji.EMOJI_DATA.items():
            if about["E"] <= VERSION:
                if about["status"] <= emoji.STATUS["fully_qualified"]:
                    full = each
                    self.assertEqual(emoji_of(each), each)
                found = emoji_of(each)
                assert found is not None, ascii(each)
                self.assertEqual(found.replace("\ufe0f", ""), each.replace("\ufe0f", ""))
                self.assertLessEqual(emoji.EMOJI_DATA[found]["status"], emoji.STATUS["fully_qualified"])
        self.assertTrue(full)

    def test_no_others(self) -> None:
        lines = files("hichat.core").joinpath("emojis.txt").read_text("utf-8").splitlines()
        listed = [each for line in lines if not line.startswith("# ") for each in line.split()]
        self.assertEqual(len(listed), len(set(listed)))
        self.assertEqual([each for each in listed if each not in emoji.EMOJI_DATA], [])

    def test_one_spelling(self) -> None:
        for full, *others in (
            ("❤️", "❤"),
            ("👍", "👍️"),
            ("☺️", "☺"),
            ("©️", "©"),
            ("1️⃣", "1⃣"),
            ("❤️‍🔥", "❤‍🔥"),
            ("🏳️‍🌈", "🏳‍🌈"),
            ("👁️‍🗨️", "👁‍🗨️", "👁️‍🗨", "👁‍🗨"),
            ("🕵🏽‍♀️", "🕵🏽‍♀"),
            ("👨‍👩‍👧‍👦",),
            ("🏴󠁧󠁢󠁳󠁣󠁴󠁿",),
            ("🇨🇳",),
            ("☝🏿",),
        ):
            for each in (full, *others):
                self.assertEqual(emoji_of(each), full)

    def test_what_is_none(self) -> None:
        for text in (
            *(
                "",
                " ",
                "a",
                "1",
                "#",
                "+1",
                ":heart:",
                "<3",
                "ok",
                "赞",
                "é",
                "\u2713",
                "\u2605",
                "♥x",
                "❤\ufe0e",
                "👍\ufe0e",
            ),
            *("👍👍", "👍 ", " 👍", "👍a", "👍\u200d", "\u200d", "\ufe0f", "\u20e3", "1\ufe0f", "🇨", "🇨🇨🇨", "🇽🇽"),
            *(
                "👍🏽🏽",
                "🍎🏽",
                "👨‍🍎",
                "👨‍👩‍👧‍👦‍👦",
                "🏴󠁧󠁢",
                "\U000e007f",
                "\ue415",
                "\U0001fffd",
                "👍\u200b",
                "👍\ufeff",
            ),
        ):
            self.assertIsNone(emoji_of(text), ascii(text))

    def test_as_it_is_stored(self) -> None:
        self.assertEqual(spelt("+❤".encode()), "+❤️".encode())
        self.assertEqual(spelt("-❤️".encode()), "-❤️".encode())
        for other in (b"", b"+wow", "-❤\ufe0e".encode()):
            self.assertEqual(spelt(other), other)
