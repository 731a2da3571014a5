"""
The pid file that C{twistd} leaves behind when it is killed.

Twistd does not start if there is a process with the id in the file. In a container process ids begin anew with each
start: there the id is that of another process, or of the new twistd itself.
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
    Remove the pid file if its daemon is gone: if the file is empty, or names this process, or a process that began
    after the file was written.

    @param lock: the lock file that a running daemon holds; see L{hichat.daemon.service.StateDirLock}.
    """
    with suppress(OSError, ValueError):
        text, written = pidfile.read_text(), pidfile.stat().st_mtime
        gone = not text or int(text) == os.getpid() or _began(int(text)) > written
        if gone and not _is_held(lock):
            pidfile.unlink()


def _began(pid: int) -> float:
    """
    @return: the time at which a process began, in seconds since the epoch.
    @raise OSError: there is no such process.
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
    If this is process 1, remove the pid file while it runs. Its id is known anyway, and C{twistd -y} would find a file
    that is left over before it loads anything of HiChat.
    """
    if os.getpid() != 1:
        return

    def put_back() -> None:
        # Twistd removes the file now, and expects it to exist.
        with suppress(OSError):
            pidfile.touch()

    with suppress(OSError):
        pidfile.unlink()
        reactor.addSystemEventTrigger("after", "shutdown", put_back)
