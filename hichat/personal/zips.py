"""Writes a ZIP piece by piece to something that cannot seek, such as the answer to a request."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import IO

from hichat.media.names import FILE_NAME_LIMIT, shortened, without_hidden

ZIP_PIECE = 64 * 1024
"""Bytes that are given on at once."""

STORED, PACKED = 0, 6
"""Levels of compression. The lowest one is for pictures, sound and films, which are compressed already."""

NAME_ROOM = 120
"""Bytes of the longest part of a path: some systems take paths of 260 characters only."""

# What Windows forbids in names; the slash is forbidden everywhere.
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
# The devices of DOS, whatever extension follows.
_DEVICE = re.compile(r"(?i)(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)")


def safe_name(name: str, otherwise: str = "_") -> str:
    """
    @param name: any text that a user has chosen.
    @param otherwise: the name if nothing is left.
    @return: a text that every system takes as one part of a path, and that leads nowhere else.
    """
    found = _FORBIDDEN.sub("_", without_hidden(name.encode(errors="replace").decode()))
    found = shortened(found.strip(), min(NAME_ROOM, FILE_NAME_LIMIT)).rstrip(". ").lstrip()
    if _DEVICE.match(found) or found.startswith((".", "~")):
        found = f"_{found}"
    return found or otherwise


class _Sink(io.RawIOBase):
    """Collects what is written to pieces of L{ZIP_PIECE}, and gives these on."""

    def __init__(self, send: Callable[[bytes], object]) -> None:
        self._send = send
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        before = len(self._waiting)
        self._waiting += data  # type: ignore[arg-type]
        size = len(self._waiting) - before
        while len(self._waiting) >= ZIP_PIECE:
            self.send()
        return size

    def send(self) -> None:
        """Give the next piece on."""
        piece = bytes(self._waiting[:ZIP_PIECE])
        del self._waiting[:ZIP_PIECE]
        self._send(piece)


class ZipWriter:
    """
    A ZIP, its entries one after the other.

    @param send: takes the next bytes, and may wait.
    @param made: the time that the entries have.
    """

    def __init__(self, send: Callable[[bytes], object], made: datetime) -> None:
        self._sink = _Sink(send)
        self._zip = zipfile.ZipFile(self._sink, "w")
        self._made = made.timetuple()[:6]

    @contextmanager
    def entry(self, path: str, level: int = PACKED) -> Iterator[IO[bytes]]:
        """
        A context manager around an entry, which gives the file to write to.

        @param path: made of safe names; each path once.
        """
        info = zipfile.ZipInfo(path, self._made)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        # As ZipFile.open does for a name.
        info._compresslevel = level  # type: ignore[attr-defined]
        # The size is not known before.
        with self._zip.open(info, "w", force_zip64=True) as file:
            yield file

    def close(self) -> None:
        """Write the end. Without it the ZIP is not whole, and programs say so."""
        self._zip.close()
        self._sink.send()
