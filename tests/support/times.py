"""Times that are the same on a machine that is busy with other things."""

from __future__ import annotations

import time
from pathlib import Path


def own_seconds() -> float:
    """
    @return: seconds by a clock that stands still while this thread is ready to run and others have the processors
        (proc(5), schedstat). It goes on while the thread works, and while it waits for anything else.
    """
    waited = Path("/proc/thread-self/schedstat").read_text().split()[1]
    return time.monotonic() - int(waited) / 1e9
