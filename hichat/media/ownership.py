"""
To which database the files of a shared store belong.

A daemon on a copy of a database, which names the same store, would remove the files that its copy does not name. So an
object in the store has a B{mark}, which the database knows, too. A mark has two parts:

    0f3a...-9c1b...         random, 32 digits; the fingerprint of the database's B{home}, 24 digits

The home is where the database is: a file of a machine, or a database of a PostgreSQL server. In a copy it is another
one, and then nobody removes files by the copy's marks. Some copies have the same home: a clone of the whole machine, or
a standby. Therefore the daemon that removes files for all puts another mark there again and again: in a copy the mark
is an old one. Only a daemon that has run for an hour changes the mark, and the one on the database that is in use has
changed it by then. No daemon removes anything before it has put a mark there itself and has found it again later.

The database has the mark that was read last, and the next one: the one of them is in the store, wherever a change was
cut off. Both the row and the object are changed only if they still are what was read: so a daemon that stood still
meanwhile, and goes on when another one has taken its work over, changes nothing.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, insert, select, update
from twisted.logger import Logger

from hichat.core.ports import ISharedFileStore, Runner
from hichat.log.epochs import timeline
from hichat.storage.store import Store
from hichat.storage.tables import media_marks

MACHINE = Path("/etc/machine-id")
"""The file with the machine's name."""

HOME_DIGITS = 24


class PlaceMarks(NamedTuple):
    """The marks that a database knows of a store; see the module."""

    mark: str
    next: str


class PlaceView(NamedTuple):
    """
    What a database knows of a store.

    @ivar marks: the marks; None: none.
    @ivar home: the fingerprint of the database's home.
    """

    marks: PlaceMarks | None
    home: str

    def owns(self, mark: str) -> bool:
        """@return: whether a mark is one that this database knows, and not as a copy."""
        return self.marks is not None and mark in self.marks and mark.partition("-")[2] in ("", self.home)


def make_mark(home: str) -> str:
    """@return: a new mark."""
    return f"{secrets.token_hex(16)}-{home}"


def home_of(connection: Connection) -> str:
    """@return: the fingerprint of the place where the database is."""
    if connection.dialect.name == "postgresql":
        number = connection.exec_driver_sql("SELECT oid FROM pg_database WHERE datname = current_database()").scalar()
        home = f"{timeline(connection).cluster} {number}"
    else:
        path = os.path.realpath(connection.engine.url.database or "")
        home = f"{_machine()} {os.stat(path).st_ino} {path}"
    return sha256(home.encode()).hexdigest()[:HOME_DIGITS]


def _machine() -> str:
    with suppress(OSError):
        return MACHINE.read_text().strip()
    return ""


def known_marks(connection: Connection, place: str) -> PlaceMarks | None:
    """
    @param place: the store's name.
    @return: the marks; None: the database knows none.
    """
    query = select(media_marks.c.mark, media_marks.c.next).where(media_marks.c.place == place)
    row = connection.execute(query).first()
    return PlaceMarks(*row) if row else None


def view(connection: Connection, place: str) -> PlaceView:
    """@return: what the database knows of a store."""
    return PlaceView(known_marks(connection, place), home_of(connection))


def note_marks(connection: Connection, place: str, before: PlaceMarks | None, marks: PlaceMarks) -> bool:
    """
    Note the marks of a store, in a transaction that holds the write lock.

    @param before: what the database has to know now.
    @return: whether they were noted; False: it knows others.
    """
    if known_marks(connection, place) != before:
        return False
    if before:
        connection.execute(update(media_marks).where(media_marks.c.place == place).values(marks._asdict()))
    else:
        connection.execute(insert(media_marks).values(place=place, **marks._asdict()))
    return True


def settle_mark(connection: Connection, place: str, marks: PlaceMarks) -> None:
    """
    Note that a store has got a mark, unless it has got another one since.

    @param marks: the mark that was there, and the one that is there now. The next one in the database may be another
        one, which another daemon has noted meanwhile; it stays.
    """
    at = (media_marks.c.place == place) & (media_marks.c.mark == marks.mark)
    connection.execute(update(media_marks).where(at).values(mark=marks.next))


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
        self._put: dict[str, str] = {}

    async def holds(self, files: ISharedFileStore, renew: bool) -> bool:
        """
        Ask before files are removed. Of several daemons of the database one may do that at a time.

        @param renew: whether the mark is changed.
        @return: whether the files belong to this database, and this process has put the mark there before.
        @raise FilesAway: the store of files cannot be reached.
        """
        place = files.name
        seen = await self._store.read(view, place)
        there = await self._in_thread(files.mark)
        if not there:
            return await self._put_first(files, seen)
        if not seen.owns(there):
            self._tell(place)
            return False
        self._told.discard(place)
        is_found = self._put.get(place) == there
        if renew:
            following = make_mark(seen.home)
            is_found = await self._change(files, seen.marks, PlaceMarks(there, following)) and is_found
        return is_found

    async def _put_first(self, files: ISharedFileStore, seen: PlaceView) -> bool:
        """Put a mark into a new store; or the next one, if the daemon ended before that was there."""
        mark = seen.marks.next if seen.marks else make_mark(seen.home)
        marks = seen._replace(marks=PlaceMarks(mark, mark))
        if not marks.owns(mark) or not await self._change(files, seen.marks, PlaceMarks("", mark)):
            self._tell(files.name)
        return False

    async def _change(self, files: ISharedFileStore, before: PlaceMarks | None, marks: PlaceMarks) -> bool:
        """
        @param marks: the mark that is there, and the one that comes there.
        @return: whether it is there; False: another daemon was quicker.
        """
        place = files.name
        if not await self._store.write(note_marks, place, before, marks):
            return False
        if not await self._in_thread(files.put_mark, marks.next, marks.mark):
            there = await self._in_thread(files.mark)
            if before and there in before:
                # A daemon that stood still has put the mark there that it had noted.
                await self._store.write(note_marks, place, marks, PlaceMarks(there, marks.next))
            return False
        self._put[place] = marks.next
        await self._store.write(settle_mark, place, marks)
        return True

    def _tell(self, place: str) -> None:
        if place not in self._told:
            self._told.add(place)
            self._log.error(
                "the files in {place} belong to another database than this one, so none is removed: if this is a copy, "
                "name another place; if it took the other's place, or was moved or restored, run `hichat media accept`",
                place=place,
            )


def is_foreign(store: Store, files: ISharedFileStore) -> bool:
    """
    In the caller's thread, also while a daemon changes the mark.

    @return: whether the files of a store belong to another database than this one.
    @raise FilesAway: the store of files cannot be reached.
    """
    seen = _look(store, files)
    there = files.mark()
    return bool(there) and not seen.owns(there) and not _look(store, files).owns(there)


def _look(store: Store, files: ISharedFileStore) -> PlaceView:
    with store.snapshot() as connection:
        return view(connection, files.name)


def accept(store: Store, files: ISharedFileStore) -> bool:
    """
    Make the files of a store those of this database, in the caller's thread.

    @return: whether they are; False: the mark was changed just then.
    @raise FilesAway: the store of files cannot be reached.
    """
    seen = _look(store, files)
    marks = PlaceMarks(files.mark(), make_mark(seen.home))
    with store.transaction() as connection:
        if not note_marks(connection, files.name, seen.marks, marks):
            return False
    if not files.put_mark(marks.next, marks.mark):
        return False
    with store.transaction() as connection:
        settle_mark(connection, files.name, marks)
    return True
