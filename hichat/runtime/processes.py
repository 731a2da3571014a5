"""What the kernel tells of other processes."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

LOOK_AT_PROCESS = 1.0
"""Seconds between two looks at a process that may be stopped."""

LOOKS_AT_STOPPED = 4
"""So many looks, one after the other, find a process stopped that is killed then: it did nothing for three seconds."""

_STATE, _USER_TICKS, _SYSTEM_TICKS = 0, 11, 12
"""The places of fields of C{/proc/PID/stat} behind the name, see proc(5)."""


def state_of(pid: int) -> str:
    """@return: the letter for the state of a process, see proc(5); empty: it is gone."""
    found = _stat(pid)
    return found[_STATE] if found else ""


def _stat(pid: int) -> list[str]:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return []


class StoppedLooks:
    """
    Looks at a process again and again, and tells whether it has been stopped for a while (SIGSTOP). It does not go on
    by itself, and the others wait for its answers, or for a lock that it holds. A process that computes, or waits for
    its disk, is not stopped, however long it takes; nor is one that somebody stops and lets go on again and again, to
    slow it down.
    """

    def __init__(self) -> None:
        self._found = 0
        self._used: list[str] = []

    def look(self, pid: int | None) -> bool:
        """
        Look, L{LOOK_AT_PROCESS} after the last time.

        @param pid: the process; None: there is none.
        @return: whether it was stopped at the last L{LOOKS_AT_STOPPED} looks, and used no processor between them.
        """
        found = _stat(pid) if pid is not None else []
        before, self._used = self._used, found[_USER_TICKS : _SYSTEM_TICKS + 1]
        if not found or found[_STATE] != "T":
            self._found = 0
        elif self._found and self._used != before:
            self._found = 1
        else:
            self._found += 1
        return self._found >= LOOKS_AT_STOPPED

    def forget(self) -> None:
        """The next process is another one, or has gone on meanwhile."""
        self._found = 0
