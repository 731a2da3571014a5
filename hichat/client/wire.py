"""
What a client says and hears in v1, as plain values. No I/O here.

Also everything that can go wrong for a caller: each is a L{ClientError}, and none carries the token.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, NamedTuple
from urllib.parse import urlsplit

GREETING = "欢迎进入聊天系统"
"""The plain text that a server sends once a WebSocket is ready."""

MAX_CONTENT = 8 * 1024
"""Bytes of UTF-8 that one message may say."""

MAX_FRAME = 32 * 1024
"""Bytes of one frame: a server closes the connection over a longer one."""


class ClientError(Exception):
    """Something that a caller can expect to go wrong. The text is one sentence."""


class Refused(ClientError):
    """The server answered that it will not do this (C{code} -1). The text is the server's sentence."""


class Unauthorized(ClientError):
    """The token is missing, wrong, expired or withdrawn (HTTP 401)."""


class Unreachable(ClientError):
    """There is no answer from the server."""


class BadAnswer(ClientError):
    """What answered does not speak v1, or says too much."""


class NotConnected(ClientError):
    """There is no connection now, so the message was not sent, and it will not be sent later."""


class NotSendable(ClientError):
    """The message is too long, or is not Unicode text. It was not sent."""


class Type(IntEnum):
    """Whom a frame is for."""

    HEARTBEAT = 0
    PRIVATE = 1
    GROUP = 2
    BROADCAST = 3


class Media(IntEnum):
    """What a frame carries."""

    TEXT = 1
    EMOJI = 2
    AUDIO = 3
    PICTURE = 4


@dataclass(frozen=True, slots=True)
class Credentials:
    """
    What a login gives.

    @ivar token: a secret: not in C{repr}.
    """

    user_id: int
    token: str = field(repr=False)


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
    """Plain text from the server itself: mostly why it did not take a frame. v1 does not say which frame."""

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


def encode(
    sender: int, target: int, content: str, *, type: Type, media: Media, url: str, seconds: int, milliseconds: int
) -> bytes:
    """
    @param milliseconds: the time, since the epoch. Nothing orders by it.
    @return: the frame.
    @raise NotSendable: the server would not take it.
    """
    frame: dict[str, int | str] = {
        "TargetId": target,
        "Type": int(type),
        "CreateTime": milliseconds,
        "userId": sender,
        "Media": int(media),
        "Content": content,
    }
    if url:
        frame["url"] = url
    if seconds:
        frame["amount"] = seconds
    try:
        length = len(content.encode())
        payload = json.dumps(frame, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        raise NotSendable("the message is not valid Unicode text") from None
    # Both limits are needed: escaped control characters make a short content a long frame.
    if length > MAX_CONTENT or len(payload) > MAX_FRAME:
        raise NotSendable(f"the message is too long: {length} bytes, at most {MAX_CONTENT} are possible")
    return payload


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
