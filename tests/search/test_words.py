"""Tests for L{hichat.search.words}."""

from __future__ import annotations

from unicodedata import category

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from hichat.search import words
from hichat.search.folding import comparable
from hichat.search.words import Part, Token, Word
from tests import proof

TEXTS = st.text(
    st.one_of(
        st.sampled_from(
            "aAbB ß,中国人，。ﬁＡé\u0301가한ก็😀\u200dｶﾞㄱㅏहि\u09c7\u09beİłΐᾳ\u0345´й\u200b\u00ad\ufe0f\u1160"
        ),
        st.characters(codec="utf-8"),
    ),
    max_size=30,
)


def indexed(token: str) -> str:
    """@return: the word or pair of characters as the index has it."""
    return words.pairs(token)[0] if words.words(token)[0].close and len(token) > 1 else token


class TokenTests(SynchronousTestCase):
    def test_words_and_pairs(self) -> None:
        found = {
            "": set(),
            "Hello, hello WORLD-wide": {"hello", "world", "wide"},
            "我爱北京": {"我爱", "爱北", "北京", "京"},
            "买2个iPhone吧": {"买", "2", "个", "iphone", "吧"},
            "。，!? \n": set(),
            "snake_case": {"snake", "case"},
            "ＡＢＣ １２": {"abc", "12"},
            "Straße": {"strasse"},
            "é é": {"e"},
            "in\u00advis\u200bible \u2060x\ufeff": {"invisible", "x"},
            "İstanbul Benoît": {"istanbul", "benoit"},
            "❤️ 👨‍👩‍👧": {"❤", "👨👩", "👩👧", "👧"},
            "می\u200cخواهم": {"میخواهم"},
            "x" * 100: {"x" * 16},
        }
        for text, expected in found.items():
            self.assertEqual(words.tokens(text), {*map(indexed, expected)}, text)

    def test_signs_for_characters(self) -> None:
        self.assertEqual((words.pairs("北京人"), words.pairs("京")), (["北g", "京u"], []))
        self.assertEqual(words.tokens("北京人 bei"), {"北g", "京u", "人", "bei"})
        self.assertEqual(words.wanted(Word("北京人", True)), [Token("北g", False), Token("京u", False)])
        self.assertEqual(words.wanted(Word("人", True)), [Token("人", True)])
        self.assertEqual(words.wanted(Word("bei", False)), [Token("bei", True)])

    def test_written_another_way(self) -> None:
        """Of half width, in pieces, or as one: it is the same."""
        for one, other in (
            ("ガス", "ｶﾞｽ"),
            ("パン", "ﾊﾟﾝ"),
            ("가", "\u1100\u1161"),
            ("가", "ﾡￂ"),
            ("\u0995\u09cb", "\u0995\u09c7\u09be"),
            ("é", "e\u0301"),
        ):
            self.assertEqual(words.normal(one).text, words.normal(other).text, one)
            self.assertEqual(words.words(one), words.words(other))
            self.assertEqual(words.tokens(one), words.tokens(other))

    @given(TEXTS)
    @settings(max_examples=proof.many(300, 60), deadline=None)
    def test_piece_by_piece_is_as_at_once(self, text: str) -> None:
        self.assertEqual(words.normal(text).text, comparable(text))

    def test_vowels_are_in_words(self) -> None:
        self.assertEqual(words.words("हिन्दी में"), [Word("हिन्दी", False), Word("में", False)])
        self.assertEqual(words.tokens("தமிழ் שָׁלוֹם"), {"தமிழ்", "שָׁלוֹם"})

    def test_vowels_of_scripts_that_few_keyboards_have(self) -> None:
        """Javanese, Meetei Mayek, Chakma, Balinese: one word each, not one letter."""
        for word in ("ꦲꦏ꧀ꦱꦫꦗꦮ", "ꯃꯤꯇꯩ", "𑄌𑄋𑄴𑄟𑄳𑄦", "ᬅᬓ᭄ᬱᬭ"):
            self.assertEqual(words.words(f"({word})"), [Word(words.normal(word).text, False)])

    def test_punctuation_is_in_no_word(self) -> None:
        for text in ("ไทย๏ลาว๚", "ခု၊ခု။", "ខ្មែរ។ខ្មែរ", "中、文。「中」", "カ・カ"):
            for word in words.words(text):
                self.assertFalse([sign for sign in word.text if category(sign).startswith("P")], text)

    def test_signs_that_several_scripts_share(self) -> None:
        """A long vowel, a repetition and a closing mark are in the middle of Japanese words."""
        for text in ("スーパー", "人々", "〆切", "二〇二六"):
            self.assertEqual(words.words(text), [Word(text, True)])
        self.assertEqual(words.tokens("ㄅㄆ"), {indexed("ㄅㄆ"), "ㄆ"})

    def test_ascii_is_as_other_text(self) -> None:
        for text in ("snake_case, it's 2 o'clock", "a-b_c d\x00e\x7ff", "A1 b2"):
            self.assertEqual(words.tokens(text), words.tokens(f"{text} ж") - {"ж"})

    def test_signs(self) -> None:
        for sign in "😀⭐⏰⌚☕⚡▶⬛↔⤴":
            self.assertEqual(words.words(f"{sign}\ufe0f"), [Word(sign, True)])

    def test_what_is_asked(self) -> None:
        self.assertEqual(words.words("Tea  tea 北京"), [Word("tea", False), Word("北京", True)])
        for nothing in ("", " ", '"*"', "- OR *", "()'\\", "\u3000，。"):
            self.assertEqual([word for word in words.words(nothing) if word.text != "or"], [], nothing)

    @given(TEXTS, st.integers(0, 30), st.integers(1, 8))
    @settings(max_examples=proof.many(300, 60), deadline=None)
    def test_the_index_proposes_all_that_answers(self, text: str, start: int, length: int) -> None:
        """What is found in a text has its tokens there: of any part of it, too."""
        asked = words.words(text[start : start + length])
        made = words.normal(text)
        if words.find(asked, made.text) is None:
            return
        found = words.tokens(text)
        for word in asked:
            for token, begins in words.wanted(word):
                self.assertTrue(any(one.startswith(token) if begins else one == token for one in found), (word, found))

    @given(TEXTS)
    @settings(max_examples=proof.many(300, 60), deadline=None)
    def test_each_place_is_one_of_the_original(self, text: str) -> None:
        made = words.normal(text)
        if made.starts is None or made.ends is None:
            self.assertEqual(len(made.text), len(text))
            return
        self.assertEqual((len(made.starts), len(made.ends)), (len(made.text), len(made.text)))
        for start, end in zip(made.starts, made.ends, strict=True):
            self.assertTrue(0 <= start < end <= len(text))


class FindTests(SynchronousTestCase):
    def found(self, asked: str, text: str) -> list[str] | None:
        made = words.normal(text)
        matches = words.find(words.words(asked), made.text)
        return None if matches is None else [made.text[match.start : match.end] for match in matches]

    def test_beginnings_of_words(self) -> None:
        self.assertEqual(self.found("tea", "Tea for the team, not steam"), ["tea", "tea"])
        self.assertIsNone(self.found("eam", "team steam"))
        self.assertIsNone(self.found("हा", "हिन्दी महान"), "not letter by letter")
        self.assertEqual(self.found("हिन्", "हिन्दी"), ["हिन्"])
        self.assertEqual(self.found("iphone", "买iPhone15吧"), ["iphone"])

    def test_anywhere_in_chinese(self) -> None:
        self.assertEqual(self.found("北京", "我在北京。北京很大"), ["北京", "北京"])
        self.assertEqual(self.found("京", "北京"), ["京"])
        self.assertIsNone(self.found("北大", "北京大学"))
        self.assertIsNone(self.found("北京大学", "北京 大学，京大"), "the pairs are there, the word is not")

    def test_all_of_them(self) -> None:
        self.assertEqual(self.found("green tea", "tea, green"), ["tea", "green"])
        self.assertIsNone(self.found("green tea", "black tea"))

    def test_whole_words_are_better(self) -> None:
        scores = [self.score("tea", text) for text in ("team", "team team", "a tea", "tea, tea")]
        self.assertEqual(scores, sorted(scores))
        self.assertEqual(len(set(scores)), 4)

    def score(self, asked: str, text: str) -> int:
        made = words.normal(text)
        found = words.words(asked)
        return words.score(found, made.text, words.find(found, made.text) or [])


class SnippetTests(SynchronousTestCase):
    def parts(self, asked: str, text: str) -> list[Part]:
        self.assertIsNotNone(words.find(words.words(asked), words.normal(text).text))
        return words.snippet(text, words.words(asked))

    def shown(self, asked: str, text: str) -> str:
        return "".join(f"[{part.text}]" if part.match else part.text for part in self.parts(asked, text))

    def test_marked(self) -> None:
        self.assertEqual(self.shown("tea", "Tea, <b>team</b>"), "[Tea], <b>[tea]m</b>")
        self.assertEqual(self.shown("北京 大", "我在北京，很大"), "我在[北京]，很[大]")
        self.assertEqual(self.shown("tea", "tea"), "[tea]")

    def test_as_it_was_written(self) -> None:
        self.assertEqual(self.shown("strasse", "Die STRASSE und die Straße"), "Die [STRASSE] und die [Straße]")
        self.assertEqual(self.shown("abc", "ＡＢＣ，ok"), "[ＡＢＣ]，ok")
        self.assertEqual(self.shown("fi", "ﬁne"), "[ﬁ]ne")
        self.assertEqual(self.shown("café", "a cafe\u0301!"), "a [cafe\u0301]!")
        self.assertEqual(self.shown("istanbul", "ﬁ İstanbul'da"), "ﬁ [İstanbul]'da")
        self.assertEqual(self.shown("İSTANBUL", "ﬁ istanbul'da"), "ﬁ [istanbul]'da")
        self.assertEqual(
            self.shown("benoit", "\u00adSalut Be\u00adno\u200bi\u0302t\u2060s !"),
            "\u00adSalut [Be\u00adno\u200bi\u0302t\u2060]s !",
        )
        self.assertEqual(self.shown("be\ufeffnoît", "Benoit"), "[Benoit]")
        self.assertEqual(self.shown("京城", "北京\u200b城ﬁ"), "北[京\u200b城]ﬁ")
        self.assertEqual(self.shown("❤", "I ❤️ you"), "I [❤️] you")
        self.assertEqual(self.shown("αδης", "ὁ ᾍδης"), "ὁ [ᾍδης]")
        self.assertEqual(
            self.shown("dem", "\u200b" * 300 + "Idée ÉDÉM De\u0301m"),
            self.shown("dém", "\u200b" * 300 + "Idée ÉDÉM De\u0301m"),
        )

    def test_around_the_first_match(self) -> None:
        text = "x " * 500 + "needle" + " y" * 500
        found = self.shown("needle", text)
        self.assertIn("[needle]", found)
        self.assertTrue(found.startswith("...") and found.endswith("..."))
        self.assertLess(len(found), words.SNIPPET + 10)
        self.assertEqual(self.parts("z" * 200, "z" * 200), [Part("z" * 200, True)])

    @given(TEXTS, st.integers(0, 30), st.integers(1, 8))
    @settings(max_examples=proof.many(300, 60), deadline=None)
    def test_its_parts_are_the_text(self, text: str, start: int, length: int) -> None:
        made = words.normal(text)
        asked = words.words(text[start : start + length])
        matches = words.find(asked, made.text)
        if asked and matches:
            self.assertEqual("".join(part.text for part in words.snippet(text, asked)), text)

    @given(st.lists(st.sampled_from(["\u0300\u0316" * 40, "\u0f73" * 50, "ｶ" + "ﾞ" * 40, "a", "中"])))
    @settings(max_examples=proof.many(100, 30), deadline=None)
    def test_too_many_marks_in_a_row(self, pieces: list[str]) -> None:
        """What is put onto a sign without end is as if it had ended; and both ways of reading agree on it."""
        text = "tea " + "".join(pieces)
        self.assertEqual(words.normal(text).text, comparable(text))
        self.assertIsNotNone(words.find(words.words(text), comparable(text)))
        self.assertIn("tea", "".join(part.text for part in words.snippet(text, words.words(text))))
