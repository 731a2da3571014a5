"""
What a Matterbridge's API says and hears: its messages as values, and what to do about one. No I/O here.

U{https://github.com/matterbridge-org/matterbridge} (and C{42wim/matterbridge}, from which that one comes): C{GET
/api/stream} gives one JSON object a line, C{POST /api/message} takes one, and answers with it as Matterbridge took it.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as BadBase64
from collections.abc import Iterator
from enum import Enum
from typing import Any, NamedTuple

import msgspec

ALIAS_LIMIT = 64
"""Characters of the name under which a message is shown."""

NO_PARENT = "msg-parent-not-found"
"""The C{parent_id} of an answer to a message that Matterbridge does not know any more."""

_MARKDOWN = frozenset(
    {"discord", "matrix", "mattermost", "msteams", "nctalk", "rocketchat", "slack", "telegram", "zulip"}
)
"""Protocols whose people write Markdown, or whose texts Matterbridge makes Markdown."""


class RemoteMessage(msgspec.Struct, omit_defaults=True):
    """
    A message of Matterbridge.

    @ivar account: such as C{irc.libera}: where it comes from.
    @ivar channel: the channel there.
    @ivar event: empty: somebody says something; else what happened.
    @ivar gateway: the name of the gateway, in Matterbridge's settings.
    @ivar id: the message's id, if this Matterbridge gives messages of the API any: the usual one does not.
    @ivar parent_id: the id of the message that it answers.
    @ivar extra: C{file}: a list of files.
    """

    text: str = ""
    username: str = ""
    gateway: str = ""
    event: str = ""
    avatar: str = ""
    account: str = ""
    channel: str = ""
    id: str = ""
    parent_id: str = ""
    extra: dict[str, list[Any] | None] | None = msgspec.field(default=None, name="Extra")

    @property
    def source(self) -> str:
        """Within what the id is unique: Telegram, for one, counts the messages of each chat."""
        return f"{self.account} {self.channel}"


class NotUnderstood(Exception):
    """A line is no message."""


def understand_line(line: bytes) -> RemoteMessage:
    """
    @param line: a line of the stream.
    @raise NotUnderstood: it is no message.
    """
    try:
        return msgspec.json.decode(line, type=RemoteMessage)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotUnderstood(str(error)) from None


class Act(Enum):
    """What a message from Matterbridge asks for."""

    SAY = "say"
    DELETE = "delete"
    NOTHING = "nothing"


_ACTS = {
    "": Act.SAY,
    "user_action": Act.SAY,
    "topic_change": Act.SAY,
    "notice_irc": Act.SAY,
    "msg_delete": Act.DELETE,
}
"""By event. All others, such as joins and leaves, typing and C{api_connected}, ask for nothing."""


def act_of(message: RemoteMessage, own_account: str) -> Act:
    """
    @param own_account: the account of the API that this bridge speaks to; empty: it is not known yet.
    @return: what a message asks for. What came from this bridge asks for nothing.
    """
    if own_account and message.account == own_account:
        return Act.NOTHING
    return _ACTS.get(message.event, Act.NOTHING)


class RemoteFile(NamedTuple):
    """
    A file of a message from Matterbridge.

    @ivar data: its content; None: it is at C{url} only.
    """

    name: str
    data: bytes | None
    url: str
    comment: str


def files_of(message: RemoteMessage) -> list[RemoteFile]:
    """@return: the files of a message that have a content or an address."""
    return [file for file in map(_file, _extra(message, "file")) if file.data is not None or file.url]


def lost_files(message: RemoteMessage) -> list[str]:
    """@return: the names of files that Matterbridge has left out as they were too large for it."""
    return [file.name for file in map(_file, _extra(message, "file_failure_size"))]


def _extra(message: RemoteMessage, name: str) -> Iterator[dict[str, Any]]:
    for each in (message.extra or {}).get(name) or ():
        if isinstance(each, dict):
            yield each


def _file(given: dict[str, Any]) -> RemoteFile:
    def text(name: str) -> str:
        found = given.get(name)
        return found if isinstance(found, str) else ""

    data = None
    if given.get("Data"):
        try:
            data = b64decode(text("Data"), validate=True)
        except BadBase64:
            data = None
    return RemoteFile(text("Name"), data, text("URL"), text("Comment"))


def alias_of(username: str) -> str:
    """@return: the name under which a message is shown; empty: nobody has a name."""
    return " ".join("".join(each if each.isprintable() else " " for each in username).split())[:ALIAS_LIMIT].strip()


def is_markdown(message: RemoteMessage) -> bool:
    """@return: whether the signs of Markdown in a message are meant as such."""
    return message.account.partition(".")[0] in _MARKDOWN


def text_of(message: RemoteMessage, more: list[str]) -> str:
    """
    @param more: lines about files that cannot be shown as files.
    @return: the text to show.
    """
    text = message.text.strip("\n")
    captions = [file.comment for file in files_of(message) if file.comment and file.comment != message.text]
    return "\n".join(filter(None, [text, *captions, *more]))


def pieces(text: str, limit: int) -> list[str]:
    """
    @param limit: the most bytes in UTF-8, at least 4.
    @return: a text in pieces, each with something in it; between lines or words if that is possible.
    """
    found: list[str] = []
    while len(text.encode("utf-8", "replace")) > limit:
        room = text.encode("utf-8", "replace")[:limit].decode("utf-8", "ignore")
        cut = max(room.rfind("\n"), room.rfind(" "))
        end = cut if cut > len(room) // 2 else len(room)
        found.append(text[:end])
        text = text[end:].lstrip(" \n") if end == cut else text[end:]
    return [piece for piece in [*found, text] if piece.strip()]
