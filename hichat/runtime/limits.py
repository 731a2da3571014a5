"""
Limits: how often something may be done. In memory: each worker counts for itself, and a restart forgets.

All of them measure by L{Buckets}: what strangers try (L{Limit}), what users' calls cost (L{hichat.runtime.work}) and
how many messages they send (L{hichat.pipeline.gateway.quota}).
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from hashlib import blake2b
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Generic, NamedTuple, TypeVar

from hichat.core.errors import TooManyAttempts

ENTRIES = 10_000
"""Keys that have a bucket of their own at once."""

SHARED = 1024
"""Buckets that all others share. Whoever fills the table makes nobody's count be forgotten by it."""

SWEEP = 1000
"""Milliseconds between two looks for empty buckets in a full table."""

WIDER = {4: ((24, 16),), 6: ((56, 4), (48, 16))}
"""By IP version: bits of the networks that are limited too, and to how many times what one address may."""

STRANGER = "unknown"
"""The address of whoever comes from one that a proxy names and nobody can read."""


class Rate(NamedTuple):
    """
    @ivar attempts: that may be made at once; 0: there is no limit.
    @ivar seconds: after which as many may be made again.
    """

    attempts: int
    seconds: int

    def __str__(self) -> str:
        return f"{self.attempts}/{self.seconds}" if self.attempts else "off"


NO_LIMIT = Rate(0, 1)


K = TypeVar("K", bound=Hashable)


class Buckets(Generic[K]):
    """
    A bucket for each key, which leaks (the "leaky bucket as a meter"): each thing that is done puts in a drop. A bucket
    that holds as many drops as the rate allows is full, and empty again after the rate's seconds. Only when it will be
    empty is kept of it.

    @param rate: without a limit nothing fills a bucket.
    @param clock: that nobody sets.
    @param second: how much later a second is by that clock.
    @param windows: as many times the rate's seconds the fullest bucket takes to be empty, whatever was put in.
    @ivar depth: how long a full bucket takes to be empty, by the clock.
    @ivar drop: how long a drop takes.
    """

    __slots__ = ("_clock", "_empty_at", "_most", "depth", "drop")

    def __init__(self, rate: Rate, clock: Callable[[], float], second: float = 1.0, windows: int = 1) -> None:
        self._clock = clock
        self.depth = rate.seconds * second
        self.drop = self.depth / rate.attempts if rate.attempts else 0.0
        self._most = windows * self.depth
        # In the order in which they were filled last.
        self._empty_at: OrderedDict[K, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._empty_at)

    def __contains__(self, key: K) -> bool:
        return key in self._empty_at

    def level(self, key: K) -> float:
        """@return: how long the key's bucket takes to be empty."""
        empty_at = self._empty_at.get(key)
        if empty_at is None:
            return 0.0
        now = self._clock()
        level = empty_at - now
        if level > self._most:
            # The clock was set back: nobody waits longer for that than for the fullest bucket.
            self._empty_at[key] = now + self._most
            return self._most
        return level if level > 0 else 0.0

    def excess(self, key: K, drops: float) -> float:
        """@return: how long it takes until there is room for so many more drops; up to 0: there is."""
        return self.level(key) + drops * self.drop - self.depth

    def put(self, key: K, drops: float, level: float | None = None) -> None:
        """
        Put drops into a bucket.

        @param level: see L{level}; None: what it is.
        """
        now = self._clock()
        if level is None:
            level = self._empty_at.get(key, now) - now
        # Without max and min: this runs for each read of a connection.
        more = drops * self.drop
        after = level + more if level > 0 else more
        self._empty_at[key] = now + (after if after < self._most else self._most)
        self._empty_at.move_to_end(key)

    def take_out(self, key: K, drops: float) -> None:
        """Drops that were put in are as if they had not been."""
        left = self.level(key) - drops * self.drop
        if left > 0:
            self._empty_at[key] = self._clock() + left
        else:
            self._empty_at.pop(key, None)

    def forget_empty(self) -> None:
        """Keep nothing of buckets that are empty."""
        now = self._clock()
        self._empty_at = OrderedDict((key, empty_at) for key, empty_at in self._empty_at.items() if empty_at > now)

    def forget_oldest(self) -> None:
        """Forget the bucket into which nothing was put for the longest time."""
        self._empty_at.popitem(last=False)

    def clear(self) -> None:
        """Forget all of them."""
        self._empty_at.clear()


class Limit:
    """
    How often something may be tried, by keys that strangers choose: they cannot make each other's counts be forgotten.

    @param clock: milliseconds, by a clock that nobody sets.
    @param entries: see L{ENTRIES}.
    """

    def __init__(self, rate: Rate, clock: Callable[[], int], entries: int = ENTRIES) -> None:
        self._is_off = not rate.attempts
        self._clock = clock
        self._entries = entries
        # Nobody outside can tell which keys share a bucket.
        self._salt = secrets.token_bytes(16)
        self._own: Buckets[bytes] = Buckets(rate, clock, 1000)
        self._shared: Buckets[bytes] = Buckets(rate, clock, 1000)
        self._sweep_at = 0

    def __len__(self) -> int:
        return len(self._own) + len(self._shared)

    def attempt(self, key: str, multiple: int = 1) -> None:
        """
        Count an attempt.

        @param key: empty: this one is not limited.
        @param multiple: how many times the rate this key may; the same each time.
        @raise TooManyAttempts: there were too many; this one does not count, and leaves nothing behind.
        """
        if not key or self._is_off:
            return
        own = self._digest(key)
        slot = self._slot(own)
        # Who had no bucket before may have drops in a shared one.
        level = self._own.level(own) if own in self._own else self._shared.level(slot)
        excess = level + self._own.drop / multiple - self._own.depth
        # Half a millisecond: these are fractions.
        if excess > 0.5:
            raise TooManyAttempts(excess / 1000)
        if own in self._own or self._has_room():
            self._own.put(own, 1 / multiple, level)
        else:
            self._shared.put(slot, 1 / multiple, level)

    def forgive(self, key: str, multiple: int = 1) -> None:
        """An attempt that was counted was a good one."""
        if not key or self._is_off:
            return
        own = self._digest(key)
        if own in self._own:
            self._own.take_out(own, 1 / multiple)
        else:
            self._shared.take_out(self._slot(own), 1 / multiple)

    def _has_room(self) -> bool:
        """@return: whether one more may have a bucket of its own. Only empty ones make way for it."""
        now = self._clock()
        if len(self._own) >= self._entries and now >= self._sweep_at:
            self._sweep_at = now + SWEEP
            self._own.forget_empty()
        return len(self._own) < self._entries

    def _digest(self, key: str) -> bytes:
        """@return: a hash of a key: keys may be long, or a password that was typed into the wrong field."""
        return blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16, key=self._salt).digest()

    @staticmethod
    def _slot(own: bytes) -> bytes:
        return (int.from_bytes(own[:4], "big") % SHARED).to_bytes(2, "big")


class Counted:
    """Attempts that were counted for one thing that somebody tries, all of which may be forgiven."""

    def __init__(self) -> None:
        self._attempts: list[tuple[Limit, str, int]] = []

    def attempt(self, limit: Limit, keys: Iterable[tuple[str, int]]) -> None:
        """
        Count an attempt for each of these.

        @param keys: keys, and how many times the rate each of them may have.
        @raise TooManyAttempts: for one of them; then it counts for none, nor does what was counted here before. Or
            whoever has locked an account would, by its owner, lock all who come from the same address.
        """
        for key, multiple in keys:
            try:
                limit.attempt(key, multiple)
            except TooManyAttempts:
                self.forgive()
                raise
            self._attempts.append((limit, key, multiple))

    def forgive(self) -> None:
        """It was no wrong guess."""
        while self._attempts:
            limit, key, multiple = self._attempts.pop()
            limit.forgive(key, multiple)


class Limits:
    """
    The limits for strangers.

    @param login: failed log-ins of an account.
    @param address: failed log-ins from an address.
    @param register: accounts made from an address.
    @param clock: milliseconds, by a clock that nobody sets.
    @ivar known: failed log-ins from what an account is known to be used with: nobody else fills these buckets.
    @ivar looks: look-ups for who says to be known, and is not.
    """

    def __init__(self, login: Rate, address: Rate, register: Rate, clock: Callable[[], int]) -> None:
        self.login = Limit(login, clock)
        self.known = Limit(login, clock)
        self.looks = Limit(login, clock)
        self.address = Limit(address, clock)
        self.register = Limit(register, clock)


def address_key(address: str) -> str:
    """
    @param address: an IP address, as text.
    @return: the key under which it is limited: of IPv6 the first 64 bits, because one party may have all addresses with
        these. Empty for this machine: a proxy on it that names no client speaks for everybody. L{STRANGER} for a text
        that is no address.
    """
    keys = address_keys(address)
    return keys[0][0] if keys else ""


def address_keys(address: str) -> list[tuple[str, int]]:
    """
    @param address: as for L{address_key}.
    @return: all keys under which it is limited, and how many times what one address may each may: whoever has many
        addresses has them beside each other. The first is L{address_key}.
    """
    if not address:
        # A socket file has none.
        return []
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return [(STRANGER, 1)]
    if isinstance(found, IPv6Address):
        found = found.ipv4_mapped or found
    if found.is_loopback:
        return []
    if isinstance(found, IPv6Address):
        # Not before: an address that stands for 127.0.0.1 over 6to4 is not this machine's.
        found = found.sixtofour or found
    narrow = str(found) if found.version == 4 else _network(found, 64)
    return [(narrow, 1), *((_network(found, bits), multiple) for bits, multiple in WIDER[found.version])]


def _network(address: object, bits: int) -> str:
    return str(ip_network(f"{address}/{bits}", strict=False))
