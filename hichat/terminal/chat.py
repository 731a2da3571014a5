"""
C{hichat chat}: chatting at a terminal, or from a script through a pipe.

L{Chat} parses the typed lines and formats messages; it does no I/O. L{Talk} carries out the steps that L{Chat} returns.
L{Console} is standard input and output; L{hichat.terminal.prompt.PromptConsole} is the line that a person edits there.
L{State} keeps the cursor and the device between runs.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from twisted.internet import task
from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure

from hichat.client.connection import Client, Item
from hichat.client.http import Api, Session, language_here
from hichat.client.inbox import Gate
from hichat.client.media import place_for
from hichat.client.speech import StartedAnew
from hichat.client.wire import ClientError, Group, Hit, NotConnected, Refused, Unreachable, User
from hichat.core.errors import Language
from hichat.core.events import Role
from hichat.terminal.asking import ask_line
from hichat.terminal.completing import LineCompletion
from hichat.terminal.console import AnyConsole, Console, OnEnd, OnLine
from hichat.terminal.lines import (
    Ask,
    CallCommand,
    Chat,
    ContactCommand,
    Deed,
    EditMessage,
    Learn,
    ListCommands,
    Past,
    PressButton,
    Quit,
    ReactToMessage,
    RecallMessage,
    Recipient,
    ReportMessage,
    Save,
    Say,
    SendFile,
    SendText,
    Step,
    Tend,
)
from hichat.terminal.signing_in import SigningIn, draws_here
from hichat.terminal.state import State, state_directory
from hichat.wire.frames import HISTORY_LIMIT, Ack, Error, Folded, Happened, PersonFrame

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession

PENDING = 32
"""The number of a person's lines that may wait for their answers before the next line is read."""

FOUND = 20
"""The number of messages that C{/search} shows."""

ASK_AWAY_PAUSE = 60.0
"""Seconds in which the terminal asks once whether the user to whom somebody writes is away."""

TOLD = 10.0
"""Seconds within which the event of a command that was typed here is expected. That event is not shown again."""

_TOLD = {
    "add": ("contact_requested", "contact_added"),
    "accept": ("contact_added",),
    "reject": ("contact_rejected",),
    "remove": ("contact_removed",),
    "block": ("blocked",),
    "unblock": ("unblocked",),
}
"""The kinds of events that follow a command about another user."""

_KEEP = 1.0
"""Seconds until the state is written, so that a flood of messages is not a flood of writes."""

T = TypeVar("T")


class PastMessages(NamedTuple):
    """
    The newest messages of a conversation.

    @ivar expired: the last one that is not kept any more, before all others; None: there is none among those asked for.
    @ivar days: the days for which messages are kept; 0: for ever.
    """

    messages: list[Folded]
    expired: Folded | None = None
    days: int = 0


class Talk:
    """
    One run of the program, from the login to the end.

    @param connect: makes the client; its argument becomes the client's C{on_state}.
    @param make_console: makes the console; see L{Console}.
    @param interactive: whether a person types. A person's messages are sent while the next line is typed, and a
        question fails if there is no connection now. For a script each line is finished before the next one is read.
    @param clock: the time of day, in seconds since the epoch.
    """

    def __init__(
        self,
        reactor: Any,
        session: Session,
        chat: Chat,
        state: State,
        connect: Callable[[Callable[[bool], None]], Client],
        make_console: Callable[[OnLine, OnEnd], AnyConsole],
        interactive: bool,
        clock: Callable[[], float],
    ) -> None:
        self._reactor = reactor
        self._session = session
        self._chat = chat
        self._state = state
        self._interactive = interactive
        self._clock = clock
        self._client = connect(self._connected)
        self._greeted = False
        self._hurry = False
        self._status = 0
        self._error: Exception | None = None
        self._finished = Gate(shut=True)
        self._pending = 0
        self._room = Gate()
        self._keeping: Any = None
        self._told: dict[tuple[str, int], float] = {}
        self._asked: dict[int, float] = {}
        self._day: date | None = None
        self._showing = False
        self._opened = False
        self.console = make_console(self.line, self._end)

    async def run(self, name: str, open_console: Callable[[AnyConsole], object]) -> int:
        """
        Chat until the user leaves. Cancelling this ends the chat, too.

        @param name: the user's name, for the greeting.
        @param open_console: opens the console.
        @return: the exit status: 1 if a line of a script failed, or may not have been done.
        @raise ClientError: the client could not connect, or has stopped.
        """
        await self._begin()
        open_console(self.console)
        self._opened = True
        if self._interactive:
            self._say(Say(self._chat.text("hello", name=name)))
        reading = Deferred.fromCoroutine(self._read())
        try:
            await self._finished.passed()
        except CancelledError:
            self._hurry = True
            self._end(None)
        # Lines that have no answer by then fail, and the console shows that.
        await self._client.close(5 if self._interactive or self._hurry else 30)
        await reading
        self._keep()
        await self.console.close()
        if self._error is not None:
            raise self._error
        return 0 if self._interactive else self._status

    async def line(self, line: str) -> None:
        """Carry out a line. A failure is shown, and the program goes on."""
        if not self._finished.shut:
            return
        try:
            step = self._chat.line(line)
            if isinstance(step, Learn):
                await self._learn()
                step = self._chat.line(line, fresh=True)
            await self._do(step, line)
        except ClientError as error:
            self._say(Say(self._chat.error(error), wrong=True))

    async def _begin(self) -> None:
        try:
            await self._client.connected(30)
            await self._learn()
        except ClientError:
            await self._client.close(0)
            raise

    async def _do(self, step: Step, line: str) -> None:
        match step:
            case Say():
                self._say(step)
            case SendText() | SendFile() | EditMessage() | RecallMessage() | ReactToMessage():
                await self._start(step, line)
            case Past(peer, size):
                await self._show_past(await self._with_connection(lambda: self._past(peer, size)))
            case Ask(what, name):
                self._say(Say(await self._ask(what, name)))
            case CallCommand():
                self._say(await self._command(step))
            case PressButton(message, offered):
                await self._session.command_calls.press(message, offered.action, offered.value)
                self._say(Say(self._chat.text("done")))
            case ListCommands(peer):
                self._say(Say(self._chat.offered(await self._session.command_calls.offered(peer.conversation))))
            case ContactCommand(what, user):
                self._say(Say(await self._act(what, user)))
            case Tend():
                self._say(Say(await self._tend(step)))
            case ReportMessage(message, reason, text):
                await self._session.reporting_calls.report_message(message, reason, text)
                self._say(Say(self._chat.text("reported")))
            case Save():
                self._say(Say(await self._save(step)))
            case Quit():
                self._end(None)

    # Steps that call the server

    async def _start(self, deed: Deed, line: str) -> None:
        """Begin a deed. A script's next line waits until it is done; a person's only if L{PENDING} are under way."""
        self._pending += 1
        work = Deferred.fromCoroutine(self._perform(deed, line))
        if not self._interactive:
            await work
            return
        work.addErrback(self._broke)
        if self._pending >= PENDING:
            self._room.pauseProducing()
            await self._room.passed()

    async def _perform(self, deed: Deed, line: str) -> None:
        try:
            ack = await self._call(deed)
        except ClientError as error:
            self._say(Say(self._chat.failed(line, error), wrong=True))
        else:
            done = self._chat.text("done")
            if isinstance(deed, SendText | SendFile):
                done = self._chat.text("sent", number=self._chat.sent(deed, ack))
            if self._interactive:
                self._say(Say(done))
                await self._tell_away(deed)
            self._keep_soon()
        finally:
            self._pending -= 1
            self._room.resumeProducing()

    async def _tell_away(self, deed: Deed) -> None:
        """Somebody writes to one user: say that the user is away, once for each thing that the user says of it."""
        if not isinstance(deed, SendText | SendFile) or deed.peer.group:
            return
        user, now = deed.peer.id, self._reactor.seconds()
        if now - self._asked.get(user, -ASK_AWAY_PAUSE) < ASK_AWAY_PAUSE:
            return
        self._asked[user] = now
        # It is not worth a word that the server does not say.
        with suppress(ClientError):
            line = self._chat.away(await self._session.user(user))
            if line:
                self._say(Say(line))

    def _call(self, deed: Deed) -> Awaitable[Ack]:
        match deed:
            case SendText(peer, content, reply_to):
                user, group = (None, peer.id) if peer.group else (peer.id, None)
                return self._client.send(user, content, group=group, reply_to=reply_to, format="markdown")
            case SendFile():
                return self._send_file(deed)
            case EditMessage(message, text):
                return self._client.edit(message, text, format="markdown")
            case RecallMessage(message):
                return self._client.recall(message)
            case ReactToMessage(message, emoji, on):
                return self._client.react(message, emoji, on)

    async def _send_file(self, deed: SendFile) -> Ack:
        found = await self._session.media_calls.upload(deed.path)
        user, group = (None, deed.peer.id) if deed.peer.group else (deed.peer.id, None)
        seconds = max(1, round(found.seconds)) if found.kind == "audio" and found.seconds else 0
        return await self._client.send(
            user, group=group, media=found.kind, url=found.url, name=found.name, seconds=seconds
        )

    async def _save(self, step: Save) -> str:
        saved = [await self._save_at(step.url, step.name, step.path)]
        beside = step.path if step.path is None or step.path.is_dir() else step.path.parent
        saved += [await self._save_at(url, name, beside) for url, name in step.more]
        return "\n".join(saved)

    async def _save_at(self, url: str, name: str, path: Path | None) -> str:
        if path is None or path.is_dir():
            path = place_for(name, path or Path.cwd(), "file")
        size = await self._session.media_calls.save(url, path)
        return self._chat.text("saved", name=path, size=size)

    async def _with_connection(self, work: Callable[[], Awaitable[T]]) -> T:
        """Ask the server a question. A script waits for a connection, and asks again if the connection is lost."""
        while True:
            if not self._interactive:
                await self._client.connected(None)
            try:
                return await work()
            except NotConnected:
                if self._interactive:
                    raise

    async def _past(self, peer: Recipient, size: int) -> PastMessages:
        """@return: the newest messages of a conversation, the oldest of them first."""
        found: list[Folded] = []
        user, group = (None, peer.id) if peer.group else (peer.id, None)
        while len(found) < size:
            limit = min(size - len(found), HISTORY_LIMIT)
            before = found[0].id if found else None
            page = await self._client.history(user=user, group=group, before=before, limit=limit)
            last = next((message for message in reversed(page.messages) if message.expired), None)
            if last is not None:
                kept = [message for message in page.messages if message.id > last.id]
                return PastMessages(kept + found, last, page.keepDays or 0)
            found = page.messages + found
            if not page.more or not page.messages:
                break
        return PastMessages(found)

    async def _ask(self, what: str, name: str) -> str:
        session = self._session
        lists: dict[str, Callable[[], Awaitable[list[User] | list[Group]]]] = {
            "friends": session.friends,
            "groups": session.groups,
            "who": session.users,
            "requests": session.contact_calls.requests,
            "blocked": session.contact_calls.blocked,
        }
        if what in lists:
            return self._chat.names(await lists[what]())
        match what:
            case "conversations":
                return self._chat.conversations(await session.contact_calls.conversations())
            case "find":
                return self._chat.names(await session.group_calls.find(name))
            case "search" | "mentions":
                asked = session.search(name, limit=FOUND) if what == "search" else session.mentions(FOUND)
                return await self._found(*await asked)
            case "join":
                return self._chat.text("done" if await session.group_calls.join(name) else "asked")
        return self._chat.made(await session.group_calls.create(name))

    async def _found(self, found: list[Hit], more: str) -> str:
        lines: list[str] = []
        # The newest result comes last, as everywhere at the terminal.
        for hit in reversed(found):
            await self._introduce(hit.message)
            lines.append(self._chat.hit(hit, self._now()))
        if more:
            lines.append(self._chat.text("older_too"))
        return "\n".join(lines) or self._chat.text("empty")

    async def _act(self, what: str, user: int) -> str:
        calls = self._session.contact_calls
        for kind in _TOLD[what]:
            self._told[kind, user] = self._reactor.seconds()
        if what == "add":
            return self._chat.text("contacts_now" if await calls.request(user) else "asked")
        simple = {
            "accept": calls.accept,
            "reject": calls.reject,
            "remove": calls.remove,
            "block": calls.block,
            "unblock": calls.unblock,
        }
        await simple[what](user)
        return self._chat.did(what, user)

    async def _command(self, step: CallCommand) -> Say:
        try:
            zone = f"{self._now().astimezone():%z}"
            answer = await self._session.command_calls.call(step.peer.conversation, step.text, zone)
        except Refused as error:
            if error.code != "no_such_command":
                raise
            return Say(self._chat.text("no_command", name=step.name), wrong=True)
        if answer.message:
            return Say(self._chat.text("sent", number=self._chat.sent_as(answer.message, step.peer)))
        return Say(self._chat.text("private", text=answer.text) if answer.text else self._chat.text("done"))

    async def _tend(self, step: Tend) -> str:
        calls, group, user = self._session.group_calls, step.group, step.user
        match step.what:
            case "members":
                return self._chat.members(await calls.members(group))
            case "requests":
                return self._chat.names(await calls.requests(group))
            case "link":
                return self._chat.text("link", code=await calls.make_link(group))
            case "leave":
                await calls.leave(group)
            case "dissolve":
                await calls.dissolve(group)
                self._chat.dissolved(group)
            case "mute":
                await calls.mute(group, user, self._in_minutes(step.minutes) if step.minutes else None)
            case "admin" | "unadmin" | "owner":
                role: Role = "member" if step.what == "unadmin" else "owner" if step.what == "owner" else "admin"
                await calls.set_role(group, user, role)
            case _:
                simple = {
                    "invite": calls.invite,
                    "approve": calls.approve,
                    "reject": calls.reject,
                    "kick": calls.remove,
                    "ban": calls.ban,
                    "unban": calls.unban,
                    "unmute": calls.unmute,
                }
                await simple[step.what](group, user)
        return self._chat.text("done")

    def _in_minutes(self, minutes: int) -> int:
        """@return: the time in so many minutes, in milliseconds since the epoch."""
        return int((self._clock() + 60 * minutes) * 1000)

    async def _learn(self) -> None:
        session = self._session
        invitations = await session.group_calls.invitations()
        self._chat.learn(await session.users(), [*invitations, *await session.groups()])

    # Events

    async def _read(self) -> None:
        """Show the events that come, until the client has stopped."""
        try:
            async for item in self._client.events():
                self._showing = True
                await self.console.writable.passed()
                await self._take(item)
                self._showing = False
                self._keep_soon()
        except Exception as error:  # run() waits for the end of this, and raises the error
            self._end(error)

    async def _take(self, item: Item) -> None:
        if isinstance(item, Happened):
            if self._is_told(item):
                return
            await self._introduce(item)
            shown = self._chat.happened(item, self._now())
            if shown is not None:
                self._say(Say(shown))
        elif isinstance(item, PersonFrame) and item.name:
            self._chat.learn([User(item.from_, item.displayName, item.name)], [])
        elif isinstance(item, StartedAnew):
            self._say(Say(self._chat.started_anew(item.lost)))
        elif isinstance(item, Error):
            self._say(Say(self._chat.text("server", text=item.message), wrong=True))

    def _is_told(self, event: Happened) -> bool:
        """@return: whether the event is of a command that was typed here a moment ago, and whose answer was shown."""
        own = self._chat.own(event)
        did = self._told.pop(own, None) if own else None
        return did is not None and self._reactor.seconds() - did < TOLD

    async def _show_past(self, past: PastMessages) -> None:
        if past.expired is not None:
            self._say(Say(self._chat.deleted_before(past.expired, past.days, self._now())))
        elif not past.messages:
            self._say(Say(self._chat.text("empty")))
        for message in past.messages:
            await self._introduce(message)
            self._say(Say(self._chat.message(message, self._now())))

    async def _introduce(self, event: Happened | Folded) -> None:
        """Learn the names of the users and the group of an event, if they are unknown."""
        if self._chat.knows(event):
            return
        try:
            await self._learn()
        except ClientError:
            pass  # the ids are shown for now
        else:
            self._chat.strange(event)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock())

    def _connected(self, connected: bool) -> None:
        if self._greeted:
            self._say(Say(self._chat.text("back" if connected else "lost")))
        self._greeted = True

    def _say(self, say: Say) -> None:
        if say.wrong:
            self._status = 1
        if self._opened:
            self._tell_day()
            self.console.show(say.text)

    def _tell_day(self) -> None:
        """On a new day show its date: the times in the lines above are of the day before, and cannot be redrawn."""
        today = self._now().date()
        if self._interactive and self._day not in (None, today):
            self.console.show(self._chat.another_day(today))
        self._day = today

    def _broke(self, failure: Failure) -> None:
        self._end(failure.value if isinstance(failure.value, Exception) else None)

    def _end(self, error: Exception | None) -> None:
        self._error = self._error or error
        self._finished.resumeProducing()

    # The state

    def _keep_soon(self) -> None:
        if self._keeping is None:
            self._keeping = self._reactor.callLater(_KEEP, self._keep)

    def _keep(self) -> None:
        if self._keeping is not None and self._keeping.active():
            self._keeping.cancel()
        self._keeping = None
        if not self._showing:  # else the cursor is beyond a message that is not shown yet
            client = self._client
            self._state.keep(client.cursor, client.own, client.epoch, client.check)


async def chat(
    reactor: Any,
    server: str,
    name: str,
    password: str,
    register: bool = False,
    *,
    invite: str = "",
    sign_in: bool = False,
    language: Language | None = None,
    interactive: bool | None = None,
    directory: Path | None = None,
    api: Api | None = None,
    connect: Callable[[Session, State, Callable[[bool], None]], Client] | None = None,
    open_console: Callable[[Any], object] | None = None,
    prompt: PromptSession[str] | None = None,
    complain: Callable[[str], object] = sys.stderr.write,
    clock: Callable[[], float] = time.time,
) -> int:
    """
    Log in and chat until the user leaves.

    @param server: the server's URL.
    @param register: make the account first.
    @param invite: an invite code for that, if the server wants one.
    @param sign_in: sign in by a browser, without a password. A person at a terminal does so anyway if the password is
        not enough.
    @param name: the user's name; empty: whoever lets the terminal in.
    @param password: empty: there is none, or it is not needed.
    @param language: the language of the texts; by default that of the locale.
    @param interactive: whether a person types; by default, whether standard input is a terminal.
    @param directory: the directory of the state; None: keep no state.
    @param api: the server's HTTP API; by default made from C{server}.
    @param connect: makes the client; by default one for C{server}.
    @param open_console: opens the console; by default, on standard input and output.
    @param prompt: the line that a person edits; None: whole lines are read.
    @param complain: called with one line if an error ends the chat, and with what a person has to do to sign in.
    @param clock: the time of day, in seconds since the epoch.
    @return: the exit status.
    """
    language = language or language_here()
    interactive = os.isatty(0) if interactive is None else interactive

    def connect_to_server(session: Session, state: State, on_state: Callable[[bool], None]) -> Client:
        saved = state.saved
        return Client(
            reactor,
            server,
            session.current,
            saved.device,
            since=saved.cursor,
            own=saved.own,
            epoch=saved.epoch,
            check=saved.check,
            on_state=on_state,
            language=language,
        )

    try:
        api = api or Api(reactor, server, language=language)
        if register:
            await api.register(name, password, *([invite] if invite else []))
        make = connect or connect_to_server
        state = State.open(directory, api.address.http, name)
        try:
            by_browser = sign_in or interactive
            ask = (lambda: ask_line(reactor)) if interactive and not sign_in else None
            signing = SigningIn(api, name, password, state, complain, language, by_browser, draws_here(), ask)
            session, name = await signing.sign_in()
            me = session.credentials.user_id
            state.settle(me)
            lines = Chat(api.address.http, language, me)
            completion = LineCompletion(lines, session.command_calls.offered, reactor.seconds)
            talk = Talk(
                reactor,
                session,
                lines,
                state,
                lambda on_state: make(session, state, on_state),
                _consoles(prompt, completion),
                interactive,
                clock,
            )
            return await talk.run(name, open_console or (lambda console: console.open(reactor)))
        finally:
            state.close()
    except ClientError as error:
        words = Chat(server, language)
        hint = f"; {words.text('start_one')}" if isinstance(error, Unreachable) else ""
        complain(f"hichat: {words.error(error)}{hint}\n")
        return 1


def _consoles(prompt: PromptSession[str] | None, completion: LineCompletion) -> Callable[[OnLine, OnEnd], AnyConsole]:
    if prompt is None:
        return Console
    # Only a person at a terminal waits for this import.
    from hichat.terminal.prompt import PromptConsole

    return partial(PromptConsole, prompt, completion)


def _prompt_here() -> PromptSession[str] | None:
    """
    Choose the reactor that goes with prompt_toolkit, if a person types at a terminal that can do more than print.

    @return: the line that the person edits; None: there is none, or the terminal is not fit for it.
    """
    if not (os.isatty(0) and os.isatty(1)) or os.environ.get("TERM", "dumb") == "dumb":
        return None
    try:
        from hichat.terminal.prompt import new_prompt, share_loop

        prompt = new_prompt()
        share_loop()
    except Exception:  # whatever it is: without it, whole lines are read, as from a pipe
        return None
    return prompt


def run_chat(server: str, name: str, password: str, register: bool = False, **options: Any) -> int:
    """
    Run the reactor for L{chat}.

    @param options: further arguments of L{chat}.
    @return: the exit status; 130 after Ctrl-C.
    """
    statuses: list[int] = []
    options = {"directory": state_directory(), "prompt": _prompt_here(), **options}

    def main(reactor: Any) -> Deferred[None]:
        work = Deferred.fromCoroutine(chat(reactor, server, name, password, register, **options))
        done = work.addCallback(statuses.append).addErrback(lambda failure: failure.trap(CancelledError) and None)

        def interrupted() -> Deferred[None]:
            if not done.called:
                statuses.append(130)
                done.cancel()
            return done  # the reactor waits until the client has closed

        reactor.addSystemEventTrigger("before", "shutdown", interrupted)
        return done

    try:
        task.react(main)
    except SystemExit as ending:
        return statuses[0] if statuses else int(ending.code or 130)
