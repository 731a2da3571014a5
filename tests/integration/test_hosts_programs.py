"""
Programs at three hosts: bots, hooks, plugins, and what speaks plain HTTP. What begins at one host goes on at another,
also when the host dies that works for all. The tests share the hosts; the one that kills comes last.
"""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import pytest
import treq
from twisted.internet.defer import Deferred

from hichat.core.kinds import Kind
from hichat.plugins.kept import find_kept
from hichat.wire.frames import Close
from tests.integration.three_hosts import SeveralHosts, together
from tests.support.daemon import Daemon, V2Peer, until
from tests.support.devices import Device, Person
from tests.support.postgres import server
from tests.support.receivers import HookReceiver
from tests.support.redis import redis_for
from tests.support.scene import fixture_of
from tests.support.streams import parse_events
from tests.support.times import own_seconds, waited_for_processor

CALLS_OF_A_HOOK = 6

TAKEN_OVER = 5.0
"""Seconds in which another host delivers to outgoing hooks."""

PACKAGE = Path(__file__).parents[1] / "support" / "plugin_package"


class Running(NamedTuple):
    """What the tests share."""

    daemons: list[Daemon]
    ann: Person
    bob: Person


class Programs(SeveralHosts):
    """
    Three daemons, of which the last one has two workers, with the plugin C{echo}; and two people.
    """

    shared = True
    settings: ClassVar[dict[str, str]] = {
        "FETCH_PRIVATE": "all",
        "HOOK_LIMIT": f"{CALLS_OF_A_HOOK}/3600",
        "PLUGINS": "echo",
    }

    def make_daemon(self) -> None:
        kept_in = {"DATABASE": server().make_database(self.owner), "REDIS": redis_for(self.owner).url}
        installed = Path(self.mktemp())
        _install_plugin(installed)
        self.daemons = [
            Daemon(Path(self.mktemp()), WORKERS=str(workers), **self.settings, **kept_in) for workers in self.workers
        ]
        for daemon in self.daemons:
            daemon.use_tac(f"import sys\nsys.path.insert(0, {str(installed)!r})\n")
            self.owner.addCleanup(daemon.kill)
        self.daemon = self.daemons[0]

    async def set_up(self) -> None:
        await super().set_up()
        if Running not in self.kept.things:
            await self.join()
            for daemon in self.daemons[1:]:
                self.kept.addCleanup(daemon.stop_in_order)
            self.kept.things[Running] = Running(self.daemons, *self.insider.people(2))
        self.daemons, self.ann, self.bob = self.kept.things[Running]

    async def api(
        self, daemon: Daemon, who: Person, method: str, path: str, body: object = None, key: str = ""
    ) -> tuple[int, Any]:
        """Make a call of C{/v2} at a host. @return: the status, and the JSON of the answer."""
        headers: dict[str | bytes, str | bytes] = {"Authorization": f"Bearer {who[1]}"}
        if key:
            headers["Idempotency-Key"] = key
        answer = await treq.request(method, f"{daemon.url}/v2{path}", headers=headers, json=body, persistent=False)
        text = await answer.text()
        return answer.code, json.loads(text) if text else None

    async def good(self, daemon: Daemon, who: Person, method: str, path: str, body: object = None) -> Any:
        """As L{api}, for a call that is not refused. @return: the JSON."""
        status, found = await self.api(daemon, who, method, path, body)
        assert status < 300, (path, found)
        return found

    async def new_group(self) -> int:
        """@return: a group of Ann, with Bob in it, which are told so at different hosts."""
        made = await self.good(self.daemons[0], self.ann, "POST", "/groups", {"name": self.named("team")})
        await self.good(self.daemons[1], self.bob, "POST", f"/groups/{made['id']}/join")
        return int(made["id"])

    async def new_bot(self) -> tuple[str, int]:
        """@return: the path of a new bot of Ann, and its id."""
        made = await self.good(self.daemons[0], self.ann, "POST", "/bots", {"name": self.named("ci")})
        return f"/bots/{made['id']}", made["id"]

    async def new_token(self, bot: str, name: str, *scopes: str) -> tuple[str, str]:
        """@return: the path of a new token of a bot, and the secret."""
        wanted = {"name": name, "scopes": scopes}
        made = await self.good(self.daemons[0], self.ann, "POST", f"{bot}/tokens", wanted)
        return f"{bot}/tokens/{made['id']}", made["token"]

    async def hears_of(self, peer: V2Peer, kind: str) -> dict[str, Any]:
        """@return: the next event of a kind that a device hears."""
        while (event := await peer.take("event"))["kind"] != kind:
            pass
        return event

    def stream(self, daemon: Daemon, who: Person, cursor: str) -> Callable[[], list[tuple[int, str]]]:
        """
        Let curl read somebody's stream at a host.

        @return: a function that gives the messages that have come: their ids and texts.
        """
        output = Path(self.mktemp())
        headers = ["-H", "Accept: text/event-stream", "-H", f"Authorization: Bearer {who[1]}"]
        with output.open("wb") as file:
            command = ["curl", "-sN", *headers, f"{daemon.url}/v2/events?since={cursor}"]
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=file)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return lambda: _messages(each.get("data") for each in parse_events(output.read_text().rpartition("\n\n")[0]))

    async def events(self, daemon: Daemon, who: Person, cursor: str) -> list[Any]:
        """@return: somebody's events behind a cursor, by calls at a host."""
        found: list[Any] = []
        while True:
            answer = await self.good(daemon, who, "GET", f"/events?since={cursor}")
            if not answer["events"]:
                return found
            found += answer["events"]
            cursor = answer["cursor"]

    async def echo_of(self, daemon: Daemon) -> str:
        """@return: the name of the conversation with the plugin's bot, as soon as there is one."""
        found: list[Any] = []

        async def is_there() -> bool:
            people = (await self.good(daemon, self.ann, "GET", "/users?text=echo"))["items"]
            found[:] = [each["id"] for each in people if each["name"] == "echo"]
            return bool(found)

        await self.comes(is_there, 60, "the plugin has a bot")
        return f"user-{found[0]}"

    async def echoes(self, daemon: Daemon, conversation: str) -> list[str]:
        """@return: what the plugin has answered, in order."""
        page = await self.good(daemon, self.ann, "GET", f"/conversations/{conversation}/messages")
        said = sorted(page["items"], key=lambda each: each["id"])
        return [each["text"] for each in said if each["from"] != self.ann[0]]

    def answered(self, daemon: Daemon, conversation: str, text: str) -> Callable[[], Awaitable[bool]]:
        """@return: asks whether the plugin has given this answer."""

        async def ask() -> bool:
            return text in await self.echoes(daemon, conversation)

        return ask

    async def serves_plugin(self, daemon: Daemon) -> bool:
        """@return: whether the plugin answers HTTP calls at a host."""
        headers: dict[str | bytes, str | bytes] = {"Authorization": f"Bearer {self.ann[1]}"}
        answer = await treq.get(f"{daemon.url}/plugins/echo/x?from=here", headers=headers, persistent=False)
        text = await answer.text()
        if answer.code != 200:
            assert answer.code == 503, text
            return False
        told = json.loads(text)
        assert (told["path"], told["query"], told["user"]) == ("/x", {"from": "here"}, "person 0")
        return True

    def plugin_follows(self, daemon: Daemon) -> bool:
        """@return: whether the plugin of a host follows events."""
        shown = json.loads((daemon.directory / "state" / "plugins" / "echo.json").read_text())
        return bool(shown["follows"])

    async def delivers(self, daemon: Daemon) -> bool:
        """@return: whether it is this host that delivers to outgoing hooks."""
        return await self.metric_of(daemon, "hook_queue_age_seconds") >= 0

    def plugin_has_done(self, event: int) -> bool:
        """@return: whether the store knows that the plugin is done with an event."""
        with self.insider.store.snapshot() as connection:
            kept = find_kept(connection, "echo")
        return kept is not None and kept.cursor >= event


def _install_plugin(directory: Path) -> None:
    """Put a plugin where Python finds it: what pip would make of its package."""
    directory.mkdir()
    (directory / "hichat_trials.py").write_bytes((PACKAGE / "hichat_trials.py").read_bytes())
    about = directory / "hichat_trials-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: hichat-trials\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[hichat.plugins]\necho = hichat_trials:Echo\n")


def _messages(events: Any) -> list[tuple[int, str]]:
    return [(each["id"], each["text"]) for each in events if each and each.get("kind") == "message"]


programs = fixture_of(Programs)


async def test_written_at_one_and_heard_at_another(programs: Programs) -> None:
    """A call that is repeated elsewhere writes nothing more; a call that waits, and a stream, hear of it elsewhere."""
    here, there, third = programs.daemons
    cursor = (await programs.good(there, programs.bob, "GET", "/events"))["cursor"]
    waits = programs.good(there, programs.bob, "GET", f"/events?since={cursor}&wait=20")
    waiting = Deferred.fromCoroutine(waits)
    streams = [programs.stream(daemon, programs.bob, cursor) for daemon in (there, third)]
    write = "POST", f"/conversations/user-{programs.bob[0]}/messages"
    status, sent = await programs.api(here, programs.ann, *write, {"text": "once"}, "a key")
    assert (status, sent["duplicate"]) == (201, False)
    for daemon in (there, third, here):
        assert await programs.api(daemon, programs.ann, *write, {"text": "once"}, "a key") == (
            status,
            {**sent, "duplicate": True},
        )
    status, refused = await programs.api(third, programs.ann, *write, {"text": "another"}, "a key")
    assert (status, refused["code"]) == (409, "key_used")
    last = await programs.good(third, programs.ann, *write, {"text": "and on"})
    once = [(sent["id"], "once")]
    assert _messages((await waiting)["events"])[:1] == once
    expected = [*once, (last["id"], "and on")]
    for messages in streams:
        await until(lambda messages=messages: len(messages()) >= len(expected))  # type: ignore[misc]
        assert messages() == expected
    assert _messages(await programs.events(third, programs.bob, cursor)) == expected


async def test_an_address_is_good_at_each(programs: Programs) -> None:
    """An incoming hook is one at all hosts: its calls count together, and its address ends everywhere."""
    group = await programs.new_group()
    made = await programs.good(programs.daemon, programs.ann, "POST", f"/groups/{group}/hooks", {"name": "CI"})

    async def call(daemon: Daemon, url: str, text: str) -> tuple[int, str]:
        path = "/hooks/" + url.rpartition("/")[2]
        answer = await treq.post(daemon.url + path, json={"text": text}, persistent=False)
        return answer.code, (await answer.text()).partition(":")[0]

    texts = [str(number) for number in range(CALLS_OF_A_HOOK)]
    for text in texts:
        assert await call(programs.daemons[int(text) % 3], made["url"], text) == (200, "ok")
    for daemon in programs.daemons:
        assert await call(daemon, made["url"], "too many") == (429, "rate_limited")
    _, there, third = programs.daemons
    rolled = await programs.good(there, programs.ann, "POST", f"/groups/{group}/hooks/{made['id']}/roll")
    for daemon in programs.daemons:
        assert await call(daemon, made["url"], "x") == (404, "no_service")
        assert (await call(daemon, rolled["url"], "x"))[0] == 429
    page = await programs.good(third, programs.bob, "GET", f"/conversations/group-{group}/messages")
    assert sorted(each["text"] for each in page["items"]) == texts


async def test_a_token_ends_everywhere(programs: Programs) -> None:
    """It is revoked at one host: its connections at the others are closed within a second, and no others."""
    bot, number = await programs.new_bot()
    made = [await programs.new_token(bot, name, "read") for name in ("one", "two", "stays")]
    here, there, third = programs.daemons
    *peers, stays = [
        await programs.enter_at(daemon, (number, token))
        for daemon, (_, token) in zip((there, third, there), made, strict=True)
    ]
    for (path, token), peer in zip(made, peers, strict=False):
        await programs.good(here, programs.ann, "DELETE", path)
        assert await peer.gone(1) == Close.SIGNED_OUT
        for daemon in programs.daemons:
            assert (await programs.api(daemon, (number, token), "GET", "/me"))[0] == 401
    assert (await programs.api(there, (number, made[-1][1]), "GET", "/me"))[0] == 200
    assert stays.closed is None


async def test_a_bot_answers_who_is_elsewhere(programs: Programs) -> None:
    """It is connected at one host, is called at another one, and a button of its answer is pressed at the third."""
    here, there, third = programs.daemons
    group = await programs.new_group()
    bot, number = await programs.new_bot()
    await programs.good(there, programs.ann, "PUT", f"{bot}/groups/{group}")
    who = number, (await programs.new_token(bot, "one", "send", "read"))[1]
    await programs.good(third, who, "PUT", "/bots/me/commands", {"commands": [{"name": "deploy"}]})
    peer = await programs.enter_at(here, who)
    caller = await programs.enter_at(there, programs.bob)

    async def is_seen() -> bool:
        found = await programs.good(there, programs.bob, "GET", f"/presence?users={number}")
        return bool(found["online"])

    await programs.comes(is_seen, 10, "the bot is online")
    typed = {"text": "/deploy to b"}
    called = await programs.good(there, programs.bob, "POST", f"/conversations/group-{group}/commands", typed)
    assert called["online"]
    event = await programs.hears_of(peer, "commanded")
    assert (event["id"], event["from"], event["called"]["arguments"]) == (called["call"], programs.bob[0], "to b")
    asked = {"text": "Sure?", "to": "all", "actions": [{"id": "yes", "label": "Yes"}]}
    await programs.good(here, who, "POST", f"/commands/{called['call']}/answers", asked)
    shown = await programs.hears_of(caller, "message")
    assert (shown["text"], shown["from"]) == ("Sure?", number)
    await programs.good(third, programs.ann, "POST", f"/messages/{shown['id']}/actions", {"action": "yes"})
    event = await programs.hears_of(peer, "pressed")
    assert (event["from"], event["called"]["action"]) == (programs.ann[0], "yes")


@pytest.mark.timeout(180)
async def test_who_works_for_all_dies(programs: Programs) -> None:
    """
    Another host delivers to outgoing hooks, lets its plugin follow events, and reminds: nothing is lost, and what must
    not be done twice is not. A cursor that the dead host gave is good at the others.
    """
    dies, *others = programs.daemons
    there, third = others
    conversation = await programs.echo_of(there)
    for daemon in programs.daemons:
        await programs.comes(lambda daemon=daemon: programs.serves_plugin(daemon), 60, "the plugin answers")  # type: ignore[misc]
    assert [programs.plugin_follows(daemon) for daemon in programs.daemons] == [True, False, False]
    assert [await programs.delivers(daemon) for daemon in programs.daemons] == [True, False, False]
    tell = "POST", f"/conversations/{conversation}/messages"
    one = await programs.good(there, programs.ann, *tell, {"text": "one"})
    await programs.comes(programs.answered(third, conversation, "ONE"), 60, "the plugin answers")
    await until(lambda: programs.plugin_has_done(one["id"]), 30)

    group = await programs.new_group()
    receiver = HookReceiver(Path(programs.mktemp()))
    programs.addCleanup(receiver.end)
    wanted = {"name": "CI", "url": receiver.url, "group": group}
    made = await programs.good(there, programs.ann, "POST", "/hooks/outgoing", wanted)
    receiver.start(made["secret"], pause=0.03)
    devices = [Device(daemon, programs.bob, f"device-{daemon.port}") for daemon in others]
    programs.devices += devices
    for device in devices:
        device.connect()
    await until(lambda: all(device.live for device in devices))
    cursor = (await programs.good(dies, programs.bob, "GET", "/events"))["cursor"]
    remind = "POST", f"/conversations/user-{programs.bob[0]}/commands", {"text": "/remind in 2 seconds tea"}
    await programs.good(third, programs.bob, *remind)

    def say(count: int) -> None:
        for number in range(count):
            devices[number % 2].say(f"message {number}", group=group)

    def sent() -> list[int]:
        found = programs.insider.events()
        return [event.position for event in found if event.kind == Kind.MESSAGE and event.target == group]

    def reminded() -> int:
        return sum(event.kind == Kind.ANSWERED and b"tea" in event.body for event in programs.insider.events())

    say(60)
    # For longer than from one look to the next: the store knows of some deliveries, and others have to be made.
    await until(lambda: len(receiver.got()) > 25, 20)
    await programs.good(there, programs.ann, *tell, {"text": "two"})
    began = _seconds_of(there)
    await dies.stop(signal.SIGKILL)
    before = len(receiver.got())
    say(20)
    await until(lambda: len(receiver.got()) > before, 30)
    took = _seconds_of(there) - began
    await programs.comes(programs.answered(third, conversation, "TWO"), 60, "the plugin answers elsewhere")
    for daemon in others:
        await programs.comes(lambda daemon=daemon: programs.serves_plugin(daemon), 60, "the plugin answers")  # type: ignore[misc]
    await until(lambda: all(not device.unacked for device in devices))
    await until(lambda: receiver.has(sent()), 30)
    await until(reminded)
    programs.report(delivered_after=round(took, 1), again=receiver.check_order(sent()))
    assert len(sent()) == 80
    assert took <= TAKEN_OVER

    heard = [each["id"] for each in await programs.events(there, programs.bob, cursor) if each.get("group") == group]
    assert [each for each in heard if each in sent()] == sent()

    # The one that was killed comes back, and leaves the work to who has it.
    (follower,) = [daemon for daemon in others if programs.plugin_follows(daemon)]
    (deliverer,) = [daemon for daemon in others if await programs.delivers(daemon)]
    await dies.start()
    await programs.whole()
    await programs.good(dies, programs.ann, *tell, {"text": "three"})
    await programs.comes(programs.answered(dies, conversation, "THREE"), 60, "the plugin answers")
    assert await programs.echoes(dies, conversation) == ["ONE", "TWO", "THREE"]
    assert (follower.directory / "state" / "plugins" / "echo" / "heard").read_text().split() == ["two", "three"]
    assert not programs.plugin_follows(dies)
    assert await together(lambda daemon=daemon: programs.delivers(daemon) for daemon in programs.daemons) == [
        daemon is deliverer for daemon in programs.daemons
    ]
    assert reminded() == 1


def _seconds_of(daemon: Daemon) -> float:
    """@return: seconds by a clock that stands still while this test, or a daemon, waits for a processor."""
    assert daemon.process is not None
    return own_seconds() - waited_for_processor(daemon.process.pid)
