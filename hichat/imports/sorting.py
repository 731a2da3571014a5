"""
Puts the messages of an export in the order of their times, in files that are gone when it is done: an export may have
them in any order, and more of them than fit into memory.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType

import msgspec

from hichat.imports import shapes

_ENCODER = msgspec.json.Encoder()


class SortedLine(msgspec.Struct):
    """A message, and the files in it."""

    message: shapes.MovedMessage
    files: list[shapes.MovedFile] = []


_LINES = msgspec.json.Decoder(SortedLine)


class Sorting:
    """Use it as a context manager."""

    def __enter__(self) -> Sorting:
        self._directory = TemporaryDirectory(prefix="hichat-import-")
        folder = Path(self._directory.name)
        self._content = (folder / "content").open("w+b")
        self._index = sqlite3.connect(folder / "index", isolation_level=None)
        self._index.execute("PRAGMA journal_mode = OFF")
        self._index.execute("PRAGMA synchronous = OFF")
        self._index.execute("CREATE TABLE line (id TEXT PRIMARY KEY, place TEXT, time INT, offset INT, size INT)")
        self._index.execute("BEGIN")
        self._end = 0
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._content.close()
        self._index.close()
        with suppress(OSError):
            self._directory.cleanup()

    def add(self, place: str, line: SortedLine) -> None:
        """@param place: the conversation. A second message of the same id gets another one."""
        id, number = line.message.id, 1
        while True:
            row = line.message.id, place, line.message.time, self._end, 0
            if self._index.execute("INSERT OR IGNORE INTO line VALUES (?, ?, ?, ?, ?)", row).rowcount:
                break
            number += 1
            line.message.id = f"{id}~{number}"
        content = _ENCODER.encode(line)
        self._content.write(content)
        self._index.execute("UPDATE line SET size = ? WHERE id = ?", (len(content), line.message.id))
        self._end += len(content)

    def places(self) -> list[tuple[str, int]]:
        """@return: the conversations in the order of their last messages; and the time of the first one of each."""
        query = "SELECT place, min(time) FROM line GROUP BY place ORDER BY max(time), place"
        return [(place, time) for place, time in self._index.execute(query)]

    def read(self, place: str) -> Iterator[SortedLine]:
        """@return: the messages of a conversation, in order."""
        self._index.execute("CREATE INDEX IF NOT EXISTS line_in_order ON line (place, time, offset)")
        query = "SELECT offset, size FROM line WHERE place = ? ORDER BY time, offset"
        self._content.flush()
        for offset, size in self._index.execute(query, (place,)):
            self._content.seek(offset)
            yield _LINES.decode(self._content.read(size))
