"""
Taking turns at one SQLite file.

A writer waits for SQLite's lock by polling, and the process that has just written polls first: others were seen to wait
for two seconds. Two C{flock} locks make a queue, which the kernel keeps in order: the process that waits for the second
lock holds the first.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_UN, flock
from pathlib import Path


class Turnstile:
    """
    The queue of the processes that write; one thread of each may stand in it. The kernel releases a dead process's
    locks.

    @param directory: the directory of the lock files; the same for all processes.
    @raise OSError: the lock files cannot be made.
    """

    def __init__(self, directory: Path) -> None:
        self._next, self._commit = (
            os.open(directory / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            for name in ("next.lock", "commit.lock")
        )

    @contextmanager
    def turn(self) -> Iterator[None]:
        """A context manager: entering it waits for this process's turn, leaving it ends the turn."""
        flock(self._next, LOCK_EX)
        try:
            flock(self._commit, LOCK_EX)
        finally:
            flock(self._next, LOCK_UN)
        try:
            yield
        finally:
            flock(self._commit, LOCK_UN)

    def close(self) -> None:
        """Close the lock files."""
        os.close(self._next)
        os.close(self._commit)
