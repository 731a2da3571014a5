"""
A bot::

    bot = Bot("https://chat.example", token="hcb_...")

    @bot.on_message
    async def echo(message):
        await message.reply(message.text)

    bot.run()

Or inside a program with a loop of its own, such as in the lifespan of an ASGI application::

    async with bot:
        await bot.send("#ops", "deployed")

A bot reconnects by itself, goes on where it was, and keeps its place in a file. An event comes to the handlers until
they have ended: after a crash of the program it comes again, but what the handlers had sent is sent once.

Events of one conversation are handled in their order, those of several side by side. While L{Bot} has C{at_once} of
them in hand it takes no further ones, and then the server holds them. A handler that takes long holds up its own
conversation only. The exception of a handler is logged, and does not end the bot.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal, TypeVar

from msgspec import UNSET

from hichat.client import device_flow
from hichat.client.aio.acts import HANDLING, Acts, Handling, Upload
from hichat.client.aio.api import AsyncApi
from hichat.client.aio.client import AsyncClient
from hichat.client.aio.commands import Button, Menu, Offer, Worded, call_of
from hichat.client.aio.message import Attachable, Discussion, Message, Occurrence, Sent, message_of, talk_of
from hichat.client.aio.names import Person, Target
from hichat.client.aio.state import StateFile, StateTrouble, default_path
from hichat.client.calls import DeviceSession, Session
from hichat.client.core import Item, backoff
from hichat.client.speech import StartedAnew
from hichat.client.wire import ClientError, Credentials, NotConnected, Refused, Unauthorized, Unreachable
from hichat.core.errors import Language
from hichat.core.kinds import Format
from hichat.wire.frames import Alias, Happened, PersonFrame, TypingFrame

SAY_AGAIN = 30.0
"""Seconds without a connection between two lines in the log that say so."""

DONE_LIMIT = 10_000
"""The most finished events that are kept because an earlier one is not finished; then that one is given up."""

SAVE_AFTER = 0.25
"""Seconds between two times at which the bot's place is written to the disk."""

On = Callable[[Any], Awaitable[object]]
"""A handler."""

H = TypeVar("H", bound=On)

Starter = Callable[[], Awaitable[object]]

S = TypeVar("S", bound=Starter)

_log = logging.getLogger(__name__)


class NoSignIn(ClientError):
    """The bot was not told how to sign in."""


class Bot:
    """
    A bot, or any user for whom a program speaks. It signs in with a token, or with a name and a password.

    @param server: the server's URL; by default that in C{HICHAT_SERVER}, or C{http://127.0.0.1:8000}.
    @param token: a bot's token, or an app's access token; by default that in C{HICHAT_TOKEN}.
    @param user: a user's name, in place of a token; by default that in C{HICHAT_USER}.
    @param password: the password or an app password; by default that in C{HICHAT_PASSWORD}.
    @param code: gives the code of a second factor, or nothing to give up; may be asynchronous. Its argument says why
        the last code was refused; None the first time.
    @param by_browser: sign in by a browser (RFC 8628): called with what the person is to open and to type. Only for the
        first run; later ones go on with the session.
    @param state: the file with the bot's place; by default one in C{XDG_STATE_HOME} for each server and token. None:
        keep nothing: then it begins with what happens after its start.
    @param listen: False for a program that only says something: no events come. A token without the scope C{read} needs
        that, and the ids of conversations, such as C{group-1000000001}, in place of names.
    @param hear_bots: whether messages of other bots come to the handlers, too. Two bots that answer each other never
        stop.
    @param at_once: events that are handled side by side.
    @param language: the language of the server's sentences; by default that of the locale.
    @ivar client: the connection, after L{start}.
    @ivar session: the calls over HTTP, after L{start}: what this class has no method for, see
        L{hichat.client.calls.Session}.
    """

    client: AsyncClient
    session: Session

    def __init__(
        self,
        server: str | None = None,
        *,
        token: str | None = None,
        user: str | None = None,
        password: str | None = None,
        code: Callable[[Refused | None], str | Awaitable[str]] | None = None,
        by_browser: Callable[[device_flow.PendingLogin], object] | None = None,
        state: Path | str | Literal["default"] | None = "default",
        listen: bool = True,
        hear_bots: bool = False,
        at_once: int = 32,
        language: Language | None = None,
    ) -> None:
        env = os.environ.get
        self.server = server or env("HICHAT_SERVER") or "http://127.0.0.1:8000"
        self._user_name = user or ("" if token else env("HICHAT_USER", ""))
        self._token = token or ("" if self._user_name else env("HICHAT_TOKEN", ""))
        self._password = password or env("HICHAT_PASSWORD", "")
        self._code = code
        self._by_browser = by_browser
        self._state_path = state
        self._listen = listen
        self._hear_bots = hear_bots
        self._language = language
        self._at_once = at_once
        self._handlers: dict[str, list[On]] = {}
        self._starters: list[Starter] = []
        self._offers: dict[str, Offer] = {}
        self._api: AsyncApi | None = None
        self._state: StateFile | None = None
        self._acts: Acts | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._last_of: dict[int, asyncio.Task[None]] = {}
        self._hands = asyncio.Semaphore(at_once)
        # By the ids of the events that are handled now: since when. And those that earlier runs had finished.
        self._unfinished: dict[int, float] = {}
        self._done_before: set[int] = set()
        self._changed = False
        self._heart: list[asyncio.Task[None]] = []
        self._over: asyncio.Future[None] | None = None

    # Handlers

    def on(self, kind: str) -> Callable[[H], H]:
        """
        C{@bot.on("joined")}: call an asynchronous function with each event of a kind.

        @param kind: C{message}; any other kind of event, see L{hichat.wire.frames._Happened}; C{typing}; C{anew}: the
            server's log is another one, as after a backup was put back; or C{connected}: with True and False.
        """

        def note(handler: H) -> H:
            given: object = handler
            if not inspect.iscoroutinefunction(given):
                raise TypeError(f"{handler!r} must be an async function")
            self._handlers.setdefault(kind, []).append(handler)
            return handler

        return note

    def on_message(self, handler: H) -> H:
        """C{@bot.on_message}: call with each L{Message} of others, in all conversations of the bot."""
        return self.on("message")(handler)

    def on_edit(self, handler: H) -> H:
        """C{@bot.on_edit}: call with each edit of others, a L{Occurrence}."""
        return self.on("edited")(handler)

    def on_recall(self, handler: H) -> H:
        """C{@bot.on_recall}: call when a message was taken back, with a L{Occurrence}."""
        return self.on("recalled")(handler)

    def on_reaction(self, handler: H) -> H:
        """C{@bot.on_reaction}: call with each reaction of others, a L{Occurrence}."""
        return self.on("reacted")(handler)

    def on_typing(self, handler: H) -> H:
        """C{@bot.on_typing}: call with the L{TypingFrame} of people whom the bot watches."""
        return self.on("typing")(handler)

    def command(
        self, name: str, description: Worded, arguments: Worded = "", *, groups: Sequence[str] = ()
    ) -> Callable[[H], H]:
        """
        C{@bot.command("deploy", "Deploy a version", "VERSION")}: offer a command, and call an asynchronous function
        with each L{Invocation} of it. When the bot starts, its commands replace those that it had. Only for accounts
        that are bots.

        @param name: what is typed behind the slash: letters, digits, C{-} and C{_}, in small letters.
        @param description: what it does; or that in each language: C{{"en": ..., "zh": ...}}.
        @param arguments: a hint of what is typed behind it, likewise.
        @param groups: the only groups in which it is offered; empty: wherever the bot is.
        """

        def note(handler: H) -> H:
            self._offers[name] = Offer(name, description, arguments, groups)
            return self.on(f"/{name}")(handler)

        return note

    def on_action(self, action: str) -> Callable[[H], H]:
        """
        C{@bot.on_action("yes")}: call an asynchronous function with each L{Invocation} by a button with this id, or by
        a choice, under a message of the bot.
        """
        return self.on(f"pressed {action}")

    def on_start(self, starter: S) -> S:
        """C{@bot.on_start}: call this without arguments when the bot has connected for the first time."""
        self._starters.append(starter)
        return starter

    # Its life

    def run(self) -> None:
        """Run until Ctrl-C, SIGTERM, or an error for which the bot cannot go on: this one ends the program."""
        if not logging.getLogger().handlers:
            logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
        with suppress(KeyboardInterrupt, asyncio.CancelledError):
            try:
                asyncio.run(self._main())
            except ClientError as error:
                raise SystemExit(f"{type(error).__name__}: {error}") from None

    async def _main(self) -> None:
        main = asyncio.current_task()
        assert main is not None
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, main.cancel)
        await self.serve()

    async def serve(self) -> None:
        """
        Run until this is cancelled.

        @raise ClientError: the bot cannot go on: the server refuses its token, for example.
        """
        try:
            await self.start(None)
            await self.wait()
        finally:
            await self.close()

    async def __aenter__(self) -> Bot:
        await self.start()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    async def start(self, timeout: float | None = 60) -> None:
        """
        Sign in and connect. Events come to the handlers from now on.

        @param timeout: seconds; None: try until it works.
        @raise Unreachable: there was no connection in time.
        @raise Unauthorized: the server refuses the token, or the password.
        @raise StateInUse: another process uses the same state.
        @raise ClientError: it cannot be done.
        """
        if self._api is not None:
            raise RuntimeError("the bot has been started already")
        try:
            await self._start(timeout)
        except BaseException:
            await self.close()
            raise

    async def _start(self, timeout: float | None) -> None:
        if not self._token and not self._user_name:
            raise NoSignIn("give the bot a token: Bot(token=...), or the variable HICHAT_TOKEN")
        self._api = AsyncApi(self.server, language=self._language)
        self._state = StateFile(self._path(), self._api.address.http)
        saved = self._state.saved
        self._unfinished, self._done_before = {}, {*saved.done}
        self.session = await self._signed_in(timeout)
        self.client = AsyncClient(
            self._api,
            self.session.current if isinstance(self.session, DeviceSession) else self.session.credentials,
            saved.device,
            since=saved.cursor,
            epoch=saved.epoch,
            check=saved.check,
            counter=saved.counter,
            listen=self._listen,
            on_state=self._on_state,
            inbox_limit=max(16, 2 * self._at_once),
        )
        self._heart = [asyncio.create_task(self._complain())]
        welcome = await self.client.connected(timeout)
        if saved.user not in (0, welcome.user):
            raise StateTrouble(f"{self._path()} is the state of user {saved.user}, not of {welcome.user}")
        saved.user = self.session.credentials.user_id = welcome.user
        self._acts = Acts(self._api, self.session, self.client, self._state, welcome.user)
        self._over = asyncio.get_running_loop().create_future()
        self._save()
        if self._offers:
            offered = [await offer.told(self._acts) for offer in self._offers.values()]
            await self.session.call("PUT", "/bots/me/commands", {"commands": offered})
        for starter in self._starters:
            await starter()
        self._heart += [asyncio.create_task(self._take_all()), asyncio.create_task(self._save_often())]

    async def wait(self) -> None:
        """
        Wait until the bot is closed.

        @raise ClientError: it cannot go on: the server refuses its token, for example.
        """
        assert self._over is not None
        await asyncio.shield(self._over)

    async def close(self, timeout: float = 10) -> None:
        """
        Let the handlers that run end, close the connection, and write the state.

        @param timeout: seconds for the handlers; then they are cancelled, and their events come again in the next run.
        """
        if self._heart[1:]:
            self._heart[1].cancel()  # take no more
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=timeout)
        for task in [*self._tasks, *self._heart]:
            task.cancel()
        await asyncio.gather(*self._tasks, *self._heart, return_exceptions=True)
        self._heart = []
        if self._acts is not None:
            await self.client.close(timeout)
            self._save()
        elif hasattr(self, "client"):
            await self.client.close(0)
        if self._state is not None:
            self._state.close()
        if self._api is not None:
            await self._api.close()
        if self._over is not None and not self._over.done():
            self._over.set_result(None)
        self._api = self._state = self._acts = None

    # What it does

    @property
    def user(self) -> int:
        """The bot's own id."""
        return self._acting.user

    @property
    def _acting(self) -> Acts:
        if self._acts is None:
            raise NotConnected("the bot has not been started: bot.run(), or async with bot")
        return self._acts

    async def talk(self, to: str | int | Person | Target | Discussion) -> Discussion:
        """
        @param to: C{"@ann"}, C{"#ops"}, C{"announcements"}, a user's id, C{"user-2"}, C{"group-1000000001"}, a person,
            or a conversation.
        @raise NoSuchName: nobody and nothing has this name.
        """
        return to if isinstance(to, Discussion) else Discussion(self._acting, await self._acting.directory.place(to))

    async def send(
        self,
        to: str | int | Person | Target | Discussion,
        text: str = "",
        *,
        file: Attachable | None = None,
        file_name: str | None = None,
        reply_to: int | None = None,
        mentions: Sequence[Person | int] = (),
        format: Format | None = None,
        alias: str | Alias | None = None,
        actions: Sequence[Button] = (),
        choice: Menu | None = None,
        only_for: Sequence[Person | int] = (),
    ) -> Sent:
        """Send a message to somebody, or to a group, by name: see L{talk} and L{Discussion.send}."""
        talk = await self.talk(to)
        return await talk.send(
            text,
            file=file,
            file_name=file_name,
            reply_to=reply_to,
            mentions=mentions,
            format=format,
            alias=alias,
            actions=actions,
            choice=choice,
            only_for=only_for,
        )

    async def person(self, who: str | int) -> Person:
        """@return: a user, by the id, or by the name with or without C{@}."""
        if isinstance(who, int):
            return await self._acting.directory.people.get(who)
        return await self._acting.directory.person(who.removeprefix("@"))

    async def history(
        self, of: str | int | Person | Target | Discussion, limit: int | None = None, before: int | None = None
    ) -> AsyncIterator[Message]:
        """@return: messages of a conversation, the newest first; see L{Discussion.history}."""
        async for message in (await self.talk(of)).history(limit, before):
            yield message

    async def search(self, words: str, limit: int | None = None, **filters: str | int) -> AsyncIterator[Message]:
        """
        Find messages in the bot's conversations.

        @param words: a message must have all of them.
        @param limit: the most messages.
        @param filters: see L{Session.search}.
        """
        found = 0
        while True:
            hits, cursor = await self.session.search(words, **filters)
            for hit in hits:
                if limit is not None and found >= limit:
                    return
                found += 1
                yield await message_of(self._acting, hit.message)
            if not cursor:
                return
            filters["cursor"] = cursor

    async def groups(self) -> list[Discussion]:
        """@return: the groups of which the bot is a member."""
        return [
            Discussion(self._acting, Target(group=group.id, name=group.name)) for group in await self.session.groups()
        ]

    async def join(self, group: str) -> bool:
        """
        Join a group, by its name with or without C{#}, or by the code of an invite link.

        @return: True if the bot is a member now; False if an admin has to approve the request first.
        """
        return await self.session.group_calls.join(group.removeprefix("#"))

    async def leave(self, group: str | Discussion) -> None:
        """Leave a group."""
        talk = await self.talk(group)
        if talk.target.group is None:
            raise Refused("this is no group", "no_such_group")
        await self.session.group_calls.leave(talk.target.group)

    async def upload(self, file: Upload, name: str | None = None) -> str:
        """@return: the URL of a file that the server has now, without a message."""
        return (await self._acting.upload(file, name)).url

    # Signing in

    def _path(self) -> Path | None:
        if self._state_path is None:
            return None
        if self._state_path != "default":
            return Path(self._state_path)
        assert self._api is not None
        return default_path(self._api.address.http, self._token or f"user {self._user_name.casefold()}")

    async def _signed_in(self, timeout: float | None) -> Session:
        """Sign in; as long as the server is away, try again."""
        assert self._api is not None
        if self._token:
            return Session(self._api, Credentials(0, self._token))
        wait, failures = backoff(), 0
        ends = None if timeout is None else self._api.seconds() + timeout
        while True:
            try:
                return await self._sign_in(self._api)
            except Unreachable as error:
                failures += 1
                pause = max(wait(failures), 0.1)
                if ends is not None and self._api.seconds() + pause > ends:
                    raise
                _log.warning("%s; trying again in %.0f s", error, pause)
            await asyncio.sleep(pause)

    async def _sign_in(self, api: AsyncApi) -> DeviceSession:
        assert self._state is not None
        saved = self._state.saved
        if saved.refresh:
            with suppress(Unauthorized):
                return await api.resume_device(saved.refresh, self._keep_refresh)
            saved.refresh = ""
        if self._by_browser is not None:
            pending = await device_flow.begin(api, saved.device, "bot")
            self._by_browser(pending)
            return await device_flow.finish(
                api, pending, self._keep_refresh, secret=saved.secret, on_secret=self._keep_secret
            )
        if not self._password:
            raise NoSignIn("give the bot a password: Bot(password=...), or the variable HICHAT_PASSWORD")
        return await api.log_in(
            self._user_name,
            self._password,
            saved.device,
            self._keep_refresh,
            secret=saved.secret,
            on_secret=self._keep_secret,
            ask_code=None if self._code is None else self._ask_code,
        )

    async def _ask_code(self, refused: Refused | None) -> str:
        assert self._code is not None
        code = self._code(refused)
        return code if isinstance(code, str) else await code

    def _keep_refresh(self, token: str) -> None:
        if self._state is not None:
            self._state.saved.refresh = token
            self._state.write()

    def _keep_secret(self, secret: str) -> None:
        if self._state is not None:
            self._state.saved.secret = secret
            self._state.write()

    # Events

    async def _take_all(self) -> None:
        """Take what comes, and have it handled."""
        assert self._over is not None
        try:
            while True:
                await self._take(await self.client.next())
        except StopAsyncIteration:
            pass
        except ClientError as error:
            _log.error("the bot has stopped: %s", error)
            if not self._over.done():
                self._over.set_exception(error)
                self._over.exception()  # who does not wait for it has the line in the log

    async def _take(self, item: Item) -> None:
        match item:
            case Happened():
                await self._happened(item)
            case PersonFrame():
                self._acting.directory.people.forget(item.from_)
            case TypingFrame():
                self._spawn(self._call("typing", item))
            case StartedAnew():
                assert self._state is not None
                _log.warning("the server's log is another one: %d messages are not in it any more", len(item.lost))
                self._state.saved.sent, self._state.saved.done = {}, []
                self._unfinished.clear()
                self._done_before.clear()
                self._spawn(self._call("anew", item))
            case _:
                pass

    async def _happened(self, event: Happened) -> None:
        acts, state = self._acting, self._state
        assert state is not None
        self._changed = True
        if event.kind in ("changed", "dissolved") and event.group is not UNSET:
            acts.directory.groups.forget(event.group)
        if event.id in self._done_before or event.from_ == acts.user or not self._wants(event):
            return
        self._unfinished[event.id] = time.monotonic()
        await self._hands.acquire()
        before = self._last_of.get(event.conversation)
        task = self._spawn(self._handle(event, before))
        self._last_of[event.conversation] = task
        task.add_done_callback(lambda _: self._forget(event.conversation, task))

    def _wants(self, event: Happened) -> bool:
        return event.kind in self._handlers or _key_of(event) in self._handlers

    def _forget(self, conversation: int, task: asyncio.Task[None]) -> None:
        self._hands.release()
        if self._last_of.get(conversation) is task:
            del self._last_of[conversation]

    async def _handle(self, event: Happened, before: asyncio.Task[None] | None) -> None:
        """Call the handlers with an event, after the one before it in its conversation."""
        if before is not None:
            await asyncio.wait([before])
        handling = Handling(event.id)
        HANDLING.set(handling)
        try:
            acts = self._acting
            if event.kind == "message":
                message = await message_of(acts, event)
                if self._hear_bots or not message.sender.bot:
                    await self._call("message", message)
            elif event.called is not UNSET and event.kind in ("commanded", "pressed"):
                call = await call_of(acts, event)
                await self._call(_key_of(event), call)
                await self._call(event.kind, call)
            else:
                change = Occurrence(event, await acts.directory.who(event.from_), await talk_of(acts, event))
                await self._call(event.kind, change)
        finally:
            handling.over = True
        # Not if this was cancelled: then the event comes again in the next run.
        self._finished(event.id)

    async def _call(self, kind: str, argument: Any) -> None:
        for handler in self._handlers.get(kind, ()):
            try:
                await handler(argument)
            except Exception:
                _log.exception("%s has failed with %r", handler.__qualname__, argument)

    def _spawn(self, work: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    # Its place

    def _finished(self, event: int) -> None:
        self._unfinished.pop(event, None)
        if self._state is not None:
            self._state.saved.done.append(event)
        self._changed = True

    async def _save_often(self) -> None:
        while True:
            await asyncio.sleep(SAVE_AFTER)
            if self._changed:
                self._save()

    def _save(self) -> None:
        """Write the place up to which everything is finished."""
        state, client = self._state, self.client
        assert state is not None
        saved = state.saved
        if len(saved.done) > DONE_LIMIT and self._unfinished:
            stuck = min(self._unfinished)
            del self._unfinished[stuck]
            _log.error("the handlers of event %d do not end: it will not come again", stuck)
        cursor = client.cursor
        if cursor is not None and self._unfinished:
            cursor = min(cursor, min(self._unfinished) - 1)
        saved.cursor, saved.epoch, saved.check = cursor, client.core.epoch, client.core.check
        saved.done = [id for id in saved.done if id > (cursor or 0)]
        saved.sent = {id: counters for id, counters in saved.sent.items() if id > (cursor or 0)}
        self._changed = False
        try:
            state.write()
        except StateTrouble as error:
            _log.error("%s", error)

    # Its connection

    def _on_state(self, connected: bool) -> None:
        _log.info("connected to %s" if connected else "the connection to %s is lost", self.server)
        if self._acts is not None:
            self._spawn(self._call("connected", connected))

    async def _complain(self) -> None:
        """Say in the log that there is no connection, or that a handler does not end, as long as that is so."""
        while True:
            await asyncio.sleep(SAY_AGAIN)
            core = self.client.core
            for event, since in self._unfinished.items():
                if (seconds := time.monotonic() - since) > SAY_AGAIN:
                    _log.warning("event %d waits for its handlers for %.0f s now", event, seconds)
            if core.ready.shut:
                why = self.client.cause or "the server does not answer"
                _log.warning("no connection to %s: %s; %d frames wait", self.server, why, len(core.outbox))


def _key_of(event: Happened) -> str:
    """@return: the kind under which the handlers of this command, or of this button, are noted."""
    called = event.called
    if called is UNSET:
        return str(event.kind)
    return f"pressed {called.action}" if called.action else f"/{called.command}"
