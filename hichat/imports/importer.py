"""
Brings the lines of an export in; see L{hichat.imports.shapes}.

It takes few lines at a time, each time in one transaction: so it needs little memory, daemons write meanwhile, and an
import that is cut off goes on where it was when it is run again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from msgspec import UNSET
from sqlalchemy import Connection, func, insert, select, update

from hichat.accounts import users
from hichat.accounts.fields import description_of
from hichat.accounts.names import group_name, is_free
from hichat.core.errors import Refused, StartError
from hichat.core.events import FIRST_GROUP_ID, Scope
from hichat.core.kinds import Kind
from hichat.core.lookalikes import columns_of
from hichat.core.text import key_of
from hichat.groups import queries
from hichat.imports import known, shapes
from hichat.imports.bodies import HeldFile
from hichat.imports.coming import Here, ImportKnowledge
from hichat.imports.conversations import ImportedConversation, MovedItem
from hichat.imports.counting import CountedConversation
from hichat.imports.people import ArrivedPerson, ImportedPeople
from hichat.imports.report import ImportReport
from hichat.pipeline.ledger.importing import ImportedEvents, ImportWriter
from hichat.storage import tables
from hichat.storage.store import Store

PEOPLE_AT_ONCE = 50
"""Accounts that are made in one transaction."""

ITEMS_AT_ONCE = 500
"""Messages and the like in one transaction, in which nobody else writes; it takes some 0.1 s."""

TEXTS_AT_ONCE = 1024 * 1024
"""Bytes of texts in one."""

IMPORT_PAUSE = 0.01
"""Seconds between two transactions, in which others write."""

TakeFile = Callable[[str, shapes.MovedFile, int], HeldFile | None]
"""Takes the content of a file of a source in, of which a user is the owner; None: it does not come."""


class ImportSetup(NamedTuple):
    """
    @ivar store: the store to write to, in this thread.
    @ivar people: finds and makes accounts.
    @ivar take_file: stores files.
    @ivar open_url: see L{ImportKnowledge}.
    @ivar keeper: the user who owns groups in which nobody is; 0: such groups do not come.
    @ivar kept_since: messages from before this time are too old to be kept here.
    @ivar dry: whether nothing is written.
    """

    store: Store
    people: ImportedPeople
    take_file: TakeFile
    open_url: Callable[[str], str]
    report: ImportReport
    now: Callable[[], int]
    label: str
    keeper: int = 0
    kept_since: int = 0
    dry: bool = False


class Importer:
    """
    Brings an export in.

    @param step: called with the number of messages that were looked at.
    """

    def __init__(self, setup: ImportSetup, step: Callable[[int], object] = lambda count: None) -> None:
        self._setup = setup
        self._step = step
        self._report = setup.report
        self._writer = ImportWriter(setup.store, setup.now)
        self._source = ""
        self._people: dict[str, int] = {}
        self.arrivals: list[ArrivedPerson] = []
        self._gone: set[int] = set()
        self._files: dict[str, HeldFile] = {}
        # The people whose picture is a file that is still to come.
        self._pictures: dict[str, int] = {}
        self._groups = _Groups(setup)
        self._waiting: list[shapes.MovedPerson] = []
        self._items: list[MovedItem] = []
        self._size = 0

    def run(self, lines: Iterable[shapes.MovedLine]) -> None:
        """
        Bring all lines in.

        @raise StartError: they are no export.
        """
        for line in lines:
            if isinstance(line, shapes.MovedHeader):
                self._begin(line)
                continue
            if not self._source:
                raise StartError("hichat: the first line is no header")
            if isinstance(line, shapes.MovedPerson):
                self._waiting.append(line)
                if len(self._waiting) >= PEOPLE_AT_ONCE:
                    self._take_people()
            elif isinstance(line, shapes.MovedGroup):
                self._groups.expect(line)
            elif isinstance(line, shapes.MovedFile):
                self._take_people()
                self._take_file(line)
            else:
                self._add(line)
        self._take_people()
        self._take_items()
        self._finish_place()
        for group in self._groups.left():
            self._begin_group(group)
            self._finish_group(group)

    def _begin(self, header: shapes.MovedHeader) -> None:
        if header.version > shapes.MOVED_VERSION:
            raise StartError("hichat: the export is of a later version than this HiChat reads; upgrade first")
        self._source = self._groups.source = header.source

    def _pause(self) -> None:
        if not self._setup.dry:
            time.sleep(IMPORT_PAUSE)

    # People and files

    def _take_people(self) -> None:
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        setup = self._setup

        def take(connection: Connection) -> dict[str, ArrivedPerson]:
            return setup.people.take_in(connection, self._source, waiting, setup.dry, setup.now())

        if setup.dry:
            with setup.store.snapshot() as connection:
                came = take(connection)
        else:
            with setup.store.transaction() as connection:
                came = take(connection)
        self._people |= {id: each.user for id, each in came.items()}
        self._gone |= {each.user for each in came.values() if each.is_gone}
        self._pictures |= {
            each.avatar: came[each.id].user
            for each in waiting
            if each.avatar and came[each.id].is_new and not each.deleted
        }
        self.arrivals += [each for each in came.values() if each.is_new]
        self._pause()

    def _take_file(self, file: shapes.MovedFile) -> None:
        setup = self._setup
        owner = self._people.get(file.owner, 0)
        held = setup.take_file(self._source, file, owner) if owner else None
        if held is None:
            return
        self._files[file.id] = held
        shown = self._pictures.get(file.id, 0)
        if shown and not setup.dry:
            with setup.store.transaction() as connection:
                users.change(connection, shown, {"avatar": setup.open_url(held.id)}, setup.now())

    # Conversations

    def _add(self, item: MovedItem) -> None:
        if self._items and _place_of(item) != _place_of(self._items[0]):
            self._take_people()
            self._take_items()
            self._finish_place()
        self._items.append(item)
        self._size += len(item.text) if isinstance(item, shapes.MovedMessage) else 100
        if len(self._items) >= ITEMS_AT_ONCE or self._size >= TEXTS_AT_ONCE:
            self._take_people()
            place = self._items[-1]
            self._take_items()
            self._current = place

    _current: MovedItem | None = None
    _counted: CountedConversation | None = None

    def _take_items(self) -> None:
        items, self._items, self._size = self._items, [], 0
        if not items:
            return
        self._current = items[-1]
        items = [each for each in items if self._is_kept(each)]
        here = self._here(items[0]) if items else None
        if here is not None:
            told = ImportKnowledge(
                self._source, self._people, self._gone, self._files, self._setup.open_url, self._report
            )
            if self._setup.dry:
                self._counted = self._counted or CountedConversation(here)
                with self._setup.store.snapshot() as connection:
                    self._counted.count(connection, items, told)
            else:
                self._writer.write(lambda events: ImportedConversation(events, here, told).write(items))
                self._pause()
        self._step(sum(isinstance(each, shapes.MovedMessage) for each in items))

    def _is_kept(self, item: MovedItem) -> bool:
        if isinstance(item, shapes.MovedMessage) and item.time < self._setup.kept_since:
            self._report.problem("messages do not come: they are too old to be kept here")
            return False
        return True

    def _here(self, item: MovedItem) -> Here | None:
        if item.group:
            group = self._groups.find(item.group) or self._begin_group(item.group)
            return Here(Scope.GROUP, group) if group else None
        if item.people:
            pair = [self._people.get(each, 0) for each in (item.people[0], item.people[-1])]
            if 0 in pair:
                self._report.problem("conversations do not come: the export does not have one of the two")
                return None
            return Here(Scope.USER, pair[1], pair[0])
        return Here(Scope.EVERYONE, 0)

    def _begin_group(self, id: str) -> int:
        """Make a group that is expected. @return: its id here; 0: it does not come."""
        if self._setup.dry:
            return self._groups.begin_dry(id, self._people, self._items)
        return self._writer.write(lambda events: self._groups.begin(events, id, self._people, self._image_of))

    def _image_of(self, group: shapes.MovedGroup) -> str:
        held = self._files.get(group.image)
        return self._setup.open_url(held.id) if held else ""

    def _finish_place(self) -> None:
        last, self._current, self._counted = self._current, None, None
        if last is not None and last.group:
            self._finish_group(last.group, last.time)

    def _finish_group(self, id: str, time: int = 0) -> None:
        if not self._setup.dry and self._groups.find(id):
            self._writer.write(lambda events: self._groups.finish(events, id, self._people, time))


class _Groups:
    """Groups of an export, and those that they are here."""

    def __init__(self, setup: ImportSetup) -> None:
        self._setup = setup
        self._report = setup.report
        self.source = ""
        self._expected: dict[str, shapes.MovedGroup] = {}
        self._here: dict[str, int] = {}
        self._refused: set[str] = set()
        self._taken: set[str] = set()

    def expect(self, group: shapes.MovedGroup) -> None:
        """A group is in the export."""
        self._expected[group.id] = group

    def left(self) -> Iterator[str]:
        """@return: those in which nothing has happened."""
        yield from [id for id in self._expected if id not in self._here and id not in self._refused]

    def find(self, id: str) -> int:
        """@return: the id here of a group that has come; 0: it has not."""
        return self._here.get(id, 0)

    def _find_known(self, connection: Connection, id: str) -> bool:
        found = known.find(connection, self.source, "group", [id]).get(id)
        if found is None:
            return False
        self._here[id] = found.ours
        self._report.known["groups"] += 1
        if queries.find(connection, found.ours) is None:
            self._report.problem("groups do not come again: they were dissolved here", id)
            self._here[id] = 0
            self._refused.add(id)
        return True

    def _owner(self, group: shapes.MovedGroup, people: dict[str, int]) -> int:
        wanted = [group.owner, *group.admins]
        return next((people[each] for each in wanted if each in people), 0) or self._setup.keeper

    def begin(
        self, events: ImportedEvents, id: str, people: dict[str, int], image_of: Callable[[shapes.MovedGroup], str]
    ) -> int:
        """
        Make a group. Its owner is its first member, and that of the export once all its members have come.

        @param image_of: gives the URL of its picture.
        @return: its id; 0: it does not come.
        """
        connection = events.connection
        if id in self._refused or self._find_known(connection, id):
            return self._here.get(id, 0)
        group = self._expected.get(id)
        owner = self._owner(group, people) if group else 0
        if group is None or not owner:
            why = (
                "the export does not have them"
                if group is None
                else "nobody would own them; --keeper NAME names somebody"
            )
            self._report.problem(f"groups do not come: {why}", group.name if group else id)
            self._refused.add(id)
            return 0
        last = connection.scalar(select(func.max(tables.groups.c.id))) or 0
        number = max(last, FIRST_GROUP_ID - 1) + 1
        row = {
            "id": number,
            **columns_of(self._free_name(connection, group)),
            "owner_id": owner,
            "image": image_of(group),
            "description": self._description(group),
            "join_policy": group.policy,
            "created_at": min(group.created, events.now) if group.created > 1 else events.now,
            "updated_at": events.now,
        }
        connection.execute(insert(tables.groups), row)
        known.note(connection, self.source, "group", [(id, number, b"")])
        self._here[id] = number
        self._report.counts["groups"] += 1
        return number

    def begin_dry(self, id: str, people: dict[str, int], items: object) -> int:
        """As L{begin}, and nothing is written."""
        with self._setup.store.snapshot() as connection:
            if id in self._refused or self._find_known(connection, id):
                return self._here.get(id, 0)
            group = self._expected.get(id)
            if group is None or not self._owner(group, people):
                why = (
                    "the export does not have them"
                    if group is None
                    else "nobody would own them; --keeper NAME names somebody"
                )
                self._report.problem(f"groups do not come: {why}", group.name if group else id)
                self._refused.add(id)
                return 0
            self._free_name(connection, group)
            self._description(group)
        self._here[id] = -len(self._here) - 1
        self._report.counts["groups"] += 1
        return self._here[id]

    def _free_name(self, connection: Connection, group: shapes.MovedGroup) -> str:
        for candidate in _names(group.name, self._setup.label):
            try:
                name = group_name(candidate)
            except Refused:
                continue
            if key_of(name) in self._taken or not is_free(connection, tables.groups, name):
                continue
            if name != group.name:
                self._report.problem("groups get another name: theirs is taken or not allowed", f"{group.name}: {name}")
            if self._setup.dry:
                self._taken.add(key_of(name))
            return name
        raise StartError(f"hichat: no name for the group {group.name!r} is free")

    def _description(self, group: shapes.MovedGroup) -> str:
        try:
            return description_of(group.description.strip()[:1000], "description")
        except Refused:
            self._report.problem("descriptions of groups do not come: they are not allowed here", group.name)
            return ""

    def finish(self, events: ImportedEvents, id: str, people: dict[str, int], time: int) -> None:
        """All that happened in a group has come: make it what it is at the source, if it is new here."""
        connection, number, group = events.connection, self._here[id], self._expected.get(id)
        found = known.find(connection, self.source, "group", [id])[id]
        if found.digest == known.FINISHED or group is None:
            return
        row = tables.members.c
        there = queries.members(connection, number)
        admins = {people[each] for each in group.admins if people.get(each) in there}
        wanted = people.get(group.owner, 0)
        owner = wanted if wanted in there else min(admins or there, default=0)
        at = max(time, group.created)
        if not owner:
            owner = self._setup.keeper or self._owner(group, people)
            if users.find(connection, owner) is None:
                owner = self._setup.keeper
            position = events.append(Kind.JOINED, Scope.GROUP, owner, number, at, b"1", owner).position
            connection.execute(insert(tables.members).values(group_id=number, user_id=owner, since=position))
            connection.execute(update(tables.groups).where(tables.groups.c.id == number).values(size=1))
        events.append(Kind.ROLE, Scope.GROUP, owner, number, at, b"owner", owner)
        for admin in sorted(admins - {owner}):
            events.append(Kind.ROLE, Scope.GROUP, owner, number, at, b"admin", admin)
        values: dict[str, object] = {"owner_id": owner}
        if group.archived is not UNSET:
            events.append(Kind.ARCHIVED, Scope.GROUP, owner, number, group.archived)
            values["archived_at"] = group.archived
        connection.execute(update(tables.groups).where(tables.groups.c.id == number).values(values))
        if admins - {owner}:
            those = row.group_id == number, row.until.is_(None), row.user_id.in_(admins - {owner})
            connection.execute(update(tables.members).where(*those).values(admin=True))
        known.change(connection, self.source, "group", id, known.FINISHED)


def _names(given: str, label: str) -> Iterator[str]:
    """@return: the names to try for a group."""
    short = given.strip()[:50] or "group"
    yield given
    yield short
    yield f"{short} ({label})"
    for number in range(2, 10_000):
        yield f"{short} ({label} {number})"


def _place_of(item: MovedItem) -> tuple[str, ...]:
    return (item.group, *item.people)
