"""
An export: all that the store has of a person, as a ZIP.

    index.html                              the first page, for people
    person.json                             the profile, what the person logs in with, contacts, groups, settings
    conversations.jsonl                     a line for each conversation
    conversations/FOLDER/messages.jsonl     its messages
    conversations/FOLDER/page-1.html ...    the same, for people
    saved.jsonl, saved.html                 the saved messages
    files.jsonl, files/ID/NAME              the files that the person may see
    files/old/NAME                          those from before files had ids
    schema.json                             the form of the JSON

The log only grows: an export has what there was at one position of it, however long it takes. It reads in small
transactions, because a long one would keep SQLite from tidying up its file, and PostgreSQL from removing old rows. What
is taken back or removed meanwhile is gone in it, too: there is no copy of it. It keeps a page of messages in memory,
and the ids of files.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from mimetypes import guess_type
from typing import NamedTuple

import msgspec
from msgspec import UNSET
from sqlalchemy import Connection, select

from hichat.accounts import guests, users
from hichat.conversations import history
from hichat.core.errors import FilesAway, Language, NoSuchMedia
from hichat.core.events import Scope
from hichat.core.ports import IFileStore
from hichat.media import records, types
from hichat.media.addresses import OPEN_PREFIX, Addresses, id_of
from hichat.media.old_names import old_name_in, old_type
from hichat.media.records import StoredFile
from hichat.personal import pages, shapes
from hichat.personal.begin import ReadablePlace, begin
from hichat.personal.pages import IndexParts, PageFile, Texts
from hichat.personal.zips import PACKED, STORED, ZipWriter, safe_name
from hichat.storage.store import Store
from hichat.storage.tables import events, media
from hichat.wire import view
from hichat.wire.frames import Folded

PAGE_MESSAGES = 500
"""Messages of a page, and of one look into the store."""

PAGE_SIZE = 1024 * 1024
"""Bytes of bodies after which a page ends."""

FILES_AT_ONCE = 100
"""Files that are looked up at once."""

FILES_PATIENCE = 60.0
"""Seconds for which an export waits for a store of files that is away."""

FILES_PAUSE = 2.0
"""Seconds between two tries then."""

FILE_PIECE = 128 * 1024

OLD_FILES = "files/old"
"""The folder of files from before there was a table of them: see L{hichat.media.old_names}."""

_LINE = b"\n"


class Progressed(NamedTuple):
    """How much an export has written."""

    messages: int
    files: int


class Export:
    """
    One export, in the caller's thread.

    @param files: the store of uploaded files.
    @param send: takes the next bytes of the ZIP, and may wait.
    @param language: that of the pages.
    @param tell: called now and then with how much is written.
    """

    def __init__(
        self,
        store: Store,
        files: IFileStore,
        addresses: Addresses,
        user: int,
        send: Callable[[bytes], object],
        language: Language,
        tell: Callable[[Progressed], object] = lambda count: None,
    ) -> None:
        self._store = store
        self._files = files
        self._addresses = addresses
        self._user = user
        self._texts = Texts(language)
        self._tell = tell
        self._made = int(time.time() * 1000)
        self._zip = ZipWriter(send, datetime.fromtimestamp(self._made / 1000, UTC))
        self._names: dict[int, str] = {}
        self._named: dict[str, None] = {}
        self._known: dict[str, StoredFile] = {}
        # Names of files from before there was a table of them.
        self._old: dict[str, None] = {}
        self._count = Progressed(0, 0)

    def write(self) -> Progressed:
        """
        Write the whole ZIP.

        @return: how much there is in it.
        @raise NoSuchUser: there is no such user.
        @raise FilesAway: the store of files stays away.
        """
        with self._store.snapshot() as connection:
            begun = begin(connection, self._user, self._made)
        self._put("person.json", msgspec.json.format(msgspec.json.encode(begun.person)))
        self._put("schema.json", msgspec.json.format(msgspec.json.encode(shapes.schema())))
        until = begun.person.position
        written = [self._conversation(place, until) for place in begun.places]
        written = [each for each in written if each[0].messages]
        lines = b"".join(msgspec.json.encode(each) + _LINE for each, _ in written)
        self._put("conversations.jsonl", lines)
        saved = self._saved(begun.saved, until)
        picture = self._picture(begun.person.profile.avatar)
        self._put_files()
        self._put(
            "index.html", pages.index_page(self._texts, begun.person, IndexParts(written, saved, picture)).encode()
        )
        self._zip.close()
        return self._count

    def _put(self, path: str, content: bytes) -> None:
        with self._zip.entry(path) as file:
            file.write(content)

    # Messages

    def _conversation(self, place: ReadablePlace, until: int) -> tuple[shapes.ExportedConversation, str]:
        title = self._title(place)
        folder = f"conversations/{_folder(place)}"
        count = number = 0
        looked = self._pages(place, until)
        first = next(looked, None)
        if first is not None:
            with self._zip.entry(f"{folder}/messages.jsonl") as file:
                for messages, _ in _again(first, looked):
                    file.write(b"".join(msgspec.json.encode(message) + _LINE for message in messages))
                    count += len(messages)
                    self._count = self._count._replace(messages=self._count.messages + len(messages))
                    self._tell(self._count)
            # A ZIP has one entry after the other, so a long conversation is read twice.
            for messages, more in [first] if not first[1] else self._pages(place, until):
                number += 1
                page = pages.messages_page(self._texts, title, messages, self._names, self._find_file, number, more)
                self._put(f"{folder}/{pages.page_name(number)}", page.encode(errors="replace"))
                self._tell(self._count)
        return (
            shapes.ExportedConversation(
                user=place.target if place.scope == Scope.USER else UNSET,
                group=place.target if place.scope == Scope.GROUP else UNSET,
                name=place.name,
                folder=folder,
                messages=count,
                pages=number,
            ),
            title,
        )

    def _title(self, place: ReadablePlace) -> str:
        if place.scope == Scope.EVERYONE:
            return self._texts.plain("announcements")
        if place.scope == Scope.USER and place.target == self._user:
            return self._texts.plain("notes")
        other = "deleted" if place.scope == Scope.USER else "group"
        return place.name or self._texts.plain(other, id=place.target)

    def _pages(self, place: ReadablePlace, until: int) -> Iterator[tuple[list[Folded], bool]]:
        """@return: the messages of a conversation in pages, each with whether there are more."""
        after, more = 0, True
        while more:
            with self._store.snapshot() as connection:
                found = history.onward(
                    connection, self._user, place.id, place.spans, after, until, PAGE_MESSAGES, PAGE_SIZE
                )
                self._look_up(connection, [each.message.sender for each in found.messages])
                shown = [_folded(each) for each in found.messages]
                self._look_up_files(connection, shown)
            if shown:
                after = shown[-1].id
                yield shown, found.more
            more = found.more

    def _look_up(self, connection: Connection, ids: Sequence[int]) -> None:
        """Get the names of users; those of a page are kept."""
        if len(self._names) > 20 * PAGE_MESSAGES:
            self._names.clear()
        unknown = {id for id in ids if id not in self._names}
        for id, user in users.find_many(connection, unknown).items() if unknown else ():
            self._names[id] = user.display_name if user is not None else ""

    def _look_up_files(self, connection: Connection, messages: Sequence[Folded]) -> None:
        """Get what is known of the files of a page, and of the users in it beside the senders."""
        self._known.clear()
        ids: dict[str, None] = {}
        others: set[int] = set()
        for message in messages:
            for url in (message.url, *(file.url for file in message.moreFiles)):
                id = self._id_in(url) if url else None
                if id is not None:
                    ids[id] = None
                elif (old := old_name_in(url) if url else None) is not None:
                    self._old[old] = None
            if message.forwardedFrom is not UNSET:
                others.add(message.forwardedFrom)
            for reaction in message.reactions:
                others.update(reaction.users)
        self._named.update(ids)
        for some in records.batched([*ids], FILES_AT_ONCE):
            self._known.update(records.visible(connection, self._user, some))
        others = {id for id in others if id not in self._names}
        for part in records.batched(sorted(guests.seen(connection, self._user, others)), PAGE_MESSAGES):
            self._look_up(connection, part)

    def _id_in(self, url: str) -> str | None:
        """@return: the id of the file of this server that a URL names; None: it names none."""
        if url.startswith(OPEN_PREFIX):
            return self._addresses.opened_by(url.removeprefix(OPEN_PREFIX))
        return id_of(url)

    def _find_file(self, url: str) -> PageFile | None:
        id = self._id_in(url)
        if id is None:
            old = old_name_in(url)
            return self._old_file(old) if old is not None else None
        found = self._known.get(id)
        return PageFile("", "", "", False) if found is None else _page_file(found)

    def _saved(self, saved: Sequence[int], until: int) -> int:
        """@return: the number of saved messages that the person may still read."""
        found: list[Folded] = []
        for some in records.batched(saved, PAGE_MESSAGES):
            with self._store.snapshot() as connection:
                # In the order in which they were saved.
                looked = (history.look_up(connection, self._user, each, events.c.position <= until) for each in some)
                found += [_folded(each) for each in looked if each is not None]
                self._look_up(connection, [message.from_ for message in found])
        if found:
            self._put("saved.jsonl", b"".join(msgspec.json.encode(message) + _LINE for message in found))
            with self._store.snapshot() as connection:
                self._look_up_files(connection, found)
            title = self._texts.plain("saved")
            page = pages.messages_page(self._texts, title, found, self._names, self._find_file, 0, False, up="")
            self._put("saved.html", page.encode(errors="replace"))
        return len(found)

    # Files

    def _picture(self, url: str) -> PageFile | None:
        id = self._id_in(url)
        if id is None:
            old = old_name_in(url)
            if old is None:
                return None
            self._old[old] = None
            found_old = self._old_file(old)
            return found_old if found_old.path else None
        self._named[id] = None
        with self._store.snapshot() as connection:
            found = records.visible(connection, self._user, [id])
        return _page_file(found[id]) if id in found else None

    def _put_files(self) -> None:
        """Write the files that messages name, and all that the person has uploaded; and the list of them."""
        after = ""
        own: list[str] = []
        while True:
            with self._store.snapshot() as connection:
                some = _own_files(connection, self._user, after)
            if not some:
                break
            own += some
            after = some[-1]
        self._named.update(dict.fromkeys(own))
        lines: list[bytes] = []
        for ids in records.batched([*self._named], FILES_AT_ONCE):
            with self._store.snapshot() as connection:
                found = records.visible(connection, self._user, ids)
            for id in ids:
                lines.append(msgspec.json.encode(self._put_file(id, found.get(id))))
                self._tell(self._count)
        for name in self._old:
            lines.append(msgspec.json.encode(self._put_old_file(name)))
            self._tell(self._count)
        self._put("files.jsonl", b"".join(line + _LINE for line in lines))

    def _put_file(self, id: str, found: StoredFile | None) -> shapes.ExportedFile:
        if found is None:
            return shapes.ExportedFile(id=id, name="", type="", size=0, own=False)
        listed = shapes.ExportedFile(
            id=id, name=found.name, type=found.type, size=found.size, own=found.owner_id == self._user
        )
        pieces = self._pieces(id)
        try:
            first = next(pieces, b"")
        except NoSuchMedia:
            return listed
        path = _page_file(found).path
        with self._zip.entry(path, STORED if found.type in types.SHOWN else PACKED) as file:
            file.write(first)
            for piece in pieces:
                file.write(piece)
        self._count = self._count._replace(files=self._count.files + 1)
        return msgspec.structs.replace(listed, path=path)

    def _old_file(self, name: str) -> PageFile:
        there = (self._files.scratch / name).is_file()
        return PageFile(f"{OLD_FILES}/{name}" if there else "", name, old_type(name) or "", True)

    def _put_old_file(self, name: str) -> shapes.ExportedFile:
        """Nobody knows who has uploaded it, nor its name then."""
        listed = shapes.ExportedFile(id=name, name=name, type=old_type(name) or "", size=0, own=False)
        try:
            file = (self._files.scratch / name).open("rb")
        except OSError:
            return listed
        path = f"{OLD_FILES}/{name}"
        size = 0
        with file, self._zip.entry(path, STORED) as entry:
            while piece := file.read(FILE_PIECE):
                entry.write(piece)
                size += len(piece)
        self._count = self._count._replace(files=self._count.files + 1)
        return msgspec.structs.replace(listed, path=path, size=size)

    def _pieces(self, id: str) -> Iterator[bytes]:
        """@raise NoSuchMedia: the file is gone."""
        at = 0
        while True:
            try:
                piece = self._patiently(id, at)
            except NoSuchMedia:
                if at:
                    # It was removed while it was read. What came of it is not whole, but the ZIP is.
                    return
                raise
            if not piece:
                return
            yield piece
            at += len(piece)

    def _patiently(self, id: str, at: int) -> bytes:
        until = time.monotonic() + FILES_PATIENCE
        while True:
            try:
                return self._files.read(id, False, at, FILE_PIECE)
            except FilesAway:
                if time.monotonic() >= until:
                    raise
                time.sleep(FILES_PAUSE)


def name_in_zip(found: StoredFile) -> str:
    """
    @return: the last part of the path of a file. What browsers show has an extension of its type, whatever its owner
        has called it: a page that is called a picture would be opened as a page.
    """
    extension = types.EXTENSIONS.get(found.type, "")
    name = safe_name(found.name, f"file.{extension or 'bin'}")
    if found.type not in types.SHOWN or guess_type(name, strict=False)[0] == found.type:
        return name
    is_right = name.lower().endswith(f".{extension}")
    return name if is_right else f"{name}.{extension}"


def _folded(found: history.FoldedEvents) -> Folded:
    try:
        return view.folded(found)
    except Exception:
        # One message that cannot be read must not keep the others back.
        body = found.message.body.decode(errors="replace")
        empty = view.folded(history.FoldedEvents(msgspec.structs.replace(found.message, body=b"")))
        return msgspec.structs.replace(empty, text=body, recalled=False)


def _page_file(found: StoredFile) -> PageFile:
    return PageFile(f"files/{found.id}/{name_in_zip(found)}", found.name, found.type, found.type in types.SHOWN)


def _folder(place: ReadablePlace) -> str:
    if place.scope == Scope.EVERYONE:
        return "announcements"
    kind = "user" if place.scope == Scope.USER else "group"
    return f"{kind}-{place.target}-{safe_name(place.name)}" if place.name else f"{kind}-{place.target}"


def _again(
    first: tuple[list[Folded], bool], rest: Iterator[tuple[list[Folded], bool]]
) -> Iterator[tuple[list[Folded], bool]]:
    yield first
    yield from rest


def _own_files(connection: Connection, user: int, after: str) -> list[str]:
    query = select(media.c.id).where(media.c.owner_id == user, media.c.id > after).order_by(media.c.id)
    return list(connection.scalars(query.limit(1000)))
