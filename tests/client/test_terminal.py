"""The interactive chat: what lines mean, how messages look, and the program around it."""

import re
from datetime import datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.error import ConnectionDone
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from hichat.client.connection import Gate, Inbox
from hichat.client.terminal import (
    _TEXTS,
    LISTED,
    MAX_HISTORY,
    Ask,
    Chat,
    Console,
    Learn,
    Past,
    Peer,
    Quit,
    Say,
    Send,
    chat,
    harmless,
)
from hichat.client.wire import (
    Address,
    Complaint,
    Group,
    NotConnected,
    NotSendable,
    Refused,
    Type,
    Unauthorized,
    Unreachable,
    User,
)
from tests.client.support import ANN, frame, launch, read

TEAM = 1_000_000_001
USERS = [User(1, "ann"), User(2, "Bob"), User(3, "鲍勃"), User(4, "José")]
GROUPS = [Group(TEAM, "Team Blue", 1, "")]
NOON = datetime(2026, 1, 1, 12, 1)


class HarmlessTests(SynchronousTestCase):
    def test_escape_sequences(self):
        for text, left in [
            ("a\x1b[31;1mred\x1b[0m", "ared"),
            ("\x1b]0;title\x07x", "x"),
            ("\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\", "link"),
            ("\x9b2Jx", "x"),
            ("\x90q...\x9cx", "x"),
            ("\x1bP+q544e\x1b\\x", "x"),
            ("\x1bcx", "cx"),
            ("\x1b]no end", "]no end"),
            ("a\x08\x08b\x00\x7f", "ab"),
            ("a\r12:00 bob: fake", "a12:00 bob: fake"),
            ("a\n12:00 bob: fake", "a ⏎ 12:00 bob: fake"),
            ("a\r\nb", "a ⏎ b"),
            ("a\u2028b", "a ⏎ b"),
            ("a\tb", "a b"),
            ("\u202egnp.exe", "gnp.exe"),
            ("\ud800", "\ufffd"),
        ]:
            self.assertEqual(harmless(text), left)

    def test_people_write_all_this(self):
        for text in ("嗨，你好", "👩\u200d👩\u200d👧 naïve", "שלום", "a  b"):
            self.assertEqual(harmless(text), text)

    @given(st.text(st.characters(), max_size=200))
    def test_always_one_printable_line(self, text):
        shown = harmless(text)
        shown.encode()
        self.assertIsNone(re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", shown))

    def test_takes_no_long(self):
        for part in ("\x1b[", "\x1b]", "\x1b[0", "\x9b;", "\x90"):
            harmless(part * 20_000)
        harmless("\x1b[" + "0" * 50_000)


class ChatCase(SynchronousTestCase):
    language: Any = "en"
    chat: Any

    def setUp(self):
        self.chat = Chat("http://chat.example", self.language)
        self.chat.learn(USERS, GROUPS)

    def said(self, line, **options):
        step: Any = self.chat.line(line, **options)
        self.assertIsInstance(step, Say)
        return step.text


class LineTests(ChatCase):
    def test_talking_to_a_user(self):
        self.assertEqual(self.said("/to bob"), "talking to Bob")
        self.assertEqual(self.chat.line("hi there"), Send(Peer(Type.PRIVATE, 2, "Bob"), "hi there"))

    def test_talking_to_a_group(self):
        self.assertEqual(self.said("/group team blue"), "talking in [Team Blue]")
        self.assertEqual(self.chat.line("hi"), Send(Peer(Type.GROUP, TEAM, "Team Blue"), "hi"))

    def test_names_without_regard_to_case(self):
        self.assertEqual(self.said("/to JOSÉ"), "talking to José")
        self.assertEqual(self.said("/TO   鲍勃  "), "talking to 鲍勃")

    def test_an_unknown_name_is_learnt_first(self):
        self.assertEqual(self.chat.line("/to eve"), Learn())
        self.assertEqual(self.said("/to eve", fresh=True), "no such user: eve")
        self.chat.learn([User(5, "Eve")], [])
        self.assertEqual(self.said("/to eve"), "talking to Eve")
        self.assertEqual(self.chat.line("/group none"), Learn())
        self.assertEqual(self.said("/group none", fresh=True), "you are in no such group: none")

    def test_after_a_failed_choice_nobody_is_talked_to(self):
        """Or the next line would go to whom it is not for."""
        for choice in ("/to eve", "/group none"):
            self.chat.line("/to bob")
            self.chat.line(choice, fresh=True)
            self.assertIsNone(self.chat.peer)
            self.assertNotIsInstance(self.chat.line("for whom?"), Send)

    def test_a_name_that_somebody_else_has_now(self):
        self.chat.learn([User(9, "bob")], [])
        self.chat.line("/to bob")
        self.assertEqual(self.chat.peer.id, 9)

    def test_nobody_chosen(self):
        self.assertIn("/to", self.said("hi"))
        self.assertTrue(self.chat.line("hi").wrong)
        self.assertIn("/to", self.said("/history"))

    def test_empty_lines(self):
        self.chat.line("/to bob")
        self.assertIsNone(self.chat.line(""))
        self.assertIsNone(self.chat.line("   "))

    def test_a_slash_can_be_said(self):
        self.chat.line("/to bob")
        self.assertEqual(self.chat.line("//to x").content, "/to x")
        self.assertEqual(self.chat.line("/ hm").text, "unknown command: / (try /help)")

    def test_history(self):
        self.chat.line("/to bob")
        bob = self.chat.peer
        self.assertEqual(self.chat.line("/history"), Past(bob, 20))
        self.assertEqual(self.chat.line("/history 3"), Past(bob, 3))
        self.assertEqual(self.chat.line("/history 0"), Past(bob, 1))
        self.assertEqual(self.chat.line("/history 999999"), Past(bob, MAX_HISTORY))
        for argument in ("x", "-1", "1.5", "٣", "²", "1" * 5000):
            self.assertEqual(self.said(f"/history {argument}"), "usage: /history [N]")

    def test_no_history_of_groups(self):
        self.chat.line("/group team blue")
        self.assertEqual(self.said("/history"), "there is no history of groups")

    def test_questions_to_the_server(self):
        self.assertEqual(self.chat.line("/add Eve Adams"), Ask("add", "Eve Adams"))
        self.assertEqual(self.chat.line("/new team"), Ask("new", "team"))
        self.assertEqual(self.chat.line("/join team"), Ask("join", "team"))
        for name in ("friends", "groups", "who"):
            self.assertEqual(self.chat.line(f"/{name}"), Ask(name, ""))

    def test_a_name_is_needed(self):
        for name in ("to", "group", "add", "new", "join"):
            self.assertTrue(self.said(f"/{name} ").startswith(f"usage: /{name} "))

    def test_the_rest(self):
        self.assertEqual(self.chat.line("/quit"), Quit())
        self.assertIn("/history", self.said("/help"))
        self.assertEqual(self.said("/\x1b[31mfly"), "unknown command: /fly (try /help)")


class ShowTests(ChatCase):
    def shown(self, *args, now=NOON, **more):
        return self.chat.received(read(frame(*args, **more)), now)

    def test_messages(self):
        self.assertEqual(self.shown(1, 2, "hi"), "12:01 ann: hi")
        self.assertEqual(self.shown(1, TEAM, "hi", type=2), "12:01 [Team Blue] ann: hi")
        self.assertEqual(self.shown(1, 0, "hi", type=3), "12:01 [everyone] ann: hi")
        self.assertEqual(self.shown(1, 2, "hi", now=None), "ann: hi")

    def test_media(self):
        link = "http://chat.example/asset/p.png"
        self.assertEqual(self.shown(1, 2, "", media=4, url="/asset/p.png"), f"12:01 ann: [picture] {link}")
        self.assertEqual(self.shown(1, 2, "", media=4, url="./asset/p.png"), f"12:01 ann: [picture] {link}")
        self.assertEqual(
            self.shown(1, 2, "", media=3, url="https://b.example/a"), "12:01 ann: [audio] https://b.example/a"
        )
        self.assertEqual(self.shown(1, 2, "f.pdf", Url="/f"), "12:01 ann: f.pdf http://chat.example/f")

    def test_nothing_in_it_is_harmful(self):
        self.chat.learn([User(6, "e\x1b[2Jve\n")], [Group(TEAM + 1, "g\x07]", 6, "")])
        shown = self.shown(6, TEAM + 1, "a\x1b]0;x\x07b", type=2, url="/\x1b[H")
        self.assertEqual(shown, "12:01 [g]] eve ⏎ : ab http://chat.example/")

    def test_strangers(self):
        message = read(frame(77, TEAM + 9, "hi", type=2))
        self.assertFalse(self.chat.knows(message))
        self.assertEqual(self.chat.received(message), f"[#{TEAM + 9}] #77: hi")
        self.chat.strange(message)
        self.assertTrue(self.chat.knows(message))
        self.assertTrue(self.chat.knows(read(frame(1, 2, "hi"))))

    def test_lists(self):
        self.assertEqual(self.chat.names(USERS), "ann\nBob\nJosé\n鲍勃")
        self.assertEqual(self.chat.names([]), "(none)")
        many = self.chat.names([User(n, f"u{n:04}") for n in range(LISTED + 5)]).split("\n")
        self.assertEqual((len(many), many[-1]), (LISTED + 1, "... and 5 more"))

    def test_errors(self):
        self.assertEqual(self.chat.error(Refused("no\x1b[2J")), "no")
        self.assertEqual(self.chat.error(Unreachable("no answer")), "no answer")
        self.assertIn("not sent", self.chat.error(NotConnected("x")))

    def test_both_languages_have_the_same_fields(self):
        for chinese, english in _TEXTS.values():
            fields = [set(re.findall(r"{(\w+)}", text)) for text in (chinese, english)]
            self.assertTrue(fields[0] <= fields[1] | {"text"}, chinese)


class ChineseTests(ChatCase):
    language = "zh"

    def test_texts(self):
        self.assertEqual(self.said("/to bob"), "正在与 Bob 聊天")
        self.assertIn("用户", self.said("/help"))
        self.assertEqual(self.chat.error(Unreachable("x")), "连不上服务器（x）")


class Output(StringTransport):
    """Standard input and output."""

    def __init__(self, console):
        super().__init__(lenient=True)
        self.console = console
        console.makeConnection(self)

    def loseConnection(self):  # noqa: N802
        super().loseConnection()
        self.console.connectionLost(Failure(ConnectionDone()))


class ConsoleTests(SynchronousTestCase):
    def setUp(self):
        self.lines = []
        self.ends: list[Exception | None] = []
        self.waiting = []
        self.console = Console(self.line, self.ends.append)
        self.output: Any = Output(self.console)

    async def line(self, line):
        self.lines.append(line)
        if line.startswith("wait"):
            self.waiting.append(launch(self.console.writable.passed()))
            self.console.pauseProducing()
            self.console.writable.pauseProducing()
            await self.console.writable.passed()
        if line == "break":
            raise ZeroDivisionError

    def test_lines_and_the_last_one_without_an_end(self):
        self.console.dataReceived("嗨\r\n\nb".encode())
        self.assertEqual((self.lines, self.ends), (["嗨", ""], []))
        self.console.readConnectionLost()
        self.assertEqual((self.lines, self.ends), (["嗨", "", "b"], [None]))

    def test_one_after_the_other(self):
        self.console.dataReceived(b"wait\nb\n")
        self.assertEqual((self.lines, self.output.producerState), (["wait"], "paused"))
        self.output.producer.resumeProducing()
        self.assertEqual((self.lines, self.output.producerState), (["wait", "b"], "producing"))

    def test_the_end_waits_for_the_last_line(self):
        self.console.dataReceived(b"wait")
        self.console.readConnectionLost()
        self.assertEqual(self.ends, [])
        self.output.producer.resumeProducing()
        self.assertEqual(self.ends, [None])

    def test_bad_utf8(self):
        self.console.dataReceived(b"a\xffb\n")
        self.assertEqual(self.lines, ["a\ufffdb"])

    def test_a_line_without_end(self):
        self.console.dataReceived(b"x" * (2 * 1024 * 1024))
        self.assertEqual([type(end).__name__ for end in self.ends], ["ClientError"])

    def test_a_defect_ends_it_instead_of_hanging(self):
        self.console.dataReceived(b"break\nnext\n")
        self.assertEqual(self.lines, ["break"])
        self.assertIsInstance(self.ends[0], ZeroDivisionError)

    def test_nobody_reads(self):
        self.console.writeConnectionLost()
        self.console.show("x")
        self.assertEqual((self.ends, self.output.value()), ([None], b""))
        self.successResultOf(launch(self.console.close()))

    def test_half_characters_do_not_break_the_output(self):
        self.console.show("a\ud800")
        self.assertEqual(self.output.value(), b"a?\n")


class FakeSession:
    """A server's calls."""

    credentials = ANN

    def __init__(self):
        self.calls = []
        self.everybody = list(USERS)
        self.past = []
        self.failure = None

    async def _done(self, *call):
        self.calls.append(call)
        if self.failure:
            raise self.failure
        return "fine\x1b[2J"

    async def users(self):
        await self._done("users")
        return self.everybody

    async def friends(self):
        await self._done("friends")
        return USERS[1:2]

    async def groups(self):
        await self._done("groups")
        return GROUPS

    async def add_friend(self, name):
        return await self._done("add", name)

    async def new_group(self, name):
        return await self._done("new", name)

    async def join_group(self, name):
        return await self._done("join", name)

    async def history(self, *arguments):
        await self._done("history", *arguments)
        return self.past


class FakeApi:
    address = Address.parse("http://chat.example")

    def __init__(self):
        self.calls = []
        self.session = FakeSession()
        self.failure = None

    async def register(self, *arguments):
        self.calls.append(("register", *arguments))

    async def log_in(self, *arguments):
        self.calls.append(("log_in", *arguments))
        if self.failure:
            raise self.failure
        return self.session


class FakeClient:
    """A connection that does what the test says."""

    def __init__(self, state):
        self.state = state
        self.sent = []
        self.inbox = Inbox(100, lambda: None)
        self.online = Gate()
        self.failures = []
        self.clean = True
        self.closed = []

    async def connected(self):
        await self.online.passed()
        if self.failures and not isinstance(self.failures[0], NotConnected):
            raise self.failures.pop(0)

    async def send(self, target, content, *, type):
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append((int(type), target, content))

    def messages(self):
        return self.inbox

    async def close(self, timeout):
        self.closed.append(timeout)
        self.inbox.end(None)
        return self.clean


class ProgramTests(SynchronousTestCase):
    client: Any
    console: Any
    output: Any

    def setUp(self):
        self.clock = Clock()
        self.api: Any = FakeApi()
        self.complaints = []
        self.before = lambda client: None

    def run_program(self, interactive=True, register=False):
        """Begin."""

        def connect(credentials, state):
            self.client = FakeClient(state)
            self.before(self.client)
            return self.client

        def open_console(console):
            self.console, self.output = console, Output(console)

        self.status = launch(
            chat(
                self.clock,
                "http://chat.example",
                "ann",
                "pw",
                register,
                language="en",
                interactive=interactive,
                api=self.api,
                connect=connect,
                open_console=open_console,
                complain=self.complaints.append,
            )
        )

    def type(self, *lines):
        """@return: what it shows upon these lines."""
        self.output.clear()
        self.console.dataReceived("".join(f"{line}\n" for line in lines).encode())
        return self.output.value().decode().splitlines()

    def come(self, *items):
        """@return: what it shows upon these messages, without the time."""
        self.output.clear()
        for item in items:
            self.client.inbox.put(item if isinstance(item, Complaint) else read(item))
        return [re.sub(r"^\d\d:\d\d ", "", line) for line in self.output.value().decode().splitlines()]

    def test_a_talk(self):
        self.run_program()
        self.assertEqual(self.output.value(), b"signed in as ann; /help shows what you can type\n")
        self.assertEqual(self.type("/to bob", "hi", "//x"), ["talking to Bob"])
        self.assertEqual(self.client.sent, [(1, 2, "hi"), (1, 2, "/x")])
        self.assertEqual(
            self.come(frame(2, 1, "ho"), frame(2, TEAM, "all", type=2)), ["Bob: ho", "[Team Blue] Bob: all"]
        )
        self.type("/quit")
        self.assertEqual(self.successResultOf(self.status), 0)
        self.assertEqual((self.client.closed, self.complaints), ([5], []))

    def test_the_time_of_coming_is_shown(self):
        self.run_program()
        self.output.clear()
        self.client.inbox.put(read(frame(2, 1, "ho")))
        self.assertEqual(self.output.value().decode(), f"{datetime.fromtimestamp(0):%H:%M} Bob: ho\n")

    def test_register_first(self):
        self.run_program(register=True)
        self.assertEqual(self.api.calls, [("register", "ann", "pw"), ("log_in", "ann", "pw")])

    def test_a_wrong_password_and_no_server(self):
        for failure in (Refused("wrong password\x1b[2J"), Unreachable("no answer from the server: refused")):
            self.api.failure = failure
            self.run_program()
            self.assertEqual(self.successResultOf(self.status), 1)
        self.assertEqual(self.complaints, ["hichat: wrong password\n", "hichat: no answer from the server: refused\n"])

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
        self.assertEqual(self.type("/add eve", "/new x y", "/join z"), ["fine"] * 3)
        self.assertEqual(calls, [("add", "eve"), ("new", "x y"), ("join", "z")])
        self.assertEqual(self.type("/friends"), ["Bob"])
        self.assertEqual(self.type("/groups"), ["Team Blue"])
        self.assertEqual(self.type("/who"), ["ann", "Bob", "José", "鲍勃"])
        self.assertEqual(len(self.type("/help")), 2)

    def test_history_in_order(self):
        self.run_program()
        self.assertEqual(self.type("/to bob", "/history")[1:], ["(none)"])
        self.api.session.past = [read(frame(1, 2, "old")), read(frame(2, 1, "new"))]
        self.assertEqual(self.type("/to bob", "/history 2")[1:], ["ann: old", "Bob: new"])
        self.assertEqual(self.api.session.calls[-1], ("history", 2, -2, -1))

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
        self.assertEqual(self.come(frame(10, 1, "a"), frame(10, 1, "b")), ["#10: a", "#10: b"])
        self.assertEqual(calls, [("users",), ("groups",)])

    def test_errors_do_not_end_it(self):
        self.run_program()
        self.api.session.failure = Refused("the server is busy")
        self.assertEqual(self.type("/add x", "/to nobody"), ["the server is busy"] * 2)
        self.assertEqual(self.come(frame(77, 1, "a")), ["#77: a"])
        self.api.session.failure = None
        self.assertEqual(self.come(Complaint("too long\x1b[2J")), ["server: too long"])
        self.client.failures = [NotConnected("x"), NotSendable("the message is too long")]
        self.assertEqual(
            self.type("/to bob", "a", "b", "c")[1:],
            ["not connected, the message was not sent", "the message is too long"],
        )
        self.assertEqual(self.client.sent, [(1, 2, "c")])
        self.type("/quit")
        self.assertEqual(self.successResultOf(self.status), 0)

    def test_lost_and_back(self):
        self.run_program()
        self.client.state(True)
        self.output.clear()
        self.client.state(False)
        self.client.state(True)
        self.assertEqual(self.output.value(), b"connection lost, reconnecting...\nconnected again\n")

    def test_a_token_that_is_not_good_any_more(self):
        self.run_program()
        self.client.inbox.end(Unauthorized("x"))
        self.assertEqual(self.successResultOf(self.status), 1)
        self.assertEqual(self.complaints, ["hichat: the login is no longer valid, log in again\n"])

    def test_control_d(self):
        self.run_program()
        self.console.readConnectionLost()
        self.assertEqual(self.successResultOf(self.status), 0)

    def test_control_c(self):
        self.run_program()
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
        self.type("/to bob", "a", "b")
        self.console.dataReceived(b"c")
        self.console.readConnectionLost()
        self.assertEqual([sent[2] for sent in self.client.sent], ["a", "b", "c"])
        self.assertEqual(self.client.closed, [30])
        self.assertEqual(self.successResultOf(self.status), 0)

    def test_a_script_waits_for_the_connection(self):
        self.run_program(interactive=False)
        self.client.online.pauseProducing()
        self.client.failures = [NotConnected("lost in between")]
        self.type("/to bob", "a", "b")
        self.assertEqual(self.client.sent, [])
        self.client.online.resumeProducing()
        self.assertEqual([sent[2] for sent in self.client.sent], ["a", "b"])

    def test_a_script_is_told_by_the_exit_status(self):
        def unclean():
            self.client.clean = False

        for spoil in (
            lambda: self.type("hi"),
            lambda: self.come(Complaint("no such target")),
            lambda: self.type("/to nobody"),
            unclean,
        ):
            self.run_program(interactive=False)
            spoil()
            self.console.readConnectionLost()
            self.assertEqual(self.successResultOf(self.status), 1)

    def test_what_comes_during_the_goodbye_is_shown(self):
        self.run_program(interactive=False)

        async def close(timeout):
            self.client.inbox.put(Complaint("no such target"))
            self.client.inbox.end(None)
            return True

        self.client.close = close
        self.console.readConnectionLost()
        self.assertEqual(self.output.value(), b"server: no such target\n")
        self.assertEqual(self.successResultOf(self.status), 1)

    def test_slow_output_holds_the_messages_back(self):
        self.run_program()
        self.output.producer.pauseProducing()
        self.assertEqual(self.come(frame(2, 1, "a"), frame(2, 1, "b")), [])
        self.assertEqual(len(self.client.inbox), 1)
        self.output.producer.resumeProducing()
        self.assertEqual(self.output.value().count(b"\n"), 2)

    def test_a_defect_is_not_hidden(self):
        self.run_program()

        async def defect():
            raise ZeroDivisionError

        self.api.session.friends = defect
        self.type("/friends")
        self.failureResultOf(self.status, ZeroDivisionError)
