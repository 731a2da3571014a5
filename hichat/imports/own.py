"""Reads HiChat's own exports; see L{hichat.imports.shapes}."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from hichat.core.errors import StartError
from hichat.imports import shapes
from hichat.imports.archive import Archive, Elsewhere
from hichat.imports.report import ImportReport

LINES_FILE = "export.jsonl"
"""The file with the lines, in a folder or a ZIP."""

_LINE = msgspec.json.Decoder(shapes.MovedLine | shapes.MovedEnd)


def read(archive: Archive, report: ImportReport, _elsewhere: Elsewhere) -> Iterator[shapes.MovedLine]:
    """
    @return: the lines of an export.
    @raise StartError: it is none.
    """
    name = LINES_FILE if archive.has(LINES_FILE) or archive.path.is_dir() else archive.names()[0]
    count = 0
    end: shapes.MovedEnd | None = None
    for number, line in archive.lines(name):
        try:
            found = _LINE.decode(line)
        except msgspec.DecodeError as e:
            if not count:
                raise StartError(
                    f"hichat: {archive.path}: {name}: it is no export of HiChat: line {number}: {e}"
                ) from None
            report.broken(f"{name}: line {number}: {e}")
            continue
        count += 1
        if isinstance(found, shapes.MovedEnd):
            end = found
        else:
            yield found
    if end is None:
        report.broken(f"{name}: it is not whole: its last line is missing")
    elif end.lines != count - 1:
        report.broken(f"{name}: it is not whole: it has {count - 1:,} of {end.lines:,} lines")
