"""
Asks HTTP servers at URLs that users give: at public addresses only, bounded in time, in bytes and in how many at once.

Nothing of the environment counts (C{HTTP_PROXY}, C{.netrc}), no cookie is kept, an answer is never unpacked, and each
request has a connection of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from OpenSSL.SSL import Error as TLSError
from service_identity import VerificationError
from twisted.internet.defer import CancelledError, Deferred, TimeoutError, succeed
from twisted.internet.error import ConnectError, DNSLookupError
from twisted.internet.interfaces import IConsumer, IReactorTime
from twisted.internet.protocol import Protocol
from twisted.python.failure import Failure
from twisted.web._newclient import ParseError
from twisted.web.client import ResponseDone
from twisted.web.http import PotentialDataLoss
from twisted.web.http_headers import Headers
from twisted.web.iweb import IBodyProducer, IPolicyForHTTPS
from zope.interface import implementer

from hichat import __version__
from hichat.core.errors import NotPublic
from hichat.fetching.addresses import Reachable
from hichat.fetching.doors import Door, GuardedDoor, Visit
from hichat.fetching.lookups import Lookups
from hichat.fetching.urls import follow, origin_of, parse_url

AT_ONCE = 64
"""The most requests of one fetcher that are under way."""

USER_AGENT = f"HiChat/{__version__}"

_REDIRECTS = frozenset((301, 302, 303, 307, 308))

_OF_ORIGIN = frozenset(("authorization", "cookie"))
"""Headers that another origin does not get."""


class FetchTrouble(StrEnum):
    """Why there is no answer."""

    BUSY = "busy"
    NO_NAME = "no_name"
    NO_CONNECTION = "no_connection"
    TLS = "tls"
    LATE = "late"
    CUT_OFF = "cut_off"
    NOT_HTTP = "not_http"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    OTHER = "other"


class FetchFailed(Exception):
    """
    There is no answer.

    @ivar detail: more about it, for people, in English; it has neither path nor query of the URL.
    """

    def __init__(self, trouble: FetchTrouble, detail: str = "") -> None:
        super().__init__(f"{trouble}: {detail}" if detail else trouble)
        self.trouble = trouble
        self.detail = detail


class FetchLimits(NamedTuple):
    """
    The limits of one request.

    @ivar seconds: for all of it, redirects too.
    @ivar body: the most bytes of an answer's body; what is beyond them is not read.
    @ivar redirects: how many are followed; only a C{GET} follows any.
    """

    seconds: float = 10.0
    body: int = 64 * 1024
    redirects: int = 0


class Fetched(NamedTuple):
    """
    An answer.

    @ivar body: as it came; not unpacked.
    @ivar whole: whether that is all of the body.
    @ivar url: of the server that has answered, behind redirects.
    """

    status: int
    headers: Headers
    body: bytes
    whole: bool
    url: str


class Fetcher:
    """
    Asks. Redirects are not followed unless the limits say so; each is checked as the first URL was.

    @param clock: for the timeouts.
    @param door: where requests go out.
    @param at_once: the most requests that are under way; more fail at once.
    """

    def __init__(self, clock: IReactorTime, door: Door, at_once: int = AT_ONCE) -> None:
        self._clock = clock
        self._door = door
        self._at_once = at_once
        self.under_way = 0

    async def get(
        self, url: str, headers: Mapping[str, str] | None = None, limits: FetchLimits | None = None
    ) -> Fetched:
        """As L{fetch}."""
        return await self.fetch("GET", url, headers or {}, b"", limits)

    async def post(
        self,
        url: str,
        body: bytes,
        headers: Mapping[str, str] | None = None,
        limits: FetchLimits | None = None,
        owner: int = 0,
    ) -> Fetched:
        """As L{fetch}."""
        return await self.fetch("POST", url, headers or {}, body, limits, owner)

    async def fetch(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        limits: FetchLimits | None = None,
        owner: int = 0,
    ) -> Fetched:
        """
        @param owner: the user who has given the URL: nobody's URLs take all look-ups of names. 0: nobody in particular.
        @raise BadURL: it is no URL that is asked.
        @raise NotPublic: the host has an address that may not be reached.
        @raise FetchFailed: there is no answer.
        """
        url, limits = parse_url(url), limits or FetchLimits()
        if self.under_way >= self._at_once:
            raise FetchFailed(FetchTrouble.BUSY)
        self.under_way += 1
        try:
            asked = Deferred.fromCoroutine(self._follow(method, url, headers, body, limits, owner))
            return await asked.addTimeout(limits.seconds, self._clock, _late)
        finally:
            self.under_way -= 1

    async def check(self, url: str, owner: int = 0) -> str:
        """
        Check a URL before it is kept. Its host is checked again at each request.

        @param owner: as in L{fetch}.
        @return: the URL in its one form.
        @raise BadURL: as in L{fetch}.
        @raise NotPublic: as in L{fetch}. A host without an address may have one later.
        """
        made = parse_url(url)
        parts = urlsplit(made)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        looking = self._door.look(parts.hostname or "", port, owner)
        try:
            may_reach = await looking.addTimeout(FetchLimits().seconds, self._clock)
        except TimeoutError:
            return made
        if not may_reach:
            raise NotPublic
        return made

    async def _follow(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, limits: FetchLimits, owner: int
    ) -> Fetched:
        left = limits.redirects if method == "GET" else 0
        while True:
            found = await self._ask(method, url, headers, body, limits, owner)
            places = found.headers.getRawHeaders("location")
            if not limits.redirects or method != "GET" or found.status not in _REDIRECTS or not places:
                return found
            if not left:
                raise FetchFailed(FetchTrouble.TOO_MANY_REDIRECTS)
            left -= 1
            following = follow(url, places[0])
            if origin_of(following) != origin_of(url):
                headers = {name: value for name, value in headers.items() if name.lower() not in _OF_ORIGIN}
            url = following

    async def _ask(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, limits: FetchLimits, owner: int
    ) -> Fetched:
        visit = self._door.open(limits.seconds, limits.body, owner)
        try:
            return await _asked(visit, method, url, headers, body, limits)
        except (CancelledError, TimeoutError):
            raise
        except Exception as e:
            # Of many kinds: of DNS, TCP, TLS and HTTP.
            if visit.refused:
                raise NotPublic from e
            if any(isinstance(each, CancelledError) for each in _causes(e)):
                raise CancelledError from e
            raise _failed(e) from e
        finally:
            visit.close()


async def _asked(
    visit: Visit, method: str, url: str, headers: Mapping[str, str], body: bytes, limits: FetchLimits
) -> Fetched:
    named = {"User-Agent": USER_AGENT, **headers}
    sent = Headers({name: [value] for name, value in named.items()})
    producer = _Whole(body) if body or method == "POST" else None
    response: Any = await visit.agent.request(method.encode(), url.encode(), sent, producer)
    reading = _Reading(limits.body)
    response.deliverBody(reading)
    await reading.done
    return Fetched(response.code, response.headers, reading.content, reading.whole, url)


def _late(_result: object, seconds: float) -> Fetched:
    raise FetchFailed(FetchTrouble.LATE, f"no answer in {seconds:g} seconds")


_TROUBLES: tuple[tuple[type[Exception], FetchTrouble], ...] = (
    (DNSLookupError, FetchTrouble.NO_NAME),
    (VerificationError, FetchTrouble.TLS),
    (TLSError, FetchTrouble.TLS),
    (ConnectError, FetchTrouble.NO_CONNECTION),
    (ParseError, FetchTrouble.NOT_HTTP),
)


def _failed(error: Exception) -> FetchFailed:
    causes = _causes(error)
    for kind, trouble in _TROUBLES:
        for cause in causes:
            if isinstance(cause, kind):
                return FetchFailed(trouble, _said(cause))
    last = causes[-1]
    return FetchFailed(FetchTrouble.CUT_OFF if len(causes) > 1 else FetchTrouble.OTHER, _said(last))


def _causes(error: Exception) -> list[Exception]:
    """@return: the error, and those that it is made of; few."""
    found = [error]
    for reason in list(getattr(error, "reasons", None) or [])[:4]:
        found += _causes(reason.value)
    return found


def _said(error: Exception) -> str:
    """@return: the error in one short line. What a server sent is not in it, but for its certificate's names."""
    text = "" if isinstance(error, ParseError) else " ".join(str(error).split())
    return f"{type(error).__name__}: {text}"[:300].removesuffix(": ")


class _Reading(Protocol):
    """Reads the body of an answer, as far as there is room."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._parts: list[bytes] = []
        self.whole = False
        self.done: Deferred[None] = Deferred(lambda _: self._stop())

    @property
    def content(self) -> bytes:
        """What was read."""
        return b"".join(self._parts)

    def dataReceived(self, data: bytes) -> None:
        if self.done.called:
            return
        self._parts.append(data[: self._room])
        self._room -= len(data)
        if self._room < 0:
            self.done.callback(None)
            self._stop()

    def connectionLost(self, reason: Failure = Failure(ResponseDone())) -> None:  # noqa: B008
        if self.done.called:
            return
        # An answer without a length ends with its connection.
        self.whole = bool(reason.check(ResponseDone, PotentialDataLoss))
        self.done.callback(None)

    def _stop(self) -> None:
        transport: Any = self.transport
        if transport is not None:
            transport.loseConnection()


@implementer(IBodyProducer)
class _Whole:
    """A body that is written at once; the transport keeps it."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.length = len(content)

    def startProducing(self, consumer: IConsumer) -> Deferred[None]:  # noqa: N802
        consumer.write(self._content)
        return succeed(None)

    def pauseProducing(self) -> None:
        pass

    resumeProducing = stopProducing = pauseProducing


def make_fetcher(
    reactor: Any, reachable: Reachable, at_once: int = AT_ONCE, policy: IPolicyForHTTPS | None = None
) -> Fetcher:
    """@return: what asks over the network, and looks names up in threads of its own."""
    return Fetcher(reactor, GuardedDoor(reactor, reachable, Lookups(reactor).of, policy), at_once)
