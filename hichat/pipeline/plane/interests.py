"""
The interests of a worker: the users and groups whose events it wants from the others, because it holds them.

A worker tells its interests as a set of bits, one for all ids that are equal modulo L{BITS}. So they fit one datagram,
which needs no other one to be understood; at worst an event travels that nobody wants. Interests are numbered: the
number grows when the worker wants more, and a sender says which number it knew. (When a worker wants less, the number
may stay.)
"""

from __future__ import annotations

from collections.abc import Callable

from hichat.core.events import FIRST_GROUP_ID, Event, Scope

BITS = 1 << 16


def _bit(number: int) -> int:
    """@return: users and groups are counted from different ends, so that the first of each do not share a bit."""
    return (-1 - number if number >= FIRST_GROUP_ID else number) % BITS


class Interests:
    """
    This worker's own.

    @ivar number: grows with each thing more that is wanted.
    @ivar shared: whether there are other workers.
    """

    def __init__(self) -> None:
        self.number = 1
        self.shared = False
        self._changed: Callable[[], None] = lambda: None
        self._counts: dict[int, int] = {}
        self._arriving = 0

    def share(self, changed: Callable[[], None]) -> None:
        """
        There are other workers.

        @param changed: called when more is wanted.
        """
        self.shared = True
        self._changed = changed

    def add(self, number: int) -> None:
        """Events of this user or group are wanted."""
        bit = _bit(number)
        count = self._counts.get(bit, 0)
        self._counts[bit] = count + 1
        if not count:
            self._grow()

    def discard(self, number: int) -> None:
        """They are not wanted any more; one call for each L{add}."""
        bit = _bit(number)
        count = self._counts.pop(bit) - 1
        if count:
            self._counts[bit] = count

    def begin_all(self) -> None:
        """All events are wanted: somebody arrives whose groups are not known yet."""
        self._arriving += 1
        if self._arriving == 1:
            self._grow()

    def end_all(self) -> None:
        """They are not wanted any more; one call for each L{begin_all}."""
        self._arriving -= 1

    def _grow(self) -> None:
        self.number += 1
        self._changed()

    def told(self) -> bytes:
        """@return: for L{PeerInterests}; empty means everything."""
        if self._arriving:
            return b""
        bits = bytearray(BITS // 8)
        for bit in self._counts:
            bits[bit >> 3] |= 1 << (bit & 7)
        return bytes(bits)


class PeerInterests:
    """
    Another worker's, as far as it is known.

    @ivar number: the last that was heard.
    """

    def __init__(self) -> None:
        self.number = 0
        self._bits = b""

    def learn(self, number: int, told: bytes) -> None:
        """The other worker has said what it wants."""
        self.number = number
        self._bits = told if len(told) in (0, BITS // 8) else b""

    def forget(self) -> None:
        """It was started anew: everything may be wanted."""
        self.number, self._bits = 0, b""

    def wants(self, event: Event) -> bool:
        """@return: whether the other worker may need to see this event."""
        if not self._bits or event.scope not in (Scope.USER, Scope.GROUP):
            return True
        return self._has(event.target) or self._has(event.sender) or self._has(event.subject)

    def _has(self, number: int) -> bool:
        bit = _bit(number)
        return bool(self._bits[bit >> 3] & (1 << (bit & 7)))
