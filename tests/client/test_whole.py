"""The library and the program against a real daemon, over real sockets and pipes."""

import os
import re
import signal
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, ClassVar

import pytest
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.stdio import StandardIO
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread

from hichat.client.connection import Client
from hichat.client.http import Api, Session
from hichat.client.wire import Credentials, Refused, Replaced, User
from hichat.terminal.chat import chat
from hichat.wire.frames import PersonFrame, Presence, Receipt, SentFile, TypingFrame
from tests.integration.system import PASSWORD, SharedSystem
from tests.media.recordings import OPUS, SPOKEN, recorded
from tests.support.daemon import reactor, until
from tests.support.scene import fixture_of
from tests.support.terminal import Terminal

GROUP = "team"


def launch(coroutine):
    return Deferred.fromCoroutine(coroutine)


def _hears(client):
    return client.cursor is not None


def _has(found, count):
    return len(found) >= count


def stdio(source, sink):
    """@return: what opens a console on two descriptors."""
    kind: Any = StandardIO  # its types are those of Windows
    return lambda console: kind(console, source, sink, reactor)


@contextmanager
def script(*lines):
    """A file that stands for a pipe with these lines."""
    with TemporaryFile() as file:
        file.write("".join(f"{line}\n" for line in lines).encode())
        file.flush()
        file.seek(0)
        yield file


class Whole(SharedSystem):
    """
    Ann and Bob, in a group.

    @ivar ann: her number; as is C{bob}, his.
    @ivar team: the number of the group.
    """

    async def set_up(self) -> None:
        await super().set_up()
        self.sessions: dict[str, Any] = {}
        # Any device may show these tokens, as the tests want it.
        people = await self.people("ann", "bob")
        for name, person in zip(("ann", "bob"), people, strict=True):
            self.sessions[name] = Session(Api(reactor, self.daemon.url, language="en"), Credentials(*person))
        self.ann, self.bob = (user for user, _ in people)
        await self.sessions["ann"].group_calls.create(self.named(GROUP))
        await self.sessions["bob"].group_calls.join(self.named(GROUP))
        ((self.team, *_),) = await self.sessions["bob"].groups()

    def client(self, name, device="laptop", **options):
        """@return: a connection that is closed after the test."""
        options = {"retry": lambda _: 0.05, "language": "en", **options}
        server = options.pop("server", self.daemon.url)
        client = Client(reactor, server, self.sessions[name].credentials, device, **options)
        self.addCleanup(lambda: launch(client.close(1)))
        return client

    async def live(self, *clients):
        """Wait until these hear what happens."""
        for client in clients:
            await client.connected()
            await until(partial(_hears, client))

    async def take(self, client, count):
        """@return: the next events."""
        return [await client.events().__anext__() for _ in range(count)]

    async def chat(self, name, *lines):
        """Run the program with a script; @return: its exit status and the lines that it showed, without times."""
        with script(*lines) as source, TemporaryFile() as shown:
            status = await launch(
                chat(
                    reactor,
                    self.daemon.url,
                    self.named(name),
                    PASSWORD,
                    language="en",
                    interactive=False,
                    directory=self.daemon.directory / self.named("home"),
                    open_console=stdio(source.fileno(), shown.fileno()),
                )
            )
            shown.seek(0)
            return status, shown.read().decode().splitlines()

    async def said(self, **of):
        """@return: the texts of all of a conversation, as bob sees it."""
        client = self.client("bob", "reader", listen=False)
        await client.connected()
        found: list[str] = []
        before = None
        while True:
            page = await client.history(before=before, limit=100, **of)
            found = [message.text for message in page.messages] + found
            if not page.more:
                return found
            before = page.messages[0].id

    async def crash(self):
        """The daemon dies, and is started again."""
        await self.daemon.stop(signal.SIGKILL)
        await self.daemon.start()


class Backlog(Whole):
    """Programs that answer, or only send, while more comes than they take."""

    settings: ClassVar[dict[str, str]] = {"MESSAGE_LIMIT": "off"}

    async def miss(self, count):
        """Ann says so much that bob has not heard; @return: bob's client, with a cursor from before."""
        anns = self.client("ann")
        await self.live(anns)
        since = anns.cursor
        await gatherResults([launch(anns.send(self.bob, f"{number}")) for number in range(count)])
        return self.client("bob", since=since)

    async def check_answers(self, count):
        """A program that answers each message as it comes answers all of them."""
        bobs = await self.miss(count)
        heard = []
        async for message in bobs.messages():
            heard.append(message.text)
            await bobs.send(self.ann, f"to {message.text}")
            if len(heard) == count:
                break
        assert heard == [f"{number}" for number in range(count)]
        assert (await self.said(user=self.ann))[-count:] == [f"to {number}" for number in range(count)]


backlog = fixture_of(Backlog)


async def test_a_backlog_that_fits(backlog: Backlog) -> None:
    await backlog.check_answers(300)


async def test_a_backlog_that_does_not_fit(backlog: Backlog) -> None:
    await backlog.check_answers(700)


async def test_questions_about_a_backlog(backlog: Backlog) -> None:
    bobs = await backlog.miss(700)
    heard = []
    async for message in bobs.messages():
        heard.append(message.text)
        await bobs.marks(user=backlog.ann)
        if len(heard) == 700:
            break
    assert heard == [f"{number}" for number in range(700)]


async def test_two_that_only_send(backlog: Backlog) -> None:
    clients = backlog.client("ann"), backlog.client("bob")
    await backlog.live(*clients)

    async def send(client, user, to):
        for number in range(600):
            await client.send(user, f"{to} {number}")

    await gatherResults([launch(send(clients[0], backlog.bob, 2)), launch(send(clients[1], backlog.ann, 1))])
    said = await backlog.said(user=backlog.ann)
    assert [text for text in said if text[0] == "2"] == [f"2 {number}" for number in range(600)]
    assert [text for text in said if text[0] == "1"] == [f"1 {number}" for number in range(600)]
    for client, own in zip(clients, "12", strict=True):
        # It is all there, once, for who takes it after all.
        heard = [message.text async for message in _first(600, client.messages())]
        assert heard == [f"{own} {number}" for number in range(600)]


async def _first(count, messages):
    async for message in messages:
        yield message
        count -= 1
        if not count:
            return


class Library(Whole):
    pass


library = fixture_of(Library)


async def test_groups(library: Library) -> None:
    """Everything that the library can do in groups, against the daemon."""
    ann, bob = library.sessions["ann"].group_calls, library.sessions["bob"].group_calls
    bobs = library.client("bob")
    await library.live(bobs)
    club, bobs_name = library.named("club"), library.named("bob")
    made = await ann.create(club, "a club", "approval")
    assert not await bob.join(club.upper())
    assert [user.name for user in await ann.requests(made.id)] == [bobs_name]
    await ann.approve(made.id, library.bob)
    assert [group.name for group in await bob.find(club[:-1])] == [club]
    await ann.mute(made.id, library.bob)
    with pytest.raises(Refused) as caught:
        await bobs.send(group=made.id, text="hm")
    assert caught.value.code == "muted"
    assert [tuple(one) for one in await bob.members(made.id)] == [
        (library.ann, library.named("ann"), "owner", False, "", False),
        (library.bob, bobs_name, "member", True, "", False),
    ]
    await ann.unmute(made.id, library.bob)
    await ann.mute(made.id)
    await ann.set_role(made.id, library.bob, "admin")
    await bobs.send(group=made.id, text="as an admin")
    await bob.unmute(made.id)
    await ann.edit(made.id, joinPolicy="invite")
    await ann.remove(made.id, library.bob)
    await ann.invite(made.id, library.bob)
    await bob.decline(made.id)
    await ann.invite(made.id, library.bob)
    assert await bob.join(club)
    await bob.leave(made.id)
    code = await ann.make_link(made.id, 1)
    assert await bob.join(code)
    await ann.ban(made.id, library.bob)
    with pytest.raises(Refused) as caught:
        await bob.join_by_link(await ann.make_link(made.id))
    assert caught.value.code == "banned"
    await ann.unban(made.id, library.bob)
    await ann.dissolve(made.id)
    heard = [event.kind for event in await library.take(bobs, 15)]
    assert heard == [
        *("requested", "joined", "muted", "unmuted", "muted", "role", "unmuted", "changed", "removed"),
        *("invited", "declined", "invited", "joined", "left", "joined"),
    ]
    (banned,) = await library.take(bobs, 1)
    assert (banned.kind, banned.from_, banned.member, banned.size) == ("banned", library.ann, library.bob, 1)


async def test_everything_that_can_be_said(library: Library) -> None:
    ann, bob = library.client("ann"), library.client("bob")
    await library.live(ann, bob)
    sent = await ann.send(library.bob, "hi")
    await ann.edit(sent.id, "hi bob")
    await ann.react(sent.id, "👍")
    await bob.read(sent.id, user=library.ann)
    reply = await bob.send(library.ann, "hm", reply_to=sent.id, mentions=[library.ann])
    await ann.recall(sent.id)
    await ann.send(group=library.team, media="file", url="/f.pdf", name="f.pdf")
    heard = await library.take(bob, 5)
    assert [event.kind for event in heard] == ["message", "edited", "reacted", "recalled", "message"]
    assert [heard[0].id, heard[0].text, heard[1].text] == [sent.id, "hi", "hi bob"]
    assert (heard[4].group, heard[4].media, heard[4].name) == (library.team, "file", "f.pdf")
    receipt, answer = await library.take(ann, 2)
    assert isinstance(receipt, Receipt)
    assert (receipt.from_, receipt.read) == (library.bob, sent.id)
    assert (answer.id, answer.replyTo, answer.mentions) == (reply.id, sent.id, [library.ann])
    assert (await bob.marks(user=library.ann)).read == sent.id
    page = await ann.history(user=library.bob)
    assert [(one.text, one.recalled) for one in page.messages] == [("", True), ("hm", False)]
    with pytest.raises(Refused) as caught:
        await bob.edit(sent.id, "mine")
    assert caught.value.code


async def test_files(library: Library) -> None:
    """Sent and kept at the terminal."""
    directory = library.daemon.directory
    (directory / "照片 1.txt").write_bytes(b"hello " * 50_000)
    bob = library.client("bob")
    await library.live(bob)
    status, _ = await library.chat("ann", f"/to {library.named('bob')}", f"/send {directory / '照片 1.txt'}")
    assert status == 0
    (heard,) = await library.take(bob, 1)
    assert (heard.media, heard.name) == ("file", "照片 1.txt")
    os.mkdir(directory / "kept")
    status, shown = await library.chat(
        "bob",
        f"/to {library.named('ann')}",
        "/history",
        "/save 1",
        f"/save 1 {directory / 'kept'}",
        f"/save 1 {directory / 'kept'}",
        f"/save 1 {directory / 'kept' / '照片 1.txt'}",
        f"/send {directory / 'nothing'}",
    )
    library.addCleanup((Path.cwd() / "照片 1.txt").unlink)
    assert status == 1
    assert sorted(path.name for path in (directory / "kept").iterdir()) == ["照片 1 (2).txt", "照片 1.txt"], shown
    for path in (directory / "kept").iterdir():
        assert path.read_bytes() == b"hello " * 50_000
    assert len([line for line in shown if "File exists" in line or "No such file" in line]) == 2, shown


async def test_several_files(library: Library) -> None:
    """One message has them: history tells all, they are saved together, and the last one's name finds it."""
    directory = library.daemon.directory
    session = library.sessions["ann"]
    uploads = []
    for number in range(3):
        (directory / f"page{number}.txt").write_text(f"page {number}")
        uploads.append(await session.media_calls.upload(directory / f"page{number}.txt"))
    ann, bob = library.client("ann"), library.client("bob")
    await library.live(ann, bob)
    first, *others = uploads
    more = [SentFile(media="file", url=each.url, name=each.name) for each in others]
    await ann.send(library.bob, "read", media="file", url=first.url, name=first.name, more_files=more)
    (heard,) = await library.take(bob, 1)
    assert [file.name for file in heard.moreFiles] == ["page1.txt", "page2.txt"]
    (told,) = (await bob.history(user=library.ann, limit=1)).messages
    assert (told.text, told.moreFiles) == ("read", heard.moreFiles)
    nothing = [SentFile(media="file", url=f"/v2/media/{'A' * 22}")]
    with pytest.raises(Refused) as caught:
        await ann.send(library.bob, media="file", url=first.url, more_files=nothing)
    assert caught.value.code == "no_such_media"
    os.mkdir(directory / "all")
    status, shown = await library.chat("bob", f"/to {library.named('ann')}", "/history", f"/save . {directory / 'all'}")
    assert status == 0, shown
    saved = {path.name: path.read_text() for path in (directory / "all").iterdir()}
    assert saved == {f"page{number}.txt": f"page {number}" for number in range(3)}


async def test_a_voice(library: Library) -> None:
    """What does not say how long it is: who gets it is told."""
    path = library.daemon.directory / "voice.webm"
    path.write_bytes(recorded(b"webm", [OPUS], SPOKEN))
    bob = library.client("bob")
    await library.live(bob)
    status, _ = await library.chat("ann", f"/to {library.named('bob')}", f"/send {path}")
    assert status == 0
    (heard,) = await library.take(bob, 1)
    assert (heard.media, heard.seconds) == ("audio", 30)
    _, shown = await library.chat("bob", f"/to {library.named('ann')}", "/history")
    assert any("0:30 voice.webm" in line for line in shown), shown


async def test_presence(library: Library) -> None:
    ann, bob = library.client("ann"), library.client("bob")
    await ann.connected()
    assert (await ann.watch([library.bob])).offline == [library.bob]
    await bob.connected()
    (item,) = await library.take(ann, 1)
    assert isinstance(item, Presence)
    assert item.online == [library.bob]
    bob.typing(user=library.ann)
    (item,) = await library.take(ann, 1)
    assert isinstance(item, TypingFrame)
    await bob.show(False)
    (item,) = await library.take(ann, 1)
    assert item.offline == [library.bob]


async def test_another_name(library: Library) -> None:
    """It comes to whoever watches the user, and to the user's own devices; people are found by it."""
    ann, bob, session = library.client("ann"), library.client("bob"), library.sessions["bob"]
    await library.live(ann, bob)
    await ann.watch([library.bob])
    login, shown = library.named("bob"), library.named("Robert Lee")
    assert await session.rename(display_name=shown) == User(library.bob, shown, login)
    for client in (ann, bob):
        (item,) = await library.take(client, 1)
        assert isinstance(item, PersonFrame)
        assert (item.from_, item.name, item.displayName, item.avatar) == (library.bob, login, shown, "")
    assert await library.sessions["ann"].find_users(library.named("LEE")) == [User(library.bob, shown, login)]
    assert User(library.bob, shown, login) in await library.sessions["ann"].users()
    assert await session.rename(display_name="") == User(library.bob, login)


async def test_nothing_is_lost_or_doubled_over_crashes(library: Library) -> None:
    ann, bob = library.client("ann"), library.client("bob", since=0)
    await bob.connected()
    heard: list[Any] = []

    async def listen():
        async for message in bob.messages():
            heard.append(message)

    listening = launch(listen())
    texts = [str(number) for number in range(600)]
    sending = [launch(ann.send(library.bob, text)) for text in texts]
    for part in (100, 300):
        await until(partial(_has, heard, part), 30)
        await library.crash()
    acks = await gatherResults(sending)
    await until(partial(_has, heard, len(texts)), 30)
    assert sorted(acks, key=lambda ack: ack.id) == acks
    assert [message.text for message in heard] == texts
    assert [message.id for message in heard] == [ack.id for ack in acks]
    await bob.close()
    await listening


async def test_a_second_connection_of_a_device(library: Library) -> None:
    first, second = library.client("ann"), library.client("ann")
    await library.live(first)
    reading = launch(first.events().__anext__())
    await second.connected()
    with pytest.raises(Replaced):
        await reading


async def test_two_devices(library: Library) -> None:
    laptop, phone = (
        library.client("ann"),
        library.client("ann", "phone", server=f"http://localhost:{library.daemon.port}"),
    )
    await library.live(laptop, phone)
    ack = await laptop.send(library.bob, "hi")
    (event,) = await library.take(phone, 1)
    assert (event.id, event.from_, event.user) == (ack.id, library.ann, library.bob)
    assert len(laptop.events()) == 0


async def test_a_restart_of_the_program(library: Library) -> None:
    """Its cursor and its own ids are all that it needs."""
    first = library.client("ann")
    await library.live(first)
    await first.send(library.bob, "mine")
    await first.close()
    bob = library.client("bob")
    await bob.send(group=library.team, text="missed")
    second = library.client("ann", since=first.cursor, own=first.own)
    await second.connected()
    (event,) = await library.take(second, 1)
    assert (event.text, event.group) == ("missed", library.team)


class Program(Whole):
    pass


program = fixture_of(Program)


async def test_a_script_through_pipes(program: Program) -> None:
    lines = [f"{number} {'x' * 1000}" for number in range(200)]
    status, shown = await program.chat("ann", f"/to {program.named('bob')}", *lines)
    assert (status, shown) == (0, [f"talking to {program.named('bob')}"])
    assert await program.said(user=program.ann) == lines


async def test_a_crash_in_the_middle_of_a_script(program: Program) -> None:
    lines = [str(number) for number in range(300)]
    running = launch(program.chat("ann", f"/to {program.named('bob')}", *lines))
    reader = program.client("bob", since=0)
    await reader.connected()
    await program.take(reader, 50)
    await reader.close()
    await program.crash()
    status, shown = await running
    assert status == 0, shown
    assert await program.said(user=program.ann) == lines


async def test_what_was_missed(program: Program) -> None:
    await program.chat("bob")
    await program.chat("ann", f"/group {program.named(GROUP)}", "while you were away")
    _, shown = await program.chat("bob", f"/group {program.named(GROUP)}", "/react . 👍", "mine")
    assert f"[{program.named(GROUP)}] {program.named('ann')}: while you were away" in " ".join(shown)
    _, shown = await program.chat("bob")
    assert shown == []
    _, shown = await program.chat("ann", f"/group {program.named(GROUP)}", "/history")
    assert "while you were away 👍1" in " ".join(shown)


async def test_a_line_that_cannot_be_sent(program: Program) -> None:
    status, shown = await program.chat("ann", f"/to {program.named('bob')}", "x" * 9000, "still here")
    assert (status, shown[1].startswith("not sent (xxx")) == (1, True)
    assert await program.said(user=program.ann) == ["still here"]


async def test_a_person_at_a_terminal(program: Program) -> None:
    """Tab completes; what comes is written above the line that is being typed; Ctrl-C ends it."""
    ann, bob = program.named("ann"), program.named("bob")
    given = {"HICHAT_PASSWORD": PASSWORD, "XDG_STATE_HOME": str(program.daemon.directory / program.named("home"))}
    terminal = Terminal(
        program.daemon, "chat", "--server", program.daemon.url, "--user", ann, "--language", "en", **given
    )
    program.addCleanup(terminal.close)
    await terminal.shows(f"signed in as {ann}")
    terminal.type(f"/to {bob}\r")
    await terminal.shows(f"talking to {bob}")
    # The terminal asks for the list in the background. Of what is completed only the rest is written.
    terminal.type("/remi")
    await terminal.shows("/remi")
    while "nd" not in terminal.shown.partition("/remi")[2]:
        terminal.type("\t")
        await deferLater(reactor, 0.05)
    terminal.type("\x15/rem\t")
    await terminal.shows("Remind you of", behind="/remind")
    terminal.type("\x15halfway")
    await terminal.shows("halfway")
    await program.client("bob").send(program.ann, "so soon")
    await terminal.shows("> halfway", behind=f"{bob}: so soon\r\n")
    terminal.type(" there\r")
    await terminal.shows("#2 sent")
    assert await program.said(user=program.ann) == ["so soon", "halfway there"]
    terminal.type("unfinished\x03")
    assert await deferToThread(terminal.process.wait, 30) == 130
    assert not re.search("Traceback|Unhandled", terminal.shown)


async def test_output_that_nobody_reads_ends_it(program: Program) -> None:
    reading, writing = os.pipe()
    source, feed = os.pipe()
    for descriptor in (writing, source, feed):
        program.addCleanup(os.close, descriptor)
    os.close(reading)
    status = await launch(
        chat(
            reactor,
            program.daemon.url,
            program.named("ann"),
            PASSWORD,
            language="en",
            interactive=True,
            open_console=stdio(source, writing),
        )
    )
    assert status == 0
