"""
The bodies of requests to a hook.

What a body is shows in itself and not in its Content-Type: C{curl -d} calls all of them a form. So a JSON object is
one, whatever its type; a form may have one in C{payload}, as Slack's first hooks had, or the fields of a message; and
all else is the text.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from multipart import MultipartError, MultipartParser, parse_options_header

from hichat.core.errors import InvalidPayload

DEEPEST = 64
"""The most objects and lists in each other that a body may have."""

_FIELDS_LIMIT = 100
_FORM_FIELDS = ("payload", "text", "username", "icon_emoji", "icon_url")


def read_payload(body: bytes, content_type: str = "") -> dict[str, Any]:
    """
    @param body: of a request, which the site has bounded.
    @param content_type: its header, if there is one.
    @return: the fields of a message.
    @raise InvalidPayload: the body cannot be read.
    """
    kind, options = parse_options_header(content_type)
    if kind == "multipart/form-data":
        return _fields(_parts(body, options.get("boundary", "")))
    try:
        text = body.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise InvalidPayload from None
    if text.startswith("{") or kind == "application/json":
        return read_object(text)
    if kind in {"application/x-www-form-urlencoded", ""} and text.partition("=")[0] in _FORM_FIELDS:
        try:
            found = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_FIELDS_LIMIT, errors="strict"))
        except ValueError:
            raise InvalidPayload from None
        return _fields(found)
    return {"text": text}


def read_object(text: str | bytes) -> dict[str, Any]:
    """
    @param text: JSON.
    @return: its object.
    @raise InvalidPayload: it is no JSON, or no object, or too deep.
    """
    try:
        found = msgspec.json.decode(text)
    except (ValueError, RecursionError):
        raise InvalidPayload from None
    if not isinstance(found, dict) or _depth(found) > DEEPEST:
        raise InvalidPayload
    return found


def _depth(value: object) -> int:
    """@return: how many objects and lists are in each other, counted to one more than may be."""
    depth, level = 0, [value]
    while depth <= DEEPEST:
        level = [each for outer in level if isinstance(outer, dict | list) for each in _inside(outer)]
        if not level:
            return depth
        depth += 1
    return depth


def _inside(outer: dict[str, Any] | list[Any]) -> Any:
    return outer.values() if isinstance(outer, dict) else outer


def _fields(form: dict[str, str]) -> dict[str, Any]:
    return read_object(form["payload"]) if "payload" in form else dict(form)


def _parts(body: bytes, boundary: str) -> dict[str, str]:
    if not boundary:
        raise InvalidPayload
    found = {}
    try:
        for part in MultipartParser(BytesIO(body), boundary, content_length=len(body), part_limit=_FIELDS_LIMIT):
            if part.name in _FORM_FIELDS:
                found[part.name] = part.raw.decode()
    except (MultipartError, UnicodeDecodeError):
        raise InvalidPayload from None
    return found
