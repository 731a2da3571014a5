"""
What both ways to a server have in common, as plain values: everything that can go wrong for a caller (each is a
L{ClientError}, and none carries the token), where a server is, and the messages of v1's history. No I/O here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from hichat.wire.frames import Folded


class ClientError(Exception):
    """Something that a caller can expect to go wrong. The text is one sentence."""


class Refused(ClientError):
    """
    The server answered that it will not do this. The text is the server's sentence.

    @ivar code: for programs, see L{hichat.core.errors}; empty from v1, which has none.
    @ivar retry_after: seconds after which it may work; None: that is not known, or trying again is of no use.
    """

    def __init__(self, message: str, code: str = "", retry_after: float | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.retry_after = retry_after


class Unauthorized(ClientError):
    """The token is missing, wrong, expired or withdrawn (HTTP 401)."""


class Unreachable(ClientError):
    """There is no answer from the server."""


class BadAnswer(ClientError):
    """What answered does not speak this protocol, or says too much."""


class NoAnswer(ClientError):
    """The connection is there, but the answer did not come in time."""


class NotConnected(ClientError):
    """There is no connection now, or it was lost before the answer came. The client does not ask again by itself."""


class Unconfirmed(NotConnected):
    """The client was closed after the frame was sent and before the answer came: the server may have done it or not."""


class Replaced(ClientError):
    """Another connection of the same device has taken over."""


class NotSendable(ClientError):
    """The message is too long, or is not Unicode text. It was not sent."""


class FileTrouble(ClientError):
    """A file cannot be read, written or had; the text says why."""


class Type(IntEnum):
    """Whom a message of v1 is for."""

    HEARTBEAT = 0
    PRIVATE = 1
    GROUP = 2
    BROADCAST = 3


class Media(IntEnum):
    """What a message of v1 carries."""

    TEXT = 1
    EMOJI = 2
    AUDIO = 3
    PICTURE = 4


@dataclass(slots=True)
class Credentials:
    """
    What a login gives.

    @ivar token: a secret: not in C{repr}.
    @ivar refused: the server has not taken them, whatever time they had left: its clock was set, or this machine slept.
        Who gave them gets others.
    """

    user_id: int
    token: str = field(repr=False)
    refused: bool = field(default=False, repr=False, compare=False)


class Device(NamedTuple):
    """
    Something that a user signs in with.

    @ivar current: it is the one that asks.
    @ivar logged_in: it has tokens that are bound to it.
    """

    id: int
    name: str
    current: bool
    logged_in: bool


class User(NamedTuple):
    """A user, as the server lists them."""

    id: int
    name: str


class Group(NamedTuple):
    """A group, as the server lists them."""

    id: int
    name: str
    owner_id: int
    description: str


class Member(NamedTuple):
    """
    A member of a group.

    @ivar role: C{owner}, C{admin} or C{member}.
    @ivar muted: whether they may write nothing.
    """

    id: int
    name: str
    role: str
    muted: bool


class Conversation(NamedTuple):
    """
    A conversation, as the server lists them.

    @ivar name: how the server's addresses call it: C{user-2}, C{group-1000000001} or C{announcements}.
    @ivar title: who or what it is with; empty: the account was deleted, or it is the announcements.
    @ivar text: of the last message.
    @ivar media: what the last message is; empty: there is none.
    """

    name: str
    title: str
    unread: int
    text: str
    media: str
    pinned: bool
    muted: bool


class Hit(NamedTuple):
    """
    A message that was found.

    @ivar conversation: see L{Conversation.name}.
    @ivar snippet: a part of its text, in pieces: each a text, and whether it matches the search.
    """

    message: Folded
    conversation: str
    snippet: list[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Message:
    """
    A message that somebody sent.

    @ivar sender: a user id.
    @ivar target: a user id, or a group id where C{type} is L{Type.GROUP}.
    @ivar type: a L{Type}, or a number that is not known here.
    @ivar media: a L{Media}, or a number that is not known here.
    @ivar url: where the picture, the audio or the file is, often relative to the site's root; else empty.
    @ivar seconds: how long the audio is; else 0.
    @ivar raw: the frame as it came.
    """

    sender: int
    target: int
    type: int
    media: int
    content: str
    url: str
    seconds: int
    raw: str


@dataclass(frozen=True, slots=True)
class Complaint:
    """Plain text in place of a message."""

    text: str


def decode(text: str) -> Message | Complaint:
    """
    @param text: a text frame, or an entry of the history.
    @return: a message if it is a JSON object; keys are read without regard to case, an exact spelling wins.
    """
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError):
        return Complaint(text)
    if not isinstance(frame, dict):
        return Complaint(text)
    folded = {key.lower(): value for key, value in reversed(frame.items())}

    def read(*names: str) -> Any:
        for name in names:
            if name in frame:
                return frame[name]
        return folded.get(names[0].lower())

    return Message(
        sender=whole(read("userId")),
        target=whole(read("TargetId", "targetId")),
        type=whole(read("Type")),
        media=whole(read("Media")),
        content=words(read("Content")),
        url=words(read("url", "Url")),
        seconds=whole(read("amount", "Amount")),
        raw=text,
    )


def whole(value: Any) -> int:
    """@return: the number, or 0 if it is no whole number."""
    return int(value) if isinstance(value, int) or (isinstance(value, float) and value.is_integer()) else 0


def words(value: Any) -> str:
    """@return: the text, or an empty one."""
    return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class Address:
    """
    Where a server is.

    @ivar secure: whether it is spoken to over TLS.
    @ivar path: what comes before C{/v1}: empty, or C{/something}.
    """

    secure: bool
    host: str
    port: int
    path: str

    @classmethod
    def parse(cls, url: str) -> Address:
        """
        @param url: C{http}, C{https}, C{ws} or C{wss}; without a scheme: C{http}.
        @raise ClientError: it is none of these.
        """
        try:
            parts = urlsplit(url if "://" in url else f"http://{url}")
            port = parts.port
        except ValueError:
            raise ClientError("the server's address is not a URL") from None
        secure = parts.scheme in ("https", "wss")
        plain = parts.username is None and not parts.query and not parts.fragment
        if not (secure or parts.scheme in ("http", "ws")) or not parts.hostname or not plain:
            raise ClientError("the server's address must look like http://host:port or https://host")
        if not f"{parts.hostname}{parts.path}".isprintable() or " " in parts.path:
            raise ClientError("the server's address has characters that no URL has")
        return cls(secure, parts.hostname, port or (443 if secure else 80), parts.path.rstrip("/"))

    @property
    def authority(self) -> str:
        """The host as URLs and C{Host} headers write it, without the port."""
        return f"[{self.host}]" if ":" in self.host else self.host

    @property
    def http(self) -> str:
        """The URL of the site's root, without a slash at the end."""
        port = "" if self.port == (443 if self.secure else 80) else f":{self.port}"
        return f"http{'s' if self.secure else ''}://{self.authority}{port}{self.path}"
