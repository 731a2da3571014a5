"""Tests for L{hichat.core.markdown}."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from hichat.core.markdown import plain
from hichat.wire.frames import TEXT_LIMIT

CASES = json.loads((Path(__file__).parent / "support" / "formatting.json").read_text())
"""Texts with signs, and without them. The web client's tests read them too."""

SIGNS = (*"*_`[)\\a #你\n", "~~", "](", "[a](https://b.example/", "```\n", "> ", "- ")


class PlainTests(SynchronousTestCase):
    def test_the_signs_go_and_the_words_stay(self) -> None:
        for text, shown in CASES:
            self.assertEqual(plain(text), shown, text)

    def test_words_are_never_lost(self) -> None:
        chance = random.Random(7)
        for _ in range(2000):
            text = "".join(chance.choices([*SIGNS, "word! "], k=chance.randrange(1, 40)))
            self.assertEqual(plain(text).count("word"), text.count("word"), text)

    def test_a_hostile_text_takes_no_longer_than_another(self) -> None:
        for sign in (*SIGNS, "**a", "*a**b", "a**b", "_a_ ", "`a``b", "[[]", "[a", "~~a", "a~~", "***", "*~~_"):
            text = sign * (TEXT_LIMIT // len(sign))
            begun = time.thread_time()
            plain(text)
            self.assertLess(time.thread_time() - begun, 0.25, sign)
