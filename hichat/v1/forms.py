"""
Reading the fields of a call of v1. Pure functions, which raise L{hichat.core.errors.Refused}.

Existing clients write bodies that no standard describes: see L{read_urlencoded}.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

import msgspec
from multipart import MultipartSegment, PushMultipartParser, parse_options_header

from hichat.accounts.fields import is_storable
from hichat.core.errors import FormTooLarge, InvalidField, MalformedForm
from hichat.core.events import MAX_SAFE_INTEGER
from hichat.web.site import FORM_LIMIT

V1_FIELDS = frozenset(
    (
        "name",
        "password",
        "oldPassword",
        "Identity",
        "invite",
        "token",
        "id",
        "icon",
        "gender",
        "email",
        "phone",
        "userIdA",
        "userIdB",
        "start",
        "end",
        "isRev",
        "userId",
        "targetId",
        "targetName",
        "ownerId",
        "cate",
        "desc",
        "memo",
        "comId",
        "file",
        "filetype",
        "userid",
    )
)
"""The names of all fields of all v1 calls."""

_PARTS_LIMIT = 32
_INTEGER = re.compile(r"-?[0-9]{1,16}")
# What every form encoder escapes, and a blank that a form encoder writes as "+".
_NOT_FROM_A_FORM_ENCODER = re.compile(rb"%20|[ @:/?#,;$!'()]")


def read_form(content_type: str | None, body: bytes) -> dict[str, str]:
    """
    Read a body, as its type says; without a type as an urlencoded one.

    @return: the known fields that were given.
    @raise FormTooLarge: more than L{FORM_LIMIT}.
    @raise MalformedForm: not what the type says.
    @raise InvalidField: a value is not text that can be stored.
    """
    if len(body) > FORM_LIMIT:
        raise FormTooLarge(FORM_LIMIT)
    kind, options = parse_options_header(content_type or "")
    if kind == "multipart/form-data":
        return read_multipart(options.get("boundary", ""), body)
    if kind == "application/json" or kind.endswith("+json"):
        return read_json(body)
    return read_urlencoded(body)


def read_urlencoded(body: bytes) -> dict[str, str]:
    """
    Read C{name=value&...}, also as the existing page writes it: with C{encodeURI}, which leaves C{+ & = #} in values
    as they are.

    So a C{&} ends a value only where the name of a known field that was not given yet and a C{=} follow, and the
    first C{=} ends the name.

    And a C{+} is ambiguous: form encoders mean a blank by it, C{encodeURI} a plus. It is a plus if the body has
    something in it that no form encoder writes: an escaped blank, or a character that they all escape.

    @raise InvalidField: a value is not UTF-8, or has NUL in it.
    """
    blank = b"+" if _NOT_FROM_A_FORM_ENCODER.search(body) else b" "
    return _given({name: _text(name, unquote_to_bytes(raw.replace(b"+", blank))) for name, raw in _split(body).items()})


def read_multipart(boundary: str, body: bytes) -> dict[str, str]:
    """
    Read C{multipart/form-data} (RFC 7578). Files in it are left out; of fields with one name the first counts.

    @raise MalformedForm: it is not that.
    @raise InvalidField: a value is not UTF-8, or has NUL in it.
    """
    values: dict[str, bytes] = {}
    target: str | None = None
    try:
        with PushMultipartParser(boundary, max_segment_count=_PARTS_LIMIT) as parser:
            for event in parser.parse(body):
                if isinstance(event, MultipartSegment):
                    target = None
                    if event.name in V1_FIELDS and event.name not in values and event.filename is None:
                        target = event.name
                        values[target] = b""
                elif event and target is not None:
                    values[target] += event
    except ValueError as e:
        raise MalformedForm from e
    return _given({name: _text(name, value) for name, value in values.items()})


def read_json(body: bytes) -> dict[str, str]:
    """
    Read a JSON object. Numbers and truth values are read as if they had been written in a form; null is not given.

    @raise MalformedForm: not a JSON object.
    @raise InvalidField: a value is a fraction, too large, an array or an object.
    """
    try:
        values = msgspec.json.decode(body, type=dict[str, Any])
    except (ValueError, RecursionError) as e:
        raise MalformedForm from e
    return _given(
        {name: _plain(name, value) for name, value in values.items() if name in V1_FIELDS and value is not None}
    )


def required(fields: Mapping[str, str], name: str) -> str:
    """
    @return: the field's value.
    @raise InvalidField: it was not given.
    """
    if name not in fields:
        raise InvalidField(name)
    return fields[name]


def integer(fields: Mapping[str, str], name: str, default: int) -> int:
    """
    @return: the field's value, or C{default} if it was not given.
    @raise InvalidField: not a whole number of at most 16 digits.
    """
    if name not in fields:
        return default
    if not _INTEGER.fullmatch(fields[name]):
        raise InvalidField(name)
    return int(fields[name])


def _split(body: bytes) -> dict[str, bytes]:
    values: dict[str, list[bytes]] = {}
    pieces: list[bytes] = []
    for part in body.split(b"&"):
        raw_name, equals, value = part.partition(b"=")
        name = raw_name.decode("latin-1")
        if equals and name in V1_FIELDS and name not in values:
            pieces = values[name] = [value]
        else:
            pieces.append(part)
    return {name: b"&".join(pieces) for name, pieces in values.items()}


def _given(values: dict[str, str]) -> dict[str, str]:
    """Existing pages write "undefined" for an empty field, and leave C{cate} empty."""
    return {name: value for name, value in values.items() if value != "undefined" and (value or name != "cate")}


def _text(name: str, value: bytes) -> str:
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError as e:
        raise InvalidField(name) from e
    if not is_storable(text):
        raise InvalidField(name)
    return text


def _plain(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and abs(value) <= MAX_SAFE_INTEGER:
        return str(value)
    if isinstance(value, str) and is_storable(value):
        return value
    raise InvalidField(name)
