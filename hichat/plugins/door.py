"""How a plugin's process reaches the daemon: by a Unix socket, which speaks HTTP as the daemon's other doors do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from treq.client import HTTPClient
from twisted.internet.endpoints import UNIXClientEndpoint
from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.web.client import URI, Agent
from twisted.web.iweb import IAgentEndpointFactory
from zope.interface import implementer

from hichat.runtime.doors import reachable

CONNECT_SECONDS = 10.0
"""Seconds for a connection."""


def door_endpoint(reactor: Any, path: str) -> IStreamClientEndpoint:
    """@return: the endpoint of a Unix socket."""
    return UNIXClientEndpoint(reactor, reachable(Path(path)), CONNECT_SECONDS)


@implementer(IAgentEndpointFactory)
class _OneDoor:
    def __init__(self, endpoint: IStreamClientEndpoint) -> None:
        self._endpoint = endpoint

    def endpointForURI(self, uri: URI) -> IStreamClientEndpoint:  # noqa: N802
        """See L{IAgentEndpointFactory.endpointForURI}."""
        return self._endpoint


def door_agent(reactor: Any, path: str) -> HTTPClient:
    """@return: makes requests at a Unix socket, whatever host their URLs name."""
    return HTTPClient(Agent.usingEndpointFactory(reactor, _OneDoor(door_endpoint(reactor, path))))
