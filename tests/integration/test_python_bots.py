"""The asyncio face of the client library against a running daemon: bots that people write to."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from pyotp import TOTP

from hichat.client.aio import (
    Bot,
    Button,
    FileTooLarge,
    FurtherStepNeeded,
    Invocation,
    Menu,
    Message,
    NoSuchName,
    NotConnected,
    Option,
    Refused,
    StateInUse,
    Unauthorized,
    Unreachable,
)
from hichat.client.package import backend
from tests import guide
from tests.support.daemon import Daemon, wait

SECONDS = 30
"""How long anything here may take."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A daemon for all tests that do not stop it, with the users that they make."""
    daemon = Daemon(tmp_path_factory.mktemp("bots") / "daemon")
    daemon.prepare()
    daemon.fork()
    wait(daemon.serves)
    yield daemon
    daemon.kill()


def run(scenario: Awaitable[None]) -> None:
    """Run a scenario in a loop of asyncio; it may not take for ever, and nothing may fail beside it."""

    async def bounded() -> None:
        failures: list[Any] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: failures.append(context))
        async with asyncio.timeout(SECONDS):
            await scenario
        assert not failures

    asyncio.run(bounded())


class Heard:
    """What a bot heard."""

    def __init__(self, bot: Bot) -> None:
        self.messages: list[Message] = []
        self.changes: list[Any] = []
        self._more = asyncio.Event()
        bot.on_message(self.hear)
        for kind in ("edited", "recalled", "reacted"):
            bot.on(kind)(self.see)

    async def hear(self, message: Message) -> None:
        """A message has come."""
        self.messages.append(message)
        self._more.set()

    async def see(self, change: Any) -> None:
        """Something else has come."""
        self.changes.append(change)
        self._more.set()

    async def until(self, done: Callable[[], bool]) -> None:
        """Wait until what has come is enough."""
        while not done():
            self._more.clear()
            await self._more.wait()

    async def texts(self, count: int) -> list[str]:
        """@return: so many first texts."""
        await self.until(lambda: len(self.messages) >= count)
        return [message.text for message in self.messages]


class People:
    """
    Users of a daemon, each with a bot of this library.

    @param names: their names; each is made with a password.
    """

    def __init__(self, daemon: Daemon, directory: Path, *names: str) -> None:
        self._daemon = daemon
        self._directory = directory
        self.tokens = {}
        with daemon.administration() as administration:
            for name in names:
                administration.add(name, "correct horse")
                self.tokens[name] = administration.token(name, "token")

    def bot(self, name: str, **options: Any) -> Bot:
        """@return: a bot of this user, not started; its state is in a file of this test."""
        options = {"token": self.tokens.get(name), "state": self._directory / f"{name}.json", **options}
        return Bot(self._daemon.url, language="en", **options)

    @asynccontextmanager
    async def online(self, *names: str) -> AsyncIterator[list[tuple[Bot, Heard]]]:
        """@return: started bots, and what they hear."""
        async with AsyncExitStack() as stack:
            found = []
            for name in names:
                bot = self.bot(name, hear_bots=True)
                found.append((bot, Heard(bot)))
                await stack.enter_async_context(bot)
            yield found


def test_names_and_what_is_done_to_messages(served: Daemon, tmp_path: Path) -> None:
    people = People(served, tmp_path, "ann", "bob")

    async def scenario() -> None:
        async with people.online("ann", "bob") as [(ann, told), (_, heard)]:
            sent = await ann.send("@Bob", "hi **you**", format="markdown")
            assert await heard.texts(1) == ["hi **you**"]
            message = heard.messages[0]
            assert (message.sender.name, message.sender.login, message.conversation.name) == ("ann", "ann", "ann")
            assert (message.direct, message.format, message.id) == (True, "markdown", sent.id)
            answer = await message.reply("hi yourself")
            assert await told.texts(1) == ["hi yourself"]
            assert told.messages[0].reply_to == sent.id
            await message.react("👍")
            await answer.edit("hello")
            await answer.recall()
            await told.until(lambda: len(told.changes) == 3)
            kinds = [(change.kind, change.message, change.text, change.emoji) for change in told.changes]
            edited = ("edited", answer.id, "", "")  # what was taken back has no text any more
            assert kinds[0] == ("reacted", sent.id, "", "👍")
            assert kinds[1] in (edited, ("edited", answer.id, "hello", ""))
            assert kinds[2] == ("recalled", answer.id, "", "")
            assert told.changes[0].sender.name == "bob"
            for wrong in ("@nobody", "#nothing", "ann"):
                with pytest.raises(NoSuchName):
                    await ann.send(wrong, "x")
            with pytest.raises(Refused) as refused:
                await ann.send("group-1000009999", "x")
            assert refused.value.code == "no_such_target"
            with pytest.raises(Refused) as refused:
                await message.edit("that is not mine")
            assert refused.value.code

    run(scenario())


def test_groups_history_and_search(served: Daemon, tmp_path: Path) -> None:
    people = People(served, tmp_path, "carol", "dave")

    async def scenario() -> None:
        async with people.online("carol", "dave") as [(carol, _), (dave, heard)]:
            await carol.session.group_calls.create("Night Shift")
            assert await dave.join("#night shift")
            assert [talk.name for talk in await dave.groups()] == ["Night Shift"]
            for number in range(120):
                last = await carol.send("#Night Shift", f"number {number} zebra", mentions=[0] if number == 119 else ())
            await heard.texts(120)
            assert [m.text.split()[1] for m in heard.messages] == [str(number) for number in range(120)]
            message = heard.messages[-1]
            assert (message.conversation.name, message.direct, message.mentions_me) == ("Night Shift", False, True)
            assert not heard.messages[0].mentions_me
            found = [message.id async for message in dave.history("#night shift")]
            assert len(found) == 120
            assert found == sorted(found, reverse=True)
            assert found[0] == last.id
            assert len([m async for m in message.conversation.history(limit=5)]) == 5
            async with asyncio.timeout(20):
                while len([m async for m in dave.search("zebra", limit=70)]) < 70:
                    await asyncio.sleep(0.1)  # the index follows the log
            async with message.conversation.typing():
                pass
            await message.mark_read()
            await dave.leave("#Night Shift")
            with pytest.raises(Refused):
                await dave.send("#Night Shift", "still here?")

    run(scenario())


def test_files(served: Daemon, tmp_path: Path) -> None:
    people = People(served, tmp_path, "erin", "frank")
    content = bytes(range(256)) * 1000

    async def scenario() -> None:
        (tmp_path / "report.bin").write_bytes(content)
        async with people.online("erin", "frank") as [(erin, _), (_, heard)]:
            files: list[Any] = [tmp_path / "report.bin", b"plain text", (tmp_path / "report.bin").open("rb")]
            await erin.send("@frank", "three files", file=files)
            await heard.texts(1)
            first, second, third = heard.messages[0].files
            assert (first.name, first.media) == ("report.bin", "file")
            assert await first.read() == content
            assert await second.read() == b"plain text"
            assert b"".join([piece async for piece in third.stream()]) == content
            with pytest.raises(FileTooLarge):
                await first.read(limit=1000)
            kept = tmp_path / "kept"
            kept.mkdir()
            with pytest.raises(FileTooLarge):
                await first.save(kept, limit=1000)
            assert not [*kept.iterdir()]
            assert [(await first.save(kept)).name for _ in range(2)] == ["report.bin", "report (2).bin"]
            assert (kept / "report.bin").read_bytes() == content

    run(scenario())


def test_a_handler_that_fails_or_takes_long(served: Daemon, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It holds up its own conversation only; the others go on, and so does the bot."""
    people = People(served, tmp_path, "gina", "hugo", "iris")

    async def scenario() -> None:
        free = asyncio.Event()
        bot = people.bot("iris", at_once=4)
        answered: list[str] = []

        @bot.on_message
        async def answer(message: Message) -> None:
            if message.text == "wait":
                await free.wait()
            if message.text == "fail":
                raise ValueError("on purpose")
            answered.append(f"{message.sender.name} {message.text}")
            await message.reply(message.text)

        async with bot, people.online("gina", "hugo") as [(gina, _), (hugo, heard)]:
            for text in ("wait", "behind"):
                await gina.send("@iris", text)
            for text in ("fail", "and on"):
                await hugo.send("@iris", text)
            assert await heard.texts(1) == ["and on"]
            assert answered == ["hugo and on"]
            # More than it takes at once: the server holds them.
            for number in range(20):
                await gina.send("@iris", f"{number}")
            assert len(bot._tasks) <= 4
            free.set()
            wanted = ["hugo and on", "gina wait", "gina behind", *(f"gina {number}" for number in range(20))]
            while answered != wanted:
                await asyncio.sleep(0.01)

    run(scenario())
    assert "on purpose" in caplog.text


def test_a_handler_that_never_ends(
    served: Daemon, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log says so, again and again; what is kept because of it is bounded."""
    people = People(served, tmp_path, "xena", "yves", "zoe")
    monkeypatch.setattr("hichat.client.aio.bot.SAY_AGAIN", 0.2)
    monkeypatch.setattr("hichat.client.aio.bot.DONE_LIMIT", 5)

    async def scenario() -> None:
        bot = people.bot("zoe")

        @bot.on_message
        async def answer(message: Message) -> None:
            if message.text == "stay":
                await asyncio.Event().wait()
            await message.reply(message.text)

        async with people.online("xena", "yves") as [(xena, _), (yves, heard)]:
            await bot.start()
            await xena.send("@zoe", "stay")
            while "waits for its handlers" not in caplog.text:
                await asyncio.sleep(0.01)
            for number in range(10):
                await yves.send("@zoe", str(number))
            assert await heard.texts(10) == [str(number) for number in range(10)]
            while "will not come again" not in caplog.text:
                await asyncio.sleep(0.01)
            await bot.close(timeout=0)
            kept = json.loads((tmp_path / "zoe.json").read_text())
            assert (kept["done"], kept["sent"]) == ([], {})

    run(scenario())


def test_what_it_keeps(served: Daemon, tmp_path: Path) -> None:
    """What was sent while it was away comes at the next start. Two programs do not use one state."""
    people = People(served, tmp_path, "jack", "kate")

    async def scenario() -> None:
        async with people.online("kate"):
            with pytest.raises(StateInUse, match="another process uses"):
                await people.bot("kate").start()
        async with people.online("jack") as [(jack, _)]:
            for text in ("one", "two"):
                await jack.send("@kate", text)
            async with people.online("kate") as [(_, heard)]:
                assert await heard.texts(2) == ["one", "two"]
            await jack.send("@kate", "three")
            async with people.online("kate") as [(_, heard)]:
                assert await heard.texts(1) == ["three"]
        # Another user's state is not used.
        stranger = people.bot("jack", state=tmp_path / "kate.json")
        with pytest.raises(Exception, match="is the state of user"):
            await stranger.start()

    run(scenario())


def test_a_crash_in_the_middle_of_an_answer(served: Daemon, tmp_path: Path) -> None:
    """The event comes again, and what the handler had sent already is sent once."""
    people = People(served, tmp_path, "liam", "mona")

    async def scenario() -> None:
        async with people.online("liam") as [(liam, heard)]:
            steps: list[str] = []

            def program(crash: bool) -> Bot:
                bot = people.bot("mona")

                @bot.on_message
                async def answer(message: Message) -> None:
                    steps.append("first")
                    await message.reply("first")
                    if crash:
                        await asyncio.Event().wait()
                    await message.reply("second")
                    steps.append("second")

                return bot

            async with program(False):
                pass
            await liam.send("@mona", "go")
            bot = program(True)
            await bot.start()
            assert await heard.texts(1) == ["first"]
            await bot.close(timeout=0)
            async with program(False):
                assert await heard.texts(2) == ["first", "second"]
                while steps != ["first", "first", "second"]:
                    await asyncio.sleep(0.01)
                await liam.send("@mona", "again")
                assert await heard.texts(4) == ["first", "second"] * 2

    run(scenario())


def test_more_than_it_can_take(served: Daemon, tmp_path: Path) -> None:
    """Far more events than it handles at once, while it also asks and sends: each is answered once, in order."""
    people = People(served, tmp_path, "uma", "vera")

    async def scenario() -> None:
        bot = people.bot("vera", at_once=2)

        @bot.on_message
        async def answer(message: Message) -> None:
            await message.conversation.history(limit=1).__anext__()
            await message.reply(message.text, quote=False)

        async with people.online("uma") as [(uma, heard)], bot:
            await asyncio.gather(*[uma.send("@vera", str(number)) for number in range(300)])
            assert await heard.texts(300) == [str(number) for number in range(300)]

    run(scenario())


def test_nothing_is_lost_or_doubled_when_the_bot_is_killed(served: Daemon, tmp_path: Path, library: Path) -> None:
    """Again and again, in the middle of its answers."""
    people = People(served, tmp_path, "will")
    token = served.command("bot", "add", "parrot").strip()
    (program,) = [each for each in guide.blocks(guide.README.read_text(encoding="utf-8"), "python") if "Bot" in each]
    (tmp_path / "parrot.py").write_text(program)
    environment = {
        "PYTHONPATH": str(library),
        "HICHAT_SERVER": served.url,
        "HICHAT_TOKEN": token,
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "PATH": os.environ["PATH"],
    }

    async def begin() -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "parrot.py", cwd=tmp_path, env=environment, stderr=asyncio.subprocess.PIPE
        )
        assert process.stderr is not None
        while b"connected" not in (line := await process.stderr.readline()):
            assert line, "the bot has ended"
        return process

    async def scenario() -> None:
        async with people.online("will") as [(will, heard)]:
            process = await begin()
            sending = asyncio.gather(*[will.send("@parrot", str(number)) for number in range(200)])
            for count in (10, 70, 130):
                await heard.until(lambda count=count: len(heard.messages) >= count)  # type: ignore[misc]
                process.kill()
                await process.wait()
                process = await begin()
            await sending
            assert await heard.texts(200) == [str(number) for number in range(200)]
            process.terminate()
            await process.communicate()

    run(scenario())


def test_ways_to_sign_in(served: Daemon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    people = People(served, tmp_path, "nina")
    monkeypatch.setenv("HICHAT_SERVER", served.url)

    async def scenario() -> None:
        by_password = {"token": None, "user": "nina", "state": tmp_path / "state.json"}
        with pytest.raises(Refused) as refused:
            await people.bot("nina", **by_password, password="wrong").start()
        assert refused.value.code == "wrong_password"
        async with people.bot("nina", **by_password, password="correct horse") as bot:
            assert (await bot.person(bot.user)).name == "nina"
        # It goes on with its session.
        async with people.bot("nina", **by_password):
            pass
        with pytest.raises(Unauthorized):
            await people.bot("nina", token="no.such.token").start()
        monkeypatch.setenv("HICHAT_TOKEN", people.tokens["nina"])
        async with Bot(state=None) as bot:
            assert (await bot.person("@nina")).id == bot.user
        with pytest.raises(NotConnected):
            await bot.send("@nina", "x")
        with pytest.raises(Unreachable):
            await Bot("http://127.0.0.1:1", state=None).start(0.5)

    run(scenario())


def test_commands_and_buttons(served: Daemon, tmp_path: Path) -> None:
    people = People(served, tmp_path, "sara", "tom")
    secret = served.command("bot", "add", "deployer", "--scopes", "send,read,manage").strip()

    async def scenario() -> None:
        bot = Bot(served.url, token=secret, state=tmp_path / "deployer.json", language="en")
        done: list[str] = []

        @bot.command("deploy", "Deploy a version", "VERSION")
        async def deploy(call: Invocation) -> None:
            done.append(f"{call.sender.name} {call.command} {call.words} {call.conversation.name}")
            actions = [Button("yes", "Do it", "primary"), Button("no", "Leave it")]
            await call.reply("Really?", actions=actions)

        @bot.on_action("yes")
        async def confirmed(call: Invocation) -> None:
            done.append(f"{call.sender.name} {call.action} {call.conversation.name}")
            await call.reply("it is out", to_all=True)
            menu = Menu("next", "And then?", [Option("1", "one"), Option("2", "two")])
            await bot.send(call.conversation, "choose", choice=menu, only_for=[call.sender])

        @bot.on_action("next")
        async def chosen(call: Invocation) -> None:
            done.append(f"{call.sender.name} {call.action} {call.value}")
            await call.edit(f"{call.sender} chose {call.value}")

        async with people.online("sara", "tom") as [(sara, _), (tom, heard)], bot:
            alone: list[Any] = []
            for each in (sara, tom):
                each.on("answered")(partial(_append, alone, each.user))
            group = await sara.session.group_calls.create("ship")
            await tom.join("#ship")
            await sara.session.group_calls.invite(group.id, bot.user)
            await bot.join("#ship")
            offered = await tom.session.command_calls.offered(f"group-{group.id}")
            assert "deploy" in [each.name for each in offered]
            await tom.session.command_calls.call(f"group-{group.id}", "/deploy 1.2 now")
            while not alone:
                await asyncio.sleep(0.01)
            ((who, answer),) = alone
            assert (who, answer.raw.text) == (tom.user, "Really?")
            assert [each.id for each in answer.raw.actions] == ["yes", "no"]
            await tom.session.call("POST", f"/messages/{answer.raw.id}/actions", {"action": "yes"})
            while len(done) < 2:
                await asyncio.sleep(0.01)
            found = [message async for message in tom.history("#ship", limit=2)]
            while len(found) < 2:
                await asyncio.sleep(0.05)
                found = [message async for message in tom.history("#ship", limit=2)]
            assert [message.text for message in found] == ["choose", "it is out"]
            assert found[0].sender.bot
            path, pressed = f"/messages/{found[0].id}/actions", {"action": "next", "value": "2"}
            with pytest.raises(Refused) as refused:
                await sara.session.call("POST", path, pressed)
            assert refused.value.code == "not_permitted"
            await tom.session.call("POST", path, pressed)
            await heard.until(lambda: any(change.kind == "edited" for change in heard.changes))
            assert heard.changes[-1].text == "tom chose 2"
            assert done == ["tom deploy ['1.2', 'now'] ship", "tom yes ship", "tom next 2"]

    run(scenario())


async def _append(found: list[Any], who: int, change: Any) -> None:
    found.append((who, change))


def test_a_second_factor_and_what_needs_none(served: Daemon, tmp_path: Path) -> None:
    people = People(served, tmp_path, "rita")
    password = {"user": "rita", "token": None, "password": "correct horse"}
    with served.administration() as administration:
        app_password = administration.add_app_password("rita", "bot")

    async def scenario() -> None:
        codes: list[str] = []
        asked: list[str] = []

        async def ask(refused: Refused | None) -> str:
            asked.append("" if refused is None else refused.code)
            return "1" * 10 if refused is None else codes.pop()

        async with people.bot("rita", **password, state=None) as bot:
            begun = await bot.session.call("POST", "/me/factors/totp", {"password": "correct horse"})
            code = TOTP(begun["secret"]).now()
            body = {"ticket": begun["ticket"], "code": code}
            codes += (await bot.session.call("POST", "/me/factors/totp/confirm", body))["codes"]
            with pytest.raises(FurtherStepNeeded):
                await people.bot("rita", **password, state=None).start()
            async with people.bot("rita", **password, state=None, code=ask) as other:
                assert other.user == bot.user
            assert asked == ["", "wrong_code"]
            with pytest.raises(FurtherStepNeeded):
                await people.bot("rita", **password, state=None, code=lambda refused: "").start()
            async with people.bot("rita", **password | {"password": app_password}, state=None) as other:
                assert other.user == bot.user
            shown: list[Any] = []
            waiting = people.bot("rita", user="rita", token=None, state=tmp_path / "web.json", by_browser=shown.append)
            starting = asyncio.create_task(waiting.start())
            while not shown:
                await asyncio.sleep(0.01)
            await bot.session.call("POST", "/device/answer", {"userCode": shown[0].user_code, "allow": True})
            await starting
            assert waiting.user == bot.user
            await waiting.close()

    run(scenario())


def test_nothing_is_lost_or_doubled_when_the_daemon_is_killed(daemon: Daemon, tmp_path: Path) -> None:
    """Again and again, while people write and the bot answers."""
    daemon.prepare()
    people = People(daemon, tmp_path, "ann", "bob")
    daemon.fork()
    wait(daemon.serves)

    async def scenario() -> None:
        bot = people.bot("bob")

        @bot.on_message
        async def echo(message: Message) -> None:
            await message.reply(f"re {message.text}")

        async with people.online("ann") as [(ann, heard)], bot:

            async def talk() -> None:
                await asyncio.gather(*[ann.send("@bob", str(number)) for number in range(200)])

            async def kill() -> None:
                for count in (20, 120):
                    await heard.until(lambda count=count: len(heard.messages) >= count)  # type: ignore[misc]
                    assert daemon.process is not None
                    daemon.process.send_signal(signal.SIGKILL)
                    daemon.process.wait()
                    daemon.fork()

            await asyncio.gather(talk(), kill())
            texts = await heard.texts(200)
            assert texts == [f"re {number}" for number in range(200)]
            history = [message.text async for message in ann.history("@bob")]
            assert sorted(history) == sorted(texts + [str(number) for number in range(200)])

    run(scenario())


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package C{hichat_client}, as the distribution has it, in a directory."""
    directory = tmp_path_factory.mktemp("library")
    backend.stage(directory)
    return directory


def test_the_bot_of_the_readme(served: Daemon, tmp_path: Path, library: Path) -> None:
    """It runs as it stands there, without the server's package, and answers."""
    people = People(served, tmp_path, "olga")
    token = served.command("bot", "add", "echo").strip()
    (program,) = [each for each in guide.blocks(guide.README.read_text(encoding="utf-8"), "python") if "Bot" in each]
    assert len(program.strip().splitlines()) <= 15
    (tmp_path / "echo.py").write_text(f"import sys\nsys.modules['hichat'] = None\n{program}")
    environment = {
        "PYTHONPATH": str(library),
        "HICHAT_SERVER": served.url,
        "HICHAT_TOKEN": token,
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "PATH": os.environ["PATH"],
    }

    async def scenario() -> None:
        async with people.online("olga") as [(olga, heard)]:
            for run in range(2):
                process = await asyncio.create_subprocess_exec(
                    sys.executable, "echo.py", cwd=tmp_path, env=environment, stderr=asyncio.subprocess.PIPE
                )
                assert process.stderr is not None
                while b"connected" not in (line := await process.stderr.readline()):
                    assert line, "the bot has ended"
                await olga.send("@echo", f"hello {run}")
                assert (await heard.texts(run + 1))[-1] == f"hello {run}"
                assert (heard.messages[-1].sender.name, heard.messages[-1].sender.bot) == ("echo", True)
                process.send_signal((signal.SIGTERM, signal.SIGINT)[run])
                _, rest = await process.communicate()
                assert (process.returncode, b"Traceback" in rest) == (0, False), rest
        # Its token is in no file and no log.
        (state,) = (tmp_path / "state" / "hichat").glob("*.json")
        assert token not in state.read_text()
        assert state.stat().st_mode & 0o077 == 0

    run(scenario())


def test_inside_fastapi(served: Daemon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The example of the page for authors of bots, as it stands there."""
    people = People(served, tmp_path, "paul", "quinn")
    (program,) = [each for each in guide.blocks(guide.text("bots-in-python"), "python") if "FastAPI" in each]
    for name, value in (("SERVER", served.url), ("TOKEN", people.tokens["quinn"])):
        monkeypatch.setenv(f"HICHAT_{name}", value)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    names: dict[str, Any] = {}
    exec(program.replace("hichat_client", "hichat.client.aio"), names)
    app: FastAPI = names["app"]

    async def scenario() -> None:
        async with people.online("paul") as [(paul, heard)]:
            await paul.session.group_calls.create("ops")
            async with app.router.lifespan_context(app):
                await names["bot"].join("#ops")
                answer = await names["deployed"]("1.2")
                assert await heard.texts(1) == ["version 1.2 is out"]
                assert answer == {"message": heard.messages[0].id}
                assert heard.messages[0].conversation.name == "ops"
            with pytest.raises(NotConnected):
                await names["bot"].send("#ops", "x")

    run(scenario())
