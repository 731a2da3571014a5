"""A message as a hook says it."""

from __future__ import annotations

from typing import Any, NamedTuple

from hichat.hooks.incoming.markup import clean
from hichat.hooks.incoming.shortcodes import emoji_named

NAME_LENGTH = 64
"""The most characters of the name under which a message is shown."""


class HookMessage(NamedTuple):
    """
    @ivar text: Markdown, of any length.
    @ivar name: the name under which it is shown; empty: that of the hook.
    @ivar picture: an emoji or an address of a picture that is shown beside it; empty: that of the hook.
    @ivar to_all: whether it calls all members.
    """

    text: str
    name: str = ""
    picture: str = ""
    to_all: bool = False


def shown_name(value: object) -> str:
    """@return: a name that a payload gives, as it is shown; empty: it gives none."""
    return " ".join(clean(said(value)).split())[:NAME_LENGTH].strip()


def shown_picture(emoji: object, address: object) -> str:
    """
    @param emoji: its name between colons, or itself.
    @param address: of a picture.
    @return: the emoji if there is one of that name, else the address.
    """
    return emoji_named(said(emoji).strip()) or said(address).strip()


# Reading what others wrote: no field has to be there, and what is of another type counts as not there.


def said(value: object) -> str:
    """@return: a text or a number, as a text; empty for all else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return clean(str(value)) if isinstance(value, str | int | float) else ""


def fields_of(value: object) -> dict[str, Any]:
    """@return: the object, or an empty one."""
    return value if isinstance(value, dict) else {}


def items_of(value: object, limit: int = 100) -> list[Any]:
    """
    @param limit: the most items that are looked at.
    @return: the list's items, or none.
    """
    return value[:limit] if isinstance(value, list) else []
