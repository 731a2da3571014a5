"""
Which messages have a word: the store's own full-text index, SQLite's FTS5 or PostgreSQL's GIN over C{tsvector}.

It is given finished terms, so both stores have the same. A term belongs to a conversation: C{17·hello} is the word
"hello" in conversation 17. So a search costs as much as there is in one's own conversations, however many others have
said the same.

It can be made again from the log at any time, and is: when it is of another version, or of another log. On SQLite it is
a file of its own, beside the log's: its steps write while the log is written, and neither waits for the other.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from heapq import nlargest
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, bindparam, delete, event, insert, select, text, update
from sqlalchemy.exc import DatabaseError

from hichat.search.words import Token
from hichat.storage.engine import SEARCH_LOCK, make_engine
from hichat.storage.tables import search_entries, search_head

VERSION = 6
"""The version of the entries' form. An index of another version is made anew."""

TOGETHER = 200
"""Conversations in one query, at most."""

BLOCK = 4096
"""
Events, by their positions, of which the first and the last time are kept. Times need not grow with the positions: the
clock may be set back. So messages of a time are looked for in all blocks that contain the time.
"""

STRETCHES = 16
"""The most stretches of neighbouring blocks; older blocks, and all between them, are one stretch."""


class Head(NamedTuple):
    """
    How far an index is.

    @ivar position: of the last event that is in it.
    @ivar time: of that event; tells whether it is of this log.
    """

    position: int
    time: int


class Entry(NamedTuple):
    """
    A message that can be found.

    @ivar terms: see L{of_word}, L{of_sender} and L{of_media}.
    """

    position: int
    terms: Collection[str]


_TIMES = "search_times (block BIGINT PRIMARY KEY, oldest BIGINT NOT NULL, newest BIGINT NOT NULL)"

_NOTE = text(
    "INSERT INTO search_times (block, oldest, newest) VALUES (:block, :oldest, :newest) ON CONFLICT (block) DO UPDATE"
    " SET oldest = CASE WHEN excluded.oldest < search_times.oldest THEN excluded.oldest ELSE search_times.oldest END,"
    " newest = CASE WHEN excluded.newest > search_times.newest THEN excluded.newest ELSE search_times.newest END"
)

# Blocks side by side are as far from their places in the row.
_STRETCHES = text(
    "SELECT MIN(block) AS first, MAX(block) AS last FROM"
    " (SELECT block, block - ROW_NUMBER() OVER (ORDER BY block) AS stretch FROM search_times"
    " WHERE newest >= :after AND oldest < :before) AS found GROUP BY stretch ORDER BY first DESC"
)

# The signs between are none of a word's, and not ASCII: FTS5's tokenizer "ascii" takes them for letters.


def of_word(conversation: int, token: str) -> str:
    """@return: the term for a word in a conversation."""
    return f"{conversation}\u00b7{token}"


def of_sender(conversation: int, user: int) -> str:
    """@return: the term for who has written it."""
    return f"{conversation}\u00a4{user}"


def of_media(conversation: int, media: str) -> str:
    """@return: the term for what it is, such as C{picture}."""
    return f"{conversation}\u00a7{media}"


class Index(ABC):
    """
    @param engine: of the database that it is in.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """
        A connection in a transaction that no other one writes the index beside. It does not hold the log's lock, nor
        wait for it; nor for the disk: what a crash takes is made again.
        """
        with (
            self.engine.connect().execution_options(write=True, lock=SEARCH_LOCK) as connection,
            connection.begin(),
        ):
            yield connection

    @abstractmethod
    def reading(self, connection: Connection) -> Any:
        """
        @param connection: that reads the log, and has read nothing yet.
        @return: a context manager: a connection that reads the index, no newer than what C{connection} will see.
        """

    @abstractmethod
    def prepare(self) -> None:
        """Make the tables if they are not there, and anew if they are of another version."""

    @abstractmethod
    def clear(self, connection: Connection) -> None:
        """Make it empty."""

    @abstractmethod
    def remove(self, connection: Connection, positions: Sequence[int]) -> None:
        """Forget these messages, if they are in it."""

    @abstractmethod
    def add(self, connection: Connection, entries: Sequence[Entry]) -> None:
        """Take messages in that are not in it."""

    def head(self, connection: Connection) -> Head:
        """@return: how far it is."""
        row = connection.execute(select(search_head.c.position, search_head.c.time)).first()
        return Head(*row) if row else Head(0, 0)

    def move(self, connection: Connection, head: Head) -> None:
        """It is that far now."""
        connection.execute(update(search_head).values(position=head.position, time=head.time))

    def note_times(self, connection: Connection, times: Iterable[tuple[int, int]]) -> None:
        """
        Take in when events happened.

        @param times: positions and times of all events that come into the index.
        """
        blocks: dict[int, list[int]] = {}
        for position, time in times:
            blocks.setdefault(position // BLOCK, []).append(time)
        if blocks:
            rows = [{"block": each, "oldest": min(found), "newest": max(found)} for each, found in blocks.items()]
            connection.execute(_NOTE, rows)

    def stretches(self, connection: Connection, after: int, before: int) -> list[tuple[int, int]]:
        """
        @param after: milliseconds since the epoch; what happened then counts as well.
        @param before: the same; what happened then does not.
        @return: all positions that the index has of that time are in these stretches, from one position to another, the
            last first. There are others in them too: some thousand at the ends of each.
        """
        found = [tuple(row) for row in connection.execute(_STRETCHES, {"after": after, "before": before})]
        if len(found) > STRETCHES:
            found[STRETCHES - 1 :] = [(found[-1][0], found[STRETCHES - 1][1])]
        return [(first * BLOCK, last * BLOCK + BLOCK - 1) for first, last in found]

    def find(
        self, connection: Connection, wanted: Sequence[Sequence[Token]], above: int, below: int, limit: int
    ) -> list[int]:
        """
        @param wanted: alternatives, such as for each conversation; each is terms that a message must have.
        @param above: only positions behind this one.
        @param below: only positions before this one.
        @return: positions, the last first; at most C{limit}.
        """
        found: set[int] = set()
        for first in range(0, len(wanted), TOGETHER):
            found.update(self._find(connection, wanted[first : first + TOGETHER], above, below, limit))
        return nlargest(limit, found)

    @abstractmethod
    def _find(
        self, connection: Connection, wanted: Sequence[Sequence[Token]], above: int, below: int, limit: int
    ) -> Sequence[int]:
        """See L{find}."""


class SQLiteIndex(Index):
    """
    An index in a file of its own.

    @param path: of the file.
    """

    def __init__(self, path: str) -> None:
        super().__init__(make_engine(f"sqlite:///{path}"))
        event.listen(self.engine, "connect", _relax)
        self._path = path

    @contextmanager
    def reading(self, connection: Connection) -> Iterator[Connection]:
        """See L{Index.reading}."""
        with self.engine.connect() as own, own.begin():
            yield own

    def prepare(self) -> None:
        """See L{Index.prepare}. A file that is no database, or a broken one, is made anew as well."""
        try:
            self._prepare()
        except DatabaseError as e:
            if "malformed" not in str(e.orig) and "not a database" not in str(e.orig):
                raise
            self.engine.dispose()
            for path in (self._path, f"{self._path}-wal", f"{self._path}-shm"):
                if os.path.exists(path):
                    os.unlink(path)
            self._prepare()

    def _prepare(self) -> None:
        with self.writing() as connection:
            if connection.exec_driver_sql("PRAGMA user_version").scalar() != VERSION:
                self.clear(connection)

    def clear(self, connection: Connection) -> None:
        """See L{Index.clear}."""
        for statement in (
            "DROP TABLE IF EXISTS search_entries",
            "DROP TABLE IF EXISTS search_head",
            "DROP TABLE IF EXISTS search_times",
            # Only where a term is matters, not how often nor where in the text.
            "CREATE VIRTUAL TABLE search_entries USING fts5(terms, tokenize='ascii', detail=none, columnsize=0)",
            "CREATE TABLE search_head (position BIGINT NOT NULL, time BIGINT NOT NULL, version INTEGER NOT NULL)",
            f"CREATE TABLE {_TIMES}",
            f"INSERT INTO search_head VALUES (0, 0, {VERSION})",  # noqa: S608
            f"PRAGMA user_version = {VERSION}",
        ):
            connection.exec_driver_sql(statement)

    def remove(self, connection: Connection, positions: Sequence[int]) -> None:
        """See L{Index.remove}."""
        if positions:
            connection.exec_driver_sql("DELETE FROM search_entries WHERE rowid = ?", [(each,) for each in positions])

    def add(self, connection: Connection, entries: Sequence[Entry]) -> None:
        """See L{Index.add}."""
        if entries:
            rows = [(entry.position, " ".join(entry.terms)) for entry in entries]
            connection.exec_driver_sql("INSERT INTO search_entries (rowid, terms) VALUES (?, ?)", rows)

    def _find(
        self, connection: Connection, wanted: Sequence[Sequence[Token]], above: int, below: int, limit: int
    ) -> Sequence[int]:
        # AND binds more tightly than OR. There is no quote in a term.
        asked = " OR ".join(
            " AND ".join(f'"{term}" *' if begins else f'"{term}"' for term, begins in each) for each in wanted
        )
        query = (
            "SELECT rowid FROM search_entries WHERE search_entries MATCH ? AND rowid > ? AND rowid < ?"
            " ORDER BY rowid DESC LIMIT ?"
        )
        return connection.exec_driver_sql(query, (asked, above, below, limit)).scalars().all()


def _relax(connection: Any, _record: Any) -> None:
    """After what all connections have: a commit does not wait for the disk."""
    connection.execute("PRAGMA synchronous=NORMAL").close()


class PostgreSQLIndex(Index):
    """An index in the log's database; its tables are the migrations', but for the blocks' times: those are its own."""

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """See L{Index.writing}."""
        with super().writing() as connection:
            connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
            yield connection

    @contextmanager
    def reading(self, connection: Connection) -> Iterator[Connection]:
        """See L{Index.reading}."""
        # What many conversations ask for together looks to the planner like half of the table. It never is.
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off; SET LOCAL jit = off")
        yield connection

    def prepare(self) -> None:
        """See L{Index.prepare}."""
        with self.writing() as connection:
            if connection.scalar(select(search_head.c.version)) != VERSION:
                self.clear(connection)

    def clear(self, connection: Connection) -> None:
        """See L{Index.clear}."""
        connection.exec_driver_sql(f"CREATE TABLE IF NOT EXISTS {_TIMES}")
        connection.exec_driver_sql("TRUNCATE search_entries, search_head, search_times")
        connection.execute(insert(search_head).values(position=0, time=0, version=VERSION))

    def remove(self, connection: Connection, positions: Sequence[int]) -> None:
        """See L{Index.remove}."""
        if positions:
            connection.execute(delete(search_entries).where(search_entries.c.position.in_(positions)))

    def add(self, connection: Connection, entries: Sequence[Entry]) -> None:
        """See L{Index.add}."""
        if entries:
            rows = [(entry.position, list(entry.terms)) for entry in entries]
            connection.exec_driver_sql("INSERT INTO search_entries VALUES (%s, array_to_tsvector(%s::text[]))", rows)

    def _find(
        self, connection: Connection, wanted: Sequence[Sequence[Token]], above: int, below: int, limit: int
    ) -> Sequence[int]:
        asked = " | ".join(
            " & ".join(f"'{term}':*" if begins else f"'{term}'" for term, begins in each) for each in wanted
        )
        values = {"asked": asked, "above": above, "below": below, "wanted": limit}
        return connection.execute(_FIND, values).scalars().all()


# By its terms first, always: from the planner's sight the order would do as well, by way of all the messages there are.
_FIND = text(
    "WITH found AS MATERIALIZED (SELECT position FROM search_entries WHERE terms @@ CAST(:asked AS tsquery))"
    " SELECT position FROM found WHERE position > :above AND position < :below ORDER BY position DESC LIMIT :wanted"
).bindparams(bindparam("asked"), bindparam("above"), bindparam("below"), bindparam("wanted"))


def make_index(engine: Engine) -> Index:
    """
    @param engine: the log's.
    @return: its index; on SQLite the file has the log's name with C{-search} behind it.
    """
    if engine.dialect.name == "sqlite":
        return SQLiteIndex(f"{engine.url.database}-search")
    return PostgreSQLIndex(engine)
