"""
The interests of a worker: the users and groups whose events it wants from the others, because they are online here.

A worker tells its interests as a set of bits, one for all ids that are equal modulo L{BITS}. So they fit one datagram,
which is complete by itself; at worst a worker gets an event that it does not want. Interests have a number, which grows
when the worker wants more events. A sender tells with each datagram which number it knew. (When a worker wants fewer
events, the number may stay.)
"""

from __future__ import annotations

from collections.abc import Callable

from hichat.core.events import FIRST_GROUP_ID, Event, Scope

BITS = 1 << 16


def _bit(number: int) -> int:
    """@return: the bit of a user or a group. They count from different ends, so that the first ids share no bits."""
    return (-1 - number if number >= FIRST_GROUP_ID else number) % BITS


class Interests:
    """
    This worker's own interests.

    @ivar number: grows each time that the worker wants more events.
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

        @param changed: called when the worker wants more events.
        """
        self.shared = True
        self._changed = changed

    def add(self, number: int) -> None:
        """The worker wants the events of a user or a group."""
        bit = _bit(number)
        count = self._counts.get(bit, 0)
        self._counts[bit] = count + 1
        if not count:
            self._grow()

    def discard(self, number: int) -> None:
        """The worker does not want them any more; one call for each L{add}."""
        bit = _bit(number)
        count = self._counts.pop(bit) - 1
        if count:
            self._counts[bit] = count

    def begin_all(self) -> None:
        """The worker wants all events: a device arrives whose groups are not known yet."""
        self._arriving += 1
        if self._arriving == 1:
            self._grow()

    def end_all(self) -> None:
        """The worker does not want all events any more; one call for each L{begin_all}."""
        self._arriving -= 1

    def _grow(self) -> None:
        self.number += 1
        self._changed()

    def told(self) -> bytes:
        """@return: the bits, for L{PeerInterests}; empty: all events are wanted."""
        if self._arriving:
            return b""
        bits = bytearray(BITS // 8)
        for bit in self._counts:
            bits[bit >> 3] |= 1 << (bit & 7)
        return bytes(bits)


class PeerInterests:
    """
    The interests of another worker, as far as this one knows them.

    @ivar number: the number of the interests that it told last.
    """

    def __init__(self) -> None:
        self.number = 0
        self._bits = b""

    def learn(self, number: int, told: bytes) -> None:
        """The other worker has told its interests."""
        self.number = number
        self._bits = told if len(told) in (0, BITS // 8) else b""

    def forget(self) -> None:
        """The other worker was started anew: it may want all events."""
        self.number, self._bits = 0, b""

    def wants(self, event: Event) -> bool:
        """@return: whether the other worker may need to see this event."""
        if not self._bits or event.scope not in (Scope.USER, Scope.GROUP):
            return True
        return self._has(event.target) or self._has(event.sender) or self._has(event.subject)

    def _has(self, number: int) -> bool:
        bit = _bit(number)
        return bool(self._bits[bit >> 3] & (1 << (bit & 7)))
