"""Asking a provider over HTTP: bounded in time, in bytes, and in how many ask at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec
from treq.client import HTTPClient
from twisted.internet.defer import CancelledError, Deferred, TimeoutError, succeed
from twisted.internet.interfaces import IConsumer, IReactorTime
from twisted.internet.protocol import Protocol
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.client import Agent, BrowserLikePolicyForHTTPS, HostnameCachingHTTPSPolicy, ResponseDone
from twisted.web.http_headers import Headers
from twisted.web.iweb import IAgent, IBodyProducer, IPolicyForHTTPS, IResponse
from zope.interface import implementer

from hichat.core.errors import ProviderAway

TIMEOUT = 5.0
"""Seconds that a request may take in all."""

ANSWER_LIMIT = 256 * 1024
"""The most bytes of an answer."""

AT_ONCE = 64
"""The most requests of a worker that are under way."""


class ProviderAnswer(NamedTuple):
    """
    What the provider has said.

    @ivar value: the JSON object; None: it was none.
    """

    status: int
    value: dict[str, Any] | None


Fetch = Callable[[str, str, Mapping[str, str], bytes], Deferred[ProviderAnswer]]
"""Asks: with a method, a URL, headers and a body. Fails with L{ProviderAway}."""


@implementer(IAgent)
class PlainAgent:
    """
    An agent whose answers come as they are: a packed one could be of any size.

    @param agent: makes the requests.
    """

    def __init__(self, agent: IAgent) -> None:
        self._agent = agent

    def request(
        self,
        method: bytes,
        uri: bytes,
        headers: Headers | None = None,
        bodyProducer: IBodyProducer | None = None,  # noqa: N803
    ) -> Deferred[IResponse]:
        """As L{IAgent.request}."""
        asked = Headers() if headers is None else headers.copy()
        asked.removeHeader(b"accept-encoding")
        return self._agent.request(method, uri, asked, bodyProducer).addCallback(_plain)


def _plain(response: Any) -> Any:
    if response.headers.hasHeader(b"content-encoding"):
        response.deliverBody(_Refusing())
        raise ProviderAway
    return response


class Fetcher:
    """
    Asks a provider. No redirect is followed: what is asked for is where the provider has said.

    @param clock: for the timeouts.
    """

    def __init__(self, agent: IAgent, clock: IReactorTime) -> None:
        self._log = Logger()
        self._client = HTTPClient(PlainAgent(agent), data_to_body_producer=_Whole)
        self._clock = clock
        self.under_way = 0

    def fetch(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Deferred[ProviderAnswer]:
        """See L{Fetch}."""
        return Deferred.fromCoroutine(self._fetch(method, url, headers, body))

    async def _fetch(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> ProviderAnswer:
        if self.under_way >= AT_ONCE:
            raise ProviderAway
        self.under_way += 1
        try:
            asked = Deferred.fromCoroutine(self._ask(method, url, headers, body))
            return await asked.addTimeout(TIMEOUT, self._clock)
        except (CancelledError, ProviderAway):
            raise
        except TimeoutError as e:
            self._log.warn("the provider has not answered {method} {url} in time", method=method, url=_bare(url))
            raise ProviderAway from e
        except Exception as e:
            # Of many kinds: of DNS, TCP, TLS and HTTP.
            self._log.warn(
                "the provider cannot be asked {method} {url}: {cause}", method=method, url=_bare(url), cause=_cause(e)
            )
            raise ProviderAway from e
        finally:
            self.under_way -= 1

    async def _ask(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> ProviderAnswer:
        response = await self._client.request(
            method,
            url,
            headers=Headers({name: [value] for name, value in headers.items()}),
            data=body or None,
            allow_redirects=False,
            browser_like_redirects=False,
            unbuffered=True,
        )
        bounded = _Bounded()
        response.deliverBody(bounded)
        content = await bounded.whole
        try:
            value = msgspec.json.decode(content, type=dict[str, Any])
        except (msgspec.MsgspecError, RecursionError):
            value = None
        return ProviderAnswer(response.code, value)


@implementer(IBodyProducer)
class _Whole:
    """A short body, which is written at once."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.length = len(content)

    def startProducing(self, consumer: IConsumer) -> Deferred[None]:  # noqa: N802
        consumer.write(self._content)
        return succeed(None)

    def pauseProducing(self) -> None:
        pass

    resumeProducing = stopProducing = pauseProducing


class _Bounded(Protocol):
    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0
        self.whole: Deferred[bytes] = Deferred(lambda _: self._stop())

    def dataReceived(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > ANSWER_LIMIT:
            self._parts.clear()
            self._stop()
            return
        self._parts.append(data)

    def connectionLost(self, reason: Failure = Failure(ResponseDone())) -> None:  # noqa: B008
        if self.whole.called:
            return
        if self._size <= ANSWER_LIMIT and reason.check(ResponseDone):
            self.whole.callback(b"".join(self._parts))
        else:
            self.whole.errback(ValueError("the answer is too long, or was cut off"))

    def _stop(self) -> None:
        transport: Any = self.transport
        if transport is not None:
            transport.loseConnection()


class _Refusing(Protocol):
    def connectionMade(self) -> None:
        transport: Any = self.transport
        transport.loseConnection()


def make_fetcher(reactor: Any) -> Fetcher:
    """@return: what asks over the network; each request has a connection of its own, so none is a dead one."""
    return Fetcher(Agent(reactor, tls_policy(), connectTimeout=TIMEOUT), reactor)


def tls_policy() -> IPolicyForHTTPS:
    """@return: the checks of certificates. A host's are made once: reading all roots takes the reactor 4 ms."""
    return HostnameCachingHTTPSPolicy(BrowserLikePolicyForHTTPS())


def _bare(url: str) -> str:
    return url.partition("?")[0]


def _cause(error: Exception) -> str:
    reasons = getattr(error, "reasons", None)
    if reasons:
        return _cause(reasons[0].value)
    return f"{type(error).__name__}: {error}"[:300]
