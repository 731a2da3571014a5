"""
Lists in pages, all of them alike: C{?limit=&cursor=} gives C{{"items": [...], "next": "..."}}.

A cursor contains the values by which the list is sorted, of the last item of a page; the next page begins behind them.
So items that are added or removed meanwhile neither repeat nor hide another item. A cursor is no secret and no
permission: each page checks again which items the user may see. ::

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

PAGE_LIMIT = 200
"""The most items of a page."""

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

    limit: Annotated[int, Meta(ge=1, le=PAGE_LIMIT)] = 50
    cursor: Annotated[str, Meta(max_length=1024)] | UnsetType = UNSET

    def after(self, kind: type[T]) -> T | None:
        """
        @param kind: the type of the keys that L{page} was given: a tuple of integers, texts and truth values.
        @return: the key of the last item before this page; None: it is the first page.
        @raise BadCursor: the cursor is not one of this list.
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
        @param found: the items; one more than L{limit} if there is a next page.
        @param key: gives the values of an item by which the list is sorted.
        """
        items = found[: self.limit]
        if len(found) <= self.limit:
            return Page(items)
        return Page(items, cursor(key(items[-1])))


def cursor(place: tuple[Any, ...]) -> str:
    """@return: the cursor of the page behind a key; see L{Paging.after}."""
    return _encode(msgspec.json.encode(place))


# Without the padding, which would have to be escaped in URLs (RFC 7515, 2).


def _encode(place: bytes) -> str:
    return base64.urlsafe_b64encode(place).decode().rstrip("=")


def _decode(cursor: str) -> bytes:
    return base64.b64decode(cursor.encode() + b"=" * (-len(cursor) % 4), b"-_", validate=True)


def _is_harmless(value: object) -> bool:
    """@return: whether both stores can compare this value."""
    if isinstance(value, str):
        return is_storable(value)
    return value is None or (isinstance(value, int) and abs(value) <= MAX_SAFE_INTEGER)
