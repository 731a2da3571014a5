"""What a bot does at the server: with people and groups by name, and each frame once, over all runs of the bot."""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import IO, Any, TypeVar
from urllib.parse import urlencode

from msgspec import UNSET

from hichat.client.aio.api import AsyncApi
from hichat.client.aio.client import AsyncClient
from hichat.client.aio.names import Directory, Target
from hichat.client.aio.state import StateFile
from hichat.client.calls import Session
from hichat.client.core import or_unset
from hichat.client.media import RATE, Uploaded, place_of_file, uploaded
from hichat.client.outbox import Once
from hichat.client.wire import FileTrouble, NotConnected, Refused
from hichat.core.actions import SentAction, SentChoice
from hichat.core.kinds import Format
from hichat.media.names import clean_name
from hichat.wire import frames
from hichat.wire.frames import Ack, Alias, HistoryPage

Upload = str | Path | bytes | IO[bytes]
"""A file to send: its path, its content, or an open binary file."""

WHILE_TYPING = 3.0
"""Seconds between two frames that say that one is typing."""

REPLAYED = "counter_used"
"""The code for a frame in whose place an earlier run has sent another one."""

T = TypeVar("T")

_log = logging.getLogger(__name__)


class Handling:
    """
    An event that the bot handles.

    @ivar event: its id.
    @ivar over: whether all handlers have ended: a frame is sent because of it no more.
    """

    def __init__(self, event: int) -> None:
        self.event = event
        self.over = False
        self._place = 0

    def next_place(self) -> int:
        """@return: the place of the next frame among those that are sent because of this event, from 0."""
        self._place += 1
        return self._place - 1


HANDLING: ContextVar[Handling | None] = ContextVar("HANDLING", default=None)
"""The event because of which the current task does what it does."""


class Acts:
    """
    @param api: the server.
    @param session: makes the calls, for the bot.
    @param client: sends and hears, for the bot.
    @param state: keeps which frames were sent because of which event.
    @ivar directory: people and groups by name.
    @ivar user: the bot's own id.
    """

    def __init__(self, api: AsyncApi, session: Session, client: AsyncClient, state: StateFile, user: int) -> None:
        self.session = session
        self.client = client
        self.directory = Directory(session)
        self.user = user
        self._api = api
        self._state = state

    # Frames that take effect exactly once

    async def send(
        self,
        place: Target,
        text: str = "",
        *,
        files: Sequence[Uploaded] = (),
        media: frames.Media = "text",
        reply_to: int | None = None,
        mentions: Sequence[int] = (),
        format: Format | None = None,
        alias: Alias | None = None,
        actions: Sequence[SentAction] = (),
        choice: SentChoice | None = None,
        only_for: Sequence[int] = (),
    ) -> Ack:
        """Send a message; see L{hichat.client.connection.Client.send}."""
        first, rest = (files[0] if files else None), files[1:]
        more = [frames.SentFile(media=each.kind, url=each.url, name=each.name, seconds=each.seconds) for each in rest]
        return await self.count(
            frames.Send(
                user=or_unset(place.user),
                group=or_unset(place.group),
                text=text,
                media=media if first is None else first.kind,
                url=first.url if first else "",
                name=first.name if first else "",
                seconds=round(first.seconds) if first else 0,
                moreFiles=more,
                replyTo=or_unset(reply_to),
                mentions=list(mentions),
                format=UNSET if format is None else format,
                alias=UNSET if alias is None else alias,
                actions=list(actions),
                choice=UNSET if choice is None else choice,
                for_=list(only_for),
            )
        )

    async def edit(
        self,
        message: int,
        text: str,
        *,
        mentions: Sequence[int] = (),
        format: Format | None = None,
        actions: Sequence[SentAction] = (),
        choice: SentChoice | None = None,
    ) -> Ack:
        """Replace the text of an own message, its buttons and its choice."""
        return await self.count(
            frames.Edit(
                message=message,
                text=text,
                mentions=list(mentions),
                format=UNSET if format is None else format,
                actions=list(actions),
                choice=UNSET if choice is None else choice,
            )
        )

    async def answer(
        self,
        call: int,
        text: str,
        *,
        to_all: bool = False,
        format: Format | None = None,
        actions: Sequence[SentAction] = (),
        choice: SentChoice | None = None,
    ) -> Ack:
        """Answer the call of a command or of a button."""
        return await self.count(
            frames.AnswerCall(
                call=call,
                text=text,
                to="all" if to_all else "asker",
                format=UNSET if format is None else format,
                actions=list(actions),
                choice=UNSET if choice is None else choice,
            )
        )

    async def recall(self, message: int) -> Ack:
        """Take a message back."""
        return await self.count(frames.Recall(message=message))

    async def react(self, message: int, emoji: str, on: bool = True) -> Ack:
        """React to a message, or take that back."""
        return await self.count(frames.React(message=message, emoji=emoji, on=on))

    async def forward(self, message: int, place: Target) -> Ack:
        """Send a message on to another conversation."""
        return await self.count(frames.Forward(message=message, user=or_unset(place.user), group=or_unset(place.group)))

    async def count(self, frame: Once) -> Ack:
        """
        Send a frame exactly once. If a handler sends it, that holds over all runs of the bot: a run that handles the
        event again sends it under the same counter.

        @return: the ack; with the id 0 if an earlier run has sent another frame in its place.
        """
        handling = HANDLING.get()
        if handling is None or handling.over:
            return await self.client.count(frame)
        frame.counter = self._counter(handling)
        try:
            return await self.client.count(frame)
        except Refused as error:
            if error.code != REPLAYED:
                raise
            _log.warning("because of event %d an earlier run has sent something else; that stands", handling.event)
            return Ack(conversation=0, seq=0, id=0, time=0, duplicate=True)

    def _counter(self, handling: Handling) -> int:
        saved = self._state.saved
        given, place = saved.sent.setdefault(handling.event, []), handling.next_place()
        if place < len(given):
            return given[place]
        saved.counter = self.client.core.outbox.reserve()
        given.append(saved.counter)
        self._state.write()
        return saved.counter

    # Questions, which are asked again when the connection was lost meanwhile

    async def history(self, place: Target, before: int | None, limit: int) -> HistoryPage:
        """@return: messages of a conversation in their present form, in order of id; see L{frames.History}."""
        user, group = or_unset(place.user), or_unset(place.group)
        return await self._again(
            lambda: self.client.ask(
                frames.History(user=user, group=group, before=or_unset(before), limit=limit), HistoryPage
            )
        )

    async def read(self, place: Target, id: int) -> None:
        """Tell that everything in a conversation up to this id was read."""
        user, group = or_unset(place.user), or_unset(place.group)
        await self._again(lambda: self.client.ask(frames.Read(id=id, user=user, group=group), frames.Done))

    async def _again(self, ask: Callable[[], Awaitable[T]]) -> T:
        try:
            return await ask()
        except NotConnected:
            await self.client.connected()
            return await ask()

    @asynccontextmanager
    async def typing(self, place: Target) -> AsyncIterator[None]:
        """Others see that the bot is typing, until this is left."""
        frame = frames.Typing(user=or_unset(place.user), group=or_unset(place.group))

        async def type_on() -> None:
            while True:
                self.client.core.say(frame)
                await asyncio.sleep(WHILE_TYPING)

        task = asyncio.create_task(type_on())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    # Attachable

    async def upload(self, file: Upload, name: str | None = None) -> Uploaded:
        """
        Send a file to the server; a message can have it then.

        @param name: the name that others see; by default the file's own.
        @raise FileTrouble: the file cannot be read.
        """
        if isinstance(file, str | Path):
            return await self.session.media_calls.upload(Path(file), name)
        opened = io.BytesIO(file) if isinstance(file, bytes) else file
        called = clean_name(name or Path(str(getattr(opened, "name", "") or "file")).name)
        try:
            size = opened.seek(0, io.SEEK_END)
            opened.seek(0)
            path = f"/media?{urlencode({'name': called})}"
            return uploaded(await self.session.send_file(path, opened, 30 + size / RATE))
        except OSError as error:
            raise FileTrouble(f"{called}: {error.strerror or error}") from error

    async def pieces(self, url: str) -> AsyncIterator[bytes]:
        """
        @param url: a file's URL in a message.
        @return: the pieces of its content, in order.
        @raise FileTrouble: the URL is not of this server, or the bot may not see the file.
        """
        async for piece in self._api.pieces(await place_of_file(self.session.media_calls, url)):
            yield piece

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        """Make any call of the v2 HTTP API; see L{Session.call}."""
        return await self.session.call(method, path, body)
