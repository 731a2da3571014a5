"""Asking a provider over HTTP, by the L{Fetcher} that asks all others too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec
from twisted.internet.defer import Deferred
from twisted.logger import Logger

from hichat.core.errors import BadURL, NotPublic, ProviderAway
from hichat.fetching.addresses import ANYWHERE
from hichat.fetching.fetcher import Fetcher, FetchFailed, FetchLimits, make_fetcher

PROVIDER_LIMITS = FetchLimits(seconds=5.0, body=256 * 1024)
"""Of one request. No redirect is followed: what is asked for is where the provider has said."""


class ProviderAnswer(NamedTuple):
    """
    What the provider has said.

    @ivar value: the JSON object; None: it was none.
    """

    status: int
    value: dict[str, Any] | None


Fetch = Callable[[str, str, Mapping[str, str], bytes], Deferred[ProviderAnswer]]
"""Asks: with a method, a URL, headers and a body. Fails with L{ProviderAway}."""


class ProviderFetcher:
    """
    Asks a provider.

    @param fetcher: makes the requests.
    """

    def __init__(self, fetcher: Fetcher) -> None:
        self._log = Logger()
        self._fetcher = fetcher

    def fetch(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Deferred[ProviderAnswer]:
        """See L{Fetch}."""
        return Deferred.fromCoroutine(self._fetch(method, url, headers, body))

    async def _fetch(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> ProviderAnswer:
        try:
            found = await self._fetcher.fetch(method, url, headers, body, PROVIDER_LIMITS)
        except (FetchFailed, BadURL, NotPublic) as e:
            self._log.warn(
                "the provider cannot be asked {method} {url}: {cause}", method=method, url=_bare(url), cause=str(e)
            )
            raise ProviderAway from e
        if not found.whole or found.headers.hasHeader("content-encoding"):
            # Nobody has asked for a packed answer: it could be of any size.
            self._log.warn(
                "the provider's answer to {method} {url} is too long, cut off or packed", method=method, url=_bare(url)
            )
            raise ProviderAway
        try:
            value = msgspec.json.decode(found.body, type=dict[str, Any])
        except (msgspec.MsgspecError, RecursionError):
            value = None
        return ProviderAnswer(found.status, value)


def make_provider_fetcher(reactor: Any) -> ProviderFetcher:
    """@return: what asks over the network. The operator has named the provider, so it may be anywhere."""
    return ProviderFetcher(make_fetcher(reactor, ANYWHERE))


def _bare(url: str) -> str:
    return url.partition("?")[0]
