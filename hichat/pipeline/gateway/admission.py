"""
The limits of connections, in all, from one address and of one user; and the refusal of further ones.

Each worker counts for itself.
"""

from __future__ import annotations

import resource
from collections import Counter
from collections.abc import Hashable
from typing import NamedTuple

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from hichat.core.errors import Busy, Refused, TooManyConnections
from hichat.runtime.limits import address_key
from hichat.runtime.metrics import Metrics

DOOR = 16
"""Connections beyond a limit, for each of the two limits, that get a refusal; all others are closed at once."""

SUMMARY = 60
"""Seconds between two lines in the log about refused connections."""

MOST = 100_000
"""The most connections of a worker if the operator names no number, whatever the limit of its open files."""

LEAST_RESERVE = 256
"""Open files, at the least, that no connection gets: the store's, and those that are sent or received."""

BASE = 96
"""Of these, what the daemon itself has open: the store's files for each thread, its other processes, the log."""


class Caps(NamedTuple):
    """
    @ivar total: connections.
    @ivar address: connections from one address.
    @ivar user: requests of one user that are under way.
    @ivar files: that are sent or received at once.
    """

    total: int = 2**31
    address: int = 2**31
    user: int = 2**31
    files: int = 2**31


def caps_of(descriptors: int, connections: int | None, address: int, user: int) -> Caps:
    """
    @param descriptors: files that this process may have open.
    @param connections: as the operator wants it; None: as many as there can be.
    @return: C{total} leaves descriptors in reserve, whatever the operator wants.
    """
    reserve = min(descriptors // 2, max(LEAST_RESERVE, descriptors // 8))
    room = descriptors - reserve
    total = min(room, connections or MOST)
    return Caps(total, address, user, max(reserve - BASE, reserve // 4))


def open_files_limit() -> int:
    """@return: how many files this process may have open."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return soft if soft != resource.RLIM_INFINITY else 2**20


class Counts:
    """
    How many of something each key has.

    @param limit: and no more.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._counts: dict[Hashable, int] = {}

    def __len__(self) -> int:
        return len(self._counts)

    def take(self, key: Hashable) -> bool:
        """@return: whether there was one more for it."""
        count = self._counts.get(key, 0)
        if count >= self._limit:
            return False
        self._counts[key] = count + 1
        return True

    def give(self, key: Hashable) -> None:
        """It has one less."""
        left = self._counts[key] - 1
        if left:
            self._counts[key] = left
        else:
            del self._counts[key]


class Refusals:
    """Counts refused connections, and logs them: the first at once, then their number once a minute."""

    _log = Logger()

    def __init__(self, metrics: Metrics, clock: IReactorTime) -> None:
        self._metrics = metrics
        self._clock = clock
        self._since: Counter[str] | None = None
        self._last = ""

    def count(self, reason: str, who: str = "") -> None:
        """
        @param reason: one of L{hichat.runtime.metrics.REFUSAL_REASONS}.
        @param who: an address, or a user's id.
        """
        self._metrics.connection_refused(reason)
        self._last = who
        if self._since is not None:
            self._since[reason] += 1
            return
        self._log.warn(
            "a connection is refused: too many by the limit {reason}, from {who}", reason=reason, who=who or "a proxy"
        )
        self._since = Counter()
        self._clock.callLater(SUMMARY, self._tell)

    def _tell(self) -> None:
        since, self._since = self._since, None
        if since:
            self._log.warn(
                "{count} more were refused within a minute ({reasons}), the last from {who}",
                count=since.total(),
                reasons=", ".join(f"{reason} {count}" for reason, count in sorted(since.items())),
                who=self._last or "a proxy",
            )
            self._since = Counter()
            self._clock.callLater(SUMMARY, self._tell)


class ConnectionSlot:
    """
    What a connection counts for.

    @ivar address: under what it counts; empty: a proxy's, which has not said for whom, or does not.
    """

    __slots__ = ("_places", "address")
    refusal: Refused | None = None

    def __init__(self, places: Places, address: str) -> None:
        self._places: Places | None = places
        self.address = address

    def leave(self) -> None:
        """The connection is gone. May be said again."""
        places, self._places = self._places, None
        if places is not None:
            self._leave(places)

    def _leave(self, places: Places) -> None:
        places.taken -= 1
        if self.address:
            places.addresses.give(self.address)


class AtTheDoor(ConnectionSlot):
    """
    Of a connection that is one too many, and is only told so.

    @ivar refusal: why.
    """

    __slots__ = ("_reason", "refusal")

    def __init__(self, places: Places, reason: str, refusal: Refused) -> None:
        super().__init__(places, "")
        self._reason = reason
        self.refusal = refusal

    def _leave(self, places: Places) -> None:
        places.door.give(self._reason)


class Places:
    """
    @ivar taken: connections.
    @ivar addresses: connections and, of those that proxies pass on, requests by address.
    @ivar users: requests under way by user.
    @ivar files: that are sent or received.
    @ivar door: connections that are only told that they are too many.
    """

    def __init__(self, caps: Caps, refusals: Refusals) -> None:
        self._total = caps.total
        self.taken = 0
        self.addresses = Counts(caps.address)
        self.users = Counts(caps.user)
        self.files = Counts(caps.files)
        self.door = Counts(DOOR)
        self.refusals = refusals

    def enter(self, address: str) -> ConnectionSlot | None:
        """
        A connection comes.

        @param address: see L{key_of}; empty: of a proxy.
        @return: None: it is to be closed at once.
        """
        if self.taken >= self._total:
            return self._at_the_door("total", address, Busy())
        if address and not self.addresses.take(address):
            return self._at_the_door("address", address, TooManyConnections())
        self.taken += 1
        return ConnectionSlot(self, address)

    def _at_the_door(self, reason: str, address: str, refusal: Refused) -> ConnectionSlot | None:
        self.refusals.count(reason, address)
        return AtTheDoor(self, reason, refusal) if self.door.take(reason) else None


def key_of(address: str) -> str:
    """@return: under what an address is counted: of IPv6 the first 64 bits, which are one party's."""
    return address_key(address) or address
