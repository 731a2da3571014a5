"""From HiChat to Matterbridge: one event after the other, each until Matterbridge has it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from msgspec import UNSET
from twisted.internet.task import deferLater
from twisted.logger import Logger

from hichat.bridges.chat import RETRY_PAUSES, ChatSide, Writer, passes
from hichat.bridges.memory import BridgeMemory, Pair
from hichat.bridges.remote import Matterbridge, RemoteAway, RemoteRefuses
from hichat.bridges.wire import RemoteMessage
from hichat.client.wire import FileTrouble, Refused, Unreachable
from hichat.wire.frames import Happened

EDITED = " (edited)"
"""Stands behind the new text of a message if Matterbridge cannot be told which message has another text now."""

QUOTED = 80
"""Characters of a message that stand before an answer to it, if Matterbridge cannot be told which one is answered."""

DOUBTFUL_TRIES = 5
"""Tries of a message while Matterbridge answers that it has failed on it (HTTP status 500)."""

T = TypeVar("T")


class Outward:
    """
    @param me: the bot's id: what it wrote came from Matterbridge.
    @param gateways: the gateways that each group's messages go to.
    @param file_limit: the most bytes of a file; of a larger one only the name is told.
    """

    _log = Logger()

    def __init__(
        self,
        reactor: Any,
        chat: ChatSide,
        remote: Matterbridge,
        memory: BridgeMemory,
        me: int,
        gateways: Mapping[int, list[str]],
        file_limit: int,
    ) -> None:
        self._reactor = reactor
        self._chat = chat
        self._remote = remote
        self._memory = memory
        self._me = me
        self._gateways = gateways
        self._file_limit = file_limit

    async def tell(self, event: Happened) -> bool:
        """
        Tell Matterbridge of an event, if it is one of a message of somebody else in a group of the bridge.

        @return: whether it was.
        @raise ClientError: the bot, or the bridge, is not let in any more.
        """
        group = event.group
        if group is UNSET or event.from_ == self._me or group not in self._gateways:
            return False
        if event.kind == "message" and not event.recalled:
            made = await self._message(event, group)
        elif event.kind == "edited" and not event.recalled:
            made = await self._edit(event, group)
        elif event.kind == "recalled":
            made = RemoteMessage(text="msg_delete", event="msg_delete", id=str(event.message))
        else:
            return False
        for gateway in self._gateways[group]:
            made.gateway = gateway
            await self._post(made, event.id)
        return True

    async def _message(self, event: Happened, group: int) -> RemoteMessage:
        made = await self._signed(event)
        made.id = str(event.id)
        text = "" if event.text is UNSET else event.text
        if event.replyTo is not UNSET:
            pair = self._memory.by_ours(event.replyTo)
            made.parent_id = pair.theirs if pair is not None else str(event.replyTo)
            if pair is None:
                text = f"{await self._quote(group, event.replyTo)}{text}"
        files, lost = await self._files(event)
        made.text = "\n".join(filter(None, [text, *lost]))
        if files:
            made.extra = {"file": files}
        return made

    async def _edit(self, event: Happened, group: int) -> RemoteMessage:
        made = await self._signed(event)
        assert event.message is not UNSET
        made.id = str(event.message)
        made.text = "" if event.text is UNSET else event.text
        if self._memory.by_ours(event.message) is None:
            made.text += EDITED
        return made

    async def _signed(self, event: Happened) -> RemoteMessage:
        """@return: a message with the name and the picture of who has written it."""
        writer = await self._until(lambda: self._chat.writer(event.from_))
        if event.alias is not UNSET:
            writer = Writer(event.alias.name or writer.name, writer.picture)
        return RemoteMessage(username=writer.name, avatar=writer.picture, event="user_action" if event.me else "")

    async def _quote(self, group: int, message: int) -> str:
        """@return: a line that says what is answered; empty: it is not there any more."""
        author, text = await self._until(lambda: self._chat.text_of(group, message))
        if not author or not text:
            return ""
        name = (await self._until(lambda: self._chat.writer(author))).name if author != self._me else ""
        line = " ".join(text.split())
        shown = line if len(line) <= QUOTED else f"{line[:QUOTED]}…"
        return f"> {name}: {shown}\n" if name else f"> {shown}\n"

    async def _files(self, event: Happened) -> tuple[list[dict[str, Any]], list[str]]:
        """@return: the files as Matterbridge takes them, and a line for each that does not go."""
        given = [(event.url, event.name)] if event.url else []
        given += [(each.url, each.name) for each in event.moreFiles]
        kind = "file" if event.media is UNSET else event.media
        files: list[dict[str, Any]] = []
        lost = []
        for number, (url, given_name) in enumerate(given, 1):
            name = given_name or f"{kind}-{event.id}-{number}"
            data = None if url.startswith(("http://", "https://")) else await self._download(url, event.id)
            if data is not None:
                files.append({"Name": name, "Data": b64encode(data).decode(), "Comment": "", "Size": len(data)})
            else:
                lost.append(url if url.startswith(("http://", "https://")) else f"[{name}]")
        return files, lost

    async def _download(self, url: str, event: int) -> bytes | None:
        try:
            return await self._until(lambda: self._chat.download(url, self._file_limit))
        except FileTrouble as error:
            self._log.warn("a file of message {id} cannot be had: {cause}", id=event, cause=str(error))
            return None

    async def _post(self, message: RemoteMessage, event: int) -> None:
        """Post a message until Matterbridge has it, or refuses it."""
        if not message.text and not message.extra:
            return
        tries = 0
        while True:
            try:
                answer = await self._remote.post(message)
                break
            except RemoteRefuses as error:
                self._log.warn("Matterbridge does not take message {id}: {cause}", id=event, cause=str(error))
                return
            except RemoteAway as error:
                if str(error) == "HTTP status 500" and tries + 1 >= DOUBTFUL_TRIES:
                    self._log.warn("Matterbridge fails on message {id}, which is left out", id=event)
                    return
                if tries == 0:
                    self._log.warn("Matterbridge takes nothing now: {cause}; trying again", cause=str(error))
                await deferLater(self._reactor, RETRY_PAUSES[min(tries, len(RETRY_PAUSES) - 1)], lambda: None)
                tries += 1
        if answer.account:
            self._memory.account = answer.account
        if answer.id and answer.id == message.id and message.event != "msg_delete":
            # This Matterbridge gives messages of the API ids: edits, answers and deletions can name them.
            ours = int(message.id)
            if self._memory.by_ours(ours) is None:
                self._memory.pair(Pair(message.gateway, "", message.id, ours, ""))

    async def _until(self, call: Callable[[], Awaitable[T]]) -> T:
        """
        Ask HiChat until it answers.

        @raise Refused: the server does not do it, and would not later.
        """
        tries = 0
        while True:
            try:
                return await call()
            except (Refused, Unreachable) as error:
                if not passes(error):
                    raise
                await self._chat.again(tries, error)
                tries += 1
