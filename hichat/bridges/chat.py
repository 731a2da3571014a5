"""HiChat, as a bridge uses it: groups, people, messages and files, by the name of a bot and its token."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from twisted.internet.task import deferLater

from hichat.client.http import Session
from hichat.client.media import Uploaded
from hichat.client.wire import ClientError, FileGone, Refused, Unreachable, User, user_of, whole, words
from hichat.core.kinds import Format
from hichat.wire.frames import FILES_LIMIT

PERSON_FRESH = 300.0
"""Seconds for which what is known of a person counts."""

KNOWN_WRITERS = 10_000
"""The most people of whom something is known."""

RETRY_PAUSES = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0)
"""Seconds between tries while HiChat does not answer; the last one for ever."""


class ShownAs(NamedTuple):
    """
    Under what name and picture a message of the bridge is shown.

    @ivar picture: the URL of an upload; empty: none.
    """

    name: str
    picture: str = ""


class Speech(NamedTuple):
    """
    A message to write.

    @ivar files: uploads, at most L{FILES_LIMIT}.
    @ivar reply_to: the id of the message that it answers; 0: none.
    @ivar me: the text tells what somebody does.
    """

    text: str
    shown: ShownAs
    files: tuple[Uploaded, ...] = ()
    reply_to: int = 0
    format: Format | None = None
    me: bool = False


class Writer(NamedTuple):
    """
    Who has written a message here.

    @ivar picture: an address that anybody can reach; empty: there is none.
    """

    name: str
    picture: str


class ChatSide:
    """
    @param session: of the bot.
    @param base: the server's URL if others can reach it, for pictures that it has; empty: they cannot.
    """

    def __init__(self, reactor: Any, session: Session, base: str = "") -> None:
        self._reactor = reactor
        self._session = session
        self._base = base
        self._people: dict[int, tuple[float, Writer]] = {}

    async def myself(self) -> User:
        """@return: the bot."""
        found = await self._session.call("GET", "/me")
        return user_of(found if isinstance(found, dict) else {})

    async def groups(self) -> dict[str, int]:
        """@return: the ids of the groups that the bot is a member of, by name, and by id as text."""
        found = await self._session.groups()
        return {group.name: group.id for group in found} | {str(group.id): group.id for group in found}

    async def writer(self, user: int) -> Writer:
        """@return: the name and the picture of a person."""
        now = self._session.api.seconds()
        known = self._people.get(user)
        if known is not None and now - known[0] < PERSON_FRESH:
            return known[1]
        try:
            row = await self._session.call("GET", f"/users/{user}")
        except Refused:
            row = None
        found = row if isinstance(row, dict) else {}
        writer = Writer(user_of(found).name or f"user {user}", self._reachable(words(found.get("avatar"))))
        if len(self._people) >= KNOWN_WRITERS:
            self._people.clear()
        self._people[user] = now, writer
        return writer

    def _reachable(self, url: str) -> str:
        if url.startswith("/") and self._base:
            return f"{self._base}{url}"
        return url if url.startswith(("http://", "https://")) else ""

    # Messages

    async def write(self, group: int, speech: Speech, key: str) -> int:
        """
        Write a message, once for each key.

        @return: the message's id.
        @raise Refused: the server does not take it.
        """
        first, more = speech.files[:1], speech.files[1:FILES_LIMIT]
        body: dict[str, Any] = {"text": speech.text, "alias": _alias(speech.shown)}
        if first:
            body |= {"media": first[0].kind, "url": first[0].url, "name": first[0].name}
            body |= {"seconds": round(first[0].seconds)} if first[0].kind == "audio" else {}
        if more:
            body["moreFiles"] = [{"media": each.kind, "url": each.url, "name": each.name} for each in more]
        if speech.reply_to:
            body["replyTo"] = speech.reply_to
        if speech.me:
            body["me"] = True
        if speech.format is not None:
            body["format"] = speech.format
        answer = await self._session.call("POST", f"/conversations/group-{group}/messages", body, key=key)
        return whole(answer.get("id")) if isinstance(answer, dict) else 0

    async def edit(self, message: int, text: str, format: Format | None, key: str) -> None:
        """Replace the text of a message of the bot."""
        body = {"text": text} | ({} if format is None else {"format": format})
        await self._session.call("PATCH", f"/messages/{message}", body, key=key)

    async def recall(self, message: int, key: str) -> None:
        """Take a message of the bot back."""
        await self._session.call("DELETE", f"/messages/{message}", key=key)

    async def text_of(self, group: int, message: int) -> tuple[int, str]:
        """@return: the author of a message and its text; (0, empty): it is not there any more."""
        query = f"after={message - 1}&limit=1"
        found = await self._session.call("GET", f"/conversations/group-{group}/messages?{query}")
        rows = found.get("items") if isinstance(found, dict) else None
        row = rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], dict) else {}
        if whole(row.get("id")) != message:
            return 0, ""
        return whole(row.get("from")), words(row.get("text")) or words(row.get("name"))

    # Files

    async def upload(self, name: str, data: bytes) -> Uploaded:
        """@raise Refused: the server does not take the file."""
        with tempfile.NamedTemporaryFile() as file:
            file.write(data)
            file.flush()
            return await self._session.media_calls.upload(Path(file.name), name or "file")

    async def download(self, url: str, limit: int) -> bytes | None:
        """
        @param url: the file's URL in a message.
        @return: its content; None: it is not there, or has more bytes than the limit.
        """
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory, "file")
            try:
                size = await self._session.media_calls.save(url, path)
            except FileGone:
                return None
            return path.read_bytes() if size <= limit else None

    async def again(self, tries: int, error: Refused | Unreachable) -> None:
        """Wait before a next try; as long as the server says, if it does."""
        asked = error.retry_after if isinstance(error, Refused) else None
        pause = RETRY_PAUSES[min(tries, len(RETRY_PAUSES) - 1)]
        await deferLater(self._reactor, max(asked or 0.0, pause), lambda: None)


def _alias(shown: ShownAs) -> dict[str, str]:
    return {"name": shown.name} | ({"avatar": shown.picture} if shown.picture else {})


def passes(error: ClientError) -> bool:
    """@return: whether a call may be answered otherwise if it is made again."""
    return isinstance(error, Unreachable) or (isinstance(error, Refused) and error.retry_after is not None)
