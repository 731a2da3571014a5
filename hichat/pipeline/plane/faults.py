"""
A UDP transport that loses, repeats, delays and damages datagrams. For tests: C{HICHAT_TEST_FAULTS} puts it into a
daemon.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from random import Random
from typing import Any

from twisted.internet.interfaces import IReactorTime

FAULTS = ("drop", "double", "reorder", "delay", "truncate", "corrupt", "forge")

DELAYS = {"reorder": 0.005, "delay": 0.2}
"""The most seconds that a datagram is late: it comes after its successors, or after routing has filled its gap."""


def parse(text: str) -> dict[str, float]:
    """
    @param text: such as C{seed=7,drop=0.3,double=0.1}.
    @return: the chance of each kind of fault in C{FAULTS}, and the C{seed}.
    @raise ValueError: the text has another form.
    """
    found = {}
    for item in filter(None, text.split(",")):
        name, _, value = item.partition("=")
        if name not in (*FAULTS, "seed"):
            raise ValueError(f"{name!r} is none of seed, {', '.join(FAULTS)}")
        found[name] = float(value)
    return found


class FaultyTransport:
    """
    @param transport: the real transport.
    @param clock: for the delays.
    @param chances: from L{parse}; each kind of fault is drawn independently.
    """

    def __init__(self, transport: Any, clock: IReactorTime, chances: Mapping[str, float]) -> None:
        self._transport = transport
        self._clock = clock
        self._chances = chances
        self._random = Random(chances.get("seed", 0))  # noqa: S311

    def write(self, data: bytes, address: tuple[str, int]) -> None:
        """Send a datagram, with the faults that are drawn for it."""
        happens = {kind for kind in FAULTS if self._random.random() < self._chances.get(kind, 0)}
        if "forge" in happens:
            self._transport.write(self._random.randbytes(len(data)), address)
        if "drop" in happens:
            return
        if "truncate" in happens:
            data = data[: self._random.randrange(len(data))]
        if "corrupt" in happens:
            changed = bytearray(data or b"x")
            changed[self._random.randrange(len(changed))] ^= 1 << self._random.randrange(8)
            data = bytes(changed)
        late = sum(DELAYS[kind] * self._random.random() for kind in DELAYS if kind in happens)
        for _ in range(2 if "double" in happens else 1):
            if late:
                self._clock.callLater(late, self._write_late, data, address)
            else:
                self._transport.write(data, address)

    def _write_late(self, data: bytes, address: tuple[str, int]) -> None:
        # If the socket is closed by now, or full, the datagram is lost, which is one more fault.
        with suppress(OSError, AttributeError):
            self._transport.write(data, address)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
