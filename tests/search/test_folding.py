"""Tests for L{hichat.search.folding}."""

from __future__ import annotations

import re
import sys
from time import process_time
from unicodedata import category, combining, name, normalize

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from hichat.search.folding import comparable, is_ignorable
from tests import proof

UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u180e\u200b\u200c\u200d\u200e\u200f\u202e"
    "\u2060\u2064\u2066\u2069\u3164\ufe0e\ufe0f\ufeff\uffa0\U000e0062\U000e0100"
)


class FoldingTests(SynchronousTestCase):
    def test_the_same_to_who_looks_for_it(self) -> None:
        for one, *others in (
            # Case, and what has none.
            ("strasse", "Straße", "STRASSE", "STRAẞE"),
            ("istanbul", "İstanbul", "ISTANBUL", "ıstanbul", "I\u0307stanbul", "ⓘstanbul"),
            ("isparta", "ISPARTA", "Isparta", "ısparta"),
            ("οδυσσευς", "Ὀδυσσεύς", "ΟΔΥΣΣΕΎΣ", "οδυσσευσ"),
            ("kelvin", "\u212aelvin"),
            ("angstrom", "Ångström", "\u212bngstro\u0308m"),
            # Width, and one letter for several.
            ("office", "oﬃce", "ｏｆｆｉｃｅ", "𝐨𝐟𝐟𝐢𝐜𝐞", "𝔒𝔣𝔣𝔦𝔠𝔢"),
            ("ガス", "ｶﾞｽ", "カ\u3099ス"),
            ("한국", "\u1112\u1161\u11ab국", "한국"),
            # Accents.
            ("benoit", "Benoît", "BENOÎT", "Benoi\u0302t"),
            ("tieng viet", "Tiếng Việt", "TIẾNG VIỆT", normalize("NFD", "tiếng việt")),
            ("lodz", "Łódź", "ŁÓDŹ"),
            ("soren dordevic", "Søren Đorđević"),
            ("oeuvre coeur", "œuvre cœur", "ŒUVRE CŒUR"),
            ("aether caesar", "Æther Cæsar", "ǼTHER CǢSAR"),
            ("smorrebrod", "Smørrebrød", "Smo\u0338rrebro\u0338d"),
            ("thorthur gudmundsdottir", "Þórþur Guðmundsdóttir"),
            ("eliyev", "Əliyev", "əliyev"),
            ("nnanya ngona", "ŋŋanya ŋgɔna"),
            ("cau co zlutoucky", "čau čo žluťoučký"),
            ("ζευς", "Ζεύς", "ΖΕΎΣ"),
            ("αδης", "ᾄδης", "Άδης", "ᾌδης"),
            ("ιριδα ι", "ΐριδα ΐ", "\u1fd3ριδα \u03b9\u0308\u0301"),
            ("l eau", "l\u00b4eau"),
        ):
            for other in others:
                self.assertEqual(comparable(other), comparable(one), (one, other))

    def test_other_letters(self) -> None:
        """What another script puts onto a letter makes another one."""
        for one, other in (
            ("が", "か"),
            ("ﾊﾞ", "ハ"),
            ("ぱ", "ば"),
            ("йод", "иод"),
            ("ёлка", "елка"),
            ("أحمد", "احمد"),
            ("كَتَبَ", "كتب"),
            ("हिन्दी", "हनद"),
            ("ಕೋ", "ಕ"),
            ("שָׁלוֹם", "שלום"),
            ("각", "가"),
            ("天", "大"),
            # Two letters where it is written so stay apart from one.
            ("ångstrom", "aangstrom"),
            ("muller", "mueller"),
        ):
            self.assertNotEqual(comparable(one), comparable(other))

    def test_latin_letters_in_one_piece(self) -> None:
        """Each that Unicode calls a letter with something on it is found as that letter."""
        named = re.compile("LATIN (?:SMALL|CAPITAL) (?:LETTER|LIGATURE) ([A-Z]|AE|OE)(?: WITH .*)?")
        for code in (*range(0xC0, 0x2B0), *range(0x1E00, 0x1F00), *range(0x2C60, 0x2C80)):
            found = named.fullmatch(name(chr(code), ""))
            if found and normalize("NFKD", chr(code)) == chr(code):
                self.assertEqual(comparable(chr(code)), found[1].lower(), chr(code))

    def test_what_nobody_sees(self) -> None:
        for unseen in UNSEEN:
            self.assertTrue(is_ignorable(unseen))
            for text in ("well-being", "北京", "می\u0646ویسم", "हिन्दी", "Benoît", "か\u3099"):
                for place in range(len(text) + 1):
                    written = text[:place] + unseen * 2 + text[place:]
                    self.assertEqual(comparable(written), comparable(text), (unseen, text, place))

    def test_a_word_that_was_folded_stays(self) -> None:
        """Each character, but for the many that have neither case nor parts; alone and between others."""
        for code in (*range(0x3400), *range(0xA000, 0xAC01), *range(0xF900, 0x20000), *range(0x2F800, 0x2FA20)):
            for before, behind in (("", ""), ("a", "\u0301"), ("", "\u3099\u0301")):
                found = comparable(before + chr(code) + behind)
                if not found.isascii():
                    again = comparable(found), normalize("NFKC", found), found.casefold()
                    self.assertEqual(again, (found,) * 3, hex(code))

    @given(st.text(st.characters(categories=("L", "M", "Cf", "Sk", "Lm", "So"), codec="utf-8")))
    @settings(max_examples=proof.many(500, 100), deadline=None)
    def test_any_text_that_was_folded_stays(self, text: str) -> None:
        found = comparable(text)
        self.assertEqual(comparable(found), found)
        self.assertEqual(comparable(normalize("NFD", text)), comparable(normalize("NFC", text)))
        self.assertFalse(any(map(is_ignorable, found)))

    def test_ascii_is_as_all_else(self) -> None:
        text = "".join(map(chr, range(128)))
        self.assertEqual(comparable(f"{text}北")[:-1], comparable(text))

    def test_time(self) -> None:
        """A message full of anything takes no time that anybody would notice."""
        for piece in (
            "北京",
            "Benoît ",
            "हिन्दी ",
            "привет ",
            "안녕 ",
            "👨‍👩‍👧",
            "\u200b",
            "e\u0301\u0316",
            "ǰ\u3099",
            "\u0345",
        ):
            text = piece * (12_000 // len(piece))
            spent = min(self.spent(text) for _ in range(5))
            self.assertLess(spent, 0.05, piece)

    def spent(self, text: str) -> float:
        began = process_time()
        comparable(text)
        return process_time() - began


class IgnorableTests(SynchronousTestCase):
    def test_all_of_them(self) -> None:
        """Unicode's DerivedCoreProperties.txt has 4174: format characters, marks, fillers, and what is not assigned."""
        found = [chr(code) for code in range(sys.maxunicode + 1) if is_ignorable(chr(code))]
        self.assertEqual(len(found), 4174)
        self.assertEqual({category(each) for each in found}, {"Cf", "Mn", "Lo", "Cn"})
        self.assertEqual({each for each in found if combining(each)}, set())
