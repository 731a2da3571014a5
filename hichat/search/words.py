"""
Words: how texts and queries are split into words, in the same way and on all stores.

Texts are compared without regard to case, width and accents, see L{hichat.search.folding}. In scripts with blanks
between words a query's word matches the beginning of a word. Scripts without blanks, Chinese above all, have no words
that a program could tell for sure: there a query matches anywhere in a text. For that the index has each pair of
neighbouring characters (and the last one alone).
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from unicodedata import category

import msgspec
import regex

from hichat.core.text import formed
from hichat.search.folding import comparable, is_ignorable

INDEXED_LENGTH = 16
"""Characters of a word in the index; a search compares further ones in the message's text."""

SIGNS = string.digits + string.ascii_lowercase
"""They stand for characters in the index."""

SNIPPET = 120
"""Characters of a snippet, about."""

BEFORE = 30
"""Characters of a snippet before the first match, at most."""

NORMALISED_AT_ONCE = 128
"""Characters, about, that are normalised together to find the place of a match in the original text."""

# Scripts without blanks between words; and Korean, whose words take endings.
_SCRIPTS = "".join(
    rf"\p{{Script={name}}}"
    for name in ("Thai", "Lao", "Myanmar", "Khmer", "Han", "Hiragana", "Katakana", "Bopomofo", "Hangul")
)
# Characters that several of these scripts share, so that Unicode counts them to none: the closing mark, repetition
# marks, the signs for long vowels and voiced sounds.
_SHARED = r"\u3006\u3031-\u3035\u303c\u3099\u309a\u30fc"
# Emoji, and older signs of that sort: arrows, clocks, stars.
_SIGNS = r"\U0001f000-\U0001faff\u2190-\u21ff\u2300-\u23ff\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff\u3030\u303d"
_CLOSE = rf"[[{_SCRIPTS}{_SHARED}]--\p{{P}}][{_SIGNS}]"
# Marks belong to words: in Hindi, for example, vowels are marks.
_LETTER = rf"[[\p{{L}}\p{{N}}\p{{Mn}}\p{{Mc}}]--[{_CLOSE}]]"
_WORD = regex.compile(rf"([{_CLOSE}]+)|{_LETTER}+", regex.V1)
_APART = regex.compile(_LETTER, regex.V1)
# For ASCII texts: finds the same words in half the time.
_ASCII_WORD = re.compile("[0-9A-Za-z]+")


class Normal(NamedTuple):
    """
    A text in its comparable form; see L{comparable}.

    @ivar text: the comparable form.
    @ivar starts: for each of its characters, the place in the original where its source begins; None: the same place.
    @ivar ends: for each of its characters, the place in the original where its source ends.
    """

    text: str
    starts: Sequence[int] | None = None
    ends: Sequence[int] | None = None


class Word(NamedTuple):
    """
    A word of a query.

    @ivar text: the word in its comparable form.
    @ivar close: whether it is of a script without blanks.
    """

    text: str
    close: bool


class Token(NamedTuple):
    """
    A word, or a piece of one, to look up in the index.

    @ivar begins: whether all words that begin with it match.
    """

    text: str
    begins: bool


class Match(NamedTuple):
    """
    The place of a query's word in a L{Normal.text}.

    @ivar whole: whether it is a whole word there, and not only the beginning of one.
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
    """@return: the text's comparable form, with the places in the original text from which its characters come."""
    made = comparable(text)
    if len(made) == len(text) and not any(map(_joins, text)):
        # Only joining characters can vanish, and there are none: so each character has become one.
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
    """@return: the beginnings and ends of clusters, a character with its marks, each of which is normalised alone."""
    start = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or not _joins(text[place]):
            yield start, place
            start = place


@lru_cache(4096)
def _joins(character: str) -> bool:
    # Its NFKC form decides: the marks of half-width Japanese are letters themselves. The second range are the Korean
    # vowels and finals, which belong to the letter before but are no marks.
    first = formed("NFKC", character)[0]
    return category(first).startswith("M") or "\u1160" <= first <= "\u11ff" or is_ignorable(character)


def tokens(text: str) -> set[str]:
    """@return: the words of a text that go into the index, and the pairs of characters as L{pairs} gives them."""
    found: set[str] = set()
    for word, close in _words(text):
        if close:
            found.update(pairs(word))
            found.add(word[-1])
        else:
            found.add(word[:INDEXED_LENGTH])
    return found


def pairs(word: str) -> list[str]:
    """
    @param word: of a script without blanks.
    @return: its pairs of neighbouring characters as the index has them: the second of them is one of 36 signs. That
        takes a third of the bytes; and few texts have the first one before another one with the same sign.
    """
    return [first + SIGNS[ord(second) % 36] for first, second in pairwise(word)]


def words(asked: str) -> list[Word]:
    """@return: the words of a query, each once."""
    return list(dict.fromkeys(Word(word, close) for word, close in _words(asked)))


def _words(text: str) -> Iterator[tuple[str, bool]]:
    """@return: the words of a text, and whether each is of a script without blanks."""
    text = comparable(text)
    if text.isascii():
        return ((word, False) for word in _ASCII_WORD.findall(text))
    return ((match[0], match[1] is not None) for match in _WORD.finditer(text))


def wanted(word: Word) -> list[Token]:
    """@return: the tokens to look up for this word: the index has all of them for every text with the word."""
    text, close = word
    if not close:
        return [Token(text[:INDEXED_LENGTH], True)]
    if len(text) == 1:
        return [Token(text, True)]
    return [Token(pair, False) for pair in pairs(text)]


def find(asked: Sequence[Word], text: str) -> list[Match] | None:
    """
    @param asked: the query's words.
    @param text: a comparable form.
    @return: the places of the words, in order; None: a word does not occur.
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
    @param text: a comparable form.
    @param matches: see L{find}.
    @return: how well the text matches, independently of other texts: the number of distinct whole words counts most,
        then the number of matches, up to seven.
    """
    whole = {text[match.start : match.end] for match in matches if match.whole}
    return 8 * len(whole) + min(len(matches), 7)


def snippet(text: str, asked: Sequence[Word]) -> list[Part]:
    """
    @param text: the original text; it should have all the words.
    @param asked: the query's words.
    @return: the text around the first match, in parts; it has C{...} where the text goes on.
    """
    spans = _spans(text, find(asked, comparable(text)) or []) or [(0, 0)]
    first = max(0, spans[0][0] - BEFORE)
    last = min(len(text), max(first + SNIPPET, spans[0][1]))
    # Do not cut a visible character in two.
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
    @param matches: places in the text's comparable form.
    @return: their places in the original text, for those that a snippet can show. Adjoining ones are joined.
    """
    if text.isascii() or not matches:
        return _joined(Normal(""), matches)
    # Only the part of the snippet is normalised by clusters, which takes a hundred times as long.
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
    """
    @return: the beginnings and ends of blocks of about L{NORMALISED_AT_ONCE} characters; no cluster is cut in two.
    """
    start = 0
    while start < len(text):
        end = start + NORMALISED_AT_ONCE
        while end < len(text) and _joins(text[end]):
            end += 1
        yield start, end
        start = end


def _joined(made: Normal, matches: Sequence[Match]) -> list[tuple[int, int]]:
    """@return: the places of the matches in the original text. Adjoining ones are joined."""
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
