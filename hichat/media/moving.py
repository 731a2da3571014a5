"""
Files that move from one store to another, while daemons serve them.

The daemons put new files into the new store, and read from both. C{hichat media move} copies: a file is in the old
store until it is in the new one, and was read back from there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from hashlib import sha256
from pathlib import Path
from typing import IO, NamedTuple, TypeVar

from zope.interface import implementer

from hichat.core.errors import FilesAway, NoSuchMedia, amount
from hichat.core.ports import FileFacts, FilesPage, IFileStore, Unfinished
from hichat.media.records import batched

T = TypeVar("T")

MOVERS = 8
"""Files that are copied at once."""

MOVED_AT_ONCE = 500
"""Files that wait for a thread at once: a folder lists all its files on one page."""

DIFFERENT_SHOWN = 20
"""The most files that are not the same in both places, and are told by name; the others are counted."""

MOVED_PIECE = 1024 * 1024
"""Bytes of a file that are read at once."""

MOVE_PATIENCE = 60.0
"""Seconds for which a move, a backup or a restore waits for a store that is away."""

ASK_AGAIN = 1.0
"""Seconds between two tries meanwhile."""


@implementer(IFileStore)
class MovingFiles:
    """
    Two stores, while files move from one to the other.

    @param new: the store to which they move; new files come there.
    @param old: the store from which they move.
    """

    def __init__(self, new: IFileStore, old: IFileStore) -> None:
        self.scratch = new.scratch
        self.shared = new.shared
        self.parts = (*new.parts, *old.parts)
        self._new = new
        self._old = old

    def start(self) -> None:
        """See L{IFileStore.start}."""
        self._new.start()
        self._old.start()

    def check(self) -> None:
        """See L{IFileStore.check}."""
        self._new.check()
        self._old.check()

    def unfinished(self) -> AbstractContextManager[Unfinished]:
        """See L{IFileStore.unfinished}."""
        return self._new.unfinished()

    def finish(self, unfinished: Unfinished, id: str, thumbnail: bool = False) -> None:
        """See L{IFileStore.finish}."""
        self._new.finish(unfinished, id, thumbnail)

    def sync(self) -> None:
        """See L{IFileStore.sync}."""
        self._new.sync()

    def place(self, id: str, thumbnail: bool = False) -> Path | None:
        """See L{IFileStore.place}: a file may go from one store to the other at any time."""
        return None

    def facts(self, id: str, thumbnail: bool = False) -> FileFacts | None:
        """See L{IFileStore.facts}."""
        return self._first(lambda store: store.facts(id, thumbnail))

    def read(self, id: str, thumbnail: bool, start: int, length: int) -> bytes:
        """See L{IFileStore.read}."""

        def read(store: IFileStore) -> bytes | None:
            with suppress(NoSuchMedia):
                return store.read(id, thumbnail, start, length)
            return None

        found = self._first(read)
        if found is None:
            raise NoSuchMedia
        return found

    def _first(self, ask: Callable[[IFileStore], T | None]) -> T | None:
        """
        Ask the new store, then the old one, then the new one again: the file may have gone there meanwhile.

        @return: the first answer that is not None.
        @raise FilesAway: there is none, and a store is away.
        """
        away: FilesAway | None = None
        for store in (self._new, self._old, self._new):
            try:
                found = ask(store)
            except FilesAway as e:
                away = e
            else:
                if found is not None:
                    return found
        if away is not None:
            raise away
        return None

    def remove(self, ids: Iterable[str]) -> None:
        """See L{IFileStore.remove}: from the old one first, so that no move finds them there any more."""
        gone = list(ids)
        self._old.remove(gone)
        self._new.remove(gone)

    def listed(self, now: int, after: str = "") -> FilesPage:
        """See L{IFileStore.listed}: of the new one. The lists of both are those of C{parts}."""
        return self._new.listed(now, after)

    def remove_halves(self) -> None:
        """See L{IFileStore.remove_halves}."""
        for part in self.parts:
            part.remove_halves()


class MoveCount(NamedTuple):
    """
    @ivar copied: files and thumbnails that were copied.
    @ivar size: their bytes.
    @ivar there: those that were in the new store already.
    @ivar removed: files, with their thumbnails, that were removed from the old store.
    """

    copied: int = 0
    size: int = 0
    there: int = 0
    removed: int = 0

    def plus(self, other: MoveCount) -> MoveCount:
        """@return: both together."""
        return MoveCount(*(one + another for one, another in zip(self, other, strict=True)))


def in_words(count: MoveCount) -> str:
    """@return: what a move has done."""
    said = f"{count.copied} copied ({amount(count.size)}), {count.there} were there already"
    return f"{said}, {count.removed} removed from the old place" if count.removed else said


class MoveFailed(Exception):
    """Files are others in the new store than in the old one, or cannot be read there. The text names them."""


class _NotTheSame(Exception):
    """A file is not the same in both stores. The text names it."""


class Move:
    """
    Copies all files from one store to another.

    @param remove: whether each is removed from the old store when it is the same in both.
    @param pause: waits for so many seconds.
    """

    def __init__(
        self,
        old: IFileStore,
        new: IFileStore,
        remove: bool = False,
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        self._old = old
        self._new = new
        self._remove = remove
        self._pause = pause
        self._different: list[str] = []

    def run(self, now: int, tell: Callable[[MoveCount], object] = lambda count: None) -> MoveCount:
        """
        Copy what is not in the new store yet. A file that is not the same in both stores stays in both, and the others
        are moved.

        @param now: milliseconds since the epoch.
        @param tell: called with what was done so far, now and then.
        @raise FilesAway: a store is away for more than L{MOVE_PATIENCE}. What was done is done; run it again.
        @raise MoveFailed: at the end; see there.
        """
        count = MoveCount()
        self._different.clear()
        after: str | None = ""
        last = ""
        with ThreadPoolExecutor(MOVERS) as movers:
            while after is not None:
                page = self._patiently(self._old.listed, now, after)
                ids = [id for id in dict.fromkeys(file.id for file in page.files) if id != last]
                for some in batched(ids, MOVED_AT_ONCE):
                    for done in movers.map(self._move, some):
                        count = count.plus(done)
                        tell(count)
                after, last = page.next or None, ids[-1] if ids else last
        if self._different:
            raise MoveFailed(self._told(count))
        return count

    def _told(self, count: MoveCount) -> str:
        names = sorted(self._different)
        more = f", and {len(names) - DIFFERENT_SHOWN} more" if len(names) > DIFFERENT_SHOWN else ""
        shown = ", ".join(names[:DIFFERENT_SHOWN])
        return f"not the same in both places, so they stay in both: {shown}{more}; of the others {in_words(count)}"

    def _move(self, id: str) -> MoveCount:
        found = MoveCount()
        different: list[str] = []
        for thumbnail in (True, False):
            try:
                found = found.plus(self._copy(id, thumbnail))
            except _NotTheSame as e:
                different.append(str(e))
        self._different += different
        if self._remove and not different and found.copied + found.there:
            self._patiently(self._old.remove, [id])
            found = found._replace(removed=1)
        return found

    def _copy(self, id: str, thumbnail: bool) -> MoveCount:
        here = self._patiently(self._old.facts, id, thumbnail)
        if here is None:
            return MoveCount()
        there = self._patiently(self._new.facts, id, thumbnail)
        try:
            if there is not None and there.size == here.size:
                if self._remove:
                    self._compare(id, thumbnail, self._hash(self._old, id, thumbnail))
                return MoveCount(there=1)
            with self._new.unfinished() as part:
                wanted = self._hash(self._old, id, thumbnail, part.file)
                self._patiently(self._new.finish, part, id, thumbnail)
                self._new.sync()
            self._compare(id, thumbnail, wanted)
        except NoSuchMedia:
            if self._patiently(self._old.facts, id, thumbnail) is None:
                # Somebody has removed it meanwhile, from both.
                return MoveCount()
            raise _NotTheSame(_name(id, thumbnail)) from None
        return MoveCount(1, here.size)

    def _compare(self, id: str, thumbnail: bool, wanted: bytes) -> None:
        """
        @raise _NotTheSame: the file in the new store has another hash.
        @raise NoSuchMedia: there is none.
        """
        if self._hash(self._new, id, thumbnail) != wanted:
            raise _NotTheSame(_name(id, thumbnail))

    def _hash(self, store: IFileStore, id: str, thumbnail: bool, copy: IO[bytes] | None = None) -> bytes:
        """
        @param copy: what is read is written there.
        @return: the SHA-256 of a file.
        """
        digest = sha256()
        at = 0
        while piece := self._patiently(store.read, id, thumbnail, at, MOVED_PIECE):
            digest.update(piece)
            at += len(piece)
            if copy is not None:
                copy.write(piece)
        return digest.digest()

    def _patiently(self, ask: Callable[..., T], *arguments: object) -> T:
        return patiently(self._pause, ask, *arguments)


def patiently(pause: Callable[[float], object], ask: Callable[..., T], *arguments: object) -> T:
    """
    Ask a store something, again and again while it is away.

    @param pause: waits for so many seconds.
    @raise FilesAway: it is away for more than L{MOVE_PATIENCE}.
    """
    waited = 0.0
    while True:
        try:
            return ask(*arguments)
        except FilesAway:
            if waited >= MOVE_PATIENCE:
                raise
        pause(ASK_AGAIN)
        waited += ASK_AGAIN


def _name(id: str, thumbnail: bool) -> str:
    return f"the thumbnail of {id}" if thumbnail else id
