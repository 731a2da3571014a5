"""
The v2 dialect (see L{hichat.wire.frames}): from bytes to frames, and from events to bytes.

L{hichat.wire.stored} makes the stored form of clients' frames; L{hichat.wire.view} makes the frames that show events.
"""

from __future__ import annotations

import re

import msgspec
from msgspec import UNSET, UnsetType

from hichat.core.errors import (
    InvalidField,
    NotAddressed,
    NotAnObject,
    NotJSON,
    Refused,
    UnknownFrame,
)
from hichat.core.events import Event, Scope
from hichat.wire import frames, view, websocket


class _Tag(msgspec.Struct):
    """The part of an invalid frame that can be read."""

    ref: frames.Ref | UnsetType = UNSET


_FROM_CLIENT = msgspec.json.Decoder(frames.FromClient)
_TAG = msgspec.json.Decoder(_Tag)
_ENCODER = msgspec.json.Encoder()
_FIELD = re.compile(r"(?:field `(\w{1,64})`|`\$\.([\w.\[\]]{1,64}))")
_PLACE = re.compile(r"`\$\.([\w.\[\]]{1,64})")


# From clients


def parse(frame: bytes) -> frames.FromClient:
    """
    Read a frame.

    @param frame: the payload, valid UTF-8.
    @raise Refused: it is no frame of the protocol.
    """
    try:
        return _FROM_CLIENT.decode(frame)
    except msgspec.ValidationError as e:
        raise _complaint(str(e)) from None
    except (msgspec.DecodeError, RecursionError):
        raise NotJSON from None


def ref_of(frame: bytes) -> frames.Ref | UnsetType:
    """@return: the reference of an invalid frame, if it can be read."""
    try:
        return _TAG.decode(frame).ref
    except (msgspec.DecodeError, RecursionError):
        return UNSET


def _complaint(text: str) -> Refused:
    """@param text: msgspec's error message. It may quote the frame, so only the field's name is used."""
    if text.endswith("`$.op`") or "missing required field `op`" in text:
        return UnknownFrame()
    # Within a field's value an unknown name is the client's own word: then the place is told.
    found = (_PLACE.search(text) if "unknown field" in text else None) or _FIELD.search(text)
    if found is None:
        return NotAnObject()
    return InvalidField(next(filter(None, found.groups())))


def scope_of(frame: frames.Addressed) -> tuple[Scope, int]:
    """
    @return: the address of a frame: the scope, and the user's or the group's id.
    @raise NotAddressed: the frame names both a user and a group.
    """
    if frame.user is not UNSET:
        if frame.group is not UNSET:
            raise NotAddressed
        return Scope.USER, frame.user
    if frame.group is not UNSET:
        return Scope.GROUP, frame.group
    return Scope.EVERYONE, 0


# To clients


def frame(message: msgspec.Struct) -> bytes:
    """@return: the WebSocket frame (RFC 6455, 5.2) of a message."""
    return websocket.text(_ENCODER.encode(message))


def encode(event: Event) -> bytes | None:
    """@return: the WebSocket frame that shows an event; None: v2 does not show it."""
    shown = view.live(event)
    return None if shown is None else frame(shown)
