"""
Text from outside: bounded first, then normalised. No other module calls C{unicodedata.normalize}; a test sees to it.

Normalising sorts the marks that follow one another: of 30,000 in a row that takes seconds, for everybody. So it is
never done before the text was found to be short, or to have few marks in a row: the Stream-Safe Text Format (Unicode
Standard Annex 15, section 13). No language comes near its 30.
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import Literal
from unicodedata import combining, normalize

from hichat.core.errors import InvalidField

MARKS_LIMIT = 30
"""Marks that may follow one another."""

GROWTH = 4
"""Characters, decomposed, that one of the form NFC stands for at most."""

NAME_LIMIT = 64
"""Characters of a name."""

KEY_LIMIT = 192
"""Characters of what is equal for all ways in which a name is written."""

Form = Literal["NFC", "NFD", "NFKC"]


# None of these is made before it is needed: they take 10 ms of a process' start.


@cache
def _moved() -> tuple[int, ...]:
    # Also five that are moved by what they decompose into. Behind these planes there are none.
    by_parts = "\u0f73\u0f75\u0f81\uff9e\uff9f"
    return tuple(code for code in range(0x300, 0x20000) if combining(chr(code)) or chr(code) in by_parts)


@cache
def combining_set() -> str:
    """@return: all characters that normalising sorts, for a set in a regular expression."""
    return _ranges(_moved())


@cache
def _one() -> str:
    # Sets without characters behind the first plane are looked for fifty times as fast: so a rough one comes first.
    roughly = _ranges(code for code in _moved() if code < 0x10000) + "\U00010000-\U0001ffff"
    return f"[{roughly}](?<=[{combining_set()}])"


@cache
def mark() -> re.Pattern[str]:
    """@return: finds one of them."""
    return re.compile(_one())


@cache
def _run() -> re.Pattern[str]:
    """@return: finds those that are too many in a row."""
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
    For what somebody fills in: it is kept in one form, and is refused if it does not fit.

    @param limit: characters that may be kept; decomposed it may come with more.
    @param field: what the client calls it.
    @return: in the form NFC.
    @raise InvalidField: more than L{limit} characters of that form, or more than L{MARKS_LIMIT} marks in a row.
    """
    check(text, limit, field)
    found = normalize("NFC", text)
    if len(found) > limit:
        raise InvalidField(field)
    return found


def check(text: str, limit: int, field: str) -> None:
    """
    @param limit: characters that there may be once it is composed.
    @raise InvalidField: there are more for sure; or more than L{MARKS_LIMIT} marks in a row.
    """
    if len(text) > GROWTH * limit or (not text.isascii() and _run().search(text)):
        raise InvalidField(field)


def cut(text: str) -> str:
    """@return: the text without the marks that are too many in a row."""
    return text if text.isascii() else _run().sub(lambda run: run[0][:MARKS_LIMIT], text)


def formed(form: Form, text: str) -> str:
    """
    For texts that must not be refused, such as a search.

    @param text: any text.
    @return: the text in that form, with long runs of combining marks cut.
    """
    return normalize(form, cut(text))


def name_key(name: str) -> str:
    """
    @return: a key that is equal for names that differ in case or Unicode form only. It takes any text; the key of a
        text that is too long for a name is empty.
    """
    return short("NFC", short("NFC", name.strip()).strip().casefold())


def key_of(name: str) -> str:
    """
    @return: a key that is equal for all spellings of one name: as L{name_key}, and in any width and with any blanks.
    """
    spaced = " ".join(formed("NFKC", name_key(name)).split())
    # The capital I with a dot has no small letter of its own.
    return formed("NFKC", spaced.casefold().replace("i\u0307", "i"))[:KEY_LIMIT]


def short(form: Form, text: str) -> str:
    """
    For texts that may be names. Runs of combining marks are not cut, because older names may have longer ones.

    @return: the text in that form; empty if it is too long for a name.
    """
    return normalize(form, text) if len(text) <= GROWTH * NAME_LIMIT else ""
