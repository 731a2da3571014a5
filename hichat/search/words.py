"""
Words: how texts and queries are taken apart, the same way for both and on all stores.

Texts are compared without regard to case, width and accents, see L{hichat.search.folding}. In scripts that put blanks
between words a word is found by its beginning. Those that do not, Chinese above all, have no words that a machine could
see for sure: there a query matches anywhere in a text. For that the index has each two neighbouring characters (and the
last one alone).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple
from unicodedata import category

import msgspec
import regex

from hichat.core.text import formed
from hichat.search.folding import comparable, is_ignorable

LONGEST = 64
"""The characters of a word that the index has; further ones are compared in the text itself."""

SNIPPET = 120
"""Characters of a snippet, about."""

BEFORE = 30
"""Of these, before the first match."""

BLOCK = 128
"""Characters, about, that are normalised together where a match is looked for in the original."""

# Scripts without blanks between words; of Korean the words take endings.
_SCRIPTS = "".join(
    rf"\p{{Script={name}}}"
    for name in ("Thai", "Lao", "Myanmar", "Khmer", "Han", "Hiragana", "Katakana", "Bopomofo", "Hangul")
)
# What Unicode counts to no script because several have it: closings, repetition marks, the sign for a long vowel and
# those for voiced sounds.
_SHARED = r"\u3006\u3031-\u3035\u303c\u3099\u309a\u30fc"
# Emoji, also those that are older: arrows, clocks, stars.
_SIGNS = r"\U0001f000-\U0001faff\u2190-\u21ff\u2300-\u23ff\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff\u3030\u303d"
_CLOSE = rf"[[{_SCRIPTS}{_SHARED}]--\p{{P}}][{_SIGNS}]"
# The vowels of Hindi are marks, and in the middle of words.
_LETTER = rf"[[\p{{L}}\p{{N}}\p{{Mn}}\p{{Mc}}]--[{_CLOSE}]]"
_WORD = regex.compile(rf"([{_CLOSE}]+)|{_LETTER}+", regex.V1)
_APART = regex.compile(_LETTER, regex.V1)
# The same words, found in half the time.
_ASCII_WORD = re.compile("[0-9A-Za-z]+")


class Normal(NamedTuple):
    """
    A text made comparable.

    @ivar text: the normalised text.
    @ivar starts: for each of its characters, the place in the original where its source begins; None: the same place.
    @ivar ends: for each of its characters, the place in the original where its source ends.
    """

    text: str
    starts: Sequence[int] | None = None
    ends: Sequence[int] | None = None


class Word(NamedTuple):
    """
    A word that is asked for.

    @ivar close: whether it is of a script without blanks.
    """

    text: str
    close: bool


class Token(NamedTuple):
    """
    What the index is asked for.

    @ivar begins: whether all that begins with it will do.
    """

    text: str
    begins: bool


class Match(NamedTuple):
    """
    Where a word is, in a L{Normal.text}.

    @ivar whole: whether it is a word there, and not only the beginning of one.
    """

    start: int
    end: int
    whole: bool


class Part(msgspec.Struct):
    """
    A part of a snippet.

    @ivar match: whether this part matches the search.
    """

    text: str
    match: bool


def normal(text: str) -> Normal:
    """@return: the text made comparable, with the places of the original text that its characters come from."""
    made = comparable(text)
    if len(made) == len(text) and not any(map(_joins, text)):
        # Nothing becomes nothing but what joins: so each character has become one.
        return Normal(made)
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end in _clusters(text):
        piece = comparable(text[start:end])
        pieces.append(piece)
        starts += [start] * len(piece)
        ends += [end] * len(piece)
    return Normal("".join(pieces), starts, ends)


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """@return: the begins and ends of the parts that are normalised by themselves: a character with its marks."""
    start = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or not _joins(text[place]):
            yield start, place
            start = place


@lru_cache(4096)
def _joins(character: str) -> bool:
    # What it stands for counts: Japanese of half width has its marks as letters. And Korean letters that belong to the
    # one before are no marks.
    first = formed("NFKC", character)[0]
    return category(first).startswith("M") or "\u1160" <= first <= "\u11ff" or is_ignorable(character)


def tokens(text: str) -> set[str]:
    """@return: what the index has of a text."""
    found: set[str] = set()
    for word, close in _words(text):
        if close:
            found.update(word[place : place + 2] for place in range(len(word)))
        else:
            found.add(word[:LONGEST])
    return found


def words(asked: str) -> list[Word]:
    """@return: the words in what somebody asks for, each once."""
    return list(dict.fromkeys(Word(word, close) for word, close in _words(asked)))


def _words(text: str) -> Iterator[tuple[str, bool]]:
    """@return: the words of a text, and whether each is of a script without blanks."""
    text = comparable(text)
    if text.isascii():
        return ((word, False) for word in _ASCII_WORD.findall(text))
    return ((match[0], match[1] is not None) for match in _WORD.finditer(text))


def wanted(word: Word) -> list[Token]:
    """@return: what the index has of each text with this word."""
    text, close = word
    if not close:
        return [Token(text[:LONGEST], True)]
    if len(text) == 1:
        return [Token(text, True)]
    return [Token(text[place : place + 2], False) for place in range(len(text) - 1)]


def find(asked: Sequence[Word], text: str) -> list[Match] | None:
    """
    @param text: normalised.
    @return: where the words are; None: one of them is nowhere.
    """
    found: list[Match] = []
    for word in asked:
        places = list(_find(word, text))
        if not places:
            return None
        found += places
    return sorted(found)


def _find(word: Word, text: str) -> Iterator[Match]:
    start = text.find(word.text)
    while start >= 0:
        end = start + len(word.text)
        if word.close:
            yield Match(start, end, True)
        elif start == 0 or not _APART.match(text, start - 1):
            yield Match(start, end, not _APART.match(text, end))
        start = text.find(word.text, end)


def score(asked: Sequence[Word], text: str, matches: Sequence[Match]) -> int:
    """
    How well a text answers, whatever else there is: the words that it has whole count most, then how often there is a
    match, up to a few times.
    """
    whole = {text[match.start : match.end] for match in matches if match.whole}
    return 8 * len(whole) + min(len(matches), 7)


def snippet(text: str, asked: Sequence[Word]) -> list[Part]:
    """
    @param text: the original; all the words should be in it.
    @return: the text around the first match, in parts; C{...} where it goes on.
    """
    spans = _spans(text, find(asked, comparable(text)) or []) or [(0, 0)]
    first = max(0, spans[0][0] - BEFORE)
    last = min(len(text), max(first + SNIPPET, spans[0][1]))
    # Not in the middle of a visible character.
    while first and _joins(text[first]):
        first -= 1
    while last < len(text) and _joins(text[last]):
        last += 1
    parts: list[Part] = []
    place = first
    for start, end in spans:
        if end > last:
            break
        parts += [Part(text[place:start], False), Part(text[start:end], True)]
        place = end
    parts.append(Part(text[place:last], False))
    if first:
        parts[0].text = f"...{parts[0].text}"
    if last < len(text):
        parts[-1].text += "..."
    return [part for part in parts if part.text]


def _spans(text: str, matches: Sequence[Match]) -> list[tuple[int, int]]:
    """
    @param matches: in the text as it is compared.
    @return: where they are in the original, as far as a snippet goes; those that touch are one.
    """
    if text.isascii() or not matches:
        return _joined(Normal(""), matches)
    # Only this part is read sign by sign: that takes a hundred times as long.
    first, last, before, behind = 0, 0, 0, 0
    for start, end in _blocks(text):
        last, behind = end, behind + len(comparable(text[start:end]))
        if behind <= matches[0].start:
            first, before = last, behind
        elif behind >= matches[0].end + SNIPPET:
            break
    near = [Match(start - before, end - before, whole) for start, end, whole in matches if end <= behind]
    return [(first + start, first + end) for start, end in _joined(normal(text[first:last]), near)]


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """@return: where parts of some length begin and end, each of which is normalised by itself."""
    start = 0
    while start < len(text):
        end = start + BLOCK
        while end < len(text) and _joins(text[end]):
            end += 1
        yield start, end
        start = end


def _joined(made: Normal, matches: Sequence[Match]) -> list[tuple[int, int]]:
    """@return: where the matches are in the original; those that touch are one."""
    spans: list[tuple[int, int]] = []
    for match in matches:
        start, end = match.start, match.end
        if made.starts is not None and made.ends is not None:
            start, end = made.starts[start], made.ends[end - 1]
        if spans and start <= spans[-1][1]:
            spans[-1] = spans[-1][0], max(end, spans[-1][1])
        else:
            spans.append((start, end))
    return spans
