"""The router of the v2 HTTP API: finds a request's operation, reads its arguments, calls it, and writes its answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import cache
from typing import Any

import msgspec
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.resource import Resource
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from hichat.accounts.bot_passes import place_named
from hichat.accounts.users import User
from hichat.audit.book import recorded
from hichat.core.errors import (
    Broken,
    MethodNotTaken,
    NoSuchAddress,
    NotForBots,
    NotInToken,
    Refused,
    Unauthorized,
)
from hichat.core.events import Scope
from hichat.signin.app_passwords import check_full
from hichat.web.answers import to_json
from hichat.web.api.auditing import call_entry
from hichat.web.api.operation import EVENT_STREAM, Answer, Caller, Operation
from hichat.web.api.requests import read_body, read_file, read_key, read_parameters, read_query
from hichat.web.credentials import bearer, is_forwarded, peer
from hichat.web.languages import language_of
from hichat.web.outside import outside_of
from hichat.web.problems import answer_problem
from hichat.web.routes import Route, Routes
from hichat.web.services import ApiServices
from hichat.web.site import Request

_log = Logger()


def make_api(operations: Iterable[Operation], services: ApiServices) -> Routes:
    """@return: a leaf that answers all of C{/v2}."""
    routes = [
        Route(operation.method, f"/v2{_place(operation)}", _handler(operation, services)) for operation in operations
    ]
    return Routes(routes, _not_routed, _broken)


def _place(operation: Operation) -> str:
    """
    @return: the path as a rule of the URL router. A parameter with a fixed length matches only words of that length:
        so C{/media/links} does not match C{/media/{media}}, for example.
    """
    found = operation.path
    for name, schema in _parameters(operation.path_type).items():
        length = schema.get("minLength")
        kind = f"string(length={length}):" if length and length == schema.get("maxLength") else ""
        found = found.replace(f"{{{name}}}", f"<{kind}{name}>")
    return found


@cache
def _parameters(kind: type[msgspec.Struct] | None) -> dict[str, Any]:
    """
    @param kind: what has a path's parameters.
    @return: their schemas.
    """
    if kind is None:
        return {}
    _, schemas = msgspec.json.schema_components([kind])
    properties: dict[str, Any] = schemas[kind.__name__]["properties"]
    return properties


def _handler(operation: Operation, services: ApiServices) -> Callable[..., Awaitable[bytes | Resource]]:
    async def call(request: Request, **path: str) -> bytes | Resource:
        try:
            arguments = await _read(operation, services, request, path)
            answering = _answer(operation, services, arguments, takes_stream(operation, request))
            if operation.audited:
                with recorded(services.note, call_entry(operation, arguments, peer(request).address)):
                    answer = await answering
            else:
                answer = await answering
        except Refused as e:
            if not isinstance(e, operation.refused_with):
                # The answer is right all the same, but the operation's document does not have it.
                _log.error("{operation} does not declare {code}", operation=operation.id, code=e.code)
            return answer_problem(request, e)
        return answer if isinstance(answer, Resource) else _write(operation, request, answer)

    return call


async def _answer(operation: Operation, services: ApiServices, arguments: dict[str, Any], streams: bool) -> Any:
    if operation.secures:
        check_full(arguments["caller"].user)
    handler = operation.stream if streams and operation.stream is not None else operation.handler
    return await handler(services=services, **arguments)


def takes_stream(operation: Operation, request: Request) -> bool:
    """@return: whether the client wants the answer as a stream of events, and the operation has one."""
    if operation.stream is None:
        return False
    request.responseHeaders.addRawHeader(b"Vary", b"Accept")
    given = b",".join(request.requestHeaders.getRawHeaders(b"Accept", [])).decode("latin-1")
    return parse_accept_header(given, MIMEAccept).best_match(("application/json", EVENT_STREAM)) == EVENT_STREAM


async def _read(operation: Operation, services: ApiServices, request: Request, path: dict[str, str]) -> dict[str, Any]:
    """
    @return: the arguments for the handler.
    @raise Refused: the request has no valid token, or an argument is wrong. The token is checked first: a caller
        without one learns nothing about the rest.
    """
    found: dict[str, Any] = {}
    if not operation.is_open:
        token = bearer(request)
        if not token:
            raise Unauthorized
        user, device, login = await services.accounts.recogniser.recognise(token)
        caller = found["caller"] = Caller(user, device)
        if "login" in operation.hints:
            found["login"] = login
        request.called_by(caller.user.id)
        check_bot(operation, caller.user)
    if operation.path_type is not None:
        found["path"] = read_parameters(path, operation.path_type)
    if not operation.is_open:
        check_place(operation, found["caller"].user, found.get("path"))
    query = read_query(request, operation.query_type)
    if operation.query_type is not None:
        found["query"] = query
    if operation.body_type is not None:
        found["body"] = read_body(request, operation.body_type)
    if operation.takes_files:
        found["content"] = read_file(request)
    if operation.takes_key:
        found["key"] = read_key(request)
    return found | {name: tell(request) for name, tell in _OF_REQUESTS.items() if name in operation.hints}


_OF_REQUESTS: dict[str, Callable[[Request], object]] = {
    "peer": peer,
    "base": lambda request: outside_of(request).base(request),
    "language": lambda request: language_of(request.getHeader("accept-language")),
    "forwarded": is_forwarded,
}
"""What an operation may want to know of the request itself."""


def check_bot(operation: Operation, user: User) -> None:
    """
    May a bot call this, with the token that it has shown?

    @raise Refused: L{NotForBots} or L{TokenMayNot}.
    """
    if not user.bot:
        return
    if operation.scope is None or user.bot_pass is None:
        raise NotForBots
    user.bot_pass.ask(operation.scope)


def check_place(operation: Operation, user: User, path: msgspec.Struct | None) -> None:
    """
    Is the token of a bot good for the conversation?

    @param path: the parameters in the path.
    @raise NotInToken: it is not.
    """
    shown = user.bot_pass
    if shown is None or shown.conversations is None or operation.limits:
        return
    if name := getattr(path, "conversation", ""):
        shown.ask_place(*place_named(name))
    elif group := getattr(path, "group", 0):
        shown.ask_place(Scope.GROUP, group)
    else:
        raise NotInToken


def _write(operation: Operation, request: Request, answer: Any) -> bytes:
    status, value = answer if isinstance(answer, Answer) else (next(iter(operation.answers)), answer)
    if value is None:
        request.setResponseCode(status)
        request.setHeader("Cache-Control", "no-store")
        return b""
    return to_json(request, msgspec.Raw(msgspec.json.encode(value)), status, operation.is_compressed)


def _not_routed(request: Request, allowed: Sequence[str]) -> bytes:
    """No operation has this path or method."""
    if not allowed:
        return answer_problem(request, NoSuchAddress())
    request.setHeader("Allow", ", ".join(sorted({*allowed, "OPTIONS"})))
    if request.method == b"OPTIONS":
        request.setResponseCode(204)
        return b""
    return answer_problem(request, MethodNotTaken())


def _broken(request: Request, failure: Failure) -> bytes:
    """An operation failed for a reason of our own."""
    _log.failure("{method} {path} failed", failure, method=request.method, path=request.path)
    return answer_problem(request, Broken())
