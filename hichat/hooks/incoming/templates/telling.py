"""What the templates have in common."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from hichat.core.errors import Language
from hichat.hooks.incoming.markup import cut, linked, literal, quoted
from hichat.hooks.incoming.message import fields_of, said
from hichat.hooks.incoming.words import MORE, text_of

EXCERPT = 500
"""The most characters of a comment or a description that are shown."""

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_PICTURE = re.compile(r"!\[([^\[\]\n]*)\]\(")
_TICKS = re.compile(r"^\s*```", re.MULTILINE)


class Happening(NamedTuple):
    """
    What another program tells.

    @ivar event: its name for the event; empty: it has none.
    @ivar payload: the fields of the body.
    @ivar language: in which it is shown.
    """

    event: str
    payload: dict[str, Any]
    language: Language


def at(payload: object, *path: str) -> Any:
    """@return: the field at the end of a path; None: it is not there."""
    for name in path:
        payload = fields_of(payload).get(name)
    return payload


def text_at(payload: object, *path: str) -> str:
    """@return: the text at the end of a path; empty: it is not there."""
    return said(at(payload, *path))


def number_at(payload: object, *path: str) -> int:
    """@return: the whole number at the end of a path; 0: it is not there."""
    found = at(payload, *path)
    return found if isinstance(found, int) and not isinstance(found, bool) else 0


def excerpt(markdown: str) -> str:
    """@return: the beginning of what somebody wrote in Markdown, as a quote; empty: that is nothing."""
    text = _PICTURE.sub(r"[\1](", _COMMENT.sub("", markdown)).replace("[](", "[…](").strip()
    short = cut(text, EXCERPT)
    if len(_TICKS.findall(short)) % 2:
        short += "\n```"
    return quoted(short) if short else ""


def some(found: Iterable[str], most: int, language: Language, all_of_them: int = 0) -> list[str]:
    """
    @param most: how many are shown.
    @param all_of_them: how many there are, if there are more than were found.
    @return: the first ones, and a line that counts the others.
    """
    every = list(found)
    left = max(len(every), all_of_them) - most
    return [*every[:most], text_of(MORE, language, count=left)] if left > 0 else every


def titled(sign: str, title: str, address: str) -> str:
    """@return: a link to something with a number and a title."""
    return linked(literal(f"{sign} {cut(' '.join(title.split()), 200)}".strip()), address)


def moment(text: str) -> datetime | None:
    """
    @param text: of a payload, such as C{2026-11-30T18:58:00.123456789Z}.
    @return: the time; None: it is none, or the first year, which stands for none.
    """
    try:
        found = datetime.fromisoformat(re.sub(r"(\.\d{1,6})\d*", r"\1", text))
        if found.year <= 1:
            return None
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        # At the end of the calendar a time of another zone is none of UTC's.
        return None


def shown_time(time: datetime | None) -> str:
    """@return: the time in UTC, by the minute."""
    return f"{time:%Y-%m-%d %H:%M} UTC" if time else ""
