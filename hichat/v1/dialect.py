"""
The v1 dialect: what existing clients speak (C{v1-contract.md}, "The WebSocket").

The client sends text frames, each a JSON object whose known keys are matched without regard to case::

    {"userId":1, "TargetId":2, "Type":1, "Media":1, "Content":"hi", "url":"", "Desc":"", "amount":0}

    Type    0 heartbeat, 1 to a user, 2 to a group, 3 to everyone (administrators)
    Media   1 text, 2 emoji, 3 audio, 4 picture

The server sends one greeting, then the senders' frames as they came, and complaints: plain text without braces, because
these clients show whatever has a brace as a message.
"""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, Never

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import astuple

from hichat.core.drafts import Draft, IOrigin
from hichat.core.errors import (
    AmbiguousField,
    NotAnObject,
    NotJSON,
    NotText,
    NotYourself,
    TooLong,
    UnknownType,
    WrongField,
)
from hichat.core.events import MAX_SAFE_INTEGER, Event, Scope
from hichat.core.kinds import V1, Kind
from hichat.wire import websocket

CONTENT_LIMIT = 8 * 1024
"""Bytes of C{Content} in UTF-8."""

DEPTH_LIMIT = 100
"""Objects and arrays within each other. Whoever reads the frame later may have less of a stack to do it with."""

_DECIDING = ("userid", "targetid", "type")
_UNREADABLE = re.compile("[\x00\ud800-\udfff]")
_HEARTBEAT = 0
_BROADCAST = 3
# To look a member up in its enumeration takes as long as half of a decoding.
_MESSAGE = Kind.MESSAGE
_SCOPES: dict[int | None, Scope] = {1: Scope.USER, 2: Scope.GROUP, 3: Scope.EVERYONE}


def parse(frame: bytes, user: int, origin: IOrigin) -> Draft | None:
    """
    Read a frame.

    @param frame: valid UTF-8; the WebSocket protocol has seen to that.
    @param user: the id of the user who is authenticated on the connection.
    @param origin: hears how it went.
    @return: the message, or None for a heartbeat.
    @raise Refused: the frame is not as the contract wants it.
    """
    sender, target, kind = _read_usual(frame) or _read(frame)
    if sender != user:
        raise NotYourself
    if kind == _HEARTBEAT:
        return None
    scope = _SCOPES.get(kind)
    if scope is None:
        raise UnknownType
    if kind == _BROADCAST:
        target = 0
    elif target is None:
        raise WrongField
    return Draft(_MESSAGE, scope, user, target, frame, origin)


def encode(event: Event) -> bytes | None:
    """
    @return: the WebSocket frame (RFC 6455, 5.2) that carries a message to v1 clients: the sender's, as it came; None
        for events that v1 does not show.
    """
    if event.kind not in V1:
        return None
    return websocket.text(event.body)


_Integer = Annotated[int, msgspec.Meta(ge=-MAX_SAFE_INTEGER, le=MAX_SAFE_INTEGER)]
_Number = Annotated[float, msgspec.Meta(ge=-MAX_SAFE_INTEGER, le=MAX_SAFE_INTEGER)]


class _Usual(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """What clients usually send: known keys, in their usual spelling, each once, with nothing escaped."""

    userId: _Integer  # noqa: N815
    Type: _Integer
    TargetId: _Integer | UnsetType = UNSET
    targetId: _Integer | UnsetType = UNSET  # noqa: N815
    Media: _Integer | UnsetType = UNSET
    Content: str | UnsetType = UNSET
    url: str | UnsetType = UNSET
    CreateTime: _Integer | UnsetType = UNSET
    amount: _Number | UnsetType = UNSET
    Desc: str | UnsetType = UNSET


_USUAL = msgspec.json.Decoder(_Usual)
_FIELDS = len(_Usual.__struct_fields__)
_BACKSLASH = ord("\\")


def _read_usual(frame: bytes) -> tuple[int, int | None, int] | None:
    """
    Read a frame of the usual form, in a tenth of the time.

    @return: as L{_read}; None: the frame is not usual, or not right.
    """
    if len(frame) > CONTENT_LIMIT or _BACKSLASH in frame:
        return None
    try:
        found = _USUAL.decode(frame)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    keys = _FIELDS - astuple(found).count(UNSET)
    strings = (found.Content is not UNSET) + (found.url is not UNSET) + (found.Desc is not UNSET)
    # The decoder does not say whether a key came twice; but then there are more quotes than these.
    if frame.count(b'"') != 2 * (keys + strings):
        return None
    target = found.TargetId
    if target is UNSET:
        target = found.targetId
    elif found.targetId is not UNSET:
        return None
    return found.userId, None if target is UNSET else target, found.Type


def _read(frame: bytes) -> list[int | None]:
    """
    Check all known fields.

    @return: sender, target and type; None where not given.
    """
    try:
        # As text: from bytes, json would guess at UTF-16 too.
        found = _DECODER.decode(frame.decode())
    except (ValueError, RecursionError):
        raise NotJSON from None
    if not isinstance(found, _Pairs):
        raise NotAnObject
    if frame.count(b"[") + frame.count(b"{") > DEPTH_LIMIT and _is_deep(found):
        raise NotJSON
    deciding: dict[str, int | None] = {}
    for key, value in found:
        # casefold, not lower: the Go clients' decoder takes U+017F for an s and U+212A for a k.
        name = key.casefold()
        check = _CHECKS.get(name)
        if check is None:
            continue
        if value is not None:
            check(value)
        if name in _DECIDING:
            if name in deciding:
                # The frame is forwarded as it is, and a client that reads the other of the two would misunderstand it.
                raise AmbiguousField
            deciding[name] = value
    return [deciding.get(name) for name in _DECIDING]


class _Pairs(list[tuple[str, Any]]):
    """An object's pairs, as they stand in the frame: a dict would hide that a key came twice."""


def _is_deep(found: list[Any]) -> bool:
    level = [found]
    for _ in range(DEPTH_LIMIT):
        inside = [[value for _, value in outer] if isinstance(outer, _Pairs) else outer for outer in level]
        level = [value for values in inside for value in values if isinstance(value, list)]
        if not level:
            return False
    return True


def _refuse_constant(_name: str) -> Never:
    raise NotJSON  # NaN and Infinity are not JSON (RFC 8259, 6)


_DECODER = json.JSONDecoder(object_pairs_hook=_Pairs, parse_constant=_refuse_constant)


def _check_integer(value: Any) -> None:
    if type(value) is not int or abs(value) > MAX_SAFE_INTEGER:
        raise WrongField


def _check_amount(value: Any) -> None:
    if type(value) not in (int, float) or abs(value) > MAX_SAFE_INTEGER:
        raise WrongField


def _check_text(value: Any) -> None:
    if type(value) is not str:
        raise WrongField
    if _UNREADABLE.search(value):
        raise NotText


def _check_content(value: Any) -> None:
    _check_text(value)
    if len(value) > CONTENT_LIMIT or len(value.encode()) > CONTENT_LIMIT:
        raise TooLong


_CHECKS = {
    "userid": _check_integer,
    "targetid": _check_integer,
    "type": _check_integer,
    "media": _check_integer,
    "content": _check_content,
    "url": _check_text,
    "desc": _check_text,
    "amount": _check_amount,
}
