"""The library and the program against a real daemon, over real sockets and pipes."""

import os
import signal
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, ClassVar

from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.stdio import StandardIO
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase

from hichat.client.connection import Client
from hichat.client.http import Api, Session
from hichat.client.wire import Credentials, Refused, Replaced
from hichat.terminal.chat import chat
from hichat.wire.frames import Presence, Receipt, TypingFrame
from tests.integration.daemon import Daemon, reactor, until
from tests.media.recordings import OPUS, SPOKEN, recorded

PASSWORD = "correct horse"
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


class WholeCase(TestCase):
    timeout = 60
    settings: ClassVar[dict[str, str]] = {}

    async def setUp(self):  # type: ignore[override]
        self.daemon = Daemon(Path(self.mktemp()), **self.settings)
        self.addCleanup(self.daemon.kill)
        await self.daemon.start()
        self.sessions: dict[str, Any] = {}
        for name in ("ann", "bob"):
            api = Api(reactor, self.daemon.url, language="en")
            await api.register(name, PASSWORD)
            # Any device may show this one, as the tests want it.
            token = await deferToThread(self.daemon.command, "token", name)
            self.sessions[name] = Session(api, Credentials(len(self.sessions) + 1, token.strip()))
        await self.sessions["ann"].group_calls.create(GROUP)
        await self.sessions["bob"].group_calls.join(GROUP)
        ((self.group, *_),) = await self.sessions["bob"].groups()

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
                    name,
                    PASSWORD,
                    language="en",
                    interactive=False,
                    directory=self.daemon.directory / "home",
                    open_console=stdio(source.fileno(), shown.fileno()),
                )
            )
            shown.seek(0)
            return status, shown.read().decode().splitlines()

    async def history(self, **of):
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


class BacklogTests(WholeCase):
    """Programs that answer, or only send, while more comes than they take."""

    settings: ClassVar[dict[str, str]] = {"MESSAGE_LIMIT": "off"}

    async def miss(self, count):
        """Ann says so much that bob has not heard; @return: bob's client, with a cursor from before."""
        anns = self.client("ann")
        await self.live(anns)
        since = anns.cursor
        await gatherResults([launch(anns.send(2, f"{number}")) for number in range(count)])
        return self.client("bob", since=since)

    async def check_answers(self, count):
        """A program that answers each message as it comes answers all of them."""
        bobs = await self.miss(count)
        heard = []
        async for message in bobs.messages():
            heard.append(message.text)
            await bobs.send(1, f"to {message.text}")
            if len(heard) == count:
                break
        self.assertEqual(heard, [f"{number}" for number in range(count)])
        self.assertEqual((await self.history(user=1))[-count:], [f"to {number}" for number in range(count)])

    async def test_a_backlog_that_fits(self):
        await self.check_answers(300)

    async def test_a_backlog_that_does_not_fit(self):
        await self.check_answers(700)

    async def test_questions_about_a_backlog(self):
        bobs = await self.miss(700)
        heard = []
        async for message in bobs.messages():
            heard.append(message.text)
            await bobs.marks(user=1)
            if len(heard) == 700:
                break
        self.assertEqual(heard, [f"{number}" for number in range(700)])

    async def test_two_that_only_send(self):
        clients = self.client("ann"), self.client("bob")
        await self.live(*clients)

        async def send(client, to):
            for number in range(600):
                await client.send(to, f"{to} {number}")

        await gatherResults([launch(send(clients[0], 2)), launch(send(clients[1], 1))])
        said = await self.history(user=1)
        self.assertEqual([text for text in said if text[0] == "2"], [f"2 {number}" for number in range(600)])
        self.assertEqual([text for text in said if text[0] == "1"], [f"1 {number}" for number in range(600)])
        for client, own in zip(clients, "12", strict=True):
            # It is all there, once, for who takes it after all.
            heard = [message.text async for message in _first(600, client.messages())]
            self.assertEqual(heard, [f"{own} {number}" for number in range(600)])


async def _first(count, messages):
    async for message in messages:
        yield message
        count -= 1
        if not count:
            return


class LibraryTests(WholeCase):
    async def test_groups(self):
        """Everything that the library can do in groups, against the daemon."""
        ann, bob = self.sessions["ann"].group_calls, self.sessions["bob"].group_calls
        bobs = self.client("bob")
        await self.live(bobs)
        made = await ann.create("club", "a club", "approval")
        self.assertFalse(await bob.join("CLUB"))
        self.assertEqual([user.name for user in await ann.requests(made.id)], ["bob"])
        await ann.approve(made.id, 2)
        self.assertEqual([group.name for group in await bob.find("clu")], ["club"])
        await ann.mute(made.id, 2)
        with self.assertRaises(Refused) as caught:
            await bobs.send(group=made.id, text="hm")
        self.assertEqual(caught.exception.code, "muted")
        self.assertEqual(
            [tuple(one) for one in await bob.members(made.id)], [(1, "ann", "owner", False), (2, "bob", "member", True)]
        )
        await ann.unmute(made.id, 2)
        await ann.mute(made.id)
        await ann.set_role(made.id, 2, "admin")
        await bobs.send(group=made.id, text="as an admin")
        await bob.unmute(made.id)
        await ann.edit(made.id, joinPolicy="invite")
        await ann.remove(made.id, 2)
        await ann.invite(made.id, 2)
        await bob.decline(made.id)
        await ann.invite(made.id, 2)
        self.assertTrue(await bob.join("club"))
        await bob.leave(made.id)
        code = await ann.make_link(made.id, 1)
        self.assertTrue(await bob.join(code))
        await ann.ban(made.id, 2)
        with self.assertRaises(Refused) as caught:
            await bob.join_by_link(await ann.make_link(made.id))
        self.assertEqual(caught.exception.code, "banned")
        await ann.unban(made.id, 2)
        await ann.dissolve(made.id)
        heard = [event.kind for event in await self.take(bobs, 15)]
        self.assertEqual(
            heard,
            [
                *("requested", "joined", "muted", "unmuted", "muted", "role", "unmuted", "changed", "removed"),
                *("invited", "declined", "invited", "joined", "left", "joined"),
            ],
        )
        (banned,) = await self.take(bobs, 1)
        self.assertEqual((banned.kind, banned.from_, banned.member, banned.size), ("banned", 1, 2, 1))

    async def test_everything_that_can_be_said(self):
        ann, bob = self.client("ann"), self.client("bob")
        await self.live(ann, bob)
        sent = await ann.send(2, "hi")
        await ann.edit(sent.id, "hi bob")
        await ann.react(sent.id, "👍")
        await bob.read(sent.id, user=1)
        reply = await bob.send(1, "hm", reply_to=sent.id, mentions=[1])
        await ann.recall(sent.id)
        await ann.send(group=self.group, media="file", url="/f.pdf", name="f.pdf")
        heard = await self.take(bob, 5)
        self.assertEqual([event.kind for event in heard], ["message", "edited", "reacted", "recalled", "message"])
        self.assertEqual([heard[0].id, heard[0].text, heard[1].text], [sent.id, "hi", "hi bob"])
        self.assertEqual((heard[4].group, heard[4].media, heard[4].name), (self.group, "file", "f.pdf"))
        receipt, answer = await self.take(ann, 2)
        self.assertIsInstance(receipt, Receipt)
        self.assertEqual((receipt.from_, receipt.read), (2, sent.id))
        self.assertEqual((answer.id, answer.replyTo, answer.mentions), (reply.id, sent.id, [1]))
        self.assertEqual((await bob.marks(user=1)).read, sent.id)
        page = await ann.history(user=2)
        self.assertEqual([(one.text, one.recalled) for one in page.messages], [("", True), ("hm", False)])
        with self.assertRaises(Refused) as caught:
            await bob.edit(sent.id, "mine")
        self.assertTrue(caught.exception.code)

    async def test_files(self):
        """Sent and kept at the terminal."""
        directory = self.daemon.directory
        (directory / "照片 1.txt").write_bytes(b"hello " * 50_000)
        bob = self.client("bob")
        await self.live(bob)
        status, _ = await self.chat("ann", "/to bob", f"/send {directory / '照片 1.txt'}")
        self.assertEqual(status, 0)
        (heard,) = await self.take(bob, 1)
        self.assertEqual((heard.media, heard.name), ("file", "照片 1.txt"))
        os.mkdir(directory / "kept")
        status, shown = await self.chat(
            "bob",
            "/to ann",
            "/history",
            "/save 1",
            f"/save 1 {directory / 'kept'}",
            f"/save 1 {directory / 'kept'}",
            f"/save 1 {directory / 'kept' / '照片 1.txt'}",
            f"/send {directory / 'nothing'}",
        )
        self.addCleanup((Path.cwd() / "照片 1.txt").unlink)
        self.assertEqual(status, 1)
        self.assertEqual(
            sorted(path.name for path in (directory / "kept").iterdir()), ["照片 1 (2).txt", "照片 1.txt"], shown
        )
        for path in (directory / "kept").iterdir():
            self.assertEqual(path.read_bytes(), b"hello " * 50_000)
        self.assertEqual(len([line for line in shown if "File exists" in line or "No such file" in line]), 2, shown)

    async def test_a_voice(self):
        """What does not say how long it is: who gets it is told."""
        path = self.daemon.directory / "voice.webm"
        path.write_bytes(recorded(b"webm", [OPUS], SPOKEN))
        bob = self.client("bob")
        await self.live(bob)
        status, _ = await self.chat("ann", "/to bob", f"/send {path}")
        self.assertEqual(status, 0)
        (heard,) = await self.take(bob, 1)
        self.assertEqual((heard.media, heard.seconds), ("audio", 30))
        _, shown = await self.chat("bob", "/to ann", "/history")
        self.assertTrue(any("0:30 voice.webm" in line for line in shown), shown)

    async def test_presence(self):
        ann, bob = self.client("ann"), self.client("bob")
        await ann.connected()
        self.assertEqual((await ann.watch([2])).offline, [2])
        await bob.connected()
        (item,) = await self.take(ann, 1)
        self.assertIsInstance(item, Presence)
        self.assertEqual(item.online, [2])
        bob.typing(user=1)
        (item,) = await self.take(ann, 1)
        self.assertIsInstance(item, TypingFrame)
        await bob.show(False)
        (item,) = await self.take(ann, 1)
        self.assertEqual(item.offline, [2])

    async def test_nothing_is_lost_or_doubled_over_crashes(self):
        ann, bob = self.client("ann"), self.client("bob", since=0)
        await bob.connected()
        heard: list[Any] = []

        async def listen():
            async for message in bob.messages():
                heard.append(message)

        listening = launch(listen())
        texts = [str(number) for number in range(600)]
        sending = [launch(ann.send(2, text)) for text in texts]
        for part in (100, 300):
            await until(partial(_has, heard, part), 30)
            await self.crash()
        acks = await gatherResults(sending)
        await until(partial(_has, heard, len(texts)), 30)
        self.assertEqual(sorted(acks, key=lambda ack: ack.id), acks)
        self.assertEqual([message.text for message in heard], texts)
        self.assertEqual([message.id for message in heard], [ack.id for ack in acks])
        await bob.close()
        await listening

    async def test_a_second_connection_of_a_device(self):
        first, second = self.client("ann"), self.client("ann")
        await self.live(first)
        reading = launch(first.events().__anext__())
        await second.connected()
        await self.assertFailure(reading, Replaced)

    async def test_two_devices(self):
        laptop, phone = self.client("ann"), self.client("ann", "phone", server=f"http://localhost:{self.daemon.port}")
        await self.live(laptop, phone)
        ack = await laptop.send(2, "hi")
        (event,) = await self.take(phone, 1)
        self.assertEqual((event.id, event.from_, event.user), (ack.id, 1, 2))
        self.assertEqual(len(laptop.events()), 0)

    async def test_a_restart_of_the_program(self):
        """Its cursor and its own ids are all that it needs."""
        first = self.client("ann")
        await self.live(first)
        await first.send(2, "mine")
        await first.close()
        bob = self.client("bob")
        await bob.send(group=self.group, text="missed")
        second = self.client("ann", since=first.cursor, own=first.own)
        await second.connected()
        (event,) = await self.take(second, 1)
        self.assertEqual((event.text, event.group), ("missed", self.group))


class ProgramTests(WholeCase):
    async def test_a_script_through_pipes(self):
        lines = [f"{number} {'x' * 1000}" for number in range(200)]
        status, shown = await self.chat("ann", "/to bob", *lines)
        self.assertEqual((status, shown), (0, ["talking to bob"]))
        self.assertEqual(await self.history(user=1), lines)

    async def test_a_crash_in_the_middle_of_a_script(self):
        lines = [str(number) for number in range(300)]
        running = launch(self.chat("ann", "/to bob", *lines))
        reader = self.client("bob", since=0)
        await reader.connected()
        await self.take(reader, 50)
        await reader.close()
        await self.crash()
        status, shown = await running
        self.assertEqual(status, 0, shown)
        self.assertEqual(await self.history(user=1), lines)

    async def test_what_was_missed(self):
        await self.chat("bob")
        await self.chat("ann", f"/group {GROUP}", "while you were away")
        _, shown = await self.chat("bob", f"/group {GROUP}", "/react . 👍", "mine")
        self.assertIn("[team] ann: while you were away", " ".join(shown))
        _, shown = await self.chat("bob")
        self.assertEqual(shown, [])
        _, shown = await self.chat("ann", f"/group {GROUP}", "/history")
        self.assertIn("while you were away 👍1", " ".join(shown))

    async def test_a_line_that_cannot_be_sent(self):
        status, shown = await self.chat("ann", "/to bob", "x" * 9000, "still here")
        self.assertEqual((status, shown[1].startswith("not sent (xxx")), (1, True))
        self.assertEqual(await self.history(user=1), ["still here"])

    async def test_output_that_nobody_reads_ends_it(self):
        reading, writing = os.pipe()
        source, feed = os.pipe()
        for descriptor in (writing, source, feed):
            self.addCleanup(os.close, descriptor)
        os.close(reading)
        status = await launch(
            chat(
                reactor,
                self.daemon.url,
                "ann",
                PASSWORD,
                language="en",
                interactive=True,
                open_console=stdio(source, writing),
            )
        )
        self.assertEqual(status, 0)
