"""
Steps: a thread of the daemon that reads a user's file rests now and then, so that other threads get the interpreter.

A computing thread releases the interpreter's lock only 5 ms after another thread has asked for it, and the delivery of
a message asks for it several times. So files are read in steps, with a rest after every L{STEPS}.
"""

from __future__ import annotations

import time
from mmap import mmap

Content = bytes | mmap
"""A user's file, as it is read."""

STEPS = 100
"""Steps between two rests; a step takes a few microseconds."""

_REST = 0.0005
"""Seconds of a rest. A thread that releases the lock without sleeping is the first to get it again."""


def rest() -> None:
    """Sleep, so that other threads can run."""
    time.sleep(_REST)
