"""
Takes the files of an export in: they are looked at as uploads are, and become files of the people who uploaded them
there. Quotas do not count; the limit of a file's size does.

Pictures and PDFs are decoded in a process of its own, with the limits of the daemon's: see L{hichat.media.decoder}.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import IO, Protocol

from twisted.internet.defer import Deferred, fail, succeed

from hichat.core.errors import DamagedPicture, FilesAway, FormTooLarge, NotStored, Refused, StartError
from hichat.core.events import MAX_SAFE_INTEGER
from hichat.imports import known, shapes
from hichat.imports.archive import Archive
from hichat.imports.bodies import HeldFile
from hichat.imports.downloads import NotDownloaded
from hichat.imports.report import ImportReport
from hichat.media import decoder, records
from hichat.media.media import Copy
from hichat.media.records import StoredFile
from hichat.media.types import Picture
from hichat.storage.store import Store

_CHUNK = 256 * 1024

NO_QUOTA = MAX_SAFE_INTEGER


class SaveFile(Protocol):
    """Stores a file of a user; see L{hichat.media.media.MediaStore.save_for}."""

    def __call__(self, user_id: int, copy: Copy, name: str = "") -> StoredFile: ...


class FileTaker:
    """
    Takes files in.

    @param save: stores a file.
    @param limit: the most bytes of a file.
    @param fetch: gives the content of a file that is not in the archive, by its URL; None: nothing does.
    @param dry: whether nothing is stored.
    @param beside: a folder with files that are not in the archive.
    """

    def __init__(
        self,
        store: Store,
        archive: Archive,
        save: SaveFile,
        limit: int,
        report: ImportReport,
        fetch: Callable[[str, IO[bytes], int], None] | None = None,
        dry: bool = False,
        beside: Archive | None = None,
    ) -> None:
        self._store, self._archives, self._save = store, [archive] + ([beside] if beside else []), save
        self._limit, self._report, self._fetch, self._dry = limit, report, fetch, dry

    def take(self, source: str, file: shapes.MovedFile, owner: int) -> HeldFile | None:
        """
        @param owner: the user whose it will be.
        @return: the file here; None: it does not come.
        """
        with self._store.snapshot() as connection:
            before = known.find(connection, source, "file", [file.id]).get(file.id)
            found = records.find(connection, _id_of(before.digest)) if before else None
        if found is not None:
            self._report.known["files"] += 1
            return HeldFile(found.id, found.kind, found.name)
        copy = self._source_of(file)
        if copy is None:
            return None
        if self._dry:
            self._report.counts["files"] += 1
            self._report.bytes += file.size
            return HeldFile("", "file", file.name)
        try:
            made = self._save(owner, copy, file.name)
        except FormTooLarge:
            self._report.problem("files do not come: they are larger than HICHAT_UPLOAD_LIMIT", file.name)
            return None
        except (FilesAway, NotStored):
            raise StartError("hichat: HICHAT_MEDIA: the files cannot be stored; run the import again") from None
        except (Refused, NotDownloaded) as e:
            why = e.text("en") if isinstance(e, Refused) else e
            self._report.problem(f"files do not come: {why}", file.name)
            return None
        if before is None:
            with self._store.transaction() as connection:
                known.note(connection, source, "file", [(file.id, owner, _digest_of(made.id))])
        self._report.counts["files"] += 1
        self._report.bytes += made.size
        return HeldFile(made.id, made.kind, made.name, made.seconds)

    def _source_of(self, file: shapes.MovedFile) -> Copy | None:
        """@return: what writes the content of a file; None: it is nowhere."""
        archive = next((each for each in self._archives if file.path and each.has(file.path)), None)
        if archive is not None:
            if archive.size(file.path) > self._limit:
                self._report.problem("files do not come: they are larger than HICHAT_UPLOAD_LIMIT", file.name)
                return None
            return lambda into, limit: self._copy(archive, file.path, into, limit)
        fetch = self._fetch
        if fetch is not None and file.url:
            return lambda into, limit: fetch(file.url, into, limit)
        self._report.problem("files do not come: the export does not have them", file.name)
        return None

    def _copy(self, archive: Archive, path: str, into: IO[bytes], limit: int) -> None:
        with archive.open(path) as content:
            size = 0
            while chunk := content.read(_CHUNK):
                size += len(chunk)
                if size > limit:
                    raise FormTooLarge(limit)
                into.write(chunk)


def _digest_of(id: str) -> bytes:
    return base64.urlsafe_b64decode(id + "==")


def _id_of(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


# Decoding


class PictureTaker:
    """Takes pictures and PDFs in, in a process of its own; see L{hichat.media.media.TakeIn}."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None

    def take_in(
        self, _user: int, content: Path, media_type: str, clean: Path | None, thumbnail: Path
    ) -> Deferred[Picture]:
        """See L{hichat.media.decoder.take_in}."""
        if self._pool is None:
            self._pool = ProcessPoolExecutor(1, get_context("spawn"), decoder.bound, (decoder.DecoderSetup(),))
        try:
            return succeed(self._pool.submit(_decode, content, media_type, clean, thumbnail).result())
        except BrokenProcessPool:
            self.close()
            return fail(DamagedPicture())
        except Refused as e:
            return fail(e)

    def close(self) -> None:
        """End the process."""
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None


def _decode(content: Path, media_type: str, clean: Path | None, thumbnail: Path) -> Picture:
    decoder.bound_next(decoder.DecoderSetup())
    try:
        return decoder.take_in(content, media_type, clean, thumbnail)
    except MemoryError:
        raise DamagedPicture from None
