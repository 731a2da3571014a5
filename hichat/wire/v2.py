"""
The v2 dialect (see L{hichat.wire.frames}): from frames to drafts, and from events to frames.

A message is stored as a v1 frame, whoever wrote it: so existing clients get it as it is, and it crosses from one
dialect to the other here, when it is shown. What came from v2 has a device, and is in our own spelling.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from hichat.accounts.conversation_settings import Setting
from hichat.conversations import history
from hichat.core.emojis import emoji_of, spelt
from hichat.core.errors import (
    InvalidField,
    NotAddressed,
    NotAnEmoji,
    NotAnObject,
    NotJSON,
    NotText,
    Refused,
    TooLong,
    UnknownFrame,
)
from hichat.core.events import MAX_SAFE_INTEGER, Event, JoinPolicy, Scope
from hichat.core.kinds import ENDINGS, Kind
from hichat.media.addresses import PREFIX
from hichat.media.names import clean_name, without_hidden
from hichat.wire import frames, websocket

_MEDIA = {1: "text", 2: "emoji", 3: "audio", 4: "picture"}
_NUMBERS = {name: number for number, name in _MEDIA.items()} | {"file": 1}
ON, OFF = b"+", b"-"
"""The first byte of a reaction's body; the emoji follows."""


class _Body(msgspec.Struct, omit_defaults=True, gc=False):
    """
    A message from v2, as it is stored: a v1 frame, and what only v2 knows.

    @ivar mediaId: of our own file, whose C{url} or C{Url} is the one for v1.
    """

    userId: int  # noqa: N815
    TargetId: int
    Type: int
    Media: int
    Content: str
    url: str = ""
    Url: str = ""
    Desc: str = ""
    amount: float = 0
    mentions: list[int] = []
    mediaId: str = ""  # noqa: N815


class _Edit(msgspec.Struct, gc=False):
    """An edit's body."""

    text: str
    mentions: list[int] = []


class _Changed(msgspec.Struct):
    """What a group's change says: by the columns of the store."""

    name: str | UnsetType = UNSET
    image: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    join_policy: JoinPolicy | UnsetType = UNSET


class _Tag(msgspec.Struct):
    """What can be read of a frame that is wrong."""

    ref: frames.Ref | UnsetType = UNSET


_FROM_CLIENT = msgspec.json.Decoder(frames.FromClient)
_TAG = msgspec.json.Decoder(_Tag)
_BODY = msgspec.json.Decoder(_Body)
_CHANGED = msgspec.json.Decoder(_Changed)
_EDIT = msgspec.json.Decoder(_Edit)
_OBJECT = msgspec.json.Decoder(dict[str, Any])
_SETTING = msgspec.json.Decoder(Setting)
_ENCODER = msgspec.json.Encoder()
_FIELD = re.compile(r"(?:field `(\w{1,64})`|`\$\.([\w.\[\]]{1,64}))")


# From clients


def parse(frame: bytes) -> frames.FromClient:
    """
    Read a frame.

    @param frame: valid UTF-8.
    @raise Refused: it is none of the protocol's.
    """
    try:
        return _FROM_CLIENT.decode(frame)
    except msgspec.ValidationError as e:
        raise _complaint(str(e)) from None
    except (msgspec.DecodeError, RecursionError):
        raise NotJSON from None


def ref_of(frame: bytes) -> frames.Ref | UnsetType:
    """@return: the reference of a frame that is otherwise wrong, if it can be read."""
    try:
        return _TAG.decode(frame).ref
    except (msgspec.DecodeError, RecursionError):
        return UNSET


def _complaint(text: str) -> Refused:
    """@param text: msgspec's own words; they may quote what the client sent, so only the field's name is used."""
    if text.endswith("`$.op`") or "missing required field `op`" in text:
        return UnknownFrame()
    found = _FIELD.search(text)
    if found is None:
        return NotAnObject()
    return InvalidField(found[1] or found[2])


def scope_of(frame: frames.Addressed) -> tuple[Scope, int]:
    """
    @return: where a frame goes: the scope, and the user's or the group's id.
    @raise NotAddressed: it names both.
    """
    if frame.user is not UNSET:
        if frame.group is not UNSET:
            raise NotAddressed
        return Scope.USER, frame.user
    if frame.group is not UNSET:
        return Scope.GROUP, frame.group
    return Scope.EVERYONE, 0


def message_body(
    frame: frames.Send, user: int, scope: Scope, target: int, media_id: str = "", open_url: str = ""
) -> bytes:
    """
    @param media_id: of our own file that the frame names; empty: it names none.
    @param open_url: what opens it for clients of v1, which have no other credentials for it.
    @return: what is stored of a message.
    @raise Refused: its text is too long, or there is nothing in it.
    """
    for value in (frame.text, frame.url, frame.name):
        _check_text(value)
    if not frame.text and not frame.url:
        raise InvalidField("text")
    if frame.media in ("audio", "picture", "file") and not frame.url:
        raise InvalidField("url")
    is_file = frame.media == "file"
    url = open_url or frame.url
    return _ENCODER.encode(
        _Body(
            userId=user,
            TargetId=target,
            Type=int(scope),
            Media=_NUMBERS[frame.media],
            # An existing client shows the text: so a file's is its link, if there is no other.
            Content=frame.text or (url if is_file else ""),
            url="" if is_file else url,
            Url=url if is_file else "",
            Desc=frame.name and clean_name(frame.name),
            amount=frame.seconds,
            mentions=frame.mentions,
            mediaId=media_id,
        )
    )


def edit_body(frame: frames.Edit) -> bytes:
    """
    @return: what is stored of an edit.
    @raise Refused: the text is too long or empty.
    """
    _check_text(frame.text)
    if not frame.text:
        raise InvalidField("text")
    return _ENCODER.encode(_Edit(frame.text, frame.mentions))


def reaction_body(frame: frames.React) -> bytes:
    """
    @return: what is stored of a reaction.
    @raise NotText: it has a NUL.
    @raise NotAnEmoji: it is none. Whether such a one can be taken back the ledger knows.
    """
    _check_text(frame.emoji)
    emoji = emoji_of(frame.emoji)
    if emoji is None and frame.on:
        raise NotAnEmoji
    return (ON if frame.on else OFF) + (emoji or frame.emoji).encode()


def _check_text(text: str) -> None:
    if "\0" in text:
        raise NotText
    if len(text) * 4 > frames.TEXT_LIMIT and len(text.encode()) > frames.TEXT_LIMIT:
        raise TooLong


# To clients


def frame(message: msgspec.Struct) -> bytes:
    """@return: the WebSocket frame (RFC 6455, 5.2) that carries it."""
    return websocket.text(_ENCODER.encode(message))


def encode(event: Event) -> bytes | None:
    """@return: the WebSocket frame that tells of an event; None for what v2 does not show."""
    shown = _show(frames.EventFrame, event)
    return None if shown is None else frame(shown)


def happened(event: Event) -> frames.Happened | None:
    """@return: an event, for a page; None for what v2 does not show."""
    return _show(frames.Happened, event)


def folded(found: history.Folded) -> frames.Folded:
    """@return: a message as it is now."""
    message = found.message
    shown = _present(message, found.edit)
    reactions: dict[str, list[int]] = {}
    for (user, emoji), event in found.reactions.items() if message.body else ():
        if event.body.startswith(ON):
            reactions.setdefault(emoji.decode(), []).append(user)
    return frames.Folded(
        id=message.position,
        conversation=message.conversation,
        seq=message.seq,
        n=message.n,
        time=message.time,
        from_=message.sender,
        **_place(message),
        **({"media": "text", "text": ""} | shown),
        reactions=[frames.Reaction(emoji, users) for emoji, users in reactions.items()],
    )


def said(message: Event, edit: Event | None) -> tuple[str, str, frames.Media]:
    """
    @return: what L{folded} would show of a message, in much less time: text, name and media.
    """
    shown = _present(message, edit)
    return shown.get("text", ""), shown.get("name", ""), shown.get("media", "text")


def signal(event: Event) -> msgspec.Struct:
    """@return: what tells of a signal."""
    if event.kind == Kind.TYPING:
        return frames.TypingFrame(from_=event.sender, **_place(event))
    received, read = map(int, event.body.split())
    return frames.Receipt(from_=event.sender, received=received, read=read, **_place(event))


def _show(make: Any, event: Event) -> Any:
    shown = _SHOWN.get(event.kind)
    if shown is None:
        return None
    kind, tell = shown
    return make(
        id=event.position,
        conversation=event.conversation,
        seq=event.seq,
        n=event.n,
        time=event.time,
        kind=kind,
        from_=event.sender,
        **_place(event),
        **tell(event),
    )


def _place(event: Event) -> dict[str, Any]:
    return place_of(event.scope, event.target)


def place_of(scope: int, target: int) -> dict[str, Any]:
    """@return: what names a conversation in a frame."""
    if scope == Scope.USER:
        return {"user": target}
    return {"group": target} if scope == Scope.GROUP else {}


def _in_group(event: Event) -> dict[str, Any]:
    """@return: what a change of a group is about, by the protocol's names."""
    about: dict[str, Any] = {"member": event.subject} if event.subject else {}
    if event.kind in ENDINGS or event.kind in (Kind.JOINED, Kind.DISSOLVED):
        about["size"] = int(event.body)
    elif event.kind == Kind.ROLE:
        about["role"] = event.body.decode()
    elif event.kind == Kind.MUTED and int(event.body) < MAX_SAFE_INTEGER:
        about["until"] = int(event.body)
    elif event.kind == Kind.CHANGED:
        changed = _CHANGED.decode(event.body)
        about["changed"] = frames.GroupChange(changed.name, changed.image, changed.description, changed.join_policy)
    return about


def _edited(event: Event) -> dict[str, Any]:
    if not event.body:
        return {"message": event.subject, "recalled": True}
    edit = _EDIT.decode(event.body)
    return {"message": event.subject, "text": edit.text, "mentions": edit.mentions}


def _recalled(event: Event) -> dict[str, Any]:
    return {"message": event.subject}


def _reacted(event: Event) -> dict[str, Any]:
    if not event.body:
        # Who does not know of this takes it for none.
        return {"message": event.subject, "on": False, "recalled": True}
    return {"message": event.subject, "emoji": spelt(event.body)[1:].decode(), "on": event.body.startswith(ON)}


def _between(event: Event) -> dict[str, Any]:
    return {"text": event.body.decode()} if event.body else {}


def _contact(event: Event) -> dict[str, Any]:
    return {"contact": event.subject}


def _remark(event: Event) -> dict[str, Any]:
    return {"contact": event.subject, "remark": event.body.decode()}


def _setting(event: Event) -> dict[str, Any]:
    setting = _SETTING.decode(event.body)
    place = place_of(setting.scope, setting.target)
    return {"settings": frames.Settings(**place, pinned=setting.pinned, muted=setting.muted)}


def _content(event: Event) -> dict[str, Any]:
    """@return: a message's content, by the protocol's names."""
    if not event.body:
        return {"recalled": True}
    body = _BODY.decode(event.body) if event.device else _read_v1(event.body)
    content: dict[str, Any] = {"media": _MEDIA.get(body.Media, "text"), "text": body.Content}
    if body.Url:
        content |= {"media": "file", "url": body.Url, "text": "" if body.Content == body.Url else body.Content}
    elif body.url:
        content["url"] = body.url
    if body.mediaId:
        content["url"] = f"{PREFIX}{body.mediaId}"
    if body.Desc:
        content["name"] = without_hidden(body.Desc)
    if body.amount:
        content["seconds"] = body.amount
    if body.mentions:
        content["mentions"] = body.mentions
    if event.subject:
        content["replyTo"] = event.subject
    return content


def _present(message: Event, edit: Event | None) -> dict[str, Any]:
    """@return: a message's content as it is after its last edit, by the protocol's names."""
    shown = _content(message)
    if edit is not None and message.body:
        changed = _EDIT.decode(edit.body)
        shown |= {"text": changed.text, "mentions": changed.mentions, "edited": edit.time}
    return shown


def _read_v1(frame: bytes) -> _Body:
    """@param frame: what the v1 dialect has taken, so its known fields are of the right types."""
    found: dict[str, Any]
    try:
        found = _OBJECT.decode(frame)
    except msgspec.DecodeError:
        # What only Python's own decoder takes: half of a surrogate pair, in a field that nobody reads.
        found = json.loads(frame)
    names = {key.casefold(): value for key, value in found.items() if value is not None}
    # Two keys that differ by case only: an exact spelling wins (v1 contract).
    picture = found.get("url") or ("" if "Url" in found else names.get("url", ""))
    return _Body(
        userId=0,
        TargetId=0,
        Type=0,
        Media=names.get("media", 1),
        Content=names.get("content", ""),
        url=picture,
        Url=found.get("Url") or "",
        Desc=names.get("desc", ""),
        amount=names.get("amount", 0),
    )


_SHOWN: dict[int, tuple[frames.EventKind, Callable[[Event], dict[str, Any]]]] = {
    Kind.MESSAGE: ("message", _content),
    Kind.EDITED: ("edited", _edited),
    Kind.RECALLED: ("recalled", _recalled),
    Kind.REACTED: ("reacted", _reacted),
    Kind.JOINED: ("joined", _in_group),
    Kind.LEFT: ("left", _in_group),
    Kind.REMOVED: ("removed", _in_group),
    Kind.BANNED: ("banned", _in_group),
    Kind.UNBANNED: ("unbanned", _in_group),
    Kind.CHANGED: ("changed", _in_group),
    Kind.ROLE: ("role", _in_group),
    Kind.MUTED: ("muted", _in_group),
    Kind.UNMUTED: ("unmuted", _in_group),
    Kind.DISSOLVED: ("dissolved", _in_group),
    Kind.INVITED: ("invited", _in_group),
    Kind.REQUESTED: ("requested", _in_group),
    Kind.DECLINED: ("declined", _in_group),
    Kind.CONTACT_REQUESTED: ("contact_requested", _between),
    Kind.CONTACT_ADDED: ("contact_added", _between),
    Kind.CONTACT_REJECTED: ("contact_rejected", _between),
    Kind.CONTACT_WITHDRAWN: ("contact_withdrawn", _between),
    Kind.CONTACT_REMOVED: ("contact_removed", _between),
    Kind.CONTACT_REMARKED: ("contact_remarked", _remark),
    Kind.BLOCKED: ("blocked", _contact),
    Kind.UNBLOCKED: ("unblocked", _contact),
    Kind.CONVERSATION_SET: ("conversation_set", _setting),
}
"""What v2 shows, by kind: its name, and what there is to say beside where and who."""
