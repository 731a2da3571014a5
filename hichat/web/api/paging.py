"""
Lists in pages, all of them alike: C{?limit=&cursor=} gives C{{"items": [...], "next": "..."}}.

A cursor says where the next page begins, by the values that the list is sorted by: so what is added or goes meanwhile
neither repeats nor hides another item. It is no secret and no permission: each page looks again at who may see what. ::

    async def members(services: ApiServices, caller: Caller, path: GroupPath, query: Paging) -> Page[Member]:
        after = query.after(tuple[int])                             # None for the first page
        found = await services.groups.members(..., after, query.limit + 1)
        return query.page(found, lambda member: (member.id,))
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from hichat.accounts.fields import is_storable
from hichat.core.errors import BadCursor
from hichat.core.events import MAX_SAFE_INTEGER

LIMIT = 200
"""Items of a page, at most."""

T = TypeVar("T")


class Page(msgspec.Struct, Generic[T], omit_defaults=True):
    """
    A page of a list.

    @ivar next: the C{cursor} of the next page; absent: there is none.
    """

    items: list[T]
    next: str | UnsetType = UNSET


class Paging(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """
    The parameters of a list; lists with more of them have a subclass.

    @ivar limit: items of the page, at most.
    @ivar cursor: C{next} of the page before; without it: the first page.
    """

    limit: Annotated[int, Meta(ge=1, le=LIMIT)] = 50
    cursor: Annotated[str, Meta(max_length=1024)] | UnsetType = UNSET

    def after(self, kind: type[T]) -> T | None:
        """
        @param kind: a tuple of integers, texts and truth values: what L{page} was given.
        @return: that of the last item before this page; None: it is the first page.
        @raise BadCursor: it is none.
        """
        if self.cursor is UNSET:
            return None
        try:
            found = msgspec.json.decode(_decode(self.cursor), type=kind)
        except (ValueError, binascii.Error, RecursionError):
            raise BadCursor from None
        if not all(map(_is_harmless, found)):  # type: ignore[call-overload]
            raise BadCursor
        return found

    def page(self, found: list[T], key: Callable[[T], tuple[Any, ...]]) -> Page[T]:
        """
        @param found: one more than L{limit}, if there are so many.
        @param key: an item's place in the list: the values that it is sorted by.
        """
        items = found[: self.limit]
        if len(found) <= self.limit:
            return Page(items)
        return Page(items, cursor(key(items[-1])))


def cursor(place: tuple[Any, ...]) -> str:
    """@return: what leads to the page behind a place; see L{Paging.after}."""
    return _encode(msgspec.json.encode(place))


# Without the padding, which would have to be escaped in URLs (RFC 7515, 2).


def _encode(place: bytes) -> str:
    return base64.urlsafe_b64encode(place).decode().rstrip("=")


def _decode(cursor: str) -> bytes:
    return base64.b64decode(cursor.encode() + b"=" * (-len(cursor) % 4), b"-_", validate=True)


def _is_harmless(value: object) -> bool:
    """@return: whether the stores can compare with it."""
    if isinstance(value, str):
        return is_storable(value)
    return value is None or (isinstance(value, int) and abs(value) <= MAX_SAFE_INTEGER)
