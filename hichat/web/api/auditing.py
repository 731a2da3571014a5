"""What the audit log has of a call of the v2 HTTP API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_origin

import msgspec

from hichat.audit.entries import DETAIL_LIMIT, Entry
from hichat.web.api.operation import Caller, Operation

_OWN_FIELDS = frozenset(("user", "group"))
"""What an entry has fields for."""


def call_entry(operation: Operation, arguments: Mapping[str, Any], address: str) -> Entry:
    """
    @param arguments: those of the handler. Its caller is known.
    @return: the entry. Its detail has the names of the body's fields, and the values of those that are no text.
    """
    caller: Caller = arguments["caller"]
    path = msgspec.structs.asdict(arguments["path"]) if "path" in arguments else {}
    facts = {name: value for name, value in path.items() if name not in _OWN_FIELDS} | _facts(arguments.get("body"))
    return Entry(
        act=operation.handler.__name__,
        actor=caller.user.id,
        whose=path.get("user", 0 if "group" in path else caller.user.id),
        group=path.get("group", 0),
        device=caller.device,
        address=address,
        via="v2",
        detail=_told(facts),
    )


def _told(facts: Mapping[str, Any]) -> str:
    text = msgspec.json.encode(facts).decode() if facts else ""
    return text if len(text) <= DETAIL_LIMIT else ""


def _facts(body: msgspec.Struct | None) -> dict[str, Any]:
    if body is None:
        return {}
    found: dict[str, Any] = {}
    for field in msgspec.structs.fields(body):
        value = getattr(body, field.name)
        if value in (msgspec.UNSET, field.default):
            continue
        is_plain = isinstance(value, bool | int) or get_origin(field.type) is Literal
        found[field.name] = value if is_plain else "set"
    return found
