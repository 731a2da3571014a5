"""
The clocks: one for what is stored and shown, the time of day, and one for all that lasts: intervals, limits, deadlines.

The time of day is set, by people and by NTP: it jumps, both ways. Twisted's reactors go by it all the same. Set back by
40 s it holds for 40 s whatever is due, a message as well as a ping. So a reactor is given the other clock, before it
has much to do.
"""

from __future__ import annotations

from time import monotonic, monotonic_ns
from typing import Any

from twisted.internet.base import ReactorBase


def make_steady(reactor: Any) -> None:
    """
    Let a reactor go by the monotonic clock. Whatever it was to call after some seconds, it calls after so many. Its
    C{seconds} are no time of day any more. May be called again.

    @param reactor: a real one; a test's clock, which only that test turns, is left as it is.
    """
    if not isinstance(reactor, ReactorBase) or reactor.seconds is monotonic:
        return
    shift = monotonic() - reactor.seconds()
    reactor.seconds = monotonic  # type: ignore[method-assign]
    # The cancelled ones too: all together keep their order.
    for call in [*reactor._pendingTimedCalls, *reactor._newTimedCalls]:
        call.time += shift
        call.seconds = monotonic


def ticks() -> int:
    """@return: milliseconds since some moment; for how long something lasts."""
    return monotonic_ns() // 1_000_000
