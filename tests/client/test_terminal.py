"""The program around lines and messages."""

import os
import re
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from twisted.internet.defer import Deferred, TimeoutError
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from hichat.client.inbox import Gate, Inbox
from hichat.client.speech import StartedAnew
from hichat.client.wire import (
    Address,
    Conversation,
    Group,
    Hit,
    Member,
    NotConnected,
    NotSendable,
    Refused,
    Replaced,
    Unauthorized,
    Unconfirmed,
    Unreachable,
    User,
)
from hichat.terminal.chat import ASK_AWAY_PAUSE, PENDING, TOLD, chat
from hichat.terminal.words import TEXTS
from hichat.wire.frames import Ack, Error, Folded, Happened, HistoryPage, Presence
from tests.support.client import ANN, happened, launch
from tests.support.client_cases import Output

TEAM = 1_000_000_001
USERS = [User(1, "ann"), User(2, "Bob"), User(3, "鲍勃"), User(4, "José")]
CONVERSATIONS = [
    Conversation("user-2", "Bob", 3, "hi\x1b[2J\nthere " + "x" * 99, "text", False, False),
    Conversation(f"group-{TEAM}", "Team Blue", 0, "", "picture", True, False),
    Conversation("announcements", "", 0, "", "", False, True),
    Conversation("user-9", "", 0, "bye", "text", False, False),
]
GROUPS = [Group(TEAM, "Team Blue", 1, "")]


class FakeSession:
    """A server's calls."""

    credentials = ANN

    def __init__(self):
        self.calls = []
        self.everybody = list(USERS)
        self.away = {}
        self.answers = {"join": True}
        self.failure = None

    async def _done(self, *call):
        self.calls.append(call)
        if self.failure:
            raise self.failure
        return "fine\x1b[2J"

    async def users(self):
        await self._done("users")
        return self.everybody

    async def user(self, user):
        return self.away.get(user, USERS[user - 1])

    async def friends(self):
        await self._done("friends")
        return USERS[1:2]

    async def groups(self):
        await self._done("groups")
        return GROUPS

    async def search(self, asked, **filters):
        await self._done("search", asked, filters)
        return self.answers["search"]

    async def mentions(self, limit):
        await self._done("mentions", limit)
        return self.answers["search"]

    @property
    def group_calls(self):
        return FakeGroups(self)

    contact_calls = group_calls
    command_calls = group_calls
    reporting_calls = group_calls


class FakeGroups:
    """A server's calls about groups: each is noted; what it gives is in C{answers} of the session."""

    def __init__(self, session):
        self.session = session

    def __getattr__(self, name):
        async def call(*arguments):
            if name != "invitations":
                await self.session._done(name, *arguments)
            return self.session.answers.get(name, [])

        return call


class FakeApi:
    address = Address.parse("http://chat.example")

    def __init__(self):
        self.calls = []
        self.session = FakeSession()
        self.failure = None
        self.failures = []
        self.shown = []

    async def register(self, *arguments):
        self.calls.append(("register", *arguments))

    async def log_in(self, *arguments, secret, on_secret, ask_code=None):
        self.calls.append(("log_in", *arguments))
        self.shown.append(secret)
        if self.failures:
            raise self.failures.pop(0)
        if self.failure:
            raise self.failure
        on_secret("known")
        return self.session


class FakeClient:
    """
    A connection that does what the test says.

    @ivar answers: to what is sent: an id, an error or a Deferred; ids from 101 on if there is none.
    """

    def __init__(self, state, saved, clock):
        self.clock = clock
        self.state = state
        self.saved = saved
        self.calls: list[Any] = []
        self.formats: list[Any] = []
        self.inbox: Inbox[Any] = Inbox(100, lambda: None, saved.cursor)
        self.online = Gate()
        self.answers: list[Any] = []
        self.failure: Any = None
        self.pages: list[Any] = []
        self.closed = []
        self.own = [7]
        self.epoch, self.check = "first", "a check"
        self._id = 100

    @property
    def cursor(self):
        return self.inbox.position

    async def connected(self, timeout=60):
        waiting = launch(self.online.passed())
        try:
            await (waiting if timeout is None else waiting.addTimeout(timeout, self.clock))
        except TimeoutError:
            raise Unreachable("no connection in time") from None
        if self.failure:
            raise self.failure

    async def _do(self, *call):
        self.calls.append(call)
        self._id += 1
        answer = self.answers.pop(0) if self.answers else self._id
        if isinstance(answer, Deferred):
            answer = await answer
        if isinstance(answer, Exception):
            raise answer
        return Ack(conversation=3, seq=1, id=answer, time=1)

    async def send(self, user=None, text="", *, group=None, reply_to=None, format=None):
        self.formats.append(format)
        return await self._do("send", user, group, text, reply_to)

    async def edit(self, *arguments, format=None):
        self.formats.append(format)
        return await self._do("edit", *arguments)

    async def recall(self, *arguments):
        return await self._do("recall", *arguments)

    async def react(self, *arguments):
        return await self._do("react", *arguments)

    async def history(self, **arguments):
        self.calls.append(arguments)
        answer = self.pages.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def events(self):
        return self.inbox

    async def close(self, timeout):
        self.closed.append(timeout)
        self.inbox.end(None)
        return True

    @property
    def sent(self):
        return [call[1:4] for call in self.calls if call[0] == "send"]


def page(*numbers, more=False):
    """@return: an answer to a question for the history."""
    messages = [msgspec.convert(happened(number, f"m{number}"), Folded) for number in numbers]
    return HistoryPage(messages=messages, more=more)


class ProgramTests(SynchronousTestCase):
    client: Any
    console: Any
    output: Any

    def setUp(self):
        self.clock = Clock()
        self.api: Any = FakeApi()
        self.complaints = []
        self.before = lambda client: None
        self.directory = Path(self.mktemp())

    def run_program(self, interactive=True, register=False):
        """Begin."""

        def connect(session, state, on_state):
            self.client = FakeClient(on_state, state.saved, self.clock)
            self.before(self.client)
            return self.client

        def open_console(console):
            self.console, self.output = console, Output(console)

        self.status = launch(
            chat(
                self.clock,
                "http://chat.example",
                "ann",
                "correct horse",
                register,
                language="en",
                interactive=interactive,
                directory=self.directory,
                api=self.api,
                connect=connect,
                open_console=open_console,
                complain=self.complaints.append,
                clock=self.clock.seconds,
            )
        )

    def type(self, *lines):
        """@return: what it shows upon these lines."""
        self.output.clear()
        self.console.dataReceived("".join(f"{line}\n" for line in lines).encode())
        return self.output.value().decode().splitlines()

    def come(self, *items):
        """@return: what it shows upon these events, without the time."""
        self.output.clear()
        for item in items:
            one = msgspec.convert(item, Happened) if isinstance(item, dict) else item
            self.client.inbox.put(one, getattr(one, "id", None))
        return [re.sub(r"^\d\d:\d\d ", "", line) for line in self.output.value().decode().splitlines()]

    def leave(self):
        """@return: the exit status at the end of the input."""
        self.console.readConnectionLost()
        return self.successResultOf(self.status)

    def test_a_talk(self):
        self.run_program()
        self.assertEqual(self.output.value(), b"signed in as ann; /help shows what you can type\n")
        self.assertEqual(self.type("/to bob", "hi", "//x"), ["talking to Bob", "#1 sent", "#2 sent"])
        self.assertEqual(self.client.sent, [(2, None, "hi"), (2, None, "/x")])
        self.assertEqual(
            self.come(happened(51, "ho"), happened(52, "all", user=None, group=TEAM)),
            ["#3 Bob: ho", "#4 [Team Blue] Bob: all"],
        )
        self.type("/quit")
        self.assertEqual(self.successResultOf(self.status), 0)
        self.assertEqual((self.client.closed, self.complaints), ([5], []))
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_the_time_of_the_event_is_shown(self):
        self.run_program()
        self.output.clear()
        self.client.inbox.put(msgspec.convert(happened(51, time=3_600_000), Happened))
        self.assertEqual(self.output.value().decode(), f"{datetime.fromtimestamp(3600):%H:%M} #1 Bob: hi\n")

    def test_groups(self):
        self.run_program()
        self.type("/group team blue", "hi")
        self.assertEqual(self.client.sent, [(None, TEAM, "hi")])

    def test_what_is_done_to_messages(self):
        self.run_program()
        self.come(happened(51))
        lines = ["/reply 1 yes", "/edit . oh yes", "/react . 👍", "/unreact 1 👍", "/recall 2"]
        self.assertEqual(self.type(*lines), ["#2 sent", "done", "done", "done", "done"])
        self.assertEqual(
            self.client.calls,
            [
                ("send", 2, None, "yes", 51),
                ("edit", 101, "oh yes"),
                ("react", 51, "👍", True),
                ("react", 51, "👍", False),
                ("recall", 101),
            ],
        )
        self.assertEqual(self.client.formats, ["markdown", "markdown"])
        self.assertEqual(
            self.come(happened(60, kind="edited", message=101, text="x", **{"from": 1, "user": 2})),
            ["ann edited #2: x"],
        )

    def test_a_report(self):
        self.run_program()
        self.come(happened(51))
        self.assertEqual(self.type("/report 1 spam buy"), ["reported; the moderators will look at it"])
        self.assertEqual(self.api.session.calls[-1], ("report_message", 51, "spam", "buy"))
        self.api.session.failure = Refused("you have reported this already", "already_reported")
        self.assertEqual(self.type("/report 1"), ["you have reported this already"])

    def test_register_first(self):
        self.run_program(register=True)
        device = self.client.saved.device
        self.assertEqual(
            self.api.calls, [("register", "ann", "correct horse"), ("log_in", "ann", "correct horse", device)]
        )

    def test_a_revoked_device_gets_another_name(self):
        self.api.failures = [Refused("this device was revoked", "device_revoked")]
        self.run_program()
        (_, *first), (_, *second) = self.api.calls
        self.assertEqual((first[:2], second[:2]), (["ann", "correct horse"], ["ann", "correct horse"]))
        self.assertNotEqual(first[2], second[2])
        self.assertEqual(self.client.saved.device, second[2])

    def test_the_next_run_shows_the_secret_of_the_device(self):
        """So the server knows the device, and what strangers try does not keep its owner out."""
        for _run in range(2):
            self.run_program()
            self.type("/quit")
        self.assertEqual(self.api.shown, ["", "known"])

    def test_a_wrong_password_and_no_server(self):
        for failure in (Refused("wrong password\x1b[2J"), Unreachable("no answer from http://x: refused")):
            self.api.failure = failure
            self.run_program()
            self.assertEqual(self.successResultOf(self.status), 1)
        self.assertEqual(
            self.complaints,
            ["hichat: wrong password\n", f"hichat: no answer from http://x: refused; {TEXTS['start_one'].en}\n"],
        )

    def test_another_day(self):
        """The first line of a day that began meanwhile says so; a script is told nothing that it did not ask for."""
        zone = os.environ.get("TZ")
        self.addCleanup(time.tzset)
        self.addCleanup(lambda: os.environ.pop("TZ") if zone is None else os.environ.update(TZ=zone))
        os.environ["TZ"] = "Asia/Kathmandu"
        time.tzset()
        midnight = datetime.fromisoformat("2026-05-06T18:15Z").timestamp()
        for interactive, told in ((True, ["-- 2026-05-07 --", "#2 Bob: late"]), (False, ["#2 Bob: late"])):
            self.clock = Clock()
            self.clock.advance(midnight - 60)
            self.run_program(interactive)
            self.type("/to bob")
            at = int(midnight * 1000)
            self.assertEqual(self.come(happened(51, "soon") | {"time": at - 60_000}), ["#1 Bob: soon"])
            self.clock.advance(59)
            self.assertEqual(self.type("/to bob"), ["talking to Bob"])
            self.clock.advance(1)
            self.assertEqual(self.come(happened(52, "late") | {"time": at}), told)
            self.assertEqual(self.type("/to bob"), ["talking to Bob"])
            self.leave()

    def test_no_websocket(self):
        self.before = lambda client: client.online.pauseProducing()
        self.run_program()
        self.clock.advance(29)
        self.assertNoResult(self.status)
        self.clock.advance(1)
        self.assertEqual(self.successResultOf(self.status), 1)
        self.assertEqual(len(self.complaints), 1)
        self.assertEqual(self.client.closed, [0])

    def test_every_call(self):
        self.run_program()
        calls = self.api.session.calls
        calls.clear()
        self.api.session.answers["create"] = Group(TEAM + 1, "x y", 1, "")
        self.assertEqual(self.type("/new x y"), ["made; talking in [x y]"])
        self.assertEqual(calls, [("create", "x y")])
        self.type("hello")
        self.assertEqual(self.client.sent, [(None, TEAM + 1, "hello")])
        self.type("/to bob")
        self.assertEqual(self.type("/friends"), ["Bob"])
        self.assertEqual(self.type("/groups"), ["Team Blue"])
        self.assertEqual(self.type("/who"), ["ann", "Bob", "José", "鲍勃"])
        self.assertEqual(len(self.type("/help")), 9)

    def test_what_one_does_in_groups(self):
        self.run_program()
        session = self.api.session
        session.answers |= {
            "find": GROUPS,
            "members": [Member(1, "ann", "owner", False), Member(2, "Bob", "member", True)],
            "requests": USERS[3:],
            "make_link": "c0de",
        }
        self.assertEqual(self.type("/find blue"), ["Team Blue"])
        self.assertEqual(self.type("/join z"), ["done"])
        session.answers["join"] = False
        self.assertEqual(self.type("/join z"), ["asked; wait for an answer"])
        self.assertEqual(self.type("/invite bob"), ["choose a group first: /group GROUP"])
        self.type("/group team blue")
        self.assertEqual(self.type("/who"), ["ann (owner)", "Bob (muted)"])
        self.assertEqual(self.type("/requests"), ["José"])
        self.assertEqual(self.type("/link"), ["whoever types /join c0de becomes a member"])
        session.calls.clear()
        done = self.type(
            *("/invite bob", "/approve bob", "/reject bob", "/kick bob", "/ban bob", "/unban bob", "/unmute bob"),
            *("/mute bob", "/mute bob 5", "/admin bob", "/unadmin bob", "/owner bob", "/leave"),
        )
        self.assertEqual(done, ["done"] * 13)
        until = int((self.clock.seconds() + 300) * 1000)
        self.assertEqual(
            session.calls,
            [
                *((name, TEAM, 2) for name in ("invite", "approve", "reject", "remove", "ban", "unban", "unmute")),
                ("mute", TEAM, 2, None),
                ("mute", TEAM, 2, until),
                *(("set_role", TEAM, 2, role) for role in ("admin", "member", "owner")),
                ("leave", TEAM),
            ],
        )
        session.failure = Refused("your role does not allow it")
        self.assertEqual(self.type("/kick bob"), ["your role does not allow it"])

    def test_contacts(self):
        self.run_program()
        calls = self.api.session.calls
        calls.clear()
        self.api.session.answers.update(request=False, requests=USERS[2:3])
        self.assertEqual(self.type("/add bob"), ["asked; wait for an answer"])
        self.api.session.answers["request"] = True
        self.assertEqual(self.type("/add josé"), ["you are contacts now"])
        done = self.type("/accept Bob", "/reject bob", "/remove bob", "/block 鲍勃", "/unblock 鲍勃")
        said = ["you are contacts now", "done", "done", "you have blocked 鲍勃", "you have unblocked 鲍勃"]
        self.assertEqual(done, said)
        named = [("accept", 2), ("reject", 2), ("remove", 2), ("block", 3), ("unblock", 3)]
        self.assertEqual(calls, [("request", 2), ("request", 4), *named])
        self.assertEqual(self.type("/requests", "/blocked"), ["鲍勃", "(none)"])
        self.assertEqual(self.type("/block nobody"), ["no such user: nobody"])

    def test_what_one_does_about_somebody_is_said_once(self):
        """The answer says it; the event that comes before it or after it is the same."""
        self.run_program()
        self.api.session.answers["request"] = False
        cases: list[tuple[str, str, dict[str, Any], str]] = [
            ("/add bob", "contact_requested", {"user": 2}, "asked; wait for an answer"),
            ("/accept bob", "contact_added", {"user": 2}, "you are contacts now"),
            ("/reject bob", "contact_rejected", {"user": 2}, "done"),
            ("/remove bob", "contact_removed", {"user": 2}, "done"),
            ("/block bob", "blocked", {"user": None, "contact": 2}, "you have blocked Bob"),
            ("/unblock bob", "unblocked", {"user": None, "contact": 2}, "you have unblocked Bob"),
        ]
        for number, (line, kind, fields, said) in enumerate(cases, 1):
            event = {"kind": kind, "from": 1, **fields}
            self.assertEqual(self.type(line), [said])
            self.assertEqual(self.come(happened(10 * number, **event)), [], line)
            # Once more: that was done with another device.
            self.assertEqual(len(self.come(happened(10 * number + 1, **event))), 1, line)
            self.type(line)
            self.clock.advance(TOLD)
            self.assertEqual(len(self.come(happened(10 * number + 2, **event))), 1, line)
        self.type("/add bob")
        shown = self.come(happened(999, kind="contact_added"))
        self.assertEqual(len(shown), 1, "what Bob does is shown")

    def test_a_group_ends_only_by_its_name(self):
        self.run_program()
        self.assertEqual(self.type("/dissolve team blue"), ["choose a group first: /group GROUP"])
        self.type("/group team blue")
        self.api.session.calls.clear()
        for line in ("/dissolve", "/dissolve Team", "/dissolve bob"):
            said = "this ends the group for everybody: type /dissolve Team Blue to do it"
            self.assertEqual(self.type(line), [said])
        self.assertEqual(self.api.session.calls, [])
        self.assertEqual(self.type("/dissolve team blue"), ["done"])
        self.assertEqual(self.api.session.calls, [("dissolve", TEAM)])
        self.assertEqual(self.type("hello"), ["choose whom to talk to first: /to USER or /group GROUP"])

    def test_a_group_that_cannot_be_made(self):
        """What was meant for it goes to nobody else."""
        self.run_program()
        self.type("/to bob")
        self.api.session.failure = Refused("this name is taken")
        self.assertEqual(self.type("/new x"), ["this name is taken"])
        self.type("hello")
        self.assertEqual(self.client.sent, [])

    def test_conversations(self):
        self.run_program()
        self.api.session.answers["conversations"] = CONVERSATIONS
        shown = self.type("/conversations")
        text = "hi ⏎ there " + "x" * 29 + "..."
        self.assertEqual(shown, [f"Bob (3) {text}", "[Team Blue] [picture]", "announcements", "(deleted) bye"])

    def test_search(self):
        self.run_program()
        older, newer = page(51, 52).messages
        hits = [
            Hit(newer, "user-2", [("...black ", False), ("tea\n", True), ("\x1b[2J!", False)]),
            Hit(older, "user-2", [("Tea", True)]),
        ]
        self.api.session.answers["search"] = hits, ""
        shown = self.type("/search tea 茶")
        self.assertEqual(self.api.session.calls[-1], ("search", "tea 茶", {"limit": 20}))
        ends = [re.sub(r"^\S+ ", "", line) for line in shown[0].split("\n")] if len(shown) == 1 else shown
        self.assertEqual(
            [re.sub(r"^\S+ (?=#)", "", line) for line in ends], ["#1 Bob: *Tea*", "#2 Bob: ...black *tea ⏎ *!"]
        )
        self.api.session.answers["search"] = hits[:1], "more"
        self.assertEqual(self.type("/search tea")[-1].split("\n")[-1], "... and more: say more words")
        self.api.session.answers["search"] = [], ""
        self.assertEqual(self.type("/search tea"), ["(none)"])
        self.assertEqual((self.type("/mentions"), self.api.session.calls[-1]), (["(none)"], ("mentions", 20)))
        self.assertEqual(self.type("/reply 1 yes")[-1], "#3 sent")

    def test_what_happens_to_contacts(self):
        self.run_program()
        shown = self.come(
            happened(50, kind="contact_requested") | {"text": "hel\nlo"},
            happened(51, kind="contact_requested"),
            happened(52, kind="contact_added"),
            happened(53, kind="blocked", contact=3, **{"from": 1}),
            happened(54, kind="conversation_set", settings={"pinned": True, "muted": False}, **{"from": 1}),
            happened(55, kind="contact_removed"),
        )
        asks = "Bob asks ann to be a contact"
        expected = [f"{asks}: hel ⏎ lo", asks, "Bob and ann are contacts now", "you have blocked 鲍勃"]
        self.assertEqual(shown, [*expected, "Bob and ann are contacts no more"])

    def test_history(self):
        self.run_program()
        self.client.pages = [page(), page(51, 52), NotConnected("x")]
        self.assertEqual(self.type("/to bob", "/history")[1:], ["(none)"])
        shown = self.type("/group team blue", "/history 2")[1:]
        self.assertEqual([re.sub(r"^\S+ ", "", line) for line in shown], ["#1 Bob: m51", "#2 Bob: m52"])
        self.assertEqual(
            self.client.calls,
            [
                {"user": 2, "group": None, "before": None, "limit": 20},
                {"user": None, "group": TEAM, "before": None, "limit": 2},
            ],
        )
        self.assertEqual(self.type("/history"), ["not connected"])

    def test_a_long_history(self):
        self.run_program()
        self.client.pages = [page(*range(201, 301), more=True), page(*range(101, 201), more=True), page(100)]
        self.assertEqual(len(self.type("/to bob", "/history 250")[1:]), 201)
        self.assertEqual(
            [(call["before"], call["limit"]) for call in self.client.calls], [(None, 100), (201, 100), (101, 50)]
        )

    def test_names_are_looked_up_when_unknown(self):
        self.run_program()
        calls = self.api.session.calls
        calls.clear()
        self.type("/to bob")
        self.assertEqual(calls, [])
        self.api.session.everybody.append(User(9, "eve"))
        self.assertEqual(self.type("/to eve"), ["talking to eve"])
        self.assertEqual(calls, [("users",), ("groups",)])
        calls.clear()
        self.assertEqual(
            self.come(happened(51, "a", **{"from": 10}), happened(52, "b", **{"from": 10})),
            ["#1 #10: a", "#2 #10: b"],
        )
        self.assertEqual(calls, [("users",), ("groups",)])

    def test_errors_do_not_end_it(self):
        self.run_program()
        self.api.session.failure = Refused("the server is busy")
        self.assertEqual(self.type("/new x", "/to nobody"), ["the server is busy"] * 2)
        self.assertEqual(self.come(happened(51, "a", **{"from": 77})), ["#1 #77: a"])
        self.api.session.failure = None
        self.assertEqual(self.come(Error(code="x", message="too long\x1b[2J")), ["server: too long"])
        self.assertEqual(self.come(Presence(online=[2], offline=[])), [])
        self.client.answers = [Refused("you are not a member", "not_a_member"), NotSendable("the message is too long")]
        self.assertEqual(
            self.type("/to bob", "a", "b", "c")[1:],
            ["not sent (a): you are not a member", "not sent (b): the message is too long", "#2 sent"],
        )
        self.type("/quit")
        self.assertEqual(self.successResultOf(self.status), 0)

    def test_somebody_is_away(self):
        """Who writes to somebody who is away is told so, once."""
        self.run_program()
        away = self.api.session.away
        away[2] = User(2, "Bob", away="at lunch\x1b[2J")
        self.assertEqual(self.type("/to bob", "a", "b")[1:], ["#1 sent", "Bob is away: at lunch", "#2 sent"])
        self.clock.advance(ASK_AWAY_PAUSE)
        self.assertEqual(self.type("c"), ["#3 sent"])
        away[2] = User(2, "Bob", away="")
        self.clock.advance(ASK_AWAY_PAUSE)
        self.assertEqual(
            self.type("d", "/group team blue", "e"), ["#4 sent", "Bob is away", "talking in [Team Blue]", "#5 sent"]
        )
        del away[2]
        self.clock.advance(ASK_AWAY_PAUSE)
        self.assertEqual(self.type("/to bob", "f")[1:], ["#6 sent"])

    def test_typing_goes_on_while_answers_are_awaited(self):
        self.run_program()
        answer: Deferred[int] = Deferred()
        self.client.answers = [answer]
        self.assertEqual(self.type("/to bob", "a", "b", "/quit"), ["talking to Bob", "#1 sent"])
        self.assertEqual(len(self.client.sent), 2)

    def test_what_has_no_answer_at_the_end_is_told(self):
        self.run_program()
        answer: Deferred[Any] = Deferred()
        self.client.answers = [answer]
        self.type("/to bob", "a")
        self.output.clear()

        async def close(timeout):
            answer.callback(Unconfirmed("x"))
            self.client.inbox.end(None)
            return False

        self.client.close = close
        self.assertEqual(self.type("/quit"), ["may not have arrived (a): no answer came"])
        self.assertEqual(self.successResultOf(self.status), 0)

    def test_a_person_who_types_more_than_gets_through_waits(self):
        self.run_program()
        answers: list[Deferred[int]] = [Deferred() for _ in range(PENDING)]
        self.client.answers = list(answers)
        self.type("/to bob", *map(str, range(PENDING + 2)))
        self.assertEqual(len(self.client.sent), PENDING)
        answers[0].callback(101)
        self.assertEqual(len(self.client.sent), PENDING + 2)

    def test_lost_and_back(self):
        self.run_program()
        self.client.state(True)
        self.output.clear()
        self.client.state(False)
        self.client.state(True)
        self.assertEqual(self.output.value(), b"connection lost, reconnecting...\nconnected again\n")

    def test_a_connection_that_will_not_come_back(self):
        for error, text in (
            (Unauthorized("x"), "the login is no longer valid, log in again"),
            (Replaced("x"), "another connection of this device has taken over"),
        ):
            self.complaints.clear()
            self.run_program()
            self.client.inbox.end(error)
            self.assertEqual(self.successResultOf(self.status), 1)
            self.assertEqual(self.complaints, [f"hichat: {text}\n"])

    def test_control_d(self):
        self.run_program()
        self.assertEqual(self.leave(), 0)

    def test_control_c(self):
        for interactive in (True, False):
            self.run_program(interactive)
            self.status.cancel()
            self.assertEqual(self.successResultOf(self.status), 0)
            self.assertEqual(self.client.closed, [5])

    def test_what_comes_after_quit_is_not_done(self):
        self.run_program()
        self.type("/to bob", "/quit", "hi")
        self.assertEqual(self.client.sent, [])

    def test_a_script(self):
        self.run_program(interactive=False)
        self.assertEqual(self.output.value(), b"")
        self.assertEqual(self.type("/to bob", "a", "b"), ["talking to Bob"])
        self.console.dataReceived(b"c")
        self.assertEqual(self.leave(), 0)
        self.assertEqual([sent[2] for sent in self.client.sent], ["a", "b", "c"])
        self.assertEqual(self.client.closed, [30])

    def test_a_script_waits_for_each_answer(self):
        self.run_program(interactive=False)
        answer: Deferred[int] = Deferred()
        self.client.answers = [answer]
        self.type("/to bob", "a", "b")
        self.assertEqual((len(self.client.sent), self.output.producerState), (1, "paused"))
        answer.callback(101)
        self.assertEqual((len(self.client.sent), self.output.producerState), (2, "producing"))
        self.assertEqual(self.leave(), 0)

    def test_a_script_that_asks_waits_for_the_connection(self):
        self.run_program(interactive=False)
        self.client.online.pauseProducing()
        self.client.pages = [NotConnected("lost in between"), page(51)]
        self.assertEqual(self.type("/to bob", "/history")[1:], [])
        self.client.online.resumeProducing()
        self.assertEqual(len(self.client.calls), 2)
        self.assertIn(b"m51", self.output.value())
        self.assertEqual(self.leave(), 0)

    def test_a_script_is_told_by_the_exit_status(self):
        def fail(error):
            self.client.answers = [error]
            self.type("/to bob", "a")

        for spoil in (
            lambda: self.type("hi"),
            lambda: self.come(Error(code="x", message="no such target")),
            lambda: self.type("/to nobody"),
            lambda: fail(Refused("no", "no")),
            lambda: fail(Unconfirmed("no")),
        ):
            self.run_program(interactive=False)
            spoil()
            self.assertEqual(self.leave(), 1)

    def test_what_comes_during_the_goodbye_is_shown(self):
        self.run_program(interactive=False)

        async def close(timeout):
            self.client.inbox.put(Error(code="x", message="no such target"))
            self.client.inbox.end(None)
            return True

        self.client.close = close
        self.console.readConnectionLost()
        self.assertEqual(self.output.value(), b"server: no such target\n")
        self.assertEqual(self.successResultOf(self.status), 1)

    def test_slow_output_holds_the_messages_back(self):
        self.run_program()
        self.output.producer.pauseProducing()
        self.assertEqual(self.come(happened(51), happened(52)), [])
        self.assertEqual(len(self.client.inbox), 1)
        self.output.producer.resumeProducing()
        self.assertEqual(self.output.value().count(b"\n"), 2)

    def test_a_log_that_went_back(self):
        self.run_program()
        self.come(happened(51), happened(52))
        self.output.clear()
        self.come(StartedAnew([]))
        self.assertTrue(self.output.value().endswith(b": the latest messages may be gone\n"))
        self.output.clear()
        self.come(StartedAnew([52, 53]))
        self.assertTrue(self.output.value().endswith(b"lost of what you had or sent: 2\n"))
        self.assertEqual(self.type("/edit 2 it may be another message by now"), ["no such message: 2"])
        self.assertEqual(self.client.calls, [])
        self.assertEqual(self.leave(), 0)

    def test_the_place_is_kept(self):
        self.run_program()
        first = self.client.saved
        self.assertIsNone(first.cursor)
        self.come(happened(51))
        self.leave()
        self.run_program()
        saved = self.client.saved
        self.assertEqual((saved.device, saved.cursor, saved.own), (first.device, 51, [7]))
        self.assertEqual((saved.epoch, saved.check), ("first", "a check"))

    def test_the_place_is_kept_before_the_end_too(self):
        """Of what was shown: a program that is killed shows the rest the next time."""
        self.run_program()
        self.come(happened(51))
        self.output.producer.pauseProducing()
        self.come(happened(52))
        self.clock.advance(1)
        self.assertIsNone(self.kept())
        self.output.producer.resumeProducing()
        self.clock.advance(1)
        self.assertEqual(self.kept(), 52)

    def kept(self):
        (path,) = self.directory.glob("*.json")
        return msgspec.json.decode(path.read_bytes())["cursor"]

    def test_a_defect_is_not_hidden(self):
        self.run_program()

        async def defect(*arguments):
            raise ZeroDivisionError

        self.api.session.friends = defect
        self.type("/friends")
        self.failureResultOf(self.status, ZeroDivisionError)
        for interactive in (True, False):
            self.run_program(interactive)
            self.client.recall = defect
            self.come(happened(51, **{"from": 1, "user": 2}))
            self.type("/recall .")
            self.failureResultOf(self.status, ZeroDivisionError)
