"""The OpenAPI 3.1 document of the v2 HTTP API, made from the types that read the requests and write the answers."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from typing import Any, get_args, get_origin

import msgspec
from twisted.web.resource import Resource

from hichat import __version__
from hichat.core.errors import Language, MethodNotTaken, NoSuchAddress, Refused, StoreAway, TooFast
from hichat.core.repeats import REPEAT_KEY_LIMIT
from hichat.web.api.catalogue import SECTIONS
from hichat.web.api.operation import EVENT_STREAM, Operation
from hichat.web.api.requests import KEY_HEADER
from hichat.web.docs.docstrings import commonmark, describe
from hichat.web.outside import PublicURL
from hichat.web.problems import CONTENT_TYPE, Problem

_DESCRIPTION = """ JSON over HTTP. Every failure is a problem document (RFC 9457): its `code` never changes and is for
programs, its `title` and `detail` are for people, in English unless `Accept-Language` (RFC 9110, 12.5.4) gives `zh` a
larger weight than `en`. `Content-Language` tells which it is.

To authenticate, `POST /v2/login` with `name`, `password` and `device`: the name that the client gives itself, always
the same. The `accessToken` of the answer goes into the header `Authorization: Bearer T` of each other call. It is good
for 15 minutes (`expiresIn`). Before that, or after a 401, exchange the `refreshToken` at `POST /v2/refresh` for the
next two tokens. Make one exchange at a time, and keep the new refresh token before you use it, since each is good once.
If the exchange gets a 401 as well, the user has to log in again.

The server refuses fields that it does not know, so that a misspelt one is not lost silently. A client should ignore
fields that it does not know: a later server may send more. Integers fit into a double: none is larger than 2^53 - 1.

Lists come in pages: `next` of a page is the `cursor` of the page after it. Items that are added or removed meanwhile
neither repeat nor hide others.

Messages go over the WebSocket at `/v2/ws`; see [its page](/v2/protocol).
"""

_REF = "#/components/schemas/{name}"
_FILE: dict[str, Any] = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
"""The content of a file: of any type, and no text that JSON Schema could describe."""

_KEY: dict[str, Any] = {
    "name": KEY_HEADER,
    "in": "header",
    "required": False,
    "description": "A text of your choice. A repetition of the call with it does nothing more.",
    "schema": {"type": "string", "minLength": 1, "maxLength": REPEAT_KEY_LIMIT},
}
"""The parameter of operations that may have an idempotency key."""

_OF_THE_SITE = (MethodNotTaken, NoSuchAddress)
"""Errors below C{/v2} that belong to no operation."""

_STATUSES = {
    200: "Done.",
    201: "Made.",
    202: "The request waits for another user's answer.",
    204: "Done; the answer has no body.",
    206: "A range of the file.",
    304: "The file has not changed.",
    416: "The file has no such range.",
}


def at(public: PublicURL) -> dict[str, Any]:
    """@return: the document of a server with this public URL; do not change it."""
    info = document()["info"]
    description = info["description"].replace("](/v2/", f"]({public.prefix}/v2/")
    return document() | {"info": info | {"description": description}, "servers": [{"url": f"{public}/v2"}]}


@cache
def document() -> dict[str, Any]:
    """@return: the document; do not change it."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "HiChat v2 over HTTP",
            "version": __version__,
            "description": _DESCRIPTION.strip(),
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/v2"}],
        "tags": [{"name": section.title, "description": section.text} for section in SECTIONS],
        "paths": _paths(),
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "`Authorization: Bearer T`."}
            },
        },
    }


def operation_errors(operation: Operation) -> dict[int, list[type[Refused]]]:
    """@return: the errors of an operation, by status."""
    found: dict[int, list[type[Refused]]] = {}
    for kind in operation.refused_with:
        found.setdefault(kind.status, []).append(kind)
    return dict(sorted(found.items()))


def _paths() -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for section in SECTIONS:
        for operation in section.operations:
            paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, section.title)
    return paths


def _operation(operation: Operation, tag: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": operation.id,
        "tags": [tag],
        "summary": operation.summary,
        "description": commonmark(" ".join(operation.description.split())),
        "parameters": [
            *_parameters(operation.path_type, "path"),
            *_parameters(operation.query_type, "query"),
            *([_KEY] if operation.takes_key else []),
        ],
        "responses": {
            **{str(status): _answer(status, kind) for status, kind in operation.answers.items()},
            **{str(status): _problem(status, kinds) for status, kinds in operation_errors(operation).items()},
        },
        "security": [] if operation.is_open else [{"token": []}],
    }
    if operation.stream is not None:
        found["responses"]["200"]["content"][EVENT_STREAM] = {"schema": {"type": "string"}}
    if operation.takes_files:
        found["requestBody"] = {"required": True, "content": _FILE}
    if operation.body_type is not None:
        found["requestBody"] = {
            "required": operation.needs_body,
            "content": {"application/json": {"schema": _ref(operation.body_type)}},
        }
    return found


def _parameters(kind: type[msgspec.Struct] | None, place: str) -> list[dict[str, Any]]:
    if kind is None:
        return []
    schema = _schema_of(kind)
    required = schema.get("required", ())
    return [
        {
            "name": name,
            "in": place,
            "required": name in required,
            "description": found.pop("description"),
            "schema": found,
        }
        for name, found in schema["properties"].items()
    ]


def _schema_of(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """@return: a struct's own schema, with the descriptions of its docstring."""
    _, schemas = msgspec.json.schema_components([kind], ref_template=_REF)
    schema = schemas[kind.__name__]
    describe(schema, kind)
    return schema


def _answer(status: int, kind: Any) -> dict[str, Any]:
    if kind is None:
        return {"description": _STATUSES[status]}
    if issubclass(get_origin(kind) or kind, Resource):
        return {"description": _STATUSES[status], "content": _FILE}
    return {"description": _STATUSES[status], "content": {"application/json": {"schema": _ref(kind)}}}


def _problem(status: int, kinds: Iterable[type[Refused]]) -> dict[str, Any]:
    codes = {kind.code: kind.en for kind in kinds}
    found: dict[str, Any] = {
        "description": "\n".join(f"- `{code}`: {sentence}" for code, sentence in codes.items()),
        "content": {
            CONTENT_TYPE: {"schema": {**_ref(Problem), "properties": {"code": {"enum": list(codes)}}}},
        },
        "headers": {
            "Content-Language": {
                "required": True,
                "schema": {"type": "string", "enum": list(get_args(Language))},
                "description": "The language of `title` and `detail`.",
            }
        },
    }
    if status == 401:
        found["headers"]["WWW-Authenticate"] = {"required": True, "schema": {"type": "string"}}
    if status in (TooFast.status, StoreAway.status):
        found["headers"]["Retry-After"] = {
            "required": True,
            "schema": {"type": "integer"},
            "description": "Seconds.",
        }
    return found


@cache
def _ref(kind: Any) -> dict[str, Any]:
    """@return: a reference to the type's schema. All callers share it; do not change it."""
    (found,), _ = msgspec.json.schema_components([kind], ref_template=_REF)
    return found


def _schemas() -> dict[str, Any]:
    operations = [operation for section in SECTIONS for operation in section.operations]
    asked = [operation.body_type for operation in operations if operation.body_type is not None]
    answered = [
        kind
        for operation in operations
        if not operation.sends_files
        for kind in operation.answers.values()
        if kind is not None
    ]
    _, schemas = msgspec.json.schema_components([*asked, *answered, Problem], ref_template=_REF)
    structs = _structs([*asked, *answered, Problem])
    closed = set(_structs(asked))
    for name, schema in schemas.items():
        describe(schema, structs[name])
        if name not in closed:
            # A later server may send more fields.
            schema.pop("additionalProperties", None)
        for found in schema["properties"].values():
            _tell_default(found)
    codes = {kind.code for operation in operations for kind in operation.refused_with}
    schemas[Problem.__name__]["properties"]["code"]["enum"] = sorted(codes | {kind.code for kind in _OF_THE_SITE})
    return schemas


def _tell_default(field: dict[str, Any]) -> None:
    """
    Replace C{default} in a field's schema: generators of code think that a field with a default is always present, but
    both sides may leave it out.
    """
    if "default" in field:
        default = field.pop("default")
        field["x-default"] = default
        field["description"] = f"{field.get('description', '')} If absent: `{json.dumps(default)}`.".strip()


def _structs(kinds: Iterable[Any]) -> dict[str, type[msgspec.Struct]]:
    """@return: all structs that these types contain, by the names of their schemas."""
    found: dict[str, type[msgspec.Struct]] = {}

    def look(kind: Any) -> None:
        struct = get_origin(kind) or kind
        if isinstance(struct, type) and issubclass(struct, msgspec.Struct):
            name = _ref(kind)["$ref"].rpartition("/")[2]
            if name in found:
                if found[name] is not struct:
                    raise TypeError(f"two types of the API are called {name}")
                return
            found[name] = struct
            for field in msgspec.structs.fields(kind):
                look(field.type)
        else:
            for inner in get_args(kind):
                look(inner)

    for kind in kinds:
        look(kind)
    return found
