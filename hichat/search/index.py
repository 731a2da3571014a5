"""
The index of messages by words: the store's own full-text index, SQLite's FTS5 or PostgreSQL's GIN over C{tsvector}.

The indexer gives it finished terms, so it is the same on both stores. A term belongs to a conversation: C{17·hello} is
the word "hello" in conversation 17. So the cost of a search depends on the user's own conversations, however many other
messages on the server have the same words.

The index can be made again from the log at any time. This happens if it has another version, or is of another log. On
SQLite it is in a file of its own, beside the log's: so its writer and the log's do not wait for each other.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from heapq import nlargest
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, bindparam, delete, insert, select, text, update
from sqlalchemy.exc import DatabaseError
from twisted.logger import Logger

from hichat.search.words import Token
from hichat.storage.engine import file_bytes, make_engine
from hichat.storage.tables import search_entries, search_head
from hichat.storage.write_locks import SEARCH_LOCK

INDEX_VERSION = 8
"""The version of the entries' form. An index of another version is made anew."""

CONVERSATIONS_IN_QUERY = 200
"""The most conversations in one query."""

TIMES_BLOCK = 4096
"""
The number of positions in a block. The index has the earliest and the latest time in each block. Times need not grow
with the positions, because the clock may be set back: so a search by time looks in all blocks that contain the time.
"""

NEAR = 65_536
"""
The number of comparisons of a term with one of the newest messages that PostgreSQL makes before it looks the terms up.
They take 7 ms. A look-up reads all messages of a term: a hundred milliseconds, if 300,000 have it.
"""

NEAR_ROWS = 8
"""The least number of messages that are compared, times the number that is wanted."""

STRETCHES = 16
"""The most stretches of neighbouring blocks. Beyond it all older blocks, with those between them, are one stretch."""


class Head(NamedTuple):
    """
    The last indexed event.

    @ivar position: its position in the log.
    @ivar time: its time, in milliseconds since the epoch. If the log's event there has another time, the index is of
        another log.
    """

    position: int
    time: int


class IndexEntry(NamedTuple):
    """
    The index's entry of a message.

    @ivar position: the message's position in the log.
    @ivar terms: the terms by which it is found, or was; see L{of_word}, L{of_sender}, L{of_media} and L{of_mention}.
    @ivar certain: whether the index has either exactly these terms of it, or no entry.
    """

    position: int
    terms: Collection[str]
    certain: bool = False


_TIMES = "search_times (block BIGINT PRIMARY KEY, oldest BIGINT NOT NULL, newest BIGINT NOT NULL)"

_NOTE = text(
    "INSERT INTO search_times (block, oldest, newest) VALUES (:block, :oldest, :newest) ON CONFLICT (block) DO UPDATE"
    " SET oldest = CASE WHEN excluded.oldest < search_times.oldest THEN excluded.oldest ELSE search_times.oldest END,"
    " newest = CASE WHEN excluded.newest > search_times.newest THEN excluded.newest ELSE search_times.newest END"
)

_HEAD = select(search_head.c.position, search_head.c.time).where(search_head.c.version == bindparam("version"))

# In a run of neighbouring blocks the difference between block number and row number is constant.
_STRETCHES = text(
    "SELECT MIN(block) AS first, MAX(block) AS last FROM"
    " (SELECT block, block - ROW_NUMBER() OVER (ORDER BY block) AS stretch FROM search_times"
    " WHERE newest >= :after AND oldest < :before) AS found GROUP BY stretch ORDER BY first DESC"
)

# The separators occur in no word, and are not ASCII: FTS5's tokenizer "ascii" counts them as letters.


def of_word(conversation: int, token: str) -> str:
    """@return: the term for a word in a conversation."""
    return f"{conversation}\u00b7{token}"


def of_sender(conversation: int, user: int) -> str:
    """@return: the term for the sender of a message in a conversation."""
    return f"{conversation}\u00a4{user}"


NO_TERM = "text"
"""The media of nearly all messages. It is no term: to look it up would take long, and leave out little."""


def of_media(conversation: int, media: str) -> str:
    """@return: the term for the media of a message in a conversation, such as C{picture}."""
    return f"{conversation}\u00a7{media}"


def of_mention(conversation: int, user: int) -> str:
    """@return: the term for the mention of a user in a conversation; 0: of all its members."""
    return f"{conversation}\u00b6{user}"


class Index(ABC):
    """
    A search index. Its methods run in the caller's thread.

    @param engine: the engine of the index's database.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """
        A connection in a transaction that is the index's only writer. It neither holds the log's lock nor waits for it.
        What it removes is removed for good before the texts of recalled messages are forgotten: on SQLite its commit is
        on the disk, on PostgreSQL the commit that forgets them, which comes later, is.
        """
        with (
            self.engine.connect().execution_options(write=True, lock=SEARCH_LOCK) as connection,
            connection.begin(),
        ):
            yield connection

    @abstractmethod
    def reading(self, connection: Connection) -> Any:
        """
        @param connection: a connection that is to read the log, and has read nothing yet.
        @return: a context manager of a connection that reads the index. The index that it sees is not newer than the
            log that C{connection} will see.
        """

    @abstractmethod
    def make(self) -> None:
        """
        Make the tables if they are missing, for those who search. While a service is upgraded, daemons of two versions
        have one index: who advances it has it in the form of that version (L{hichat.search.indexer}). To the others it
        is empty.
        """

    @abstractmethod
    def prepare(self) -> None:
        """Make the tables if they are missing; make them anew if they have another version. For who advances it."""

    @abstractmethod
    def clear(self, connection: Connection) -> None:
        """Make the index empty."""

    @abstractmethod
    def remove(self, connection: Connection, stale: Sequence[IndexEntry]) -> None:
        """
        Remove the entries of messages, if there are any.

        @param stale: the messages, with all terms that their entries may have.
        """

    @abstractmethod
    def add(self, connection: Connection, entries: Sequence[IndexEntry]) -> None:
        """Add entries, of messages that have none."""

    @abstractmethod
    def size(self, connection: Connection) -> int:
        """
        @param connection: one that reads the log.
        @return: the size of the index in bytes.
        """

    def is_of_this_version(self, connection: Connection) -> bool:
        """@return: whether the index has the form of this version."""
        return connection.execute(_HEAD, {"version": INDEX_VERSION}).first() is not None

    def head(self, connection: Connection) -> Head:
        """@return: the last indexed event. An index of another version counts as empty."""
        row = connection.execute(_HEAD, {"version": INDEX_VERSION}).first()
        return Head(*row) if row else Head(0, 0)

    def move(self, connection: Connection, head: Head) -> None:
        """Set the last indexed event."""
        connection.execute(update(search_head).values(position=head.position, time=head.time))

    def note_times(self, connection: Connection, times: Iterable[tuple[int, int]]) -> None:
        """
        Note the times of events, by blocks.

        @param times: positions and times (milliseconds since the epoch) of all events of a step.
        """
        blocks: dict[int, list[int]] = {}
        for position, time in times:
            blocks.setdefault(position // TIMES_BLOCK, []).append(time)
        if blocks:
            rows = [{"block": each, "oldest": min(found), "newest": max(found)} for each, found in blocks.items()]
            connection.execute(_NOTE, rows)

    def stretches(self, connection: Connection, after: int, before: int) -> list[tuple[int, int]]:
        """
        @param after: the beginning of a time, in milliseconds since the epoch.
        @param before: its end, which does not belong to it.
        @return: first and last positions of stretches, the newest first. All indexed events of that time are in them,
            and others too: some thousands at the ends of each.
        """
        found = [tuple(row) for row in connection.execute(_STRETCHES, {"after": after, "before": before})]
        if len(found) > STRETCHES:
            found[STRETCHES - 1 :] = [(found[-1][0], found[STRETCHES - 1][1])]
        return [(first * TIMES_BLOCK, last * TIMES_BLOCK + TIMES_BLOCK - 1) for first, last in found]

    def find(
        self, connection: Connection, wanted: Sequence[Sequence[Token]], above: int, below: int, limit: int
    ) -> list[int]:
        """
        @param wanted: alternatives, one for each conversation. Each is a list of terms, all of which a message must
            have.
        @param above: find only positions greater than this one.
        @param below: find only positions less than this one.
        @return: positions of messages, the last first; at most C{limit}.
        """
        found: set[int] = set()
        for first in range(0, len(wanted), CONVERSATIONS_IN_QUERY):
            found.update(self._find(connection, wanted[first : first + CONVERSATIONS_IN_QUERY], above, below, limit))
        return nlargest(limit, found)

    @abstractmethod
    def _find(
        self, connection: Connection, wanted: Sequence[Sequence[Token]], above: int, below: int, limit: int
    ) -> Sequence[int]:
        """See L{find}."""


class SQLiteIndex(Index):
    """
    An index in an SQLite file of its own.

    @param path: the file's path.
    """

    _log = Logger()

    def __init__(self, path: str) -> None:
        super().__init__(make_engine(f"sqlite:///{path}", shrinks=False))
        self._path = path

    @contextmanager
    def reading(self, connection: Connection) -> Iterator[Connection]:
        """See L{Index.reading}."""
        with self.engine.connect() as own, own.begin():
            yield own

    def make(self) -> None:
        """See L{Index.make}. There is one daemon, which also advances it."""
        self.prepare()

    def prepare(self) -> None:
        """See L{Index.prepare}. A file that is no database, or is broken, is made anew as well."""
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
        # Look before the lock is taken: what a killed daemon has started may still hold it, for as long as its step
        # takes.
        with self.engine.connect() as connection:
            if connection.exec_driver_sql("PRAGMA user_version").scalar() == INDEX_VERSION:
                return
        with self.writing() as connection:
            version = connection.exec_driver_sql("PRAGMA user_version").scalar()
            if version != INDEX_VERSION:
                # Debian's SQLite would overwrite all pages of the old index, one by one: they leave the file anyway.
                connection.exec_driver_sql("PRAGMA secure_delete = OFF")
                self.clear(connection)
        if version not in (0, INDEX_VERSION):
            self._shrink()
        if version != INDEX_VERSION:
            # So no connection remains with that setting.
            self.engine.dispose()

    def _shrink(self) -> None:
        """Return the room of an earlier version's index to the disk. Readers do not wait for that."""
        own: Any = self.engine.raw_connection()
        try:
            for statement in ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                own.execute(statement).close()
        except self.engine.dialect.loaded_dbapi.OperationalError:
            # Another process writes, or the disk is full. Then the index grows into that room.
            self._log.failure("the room of the search index's earlier version stays in its file")
        finally:
            own.close()

    def size(self, connection: Connection) -> int:
        """See L{Index.size}."""
        return file_bytes(self._path)

    def clear(self, connection: Connection) -> None:
        """See L{Index.clear}."""
        for statement in (
            "DROP TABLE IF EXISTS search_entries",
            "DROP TABLE IF EXISTS search_head",
            "DROP TABLE IF EXISTS search_times",
            # The index needs the messages of a term, but not its places in their texts, nor its number there, nor the
            # terms of a message.
            "CREATE VIRTUAL TABLE search_entries"
            " USING fts5(terms, tokenize='ascii', detail=none, columnsize=0, content='')",
            "CREATE TABLE search_head (position BIGINT NOT NULL, time BIGINT NOT NULL, version INTEGER NOT NULL)",
            f"CREATE TABLE {_TIMES}",
            f"INSERT INTO search_head VALUES (0, 0, {INDEX_VERSION})",  # noqa: S608
            f"PRAGMA user_version = {INDEX_VERSION}",
        ):
            connection.exec_driver_sql(statement)

    def remove(self, connection: Connection, stale: Sequence[IndexEntry]) -> None:
        """See L{Index.remove}."""
        # FTS5 has to be told exactly the terms that there are: so they are looked up first.
        there = [(each.position, " ".join(self._terms(connection, each))) for each in sorted(stale, key=_position)]
        if rows := [row for row in there if row[1]]:
            connection.exec_driver_sql(
                "INSERT INTO search_entries (search_entries, rowid, terms) VALUES ('delete', ?, ?)", rows
            )

    def _terms(self, connection: Connection, entry: IndexEntry) -> list[str]:
        """@return: those of the terms that the index has of the message."""
        query = "SELECT 1 FROM search_entries WHERE search_entries MATCH ? AND rowid = ?"

        def has(term: str) -> bool:
            return connection.exec_driver_sql(query, (f'"{term}"', entry.position)).first() is not None

        if entry.certain:
            # Nearly all are: one look-up instead of one for each word.
            return [*entry.terms] if has(next(iter(entry.terms))) else []
        return [term for term in entry.terms if has(term)]

    def add(self, connection: Connection, entries: Sequence[IndexEntry]) -> None:
        """See L{Index.add}."""
        # In order: at a lower position than the last one FTS5 begins another segment.
        rows = [(entry.position, " ".join(entry.terms)) for entry in sorted(entries, key=_position)]
        if rows:
            connection.exec_driver_sql("INSERT INTO search_entries (rowid, terms) VALUES (?, ?)", rows)

    def _find(
        self, connection: Connection, wanted: Sequence[Sequence[Token]], above: int, below: int, limit: int
    ) -> Sequence[int]:
        # AND binds more tightly than OR. No term has a quotation mark in it.
        asked = " OR ".join(
            " AND ".join(f'"{term}" *' if begins else f'"{term}"' for term, begins in each) for each in wanted
        )
        query = (
            "SELECT rowid FROM search_entries WHERE search_entries MATCH ? AND rowid > ? AND rowid < ?"
            " ORDER BY rowid DESC LIMIT ?"
        )
        return connection.exec_driver_sql(query, (asked, above, below, limit)).scalars().all()


_position = attrgetter("position")


class PostgreSQLIndex(Index):
    """An index in the log's database. Migrations make its tables, except C{search_times}, which L{clear} makes."""

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """See L{Index.writing}."""
        with super().writing() as connection:
            connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
            yield connection

    @contextmanager
    def reading(self, connection: Connection) -> Iterator[Connection]:
        """See L{Index.reading}."""
        # The planner takes a query for many conversations for half of the table, and would scan it. It never is.
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off; SET LOCAL jit = off")
        yield connection

    def make(self) -> None:
        """See L{Index.make}."""
        version = select(search_head.c.version)
        # As on SQLite.
        with self.engine.connect() as connection:
            if connection.scalar(version) == INDEX_VERSION:
                return
        with self.writing() as connection:
            if connection.scalar(version) is None:
                self.clear(connection)
            connection.exec_driver_sql(f"CREATE TABLE IF NOT EXISTS {_TIMES}")

    def prepare(self) -> None:
        """See L{Index.prepare}."""
        version = select(search_head.c.version)
        # As on SQLite.
        with self.engine.connect() as connection:
            if connection.scalar(version) == INDEX_VERSION:
                return
        with self.writing() as connection:
            if connection.scalar(version) != INDEX_VERSION:
                self.clear(connection)

    def size(self, connection: Connection) -> int:
        """See L{Index.size}."""
        return int(connection.exec_driver_sql(_SIZE).scalar_one())

    def clear(self, connection: Connection) -> None:
        """See L{Index.clear}."""
        connection.exec_driver_sql(f"CREATE TABLE IF NOT EXISTS {_TIMES}")
        connection.exec_driver_sql("TRUNCATE search_entries, search_head, search_times")
        connection.execute(insert(search_head).values(position=0, time=0, version=INDEX_VERSION))

    def remove(self, connection: Connection, stale: Sequence[IndexEntry]) -> None:
        """See L{Index.remove}."""
        if stale:
            positions = [entry.position for entry in stale]
            connection.execute(delete(search_entries).where(search_entries.c.position.in_(positions)))

    def add(self, connection: Connection, entries: Sequence[IndexEntry]) -> None:
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
        rows = max(NEAR // sum(map(len, wanted)), NEAR_ROWS * limit)
        near = max(above, below - 1 - rows)
        found = connection.execute(_NEAR, values | {"above": near}).scalars().all()
        if len(found) < limit and near > above:
            found = connection.execute(_FIND, values).scalars().all()
        return found


_SIZE = (
    "SELECT COALESCE(SUM(pg_total_relation_size(oid)), 0) FROM pg_class WHERE relkind = 'r'"
    " AND relname IN ('search_entries', 'search_head', 'search_times') AND pg_table_is_visible(oid)"
)

# OFFSET 0 keeps the planner from looking the terms up: the newest messages are read one by one, until there are enough.
_NEAR = text(
    "SELECT position FROM (SELECT position, terms FROM search_entries WHERE position > :above AND position < :below"
    " ORDER BY position DESC OFFSET 0) AS near WHERE terms @@ CAST(:asked AS tsquery) LIMIT :wanted"
).bindparams(bindparam("asked"), bindparam("above"), bindparam("below"), bindparam("wanted"))

# MATERIALIZED makes the planner look the terms up first. Otherwise it may walk all messages in the order of positions.
_FIND = text(
    "WITH found AS MATERIALIZED (SELECT position FROM search_entries WHERE terms @@ CAST(:asked AS tsquery))"
    " SELECT position FROM found WHERE position > :above AND position < :below ORDER BY position DESC LIMIT :wanted"
).bindparams(bindparam("asked"), bindparam("above"), bindparam("below"), bindparam("wanted"))


def make_index(engine: Engine) -> Index:
    """
    @param engine: the engine of the log's database.
    @return: the log's index; on SQLite its file is named as the log's, with C{-search} at the end.
    """
    if engine.dialect.name == "sqlite":
        return SQLiteIndex(f"{engine.url.database}-search")
    return PostgreSQLIndex(engine)
