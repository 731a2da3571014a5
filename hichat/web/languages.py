"""The language in which the server answers a request."""

from __future__ import annotations

from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from hichat.core.errors import Language
from hichat.core.words import DEFAULT

HEADER_LIMIT = 1000
"""Characters of an C{Accept-Language} header that are read."""

_SPOKEN: tuple[Language, ...] = ("en", "zh")
"""The languages that the server has."""

_UNNAMED = 0.0001
"""The weight of a language that the header does not name: less than any that it may give, other than 0."""


def language_of(accept: str | None, default: Language = DEFAULT) -> Language:
    """
    @param accept: an C{Accept-Language} header (RFC 9110, 12.5.4), or None.
    @param default: the language for people who ask for none that the server has.
    @return: the language that the header weighs most; of two with the same weight, the one that it names first.
    """
    if accept is None:
        return default
    if len(accept) > HEADER_LIMIT:
        accept = accept[:HEADER_LIMIT].rpartition(",")[0]
    weights: dict[str, float] = {}
    # In the order of their weights; of equal ones, in that of the header.
    for tag, weight in parse_accept_header(accept, LanguageAccept):
        # Only the primary tag counts: who reads Chinese of any kind, or English of any country, reads ours.
        weights.setdefault(tag.partition("-")[0].lower(), weight)
    others = weights.get("*", _UNNAMED)
    spoken: dict[str, Language] = {each: each for each in _SPOKEN}
    in_order = [*(spoken[tag] for tag, weight in weights.items() if tag in spoken and weight), default, *_SPOKEN]
    return max(in_order, key=lambda each: weights.get(each, others))
