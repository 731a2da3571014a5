"""Files that are there whole or not at all, whenever the machine stops."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def temporary(path: Path, data: bytes) -> Iterator[Path]:
    """
    A temporary file beside a path, which only its owner may read, and which is on the disk: so a crash leaves nothing
    truncated under the name that the caller gives it. The file is removed in the end.

    @raise OSError: it cannot be written.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield beside
    finally:
        beside.unlink(missing_ok=True)


def replace(path: Path, data: bytes) -> None:
    """
    Write a file, in place of the one that may be there.

    @raise OSError: it cannot be written.
    """
    with temporary(path, data) as beside:
        beside.rename(path)
