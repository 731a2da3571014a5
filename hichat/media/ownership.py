"""
To which database the files of a shared store belong.

A daemon on a copy of a database, which names the same store, would remove the files that its copy does not name. So an
object in the store has a B{mark}, a random name that the database knows, too. The daemon that removes files for all
puts another mark there again and again: in a copy the mark is an old one, and nobody removes files by it. Only a daemon
that has run for an hour changes the mark, and the one on the database that is in use has changed it by then.

The database has the mark that was read last, and the next one: the one of them is in the store, wherever a change was
cut off.
"""

from __future__ import annotations

import secrets
from typing import NamedTuple

from sqlalchemy import Connection, insert, select, update
from twisted.logger import Logger

from hichat.core.ports import ISharedFileStore, Runner
from hichat.storage.store import Store
from hichat.storage.tables import media_marks


class PlaceMarks(NamedTuple):
    """The marks that a database knows of a store; see the module."""

    mark: str
    next: str


def make_mark() -> str:
    """@return: a new mark."""
    return secrets.token_hex(16)


def known_marks(connection: Connection, place: str) -> PlaceMarks | None:
    """
    @param place: the store's name.
    @return: the marks; None: the database knows none.
    """
    query = select(media_marks.c.mark, media_marks.c.next).where(media_marks.c.place == place)
    row = connection.execute(query).first()
    return PlaceMarks(*row) if row else None


def note_marks(connection: Connection, place: str, mark: str, following: str) -> None:
    """
    Note that a store has a mark.

    @param following: the one that it gets now.
    """
    values = {"mark": mark, "next": following}
    if connection.execute(update(media_marks).where(media_marks.c.place == place).values(values)).rowcount == 0:
        connection.execute(insert(media_marks).values(place=place, **values))


def settle_mark(connection: Connection, place: str, mark: str) -> None:
    """Note that a store has got a mark, unless it gets another one already."""
    at = (media_marks.c.place == place) & (media_marks.c.next == mark)
    connection.execute(update(media_marks).where(at).values(mark=mark))


class Ownership:
    """
    Knows whether the files of a shared store belong to this database.

    @param in_thread: runs functions that ask the store of files.
    """

    _log = Logger()

    def __init__(self, store: Store, in_thread: Runner) -> None:
        self._store = store
        self._in_thread = in_thread
        self._told: set[str] = set()

    async def holds(self, files: ISharedFileStore, renew: bool) -> bool:
        """
        Ask before files are removed. Of several daemons of the database one may do that at a time.

        @param renew: whether the mark is changed.
        @return: whether the files belong to this database.
        @raise FilesAway: the store of files cannot be reached.
        """
        place = files.name
        known = await self._store.read(known_marks, place)
        there = await self._in_thread(files.mark)
        if there:
            holds = known is not None and there in known
        else:
            # A new store; or the database knows the mark already, and the daemon ended before it was in the store.
            mark = known.next if known else make_mark()
            if not known:
                await self._store.write(note_marks, place, mark, mark)
            there = mark
            holds = await self._in_thread(files.put_mark, mark, True)
        if not holds:
            self._tell(place)
            return False
        self._told.discard(place)
        if renew:
            following = make_mark()
            await self._store.write(note_marks, place, there, following)
            await self._in_thread(files.put_mark, following, False)
            await self._store.write(settle_mark, place, following)
        return True

    def _tell(self, place: str) -> None:
        if place not in self._told:
            self._told.add(place)
            self._log.error(
                "the files in {place} belong to another database than this one, so none is removed: if this is a copy, "
                "name another place; if it took the other's place, run `hichat media accept`",
                place=place,
            )


def accept(store: Store, files: ISharedFileStore) -> None:
    """
    Make the files of a store those of this database, in the caller's thread.

    @raise FilesAway: the store of files cannot be reached.
    """
    mark = make_mark()
    with store.transaction() as connection:
        note_marks(connection, files.name, files.mark(), mark)
    files.put_mark(mark, False)
    with store.transaction() as connection:
        settle_mark(connection, files.name, mark)
