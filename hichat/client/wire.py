"""
Plain values that the HTTP calls and the WebSocket share: the errors (each is a L{ClientError}, and none carries the
token), a server's address, the answers' contents, and the messages of v1's history. No I/O here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from hichat.wire.frames import Folded


class ClientError(Exception):
    """A failure that a caller can expect. The text is one sentence."""


class Refused(ClientError):
    """
    The server has refused it. The text is the server's sentence.

    @ivar code: for programs, see L{hichat.core.errors}; empty from v1, which has none.
    @ivar retry_after: seconds after which a retry may succeed; None: unknown, or a retry is of no use.
    """

    def __init__(self, message: str, code: str = "", retry_after: float | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.retry_after = retry_after


class Unauthorized(ClientError):
    """The token is missing, wrong, expired or withdrawn (HTTP 401)."""


class FurtherStepNeeded(Unauthorized):
    """
    The password is right, but one step more is needed.

    @ivar code: C{second_factor_needed}, or C{enrolment_needed}: the user has to set a factor up first.
    @ivar ticket: what the next step shows; see C{POST /v2/login/factor}.
    @ivar factors: what the user may show: some of C{totp}, C{recovery}, C{passkey}.
    """

    def __init__(self, message: str, code: str, ticket: str, factors: list[str]) -> None:
        super().__init__(message)
        self.code = code
        self.ticket = ticket
        self.factors = factors


class Unreachable(ClientError):
    """There is no answer from the server."""


class BadAnswer(ClientError):
    """The answer is not of this protocol, or is too long."""


class NoAnswer(ClientError):
    """There is a connection, but the answer did not come in time."""


class NotConnected(ClientError):
    """There is no connection now, or it was lost before the answer came. The client does not ask again by itself."""


class Unconfirmed(NotConnected):
    """The client was closed after the frame was sent and before the answer came: the server may have done it or not."""


class Replaced(ClientError):
    """Another connection of the same device has taken over."""


class NotSendable(ClientError):
    """The message is too long, or is not Unicode text. It was not sent."""


class FileTrouble(ClientError):
    """A file cannot be read, written or received; the text says why."""


class FileGone(FileTrouble):
    """The server does not have the file any more, or not for this user."""


class ForeignFile(FileTrouble):
    """The URL is not one of the server's files."""


class BadAddress(ClientError):
    """The server's address is no URL, or one of another kind."""


class LineTooLong(ClientError):
    """A line of the input is longer than any that the server takes."""


class Type(IntEnum):
    """The kind of recipient of a message of v1."""

    HEARTBEAT = 0
    PRIVATE = 1
    GROUP = 2
    BROADCAST = 3


class MessageMedia(IntEnum):
    """The kind of content of a message of v1."""

    TEXT = 1
    EMOJI = 2
    AUDIO = 3
    PICTURE = 4


@dataclass(slots=True)
class Credentials:
    """
    The credentials that a login gives.

    @ivar token: the access token. It is a secret, so C{repr} leaves it out.
    @ivar refused: whether the server has refused them before their end: its clock was set, or this machine slept. A
        L{hichat.client.calls.DeviceSession} then renews them.
    """

    user_id: int
    token: str = field(repr=False)
    refused: bool = field(default=False, repr=False, compare=False)


class Device(NamedTuple):
    """
    A device of a user, as the server lists them.

    @ivar current: whether it is the device that asks.
    @ivar logged_in: whether it has a session.
    @ivar connected: whether it has a connection now.
    @ivar via: how it came in: C{password}, C{app_password}, C{oidc}, C{passkey}, C{device_flow} or C{token}; empty: it
        is not logged in, or the server is too old to say so.
    @ivar used: when it was used last, to some minutes, in milliseconds since the epoch; 0: that is not known.
    @ivar address: from where.
    """

    id: int
    name: str
    current: bool
    logged_in: bool
    connected: bool = False
    via: str = ""
    used: int = 0
    address: str = ""


class User(NamedTuple):
    """
    A user, as the server lists them.

    @ivar name: the display name.
    @ivar login: the name to log in with, if it is another one; else empty.
    @ivar bot: whether it is a bot.
    @ivar away: what the user says about being away, perhaps nothing; None: the user is not away.
    """

    id: int
    name: str
    login: str = ""
    bot: bool = False
    away: str | None = None


class Group(NamedTuple):
    """
    A group, as the server lists them.

    @ivar archived: whether it can be read only.
    """

    id: int
    name: str
    owner_id: int
    description: str
    archived: bool = False


class Member(NamedTuple):
    """
    A member of a group.

    @ivar name: the display name.
    @ivar role: C{owner}, C{admin} or C{member}.
    @ivar muted: whether the member is muted.
    @ivar login: the name to log in with, if it is another one; else empty.
    @ivar bot: whether it is a bot.
    """

    id: int
    name: str
    role: str
    muted: bool
    login: str = ""
    bot: bool = False


class Reader(NamedTuple):
    """
    A member of a group, and how far a message has come to them.

    @ivar name: the display name.
    @ivar login: the name to log in with, if it is another one; else empty.
    @ivar state: C{read}; C{received}: a device of theirs has it; or C{none}.
    """

    id: int
    name: str
    login: str
    state: str


class Conversation(NamedTuple):
    """
    A conversation, as the server lists them.

    @ivar name: its name in the server's paths: C{user-2}, C{group-1000000001} or C{announcements}.
    @ivar title: one's remark on the contact, or the user's display name or the group's name; empty: the account was
        deleted, or it is the announcements.
    @ivar unread: the number of unread messages.
    @ivar text: the text of the last message; of Markdown without its signs.
    @ivar media: the media of the last message, such as C{text} or C{picture}; empty: there is no message.
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
    A result of a search.

    @ivar message: the message that was found.
    @ivar conversation: see L{Conversation.name}.
    @ivar snippet: a part of the message's text, in pieces: each a text, and whether it matches the search.
    """

    message: Folded
    conversation: str
    snippet: list[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class V1Message:
    """
    A message of v1.

    @ivar sender: a user id.
    @ivar target: a user id, or a group id if C{type} is L{Type.GROUP}.
    @ivar type: a L{Type}, or an unknown number.
    @ivar media: a L{MessageMedia}, or an unknown number.
    @ivar url: the URL of the picture, the audio or the file, often relative to the site's root; else empty.
    @ivar seconds: the duration of the audio; else 0.
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


def decode(text: str) -> V1Message | Complaint:
    """
    @param text: a text frame, or an entry of the history.
    @return: a message if the text is a JSON object, else a complaint. Keys are read without regard to case; an exact
        spelling wins.
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

    return V1Message(
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
    """@return: the value as an integer; 0 if it is no whole number."""
    return int(value) if isinstance(value, int) or (isinstance(value, float) and value.is_integer()) else 0


def words(value: Any) -> str:
    """@return: the value if it is a string; else an empty string."""
    return value if isinstance(value, str) else ""


def user_of(row: dict[str, Any]) -> User:
    """@return: the user that a server's JSON object describes."""
    login = words(row.get("name"))
    name = words(row.get("displayName")) or login
    away = words(row["away"]) if "away" in row else None
    return User(whole(row.get("id")), name, login if login != name else "", row.get("bot") is True, away)


@dataclass(frozen=True, slots=True)
class Address:
    """
    A server's address.

    @ivar secure: whether to use TLS.
    @ivar path: the path before C{/v2}: empty, or such as C{/chat}.
    """

    secure: bool
    host: str
    port: int
    path: str

    @classmethod
    def parse(cls, url: str) -> Address:
        """
        @param url: a URL with the scheme C{http}, C{https}, C{ws} or C{wss}; without a scheme it is C{http}.
        @raise BadAddress: it is no such URL, or has a user, a query or a fragment.
        """
        try:
            parts = urlsplit(url if "://" in url else f"http://{url}")
            port = parts.port
        except ValueError:
            raise BadAddress("the server's address is not a URL") from None
        secure = parts.scheme in ("https", "wss")
        plain = parts.username is None and not parts.query and not parts.fragment
        if not (secure or parts.scheme in ("http", "ws")) or not parts.hostname or not plain:
            raise BadAddress("the server's address must look like http://host:port or https://host")
        if not f"{parts.hostname}{parts.path}".isprintable() or " " in parts.path:
            raise BadAddress("the server's address has characters that no URL has")
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
