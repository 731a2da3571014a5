"""Tests for plugins in memory: their names, messages and answers, and what the daemon makes of their processes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, Literal
from unittest.mock import patch
from urllib.parse import unquote, urlsplit

import msgspec
import pytest
from twisted.internet import reactor as real_reactor
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import Clock, deferLater
from twisted.trial.unittest import SynchronousTestCase

from hichat.core.errors import PluginAway, PluginLate, StartError
from hichat.plugin import Plugin, PluginAnswer, PluginCall, PluginCommand, PluginMessage
from hichat.plugins import child
from hichat.plugins.child import TELL_PAUSE, PluginRun, answer_call, in_asyncio, load_plugin, tell_plugin
from hichat.plugins.host import PluginHost
from hichat.plugins.installed import PluginNames, check_plugins, find_plugin, installed_plugins, parse_plugins
from hichat.plugins.process import LINE_SECONDS, LOGGED_LINES, REST_LINES, REST_SECONDS, PluginProcess
from hichat.plugins.wire import TRIES, BeginsEvent, IsAlive, IsReady, PluginSetup, ReachedPlace
from hichat.web import plugins as calls
from hichat.web.plugins import PluginCalls, target_of
from hichat.wire.frames import Called, Happened
from tests.support.doubles import watch_log

POINTS = [EntryPoint("echo", "a:B", "hichat.plugins"), EntryPoint("none", "a:C", "hichat.plugins")]


class NamesTests(SynchronousTestCase):
    def test_names(self):
        self.assertEqual(parse_plugins(" a, b-2 ,"), PluginNames(("a", "b-2")))
        self.assertEqual(str(parse_plugins("a, b")), "a,b")
        self.assertEqual(parse_plugins(""), PluginNames())
        for text in ("a,a", "A", "../a", "a b", "1", "a" * 32, "é"):
            with self.assertRaises(ValueError):
                parse_plugins(text)

    def test_what_is_installed(self):
        def found(group: str, name: str = "") -> list[EntryPoint]:
            assert group == "hichat.plugins"
            return [point for point in POINTS if name in ("", point.name)]

        with patch("hichat.plugins.installed.entry_points", found):
            self.assertEqual([each.name for each in installed_plugins()], ["echo", "none"])
            check_plugins(["echo"])
            with self.assertRaisesRegex(StartError, "no plugin 'ecko' is installed .*: echo, none"):
                check_plugins(["echo", "ecko"])
            self.assertEqual(find_plugin("echo").value, "a:B")
            with self.assertRaises(LookupError):
                find_plugin("other")

    def test_what_is_no_plugin(self):
        with (
            patch("hichat.plugins.installed.find_plugin", lambda name: EntryPoint("x", "pathlib:Path", "")),
            self.assertRaisesRegex(TypeError, "no subclass of hichat.plugin.Plugin"),
        ):
            load_plugin("x")


class FakeBot:
    id = 9
    directory = Path()

    def __init__(self) -> None:
        self.said: list[tuple[Any, ...]] = []

    async def send(self, conversation: str, text: str, *, key: str = "", **fields: Any) -> int:
        self.said.append((conversation, text, key, fields))
        return 100

    async def call(self, method: str, path: str, body: Any = None, *, key: str = "") -> Any:
        self.said.append((method, path, body, key))


class MessageTests(SynchronousTestCase):
    def make(self, **fields: Any) -> PluginMessage:
        given: dict[str, Any] = {"user": 9, "from_": 2, "text": "hi", **fields}
        self.bot = FakeBot()
        return PluginMessage(self.bot, Happened(id=7, conversation=1, seq=1, n=1, time=1, kind="message", **given))

    def test_where_it_is(self):
        self.assertEqual(self.make().conversation, "user-2")
        self.assertEqual(self.make(user=msgspec.UNSET, group=1_000_000_001).conversation, "group-1000000001")
        self.assertEqual(self.make(user=msgspec.UNSET).conversation, "announcements")
        self.assertEqual(self.make(text=msgspec.UNSET).text, "")

    def test_each_answer_has_a_key_of_the_message(self):
        message = self.make()
        asyncio.run(message.reply("yes", quote=True))
        asyncio.run(message.reply("and no"))
        asyncio.run(message.reply("mine", key="own"))
        asyncio.run(message.react("\N{THUMBS UP SIGN}"))
        self.assertEqual(self.bot.said[0], ("user-2", "yes", "reply-7-1", {"replyTo": 7}))
        self.assertEqual(self.bot.said[1], ("user-2", "and no", "reply-7-2", {}))
        self.assertEqual(self.bot.said[2], ("user-2", "mine", "own", {}))
        self.assertEqual(self.bot.said[3][:2], ("POST", "/messages/7/reactions"))

    def test_what_is_called(self):
        class Shout(Plugin):
            async def on_command(self, command: PluginCommand) -> str | None:
                if command.action:
                    await command.answer(command.value, to_all=True)
                    return None
                return f"{command.conversation} {command.name} {command.arguments}"

        bot = FakeBot()
        calls: tuple[tuple[Literal["commanded", "pressed"], Called], ...] = (
            ("commanded", Called(command="shout", arguments="hi")),
            ("pressed", Called(action="go", value="7", group=1_000_000_001)),
        )
        for kind, called in calls:
            event = Happened(id=7, conversation=1, seq=1, n=1, time=1, kind=kind, user=9, from_=2, called=called)
            asyncio.run(tell_plugin(Shout(bot), event))
        path = "/commands/7/answers"
        self.assertEqual(bot.said[0], ("POST", path, {"text": "user-2 shout hi", "to": "asker"}, "answer-7-1"))
        self.assertEqual(bot.said[1], ("POST", path, {"text": "7", "to": "all"}, "answer-7-1"))

    def test_answers_over_http(self):
        found = [PluginAnswer(b"x"), PluginAnswer("é"), PluginAnswer({"a": 1}), PluginAnswer("<p>", type="text/html")]
        self.assertEqual([each.body for each in found], [b"x", "é".encode(), b'{"a": 1}', b"<p>"])
        self.assertEqual(found[3].type, "text/html")

    def test_the_path_of_a_call(self):
        """What was decoded on the way in is the same for the plugin, with all its letters."""
        for path in ("/", "/a b/c", "/grüße/你好", "/100%/50%25", "/a%2Fb", "/what?/x#y", "//a/"):
            parts = [part.encode() for part in path[1:].split("/")]
            sent = urlsplit(target_of(parts, b"q=%C3%BC&r=1"))
            self.assertEqual((sent.netloc, unquote(sent.path), sent.query), ("plugin", path, "q=%C3%BC&r=1"))
        self.assertEqual(target_of([b"a", b"b/c"], b""), "http://plugin/a/b%2Fc")


class FakeRequest:
    """A request of twisted.web, as far as a plugin's process looks at it."""

    method, path = b"GET", b"/a%20b"

    def __init__(self, **headers: str) -> None:
        from io import BytesIO

        from twisted.internet.defer import Deferred
        from twisted.web.http_headers import Headers

        self.requestHeaders = Headers({name.replace("_", "-"): [value] for name, value in headers.items()})
        self.args: dict[bytes, list[bytes]] = {}
        self.content = BytesIO(b"body")
        self.gone: Any = Deferred()
        self.status, self.body = 0, b""
        self.headers: dict[str, str] = {}

    def notifyFinish(self) -> Any:  # noqa: N802
        return self.gone

    def setResponseCode(self, status: int) -> None:  # noqa: N802
        self.status = status

    def setHeader(self, name: str, value: str) -> None:  # noqa: N802
        self.headers[name.lower()] = value

    def write(self, data: bytes) -> None:
        self.body += data

    def finish(self) -> None:
        self.finished = True


class Slow(Plugin):
    async def http(self, call: PluginCall) -> PluginAnswer:
        if call.user_name == "ann":
            return PluginAnswer(call.path, headers={"Set-Cookie": "a=b", "X-Own": "1"})
        if call.user_name == "wrong":
            return "no answer"  # type: ignore[return-value]
        await asyncio.sleep(1000)
        raise AssertionError


class CallTests(SynchronousTestCase):
    def ask(self, **headers: str) -> Any:
        request: Any = FakeRequest(**headers)
        with patch.object(child, "CALL_SECONDS", 0.01):
            asyncio.run(answer_call(Slow(FakeBot()), request))
        return request

    def test_answered(self):
        found = self.ask(HiChat_User="2", HiChat_User_Name="ann")
        self.assertEqual((found.status, found.body), (200, b"/a b"))
        self.assertEqual((found.headers.get("set-cookie"), found.headers["x-own"]), (None, "1"))

    def test_late(self):
        self.assertEqual(self.ask(HiChat_User="2", HiChat_User_Name="ben").status, 504)

    def test_no_answer(self):
        self.assertEqual(self.ask(HiChat_User="2", HiChat_User_Name="wrong").status, 500)

    def test_strangers(self):
        self.assertEqual(self.ask().status, 401)

    def test_a_caller_who_has_gone(self):
        request: Any = FakeRequest(HiChat_User="2", HiChat_User_Name="ann")
        request.gone.callback(None)
        asyncio.run(answer_call(Slow(FakeBot()), request))
        self.assertEqual(request.status, 0)


def call_it(directory: Path) -> Deferred[Any]:
    """Call a plugin whose socket is in this directory."""
    recogniser: Any = None
    plugin: Any = PluginCalls(real_reactor, ["x"], directory, recogniser).children[b"x"]
    request: Any = FakeRequest()
    request.postpath, request.uri = [b""], b"/plugins/x/"
    return Deferred.fromCoroutine(plugin._exchange(request, None))


async def test_a_process_that_turns_without_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes the call, and says nothing; then the caller is told so, or has gone."""
    monkeypatch.setattr(calls, "CALL_SECONDS", 0.05)
    monkeypatch.setattr(calls, "MARGIN_SECONDS", 0.0)
    gone: Deferred[None] = Deferred()

    class Silent(Protocol):
        def connectionLost(self, reason: Any = None) -> None:
            gone.callback(None)

    (tmp_path / "plugins").mkdir()
    reactor: Any = real_reactor
    with contextlib.chdir(tmp_path / "plugins"):
        port = reactor.listenUNIX("x.sock", Factory.forProtocol(Silent))
        try:
            with pytest.raises(PluginLate):
                await call_it(tmp_path)
            await gone
            monkeypatch.undo()
            gone = Deferred()
            left = call_it(tmp_path)
            await deferLater(reactor, 0.05)
            left.cancel()
            with pytest.raises(CancelledError):
                await left
            await gone
        finally:
            await port.stopListening()


async def test_a_process_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(PluginAway):
        await call_it(tmp_path)


class FakeClient:
    """Gives messages; as that of the library does, it says that it has given one from then on."""

    epoch, check = "e", "c"

    def __init__(self, *ids: int) -> None:
        self.ids = ids
        self.cursor = 10

    async def connected(self, timeout: float | None) -> None:
        pass

    async def events(self) -> AsyncIterator[Happened]:
        for id in self.ids:
            self.cursor = id
            yield Happened(id=id, conversation=1, seq=1, n=1, time=1, kind="message", user=9, from_=2, text="hi")


class FollowTests(SynchronousTestCase):
    """How far a plugin is: what is told of it, and what is left out."""

    def follow(self, tries: int, *ids: int) -> None:
        clock, self.told, self.done, self.begun = Clock(), list[int](), list[tuple[int, int]](), list[int]()
        run: Any = PluginRun(clock, PluginSetup("x", "", "", "", 9, "", 1, True, tries=tries), self.tell)

        class Waiting(Plugin):
            async def on_message(plugin, message: PluginMessage) -> None:  # noqa: N805
                clock.advance(TELL_PAUSE)
                self.done.append((message.id, self.told[-1]))

        async def pump() -> None:
            while True:
                clock.advance(0)
                await asyncio.sleep(0)

        async def main() -> None:
            pumping = asyncio.create_task(pump())
            await in_asyncio(run._follow(Waiting(FakeBot()), FakeClient(*ids)))
            pumping.cancel()
            await in_asyncio(run.stop())

        asyncio.run(main())

    def tell(self, said: Any) -> None:
        if isinstance(said, BeginsEvent):
            self.begun.append(len(self.done))
        else:
            self.told.append(said.cursor)

    def test_an_event_that_is_being_handled_comes_again(self):
        self.follow(0, 11, 12, 13)
        self.assertEqual(self.done, [(11, 10), (12, 11), (13, 12)])
        self.assertEqual((self.told[-1], self.begun), (13, []))

    def test_after_it_has_ended_each_is_told_at_once(self):
        self.follow(1, 11, 12)
        self.assertEqual(self.told[:3], [10, 11, 12])
        self.assertEqual([id for id, _ in self.done], [11, 12])
        self.assertEqual(self.begun, [0, 1], "and before it")

    def test_one_on_which_it_ends_again_and_again_is_left_out(self):
        self.follow(TRIES, 11, 12)
        self.assertEqual(self.done, [(12, 11)])

    def test_how_often_it_has_ended(self):
        unused: Any = None
        directory = Path(self.mktemp())
        host = PluginHost(Clock(), ["x"], 1, unused, unused, unused, directory)
        (process,) = host.processes

        def run(*places: int, at_event: bool = True) -> int:
            for place in places:
                process.heard(msgspec.msgpack.encode(ReachedPlace(place, "e", "c")))
            if at_event:
                process.heard(msgspec.msgpack.encode(BeginsEvent()))
            process._tell_went(1)
            return process._make_setup().tries

        self.assertEqual([run(10), run(10), run(10)], [1, 2, 3])
        self.assertEqual(run(10, 11), 1, "it came further")
        self.assertEqual(run(11), 2)
        self.assertEqual([run(11, at_event=False) for _ in range(TRIES)], [2] * TRIES, "it had no event")


class ProcessTests(SynchronousTestCase):
    def setUp(self):
        self.logged: list[Any] = []
        watch_log(self, self.logged.append)
        self.clock = Clock()
        self.reached: list[ReachedPlace] = []
        self.went: list[int] = []
        self.process = PluginProcess(
            self.clock, "x", "/home", self.make_setup, lambda: None, self.reached.append, self.went.append
        )
        self.reading: list[bool] = []
        self.killed = 0
        self.patch(self.process, "read_output", self.reading.append)
        self.patch(self.process, "kill", self.kill)

    def kill(self):
        self.killed += 1

    def make_setup(self):
        return PluginSetup("x", "", "", "", 1, "", 1, True)

    def test_what_it_says(self):
        encode = msgspec.msgpack.encode
        self.process.heard(encode(IsReady()))
        self.process.heard(encode(IsAlive()))
        self.process.heard(encode(ReachedPlace(7, "e", "c")))
        self.assertTrue(self.process.is_ready)
        self.assertEqual(self.reached, [ReachedPlace(7, "e", "c")])
        self.assertEqual(self.killed, 0)

    def test_what_no_plugin_says(self):
        for said in (b"", b"\xc1", b"\x93\x01", msgspec.msgpack.encode([3, "x", "", ""])):
            self.process.heard(said)
        self.assertEqual(self.killed, 4)

    def test_its_lines(self):
        self.process.printed("a\x1b[31mb\r" + "x" * 1000)
        self.assertEqual(self.logged[0]["line"][:8], "a\ufffd[31mb\ufffd")
        self.assertEqual(len(self.logged[0]["line"]), 500)

    def test_a_flood(self):
        for _ in range(LOGGED_LINES + REST_LINES):
            self.process.printed("x")
        self.assertEqual((len(self.logged), self.process.left_out), (LOGGED_LINES, REST_LINES))
        self.assertEqual(self.reading, [False])
        self.clock.advance(REST_SECONDS)
        self.assertEqual(self.reading, [False, True])
        self.clock.advance(LINE_SECONDS)
        self.assertIn("were left out", self.logged[-1]["log_format"])
        self.process.printed("again")
        self.assertEqual(self.logged[-1]["line"], "again")

    def test_its_environment(self):
        with patch.dict("os.environ", {"HICHAT_DATABASE": "secret", "AWS_SECRET": "x", "LC_ALL": "C", "PATH": "/bin"}):
            found = self.process.inherited()
        self.assertEqual((found["LC_ALL"], found["HOME"], found["PATH"]), ("C", "/home", "/bin"))
        self.assertNotIn("secret", str(found))
        self.assertNotIn("AWS_SECRET", found)
