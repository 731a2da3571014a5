"""
What C{twistd} leaves behind when it is killed: a pid file.

Twistd does not start while there is a process with that number. In a container the numbers begin anew with each life:
there it is the number of another process, or of the new twistd itself.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import Any


def remove_left_over(pidfile: Path, lock: Path) -> None:
    """
    Remove the file if whoever wrote it is gone: the file is empty, it names us, or a process that began after it was
    written.

    @param lock: what a daemon that is at work holds; see L{hichat.daemon.service.StateDirLock}.
    """
    with suppress(OSError, ValueError):
        text, written = pidfile.read_text(), pidfile.stat().st_mtime
        gone = not text or int(text) == os.getpid() or _began(int(text)) > written
        if gone and not _is_held(lock):
            pidfile.unlink()


def _began(pid: int) -> float:
    """
    @return: when a process began, in seconds since the epoch.
    @raise OSError: there is none.
    """
    # proc(5): the 22nd field, in ticks since the start of the machine; the second one may have blanks and brackets.
    ticks = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
    return time.time() - time.clock_gettime(time.CLOCK_BOOTTIME) + ticks / os.sysconf("SC_CLK_TCK")


def _is_held(lock: Path) -> bool:
    with suppress(FileNotFoundError), lock.open() as file:
        try:
            flock(file, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            return True
    return False


def live_without(pidfile: Path, reactor: Any) -> None:
    """
    If we are process 1, have no such file while we live: everybody knows our number, and C{twistd -y} looks at the file
    of the life before when nothing of HiChat is loaded yet.
    """
    if os.getpid() != 1:
        return

    def put_back() -> None:
        # Twistd is about to remove it.
        with suppress(OSError):
            pidfile.touch()

    with suppress(OSError):
        pidfile.unlink()
        reactor.addSystemEventTrigger("after", "shutdown", put_back)
