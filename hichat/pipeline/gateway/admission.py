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
"""The most connections beyond a limit, for each of the two limits, that get a refusal. Further ones are just closed."""

SUMMARY = 60
"""Seconds between two lines in the log about refused connections."""

MOST = 100_000
"""The most connections of a worker if the operator names no number, whatever the limit of its open files."""

LEAST_RESERVE = 256
"""The least number of file descriptors that are kept from connections: for the store, and for uploads and downloads."""

BASE = 96
"""The descriptors that the daemon itself uses of these: the store's files for each thread, its children, the log."""


class Caps(NamedTuple):
    """
    The limits of connections and requests.

    @ivar total: the most connections.
    @ivar address: the most connections from one address.
    @ivar user: the most requests of one user that are under way.
    @ivar files: the most files that are sent or received at once.
    """

    total: int = 2**31
    address: int = 2**31
    user: int = 2**31
    files: int = 2**31


def caps_of(descriptors: int, connections: int | None, address: int, user: int) -> Caps:
    """
    @param descriptors: the most files that this process may have open.
    @param connections: the operator's limit of connections; None: as many as possible.
    @param address: see L{Caps}.
    @param user: see L{Caps}.
    @return: the limits. C{total} leaves descriptors in reserve, even if the operator's limit does not.
    """
    reserve = min(descriptors // 2, max(LEAST_RESERVE, descriptors // 8))
    room = descriptors - reserve
    total = min(room, connections or MOST)
    return Caps(total, address, user, max(reserve - BASE, reserve // 4))


def open_files_limit() -> int:
    """@return: the most files that this process may have open."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return soft if soft != resource.RLIM_INFINITY else 2**20


class Counts:
    """
    Counts by key, with a limit.

    @param limit: the largest count of a key.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._counts: dict[Hashable, int] = {}

    def __len__(self) -> int:
        return len(self._counts)

    def take(self, key: Hashable) -> bool:
        """Add one to a key's count. @return: whether it was below the limit."""
        count = self._counts.get(key, 0)
        if count >= self._limit:
            return False
        self._counts[key] = count + 1
        return True

    def give(self, key: Hashable) -> None:
        """Subtract one from a key's count."""
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
    A connection's slot in the limits.

    @ivar address: the key of the address for which it counts; empty for a proxy's connection, whose requests count for
        the addresses that the proxy names.
    @cvar refusal: the error for a connection beyond a limit; None: it is within the limits.
    """

    __slots__ = ("_capacity", "address")
    refusal: Refused | None = None

    def __init__(self, capacity: Capacity, address: str) -> None:
        self._capacity: Capacity | None = capacity
        self.address = address

    def leave(self) -> None:
        """The connection is gone: give the slot back. May be called again."""
        capacity, self._capacity = self._capacity, None
        if capacity is not None:
            self._leave(capacity)

    def _leave(self, capacity: Capacity) -> None:
        capacity.taken -= 1
        if self.address:
            capacity.addresses.give(self.address)


class AtTheDoor(ConnectionSlot):
    """
    The slot of a connection beyond a limit, which only gets a refusal.

    @ivar refusal: the error.
    """

    __slots__ = ("_reason", "refusal")

    def __init__(self, capacity: Capacity, reason: str, refusal: Refused) -> None:
        super().__init__(capacity, "")
        self._reason = reason
        self.refusal = refusal

    def _leave(self, capacity: Capacity) -> None:
        capacity.door.give(self._reason)


class Capacity:
    """
    Counts connections, requests and files against the limits.

    @ivar taken: the number of connections.
    @ivar addresses: connections by address; for a proxy's connections, requests by the addresses that the proxy names.
    @ivar users: requests under way by user.
    @ivar files: files that are being sent or received.
    @ivar door: connections beyond a limit, which only get a refusal.
    @ivar refusals: counts and logs refused connections.
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
        Take a slot for a new connection.

        @param address: see L{key_of}; empty for a proxy's connection.
        @return: the slot; None: close the connection at once.
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
    """@return: the key under which an address is counted; for IPv6 the first 64 bits, which belong to one party."""
    return address_key(address) or address
