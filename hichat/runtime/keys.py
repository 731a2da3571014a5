"""Secret keys, made at the first start and kept in the state directory."""

import os
import secrets
import time
from contextlib import suppress
from pathlib import Path

from hichat.core.errors import StartError

SIZE = 32
"""Bytes of a key."""

LEFT_AFTER = 3600
"""Seconds after which nobody is making a key any more."""


def load_or_make(directory: Path, name: str) -> bytes:
    """
    @param directory: the state directory.
    @param name: the file's name.
    @return: the key in that file; made, readable by its owner only, if there is none.
    @raise StartError: the file is there and holds no key.
    """
    path = directory / name
    _remove_left_over(directory, name)
    try:
        return _read(path)
    except FileNotFoundError:
        pass
    # Written aside and linked into place: of two processes that start at once both use the same key, and a crash
    # leaves none that is cut short.
    temporary = directory / f".{name}.{secrets.token_hex(8)}"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(SIZE))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        temporary.unlink()
    return _read(path)


def _remove_left_over(directory: Path, name: str) -> None:
    """Remove what a crash left while the key was made; another process may be making it just now."""
    for path in directory.glob(f".{name}.*"):
        with suppress(OSError):
            if path.stat().st_mtime < time.time() - LEFT_AFTER:
                path.unlink()


def _read(path: Path) -> bytes:
    key = path.read_bytes()
    if len(key) != SIZE:
        raise StartError(
            f"hichat: HICHAT_STATE_DIR: {path} does not hold a key of {SIZE} bytes; "
            "restore it, or remove it to have a new one made (which ends all sessions)"
        )
    return key
