"""
The calls over HTTP: those of v1, and L{Session.call} for v2.

L{Api} is for who is not signed in; L{Api.log_in} gives a L{Session}, whose calls carry the token. Every call raises
L{hichat.client.wire.Unauthorized}, L{Refused}, L{Unreachable} or L{BadAnswer}, all of them L{ClientError}.
"""

from __future__ import annotations

import json
import os
from collections.abc import Coroutine, Mapping
from typing import Any

import treq
from treq.client import HTTPClient
from twisted.internet.defer import CancelledError, Deferred, TimeoutError
from twisted.internet.error import ConnectError, ConnectionClosed
from twisted.web.client import Agent, RequestTransmissionFailed, ResponseFailed
from twisted.web.iweb import IResponse

from hichat.client.groups import GroupCalls
from hichat.client.wire import (
    Address,
    BadAnswer,
    ClientError,
    Complaint,
    Credentials,
    Group,
    Message,
    Refused,
    Unauthorized,
    Unreachable,
    User,
    decode,
    whole,
    words,
)
from hichat.errors import Language

MAX_ANSWER = 16 * 1024 * 1024
"""Bytes of an answer: a list of 20,000 users still fits."""

_NETWORK = (OSError, ConnectError, ConnectionClosed, ResponseFailed, RequestTransmissionFailed, TimeoutError)

__all__ = ["Api", "BadAnswer", "ClientError", "Refused", "Session", "Unauthorized", "Unreachable", "language_here"]


def language_here(environ: Mapping[str, str] = os.environ) -> Language:
    """@return: the language of the user's locale: Chinese, or English for every other one."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environ.get(name):
            return "zh" if environ[name].lower().startswith("zh") else "en"
    return "en"


class Api:
    """
    A server, spoken to by nobody in particular.

    @param reactor: for sockets and time.
    @param server: its URL; see L{Address.parse}.
    @param http: what makes requests: a L{HTTPClient} or something like it.
    @param language: what the server's sentences are in; that of the locale unless told.
    @param timeout: seconds for a whole call.
    @raise ClientError: the URL is none.
    """

    def __init__(
        self, reactor: Any, server: str, *, http: Any = None, language: Language | None = None, timeout: float = 30
    ) -> None:
        self.address = Address.parse(server)
        self._reactor = reactor
        self._http = http or HTTPClient(Agent(reactor, connectTimeout=timeout))
        self._headers: dict[bytes | str, bytes | str] = {
            "Accept-Language": language or language_here(),
            "User-Agent": "hichat",
        }
        self._timeout = timeout

    async def register(self, name: str, password: str) -> None:
        """
        Make an account. This does not log in.

        @raise Refused: the name is taken, or the server wants another name or password.
        """
        await self.call("POST", "/v1/user/new", {"name": name, "password": password, "Identity": password})

    async def log_in(self, name: str, password: str) -> Session:
        """@raise Refused: the name is unknown or the password is wrong."""
        answer = await self.call("POST", "/v1/user/login_pw", {"name": name, "password": password})
        token = words(answer.get("tokens")) if isinstance(answer, dict) else ""
        if not token:
            raise BadAnswer("the server's answer to a login has no token")
        return Session(self, Credentials(whole(answer.get("userId")), token))

    async def call(
        self, method: str, path: str, fields: dict[str, str] | None = None, credentials: Credentials | None = None
    ) -> Any:
        """
        Make one call.

        @param fields: the form.
        @return: the answer's JSON, after its C{code} was looked at.
        """
        query = {"token": credentials.token, "userId": str(credentials.user_id)} if credentials else {}
        return _judge(*await self._within(self._exchange(method, path, params=query, data=fields)))

    async def call_v2(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        query: dict[str, str] | None = None,
        credentials: Credentials | None = None,
    ) -> Any:
        """
        Make one call of v2.

        @param path: behind C{/v2}.
        @param body: what becomes JSON.
        @return: the answer's JSON; None if it has no body.
        @raise Refused: with the code that the server's problem document has.
        """
        options: dict[str, Any] = {"params": query or {}}
        if body is not None:
            options["json"] = body
        if credentials is not None:
            options["headers"] = {"Authorization": f"Bearer {credentials.token}"}
        return _judge_v2(*await self._within(self._exchange(method, f"/v2{path}", **options)))

    async def _within(self, exchange: Coroutine[Any, Any, tuple[int, bytes]]) -> tuple[int, bytes]:
        """@raise Unreachable: there is no answer, or not in time."""
        begun = self._reactor.seconds()
        work = Deferred.fromCoroutine(exchange)
        try:
            return await work.addTimeout(self._timeout, self._reactor)
        except _NETWORK as error:
            reason = _reason(error)
            if isinstance(reason, CancelledError) and self._reactor.seconds() - begun < self._timeout:
                raise reason from None  # the caller's wish
            late = isinstance(reason, CancelledError | TimeoutError)
            text = "it takes too long" if late else str(reason).rstrip(".") or type(reason).__name__
            raise Unreachable(f"no answer from the server: {text}") from error

    async def _exchange(self, method: str, path: str, **options: Any) -> tuple[int, bytes]:
        response = await self._http.request(
            method,
            self.address.http + path,
            **(options | {"headers": self._headers | options.get("headers", {})}),
            allow_redirects=False,  # it would carry the token to wherever the answer says
            unbuffered=True,
            reactor=self._reactor,
        )
        return response.code, await _body(response)


class Session:
    """
    A server, spoken to by a user.

    @param api: the server.
    @param credentials: from a login.
    @ivar group_calls: what one can do in groups.
    """

    def __init__(self, api: Api, credentials: Credentials) -> None:
        self.api = api
        self.credentials = credentials
        self.group_calls = GroupCalls(self)

    async def call(
        self, method: str, path: str, body: dict[str, Any] | None = None, query: dict[str, str] | None = None
    ) -> Any:
        """Make one call of v2; see L{Api.call_v2}."""
        return await self.api.call_v2(method, path, body, query, self.credentials)

    async def users(self) -> list[User]:
        """@return: everybody."""
        return _users(await self._call("GET", "/v1/user/list"))

    async def friends(self) -> list[User]:
        """@return: whom this user added, and by whom they were added."""
        return _users(await self._call("POST", "/v1/relation/list", userId=self._me))

    async def groups(self) -> list[Group]:
        """@return: the groups in which this user is."""
        rows = await self._call("POST", "/v1/relation/group_list", ownerId=self._me)
        return [
            Group(whole(row.get("ID")), words(row.get("Name")), whole(row.get("OwnerId")), words(row.get("Desc")))
            for row in _rows(rows)
        ]

    async def add_friend(self, name: str) -> str:
        """@return: the server's sentence. Both are friends at once."""
        return _sentence(await self._call("POST", "/v1/relation/add", userId=self._me, targetName=name))

    async def new_group(self, name: str, description: str = "") -> str:
        """@return: the server's sentence. The maker is a member."""
        answer = await self._call("POST", "/v1/relation/new_group", ownerId=self._me, name=name, desc=description)
        return _sentence(answer)

    async def join_group(self, name: str) -> str:
        """@return: the server's sentence."""
        return _sentence(await self._call("POST", "/v1/relation/join_group", userId=self._me, comId=name))

    async def history(self, other_user_id: int, start: int = -20, end: int = -1) -> list[Message]:
        """
        What this user and another one wrote to each other, oldest first.

        @param start: the first position: 0 is the oldest message, -1 the newest.
        @param end: the last position, inclusive.
        """
        # Asked for oldest first, positions mean the same to a server that counts before it turns the list round
        # and to one that counts after.
        answer = await self._call(
            "POST",
            "/v1/user/redisMsg",
            userIdA=self._me,
            userIdB=str(other_user_id),
            start=str(start),
            end=str(end),
            isRev="true",
        )
        found = answer.get("Total") if isinstance(answer, dict) else None
        entries = [decode(entry) for entry in found if isinstance(entry, str)] if isinstance(found, list) else []
        return [entry for entry in entries if not isinstance(entry, Complaint)]

    @property
    def _me(self) -> str:
        return str(self.credentials.user_id)

    async def _call(self, method: str, path: str, **fields: str) -> Any:
        return await self.api.call(method, path, fields or None, self.credentials)


async def _body(response: IResponse) -> bytes:
    """
    @raise BadAnswer: it is over L{MAX_ANSWER}; the connection is dropped.
    """
    chunks: list[bytes] = []
    size = 0

    def take(chunk: bytes) -> None:
        nonlocal size
        size += len(chunk)
        if size > MAX_ANSWER:
            raise BadAnswer("the server's answer is too long")
        chunks.append(chunk)

    await treq.collect(response, take)
    return b"".join(chunks)


def _judge(status: int, body: bytes) -> Any:
    """
    @return: the answer of a call that went well.
    @raise ClientError: the answer of another.
    """
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    sentence = _sentence(answer)
    if status == 401:
        raise Unauthorized(sentence or "the server wants a new login")
    code = _either(answer, "code", "Code")
    if isinstance(code, int) and code != 0:
        raise Refused(sentence or "the server refused, and did not say why")
    if status != 200 or not isinstance(answer, dict | list):
        raise BadAnswer(f"this is not the answer of a HiChat server (HTTP status {status})")
    return answer


def _judge_v2(status: int, body: bytes) -> Any:
    """
    @return: the answer of a call of v2 that went well.
    @raise ClientError: the answer of another.
    """
    if status == 204 or (status == 202 and not body):
        return None
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise BadAnswer(f"this is not the answer of a HiChat server (HTTP status {status})")
    if 200 <= status < 300:
        return answer
    sentence = words(answer.get("detail")) or words(answer.get("title"))
    if status == 401:
        raise Unauthorized(sentence or "the server wants a new login")
    if not sentence:
        raise BadAnswer(f"this is not the answer of a HiChat server (HTTP status {status})")
    retry = answer.get("retryAfter")
    raise Refused(sentence, words(answer.get("code")), retry if isinstance(retry, int | float) else None)


def _sentence(answer: Any) -> str:
    return words(_either(answer, "message", "Msg"))


def _either(answer: Any, *keys: str) -> Any:
    """@return: what stands under one of the keys: v1 writes them small in some answers, large in others."""
    found = [answer[key] for key in keys if key in answer] if isinstance(answer, dict) else []
    return found[0] if found else None


def _rows(answer: Any) -> list[dict[str, Any]]:
    rows = answer if isinstance(answer, list) else answer.get("Rows")
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _users(answer: Any) -> list[User]:
    return [User(whole(row.get("ID")), words(row.get("Name"))) for row in _rows(answer)]


def _reason(error: BaseException) -> BaseException:
    """@return: what went wrong, out of what Twisted wrapped it in."""
    reasons = getattr(error, "reasons", None)
    return _reason(reasons[0].value) if reasons else error
