"""
Rate limits. The counts are in memory, and a restart forgets them. Workers of a host tell each other what they count.

All of them use L{Buckets}: the tries of strangers (L{Limit}), the cost of users' calls (L{hichat.runtime.work}) and the
number of their messages (L{hichat.pipeline.gateway.quota}).
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from hashlib import blake2b
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Generic, NamedTuple, TypeVar

from zope.interface import implementer

from hichat.core.errors import TooManyAttempts
from hichat.core.ports import ILimit, INeighbours
from hichat.runtime.neighbours import ALONE

BUCKETS_LIMIT = 10_000
"""The most keys that have a bucket of their own at once."""

SHARED = 1024
"""The number of buckets that all further keys share. So strangers who fill the table make no count be forgotten."""

BUCKETS_SWEEP = 1000
"""Milliseconds between two looks for empty buckets in a full table."""

WIDER = {4: ((24, 16),), 6: ((56, 4), (48, 16))}
"""By IP version: the bits of wider networks that are limited, too, each with its multiple of an address' rate."""

STRANGER = "unknown"
"""Stands in place of an address if a proxy names one that is invalid."""


class Rate(NamedTuple):
    """
    A rate.

    @ivar attempts: the most attempts at once; 0: there is no limit.
    @ivar seconds: after so many seconds as many may be made again.
    """

    attempts: int
    seconds: int

    def __str__(self) -> str:
        return f"{self.attempts}/{self.seconds}" if self.attempts else "off"


NO_LIMIT = Rate(0, 1)


K = TypeVar("K", bound=Hashable)


class Buckets(Generic[K]):
    """
    A leaky bucket for each key (the "leaky bucket as a meter"): each action puts in a drop. A bucket that holds as many
    drops as the rate allows is full, and leaks empty in the rate's seconds. A bucket is stored as the time at which it
    will be empty.

    @param rate: without a limit no bucket is ever full.
    @param clock: a monotonic clock.
    @param second: a second in units of that clock.
    @param windows: the fullest bucket is empty after so many times the rate's seconds, whatever was put in.
    @ivar depth: the time in which a full bucket leaks empty, in units of the clock.
    @ivar drop: the time in which a drop leaks out.
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
        """@return: the time until the key's bucket is empty."""
        empty_at = self._empty_at.get(key)
        if empty_at is None:
            return 0.0
        now = self._clock()
        level = empty_at - now
        if level > self._most:
            # The clock was set back: a key must not wait longer than for the fullest bucket.
            self._empty_at[key] = now + self._most
            return self._most
        return level if level > 0 else 0.0

    def excess(self, key: K, drops: float) -> float:
        """@return: the time until the bucket has room for so many drops; 0 or less: it has room now."""
        return self.level(key) + drops * self.drop - self.depth

    def put(self, key: K, drops: float, level: float | None = None) -> None:
        """
        Put drops into a bucket.

        @param level: the bucket's L{level}, if the caller knows a better one; None: the present one.
        """
        now = self._clock()
        if level is None:
            level = self._empty_at.get(key, now) - now
        # Without max and min: this runs for each read of a connection.
        more = drops * self.drop
        after = level + more if level > 0 else more
        self._empty_at[key] = now + (after if after < self._most else self._most)
        self._empty_at.move_to_end(key)

    def fill(self, key: K, drops: float) -> None:
        """Put as many drops into a bucket that it holds so many, if it holds fewer."""
        missing = drops * self.drop - self.level(key)
        if missing > 0:
            self.put(key, missing / self.drop)

    def take_out(self, key: K, drops: float) -> None:
        """Take drops out again that were put in."""
        left = self.level(key) - drops * self.drop
        if left > 0:
            self._empty_at[key] = self._clock() + left
        else:
            self._empty_at.pop(key, None)

    def drops(self) -> Iterator[tuple[K, float]]:
        """@return: the keys whose buckets are not empty, with the drops in each."""
        now = self._clock()
        for key, empty_at in self._empty_at.items():
            if empty_at > now:
                yield key, (empty_at - now) / self.drop

    def forget_empty(self) -> None:
        """Forget the buckets that are empty."""
        now = self._clock()
        self._empty_at = OrderedDict((key, empty_at) for key, empty_at in self._empty_at.items() if empty_at > now)

    def forget_oldest(self) -> None:
        """Forget the bucket into which nothing was put for the longest time."""
        self._empty_at.popitem(last=False)

    def clear(self) -> None:
        """Forget all of them."""
        self._empty_at.clear()


@implementer(ILimit)
class Limit:
    """
    A limit of tries, by keys that strangers choose. They cannot make each other's counts be forgotten.

    @param rate: the rate of a key.
    @param clock: milliseconds of a monotonic clock.
    @param entries: see L{BUCKETS_LIMIT}.
    @param name: the limit's name: all workers mean the same limit by it.
    @param neighbours: the other workers, who add what is counted here.
    @param salt: the same for all workers, so that they mean the same key by a hash; None: a new one.
    """

    def __init__(
        self,
        rate: Rate,
        clock: Callable[[], int],
        entries: int = BUCKETS_LIMIT,
        name: str = "",
        neighbours: INeighbours = ALONE,
        salt: bytes | None = None,
    ) -> None:
        self._is_off = not rate.attempts
        self._clock = clock
        self._entries = entries
        # With a secret salt nobody outside can tell which keys share a bucket.
        self._salt = salt or secrets.token_bytes(16)
        self._topic = f"limit {name}"
        self._neighbours = neighbours
        neighbours.follow(self._topic, self._counted_elsewhere, tuple[bytes, float])
        self._topic_so_far = f"{self._topic} so far"
        neighbours.follow(self._topic_so_far, self._introduced, dict[bytes, float])
        neighbours.follow_workers(self._introduce, lambda number: None)
        self._own: Buckets[bytes] = Buckets(rate, clock, 1000)
        self._shared: Buckets[bytes] = Buckets(rate, clock, 1000)
        self._sweep_at = 0

    def __len__(self) -> int:
        return len(self._own) + len(self._shared)

    def attempt(self, key: str, multiple: int = 1) -> None:
        """See L{ILimit.attempt}."""
        if not key or self._is_off:
            return
        own = self._digest(key)
        slot = self._slot(own)
        # A key without a bucket of its own may have drops in a shared one.
        level = self._own.level(own) if own in self._own else self._shared.level(slot)
        excess = level + self._own.drop / multiple - self._own.depth
        # Half a millisecond absorbs rounding errors.
        if excess > 0.5:
            raise TooManyAttempts(excess / 1000)
        self._count(own, 1 / multiple)
        self._neighbours.tell(self._topic, (own, 1 / multiple))

    def forgive(self, key: str, multiple: int = 1) -> None:
        """See L{ILimit.forgive}."""
        if not key or self._is_off:
            return
        own = self._digest(key)
        self._count(own, -1 / multiple)
        self._neighbours.tell(self._topic, (own, -1 / multiple))

    def _count(self, own: bytes, drops: float) -> None:
        slot = self._slot(own)
        if drops < 0:
            if own in self._own:
                self._own.take_out(own, -drops)
            else:
                self._shared.take_out(slot, -drops)
            return
        # A key without a bucket of its own may have drops in a shared one.
        if own in self._own:
            self._own.put(own, drops)
        elif self._has_room():
            self._own.put(own, drops, self._shared.level(slot))
        else:
            self._shared.put(slot, drops)

    def _counted_elsewhere(self, number: int, counted: tuple[bytes, float]) -> None:
        self._count(*counted)

    def _introduce(self, number: int) -> None:
        """Another worker has come: tell it what all have counted so far."""
        so_far = dict(self._own.drops())
        if so_far:
            self._neighbours.tell(self._topic_so_far, so_far, number)

    def _introduced(self, number: int, so_far: Mapping[bytes, float]) -> None:
        """Each of the others tells this, and means the same attempts: so it is no sum."""
        for own, drops in so_far.items():
            if own in self._own or self._has_room():
                self._own.fill(own, drops)
            else:
                self._shared.fill(self._slot(own), drops)

    def _has_room(self) -> bool:
        """@return: whether one more key may have a bucket of its own. Only empty buckets are removed for it."""
        now = self._clock()
        if len(self._own) >= self._entries and now >= self._sweep_at:
            self._sweep_at = now + BUCKETS_SWEEP
            self._own.forget_empty()
        return len(self._own) < self._entries

    def _digest(self, key: str) -> bytes:
        """@return: a hash of a key: keys may be long, or a password that was typed into the wrong field."""
        return blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16, key=self._salt).digest()

    @staticmethod
    def _slot(own: bytes) -> bytes:
        return (int.from_bytes(own[:4], "big") % SHARED).to_bytes(2, "big")


MakeLimit = Callable[[str, Rate, Callable[[], int]], ILimit]
"""Makes a limit of a name, a rate, and milliseconds of a monotonic clock. All workers mean the same limit by a name."""


def local_limit(_name: str, rate: Rate, clock: Callable[[], int]) -> ILimit:
    """@return: a limit of one process."""
    return Limit(rate, clock)


def host_limits(neighbours: INeighbours, salt: bytes) -> MakeLimit:
    """
    @param salt: see L{Limit}.
    @return: makes limits that all workers of the host count together.
    """
    return lambda name, rate, clock: Limit(rate, clock, name=name, neighbours=neighbours, salt=salt)


class Attempts:
    """The attempts that were counted for one try, under several keys. They can be forgiven together."""

    def __init__(self) -> None:
        self._attempts: list[tuple[ILimit, str, int]] = []

    def attempt(self, limit: ILimit, keys: Iterable[tuple[str, int]]) -> None:
        """
        Count an attempt for each key.

        @param keys: keys, each with its multiple of the rate.
        @raise TooManyAttempts: there were too many for one key. Then the try counts for no key, and those counted here
            before are taken back. Otherwise the owner of an account that strangers have locked would also use up the
            limit of the owner's address.
        """
        for key, multiple in keys:
            try:
                limit.attempt(key, multiple)
            except TooManyAttempts:
                self.forgive()
                raise
            self._attempts.append((limit, key, multiple))

    def forgive(self) -> None:
        """Take back all attempts: the try was no wrong guess."""
        while self._attempts:
            limit, key, multiple = self._attempts.pop()
            limit.forgive(key, multiple)


class Limits:
    """
    The limits for strangers.

    @param login: failed log-ins of an account.
    @param address: failed log-ins from an address.
    @param register: accounts made from an address.
    @param clock: milliseconds of a monotonic clock.
    @param make: makes each limit.
    @ivar known: failed log-ins of known devices, which strangers cannot fill.
    @ivar looks: look-ups for tries that might be a known device's, and turn out not to be.
    """

    def __init__(
        self, login: Rate, address: Rate, register: Rate, clock: Callable[[], int], make: MakeLimit = local_limit
    ) -> None:
        self.login = make("login", login, clock)
        self.known = make("known", login, clock)
        self.looks = make("looks", login, clock)
        self.address = make("address", address, clock)
        self.register = make("register", register, clock)


def address_key(address: str) -> str:
    """
    @param address: an IP address, as text.
    @return: the key under which an address is limited. For IPv6 it is the first 64 bits, because one party may have all
        addresses with these. It is empty for this machine, because a proxy on it that names no client speaks for
        everybody. It is L{STRANGER} for a text that is no address.
    """
    keys = address_keys(address)
    return keys[0][0] if keys else ""


def address_keys(address: str) -> list[tuple[str, int]]:
    """
    @param address: as for L{address_key}.
    @return: all keys under which an address is limited, each with its multiple of the rate: its own, which is
        L{address_key}, then those of wider networks, because a party with many addresses has neighbouring ones.
    """
    if not address:
        # Clients of a UNIX socket have no address.
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
        # After the check for loopback: a 6to4 address of 127.0.0.1 is not this machine's.
        found = found.sixtofour or found
    narrow = str(found) if found.version == 4 else _network(found, 64)
    return [(narrow, 1), *((_network(found, bits), multiple) for bits, multiple in WIDER[found.version])]


def _network(address: object, bits: int) -> str:
    return str(ip_network(f"{address}/{bits}", strict=False))
