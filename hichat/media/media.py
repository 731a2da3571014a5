"""Media: stores uploads, serves files to users who may see them, and removes unused files."""

from __future__ import annotations

import mmap
import os
import shutil
from collections.abc import Callable, Collection
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from hichat.core.drafts import Draft
from hichat.core.errors import (
    BadLink,
    EmptyFile,
    FormTooLarge,
    NoSuchMedia,
    NotStored,
    QuotaExceeded,
    StoreAway,
    UnknownFileType,
)
from hichat.log.follower import Claim, Follower, Progress, StepFailed
from hichat.media import records, types
from hichat.media.addresses import LONGEST, PREFIX, Addresses, end_of_link, id_of, make_id
from hichat.media.names import NAME_LIMIT, clean_name, extension_of, shortened
from hichat.media.records import Media
from hichat.media.types import Kind, Picture
from hichat.runtime.clock import Settled, ticks
from hichat.storage.trouble import Trouble

if TYPE_CHECKING:
    from hichat.accounts.users import User
    from hichat.core.ports import IFileStore, Runner, Unfinished
    from hichat.storage.store import Store

SWEEP = 300.0
"""Seconds between two looks for what nobody uses."""

STRAYS = 288
"""Sweeps between two looks for files that no table knows: a day."""

FILE_TYPE = types.UNKNOWN
"""The type as which everything is served that browsers do not show."""

_CHUNK = 64 * 1024


class MediaLimits(NamedTuple):
    """
    @ivar size: bytes of a file.
    @ivar quota: bytes of all files of a user.
    """

    size: int
    quota: int


class SignedURL(NamedTuple):
    """
    A signed URL.

    @ivar thumbnail: that of the small picture; None: there is none.
    @ivar until: milliseconds since the epoch.
    @ivar type: the file's media type; so are C{name} and C{size}, in bytes.
    """

    id: str
    url: str
    thumbnail: str | None
    until: int
    type: str
    name: str
    size: int


class Served(NamedTuple):
    """
    A file to send.

    @ivar type: the media type to send it as.
    @ivar name: what to save it as; it may be empty.
    @ivar shown: whether a browser may show it; else it is to be saved.
    """

    path: Path
    type: str
    name: str
    shown: bool


class _Kept(NamedTuple):
    """What was put into the directory."""

    id: str
    kind: Kind
    type: str
    size: int
    room: int
    picture: Picture | None
    seconds: float


class _Received(NamedTuple):
    """
    A picture that came, and is to be looked at.

    @ivar clean: where what is kept of it is written; C{small}: its thumbnail.
    @ivar files: removes all three, unless they were finished.
    """

    came: Unfinished
    type: str
    clean: Unfinished
    small: Unfinished
    files: ExitStack


TakeIn = Callable[[int, Path, str, Path, Path], Deferred[Picture]]
"""Takes in a user's picture; see L{hichat.media.decoder.Decoder.take_in}."""

Copy = Callable[[IO[bytes], int], None]
"""Writes a file's content to a file; raises L{FormTooLarge} if that is more than so many bytes."""


class MediaUses:
    """What sessions need: a message names a file."""

    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses

    def named(self, url: str) -> str | None:
        """
        @param url: what a message of v2 names.
        @return: the id of one of our files; None: it is a URL of something else.
        @raise NoSuchMedia: it is ours, but no file's.
        """
        if not url.startswith(PREFIX):
            return None
        id = id_of(url)
        if id is None:
            raise NoSuchMedia
        return id

    def open_url(self, id: str) -> str:
        """@return: the URL for clients of v1."""
        return self._addresses.open_url(id)

    def use(self, id: str) -> Callable[[Connection, Draft, int], None]:
        """@return: what is done in the message's own transaction; see L{Draft.change}."""
        return partial(_use, id)


def _use(id: str, connection: Connection, draft: Draft, position: int) -> None:
    records.use(connection, draft.sender, id, position)


class MediaStore:
    """
    @param in_thread: runs what reads or writes files.
    @param take_in: has pictures looked at.
    @param now: the time in milliseconds since the epoch.
    @param ticks: see L{hichat.runtime.clock.ticks}.
    @param claim: of several workers, the one that has it looks for what nobody uses.
    @ivar keeping: how often the disk failed.
    """

    _log = Logger()

    def __init__(
        self,
        store: Store,
        files: IFileStore,
        addresses: Addresses,
        in_thread: Runner,
        take_in: TakeIn,
        clock: IReactorTime,
        now: Callable[[], int],
        limits: MediaLimits,
        claim: Claim | None = None,
        ticks: Callable[[], int] = ticks,
    ) -> None:
        self._store = store
        self._files = files
        self._addresses = addresses
        self._in_thread = in_thread
        self._take_in = take_in
        self._now = now
        self._settled = Settled(now, ticks)
        self.keeping = Trouble("uploaded files cannot be kept")
        self._limits = limits
        self._reserved: dict[int, int] = {}
        self._swept = 0
        self._follower = Follower(
            "the use of uploaded files", lambda: Deferred.fromCoroutine(self.step()), clock, claim, poll=SWEEP
        )

    @property
    def limit(self) -> int:
        """Bytes of the largest file."""
        return self._limits.size

    @property
    def directory(self) -> Path:
        """Where what comes may be kept until it is here."""
        return self._files.scratch

    def start(self) -> None:
        """Begin to look for what nobody uses."""
        self._follower.start()

    def stop(self) -> Deferred[None]:
        """Stop that. See L{Follower.stop}."""
        return self._follower.stop()

    # Uploads

    async def reserve(self, user_id: int, size: int | None) -> Callable[[], None]:
        """
        A file is about to come: keep room for it, so that who sends many at once does not fill the disk with what will
        be refused.

        @param size: bytes; None: that is not known.
        @return: to be called when it has come, or will not.
        @raise QuotaExceeded: there is no room.
        """
        wanted = records.room_of(self._limits.size if size is None else min(size, self._limits.size))
        self._reserved[user_id] = self._reserved.get(user_id, 0) + wanted
        open = [True]

        def release() -> None:
            if open:
                open.clear()
                left = self._reserved[user_id] - wanted
                if left:
                    self._reserved[user_id] = left
                else:
                    del self._reserved[user_id]

        try:
            used = await self._store.read(records.room_used, user_id)
            if used + self._reserved[user_id] > self._limits.quota:
                raise QuotaExceeded
        except BaseException:
            release()
            raise
        return release

    async def save(self, user: User, copy: Copy, name: str = "", playable: bool = False) -> Media:
        """
        Keep a file. If the call is cancelled nothing of it is kept.

        @param copy: writes its content; called in a thread.
        @param name: what the user calls it.
        @param playable: only pictures and audio are wanted.
        @raise FormTooLarge: it is larger than the limit.
        @raise QuotaExceeded: the user has no room for it.
        @raise EmptyFile: there is nothing in it.
        @raise DamagedPicture: it is a picture that cannot be shown.
        @raise PictureTooLarge: it has more than L{pictures.PIXELS<hichat.media.pictures.PIXELS>}.
        @raise Busy: too many pictures wait to be looked at.
        @raise UnknownFileType: it is not playable, and should be.
        @raise NotStored: the disk failed.
        """
        # Not the work's own Deferred: cancelling it would hide whether the thread has made a file.
        answer: Deferred[Media] = Deferred()

        def failed(failure: Failure) -> None:
            if not answer.called:
                answer.errback(failure)

        saving = Deferred.fromCoroutine(self._save(user.id, copy, clean_name(name), playable, answer))
        saving.addErrback(failed)
        try:
            found = await answer
        except OSError as e:
            self.keeping.met(e)
            raise NotStored from e
        self.keeping.passed()
        return found

    async def _save(self, user_id: int, copy: Copy, name: str, playable: bool, answer: Deferred[Media]) -> None:
        kept = await self._keep(user_id, copy, playable)
        picture = kept.picture
        found = Media(
            kept.id,
            user_id,
            kept.kind,
            kept.type,
            name,
            kept.size,
            picture.width if picture else None,
            picture.height if picture else None,
            kept.room,
            self._now(),
            kept.seconds,
        )
        entered = False
        try:
            # Cancelled: nobody will hear of it.
            if not answer.called:
                await self._store.write(records.add, found, self._limits.quota)
                entered = True
        finally:
            if not entered:
                await self._in_thread(self._files.remove, [kept.id])
        if not answer.called:
            answer.callback(found)

    async def _keep(self, user_id: int, copy: Copy, playable: bool) -> _Kept:
        received = await self._in_thread(self._receive, copy, playable)
        if isinstance(received, _Kept):
            return received
        came, media_type, clean, small, files = received
        try:
            picture = await self._take_in(user_id, came.path, media_type, clean.path, small.path)
            return await self._in_thread(self._finish, "picture", media_type, clean, small, picture)
        finally:
            await self._in_thread(files.close)

    def _receive(self, copy: Copy, playable: bool) -> _Kept | _Received:
        unfinished = self._files.unfinished
        with ExitStack() as files:
            came = files.enter_context(unfinished())
            copy(came.file, self._limits.size)
            came.file.flush()
            kind, media_type, seconds = _look_at(came.file)
            if playable and kind == "file":
                raise UnknownFileType
            if came.file.seek(0, os.SEEK_END) == 0:
                raise EmptyFile
            if kind != "picture":
                return self._finish(kind, media_type, came, seconds=seconds)
            clean, small = files.enter_context(unfinished()), files.enter_context(unfinished())
            return _Received(came, media_type, clean, small, files.pop_all())

    def _finish(
        self,
        kind: Kind,
        media_type: str,
        whole: Unfinished,
        small: Unfinished | None = None,
        picture: Picture | None = None,
        seconds: float = 0.0,
    ) -> _Kept:
        files, id = self._files, make_id()
        sizes = [_size(whole)]
        try:
            if small is not None:
                sizes.append(_size(small))
                files.finish(small, id, thumbnail=True)
            files.finish(whole, id)
            files.sync()
        except BaseException:
            files.remove([id])
            raise
        return _Kept(id, kind, media_type, sizes[0], records.room_of(*sizes), picture, seconds)

    # Downloads

    async def links(self, user: User, ids: Collection[str]) -> list[SignedURL]:
        """@return: signed URLs of those of these files that a user may see, in their order."""
        found = await self._store.read(records.visible, user.id, ids)
        until = end_of_link(self._now())
        return [self._link(found[id], until) for id in dict.fromkeys(ids) if id in found]

    def _link(self, found: Media, until: int) -> SignedURL:
        url, query = f"{PREFIX}{found.id}", f"?until={until}&key={self._addresses.sign(found.id, until)}"
        thumbnail = f"{url}/thumbnail{query}" if found.kind == "picture" else None
        return SignedURL(found.id, url + query, thumbnail, until, found.type, _name_to_save(found), found.size)

    def url(self, found: Media) -> str:
        """@return: by what messages of v2 name a file."""
        return f"{PREFIX}{found.id}"

    def open_url(self, found: Media) -> str:
        """@return: what opens a file without credentials."""
        return self._addresses.open_url(found.id, types.EXTENSIONS.get(found.type, ""))

    async def opened(self, name: str) -> Served:
        """
        @param name: the last part of an open URL.
        @raise NoSuchMedia: it is none, or the file is gone.
        """
        id = self._addresses.opened_by(name)
        if id is None:
            raise NoSuchMedia
        return await self._serve(id, False)

    async def linked(self, id: str, until: int, key: str, thumbnail: bool = False) -> tuple[Served, int]:
        """
        @param until: of a signed URL; so is C{key}.
        @return: the file, and the seconds for which the URL is still good.
        @raise BadLink: it was not signed so, or not for now.
        @raise NoSuchMedia: the file is gone.
        """
        left = until - self._now()
        if left <= 0 or not self._addresses.is_signed(id, until, key):
            raise BadLink
        # A clock that was set back meanwhile is no reason to keep it for longer than a link lasts.
        return await self._serve(id, thumbnail), min(left, LONGEST) // 1000

    async def _serve(self, id: str, thumbnail: bool) -> Served:
        found = await self._store.read(records.find, id)
        if found is None or (thumbnail and found.kind != "picture"):
            raise NoSuchMedia
        path = self._files.place(id, thumbnail)
        if thumbnail:
            return Served(path, types.THUMBNAIL_TYPE, "", True)
        shown = found.type in types.SHOWN
        return Served(path, found.type if shown else FILE_TYPE, _name_to_save(found), shown)

    # What nobody uses

    async def step(self) -> Progress:
        """Take in some of the log; at its end, remove what nobody uses. See L{Follower}."""
        try:
            progress = await self.take_in()
            if progress.position >= progress.head:
                removed = await self.sweep()
                if removed:
                    self._log.info("{count} files that nobody uses were removed", count=removed)
        except StoreAway as e:
            # The store has told the log.
            raise StepFailed from e
        return progress

    async def take_in(self) -> Progress:
        """Enter what the next events have of files."""
        low = await self._store.read(records.followed)
        found = await self._store.read(records.search, low, self._addresses.find_open)
        if found.position > low:
            await self._store.write(records.apply, low, found)
        return Progress(found.position, found.head)

    async def sweep(self) -> int:
        """
        Remove the files that nothing uses, if the log is taken in up to its end.

        @return: how many.
        """
        find_ids = self._addresses.find_open
        settled = self._settled.now()
        removed = 0
        while True:
            gone = await self._store.write(records.collect, self._now(), settled, find_ids)
            if not gone:
                break
            # Only now: while the records could still come back, so could the files.
            await self._in_thread(self._files.remove, gone)
            removed += len(gone)
        if settled is not None:
            if self._swept % STRAYS == 0:
                await self._remove_strays(settled)
            self._swept += 1
        return removed

    async def _remove_strays(self, settled: int) -> None:
        """Remove the files that a crash left without a record."""
        there = await self._in_thread(self._files.old, settled)
        for ids in records.batched(there, records.BATCH):
            known = await self._store.read(records.known, ids)
            await self._in_thread(self._files.remove, [id for id in ids if id not in known])


def copy_of(content: IO[bytes]) -> Copy:
    """@return: what copies a whole body."""

    def copy(file: IO[bytes], limit: int) -> None:
        content.seek(0)
        shutil.copyfileobj(content, file, _CHUNK)
        if file.tell() > limit:
            raise FormTooLarge(limit)

    return copy


def _name_to_save(found: Media) -> str:
    """@return: what the owner calls a file, with an end by which others know what it is, if it has none."""
    extension = types.EXTENSIONS.get(found.type, "")
    if not found.name:
        stem = found.type.partition("/")[0] if found.type in types.SHOWN else "file"
        return f"{stem}.{extension}" if extension else ""
    end = extension_of(found.name).removeprefix(".")
    if not extension or found.name.startswith(".") or (end and not end.isdigit()):
        return found.name
    return f"{shortened(found.name, NAME_LIMIT - len(extension) - 1)}.{extension}"


def _size(unfinished: Unfinished) -> int:
    unfinished.file.flush()
    return unfinished.path.stat().st_size


def _look_at(file: IO[bytes]) -> tuple[Kind, str, float]:
    """@return: the kind, the media type, and how many seconds it lasts."""
    if file.seek(0, os.SEEK_END) == 0:
        # Which cannot be mapped.
        return (*types.type_of(b""), 0.0)
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        kind, media_type = types.type_of(content)
        return kind, media_type, types.seconds_of(content, media_type)
