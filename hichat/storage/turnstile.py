"""
Taking turns at one SQLite file.

SQLite lets writers wait by asking again and again, and whoever has just written asks first: others were seen to wait
for two seconds. Two locks make a queue of it, which the kernel keeps in order: who waits for the second holds the
first.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_UN, flock
from pathlib import Path


class Turnstile:
    """
    For one thread of each process. A process that dies gives its locks back.

    @param directory: where the lock files are; the same for all.
    @raise OSError: they cannot be made.
    """

    def __init__(self, directory: Path) -> None:
        self._next, self._commit = (
            os.open(directory / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            for name in ("next.lock", "commit.lock")
        )

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for one's turn, and have it."""
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
        """Let go of the files."""
        os.close(self._next)
        os.close(self._commit)
