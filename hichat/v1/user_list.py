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

from hichat.accounts import guests, users
from hichat.accounts.roles import ServerRole
from hichat.accounts.users import Stamp, User

KEPT_LIST_LIMIT = 32 * 1024 * 1024
"""Bytes of a list that is kept; a longer one is made anew for each who asks."""

SETTLED = 2000
"""Milliseconds: a change that is younger may be followed by another one with the same time."""

_CHUNK = 64 * 1024
_LOOKUP = 500


class _Kept(NamedTuple):
    """
    The rows as everybody sees them, in the order of the ids.

    @ivar summary: the summary of the store's rows; see L{users.summary}.
    @ivar stamps: the users' stamps by their ids, in no order.
    @ivar unsettled: rows that have to be looked at again.
    @ivar newest: the largest time in a stamp.
    @ivar ends: where each row ends in C{body}.
    @ivar body: rows, each with a comma behind it.
    """

    summary: tuple[int, ...]
    stamps: dict[int, Stamp]
    unsettled: list[int]
    newest: int
    ids: array[int]
    ends: array[int]
    body: bytes

    def begin(self, index: int) -> int:
        """@return: where a row begins; of the one behind the last: where the body ends."""
        return self.ends[index - 1] if index else 0


_NOTHING = _Kept((), {}, [], 0, array("q"), array("q"), b"")


class UserList:
    """
    @param encode: gives a user's row in JSON, as others see it or as oneself does.
    @param now: the time in milliseconds since the epoch.
    """

    def __init__(
        self, encode: Callable[[User, bool], bytes], now: Callable[[], int], limit: int = KEPT_LIST_LIMIT
    ) -> None:
        self._encode = encode
        self._now = now
        self._limit = limit
        # Threads replace it, each by one that is right for its own snapshot.
        self._kept = _NOTHING

    def read(self, connection: Connection, viewer: User) -> list[memoryview]:
        """@return: the list in JSON, in pieces; a guest's has those in a group with the guest. For a thread."""
        if viewer.role is ServerRole.GUEST:
            return self._read_for_guest(connection, viewer)
        kept = self._kept
        summary = users.summary(connection)
        if kept.summary != summary or kept.unsettled:
            kept = self._renew(connection, kept, summary)
            self._kept = kept if len(kept.body) <= self._limit else _NOTHING
        body = memoryview(kept.body)
        index = bisect_left(kept.ids, viewer.id)
        if index == len(kept.ids) or kept.ids[index] != viewer.id:
            # Deleted a moment ago.
            pieces = [body[:-1]]
        else:
            own = users.find(connection, viewer.id) or viewer
            end = kept.ends[index] - 1
            pieces = [body[: kept.begin(index)], memoryview(self._encode(own, True)), body[end : len(body) - 1]]
        return [memoryview(b"["), *pieces, memoryview(b"]")]

    def _read_for_guest(self, connection: Connection, guest: User) -> list[memoryview]:
        ids = sorted(guests.people(connection, guest.id))
        found: list[User] = []
        for i in range(0, len(ids), _LOOKUP):
            some = users.find_many(connection, ids[i : i + _LOOKUP])
            found += [user for user in some.values() if user is not None]
        rows = b",".join(self._encode(user, user.id == guest.id) for user in found)
        return [memoryview(b"[" + rows + b"]")]

    def _renew(self, connection: Connection, before: _Kept, summary: tuple[int, ...]) -> _Kept:
        found = users.stamps(connection, before.newest - SETTLED) if before.ids else {}
        stamps = before.stamps | found
        if summary != _summary_after(before, found):
            # Somebody is deleted, or the clock was set back.
            found = stamps = users.stamps(connection)
        changed = {user for user, stamp in found.items() if stamp != before.stamps.get(user)}
        changed.update(user for user in before.unsettled if user in stamps)
        made: dict[int, bytes | None] = dict.fromkeys(before.stamps.keys() - stamps.keys())
        wanted = list(changed)
        for i in range(0, len(wanted), _LOOKUP):
            for user in users.find_many(connection, wanted[i : i + _LOOKUP]).values():
                if user is not None:
                    made[user.id] = self._encode(user, False) + b","
        limit = self._now() - SETTLED
        unsettled = [user for user in changed if max(stamps[user]) > limit]
        newest = max((before.newest, *(max(stamps[user]) for user in changed)))
        return _Kept(summary, stamps, unsettled, newest, *_spliced(before, made))


def _summary_after(before: _Kept, found: dict[int, Stamp]) -> tuple[int, ...]:
    """@return: the summary, if nothing else has changed than what was found."""
    if not before.ids:
        return ()
    count, ids, changed, logged_in = before.summary
    for user, stamp in found.items():
        old = before.stamps.get(user)
        if old is None:
            count, ids = count + 1, ids + user % users.MODULUS
        was = old or (0, 0)
        changed += stamp[0] % users.MODULUS - was[0] % users.MODULUS
        logged_in += stamp[1] % users.MODULUS - was[1] % users.MODULUS
    return count, ids, changed, logged_in


def _spliced(before: _Kept, made: dict[int, bytes | None]) -> tuple[array[int], array[int], bytes]:
    """
    @param made: other rows, by id; None: the row is no more.
    @return: ids, ends and body with these.
    """
    ids, ends = array("q"), array("q")
    pieces: list[bytes | memoryview] = []
    old = memoryview(before.body)
    size = first = 0
    for user in [*sorted(made), None]:
        index = len(before.ids) if user is None else bisect_left(before.ids, user)
        # What stays, up to there.
        begin, end = before.begin(first), before.begin(index)
        pieces.append(old[begin:end])
        ids.extend(before.ids[first:index])
        ends.extend([size - begin + each for each in before.ends[first:index]])
        size += end - begin
        first = index
        if user is not None:
            row = made[user]
            if row is not None:
                pieces.append(row)
                size += len(row)
                ids.append(user)
                ends.append(size)
            first += index < len(before.ids) and before.ids[index] == user
    return ids, ends, b"".join(pieces)


@implementer(IPushProducer)
class Pieces(Resource):
    """
    An answer that is written as it is read: who does not read holds nothing but what all share.

    @param pieces: the pieces of a JSON text.
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
