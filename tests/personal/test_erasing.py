"""What is removed after an account was deleted, on both stores."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from hichat.accounts import erasures as rows
from hichat.accounts import users
from hichat.accounts.users import User
from hichat.admin.administration import run_here
from hichat.admin.backup import make_backup
from hichat.contacts.contacts import Contacts
from hichat.core.errors import Busy
from hichat.core.events import FIRST_GROUP_ID, Event, Scope
from hichat.core.kinds import Kind
from hichat.keeping import blanking
from hichat.keeping.holds import Hold, remove
from hichat.keeping.service import add_hold
from hichat.log import reading
from hichat.log.follower import StepFailed
from hichat.media import records
from hichat.media.addresses import make_id
from hichat.media.media import MediaLimits, MediaStore
from hichat.media.records import StoredFile
from hichat.personal import erasing
from hichat.personal.erasing import Eraser
from hichat.search.index import make_index
from hichat.search.indexer import Indexer
from hichat.storage.tables import (
    connections,
    devices,
    erasures,
    erasures_apart,
    events,
    media,
    pins,
    recalled_texts,
    saved_messages,
)
from tests.personal.store_of_people import StoreOfPeople
from tests.support.doubles import NOW, take_in_now
from tests.support.ledger import edit, react
from tests.support.postgres import server
from tests.support.scene import fixture_of

TEAM = FIRST_GROUP_ID


class OfTheDeleted(StoreOfPeople):
    """Ann and Bob are in a group. Ann will go."""

    async def set_up(self) -> None:
        await super().set_up()
        self.contacts = Contacts(self.store, self.ledger, lambda: self.time)
        await self.groups.create(self.bob, "team")
        await self.groups.join(self.ann, "team")
        self.told: list[int] = []
        limits = MediaLimits(2**20, 2**30)
        self.media = MediaStore(
            self.store, self.files, self.addresses, run_here, take_in_now, Clock(), lambda: self.time, limits
        )

    def upload(self, owner: User, name: str) -> str:
        """@return: the URL of a new file with a thumbnail."""
        id = make_id()
        file = StoredFile(id, owner.id, "picture", "image/png", name, 3, 1, 1, 4096, self.time)
        with self.store.transaction() as connection:
            records.add(connection, file, 2**40)
        for thumbnail in (True, False):
            with self.files.unfinished() as unfinished:
                unfinished.file.write(b"png")
                self.files.finish(unfinished, id, thumbnail)
        return f"/v2/media/{id}"

    def make_indexer(self) -> Indexer:
        index = make_index(self.store.engine)
        if index.engine is not self.store.engine:
            self.addCleanup(index.engine.dispose)
        return Indexer(self.store, index)

    def eraser(self, removes: bool) -> Eraser:
        return Eraser(self.store, self.ledger, Clock(), removes, lambda user, person: self.told.append(user))

    async def erase(self, removes: bool) -> int:
        """
        Take steps until nothing is left; before each, the process is another one.

        @return: the number of steps.
        """
        for count in range(1000):
            progress = await self.eraser(removes).step()
            if progress.position >= progress.head:
                return count
        raise AssertionError("there is no end")

    def events(self) -> list[Event]:
        with self.store.snapshot() as connection:
            return reading.after(connection, 0, 10_000)

    def bodies(self) -> bytes:
        return b"\n".join(event.body for event in self.events())

    def rows(self, table: object) -> int:
        with self.store.snapshot() as connection:
            return connection.scalar(select(func.count()).select_from(table)) or 0  # type: ignore[arg-type]


class OfTheDeletedOnPostgreSQL(OfTheDeleted):
    def database(self) -> str:
        return server().make_database(self)


scene = fixture_of(OfTheDeleted, OfTheDeletedOnPostgreSQL)


async def fill(scene: OfTheDeleted) -> list[int]:
    """@return: Ann's messages to others."""
    await scene.contacts.request(scene.ann, scene.cat.id, "greeting from ann")
    pair = [scene.say(scene.ann, f"word{n} to bob", user=scene.bob.id) for n in range(3)]
    scene.do(edit(scene.ann.id, pair[0], b'{"text":"edited by ann","mentions":[]}'))
    scene.do(react(scene.bob.id, pair[0], "+👍".encode()))
    scene.say(scene.ann, "note of ann to herself", user=scene.ann.id)
    group = [scene.say(scene.ann, "ann in the group", group=TEAM)]
    scene.say(scene.bob, "stays: bob to ann", user=scene.ann.id)
    scene.say(scene.bob, "stays: bob in the group", group=TEAM)
    with scene.store.transaction() as connection:
        place = connection.scalar(select(events.c.conversation).where(events.c.position == pair[0]))
        connection.execute(pins.insert().values(conversation=place, position=pair[0], place=1))
        connection.execute(saved_messages.insert().values(user_id=scene.bob.id, position=pair[1], place=1))
        connection.execute(
            connections.insert().values(
                id=2**60, user_id=scene.ann.id, device=1, dialect="v2", address="192.0.2.7", opened=5
            )
        )
        connection.execute(devices.insert().values(id=77, user_id=scene.ann.id, name="anns-phone", created_at=1))
    return pair + group


async def test_nothing_goes_that_is_held(scene: OfTheDeleted) -> None:
    """Of a user who is held, all waits; of others, the messages of conversations that are."""
    said = await fill(scene)
    url = scene.upload(scene.ann, "picture.png")
    scene.say(scene.ann, "with a file", url=url, user=scene.bob.id)

    def hold(user: User, begins: bool = True) -> None:
        with scene.store.transaction() as connection:
            if begins:
                add_hold(connection, Hold(Scope.USER, user.id, NOW, 0, ""))
            else:
                remove(connection, Scope.USER, user.id)

    hold(scene.ann)
    before = scene.bodies()
    scene.working.delete("ann")
    await scene.erase(removes=True)
    assert set(before.split(b"\n")) <= set(scene.bodies().split(b"\n"))
    assert scene.rows(media) == 1
    hold(scene.ann, False)
    hold(scene.bob)
    await scene.erase(removes=True)
    there = {event.position for event in scene.events() if event.body}
    assert set(said) <= there
    assert b"note of ann to herself" not in scene.bodies()
    assert b"greeting from ann" not in scene.bodies()
    assert [event for event in scene.events() if event.kind == Kind.ERASED] == []
    # What the hold of somebody else has kept goes when that ends.
    hold(scene.bob, False)
    await scene.erase(removes=True)
    assert not set(said) & {event.position for event in scene.events() if event.body}
    told = [event for event in scene.events() if event.kind == Kind.ERASED]
    assert {(event.scope, event.target) for event in told} == {(Scope.USER, scene.bob.id), (Scope.GROUP, TEAM)}
    assert len(told) == 2
    assert (scene.rows(erasures_apart), scene.rows(erasures)) == (0, 1)


async def test_waiting_writes_nothing(scene: OfTheDeleted, monkeypatch: pytest.MonkeyPatch) -> None:
    """While holds keep what is left, there are no transactions that write, and few looks."""
    await fill(scene)
    scene.working.delete("ann")
    with scene.store.transaction() as connection:
        add_hold(connection, Hold(Scope.USER, scene.bob.id, NOW, 0, ""))
    await scene.erase(removes=True)
    clock = Clock()
    looks: list[int] = []

    def look(_connection: object) -> set[int]:
        looks.append(1)
        return set()

    eraser = Eraser(scene.store, scene.ledger, clock, True)
    monkeypatch.setattr(rows, "apart", look)
    monkeypatch.setattr(scene.store, "write", None)
    for _ in range(5):
        assert await eraser.step() == (0, 0)
    assert len(looks) == 1
    clock.advance(erasing.APART_POLL)
    await eraser.step()
    assert len(looks) == 2


async def test_a_hold_begins_while_a_step_waits_for_the_index(
    scene: OfTheDeleted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All waits, and goes when the hold ends."""
    await fill(scene)
    scene.working.delete("ann")
    for _ in range(3):
        await scene.eraser(True).step()
    monkeypatch.setattr(blanking, "TEXTS_WAIT", 0)
    with scene.store.transaction() as connection:
        connection.execute(recalled_texts.insert().values(position=1, message=1, body=b"word"))
    clock = Clock()
    eraser = Eraser(scene.store, scene.ledger, clock, True)
    step = Deferred.fromCoroutine(eraser.step())
    assert not step.called
    with scene.store.transaction() as connection:
        add_hold(connection, Hold(Scope.USER, scene.ann.id, NOW, 0, ""))
    clock.advance(erasing.WORDS_REST)
    await step
    before = scene.bodies()
    assert b"word2 to bob" in before
    monkeypatch.undo()
    await scene.erase(removes=True)
    assert scene.bodies() == before
    with scene.store.transaction() as connection:
        remove(connection, Scope.USER, scene.ann.id)
    await scene.erase(removes=True)
    for gone in (b"word2 to bob", b"ann in the group", b"note of ann"):
        assert gone not in scene.bodies()


async def test_messages_go(scene: OfTheDeleted) -> None:
    """All that the person has written is gone: from the log, the search index, pins and saved messages."""
    said = await fill(scene)
    indexer = scene.make_indexer()
    take_all(indexer)
    before = scene.events()
    scene.working.delete("ann")
    steps = await scene.erase(removes=True)
    assert steps > 6
    assert scene.told == [scene.ann.id]
    bodies = scene.bodies()
    for gone in (b"word", b"edited by ann", b"note of ann", b"ann in the group", b"greeting"):
        assert gone not in bodies
    assert b"stays: bob to ann" in bodies
    assert b"stays: bob in the group" in bodies
    assert (scene.rows(erasures), scene.rows(pins), scene.rows(saved_messages), scene.rows(connections)) == (1, 0, 0, 0)
    with scene.store.snapshot() as connection:
        assert connection.scalar(select(devices.c.name).where(devices.c.id == 77)) == "gone-77"
        assert users.existed(connection, scene.ann.id)
    # Places, counters and numbers stay.
    after = {event.position: event for event in scene.events()}
    for event in before:
        assert (after[event.position].seq, after[event.position].n) == (event.seq, event.n)
    told = [event for event in scene.events() if event.kind == Kind.ERASED]
    assert {(event.scope, event.target) for event in told} == {(Scope.USER, scene.bob.id), (Scope.GROUP, TEAM)}
    assert all(event.sender == scene.ann.id and event.position > max(said) for event in told)
    take_all(indexer)
    indexer.step()
    assert scene.rows(recalled_texts) == 0


async def test_the_next_backup(scene: OfTheDeleted) -> None:
    """No byte of what the person has written is in a backup, not even where SQLite keeps free pages."""
    indexer = scene.make_indexer()
    # Texts that fill pages of their own, and others that lie beside those that stay.
    for number in range(30):
        scene.say(scene.ann, f"quokka{number} " + "wombat " * (900 if number % 3 else 1), user=scene.bob.id)
        scene.say(scene.bob, f"stays{number}", user=scene.ann.id)
    await scene.contacts.request(scene.ann, scene.cat.id, "quokka, says ann")
    take_all(indexer)
    before = backed_up(scene, "before")
    assert b"quokka" in before
    scene.working.delete("ann")
    await scene.erase(removes=True)
    take_all(indexer)
    indexer.step()
    assert scene.rows(recalled_texts) == 0
    after = backed_up(scene, "after")
    assert b"stays29" in after
    for gone in (b"quokka", b"wombat"):
        assert gone not in after


def take_all(indexer: Indexer) -> None:
    """Let the index follow to the log's end."""
    while (progress := indexer.step()).position < progress.head:
        pass


def backed_up(scene: OfTheDeleted, name: str) -> bytes:
    """@return: what is in all files of a new backup."""
    directory = scene.directory.parent / name
    make_backup(scene.settings, directory)
    files = [path.read_bytes() for path in directory.rglob("*") if path.is_file()]
    assert len(files) > 3
    return b"".join(files)


async def test_messages_stay(scene: OfTheDeleted) -> None:
    """What others have read stays; what was for nobody else goes, and so do greetings."""
    await fill(scene)
    scene.working.delete("ann")
    await scene.erase(removes=False)
    bodies = scene.bodies()
    for gone in (b"note of ann", b"greeting"):
        assert gone not in bodies
    for there in (b"word1", b"edited by ann", b"ann in the group", b"stays: bob to ann"):
        assert there in bodies
    assert [event for event in scene.events() if event.kind == Kind.ERASED] == []
    assert scene.rows(connections) == 0


async def test_files_go(scene: OfTheDeleted) -> None:
    """Files and thumbnails go whether messages stay or not; the picture of a group stays with the group."""
    sent, unsent, of_group, others = (
        scene.upload(owner, name)
        for owner, name in ((scene.ann, "a"), (scene.ann, "b"), (scene.ann, "c"), (scene.bob, "d"))
    )
    scene.say(scene.ann, "see", sent, user=scene.bob.id)
    scene.say(scene.bob, "forwarded", sent, user=scene.cat.id)
    scene.say(scene.bob, "mine", others, user=scene.ann.id)
    picture = scene.addresses.open_url(of_group.rpartition("/")[2])
    with scene.store.transaction() as connection:
        connection.exec_driver_sql(f"UPDATE groups SET image = '{picture}'")
    scene.working.delete("ann")
    await scene.erase(removes=False)
    assert scene.rows(erasures) == 1
    while (await scene.media.take_in()).position < scene.events()[-1].position:
        pass
    assert await scene.media.sweep() == 2
    there = {url: scene.files.facts(url.rpartition("/")[2]) for url in (sent, unsent, of_group, others)}
    assert {url for url, facts in there.items() if facts} == {of_group, others}
    assert scene.files.facts(sent.rpartition("/")[2], thumbnail=True) is None
    assert scene.rows(media) == 2
    await scene.erase(removes=False)
    assert scene.rows(erasures) == 0
    assert await scene.media.links(scene.bob, [sent.rpartition("/")[2]]) == []


async def test_files_that_held_messages_use(scene: OfTheDeleted) -> None:
    """They stay, and can be seen, until the hold ends, whoever has sent them; the others go."""
    kept, forwarded, gone = (scene.upload(scene.ann, name) for name in "abc")
    scene.say(scene.ann, "held", kept, user=scene.bob.id)
    for url in (kept, forwarded, gone):
        scene.say(scene.ann, "not held", url, user=scene.cat.id)
    scene.say(scene.cat, "held", forwarded, user=scene.bob.id)
    with scene.store.transaction() as connection:
        add_hold(connection, Hold(Scope.USER, scene.bob.id, NOW, 0, ""))
    scene.working.delete("ann")

    async def there() -> set[str]:
        await scene.erase(removes=True)
        while (await scene.media.take_in()).position < scene.events()[-1].position:
            pass
        for _ in range(3):
            await scene.media.sweep()
        await scene.erase(removes=True)
        return {url for url in (kept, forwarded, gone) if scene.files.facts(url.rpartition("/")[2])}

    assert await there() == {kept, forwarded}
    ids = [url.rpartition("/")[2] for url in (kept, forwarded)]
    assert len(await scene.media.links(scene.bob, ids)) == 2
    with scene.store.snapshot() as connection:
        assert records.visible(connection, scene.cat.id, ids).keys() == {ids[1]}
    assert scene.rows(erasures) == 1
    with scene.store.transaction() as connection:
        remove(connection, Scope.USER, scene.bob.id)
    assert await there() == set()
    assert scene.rows(erasures) == 0


async def test_the_picture_of_a_group_goes_with_its_last_use(scene: OfTheDeleted) -> None:
    """It was in a message, too. When the group has another picture, nobody needs it."""
    sent = scene.upload(scene.ann, "a")
    scene.say(scene.ann, "see", sent, user=scene.bob.id)
    while (await scene.media.take_in()).position < scene.events()[-1].position:
        pass
    picture = scene.addresses.open_url(sent.rpartition("/")[2])
    with scene.store.transaction() as connection:
        connection.exec_driver_sql(f"UPDATE groups SET image = '{picture}'")
    scene.working.delete("ann")
    await scene.erase(removes=False)
    await scene.media.sweep()
    await scene.erase(removes=False)
    assert (scene.rows(erasures), scene.rows(media)) == (0, 1)
    with scene.store.transaction() as connection:
        connection.exec_driver_sql("UPDATE groups SET image = ''")
        found = records.collect(connection, scene.time, scene.time + 2 * records.DAY, scene.addresses.find_open)
    assert found == [sent.rpartition("/")[2]]


async def test_a_step_that_is_cut_off(scene: OfTheDeleted, monkeypatch: pytest.MonkeyPatch) -> None:
    """It did not happen, and the next process takes it."""
    await fill(scene)
    scene.working.delete("ann")
    advance = rows.advance
    cut: list[int] = []

    def fail(*arguments: int) -> None:
        advance(*arguments)  # type: ignore[arg-type]
        cut.append(1)
        if len(cut) % 2:
            raise Busy

    monkeypatch.setattr(rows, "advance", fail)
    for _ in range(100):
        try:
            progress = await scene.eraser(True).step()
        except StepFailed:
            continue
        if progress.position >= progress.head:
            break
    assert len(cut) > 6
    told = [event for event in scene.events() if event.kind == Kind.ERASED]
    assert len(told) == 2
    assert b"word" not in scene.bodies()
