"""
The calls over HTTP.

L{Api} has the calls that need no token. L{Api.log_in} gives a L{DeviceSession}, which renews its token as long as it is
used. A L{Session} takes a token from elsewhere, such as one of C{hichat token}. Every call raises
L{hichat.client.wire.Unauthorized}, L{Refused}, L{Unreachable} or L{BadAnswer}, all of them L{ClientError}.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import IO, Any, TypeVar
from urllib.parse import urlencode

import msgspec
import treq
from treq.client import HTTPClient
from twisted.internet.defer import CancelledError, Deferred, TimeoutError
from twisted.internet.error import ConnectError, ConnectionClosed
from twisted.internet.interfaces import IConsumer
from twisted.internet.task import Cooperator
from twisted.python.failure import Failure
from twisted.web.client import (
    Agent,
    FileBodyProducer,
    RequestGenerationFailed,
    RequestTransmissionFailed,
    ResponseFailed,
)
from twisted.web.iweb import IResponse

from hichat.client.contacts import ContactCalls
from hichat.client.groups import GroupCalls
from hichat.client.media import RATE, MediaCalls
from hichat.client.wire import (
    Address,
    BadAnswer,
    ClientError,
    Credentials,
    Device,
    Group,
    Hit,
    Refused,
    Unauthorized,
    Unreachable,
    User,
    whole,
    words,
)
from hichat.core.errors import Language
from hichat.runtime.clock import make_steady
from hichat.wire.frames import Folded

MAX_ANSWER = 16 * 1024 * 1024
"""Bytes of an answer: a list of 20,000 users still fits."""

FILE_TIMEOUT = 60.0
"""Seconds for a file, beside those that it takes at the least rate."""

RENEW_BEFORE = 60.0
"""Seconds before an access token ends in which it is renewed."""

RENEW_TIMEOUT = 4.0
"""Seconds for an answer to a refresh. It is asked once more then: for a while the server takes a token twice."""

T = TypeVar("T")

_NETWORK = (
    OSError,
    ConnectError,
    ConnectionClosed,
    ResponseFailed,
    RequestTransmissionFailed,
    RequestGenerationFailed,
    TimeoutError,
)

__all__ = [
    "Api",
    "BadAnswer",
    "ClientError",
    "DeviceSession",
    "Refused",
    "Session",
    "Unauthorized",
    "Unreachable",
    "language_here",
]


def language_here(environ: Mapping[str, str] = os.environ) -> Language:
    """@return: the language of the user's locale: Chinese, or English for every other one."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environ.get(name):
            return "zh" if environ[name].lower().startswith("zh") else "en"
    return "en"


class Api:
    """
    A server, spoken to by nobody in particular.

    @param reactor: for sockets and time; from now on it goes by the monotonic clock, see L{make_steady}.
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
        make_steady(reactor)
        self._reactor = reactor
        self._http = http or HTTPClient(Agent(reactor, connectTimeout=timeout))
        self._headers: dict[bytes | str, bytes | str] = {
            "Accept-Language": language or language_here(),
            "User-Agent": "hichat",
        }
        self._timeout = timeout

    def seconds(self) -> float:
        """@return: the reactor's clock; no time of day."""
        return float(self._reactor.seconds())

    async def register(self, name: str, password: str, invite: str = "") -> None:
        """
        Make an account. This does not log in.

        @param invite: a code, where the server wants one.
        @raise Refused: the name is taken, or the server wants another name or password, or an invite.
        """
        body = {"name": name, "password": password}
        await self.call_v2("POST", "/accounts", body | ({"invite": invite} if invite else {}))

    async def log_in(
        self,
        name: str,
        password: str,
        device: str,
        on_refresh_token: Callable[[str], object] = lambda _token: None,
        *,
        secret: str = "",
        on_secret: Callable[[str], object] = lambda _secret: None,
    ) -> DeviceSession:
        """
        Log in with a token that is bound to a device. What the device was logged in with before is void.

        @param device: as L{hichat.client.connection.Client} has it.
        @param on_refresh_token: see L{DeviceSession}.
        @param secret: what C{on_secret} was given last: by it the server knows this device, and what strangers try does
            not keep it out.
        @param on_secret: is given what to keep for the next log-in. It opens nothing.
        @raise Refused: the name is unknown or the password is wrong, or not for this device.
        """
        body = {"name": name, "password": password, "device": device}
        answer = await self.call_v2("POST", "/login", body | ({"deviceSecret": secret} if secret else {}))
        found = words(answer.get("deviceSecret")) if isinstance(answer, dict) else ""
        if found:
            on_secret(found)
        return DeviceSession(self, answer, on_refresh_token)

    # As it was called when there was another one.
    log_in_device = log_in

    async def resume_device(
        self, refresh_token: str, on_refresh_token: Callable[[str], object] = lambda _token: None
    ) -> DeviceSession:
        """
        Go on with the session of an earlier run.

        @param refresh_token: the newest of that session.
        @param on_refresh_token: see L{DeviceSession}.
        @raise Unauthorized: it is not good any more.
        """
        return DeviceSession(self, await self.refresh(refresh_token), on_refresh_token)

    async def refresh(self, refresh_token: str) -> Any:
        """
        Exchange a refresh token.

        @return: the answer's JSON.
        @raise Unauthorized: it is not good any more.
        """
        body = {"refreshToken": refresh_token}
        try:
            return await self.call_v2("POST", "/refresh", body, timeout=RENEW_TIMEOUT)
        except Unreachable:
            return await self.call_v2("POST", "/refresh", body, timeout=RENEW_TIMEOUT)

    async def call_v2(
        self, method: str, path: str, body: Any = None, token: str = "", timeout: float | None = None
    ) -> Any:
        """
        Make one call of v2.

        @param path: without the prefix.
        @param body: what becomes JSON.
        @param timeout: seconds; that of the L{Api} unless told.
        @return: the answer's JSON; None: it has none.
        """
        headers = dict(self._headers)
        if token:
            headers["Authorization"] = f"Bearer {token}"
        status, answer = await self._in_time(
            self._exchange(method, f"/v2{path}", headers=headers, **({} if body is None else {"json": body})), timeout
        )
        return _judge_v2(status, answer)

    async def send_file(self, path: str, file: IO[bytes], token: str, timeout: float) -> Any:
        """
        Make one call of v2 whose body is a file.

        @param path: without the prefix.
        @param timeout: seconds for all of it.
        @return: the answer's JSON.
        """
        headers = self._headers | {"Authorization": f"Bearer {token}", "Content-Type": "application/octet-stream"}
        body = _FileBody(file, self._reactor)
        try:
            exchange = self._exchange("POST", f"/v2{path}", headers=headers, data=body)
            return _judge_v2(*await self._in_time(exchange, timeout))
        finally:
            body.let_go()

    async def receive_file(self, path: str, take: Callable[[bytes], None]) -> None:
        """
        Get a file, which needs no token.

        @param path: with the query.
        @param take: is given the content, piece by piece.
        @raise Unreachable: not all of it comes, or not in time.
        """
        response = await self._in_time(self._request("GET", path))
        if response.code != 200:
            _judge_v2(response.code, await _body(response))
            raise BadAnswer(f"the server does not send the file (HTTP status {response.code})")
        seconds = FILE_TIMEOUT
        if isinstance(response.length, int):
            seconds += response.length / RATE
        await self._in_time(treq.collect(response, take), seconds)

    async def _in_time(self, exchange: Coroutine[Any, Any, T] | Deferred[T], timeout: float | None = None) -> T:
        """@raise Unreachable: there is no answer, or not in time."""
        begun, timeout = self._reactor.seconds(), timeout or self._timeout
        work = exchange if isinstance(exchange, Deferred) else Deferred.fromCoroutine(exchange)
        try:
            return await work.addTimeout(timeout, self._reactor)
        except _NETWORK as error:
            reason = _reason(error)
            if isinstance(reason, CancelledError) and self._reactor.seconds() - begun < timeout:
                raise reason from None  # the caller's wish
            late = isinstance(reason, CancelledError | TimeoutError)
            text = "it takes too long" if late else str(reason).rstrip(".") or type(reason).__name__
            raise Unreachable(f"no answer from the server: {text}") from error

    async def _exchange(self, method: str, path: str, **more: Any) -> tuple[int, bytes]:
        response = await self._request(method, path, **more)
        return response.code, await _body(response)

    async def _request(self, method: str, path: str, **more: Any) -> IResponse:
        response: IResponse = await self._http.request(
            method,
            self.address.http + path,
            **{"headers": self._headers, **more},
            allow_redirects=False,  # it would carry the token to wherever the answer says
            unbuffered=True,
            reactor=self._reactor,
        )
        return response


class _FileBody(FileBodyProducer):
    """A file on its way. That may end before all of it was sent: the server answers as soon as it has seen enough."""

    def __init__(self, file: IO[bytes], reactor: Any) -> None:
        # One piece a turn. By itself it takes as many as it can in a hundredth of a second, by the time of day: if that
        # is set back meanwhile nothing else would get its turn.
        one = Cooperator(lambda: lambda: True, partial(reactor.callLater, 0))
        super().__init__(file, cooperator=one)

    _begun = False

    def startProducing(self, consumer: IConsumer) -> Deferred[None]:  # noqa: N802
        """The server is there."""
        self._begun = True
        return super().startProducing(consumer)

    def let_go(self) -> None:
        """The file is not read any more."""
        if self._begun:
            self.stopProducing()


class _Part(msgspec.Struct):
    text: str
    match: bool


class _Item(msgspec.Struct):
    message: Folded
    conversation: str
    snippet: list[_Part]


class _Found(msgspec.Struct):
    """A page of search results; see L{hichat.web.api.search}."""

    items: list[_Item]
    next: str = ""


def _hit(item: _Item) -> Hit:
    return Hit(item.message, item.conversation, [(part.text, part.match) for part in item.snippet])


class Session:
    """
    A server, spoken to by a user.

    @param api: the server.
    @param credentials: from a login.
    @ivar group_calls: what one can do in groups.
    @ivar contact_calls: what one can do about people and conversations.
    @ivar media_calls: sending and receiving files.
    """

    def __init__(self, api: Api, credentials: Credentials) -> None:
        self.api = api
        self.credentials = credentials
        self.group_calls = GroupCalls(self)
        self.contact_calls = ContactCalls(self)
        self.media_calls = MediaCalls(self)

    async def current(self) -> Credentials:
        """@return: what to show the server now."""
        return self.credentials

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        """Make one call of v2; see L{Api.call_v2}."""
        return await self.api.call_v2(method, path, body, (await self.current()).token)

    async def send_file(self, path: str, file: IO[bytes], timeout: float) -> Any:
        """Make one call of v2 whose body is a file; see L{Api.send_file}."""
        return await self.api.send_file(path, file, (await self.current()).token, timeout)

    async def receive_file(self, path: str, take: Callable[[bytes], None]) -> None:
        """Get a file; see L{Api.receive_file}."""
        await self.api.receive_file(path, take)

    async def items(self, path: str, **query: str) -> list[dict[str, Any]]:
        """
        @param path: of a list of v2.
        @return: all pages of it, one after the other.
        """
        found: list[dict[str, Any]] = []
        while True:
            page = await self.call("GET", f"{path}?{urlencode({'limit': '200', **query})}")
            items = page.get("items") if isinstance(page, dict) else None
            if not isinstance(items, list):
                raise BadAnswer("the server's answer is not a list")
            found += [row for row in items if isinstance(row, dict)]
            if not page.get("next"):
                return found
            query["cursor"] = words(page["next"])

    async def search(self, asked: str, **filters: str | int) -> tuple[list[Hit], str]:
        """
        Find messages in the user's conversations.

        @param asked: words, all of which a message must have.
        @param filters: further parameters of the call, such as C{group=1000000001}, C{media="picture"}, C{limit=20} or
            C{cursor}.
        @return: a page of results, and the C{cursor} of the next one, empty if there is none.
        """
        query = {name: str(value) for name, value in {"q": asked, **filters}.items()}
        page = await self.call("GET", f"/search?{urlencode(query)}")
        try:
            found = msgspec.convert(page, _Found)
        except msgspec.ValidationError:
            raise BadAnswer("the server's answer is not a list of messages") from None
        return [_hit(item) for item in found.items], found.next

    async def users(self) -> list[User]:
        """@return: everybody, in the order of their ids."""
        rows = await self.items("/users")
        return sorted(User(whole(row.get("id")), words(row.get("name"))) for row in rows)

    async def friends(self) -> list[User]:
        """@return: this user's contacts, the oldest first."""
        return await self.contact_calls.contacts()

    async def groups(self) -> list[Group]:
        """@return: the groups in which this user is."""
        return await self.group_calls.joined()


class DeviceSession(Session):
    """
    A server, spoken to by a device of a user. Its access token is renewed before it ends. One program may use a
    session at a time: the server takes a refresh token that comes twice for stolen.

    @param tokens: from a login or a refresh: the answer's JSON.
    @param on_refresh_token: is given each new refresh token, the first one too, before it is used: who keeps it can go
        on with L{Api.resume_device} after a restart.
    @ivar device: the device's number.
    """

    def __init__(self, api: Api, tokens: Any, on_refresh_token: Callable[[str], object]) -> None:
        self._on_refresh_token = on_refresh_token
        self._renewing: list[Deferred[Credentials]] | None = None
        super().__init__(api, self._take(api, tokens))

    async def current(self) -> Credentials:
        """
        What to show the server now; L{hichat.client.connection.Client} takes this method for its credentials.

        @raise Unauthorized: the session is over.
        """
        if self.api.seconds() < self._renew_at and not self.credentials.refused:
            return self.credentials
        if self._renewing is not None:
            waiter: Deferred[Credentials] = Deferred()
            self._renewing.append(waiter)
            return await waiter
        self._renewing = []
        try:
            await self._renew()
        except BaseException:
            failure = Failure()
            for waiter in self._renewed():
                waiter.errback(failure)
            raise
        for waiter in self._renewed():
            waiter.callback(self.credentials)
        return self.credentials

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        """Make one call of v2; see L{Api.call_v2}. If the server does not take the token it is made with the next."""
        shown = await self.current()
        try:
            return await self.api.call_v2(method, path, body, shown.token)
        except Unauthorized:
            shown.refused = True
            return await self.api.call_v2(method, path, body, (await self.current()).token)

    async def _renew(self) -> None:
        try:
            self.credentials = self._take(self.api, await self.api.refresh(self._refresh_token))
        except Unreachable:
            # The token that the session has may be good for a while; the next call tries again.
            if self.api.seconds() >= self._ends_at or self.credentials.refused:
                raise

    def _renewed(self) -> list[Deferred[Credentials]]:
        waiting, self._renewing = self._renewing or [], None
        return waiting

    async def devices(self) -> list[Device]:
        """@return: what this user signs in with, the oldest first."""
        return [_device(row) for row in await self.items("/devices")]

    async def revoke(self, device: int) -> None:
        """
        Let nobody sign in with a device any more.

        @param device: its number.
        @raise Refused: this user has no such device.
        """
        await self.call("DELETE", f"/devices/{device}")

    async def change_password(self, old: str, new: str) -> None:
        """
        Log out all other devices, and all connections; this session goes on.

        @raise Refused: C{old} is not the password, or C{new} can be none.
        """
        self.credentials = self._take(self.api, await self.call("POST", "/me/password", {"old": old, "new": new}))

    async def log_out(self) -> None:
        """End this session."""
        await self.call("POST", "/logout")

    def _take(self, api: Api, tokens: Any) -> Credentials:
        """@raise BadAnswer: these are none."""
        found = tokens if isinstance(tokens, dict) else {}
        access, self._refresh_token = words(found.get("accessToken")), words(found.get("refreshToken"))
        if not access or not self._refresh_token:
            raise BadAnswer("the server's answer to a login has no tokens")
        self.device = whole(found.get("device"))
        lifetime = whole(found.get("expiresIn"))
        self._ends_at = api.seconds() + lifetime
        # Or a server whose tokens live for seconds only would be asked without end.
        self._renew_at = api.seconds() + max(lifetime - RENEW_BEFORE, lifetime / 2, 1.0)
        self._on_refresh_token(self._refresh_token)
        return Credentials(whole(found.get("user")), access)


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


def _device(row: dict[str, Any]) -> Device:
    return Device(whole(row.get("id")), words(row.get("name")), row.get("current") is True, row.get("loggedIn") is True)


def _judge_v2(status: int, body: bytes) -> Any:
    """
    @return: the answer of a call that went well.
    @raise ClientError: the answer of another.
    """
    try:
        answer = json.loads(body) if body else None
    except (ValueError, RecursionError):
        raise BadAnswer(f"this is not the answer of a HiChat server (HTTP status {status})") from None
    if 200 <= status < 300:
        return answer
    answer = answer if isinstance(answer, dict) else {}
    code = words(answer.get("code"))
    if not code:
        raise BadAnswer(f"this is not the answer of a HiChat server (HTTP status {status})")
    sentence = words(answer.get("detail")) or code
    if status == 401:
        raise Unauthorized(sentence)
    retry = answer.get("retryAfter")
    raise Refused(sentence, code, float(retry) if isinstance(retry, int | float) else None)


def _reason(error: BaseException) -> BaseException:
    """@return: the error inside the one that Twisted wraps it in."""
    reasons = getattr(error, "reasons", None)
    return _reason(reasons[0].value) if reasons else error
