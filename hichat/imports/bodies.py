"""The stored forms of messages and edits of an export."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from typing import Literal, NamedTuple

import msgspec
from msgspec import UNSET, UnsetType, structs

from hichat.core.events import ALL, Scope
from hichat.core.kinds import EditBody, Format
from hichat.imports import shapes
from hichat.media.addresses import PREFIX
from hichat.wire import frames, stored

_ENCODER = msgspec.json.Encoder()
_HALF = 8

EVERYBODY = "all"
"""In the mentions of a message of an export: all members of the group."""


class HeldFile(NamedTuple):
    """
    A file that was imported.

    @ivar id: its id here.
    @ivar kind: picture, audio or file.
    @ivar seconds: the length of a sound, if it is known.
    """

    id: str
    kind: str
    name: str
    seconds: float = 0


def parts_of(text: str) -> list[str]:
    """@return: a text in parts that are not too long for a message, cut at the ends of lines where that is possible."""
    if len(text.encode()) <= frames.TEXT_LIMIT:
        return [text]
    parts: list[str] = []
    left = text
    while left:
        # At most four bytes a character: a part of a quarter of the limit always fits, and most texts take one each.
        part = left[: frames.TEXT_LIMIT]
        while len(part.encode()) > frames.TEXT_LIMIT:
            part = part[: len(part) * 3 // 4]
        end = part.rfind("\n") if len(part) < len(left) else -1
        if end > len(part) // 2:
            part = part[: end + 1]
        parts.append(part.rstrip("\n") or " ")
        left = left[len(part) :]
    return parts


def mentions_of(given: Sequence[str], people: Mapping[str, int]) -> list[int]:
    """@return: the users, or L{ALL}, whom a message mentions."""
    found = [ALL if each == EVERYBODY else people[each] for each in given if each == EVERYBODY or each in people]
    return [*dict.fromkeys(found)][: frames.MENTIONS_LIMIT]


def message_body(
    message: shapes.MovedMessage,
    text: str,
    user: int,
    scope: Scope,
    target: int,
    people: Mapping[str, int],
    files: Sequence[tuple[shapes.MovedAttachment, HeldFile]],
    open_url: Callable[[str], str],
) -> bytes:
    """
    @param text: the message's, or a part of it.
    @param user: who has written it; C{scope} and C{target} name the conversation.
    @param people: the users, by their ids at the source.
    @param files: those that are here.
    @param open_url: gives the URL of a file for clients of v1.
    @raise Refused: there is nothing in it, or what is in it cannot be stored.
    """
    frame = frames.Send(
        media=message.media,
        text=text,
        url=message.url,
        name=message.name,
        seconds=int(message.seconds),
        mentions=mentions_of(message.mentions, people),
        format=message.format,
        me=message.me,
    )
    first, *others = files or (None,)
    if first is not None:
        frame.media, frame.url, frame.name, frame.seconds = _shown(*first)
        frame.moreFiles = [_sent(*each) for each in others if each is not None]
    body = stored.message_body(
        frame,
        user,
        scope,
        target,
        first[1].id if first is not None else "",
        open_url(first[1].id) if first is not None else "",
        [(file.id, open_url(file.id)) for _, file in files[1:]],
        stored.alias_of(frames.Alias(name=message.alias[:64])) if message.alias.strip() else UNSET,
    )
    author = people.get(message.forwardedFrom)
    if author is None:
        return body
    copied = msgspec.json.decode(body, type=stored.StoredMessage)
    return _ENCODER.encode(structs.replace(copied, forwardedFrom=author))


def _shown(wanted: shapes.MovedAttachment, file: HeldFile) -> tuple[frames.Media, str, str, int]:
    media: frames.Media = _medium(wanted, file)
    return media, PREFIX + file.id, wanted.name or file.name, int(wanted.seconds or file.seconds)


def _medium(wanted: shapes.MovedAttachment, file: HeldFile) -> Literal["audio", "picture", "file"]:
    if not isinstance(wanted.media, UnsetType):
        return wanted.media
    return "audio" if file.kind == "audio" else "picture" if file.kind == "picture" else "file"


def _sent(wanted: shapes.MovedAttachment, file: HeldFile) -> frames.SentFile:
    return frames.SentFile(
        media=_medium(wanted, file),
        url=PREFIX + file.id,
        name=wanted.name or file.name,
        seconds=int(wanted.seconds or file.seconds),
    )


def edit_body(edit: shapes.MovedEdit, people: Mapping[str, int]) -> bytes:
    """@return: the stored form of an edit."""
    return _ENCODER.encode(EditBody(edit.text, mentions_of(edit.mentions, people), edit.format))


def last_text(message: shapes.MovedMessage) -> tuple[str, list[str], Format | UnsetType]:
    """@return: the present text of a message, whom it mentions, and its format."""
    if message.edits:
        last = message.edits[-1]
        return last.text, last.mentions, last.format
    return message.text, message.mentions, message.format


def digest_of(message: shapes.MovedMessage) -> bytes:
    """@return: of the present text, and of the reactions and the pin: what may have changed when it comes again."""
    text, mentions, format = last_text(message)
    recalled = message.recalled is not UNSET or message.expired
    said = (text, mentions, None if format is UNSET else format, recalled)
    done = (sorted((each.emoji, each.from_) for each in message.reactions), message.pinned is not UNSET)
    return b"".join(blake2b(_ENCODER.encode(each), digest_size=_HALF).digest() for each in (said, done))


def is_same_text(digest: bytes, other: bytes) -> bool:
    """@return: whether two messages with these digests have the same text."""
    return digest[:_HALF] == other[:_HALF]
