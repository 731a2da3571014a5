"""
Steps: what looks through a stranger's file in one of the daemon's threads lets the others have the interpreter.

A thread that computes gives it up 5 ms after another has asked for it, and whoever passes on a message asks for it
several times. So files are looked at in steps, with a rest after some of them.
"""

from __future__ import annotations

import time

STEPS = 100
"""Between two rests: each takes a few microseconds."""

_REST = 0.0005
"""Seconds. A thread that only lets go is the first to have it again."""


def rest() -> None:
    """Let others have their turn."""
    time.sleep(_REST)
