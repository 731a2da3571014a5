"""
The stored form of messages, edits and reactions: made from clients' frames, and read again.

Every message is stored as a v1 frame, those of v2 clients, too. So clients of v1 get the stored bytes, and clients of
v2 get a translation (see L{hichat.wire.view}). An event of a v2 client has a device; its frame has the spelling of keys
that L{StoredMessage} writes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType, structs

from hichat.core.actions import Action, ActionChoice
from hichat.core.emojis import emoji_of
from hichat.core.errors import InvalidField, NotAnEmoji, NotText, TooLong
from hichat.core.events import Event, Scope
from hichat.core.kinds import TRAITS, Body, EditBody, Format
from hichat.media.names import clean_name, without_hidden
from hichat.wire import frames

MEDIA: dict[int, frames.Media] = {1: "text", 2: "emoji", 3: "audio", 4: "picture"}
"""The media of v2 by their numbers in a v1 frame."""
_NUMBERS = {name: number for number, name in MEDIA.items()} | {"file": 1}
ON, OFF = b"+", b"-"
"""The first byte of a reaction's body; the emoji follows."""


class AttachedFile(msgspec.Struct, omit_defaults=True, gc=False):
    """
    A further file of a message.

    @ivar id: the id of the uploaded file.
    @ivar media: its media, as in v2.
    @ivar url: its URL for v1.
    """

    id: str
    media: Literal["audio", "picture", "file"]
    url: str
    name: str = ""
    seconds: float = 0


class CalledBefore(msgspec.Struct, gc=False):
    """
    The call that a message answers.

    @ivar by: the user who has called.
    @ivar command: the command's name; empty: a button was pressed.
    """

    id: int
    by: int
    command: str = ""


class StoredMessage(msgspec.Struct, omit_defaults=True, gc=False, rename={"for_": "for"}):
    """
    The stored form of a message from v2: a v1 frame, with further fields that only v2 reads.

    @ivar mediaId: the id of an uploaded file; C{url} or C{Url} then has its URL for v1.
    @ivar more: further files. C{Content} then has their URLs behind the text, for v1.
    @ivar length: of a message with further files or with buttons, the characters of its text, with which C{Content}
        begins. The text alone beside it would make the largest messages too large for a datagram.
    @ivar alias: the name and the picture under which its bot shows it. C{Content}, unless it is empty, then begins with
        the name, a colon and a blank, for v1; C{length} does not count these.
    @ivar forwarded: the id of the message of which this is a copy; 0: it is none. A retry is known by it: the message
        may have been edited or recalled since.
    @ivar forwardedFrom: its author, or if that one is a copy, too, the author that it names.
    @ivar for_: the only users who may use the buttons and the choice; empty: all.
    @ivar called: the call that it answers.
    @ivar me: whether the text tells what the sender does. Clients of v1 show the text behind the sender's name anyway.
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
    more: list[AttachedFile] = []
    length: int = 0
    forwarded: int = 0
    forwardedFrom: int = 0  # noqa: N815
    format: Format | UnsetType = UNSET
    alias: frames.ShownAlias | UnsetType = UNSET
    me: bool = False
    actions: list[Action] = []
    choice: ActionChoice | UnsetType = UNSET
    for_: list[int] = []
    called: CalledBefore | UnsetType = UNSET

    @property
    def offers(self) -> bool:
        """Whether there are buttons or a choice under it. C{Content} then has their labels behind the text, for v1."""
        return bool(self.actions) or self.choice is not UNSET

    @property
    def text(self) -> str:
        """Its text."""
        return self.Content[: self.length] if self.more or self.offers else self.Content


_ENCODER = msgspec.json.Encoder()
_MESSAGE = msgspec.json.Decoder(StoredMessage)
_EDIT = msgspec.json.Decoder(EditBody)
_OBJECT = msgspec.json.Decoder(dict[str, Any])


# From clients' frames


def message_body(
    frame: frames.Send,
    user: int,
    scope: Scope,
    target: int,
    media_id: str = "",
    open_url: str = "",
    more: Sequence[tuple[str, str]] = (),
    alias: frames.ShownAlias | UnsetType = UNSET,
    called: CalledBefore | UnsetType = UNSET,
) -> bytes:
    """
    @param media_id: the id of the uploaded file that the frame names; empty: it names none.
    @param open_url: the file's URL for clients of v1, which have no other credentials for it.
    @param more: the same of the frame's further files.
    @param alias: the name and the picture under which it is shown; see L{alias_of}.
    @param called: the call that the message answers.
    @return: the stored form of a message.
    @raise Refused: its text is too long, or the message is empty.
    """
    for value in (frame.text, frame.url, frame.name):
        check_text(value)
    if not frame.text and not frame.url:
        raise InvalidField("text")
    if frame.media in ("audio", "picture", "file") and not frame.url:
        raise InvalidField("url")
    is_file = frame.media == "file"
    url = open_url or frame.url
    made = StoredMessage(
        userId=user,
        TargetId=target,
        Type=int(scope),
        Media=_NUMBERS[frame.media],
        # Clients of v1 show the text only: so a file without a text gets its URL as text.
        Content=frame.text or (url if is_file else ""),
        url="" if is_file else url,
        Url=url if is_file else "",
        Desc=frame.name and clean_name(frame.name),
        amount=frame.seconds,
        mentions=frame.mentions,
        mediaId=media_id,
        format=frame.format,
        me=frame.me,
        actions=[*frame.actions],
        choice=frame.choice,
        for_=frame.for_,
        called=called,
    )
    if made.offers:
        check_offers(frame.actions, frame.choice)
    if frame.moreFiles:
        if not media_id:
            raise InvalidField("url")
        if frame.media in ("text", "emoji"):
            raise InvalidField("media")
        made.more = [_stored_file(file, *names) for file, names in zip(frame.moreFiles, more, strict=True)]
    if made.more or made.offers:
        made = _with_text(made, frame.text)
    if alias is not UNSET:
        made.alias = alias
        made.Content = _before(made) + made.Content
    return _ENCODER.encode(made)


def alias_of(wanted: frames.Alias, avatar: str = "") -> frames.ShownAlias:
    """
    @param avatar: the open URL of the uploaded file that it names as its picture; empty: it names none.
    @return: the name and the picture under which a message is shown.
    @raise InvalidField: there is neither, or the picture is neither an uploaded file nor an emoji.
    """
    check_text(wanted.name)
    name = " ".join(without_hidden(wanted.name).split())
    picture = avatar or (emoji_of(wanted.avatar) if wanted.avatar else "")
    if picture is None or not (name or picture):
        raise InvalidField("alias")
    return frames.ShownAlias(name, picture)


def _before(message: StoredMessage) -> str:
    """@return: the text before the text of a message under another name, for v1."""
    if message.alias is UNSET or not message.alias.name or not message.Content:
        return ""
    return f"{message.alias.name}: "


def _stored_file(file: frames.SentFile, id: str, open_url: str) -> AttachedFile:
    check_text(file.name)
    return AttachedFile(id, file.media, open_url, file.name and clean_name(file.name), file.seconds)


def _with_text(message: StoredMessage, text: str) -> StoredMessage:
    """@return: the message with another text."""
    if not message.more and not message.offers:
        return structs.replace(message, Content=text)
    # Clients of v1 show the first file, unless it is neither a picture nor an audio, and the text.
    links = [message.Url] * bool(message.Url) + [file.url for file in message.more]
    offered = [_labels(message)] if message.offers else []
    return structs.replace(message, Content="\n".join([text] * bool(text) + links + offered), length=len(text))


def _labels(message: StoredMessage) -> str:
    """@return: the labels of buttons and of a choice, for clients that show none."""
    parts = [f"[{action.label}]" for action in message.actions]
    if message.choice is not UNSET:
        parts.append(f"{message.choice.label}: {' / '.join(option.label for option in message.choice.options)}")
    return " ".join(parts)


def check_offers(actions: Sequence[Action], choice: ActionChoice | UnsetType) -> None:
    """
    @raise InvalidField: two buttons, or two options, are the same for the bot.
    @raise NotText: there is a NUL in a label.
    """
    ids = [action.id for action in actions]
    labels = [action.label for action in actions]
    if choice is not UNSET:
        ids.append(choice.id)
        values = [option.value for option in choice.options]
        labels += [choice.label, *values, *(option.label for option in choice.options)]
        if len(set(values)) < len(values):
            raise InvalidField("choice")
    if len(set(ids)) < len(ids):
        raise InvalidField("actions")
    for label in labels:
        check_text(label)


def forward_body(frame: frames.Forward, user: int, scope: Scope, target: int) -> bytes:
    """@return: the body of a forwarded message before its content is known; see L{forwarded}."""
    place = StoredMessage(userId=user, TargetId=target, Type=int(scope), Media=1, Content="")
    place.forwarded = frame.message
    return _ENCODER.encode(place)


def forwarded(original: Event, edit: Event | None, body: bytes) -> tuple[bytes, list[str]]:
    """
    @param original: a message that was not recalled.
    @param edit: its last edit.
    @param body: of L{forward_body}, or the first item of what this has returned.
    @return: the stored form of the forwarded message, and the ids of the uploaded files that it names.
    """
    content, place = read_message(original), _MESSAGE.decode(body)
    if content.offers:
        # A copy has no buttons: they are the bot's that has sent it.
        bare = structs.replace(content, actions=[], choice=UNSET, for_=[])
        content = structs.replace(_with_text(bare, content.text), length=len(content.text) if content.more else 0)
    if edit is not None:
        changed = read_edit(edit)
        content = structs.replace(_with_text(content, changed.text), format=changed.format)
    copy = structs.replace(
        content,
        userId=place.userId,
        TargetId=place.TargetId,
        Type=place.Type,
        mentions=[],
        # What a bot calls itself is not said by who forwards it.
        alias=UNSET,
        called=UNSET,
        forwarded=place.forwarded,
        forwardedFrom=content.forwardedFrom or original.sender,
    )
    return _ENCODER.encode(copy), [content.mediaId, *(file.id for file in content.more)] if content.mediaId else []


def forwarded_id(body: bytes) -> int:
    """
    @param body: of a message of v2, not empty.
    @return: the id of the message of which this is a copy; 0: it is none.
    """
    return _MESSAGE.decode(body).forwarded


def revision_body(frame: frames.Revision) -> bytes:
    """
    @return: the stored form of an edit, a recall or a reaction; see L{hichat.core.kinds.Traits.body}.
    @raise Refused: its text is too long or empty; or it is no emoji.
    """
    body = TRAITS[frame.kind].body
    if isinstance(frame, frames.React):
        return _reaction_body(frame)
    if isinstance(body, Body):
        return b""
    text = getattr(frame, "text", None)
    if text is not None:
        check_text(text)
        if not text:
            raise InvalidField("text")
    if isinstance(frame, frames.Edit):
        check_offers(frame.actions, frame.choice)
        actions: list[Action] | UnsetType = [*frame.actions] or UNSET
        for_ = frame.for_ or UNSET
        return _ENCODER.encode(EditBody(frame.text, frame.mentions, frame.format, actions, frame.choice, for_))
    return _ENCODER.encode(body(*(getattr(frame, name) for name in body.__struct_fields__)))


def _reaction_body(frame: frames.React) -> bytes:
    """
    @raise NotText: the emoji has a NUL.
    @raise NotAnEmoji: it is not an emoji. (An old reaction that is none can be taken back: the ledger checks that.)
    """
    check_text(frame.emoji)
    emoji = emoji_of(frame.emoji)
    if emoji is None and frame.on:
        raise NotAnEmoji
    return (ON if frame.on else OFF) + (emoji or frame.emoji).encode()


def check_text(text: str) -> None:
    """
    @raise NotText: there is a NUL in a text.
    @raise TooLong: it has too many bytes.
    """
    if "\0" in text:
        raise NotText
    if len(text) * 4 > frames.TEXT_LIMIT and len(text.encode()) > frames.TEXT_LIMIT:
        raise TooLong


# From the log


def read_message(event: Event) -> StoredMessage:
    """
    @param event: a message that was not recalled.
    @return: its content.
    """
    if not event.device:
        return _read_v1(event.body)
    found = _MESSAGE.decode(event.body)
    if found.alias is not UNSET:
        found.Content = found.Content[len(_before(found)) :]
    return found


def read_edit(event: Event) -> EditBody:
    """
    @param event: an edit whose message was not recalled.
    @return: its content.
    """
    return _EDIT.decode(event.body)


def _read_v1(frame: bytes) -> StoredMessage:
    """@param frame: a frame that the v1 dialect has accepted, so its known fields have the right types."""
    found: dict[str, Any]
    try:
        found = _OBJECT.decode(frame)
    except msgspec.DecodeError:
        # Only Python's own decoder accepts half of a surrogate pair, which may be in a field that nobody reads.
        found = json.loads(frame)
    names = {key.casefold(): value for key, value in found.items() if value is not None}
    # Two keys that differ by case only: an exact spelling wins (v1 contract).
    picture = found.get("url") or ("" if "Url" in found else names.get("url", ""))
    return StoredMessage(
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
