"""
When the last backup of a daemon's store was made: the time of a file in its state directory.

C{hichat backup} sets it once a backup is whole, and the metrics show it. It is a file's time so that whoever makes
backups by other means can set it with C{touch}.
"""

from __future__ import annotations

import os
from pathlib import Path

from hichat.runtime.files import temporary

BACKED_UP = "backed-up"
"""The file in the state directory."""


def note_backup(directory: Path, made_at: int) -> None:
    """
    Note a backup.

    @param directory: the state directory.
    @param made_at: the moment whose rows it has: milliseconds since the epoch.
    @raise OSError: it cannot be noted.
    """
    path = directory / BACKED_UP
    with temporary(path, b"") as beside:
        os.utime(beside, ns=(made_at * 1_000_000, made_at * 1_000_000))
        beside.rename(path)


def last_backup(directory: Path) -> float | None:
    """
    @param directory: the state directory.
    @return: when the last backup was made, in seconds since the epoch; None: no backup was noted.
    """
    try:
        return (directory / BACKED_UP).stat().st_mtime
    except OSError:
        return None
