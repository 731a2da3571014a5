"""
The AsyncAPI 3.0 document of the v2 protocol, made from the types in L{hichat.wire.frames}.

It describes the server, so what clients send is what it C{receive}s, and the other way round. Descriptions are the
docstrings of the types, in CommonMark. Objects from clients are closed: an unknown field is refused. Those from the
server are open: a later server may say more.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from functools import cache
from typing import Any, get_args

import msgspec

from hichat import __version__
from hichat.core import actions, errors
from hichat.core.errors import Refused
from hichat.web.docs.docstrings import commonmark, describe, described
from hichat.web.docs.examples import examples_of
from hichat.web.outside import PublicURL
from hichat.wire import frames
from hichat.wire.frames import PATH, SUBPROTOCOL, FromClient, FromServer

CLOSE_CODES = {
    1002: "The WebSocket protocol was broken. Fix the client.",
    1007: "A text frame was not UTF-8. Fix the client.",
    1009: "A frame was too large; C{welcome} says what fits. Fix the client.",
    4001: "Signed out: by a log-out, another password, or because the account or the device is no more. Stop; the user "
    "has to log in.",
    4002: "The server stops. Come back after the time that the reason names, C{retry after N s}, and a random part of "
    "some seconds: all its clients hear this at once.",
    4003: "Another connection of the same device has replaced this one. Stop.",
    4004: "No C{hello} came in time, or it was wrong, or named another device than the token's. Fix the client.",
    4005: "The token is missing, wrong or expired. Log in again.",
    4008: "The client was too slow to read. Come back and C{sync}.",
    4009: "The user has reached the limit of connections. Close another one, or come back later.",
    4010: "Nothing was heard from the client for 60 s. Come back.",
    4011: "The server could not serve the connection. Come back later.",
}
"""The close codes: the reason why the server closes a connection, and what the client should do."""

_CHANNEL = "chat"
_DIRECTIONS = {"fromClient": FromClient, "fromServer": FromServer}


def at(public: PublicURL) -> dict[str, Any]:
    """@return: the document of a server with this public URL; do not change it."""
    found = _server("wss" if public.origin.scheme == "https" else "ws", public.origin.authority)
    servers = {"public": {**found, **({"pathname": public.prefix} if public.prefix else {})}}
    channels = {_CHANNEL: _channel() | {"servers": [{"$ref": "#/servers/public"}]}}
    return document() | {"servers": servers, "channels": channels}


@cache
def document() -> dict[str, Any]:
    """@return: the document; do not change it."""
    return {
        "asyncapi": "3.0.0",
        "info": _info(),
        "defaultContentType": "application/json",
        "servers": {"plain": _server("ws", "127.0.0.1:8000"), "tls": _server("wss", "chat.example")},
        "channels": {_CHANNEL: _channel()},
        "operations": {
            "fromClient": _operation("receive", "fromClient", "What clients say"),
            "fromServer": _operation("send", "fromServer", "What the server says"),
        },
        "components": {
            "messages": {kind.__name__: _message(kind) for kind in _frames()},
            "schemas": _schemas(),
            "securitySchemes": _security_schemes(),
        },
        "x-error-codes": error_codes(),
    }


def error_codes() -> dict[str, str]:
    """@return: the codes of C{error} frames, with the English message of each."""
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Refused)]
    return {kind.code: kind.en for kind in kinds if kind is not Refused}


def _info() -> dict[str, Any]:
    return {
        "title": "HiChat v2",
        "version": __version__,
        "description": commonmark(inspect.cleandoc(frames.__doc__ or "")),
        "license": {"name": "MIT"},
    }


def _server(scheme: str, host: str) -> dict[str, Any]:
    return {
        "host": "{host}",
        "protocol": scheme,
        "description": "The token goes into the header or into `hello`, never into the URL. What a browser says in "
        "`Origin` must be the server's own or one of its setting `HICHAT_ORIGINS`, or the answer is 403.",
        "variables": {"host": {"default": host, "description": "Where the daemon, or the proxy before it, listens."}},
        "security": [{"$ref": f"#/components/securitySchemes/{name}"} for name in _security_schemes()],
    }


def _security_schemes() -> dict[str, Any]:
    got_by = (
        "The `accessToken` that `POST /v2/login` or `POST /v2/refresh` gives, or a token of the command `hichat token`."
    )
    return {
        "header": {"type": "http", "scheme": "bearer", "description": f"`Authorization: Bearer T`. {got_by}"},
        "hello": {"type": "apiKey", "in": "password", "description": f"`token` in the `hello` frame. {got_by}"},
    }


def _channel() -> dict[str, Any]:
    codes = "\n".join(f"- {code}: {commonmark(why)}" for code, why in CLOSE_CODES.items())
    return {
        "address": PATH,
        "title": "The conversation of one device with the server",
        "description": f"Text frames only, each one JSON object with an `op`. The server closes with:\n\n{codes}",
        "servers": [{"$ref": "#/servers/plain"}, {"$ref": "#/servers/tls"}],
        "messages": {kind.__name__: {"$ref": f"#/components/messages/{kind.__name__}"} for kind in _frames()},
        "bindings": {"ws": {"method": "GET", "headers": _headers(), "bindingVersion": "0.1.0"}},
        "x-close-codes": {str(code): commonmark(why) for code, why in CLOSE_CODES.items()},
    }


def _headers() -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "Sec-WebSocket-Protocol": {"type": "string", "enum": [SUBPROTOCOL], "description": "The subprotocol."},
            "Authorization": {"type": "string", "description": "`Bearer` and the token, unless `hello` has it."},
            "Accept-Language": {
                "type": "string",
                "description": "Languages with weights (RFC 9110, 12.5.4). Errors and the reasons in close frames are "
                "in the one of `en` and `zh` that weighs more; if it names neither, in English.",
            },
        },
        "required": ["Sec-WebSocket-Protocol"],
    }


def _operation(action: str, direction: str, title: str) -> dict[str, Any]:
    names = [kind.__name__ for kind in get_args(_DIRECTIONS[direction])]
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{_CHANNEL}"},
        "title": title,
        "summary": f"{title}.",
        "messages": [{"$ref": f"#/channels/{_CHANNEL}/messages/{name}"} for name in names],
    }


def _message(kind: type[msgspec.Struct]) -> dict[str, Any]:
    text, _ = described(kind)
    return {
        "name": kind.__struct_config__.tag,
        "title": re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind.__name__).capitalize(),
        "summary": re.split(r"(?<=[.:;]) ", text)[0].rstrip(":;"),
        "description": text,
        "contentType": "application/json",
        "payload": {"$ref": f"#/components/schemas/{kind.__name__}"},
        "examples": [_example(title, msgspec.to_builtins(frame)) for title, frame in examples_of(kind)],
    }


def _example(title: str, payload: Any) -> dict[str, Any]:
    return {"summary": title, "payload": payload} if title else {"payload": payload}


def _frames() -> Iterable[type[msgspec.Struct]]:
    for kinds in _DIRECTIONS.values():
        yield from get_args(kinds)


def _schemas() -> dict[str, Any]:
    _, schemas = msgspec.json.schema_components(_DIRECTIONS.values(), ref_template="#/components/schemas/{name}")
    from_client = {kind.__name__ for kind in get_args(FromClient)}
    for name, schema in schemas.items():
        describe(schema, vars(frames).get(name) or vars(actions)[name])
        if name not in from_client:
            schema.pop("additionalProperties", None)
    schemas[frames.Error.__name__]["properties"]["code"]["enum"] = list(error_codes())
    return schemas
