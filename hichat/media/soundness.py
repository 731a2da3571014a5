"""Whether each record of an uploaded file has its file, and the thumbnail beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct
from sqlalchemy import Connection, func, or_, select

from hichat.core.ports import IFileStore, ListedFile
from hichat.media import records
from hichat.media.records import StoredFile, batched
from hichat.storage.store import Store
from hichat.storage.tables import media

RECORDS_IN_STEP = 500


class FileCensus(Struct):
    """
    @ivar records: the number of records.
    @ivar expected: the number of files that they should have, with the thumbnails.
    @ivar whole: the number of those that are there, in the right size.
    @ivar strays: the number of old files without a record, which the daemon removes.
    @ivar stray_bytes: their size.
    """

    records: int = 0
    expected: int = 0
    whole: int = 0
    strays: int = 0
    stray_bytes: int = 0


def take_census(store: Store, files: IFileStore, now: int, progress: Callable[[int], object]) -> FileCensus:
    """
    Compare a store's list of files with the records. Uploads and removals may be under way: so what is missing here is
    looked for by L{file_flaws}.

    @param now: milliseconds since the epoch.
    @param progress: called with the number of files that were compared.
    """
    census = FileCensus()
    with store.snapshot() as connection:
        census.records, thumbnails = connection.execute(_COUNTS).one()
        census.expected = census.records + thumbnails
    for part in files.parts:
        mark = ""
        while True:
            page = part.listed(now, mark)
            for some in batched(page.files, RECORDS_IN_STEP):
                with store.snapshot() as connection:
                    sizes = dict(_sizes(connection, {file.id for file in some}))
                _count(census, some, sizes)
                progress(len(some))
            mark = page.next
            if not mark:
                break
    return census


_COUNTS = select(
    func.count(), func.count().filter(or_(media.c.kind == "picture", media.c.width.is_not(None)))
).select_from(media)


def _sizes(connection: Connection, ids: set[str]) -> Iterator[tuple[str, int]]:
    for row in connection.execute(select(media.c.id, media.c.size).where(media.c.id.in_(ids))):
        yield row.id, row.size


def _count(census: FileCensus, files: Sequence[ListedFile], sizes: dict[str, int]) -> None:
    for file in files:
        if file.id in sizes:
            census.whole += file.thumbnail or file.size == sizes[file.id]
        elif file.is_old:
            census.strays += 1
            census.stray_bytes += file.size


def file_flaws(store: Store, files: IFileStore, progress: Callable[[int], object]) -> Iterator[str]:
    """
    Look for the files of all records, one by one.

    @param progress: called with the number of records that were looked at.
    @return: what is missing or has another size, in words.
    """
    last = ""
    while True:
        with store.snapshot() as connection:
            found = records.listed(connection, last, RECORDS_IN_STEP)
        for record in found:
            if flaw := _flaw_of(record, files):
                with store.snapshot() as connection:
                    # It may have been removed since.
                    if records.find(connection, record.id) is not None:
                        yield flaw
        progress(len(found))
        if len(found) < RECORDS_IN_STEP:
            return
        last = found[-1].id


def _flaw_of(record: StoredFile, files: IFileStore) -> str:
    facts = files.facts(record.id)
    if facts is None:
        return f"{record.id} is missing"
    if facts.size != record.size:
        return f"{record.id} has {facts.size} bytes, and not {record.size}"
    if record.has_thumbnail and files.facts(record.id, thumbnail=True) is None:
        return f"the thumbnail of {record.id} is missing"
    return ""
