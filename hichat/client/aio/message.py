"""Messages and what else happens, as a bot sees it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from msgspec import UNSET

from hichat.client.aio.acts import Acts, Upload
from hichat.client.aio.names import Person, Target
from hichat.client.media import place_for
from hichat.client.wire import FileTrouble
from hichat.core.actions import SentAction, SentChoice
from hichat.core.kinds import Format
from hichat.wire.frames import HISTORY_LIMIT, Ack, Alias, Folded, Happened, Media

ATTACHMENT_LIMIT = 32 * 1024 * 1024
"""Bytes of a file that L{Attachment.read} holds in memory, unless told otherwise."""

Attachable = Upload | Sequence[Upload]
"""One file to send, or several."""


class FileTooLarge(FileTrouble):
    """The file is larger than the program wants to take."""


class Discussion:
    """
    A conversation: with one person, in a group, or the announcements.

    @ivar target: which one.
    """

    def __init__(self, acts: Acts, target: Target) -> None:
        self.target = target
        self._acts = acts

    def __repr__(self) -> str:
        return f"<{self.target.path} {self.name!r}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Discussion) and self.target[:2] == other.target[:2]

    def __hash__(self) -> int:
        return hash(self.target[:2])

    @property
    def name(self) -> str:
        """The name of the other person, or of the group."""
        return self.target.name

    @property
    def direct(self) -> bool:
        """Whether it is with one person."""
        return self.target.user is not None

    async def send(
        self,
        text: str = "",
        *,
        file: Attachable | None = None,
        file_name: str | None = None,
        reply_to: int | None = None,
        mentions: Sequence[Person | int] = (),
        format: Format | None = None,
        alias: str | Alias | None = None,
        actions: Sequence[SentAction] = (),
        choice: SentChoice | None = None,
        only_for: Sequence[Person | int] = (),
    ) -> Sent:
        """
        Send a message. This waits, over reconnections, until the server has it on its disk. The server writes it once,
        whatever happens; and if a handler sends it, once over all runs of the bot.

        @param text: the text; with files, their caption.
        @param file: a path, bytes or an open file; or several of these.
        @param file_name: the name of a file that others see; by default its own.
        @param reply_to: the id of a message of this conversation.
        @param mentions: people; 0: all members of the group.
        @param format: C{markdown}: the text has signs; None: it is shown as it is.
        @param alias: the name, or the name and the picture, under which a bot shows this one message.
        @param actions: buttons under it, of a bot: see L{hichat.client.aio.bot.Bot.on_action}.
        @param choice: a choice under it.
        @param only_for: the only people who may press and choose.
        @raise Refused: the server refuses it; C{code} says why.
        @raise NotSendable: it is too long, or no text.
        """
        given: Sequence[Upload] = (
            [] if file is None else file if isinstance(file, list | tuple) else [cast(Upload, file)]
        )
        files = [await self._acts.upload(each, file_name) for each in given]
        ack = await self._acts.send(
            self.target,
            text,
            files=files,
            reply_to=reply_to,
            mentions=_ids(mentions),
            format=format,
            alias=Alias(name=alias) if isinstance(alias, str) else alias,
            actions=actions,
            choice=choice,
            only_for=_ids(only_for),
        )
        return Sent(self._acts, self, ack)

    def typing(self) -> AbstractAsyncContextManager[None]:
        """C{async with conversation.typing(): ...}: others see that the bot is typing."""
        return self._acts.typing(self.target)

    async def history(self, limit: int | None = None, before: int | None = None) -> AsyncIterator[Message]:
        """
        @param limit: the most messages; None: all that the bot may read.
        @param before: only messages with a smaller id.
        @return: messages as they are now, the newest first.
        """
        left = limit
        while left is None or left > 0:
            page = await self._acts.history(self.target, before, min(left or HISTORY_LIMIT, HISTORY_LIMIT))
            for folded in reversed(page.messages):
                yield await message_of(self._acts, folded)
            left = None if left is None else left - len(page.messages)
            if not page.more or not page.messages:
                return
            before = page.messages[0].id


class Sent:
    """
    A message that the bot has sent, and that the server has on its disk.

    @ivar id: the message's id; 0: an earlier run of the bot has sent another message in its place.
    @ivar duplicate: whether the server had it already.
    """

    def __init__(self, acts: Acts, conversation: Discussion, ack: Ack) -> None:
        self.id = ack.id
        self.duplicate = ack.duplicate
        self.conversation = conversation
        self._acts = acts

    async def edit(self, text: str, *, format: Format | None = None) -> None:
        """Replace the text."""
        await self._acts.edit(self.id, text, format=format)

    async def recall(self) -> None:
        """Take it back."""
        await self._acts.recall(self.id)

    async def react(self, emoji: str, on: bool = True) -> None:
        """React to it, or take that back."""
        await self._acts.react(self.id, emoji, on)


class Attachment:
    """
    A file of a message.

    @ivar media: C{picture}, C{audio} or C{file}.
    @ivar url: the file's URL in the message.
    @ivar name: the name that its sender gave it; may be empty.
    @ivar seconds: the length of a sound.
    """

    def __init__(self, acts: Acts, media: str, url: str, name: str, seconds: float) -> None:
        self.media = media
        self.url = url
        self.name = name
        self.seconds = seconds
        self._acts = acts

    def stream(self) -> AsyncIterator[bytes]:
        """
        @return: the pieces of its content, in order.
        @raise FileTrouble: the server does not have it any more, or not for the bot.
        """
        return self._acts.pieces(self.url)

    async def read(self, limit: int = ATTACHMENT_LIMIT) -> bytes:
        """
        @param limit: bytes.
        @return: its content.
        @raise FileTooLarge: it has more bytes.
        """
        found = bytearray()
        async for piece in self.stream():
            found += piece
            if len(found) > limit:
                raise FileTooLarge(f"the file is larger than {limit} bytes")
        return bytes(found)

    async def save(self, to: Path | str, limit: int | None = None) -> Path:
        """
        @param to: the file to make; or a directory, in which it gets its own name, or a similar one that is free.
        @param limit: bytes; None: no limit.
        @return: the file that was made.
        @raise FileTooLarge: it has more bytes.
        @raise FileTrouble: it cannot be had or written; then nothing was made.
        """
        path = Path(to)
        path = place_for(self.name, path, self.media) if path.is_dir() else path
        size = 0
        try:
            with path.open("xb") as file:
                try:
                    async for piece in self.stream():
                        size += len(piece)
                        if limit is not None and size > limit:
                            raise FileTooLarge(f"the file is larger than {limit} bytes")
                        file.write(piece)
                except BaseException:
                    path.unlink(missing_ok=True)
                    raise
        except OSError as error:
            raise FileTrouble(f"{path}: {error.strerror or error}") from error
        return path


class Message:
    """
    A message.

    @ivar id: its id.
    @ivar sender: who has sent it.
    @ivar conversation: where.
    @ivar text: its text; with files, their caption. Empty if it was recalled.
    @ivar media: C{text}, C{emoji}, C{audio}, C{picture} or C{file}.
    @ivar reply_to: the id of the message that it answers; None: it answers none.
    @ivar mentions: ids of users; 0: all members of the group.
    @ivar files: its files, in order.
    @ivar format: C{markdown}: the text has signs.
    @ivar recalled: whether it was taken back.
    @ivar alias: the name under which its bot shows it; empty: the sender's.
    @ivar raw: all that the server told.
    """

    def __init__(self, acts: Acts, raw: Happened | Folded, sender: Person, conversation: Discussion) -> None:
        self.id = raw.id
        self.sender = sender
        self.conversation = conversation
        self.text = "" if raw.text is UNSET else raw.text
        self.media: Media = "text" if raw.media is UNSET else raw.media
        self.reply_to = None if raw.replyTo is UNSET else raw.replyTo
        self.mentions = raw.mentions
        self.format = None if raw.format is UNSET else raw.format
        self.recalled = raw.recalled
        self.alias = "" if raw.alias is UNSET else raw.alias.name
        self.raw = raw
        self._acts = acts
        kind = self.media if self.media in ("picture", "audio") else "file"
        first = [Attachment(acts, kind, raw.url, raw.name, raw.seconds)] if raw.url else []
        self.files = first + [Attachment(acts, each.media, each.url, each.name, each.seconds) for each in raw.moreFiles]

    def __repr__(self) -> str:
        return f"<Message {self.id} of {self.sender.name!r} in {self.conversation!r}>"

    @property
    def time(self) -> datetime:
        """When it was sent."""
        return datetime.fromtimestamp(self.raw.time / 1000, UTC)

    @property
    def direct(self) -> bool:
        """Whether it was sent to the bot alone."""
        return self.conversation.direct

    @property
    def mentions_me(self) -> bool:
        """Whether it mentions the bot, or all members of the group."""
        return self._acts.user in self.mentions or 0 in self.mentions

    async def reply(
        self,
        text: str = "",
        *,
        quote: bool = True,
        file: Attachable | None = None,
        file_name: str | None = None,
        mentions: Sequence[Person | int] = (),
        format: Format | None = None,
        alias: str | Alias | None = None,
        actions: Sequence[SentAction] = (),
        choice: SentChoice | None = None,
        only_for: Sequence[Person | int] = (),
    ) -> Sent:
        """
        Answer it, in its conversation; see L{Discussion.send}.

        @param quote: whether the answer refers to it.
        """
        return await self.conversation.send(
            text,
            file=file,
            file_name=file_name,
            reply_to=self.id if quote else None,
            mentions=mentions,
            format=format,
            alias=alias,
            actions=actions,
            choice=choice,
            only_for=only_for,
        )

    def typing(self) -> AbstractAsyncContextManager[None]:
        """C{async with message.typing(): ...}: others see that the bot is typing."""
        return self.conversation.typing()

    async def react(self, emoji: str, on: bool = True) -> None:
        """React to it, or take that back."""
        await self._acts.react(self.id, emoji, on)

    async def edit(self, text: str, *, format: Format | None = None) -> None:
        """Replace the text: of a message of the bot's own."""
        await self._acts.edit(self.id, text, format=format)

    async def recall(self) -> None:
        """Take it back: a message of the bot's own, or any in a group of which the bot is an admin."""
        await self._acts.recall(self.id)

    async def forward(self, to: Discussion | str | int | Person) -> Sent:
        """Send it on, to a conversation or somebody by name; see L{hichat.client.aio.bot.Bot.send}."""
        talk = to if isinstance(to, Discussion) else Discussion(self._acts, await self._acts.directory.place(to))
        return Sent(self._acts, talk, await self._acts.forward(self.id, talk.target))

    async def mark_read(self) -> None:
        """Others see that the bot has read the conversation up to here."""
        await self._acts.read(self.conversation.target, self.id)


class Occurrence:
    """
    Anything that happens but a message: an edit, a recall, a reaction, somebody who joins...

    @ivar kind: what happened; see L{hichat.wire.frames._Happened}.
    @ivar sender: who has done it.
    @ivar conversation: where.
    @ivar message: the id of the message that was edited, recalled or reacted to; None: it is about none.
    @ivar text: of an edit, the new text.
    @ivar emoji: of a reaction; empty if the message was recalled since.
    @ivar on: whether a reaction was given, and not taken back.
    @ivar raw: all that the server told.
    """

    def __init__(self, raw: Happened, sender: Person, conversation: Discussion) -> None:
        self.kind: str = raw.kind
        self.sender = sender
        self.conversation = conversation
        self.message = None if raw.message is UNSET else raw.message
        self.text = "" if raw.text is UNSET else raw.text
        self.emoji = "" if raw.emoji is UNSET else raw.emoji
        self.on = raw.on is not False
        self.raw = raw

    def __repr__(self) -> str:
        return f"<{self.kind} by {self.sender.name!r} in {self.conversation!r}>"


async def talk_of(acts: Acts, raw: Happened | Folded) -> Discussion:
    """@return: the conversation in which something is, as the bot sees it."""
    if raw.group is not UNSET:
        return Discussion(acts, await acts.directory.where(None, raw.group))
    if raw.user is UNSET:
        return Discussion(acts, await acts.directory.where(None, None))
    other = raw.from_ if raw.from_ != acts.user else raw.user
    return Discussion(acts, await acts.directory.where(other, None))


async def discussion_at(acts: Acts, user: int, group: int | None) -> Discussion:
    """@return: the conversation in a group; None: with a user."""
    return Discussion(acts, await acts.directory.where(user if group is None else None, group))


async def message_of(acts: Acts, raw: Happened | Folded) -> Message:
    """@return: a message with the names of its sender and of its conversation."""
    return Message(acts, raw, await acts.directory.who(raw.from_), await talk_of(acts, raw))


def _ids(people: Sequence[Person | int]) -> list[int]:
    return [each.id if isinstance(each, Person) else each for each in people]
