"""
v1's list of all users. It is asked for often, has all rows in one answer, and takes seconds to make where there are
many: so it is kept as it goes over the wire, and only rows that have changed are made again.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import Connection
from twisted.internet.interfaces import IPushProducer
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request
from zope.interface import implementer

from hichat.accounts import users
from hichat.accounts.users import Stamp, User

LIMIT = 32 * 1024 * 1024
"""Bytes of a list that is kept; a longer one is made anew for each who asks."""

SETTLED = 2000
"""Milliseconds: a change that is younger may be followed by another one with the same time."""

_CHUNK = 64 * 1024
_LOOKUP = 500


class _Kept(NamedTuple):
    """
    The rows as everybody sees them, in the order of the ids.

    @ivar summary: of the store's rows; see L{users.summary}.
    @ivar settled: whether no row has an unsettled stamp.
    @ivar stamps: by id; None: this row has to be looked at again.
    @ivar ends: where each row ends in C{body}.
    @ivar body: rows, each with a comma behind it.
    """

    summary: tuple[int, ...]
    settled: bool
    ids: array[int]
    stamps: dict[int, Stamp | None]
    ends: array[int]
    body: bytes

    def row(self, index: int) -> tuple[int, int]:
        """@return: where a row begins and ends, without the comma."""
        return (self.ends[index - 1] if index else 0), self.ends[index] - 1


_NOTHING = _Kept((), False, array("q"), {}, array("q"), b"")


class UserList:
    """
    @param encode: gives a user's row in JSON, as others see it or as oneself does.
    @param now: the time in milliseconds since the epoch.
    """

    def __init__(self, encode: Callable[[User, bool], bytes], now: Callable[[], int], limit: int = LIMIT) -> None:
        self._encode = encode
        self._now = now
        self._limit = limit
        # Threads replace it, each by one that is right for its own snapshot.
        self._kept = _NOTHING

    def read(self, connection: Connection, viewer: User) -> list[memoryview]:
        """@return: the list in JSON, in pieces. For a thread."""
        kept = self._kept
        summary = users.summary(connection)
        if kept.summary != summary or not kept.settled:
            kept = self._make(connection, kept, summary)
            self._kept = kept if len(kept.body) <= self._limit else _NOTHING
        body = memoryview(kept.body)
        index = bisect_left(kept.ids, viewer.id)
        if index == len(kept.ids) or kept.ids[index] != viewer.id:
            # Deleted a moment ago.
            pieces = [body[:-1]]
        else:
            begin, end = kept.row(index)
            own = users.find(connection, viewer.id) or viewer
            pieces = [body[:begin], memoryview(self._encode(own, True)), body[end : len(body) - 1]]
        return [memoryview(b"["), *pieces, memoryview(b"]")]

    def _make(self, connection: Connection, before: _Kept, summary: tuple[int, ...]) -> _Kept:
        stamps = users.stamps(connection)
        changed = [user for user, stamp in stamps.items() if stamp != before.stamps.get(user)]
        made: dict[int, bytes] = {}
        for i in range(0, len(changed), _LOOKUP):
            for found in users.find_many(connection, changed[i : i + _LOOKUP]).values():
                if found is not None:
                    made[found.id] = self._encode(found, False)
        known = {user: index for index, user in enumerate(before.ids)}
        pieces: list[bytes | memoryview] = []
        ends = array("q")
        size = 0
        old = memoryview(before.body)
        for user in stamps:
            if user in made:
                piece: bytes | memoryview = made[user] + b","
            else:
                begin, end = before.row(known[user])
                piece = old[begin : end + 1]
            pieces.append(piece)
            size += len(piece)
            ends.append(size)
        limit = self._now() - SETTLED
        unsettled = [user for user, stamp in stamps.items() if max(stamp) > limit]
        trusted: dict[int, Stamp | None] = {**stamps, **dict.fromkeys(unsettled)}
        return _Kept(summary, not unsettled, array("q", stamps), trusted, ends, b"".join(pieces))


@implementer(IPushProducer)
class Pieces(Resource):
    """
    An answer that is written as it is read: who does not read holds nothing but what all share.

    @param pieces: of JSON.
    """

    isLeaf = True

    def __init__(self, pieces: list[memoryview]) -> None:
        super().__init__()
        self._pieces = [piece[i : i + _CHUNK] for piece in pieces for i in range(0, len(piece), _CHUNK)]
        self._pieces.reverse()
        self._size = sum(map(len, pieces))
        self._paused = False
        self._request: Request | None = None

    def render(self, request: Request) -> int:
        """Begin."""
        self._request = request
        request.setHeader("Content-Type", "application/json; charset=utf-8")
        request.setHeader("Content-Length", str(self._size))
        request.setHeader("Cache-Control", "no-store")
        request.registerProducer(self, True)
        self.resumeProducing()
        return NOT_DONE_YET

    def pauseProducing(self) -> None:
        """The transport's buffer is full."""
        self._paused = True

    def resumeProducing(self) -> None:
        """Write until it is full."""
        self._paused = False
        request = self._request
        while request is not None and not self._paused:
            if self._pieces:
                request.write(bytes(self._pieces.pop()))
            else:
                self._request = None
                request.unregisterProducer()
                request.finish()
                return

    def stopProducing(self) -> None:
        """The client is gone."""
        self._request = None
        self._pieces.clear()
