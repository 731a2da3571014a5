"""Threads that share the interpreter with the reactor's."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

EAGER = 0.0005
"""Seconds after which a thread that waits for the interpreter gets it in L{eager}. Usually it is ten times as long."""


@contextmanager
def eager() -> Iterator[None]:
    """
    For the body of a thread that holds a lock for which others wait. SQLite's driver gives the interpreter away in each
    statement, and a busy reactor gives it back only when this time is over: with some twenty statements that is 0.1 s.
    """
    usual = sys.getswitchinterval()
    sys.setswitchinterval(EAGER)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)
