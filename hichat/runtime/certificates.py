"""The certificates of an C{ssl:} endpoint, which can be read again while the daemon runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.endpoints import SSL4ServerEndpoint
from twisted.internet.interfaces import IOpenSSLContextFactory, IStreamServerEndpoint
from zope.interface import implementer


@implementer(IOpenSSLContextFactory)
class Certificates:
    """
    The certificates of one endpoint. Each new connection uses those that were read last.

    @param read: makes the endpoint. Twisted reads the files when it does.
    @ivar endpoint: the endpoint to listen on.
    """

    def __init__(self, read: Callable[[], IStreamServerEndpoint]) -> None:
        self._read = read
        endpoint = read()
        self._current = _context_factory(endpoint)
        if self._current is not None:
            # Set a private attribute, because Twisted has no public function to parse an endpoint's description.
            endpoint._sslContextFactory = self  # type: ignore[attr-defined]
        self.endpoint = endpoint

    @property
    def are_there(self) -> bool:
        """Whether the endpoint has certificates."""
        return self._current is not None

    def getContext(self) -> Any:  # noqa: N802
        """See L{IOpenSSLContextFactory}."""
        return self._current.getContext()

    def read_again(self) -> None:
        """
        Read the files again, for new connections.

        @raise Exception: the new files cannot be used. The certificates that were read before stay in use.
        """
        found = _context_factory(self._read())
        # Makes the context now, so that an error in the files is raised here, and not at the next connection.
        found.getContext()
        self._current = found


def _context_factory(endpoint: IStreamServerEndpoint) -> Any:
    return endpoint._sslContextFactory if isinstance(endpoint, SSL4ServerEndpoint) else None
