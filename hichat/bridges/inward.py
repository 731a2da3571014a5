"""From Matterbridge to HiChat: one line of the stream after the other, each until HiChat has it."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from hashlib import blake2b
from typing import TypeVar
from urllib.parse import unquote, urlsplit

from twisted.logger import Logger

from hichat.bridges.chat import ChatSide, ShownAs, Speech, passes
from hichat.bridges.memory import BridgeMemory, Pair
from hichat.bridges.wire import (
    NO_PARENT,
    Act,
    NotUnderstood,
    RemoteFile,
    RemoteMessage,
    act_of,
    alias_of,
    files_of,
    is_markdown,
    lost_files,
    pieces,
    text_of,
    understand_line,
)
from hichat.client.media import Uploaded
from hichat.client.wire import Refused, Unreachable
from hichat.core.errors import Refused as NotFetched
from hichat.core.kinds import Format
from hichat.fetching.fetcher import Fetched, FetchFailed, FetchLimits
from hichat.wire.frames import FILES_LIMIT, TEXT_LIMIT

PICTURE_DAYS = 7
"""Days after which a person's picture is fetched anew."""

ALIAS_PICTURE_LIMIT = 1024 * 1024
"""The most bytes of a person's picture."""

Get = Callable[[str, FetchLimits], Awaitable[Fetched]]
"""Fetches a URL that a stranger gave."""

T = TypeVar("T")


class Inward:
    """
    @param groups: the group that each gateway's messages go to.
    @param get: fetches files that Matterbridge has at a URL only.
    @param file_limit: the most bytes of such a file.
    """

    _log = Logger()

    def __init__(
        self, chat: ChatSide, memory: BridgeMemory, groups: Mapping[str, int], get: Get, file_limit: int
    ) -> None:
        self._chat = chat
        self._memory = memory
        self._groups = groups
        self._get = get
        self._file_limit = file_limit
        self._unknown: set[str] = set()

    async def take(self, number: int, line: bytes) -> None:
        """
        Do what a line asks for.

        @param number: of the line; its messages are written once, however often this is called with it.
        @raise ClientError: the bot is not let in any more.
        """
        try:
            message = understand_line(line)
        except NotUnderstood as error:
            self._log.warn("a line of the stream is no message, and is left out: {cause}", cause=str(error))
            return
        act = act_of(message, self._memory.account)
        if act is Act.NOTHING:
            return
        group = self._groups.get(message.gateway)
        if group is None:
            self._tell_unknown(message.gateway)
            return
        key = f"matterbridge-{self._memory.device}-{number}"
        if act is Act.DELETE:
            await self._delete(message, key)
        else:
            await self._say(message, group, key)

    def _tell_unknown(self, gateway: str) -> None:
        if gateway not in self._unknown and len(self._unknown) < 1000:
            self._unknown.add(gateway)
            self._log.warn("messages of the gateway {gateway!r} are left out: no --group names it", gateway=gateway)

    async def _say(self, message: RemoteMessage, group: int, key: str) -> None:
        known = self._known(message)
        form: Format | None = "markdown" if is_markdown(message) else None
        digest = blake2b(f"{message.text}\n{message.event}".encode("utf-8", "replace"), digest_size=8).hexdigest()
        if known:
            if known[0].digest != digest and message.text:
                text = pieces(text_of(message, []), TEXT_LIMIT)[0]
                if await self._try(partial(self._chat.edit, known[0].ours, text, form, key), message):
                    self._memory.changed(known[0], digest)
            return
        files, lost = await self._files(message)
        texts = pieces(text_of(message, lost), TEXT_LIMIT)
        shown = ShownAs(alias_of(message.username) or "?", await self._picture(message.avatar))
        reply_to = self._parent(message)
        for part in range(max(len(texts), -(-len(files) // FILES_LIMIT))):
            some = tuple(files[part * FILES_LIMIT : (part + 1) * FILES_LIMIT])
            text = texts[part] if part < len(texts) else ""
            does = message.event == "user_action" and bool(text)
            speech = Speech(text, shown, some, 0 if part else reply_to, form, does)
            ours = await self._write(group, speech, f"{key}-{part}", message)
            if ours and message.id:
                self._memory.pair(Pair(message.gateway, message.source, message.id, ours, digest))

    async def _write(self, group: int, speech: Speech, key: str, message: RemoteMessage) -> int:
        """@return: the message's id; 0: it cannot be written."""
        try:
            return await self._until(partial(self._chat.write, group, speech, key))
        except Refused as error:
            if error.code == "key_used":
                # It was written before, with another upload of the same file.
                return 0
            if speech.reply_to and error.code in ("no_such_message", "recalled", "expired"):
                return await self._write(group, speech._replace(reply_to=0), f"{key}-alone", message)
            if speech.shown.picture:
                # The upload may be gone.
                self._memory.forget_picture(speech.shown.picture)
                return await self._write(
                    group, speech._replace(shown=ShownAs(speech.shown.name)), f"{key}-bare", message
                )
            self._refused(message, error)
            return 0

    async def _delete(self, message: RemoteMessage, key: str) -> None:
        for part, pair in enumerate(self._known(message)):
            await self._try(partial(self._chat.recall, pair.ours, f"{key}-{part}"), message)

    def _known(self, message: RemoteMessage) -> list[Pair]:
        """@return: what HiChat has of a message that came before, under the same id."""
        if not message.id:
            return []
        found = self._memory.by_theirs(message.gateway, message.id)
        return [pair for pair in found if pair.source == message.source]

    def _parent(self, message: RemoteMessage) -> int:
        """@return: the id of the message that is answered; 0: none, or it is not known."""
        theirs = message.parent_id
        if not theirs or theirs == NO_PARENT:
            return 0
        found = self._memory.by_theirs(message.gateway, theirs)
        same = [pair for pair in found if pair.source == message.source]
        return (same or found)[0].ours if found else 0

    # Files

    async def _files(self, message: RemoteMessage) -> tuple[list[Uploaded], list[str]]:
        """@return: the uploads of a message's files, and a line for each that could not be had."""
        uploads, lost = [], [f"[{name}: too large for Matterbridge]" for name in lost_files(message)]
        for file in files_of(message):
            found = await self._upload(file, self._file_limit)
            if found is not None:
                uploads.append(found)
            else:
                lost.append(f"[{file.url or file.name or 'file'}]")
        return uploads, lost

    async def _upload(self, file: RemoteFile, limit: int) -> Uploaded | None:
        data = file.data
        if data is None:
            try:
                found = await self._get(file.url, FetchLimits(seconds=60.0, body=limit, redirects=3))
            except (FetchFailed, NotFetched) as error:
                self._log.warn(
                    "a file of a message cannot be fetched: {cause}", cause=str(error) or type(error).__name__
                )
                return None
            if found.status != 200 or not found.whole:
                self._log.warn("a file of a message cannot be fetched: HTTP status {status}", status=found.status)
                return None
            data = found.body
        name = file.name or unquote(urlsplit(file.url).path.rpartition("/")[2])
        try:
            return await self._until(partial(self._chat.upload, name, data))
        except Refused as error:
            self._log.warn("HiChat does not take a file of a message: {cause}", cause=str(error))
            return None

    async def _picture(self, url: str) -> str:
        """@return: the URL of the upload of a person's picture; empty: it has none."""
        if not url.startswith(("http://", "https://")):
            return ""
        known = self._memory.picture(url, time.time() - PICTURE_DAYS * 86_400)
        if known is not None:
            return known
        found = await self._upload(RemoteFile("picture", None, url, ""), ALIAS_PICTURE_LIMIT)
        media = found.url if found is not None and found.kind == "picture" else ""
        self._memory.keep_picture(url, media, time.time())
        return media

    # Calls

    async def _try(self, call: Callable[[], Awaitable[None]], message: RemoteMessage) -> bool:
        try:
            await self._until(call)
        except Refused as error:
            self._refused(message, error)
            return False
        return True

    def _refused(self, message: RemoteMessage, error: Refused) -> None:
        self._log.warn(
            "HiChat does not take a message of the gateway {gateway!r}: {cause} ({code})",
            gateway=message.gateway,
            cause=str(error).rstrip("."),
            code=error.code,
        )

    async def _until(self, call: Callable[[], Awaitable[T]]) -> T:
        """
        Make a call until it is answered.

        @raise Refused: the server does not do it, and would not later.
        @raise ClientError: the bot is not let in any more.
        """
        tries = 0
        while True:
            try:
                return await call()
            except (Refused, Unreachable) as error:
                if not passes(error):
                    raise
                if tries == 0:
                    self._log.warn("HiChat takes nothing now: {cause}; trying again", cause=str(error).rstrip("."))
                await self._chat.again(tries, error)
                tries += 1
