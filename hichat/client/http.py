"""
The calls over HTTP: those of v1, and of v2 what v1 has not.

L{Api} is for who is not signed in; L{Api.log_in} gives a L{Session}, whose calls carry the token. Every call raises
L{hichat.client.wire.Unauthorized}, L{Refused}, L{Unreachable} or L{BadAnswer}, all of them L{ClientError}.
"""

from __future__ import annotations

import json
import os
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

import treq
from treq.client import HTTPClient
from twisted.internet.defer import CancelledError, Deferred, TimeoutError
from twisted.internet.error import ConnectError, ConnectionClosed
from twisted.web.client import Agent, RequestTransmissionFailed, ResponseFailed
from twisted.web.iweb import IResponse

from hichat.client.wire import (
    Address,
    BadAnswer,
    ClientError,
    Complaint,
    Conversation,
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

T = TypeVar("T")

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
        return _judge(*await self._in_time(self._exchange(method, path, {}, params=query, data=fields)))

    async def call_v2(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        credentials: Credentials | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Any:
        """
        Make one call of v2.

        @param path: without C{/v2}.
        @param body: what becomes JSON.
        @return: the answer's JSON; None: it has no body.
        """
        headers: dict[bytes | str, bytes | str] = {}
        if credentials is not None:
            headers["Authorization"] = f"Bearer {credentials.token}"
        work = self._exchange(method, f"/v2{path}", headers, params=dict(query or {}), json=body)
        return _judge_v2(*await self._in_time(work))

    async def _in_time(self, exchange: Coroutine[Any, Any, T]) -> T:
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

    async def _exchange(
        self, method: str, path: str, headers: dict[bytes | str, bytes | str], **content: Any
    ) -> tuple[int, bytes]:
        response = await self._http.request(
            method,
            self.address.http + path,
            **{name: value for name, value in content.items() if value is not None},
            headers=self._headers | headers,
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
    """

    def __init__(self, api: Api, credentials: Credentials) -> None:
        self.api = api
        self.credentials = credentials

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

    async def request_contact(self, user_id: int, greeting: str = "") -> bool:
        """
        Ask somebody to be a contact.

        @return: whether they are one now: they had asked before.
        """
        body = {"greeting": greeting} if greeting else {}
        return await self._call_v2("PUT", f"/contact-requests/sent/{user_id}", body) is not None

    async def accept_contact(self, user_id: int) -> None:
        """Accept the request of somebody who has asked."""
        await self._call_v2("PUT", f"/contacts/{user_id}")

    async def reject_contact(self, user_id: int) -> None:
        """Do not accept it."""
        await self._call_v2("DELETE", f"/contact-requests/received/{user_id}")

    async def withdraw_request(self, user_id: int) -> None:
        """Take one's own request back."""
        await self._call_v2("DELETE", f"/contact-requests/sent/{user_id}")

    async def remove_contact(self, user_id: int) -> None:
        """End it for both."""
        await self._call_v2("DELETE", f"/contacts/{user_id}")

    async def block(self, user_id: int) -> None:
        """Do not hear from somebody any more, nor be seen."""
        await self._call_v2("PUT", f"/blocks/{user_id}")

    async def unblock(self, user_id: int) -> None:
        """Take that back."""
        await self._call_v2("DELETE", f"/blocks/{user_id}")

    async def requests(self) -> list[User]:
        """@return: who asks this user to be a contact, who has waited longest first."""
        return await self._people("/contact-requests/received")

    async def blocked(self) -> list[User]:
        """@return: whom this user has blocked."""
        return await self._people("/blocks")

    async def conversations(self, limit: int = 20) -> list[Conversation]:
        """@return: those where something was said last, pinned ones first."""
        answer = await self._call_v2("GET", "/conversations", limit=str(limit))
        return [_conversation(item) for item in _items(answer)]

    async def _people(self, path: str) -> list[User]:
        """@return: the users of a list, all its pages."""
        found: list[User] = []
        query = {"limit": "200"}
        while True:
            answer = await self._call_v2("GET", path, **query)
            people = [item.get("user") for item in _items(answer)]
            found += [User(whole(p.get("id")), words(p.get("name"))) for p in people if isinstance(p, dict)]
            following = words(answer.get("next"))
            if not following or not people:
                return found
            query["cursor"] = following

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

    async def _call_v2(self, method: str, path: str, body: dict[str, Any] | None = None, /, **query: str) -> Any:
        return await self.api.call_v2(method, path, body, self.credentials, query)


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
    @return: the answer of a call that went well.
    @raise ClientError: the problem (RFC 9457) of another.
    """
    if status == 204 or (status == 202 and not body):
        return None
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    if isinstance(answer, dict) and 200 <= status < 300:
        return answer
    code = words(_either(answer, "code"))
    if not code or status < 400:
        raise BadAnswer(f"this is not the answer of a HiChat server (HTTP status {status})")
    sentence = words(_either(answer, "detail")) or code
    if status == 401:
        raise Unauthorized(sentence)
    retry = _either(answer, "retryAfter")
    raise Refused(sentence, code, float(retry) if isinstance(retry, int | float) else None)


def _items(answer: Any) -> list[dict[str, Any]]:
    items = answer.get("items") if isinstance(answer, dict) else None
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _conversation(item: dict[str, Any]) -> Conversation:
    last = item.get("last")
    title = words(item.get("remark")) or words(item.get("title"))
    text = words(last.get("text")) if isinstance(last, dict) else ""
    return Conversation(
        name=words(item.get("name")),
        title=title,
        unread=whole(item.get("unread")),
        text=text,
        media=words(last.get("media")) if isinstance(last, dict) else "",
        pinned=item.get("pinned") is True,
        muted=item.get("muted") is True,
    )


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
