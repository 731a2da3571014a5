"""
Limits: how often something may be tried. In memory: each worker counts for itself, and a restart forgets.

Each key has a bucket that leaks (the "leaky bucket as a meter"): an attempt puts in a drop, which is gone after a time.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple

from hichat.errors import TooManyAttempts

ENTRIES = 10_000
"""Keys that are known at once; of more, the one whose last attempt was longest ago is forgotten."""


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


class Limit:
    """
    @param clock: the time in milliseconds.
    @param entries: see L{ENTRIES}.
    """

    def __init__(self, rate: Rate, clock: Callable[[], int], entries: int = ENTRIES) -> None:
        self._rate = rate
        self._clock = clock
        self._entries = entries
        # By key: when the bucket will be empty, in milliseconds. In the order of the last attempts.
        self._empty_at: OrderedDict[bytes, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._empty_at)

    @property
    def _drop(self) -> float:
        """Milliseconds until an attempt is forgotten."""
        return self._rate.seconds * 1000 / self._rate.attempts

    def attempt(self, key: str) -> None:
        """
        Count an attempt.

        @param key: empty: this one is not limited.
        @raise TooManyAttempts: there were too many; this one does not count.
        """
        if not key or not self._rate.attempts:
            return
        now, kept = self._clock(), _digest(key)
        after = max(self._empty_at.get(kept, 0), now) + self._drop
        excess = after - now - self._rate.seconds * 1000
        # Half a millisecond: these are fractions.
        if excess > 0.5:
            raise TooManyAttempts(excess / 1000)
        self._empty_at[kept] = after
        self._empty_at.move_to_end(kept)
        if len(self._empty_at) > self._entries:
            self._empty_at.popitem(last=False)

    def forgive(self, key: str) -> None:
        """An attempt that was counted was a good one."""
        kept = _digest(key)
        if kept in self._empty_at:
            self._empty_at[kept] -= self._drop


class Limits:
    """
    The limits of what strangers may do.

    @param login: failed log-ins of an account.
    @param address: failed log-ins from an address.
    @param register: accounts made from an address.
    @param clock: the time in milliseconds.
    """

    def __init__(self, login: Rate, address: Rate, register: Rate, clock: Callable[[], int]) -> None:
        self.login = Limit(login, clock)
        self.address = Limit(address, clock)
        self.register = Limit(register, clock)

    def guess(self, account: str, address: str) -> None:
        """
        Count that a password is tried.

        @raise TooManyAttempts: of the account or from the address; this one counts for neither.
        """
        self.address.attempt(address)
        try:
            self.login.attempt(account)
        except TooManyAttempts:
            # Or whoever has locked an account would, by its owner, lock all who come from the same address.
            self.address.forgive(address)
            raise

    def forgive(self, account: str, address: str) -> None:
        """What was counted was no wrong guess."""
        self.address.forgive(address)
        self.login.forgive(account)


def address_key(address: str) -> str:
    """
    @param address: an IP address, as text.
    @return: under what it is limited: of IPv6 the first 64 bits, which one party has as many addresses under as it
        likes. Nothing for this machine: a proxy on it that does not say for whom it asks speaks for everybody.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, IPv6Address):
        found = found.ipv4_mapped or found
    if found.is_loopback:
        return ""
    return str(found) if found.version == 4 else found.packed[:8].hex()


def _digest(key: str) -> bytes:
    """@return: what is kept of a key, which may be long; also of what is typed into the wrong field."""
    return blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).digest()
