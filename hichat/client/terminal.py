"""
C{hichat chat}: talking at a terminal, or from a script through a pipe.

L{Chat} knows what a line means and how a message looks, and does no I/O; L{Talk} does what L{Chat} says; L{Console} is
standard input and output.
"""

from __future__ import annotations

import os
import re
import sys
import unicodedata
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from twisted.internet import task
from twisted.internet.defer import CancelledError, Deferred, TimeoutError
from twisted.internet.interfaces import IHalfCloseableProtocol
from twisted.internet.protocol import connectionDone
from twisted.internet.stdio import StandardIO
from twisted.protocols.basic import LineReceiver
from twisted.python.failure import Failure
from zope.interface import implementer

from hichat.client.connection import Client, Gate
from hichat.client.http import Api, Session, language_here
from hichat.client.wire import (
    BadAnswer,
    ClientError,
    Complaint,
    Credentials,
    Group,
    Media,
    Message,
    NotConnected,
    NotSendable,
    Type,
    Unauthorized,
    Unreachable,
    User,
)
from hichat.errors import Language

LISTED = 200
"""So many names are shown of a list."""

HISTORY, MAX_HISTORY = 20, 500
"""Messages that /history shows: unless told, and at most."""

_TEXTS = {
    "hello": ("已登录：{name}。输入 /help 查看命令", "signed in as {name}; /help shows what you can type"),
    "help": (
        "/to 用户 | /group 群 | /history [条数] | /add 用户 | /friends | /groups | /new 群 | /join 群 | /who | /quit\n"
        "其他内容发送给当前对象；以 // 开头可发送以 / 开头的内容",
        "/to USER | /group GROUP | /history [N] | /add USER | /friends | /groups | /new GROUP | /join GROUP | /who"
        " | /quit\nanything else is sent to whom you talk to; // at the start sends one /",
    ),
    "to": ("正在与 {name} 聊天", "talking to {name}"),
    "to_group": ("正在群 [{name}] 中聊天", "talking in [{name}]"),
    "nobody": ("请先用 /to 或 /group 选择聊天对象", "choose whom to talk to first: /to USER or /group GROUP"),
    "no_user": ("没有这个用户：{name}", "no such user: {name}"),
    "no_group": ("您没有加入这个群：{name}", "you are in no such group: {name}"),
    "no_command": ("未知命令：/{name}，输入 /help 查看命令", "unknown command: /{name} (try /help)"),
    "usage": ("用法：/{name}", "usage: /{name}"),
    "no_group_history": ("群聊没有历史记录", "there is no history of groups"),
    "empty": ("（无）", "(none)"),
    "more": ("……还有 {count} 个", "... and {count} more"),
    "lost": ("连接已断开，正在重新连接……", "connection lost, reconnecting..."),
    "back": ("已重新连接", "connected again"),
    "server": ("服务器：{text}", "server: {text}"),
    "not_sent": ("未连接，消息没有发送", "not connected, the message was not sent"),
    "unproved": ("连接未正常关闭，消息可能没有送达", "no proper goodbye: messages may not have arrived"),
    "picture": ("[图片]", "[picture]"),
    "audio": ("[语音]", "[audio]"),
    "everyone": ("[全体]", "[everyone]"),
    "done": ("完成", "done"),
    "unreachable": ("连不上服务器（{text}）", "{text}"),
    "bad_answer": ("这不是 HiChat 服务器的应答：{text}", "{text}"),
    "not_sendable": ("消息过长或不是有效文本，没有发送", "{text}"),
    "unauthorized": ("登录已失效，请重新登录", "the login is no longer valid, log in again"),
}

_ERRORS: dict[type[ClientError], str] = {
    NotConnected: "not_sent",
    Unauthorized: "unauthorized",
    Unreachable: "unreachable",
    BadAnswer: "bad_answer",
    NotSendable: "not_sendable",
}

_USAGE = {"to": "to USER", "group": "group GROUP", "add": "add USER", "new": "new GROUP", "join": "join GROUP"}

_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b[]P^_X]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)"
)
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def harmless(text: str) -> str:
    """
    Make what somebody else wrote fit to print on one line of a terminal.

    @return: the text without escape sequences, control characters and marks that turn the direction of writing (they
        make a text look like another). Line ends show as an arrow: else a message could fake other people's lines.
    """
    text = _ESCAPES.sub("", text).replace("\r\n", "\n")
    return "".join(_harmless_character(character) for character in text)


def _harmless_character(character: str) -> str:
    kind = unicodedata.category(character)
    if character == "\n" or kind in ("Zl", "Zp"):
        return " ⏎ "
    if character == "\t":
        return " "
    if kind == "Cs":  # half a character, which JSON can spell and UTF-8 cannot
        return "\ufffd"
    return "" if kind == "Cc" or character in _TURNING else character


class Peer(NamedTuple):
    """Whom one talks to: a user or a group."""

    type: Type
    id: int
    name: str


class Say(NamedTuple):
    """Show this. What others wrote in it is harmless already."""

    text: str
    wrong: bool = False


class Send(NamedTuple):
    """Send a text."""

    peer: Peer
    content: str


class Past(NamedTuple):
    """Show the newest messages with a user."""

    peer: Peer
    size: int


class Ask(NamedTuple):
    """Make a call to the server, named like the command, and show what comes back."""

    what: str
    name: str


class Learn(NamedTuple):
    """Get the names of users and groups, and offer the line again, as not to be looked up again."""


class Quit(NamedTuple):
    """Leave."""


Step = Say | Send | Past | Ask | Learn | Quit | None


class Chat:
    """
    What lines mean and messages look like.

    @param site: the URL to which the server's links are relative.
    """

    def __init__(self, site: str, language: Language) -> None:
        self.peer: Peer | None = None
        self._site = site
        self._language = language
        self._users: dict[int, str] = {}
        self._groups: dict[int, str] = {}

    def text(self, key: str, **fields: object) -> str:
        """@return: a text for the user; the fields are made harmless."""
        shown = {name: harmless(str(value)) for name, value in fields.items()}
        return _TEXTS[key][0 if self._language == "zh" else 1].format(**shown)

    def error(self, error: ClientError) -> str:
        """@return: what went wrong."""
        key = _ERRORS.get(type(error))
        return self.text(key, text=error) if key else harmless(str(error))

    def learn(self, users: Iterable[User], groups: Iterable[Group]) -> None:
        """These are the users and groups now. Who is gone keeps the name."""
        self._users.update((user.id, user.name) for user in users)
        self._groups.update((group.id, group.name) for group in groups)

    # What was typed

    def line(self, line: str, fresh: bool = False) -> Step:
        """
        @param fresh: whether the names were learnt just now.
        @return: what to do.
        """
        line = line.strip()
        if not line.startswith("/") or line.startswith("//"):
            return self._send(line.removeprefix("/"))
        name, _, argument = line[1:].partition(" ")
        name, argument = name.lower(), argument.strip()
        if name in _USAGE and not argument:
            return Say(self.text("usage", name=_USAGE[name]), wrong=True)
        step: Step
        match name:
            case "to":
                step = self._talk_to(Type.PRIVATE, self._users, argument, fresh)
            case "group":
                step = self._talk_to(Type.GROUP, self._groups, argument, fresh)
            case "history":
                step = self._history(argument)
            case "add" | "new" | "join" | "friends" | "groups" | "who":
                step = Ask(name, argument)
            case "help":
                step = Say(self.text("help"))
            case "quit":
                step = Quit()
            case _:
                step = Say(self.text("no_command", name=name), wrong=True)
        return step

    def _send(self, content: str) -> Step:
        if not content:
            return None
        return Send(self.peer, content) if self.peer else Say(self.text("nobody"), wrong=True)

    def _talk_to(self, type: Type, names: dict[int, str], wanted: str, fresh: bool) -> Step:
        group = type is Type.GROUP
        found = [number for number, name in names.items() if name.casefold() == wanted.casefold()]
        if found:
            # Of two who had the name one after the other, the later one has it now.
            self.peer = Peer(type, max(found), names[max(found)])
            return Say(self.text("to_group" if group else "to", name=self.peer.name))
        # Until it is clear whom the next line is for, it is for nobody: not for whom was talked to before.
        self.peer = None
        return Say(self.text("no_group" if group else "no_user", name=wanted), wrong=True) if fresh else Learn()

    def _history(self, argument: str) -> Step:
        if argument and not (argument.isascii() and argument.isdigit() and len(argument) < 10):
            return Say(self.text("usage", name="history [N]"), wrong=True)
        if self.peer is None or self.peer.type is Type.GROUP:
            return Say(self.text("no_group_history" if self.peer else "nobody"), wrong=True)
        return Past(self.peer, min(max(int(argument or HISTORY), 1), MAX_HISTORY))

    # What is shown

    def knows(self, message: Message) -> bool:
        """@return: whether the names in it are known."""
        return message.sender in self._users and (message.type != Type.GROUP or message.target in self._groups)

    def strange(self, message: Message) -> None:
        """The names in it cannot be learnt: numbers do from now on."""
        self._users.setdefault(message.sender, f"#{message.sender}")
        if message.type == Type.GROUP:
            self._groups.setdefault(message.target, f"#{message.target}")

    def received(self, message: Message, now: datetime | None = None) -> str:
        """
        @param now: when it came; None for an entry of the history: v1 does not keep when.
        @return: the line to show.
        """
        parts = [f"{now:%H:%M}"] if now else []
        if message.type == Type.GROUP:
            parts.append(f"[{harmless(self._groups.get(message.target, f'#{message.target}'))}]")
        elif message.type == Type.BROADCAST:
            parts.append(self.text("everyone"))
        parts.append(f"{harmless(self._users.get(message.sender, f'#{message.sender}'))}:")
        if message.media in (Media.PICTURE, Media.AUDIO):
            parts.append(self.text("picture" if message.media == Media.PICTURE else "audio"))
        parts += [harmless(message.content)] if message.content else []
        parts += [harmless(self._link(message.url))] if message.url else []
        return " ".join(parts)

    def names(self, things: Iterable[User | Group]) -> str:
        """@return: a list to show."""
        names = sorted((harmless(thing.name) for thing in things), key=str.casefold)
        more = [self.text("more", count=len(names) - LISTED)] if len(names) > LISTED else []
        return "\n".join(names[:LISTED] + more) or self.text("empty")

    def _link(self, url: str) -> str:
        return url if "://" in url else f"{self._site}/{url.removeprefix('./').lstrip('/')}"


@implementer(IHalfCloseableProtocol)
class Console(LineReceiver):
    """
    Standard input and output. The next line is read when the last one is done with.

    @param on_line: is given each line.
    @param on_end: is called when the input ends, or nobody reads the output any more.
    @ivar writable: shut while too much waits to be written.
    """

    transport: Any = None
    delimiter = b"\n"
    MAX_LENGTH = 1024 * 1024

    def __init__(self, on_line: Callable[[str], Awaitable[None]], on_end: Callable[[Exception | None], None]) -> None:
        self.writable = Gate()
        self._gone = Gate(shut=True)
        self._on_line = on_line
        self._on_end = on_end
        self._ended = False

    def connectionMade(self) -> None:
        """Be told when the output is slow."""
        self.transport.registerProducer(self.writable, True)

    def lineReceived(self, line: bytes) -> None:
        """Stop reading until the line is done with: what a script writes waits in its pipe, not here."""
        if self._ended:
            return
        self.pauseProducing()
        work = Deferred.fromCoroutine(self._work(line))
        work.addCallbacks(lambda _: self._ended or self.resumeProducing(), self._failed)

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: N802
        """No person types this, and no server takes it."""
        self._end(ClientError("a line of the input is too long"))

    def readConnectionLost(self) -> None:  # noqa: N802
        """The input ends, perhaps in the middle of a line."""
        if self._ended:
            return
        rest = self.clearLineBuffer()
        work = Deferred.fromCoroutine(self._work(rest) if rest else _nothing())
        work.addCallbacks(lambda _: self._end(None), self._failed)

    def writeConnectionLost(self) -> None:  # noqa: N802
        """Nobody reads what is written: as C{| head} does."""
        self.connectionLost()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """All is over."""
        self.writable.resumeProducing()
        self._gone.resumeProducing()
        self._end(None)

    def show(self, text: str) -> None:
        """
        Write one or several lines.

        @param text: harmless already.
        """
        if self._gone.shut:
            self.transport.write(f"{text}\n".encode(errors="replace"))

    async def close(self) -> None:
        """Write what is left to write."""
        self._ended = True
        self.transport.unregisterProducer()
        self.transport.loseConnection()
        await self._gone.passed()

    async def _work(self, line: bytes) -> None:
        await self._on_line(line.decode(errors="replace").rstrip("\r"))

    def _failed(self, failure: Failure) -> None:
        self._end(failure.value if isinstance(failure.value, Exception) else RuntimeError(repr(failure.value)))

    def _end(self, error: Exception | None) -> None:
        if not self._ended:
            self._ended = True
            self._on_end(error)


async def _nothing() -> None:
    pass


class Talk:
    """
    One run of the program, from the login to the end.

    @param connect: makes the connection, which is to tell its state to the function given.
    @param interactive: whether a person types: then a message that cannot be sent now is not sent. A script waits.
    """

    def __init__(
        self, reactor: Any, session: Session, chat: Chat, connect: Callable[..., Client], interactive: bool
    ) -> None:
        self._reactor = reactor
        self._session = session
        self._chat = chat
        self._interactive = interactive
        self._client = connect(session.credentials, self._state)
        self._greeted = False
        self._status = 0
        self._error: Exception | None = None
        self._finished = Gate(shut=True)
        self.console = Console(self.line, self._end)

    async def run(self, name: str, open_console: Callable[[Console], object]) -> int:
        """
        Talk until the user leaves. Cancelling this is leaving, too.

        @param name: who talks.
        @return: the exit status: 1 if the connection could not be ended properly, or something of a script failed.
        @raise ClientError: there is no connection, or none any more.
        """
        try:
            await Deferred.fromCoroutine(self._client.connected()).addTimeout(30, self._reactor)
            await self._learn()
        except TimeoutError:
            await self._client.close(0)
            raise Unreachable("the server did not open the WebSocket in time") from None
        except ClientError:
            await self._client.close(0)
            raise
        open_console(self.console)
        if self._interactive:
            self._say(Say(self._chat.text("hello", name=name)))
        reading = Deferred.fromCoroutine(self._read())
        try:
            await self._finished.passed()
        except CancelledError:
            self._end(None)
        # The handshake, not only the last byte written: the server has read everything before it answers.
        if not await self._client.close(5 if self._interactive else 30) and self._error is None:
            self._say(Say(self._chat.text("unproved"), wrong=True))
        await reading
        await self.console.close()
        if self._error is not None:
            raise self._error
        return 0 if self._interactive else self._status

    async def line(self, line: str) -> None:
        """Do what a line says. What goes wrong is shown, and the program goes on."""
        if not self._finished.shut:
            return
        try:
            step = self._chat.line(line)
            if isinstance(step, Learn):
                await self._learn()
                step = self._chat.line(line, fresh=True)
            await self._do(step)
        except ClientError as error:
            self._say(Say(self._chat.error(error), wrong=True))

    async def _do(self, step: Step) -> None:
        match step:
            case Say():
                self._say(step)
            case Send(peer, content):
                await self._send(peer, content)
            case Past(peer, size):
                past = await self._session.history(peer.id, -size, -1)
                if not past:
                    self._say(Say(self._chat.text("empty")))
                for message in past:
                    await self._show(message, None)
            case Ask(what, name):
                self._say(Say(await self._ask(what, name)))
            case Quit():
                self._end(None)

    async def _send(self, peer: Peer, content: str) -> None:
        while True:
            if not self._interactive:
                await self._client.connected()
            try:
                return await self._client.send(peer.id, content, type=peer.type)
            except NotConnected:  # not sent, so that a script may try again
                if self._interactive:
                    raise

    async def _ask(self, what: str, name: str) -> str:
        session = self._session
        match what:
            case "friends":
                return self._chat.names(await session.friends())
            case "groups":
                return self._chat.names(await session.groups())
            case "who":
                return self._chat.names(await session.users())
        calls = {"add": session.add_friend, "new": session.new_group, "join": session.join_group}
        return harmless(await calls[what](name)) or self._chat.text("done")

    async def _learn(self) -> None:
        self._chat.learn(await self._session.users(), await self._session.groups())

    async def _read(self) -> None:
        """Show what comes, until the connection has ended for good."""
        try:
            async for item in self._client.messages():
                await self.console.writable.passed()
                if isinstance(item, Complaint):
                    self._say(Say(self._chat.text("server", text=item.text), wrong=True))
                else:
                    await self._show(item, datetime.fromtimestamp(self._reactor.seconds()))
        except Exception as error:  # run() waits for the end of this, and tells
            self._end(error)

    async def _show(self, message: Message, now: datetime | None) -> None:
        if not self._chat.knows(message):
            try:
                await self._learn()
            except ClientError:
                pass  # a number does for now
            else:
                self._chat.strange(message)
        self._say(Say(self._chat.received(message, now)))

    def _state(self, connected: bool) -> None:
        if self._greeted:
            self._say(Say(self._chat.text("back" if connected else "lost"), wrong=not connected))
        self._greeted = True

    def _say(self, say: Say) -> None:
        if say.wrong:
            self._status = 1
        if self.console.transport is not None:
            self.console.show(say.text)

    def _end(self, error: Exception | None) -> None:
        self._error = self._error or error
        self._finished.resumeProducing()


async def chat(
    reactor: Any,
    server: str,
    name: str,
    password: str,
    register: bool = False,
    *,
    language: Language | None = None,
    interactive: bool | None = None,
    api: Api | None = None,
    connect: Callable[[Credentials, Callable[[bool], None]], Client] | None = None,
    open_console: Callable[[Console], object] | None = None,
    complain: Callable[[str], object] = sys.stderr.write,
) -> int:
    """
    Log in and talk until the user leaves.

    @param server: the server's URL.
    @param register: make the account first.
    @param language: of the texts; that of the locale unless told.
    @param interactive: whether a person types; unless told: whether standard input is a terminal.
    @param complain: is given the one line that says why it ends, if not by the user's wish.
    @return: the exit status.
    """
    language = language or language_here()
    interactive = os.isatty(0) if interactive is None else interactive
    try:
        api = api or Api(reactor, server, language=language)
        if register:
            await api.register(name, password)
        talk = Talk(
            reactor,
            await api.log_in(name, password),
            Chat(api.address.http, language),
            connect or (lambda who, state: Client(reactor, server, who, on_state=state, language=language)),
            interactive,
        )
        return await talk.run(name, open_console or (lambda console: StandardIO(console, reactor=reactor)))
    except ClientError as error:
        complain(f"hichat: {Chat(server, language).error(error)}\n")
        return 1


def run_chat(server: str, name: str, password: str, register: bool = False, **options: Any) -> int:
    """
    Run the reactor for L{chat}.

    @param options: as those of L{chat}.
    @return: the exit status; 130 after Ctrl-C.
    """
    statuses: list[int] = []

    def main(reactor: Any) -> Deferred[None]:
        work = Deferred.fromCoroutine(chat(reactor, server, name, password, register, **options))
        done = work.addCallback(statuses.append).addErrback(lambda failure: failure.trap(CancelledError) and None)

        def interrupted() -> Deferred[None]:
            if not done.called:
                statuses.append(130)
                done.cancel()
            return done  # the reactor waits for the goodbye

        reactor.addSystemEventTrigger("before", "shutdown", interrupted)
        return done

    try:
        task.react(main)
    except SystemExit as ending:
        return statuses[0] if statuses else int(ending.code or 130)
