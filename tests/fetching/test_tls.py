"""The guarded fetcher over TLS, on real sockets: it asks for the URL's name (SNI), and checks it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import pytest
import pytest_twisted
from OpenSSL import SSL, crypto
from twisted.internet.ssl import Certificate, trustRootFromCertificates
from twisted.web.client import BrowserLikePolicyForHTTPS
from twisted.web.resource import Resource
from twisted.web.server import Site

from hichat.core.errors import NotPublic
from hichat.fetching.addresses import PUBLIC, Reachable
from hichat.fetching.fetcher import FetchFailed, FetchTrouble, make_fetcher
from tests.support.certificates import CertificateAuthority
from tests.support.daemon import reactor

HERE = Reachable.parse("all")


class Served(NamedTuple):
    """
    A server with a certificate for C{localhost}.

    @ivar names: the names that clients have asked for.
    """

    port: int
    authority: CertificateAuthority
    names: list[bytes | None]


class _Contexts:
    def __init__(self, key: bytes, chain: bytes, names: list[bytes | None]) -> None:
        self._context = SSL.Context(SSL.TLS_SERVER_METHOD)
        self._context.use_privatekey(crypto.load_privatekey(crypto.FILETYPE_PEM, key))
        first, *others = (
            each + b"-----END CERTIFICATE-----\n" for each in chain.split(b"-----END CERTIFICATE-----\n")[:-1]
        )
        self._context.use_certificate(crypto.load_certificate(crypto.FILETYPE_PEM, first))
        for each in others:
            self._context.add_extra_chain_cert(crypto.load_certificate(crypto.FILETYPE_PEM, each))
        self._context.set_tlsext_servername_callback(lambda connection: names.append(connection.get_servername()))

    def getContext(self) -> SSL.Context:  # noqa: N802
        """@return: the context of a connection."""
        return self._context


class _Answer(Resource):
    isLeaf = True

    def render(self, request: Any) -> bytes:
        return b"here"


@pytest_twisted.async_yield_fixture
async def served() -> AsyncIterator[Served]:
    """The server."""
    authority = CertificateAuthority()
    names: list[bytes | None] = []
    key, chain = authority.issue("localhost")
    listening = reactor.listenSSL(0, Site(_Answer()), _Contexts(key, chain, names), interface="127.0.0.1")
    yield Served(listening.getHost().port, authority, names)
    await listening.stopListening()


async def _trouble(served: Served, host: str, known: bool = True) -> FetchTrouble | None:
    root = trustRootFromCertificates([Certificate.loadPEM(served.authority.root)]) if known else None
    policy = BrowserLikePolicyForHTTPS(root) if root else None
    fetcher = make_fetcher(reactor, HERE, policy=policy)
    try:
        found = await fetcher.get(f"https://{host}:{served.port}/")
    except FetchFailed as e:
        return e.trouble
    assert found.body == b"here"
    return None


@pytest.mark.timeout(30)
async def test_certificates(served: Served) -> None:
    """One of another name, and one of an unknown authority, is not good."""
    assert await _trouble(served, "localhost") is None
    assert served.names == [b"localhost"]
    assert await _trouble(served, "127.0.0.1") is FetchTrouble.TLS
    assert await _trouble(served, "localhost", known=False) is FetchTrouble.TLS


@pytest.mark.timeout(30)
async def test_this_machine(served: Served) -> None:
    """By whatever name, it is out of reach, before anything is sent."""
    fetcher = make_fetcher(reactor, PUBLIC)
    for host in ("localhost", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "localhost."):
        for scheme in ("https", "http"):
            with pytest.raises(NotPublic):
                await fetcher.get(f"{scheme}://{host}:{served.port}/")
    assert served.names == []
