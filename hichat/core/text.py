"""
Text from clients: its length is checked before it is normalised. No other module calls C{unicodedata.normalize}; a
test checks that.

Normalising sorts combining marks that follow one another. For 30,000 in a row that takes seconds, in which the process
serves no client. So a text is normalised only if it is short, or has few marks in a row: the Stream-Safe Text Format
(Unicode Standard Annex 15, section 13). Its limit is 30 marks; no language comes near that.
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import Literal
from unicodedata import combining, normalize

from hichat.core.errors import InvalidField

MARKS_LIMIT = 30
"""The most combining marks that may follow one another."""

GROWTH = 4
"""The most characters into which one character of the form NFC is decomposed."""

NAME_LIMIT = 64
"""The most characters of a name."""

KEY_LIMIT = 192
"""The most characters of a L{key_of} a name."""

Form = Literal["NFC", "NFD", "NFKC"]


# These are made when they are first used: together they take 10 ms, which a start would have to wait for.


@cache
def _moved() -> tuple[int, ...]:
    # Also five characters of class 0 that decompose into marks of other classes. Later planes have no marks.
    by_parts = "\u0f73\u0f75\u0f81\uff9e\uff9f"
    return tuple(code for code in range(0x300, 0x20000) if combining(chr(code)) or chr(code) in by_parts)


@cache
def combining_set() -> str:
    """@return: all characters that normalising sorts, as the inside of a set in a regular expression."""
    return _ranges(_moved())


@cache
def _one() -> str:
    # A set of single characters beyond the first plane makes a search fifty times slower. So a rough set, with these
    # planes as one range, comes first.
    roughly = _ranges(code for code in _moved() if code < 0x10000) + "\U00010000-\U0001ffff"
    return f"[{roughly}](?<=[{combining_set()}])"


@cache
def mark() -> re.Pattern[str]:
    """@return: an expression for one combining mark."""
    return re.compile(_one())


@cache
def _run() -> re.Pattern[str]:
    """@return: an expression for a run of more than L{MARKS_LIMIT} marks."""
    return re.compile(f"{_one()}[{combining_set()}]{{{MARKS_LIMIT},}}")


def _ranges(codes: Iterable[int]) -> str:
    found: list[list[int]] = []
    for code in codes:
        if found and code == found[-1][1] + 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in found)


def composed(text: str, limit: int, field: str) -> str:
    """
    Bring a field's text to the form NFC, in which it is stored; refuse a text that is too long.

    @param limit: the most characters in the form NFC. A decomposed text may have more.
    @param field: the client's name for the field.
    @return: the text in the form NFC.
    @raise InvalidField: it has more than C{limit} characters in that form, or more than L{MARKS_LIMIT} marks in a row.
    """
    check(text, limit, field)
    found = normalize("NFC", text)
    if len(found) > limit:
        raise InvalidField(field)
    return found


def check(text: str, limit: int, field: str) -> None:
    """
    Refuse a text that would take long to normalise.

    @param limit: the most characters of the composed text.
    @raise InvalidField: the composed text would certainly be longer, or there are more than L{MARKS_LIMIT} marks in a
        row.
    """
    if len(text) > GROWTH * limit or (not text.isascii() and _run().search(text)):
        raise InvalidField(field)


def cut(text: str) -> str:
    """@return: the text, of each run of marks the first L{MARKS_LIMIT}."""
    return text if text.isascii() else _run().sub(lambda run: run[0][:MARKS_LIMIT], text)


def formed(form: Form, text: str) -> str:
    """
    Normalise a text that must not be refused, such as a search's.

    @param text: any text.
    @return: the text in that form, with long runs of combining marks cut.
    """
    return normalize(form, cut(text))


def name_key(name: str) -> str:
    """
    @param name: any text. The key of a text that is too long for a name is empty.
    @return: a key that is equal for names that differ in case or Unicode form only.
    """
    return short("NFC", short("NFC", name.strip()).strip().casefold())


def key_of(name: str) -> str:
    """
    @return: a key that is equal for all spellings of one name: unlike L{name_key} it also ignores the width of
        characters and the kind and number of blanks.
    """
    spaced = " ".join(formed("NFKC", name_key(name)).split())
    # The small letter of a capital I with a dot is an i and a combining dot.
    return formed("NFKC", spaced.casefold().replace("i\u0307", "i"))[:KEY_LIMIT]


def short(form: Form, text: str) -> str:
    """
    Normalise a text that may be a name. Runs of combining marks are not cut, because older names may have longer runs.

    @return: the text in that form; empty if it is too long for a name.
    """
    return normalize(form, text) if len(text) <= GROWTH * NAME_LIMIT else ""
