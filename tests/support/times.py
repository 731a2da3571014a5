"""Times that are the same on a machine that is busy with other things."""

from __future__ import annotations

import time
from pathlib import Path


def waited_for_processor(who: int | str = "thread-self") -> float:
    """
    @param who: a process id, for the first thread of a process; by default this thread.
    @return: seconds since it began in which it was ready to run, and others had the processors (proc(5), schedstat).
    """
    return int(Path(f"/proc/{who}/schedstat").read_text().split()[1]) / 1e9


def own_seconds() -> float:
    """
    @return: seconds by a clock that stands still while this thread is ready to run and others have the processors. It
        goes on while the thread works, and while it waits for anything else.
    """
    return time.monotonic() - waited_for_processor()
