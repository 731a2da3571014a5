"""Unix sockets by their paths."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from pathlib import Path

LONGEST_PATH = 107
"""The most bytes of a socket's path; unix(7)."""


def reachable(path: Path) -> str:
    """
    @return: the path, or a shorter one to the same socket for this process, if the path is too long for a socket. The
        shorter one needs an open file, which stays open: ask once for each socket.
    """
    if len(os.fsencode(path)) <= LONGEST_PATH:
        return str(path)
    directory = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    return f"/proc/self/fd/{directory}/{path.name}"


def open_door(path: Path) -> socket.socket:
    """
    Listen at a Unix socket, for this user only. What a dead process has left there is removed.

    @raise OSError: the socket cannot be made.
    """
    with suppress(FileNotFoundError):
        path.unlink()
    door = socket.socket(socket.AF_UNIX)
    before = os.umask(0o177)
    try:
        door.bind(reachable(path))
    finally:
        os.umask(before)
    door.listen()
    door.setblocking(False)
    return door
