"""
The lines of an export: one JSON object each. C{docs/import.md} describes them for people.

It is also the form between the readers of other servers' exports and what brings all of them in
(L{hichat.imports.importer}).

Ids are texts: those of the server from which the export is. Times are milliseconds since the epoch.
"""

# ruff: noqa: N815 the names are those of the JSON objects.

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from hichat.core.events import JoinPolicy
from hichat.core.kinds import Format

MOVED_VERSION = 1
"""The version of the form. A later one is refused."""

ID_LIMIT = 96
"""The most characters of an id; two of them and a sign are a key of the table C{imported_ids}."""

MovedId = Annotated[str, Meta(min_length=1, max_length=ID_LIMIT)]
LAST_MOMENT = 253_402_300_799_999
"""The end of the year 9999, in milliseconds since the epoch: no later time can be shown."""

MovedTime = Annotated[int, Meta(ge=1, le=LAST_MOMENT)]


def check_moment(time: int) -> int:
    """
    @param time: milliseconds since the epoch.
    @return: it.
    @raise ValueError: it is none that can be shown.
    """
    if time > LAST_MOMENT:
        raise ValueError(f"a time behind the year 9999: {str(time)[:40]}")
    return time


MovedText = Annotated[str, Meta(max_length=256 * 1024)]
MovedWord = Annotated[str, Meta(max_length=4096)]


class MovedHeader(msgspec.Struct, tag="hichat", omit_defaults=True):
    """
    The first line.

    @ivar source: the server from which it is. A second export of the same server has the same.
    @ivar made: when the export was made; 1: that is not known.
    """

    version: int
    source: Annotated[str, Meta(min_length=1, max_length=64)]
    made: MovedTime


class MovedPerson(msgspec.Struct, tag="person", omit_defaults=True, kw_only=True):
    """
    A user.

    @ivar created: 1: that is not known.
    @ivar deleted: the account is no more: it has no name.
    @ivar bot: it is no person.
    @ivar verified: whether the e-mail address is known to be the person's.
    @ivar avatar: the id of a file.
    """

    id: MovedId
    name: MovedWord = ""
    displayName: MovedWord = ""
    created: MovedTime
    role: Literal["owner", "administrator", "moderator", "member", "guest"] = "member"
    disabled: bool = False
    deleted: bool = False
    bot: bool = False
    email: MovedWord = ""
    verified: bool = False
    phone: MovedWord = ""
    bio: MovedWord = ""
    gender: MovedWord = ""
    avatar: str = ""


class MovedGroup(msgspec.Struct, tag="group", omit_defaults=True, kw_only=True):
    """
    A group as it is now; who is in it follows from the events.

    @ivar owner: the id of a member; empty: the first admin, or member, is made it.
    @ivar admins: ids of members.
    @ivar archived: since when it can be read only.
    """

    id: MovedId
    name: MovedWord
    created: MovedTime
    owner: str = ""
    admins: list[str] = []
    description: MovedWord = ""
    image: str = ""
    policy: JoinPolicy = "invite"
    archived: MovedTime | UnsetType = UNSET


class MovedFile(msgspec.Struct, tag="file", omit_defaults=True, kw_only=True):
    """
    A file, before the first line that names it.

    @ivar owner: who has uploaded it.
    @ivar path: where its content is, beside the lines; empty: it is not there.
    @ivar url: where it was, for those whose content is not there.
    """

    id: MovedId
    name: MovedWord = ""
    owner: str = ""
    path: str = ""
    url: MovedWord = ""
    size: int = 0


class MovedAttachment(msgspec.Struct, omit_defaults=True):
    """
    A file in a message.

    @ivar id: the file's.
    @ivar media: how it is shown; without it, by its content.
    @ivar name: as the message has it; without it, the file's.
    @ivar seconds: the length of a sound.
    """

    id: str
    media: Literal["audio", "picture", "file"] | UnsetType = UNSET
    name: MovedWord = ""
    seconds: float = 0


class MovedEdit(msgspec.Struct, omit_defaults=True):
    """A message got another text."""

    time: MovedTime
    text: MovedText
    mentions: list[str] = []
    format: Format | UnsetType = UNSET


class MovedReaction(msgspec.Struct, omit_defaults=True):
    """
    @ivar from_: the ids of a person.
    @ivar time: 0: it is not known.
    """

    emoji: MovedWord
    from_: str = msgspec.field(name="from")
    time: Annotated[int, Meta(ge=0, le=LAST_MOMENT)] = 0


class MovedAct(msgspec.Struct, omit_defaults=True):
    """Somebody has pinned or taken back a message."""

    by: str
    time: MovedTime


class MovedPlace(msgspec.Struct, omit_defaults=True, kw_only=True):
    """
    Where something is: in a group, between two people, or, without either, among the announcements.

    @ivar group: its id.
    @ivar people: two ids; twice the same: a person's notes to themselves.
    """

    group: str = ""
    people: Annotated[list[str], Meta(max_length=2)] = []


class MovedMessage(MovedPlace, tag="message", omit_defaults=True, kw_only=True):
    """
    A message, with what was done to it.

    @ivar text: as it was written first; edits have the later ones.
    @ivar alias: the name under which a bot shows it.
    @ivar me: the text tells what the author does.
    @ivar mentions: ids of people; C{all}: everybody in the group.
    @ivar replyTo: the id of a message of the same conversation.
    @ivar media: what it is, if it has no files, but an address of something elsewhere.
    @ivar forwardedFrom: the author of the message of which this is a copy.
    @ivar recalled: it was taken back: there is no text. A message that was too old to be kept is C{expired}.
    """

    id: MovedId
    from_: str = msgspec.field(name="from")
    time: MovedTime
    text: MovedText = ""
    format: Format | UnsetType = UNSET
    media: Literal["text", "emoji", "audio", "picture", "file"] = "text"
    url: MovedWord = ""
    name: MovedWord = ""
    seconds: float = 0
    alias: str = ""
    me: bool = False
    mentions: list[str] = []
    replyTo: str = ""
    files: list[MovedAttachment] = []
    forwardedFrom: str = ""
    edits: list[MovedEdit] = []
    reactions: list[MovedReaction] = []
    pinned: MovedAct | UnsetType = UNSET
    recalled: MovedAct | UnsetType = UNSET
    expired: bool = False


class MovedEvent(MovedPlace, tag="event", omit_defaults=True, kw_only=True):
    """
    Something else that happened in a group. C{joined}, C{left}, C{removed} and C{banned} begin and end memberships;
    C{changed} tells another name, description or picture.

    @ivar member: whom it is about.
    @ivar from_: who did it.
    @ivar id: without one it is known by its conversation, kind, member and time.
    """

    kind: Literal["joined", "left", "removed", "banned", "changed"]
    time: MovedTime
    from_: str = msgspec.field(name="from", default="")
    member: str = ""
    id: str = ""
    changed: dict[Literal["name", "description", "image", "join_policy"], MovedWord] = {}


class MovedEnd(msgspec.Struct, tag="end"):
    """
    The last line: so it is seen whether an export is whole.

    @ivar lines: the number of the lines before it.
    """

    lines: int


MovedLine = MovedHeader | MovedPerson | MovedGroup | MovedFile | MovedMessage | MovedEvent
"""A line of an export, but for the last one."""
