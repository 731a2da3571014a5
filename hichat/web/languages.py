"""The language in which the server answers a request."""

from __future__ import annotations

from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from hichat.core.errors import Language

_SPOKEN: tuple[Language, ...] = ("zh", "en")
"""The languages that the server has, the default first."""


def language_of(accept: str | None) -> Language:
    """
    @param accept: an C{Accept-Language} header (RFC 9110, 12.5.4), or None.
    @return: the language that the header weighs most; of two with the same weight, the one that it names first; Chinese
        if it names neither.
    """
    # Only the primary tag counts: for LanguageAccept, "zh-CN, en;q=0.1" has an exact match in English alone.
    asked = LanguageAccept(
        (tag.partition("-")[0].lower(), weight) for tag, weight in parse_accept_header(accept, LanguageAccept)
    )
    spoken: dict[str, Language] = {each: each for each in _SPOKEN}
    in_order = dict.fromkeys((*filter(spoken.get, asked.values()), *spoken))
    return spoken[asked.best_match(in_order, _SPOKEN[0])]
