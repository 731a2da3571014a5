"""The certificates of an C{ssl:} endpoint, which may be read again while the daemon runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.endpoints import SSL4ServerEndpoint
from twisted.internet.interfaces import IOpenSSLContextFactory, IStreamServerEndpoint
from zope.interface import implementer


@implementer(IOpenSSLContextFactory)
class Certificates:
    """
    Each new connection has the ones that were read last.

    @param read: makes the endpoint, for which it reads the files.
    """

    def __init__(self, read: Callable[[], IStreamServerEndpoint]) -> None:
        self._read = read
        endpoint = read()
        self._current = _context_factory(endpoint)
        if self._current is not None:
            # Twisted has no public way to take an endpoint's description apart.
            endpoint._sslContextFactory = self  # type: ignore[attr-defined]
        self.endpoint = endpoint

    @property
    def are_there(self) -> bool:
        """Whether the endpoint has any."""
        return self._current is not None

    def getContext(self) -> Any:  # noqa: N802
        """See L{IOpenSSLContextFactory}."""
        return self._current.getContext()

    def read_again(self) -> None:
        """
        Read the files again.

        @raise Exception: they cannot be used, and those that were read before still are.
        """
        found = _context_factory(self._read())
        # What else is wrong with them is found out here, and not by the next who connects.
        found.getContext()
        self._current = found


def _context_factory(endpoint: IStreamServerEndpoint) -> Any:
    return endpoint._sslContextFactory if isinstance(endpoint, SSL4ServerEndpoint) else None
