"""What the kernel tells of other processes."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

LOOK_AT_PROCESS = 1.0
"""Seconds between two looks at a process that may be stopped."""

LOOKS_AT_STOPPED = 4
"""So many looks, one after the other, find a process stopped that is killed then: so it was for three seconds."""


def state_of(pid: int) -> str:
    """@return: the letter for the state of a process, see proc(5); empty: it is gone."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]
    return ""


class StoppedLooks:
    """
    Looks at a process again and again, and tells whether it has been stopped for a while (SIGSTOP). It does not go on
    by itself, and the others wait for its answers, or for a lock that it holds. A process that computes, or waits for
    its disk, is not stopped, however long it takes.
    """

    def __init__(self) -> None:
        self._found = 0

    def look(self, pid: int | None) -> bool:
        """
        Look, L{LOOK_AT_PROCESS} after the last time.

        @param pid: the process; None: there is none.
        @return: whether it was stopped at the last L{LOOKS_AT_STOPPED} looks.
        """
        self._found = self._found + 1 if pid is not None and state_of(pid) == "T" else 0
        return self._found >= LOOKS_AT_STOPPED

    def forget(self) -> None:
        """The next process is another one, or has gone on meanwhile."""
        self._found = 0
