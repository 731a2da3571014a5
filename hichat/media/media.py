"""Media: stores uploads, serves files to users who may see them, and removes unused files."""

from __future__ import annotations

import mmap
import os
import shutil
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from hichat.core.drafts import Draft, group_of
from hichat.core.errors import (
    BadLink,
    EmptyFile,
    FilesAway,
    FormTooLarge,
    NoSuchMedia,
    NotStored,
    QuotaExceeded,
    Refused,
    StoreAway,
    UnknownFileType,
)
from hichat.log.follower import AskWhetherOurs, Claim, Follower, Progress, StepFailed, always
from hichat.media import records, types
from hichat.media.addresses import PREFIX, URL_LIFETIME_LIMIT, Addresses, end_of_link, id_of, make_id
from hichat.media.folder import stored_name
from hichat.media.names import FILE_NAME_LIMIT, clean_name, extension_of, shortened
from hichat.media.ownership import Ownership
from hichat.media.records import StoredFile
from hichat.media.types import FileKind, Picture
from hichat.runtime.clock import Settled, ticks
from hichat.storage.trouble import Trouble

if TYPE_CHECKING:
    from hichat.accounts.users import User
    from hichat.core.ports import FileFacts, IFileStore, Runner, Unfinished
    from hichat.storage.store import Store

UNUSED_SWEEP = 300.0
"""Seconds between two sweeps, which remove unused files."""

STRAYS = 288
"""The number of sweeps, about a day, between two searches for files without a record."""

FILE_TYPE = types.UNKNOWN
"""The media type of all files that browsers must not show."""

_CHUNK = 64 * 1024


class MediaLimits(NamedTuple):
    """
    Limits of uploads.

    @ivar size: the most bytes of a file.
    @ivar quota: the most bytes of all files of a user.
    """

    size: int
    quota: int


class SignedURL(NamedTuple):
    """
    The signed URLs of a file.

    @ivar url: the file's.
    @ivar thumbnail: that of the thumbnail, of a PDF the first page; None: there is none.
    @ivar until: the end of both, in milliseconds since the epoch.
    @ivar type: the file's media type.
    @ivar name: the name to save the file as.
    @ivar size: the file's size in bytes.
    @ivar width: a picture's width in pixels, as it is shown, or that of a PDF's first page; None: the file has neither.
        So is C{height}.
    @ivar preview: of either: see L{Picture.preview<hichat.media.types.Picture.preview>}; None: there is none.
    """

    id: str
    url: str
    thumbnail: str | None
    until: int
    type: str
    name: str
    size: int
    width: int | None
    height: int | None
    preview: bytes | None


class FarFile(NamedTuple):
    """
    A file that is not on this machine.

    @ivar name: a name that no file with another content has.
    @ivar read: reads so many bytes, from a place on; fewer at the file's end. Its Deferred fails with L{FilesAway}, or
        with L{NoSuchMedia} if the file is gone.
    """

    name: str
    facts: FileFacts
    read: Callable[[int, int], Deferred[bytes]]


class Served(NamedTuple):
    """
    A file to send.

    @ivar file: its path on this machine, whose last part no file with another content has; or how to read it elsewhere.
    @ivar type: the media type to send it as.
    @ivar name: the name to save it as; it may be empty.
    @ivar shown: whether a browser may show it; else the browser must save it.
    """

    file: Path | FarFile
    type: str
    name: str
    shown: bool


class _Kept(NamedTuple):
    """A file that was stored, without a record yet."""

    id: str
    kind: FileKind
    type: str
    size: int
    room: int
    picture: Picture | None
    seconds: float


class _Received(NamedTuple):
    """
    A picture or a PDF that was uploaded, and that the decoder has to take in.

    @ivar came: the upload.
    @ivar type: its media type by its first bytes.
    @ivar clean: the file for the copy to keep; None: it is a PDF, of which C{came} is kept.
    @ivar small: the file for the thumbnail.
    @ivar files: removes those of the three that were not finished.
    """

    came: Unfinished
    type: str
    clean: Unfinished | None
    small: Unfinished
    files: ExitStack


TakeIn = Callable[[int, Path, str, Path | None, Path], Deferred[Picture]]
"""Takes in a picture or a PDF of a user; see L{hichat.media.decoder.Decoder.take_in}."""

Copy = Callable[[IO[bytes], int], None]
"""Writes an upload's content to a file; raises L{FormTooLarge} if it has more than so many bytes."""


class MediaUses:
    """Handles the files that messages name, for the sessions of the gateway."""

    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses

    def named(self, url: str) -> str | None:
        """
        @param url: the URL in a message of v2.
        @return: the id of a file of this server; None: the URL is of something else.
        @raise NoSuchMedia: the URL begins as one of ours, but has no id.
        """
        if not url.startswith(PREFIX):
            return None
        id = id_of(url)
        if id is None:
            raise NoSuchMedia
        return id

    def open_url(self, id: str) -> str:
        """@return: the file's URL for clients of v1."""
        return self._addresses.open_url(id)

    def use(self, *ids: str) -> Callable[[Connection, Draft, int], None]:
        """@return: a change for the message's own transaction, which records the use; see L{Draft.change}."""
        return partial(_use, ids)


def _use(ids: Collection[str], connection: Connection, draft: Draft, position: int) -> None:
    records.use(connection, draft.sender, ids, position, group_of(draft))


class MediaStore:
    """
    Stores and serves uploaded files, and removes unused ones.

    @param in_thread: runs functions that read or write files.
    @param take_in: takes pictures and PDFs in.
    @param now: the time in milliseconds since the epoch.
    @param limits: the limits of uploads.
    @param claim: with several workers, the one that holds the claim follows the log and removes unused files.
    @param is_ours: asked before each step: do the records of unused files go here? So do the files without a record of
        a store that all daemons share; in their own directories all of them remove those.
    @param ticks: see L{hichat.runtime.clock.ticks}.
    @ivar keeping: the failures of the disk.
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
        is_ours: AskWhetherOurs = always,
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
        self._is_ours = is_ours
        self._reserved: dict[int, int] = {}
        self._ownership = Ownership(store, in_thread)
        self._swept: Counter[IFileStore] = Counter()
        self._follower = Follower(
            "the use of uploaded files", lambda: Deferred.fromCoroutine(self.step()), clock, claim, poll=UNUSED_SWEEP
        )

    @property
    def limit(self) -> int:
        """Bytes of the largest file."""
        return self._limits.size

    @property
    def directory(self) -> Path:
        """A directory for uploads that have not come whole yet."""
        return self._files.scratch

    def start(self) -> None:
        """Begin to follow the log, and to remove unused files. If the files cannot be reached, the log says so now."""
        self._in_thread(self._files.check).addErrback(lambda failure: failure.trap(FilesAway, CancelledError))
        self._follower.start()

    def stop(self) -> Deferred[None]:
        """Stop following the log. See L{Follower.stop}."""
        return self._follower.stop()

    # Uploads

    async def reserve(self, user_id: int, size: int | None) -> Callable[[], None]:
        """
        Reserve room in a user's quota for an upload, so that many uploads at once do not fill the disk with files that
        will be refused.

        @param size: the upload's size in bytes; None: it is not known.
        @return: a function that releases the room; call it when the upload has come or has failed.
        @raise QuotaExceeded: the quota has no room.
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

    async def save(self, user: User, copy: Copy, name: str = "", playable: bool = False) -> StoredFile:
        """See L{save_for}."""
        return await self.save_for(user.id, copy, name, playable)

    async def save_for(self, user_id: int, copy: Copy, name: str = "", playable: bool = False) -> StoredFile:
        """
        Store an upload of a user. If the call is cancelled, no file and no record stay.

        @param copy: writes the content; called in a thread.
        @param name: the user's name for the file.
        @param playable: whether only pictures and audio are accepted.
        @return: the file's record.
        @raise FormTooLarge: the file is larger than the limit.
        @raise QuotaExceeded: the user's quota has no room for it.
        @raise EmptyFile: the file is empty.
        @raise DamagedPicture: it is a picture that cannot be shown.
        @raise PictureTooLarge: it is a picture of more than L{pictures.PIXELS<hichat.media.pictures.PIXELS>}.
        @raise Busy: too many pictures wait for the decoder.
        @raise UnknownFileType: C{playable} is set, and the file is neither a picture nor audio.
        @raise NotStored: the disk failed.
        @raise FilesAway: the store of files cannot be reached.
        """
        # Not the work's own Deferred: cancelling it would hide whether the thread has made a file.
        answer: Deferred[StoredFile] = Deferred()

        def failed(failure: Failure) -> None:
            if not answer.called:
                answer.errback(failure)

        saving = Deferred.fromCoroutine(self._save(user_id, copy, clean_name(name), playable, answer))
        saving.addErrback(failed)
        try:
            found = await answer
        except OSError as e:
            self.keeping.met(e)
            raise NotStored from e
        self.keeping.passed()
        return found

    async def _save(self, user_id: int, copy: Copy, name: str, playable: bool, answer: Deferred[StoredFile]) -> None:
        kept = await self._keep(user_id, copy, playable)
        picture = kept.picture
        found = StoredFile(
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
            (picture and picture.preview) or None,
            kept.seconds,
        )
        entered = False
        try:
            # If the call was cancelled, nobody would hear of the file.
            if not answer.called:
                await self._store.write(records.add, found, self._limits.quota)
                entered = True
        finally:
            if not entered:
                # If it cannot be reached just now, the file is removed as a stray.
                with suppress(FilesAway):
                    await self._in_thread(self._files.remove, [kept.id])
        if not answer.called:
            answer.callback(found)

    async def _keep(self, user_id: int, copy: Copy, playable: bool) -> _Kept:
        received = await self._in_thread(self._receive, copy, playable)
        if isinstance(received, _Kept):
            return received
        came, media_type, clean, small, files = received
        try:
            if clean is None:
                page = await self._draw_first(user_id, came, small)
                return await self._in_thread(self._finish, "file", media_type, came, small if page else None, page)
            picture = await self._take_in(user_id, came.path, media_type, clean.path, small.path)
            return await self._in_thread(self._finish, "picture", media_type, clean, small, picture)
        finally:
            await self._in_thread(files.close)

    async def _draw_first(self, user_id: int, came: Unfinished, small: Unfinished) -> Picture | None:
        """@return: the first page of a PDF; None: it cannot be drawn, or there is no room for it."""
        try:
            page = await self._take_in(user_id, came.path, types.PDF, None, small.path)
        except Refused:
            return None
        sizes = [await self._in_thread(_size, file) for file in (came, small)]
        used = await self._store.read(records.room_used, user_id)
        return page if used + records.room_of(*sizes) <= self._limits.quota else None

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
            if kind != "picture" and media_type != types.PDF:
                return self._finish(kind, media_type, came, seconds=seconds)
            clean = files.enter_context(unfinished()) if kind == "picture" else None
            small = files.enter_context(unfinished())
            return _Received(came, media_type, clean, small, files.pop_all())

    def _finish(
        self,
        kind: FileKind,
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
            with suppress(FilesAway):
                files.remove([id])
            raise
        return _Kept(id, kind, media_type, sizes[0], records.room_of(*sizes), picture, seconds)

    # Downloads

    async def links(self, user: User, ids: Collection[str]) -> list[SignedURL]:
        """
        @return: the signed URLs of those of these files that the user may see, in the order of C{ids}. A bot sees those
            in the conversations of its token, and its own.
        """
        within = None if user.bot_pass is None else user.bot_pass.conversations
        found = await self._store.read(records.visible, user.id, ids, within)
        until = end_of_link(self._now())
        return [self._link(found[id], until) for id in dict.fromkeys(ids) if id in found]

    def _link(self, found: StoredFile, until: int) -> SignedURL:
        url, query = f"{PREFIX}{found.id}", f"?until={until}&key={self._addresses.sign(found.id, until)}"
        thumbnail = f"{url}/thumbnail{query}" if found.has_thumbnail else None
        name = _name_to_save(found)
        return SignedURL(
            found.id,
            url + query,
            thumbnail,
            until,
            found.type,
            name,
            found.size,
            found.width,
            found.height,
            found.preview,
        )

    def url(self, found: StoredFile) -> str:
        """@return: the URL by which messages of v2 name a file."""
        return f"{PREFIX}{found.id}"

    def open_url(self, found: StoredFile) -> str:
        """@return: the URL that opens a file without credentials."""
        return self._addresses.open_url(found.id, types.EXTENSIONS.get(found.type, ""))

    async def opened(self, name: str) -> Served:
        """
        @param name: the last part of an open URL.
        @return: the file.
        @raise NoSuchMedia: the URL was not made by this server, or the file is gone.
        @raise FilesAway: the store of files cannot be reached.
        """
        id = self._addresses.opened_by(name)
        if id is None:
            raise NoSuchMedia
        return await self._serve(id, False)

    async def linked(self, id: str, until: int, key: str, thumbnail: bool = False) -> tuple[Served, int]:
        """
        @param until: the end in a signed URL, in milliseconds since the epoch.
        @param key: the key in it.
        @return: the file, and the seconds for which the URL is still valid.
        @raise BadLink: the key is wrong, or the URL has expired.
        @raise NoSuchMedia: the file is gone.
        @raise FilesAway: the store of files cannot be reached.
        """
        left = until - self._now()
        if left <= 0 or not self._addresses.is_signed(id, until, key):
            raise BadLink
        # If the clock was set back meanwhile, more seems to be left than a URL can last.
        return await self._serve(id, thumbnail), min(left, URL_LIFETIME_LIMIT) // 1000

    async def _serve(self, id: str, thumbnail: bool) -> Served:
        found = await self._store.read(records.find, id)
        if found is None or (thumbnail and not found.has_thumbnail):
            raise NoSuchMedia
        file = self._files.place(id, thumbnail) or await self._find_far(id, thumbnail)
        if thumbnail:
            return Served(file, types.THUMBNAIL_TYPE, "", True)
        shown = found.type in types.SHOWN
        return Served(file, found.type if shown else FILE_TYPE, _name_to_save(found), shown)

    async def _find_far(self, id: str, thumbnail: bool) -> FarFile:
        facts = await self._in_thread(self._files.facts, id, thumbnail)
        if facts is None:
            raise NoSuchMedia

        def read(start: int, length: int) -> Deferred[bytes]:
            return self._in_thread(self._files.read, id, thumbnail, start, length)

        return FarFile(stored_name(id, thumbnail), facts, read)

    # Unused files

    async def step(self) -> Progress:
        """Enter the next events of the log; at its end, remove unused files. See L{Follower}."""
        try:
            if not await self._is_ours():
                await self._tidy(self._settled.now(), [part for part in self._files.parts if not part.shared])
                return Progress(0, 0)
            progress = await self.take_in()
            if progress.position >= progress.head:
                removed = await self.sweep()
                if removed:
                    self._log.info("{count} files that nobody uses were removed", count=removed)
        except (StoreAway, FilesAway) as e:
            # Either has logged its failure already.
            raise StepFailed from e
        return progress

    async def take_in(self) -> Progress:
        """Enter the uses of files by the next events."""
        low = await self._store.read(records.followed)
        found = await self._store.read(records.search, low, self._addresses.find_open)
        if found.position > low:
            await self._store.write(records.apply, low, found)
        return Progress(found.position, found.head)

    async def sweep(self) -> int:
        """
        Remove unused files, if all uses in the log are entered.

        @return: the number of files.
        """
        find_ids = self._addresses.find_open
        settled = self._settled.now()
        removed = 0
        # While the files cannot be removed, their records stay.
        await self._in_thread(self._files.check)
        parts = [part for part in self._files.parts if await self._is_removed_from(part, settled)]
        if len(parts) < len(self._files.parts):
            await self._tidy(settled, parts)
            return 0
        while True:
            gone = await self._store.write(records.collect, self._now(), settled, find_ids)
            if not gone:
                break
            # The files go after the commit: until then the records might come back.
            await self._in_thread(self._files.remove, gone)
            removed += len(gone)
        await self._tidy(settled, parts)
        return removed

    async def _is_removed_from(self, part: Any, settled: int | None) -> bool:
        """@return: whether this daemon may remove files from a part of the store."""
        return not part.shared or await self._ownership.holds(part, renew=settled is not None)

    async def _tidy(self, settled: int | None, parts: Sequence[IFileStore]) -> None:
        if settled is not None:
            for part in parts:
                if self._swept[part] % STRAYS == 0:
                    await self._remove_strays(settled, part)
                self._swept[part] += 1

    async def _remove_strays(self, settled: int, part: IFileStore) -> None:
        """Remove the files without a record: a crash has left them, or another daemon has removed their records."""
        await self._in_thread(part.remove_halves)
        after: str | None = ""
        while after is not None:
            page = await self._in_thread(part.listed, settled, after)
            old = sorted({file.id for file in page.files if file.is_old})
            for ids in records.batched(old, records.BATCH):
                known = await self._store.read(records.known, ids)
                await self._in_thread(part.remove, [id for id in ids if id not in known])
            after = page.next or None


def copy_of(content: IO[bytes]) -> Copy:
    """@return: a function that copies a body that has come whole."""

    def copy(file: IO[bytes], limit: int) -> None:
        content.seek(0)
        shutil.copyfileobj(content, file, _CHUNK)
        if file.tell() > limit:
            raise FormTooLarge(limit)

    return copy


def _name_to_save(found: StoredFile) -> str:
    """@return: the owner's name for a file; an extension by its media type is added if it has none."""
    extension = types.EXTENSIONS.get(found.type, "")
    if not found.name:
        stem = found.type.partition("/")[0] if found.type in types.SHOWN else "file"
        return f"{stem}.{extension}" if extension else ""
    end = extension_of(found.name).removeprefix(".")
    if not extension or found.name.startswith(".") or (end and not end.isdigit()):
        return found.name
    return f"{shortened(found.name, FILE_NAME_LIMIT - len(extension) - 1)}.{extension}"


def _size(unfinished: Unfinished) -> int:
    unfinished.file.flush()
    return unfinished.path.stat().st_size


def _look_at(file: IO[bytes]) -> tuple[FileKind, str, float]:
    """@return: a file's kind, media type, and duration in seconds."""
    if file.seek(0, os.SEEK_END) == 0:
        # An empty file cannot be mapped.
        return (*types.type_of(b""), 0.0)
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        kind, media_type = types.type_of(content)
        return kind, media_type, types.seconds_of(content, media_type)
