"""
What was imported before: the table C{imported_ids}. Functions of a connection.

An id at the source leads to the number here. It is written in the transaction that writes what it stands for: so an
import that is cut off goes on where it was, and a second one brings only what is new.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, insert, select, update

from hichat.storage.tables import imported_ids

SourceKind = Literal["person", "group", "file", "message", "event"]
"""What has ids at a source."""

KEYS_AT_ONCE = 500
"""The most ids in one query."""

FINISHED = b"finished"
"""The digest of a group that is as it was at its source: what changes here from now on stays."""


class KnownId(NamedTuple):
    """
    @ivar ours: the number of the user or of the group; the position of the message, or of the event; of a file: 0.
    @ivar digest: see L{imported_ids}.
    """

    ours: int
    digest: bytes


def find(connection: Connection, source: str, kind: SourceKind, keys: Collection[str]) -> dict[str, KnownId]:
    """@return: by id, those of these that were imported."""
    found: dict[str, KnownId] = {}
    wanted, row = [*keys], imported_ids.c
    for at in range(0, len(wanted), KEYS_AT_ONCE):
        some = row.key.in_(wanted[at : at + KEYS_AT_ONCE])
        query = select(row.key, row.ours, row.digest).where(row.source == source, row.kind == kind, some)
        found |= {key: KnownId(ours, bytes(digest)) for key, ours, digest in connection.execute(query)}
    return found


def note(connection: Connection, source: str, kind: SourceKind, new: Sequence[tuple[str, int, bytes]]) -> None:
    """@param new: for each its id there, its number here, and the digest."""
    rows: list[dict[str, Any]] = [
        {"source": source, "kind": kind, "key": key, "ours": ours, "digest": digest} for key, ours, digest in new
    ]
    if rows:
        connection.execute(insert(imported_ids), rows)


def change(connection: Connection, source: str, kind: SourceKind, key: str, digest: bytes) -> None:
    """It has another digest now."""
    row = imported_ids.c
    which = row.source == source, row.kind == kind, row.key == key
    connection.execute(update(imported_ids).where(*which).values(digest=digest))
