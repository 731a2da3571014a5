"""
The connections of the L{Fetcher<hichat.fetching.fetcher.Fetcher>}: each goes to an address that was checked.

A name is resolved once for a connection; all its addresses are checked, and the connection is made to one of these. So
no second answer of a name server, given between the check and the connection, changes where it goes (DNS rebinding).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from ipaddress import ip_address
from typing import Any, Protocol

from twisted.internet.defer import Deferred
from twisted.internet.endpoints import HostnameEndpoint, wrapClientTLS
from twisted.internet.interfaces import (
    IAddress,
    IHostnameResolver,
    IHostResolution,
    IProtocol,
    IProtocolFactory,
    IReactorPluggableNameResolver,
    IResolutionReceiver,
    IStreamClientEndpoint,
)
from twisted.protocols.policies import ProtocolWrapper, WrappingFactory
from twisted.python.failure import Failure
from twisted.web.client import URI, Agent, BrowserLikePolicyForHTTPS, HostnameCachingHTTPSPolicy
from twisted.web.iweb import IAgent, IAgentEndpointFactory, IPolicyForHTTPS
from zope.interface import directlyProvides, implementer

from hichat.fetching.addresses import Reachable

HEADERS_LIMIT = 64 * 1024
"""The most bytes of an answer before its body."""


class Visit(Protocol):
    """
    One request, and the connection that it has for itself.

    @ivar agent: makes the request.
    """

    agent: IAgent

    @property
    def refused(self) -> bool:
        """Whether the host has an address that may not be connected to."""

    def close(self) -> None:
        """End the connection, whatever the other side does."""


class Door(Protocol):
    """Where requests go out."""

    def open(self, seconds: float, limit: int, owner: int) -> Visit:
        """
        @param seconds: for which one address is tried.
        @param limit: the most bytes of the body of the answer.
        @param owner: see L{hichat.fetching.fetcher.Fetcher.fetch}.
        """

    def look(self, host: str, port: int, owner: int) -> Deferred[bool]:
        """@return: fires with whether all addresses of a host may be connected to; if it has none, with C{True}."""


class GuardedDoor:
    """
    The door to the network.

    @param reachable: the addresses that may be connected to.
    @param resolver_of: gives what resolves names for an owner; None: the reactor's.
    @param policy: the checks of certificates; None: L{tls_policy}.
    """

    def __init__(
        self,
        reactor: Any,
        reachable: Reachable,
        resolver_of: Callable[[int], IHostnameResolver] | None = None,
        policy: IPolicyForHTTPS | None = None,
    ) -> None:
        self._reactor = reactor
        self._reachable = reachable
        self._resolver_of = resolver_of or (lambda _: self._reactor.nameResolver)
        self._policy = policy or tls_policy()

    def open(self, seconds: float, limit: int, owner: int) -> Visit:
        """See L{Door.open}."""
        return _GuardedVisit(self._reactor, self._checking(owner), self._policy, seconds, limit)

    def look(self, host: str, port: int, owner: int) -> Deferred[bool]:
        """See L{Door.look}."""
        checking = self._checking(owner)
        looked = _Looking()
        checking.resolveHostName(looked, host, port)
        return looked.done.addCallback(lambda _: not checking.refused)

    def _checking(self, owner: int) -> _Checking:
        return _Checking(self._resolver_of(owner), self._reachable)


def tls_policy() -> IPolicyForHTTPS:
    """@return: the checks of certificates. A host's are made once: reading all roots takes the reactor 4 ms."""
    return HostnameCachingHTTPSPolicy(BrowserLikePolicyForHTTPS())


@implementer(IHostnameResolver)
class _Checking:
    """Resolves a name into addresses that may be connected to: all that it has, or none."""

    def __init__(self, resolver: IHostnameResolver, reachable: Reachable) -> None:
        self._resolver = resolver
        self._reachable = reachable
        self.refused = False

    def resolveHostName(  # noqa: N802
        self,
        resolutionReceiver: IResolutionReceiver,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> IHostResolution:
        """See L{IHostnameResolver.resolveHostName}."""
        receiver = _CheckingReceiver(self, resolutionReceiver, portNumber)
        return self._resolver.resolveHostName(receiver, hostName, portNumber, addressTypes, transportSemantics)

    def may_reach(self, host: str, port: int) -> bool:
        """@param host: an address, as text; one with a zone is of a network that the machine is in."""
        try:
            return "%" not in host and self._reachable.has(ip_address(host), port)
        except ValueError:
            return False


@implementer(IResolutionReceiver)
class _CheckingReceiver:
    def __init__(self, checking: _Checking, receiver: IResolutionReceiver, port: int) -> None:
        self._checking = checking
        self._receiver = receiver
        self._port = port
        self._found: list[Any] = []

    def resolutionBegan(self, resolutionInProgress: IHostResolution) -> None:  # noqa: N802, N803
        self._receiver.resolutionBegan(resolutionInProgress)

    def addressResolved(self, address: IAddress) -> None:  # noqa: N802
        self._found.append(address)

    def resolutionComplete(self) -> None:  # noqa: N802
        if all(self._checking.may_reach(address.host, self._port) for address in self._found):
            for address in self._found:
                self._receiver.addressResolved(address)
        else:
            self._checking.refused = True
        self._receiver.resolutionComplete()


@implementer(IResolutionReceiver)
class _Looking:
    def __init__(self) -> None:
        self.done: Deferred[None] = Deferred()

    def resolutionBegan(self, resolutionInProgress: IHostResolution) -> None:  # noqa: N802, N803
        pass

    def addressResolved(self, address: IAddress) -> None:  # noqa: N802
        pass

    def resolutionComplete(self) -> None:  # noqa: N802
        self.done.callback(None)


class _ResolvingReactor:
    """The reactor, with another resolver."""

    def __init__(self, reactor: Any, resolver: IHostnameResolver) -> None:
        self._reactor = reactor
        self.nameResolver = resolver
        directlyProvides(self, IReactorPluggableNameResolver)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reactor, name)


@implementer(IAgentEndpointFactory)
class _GuardedVisit:
    def __init__(self, reactor: Any, checking: _Checking, policy: IPolicyForHTTPS, seconds: float, limit: int) -> None:
        self._reactor = _ResolvingReactor(reactor, checking)
        self._checking = checking
        self._policy = policy
        self._seconds = seconds
        self.room = HEADERS_LIMIT + limit
        self.open: set[_Counted] = set()
        self.agent: IAgent = Agent.usingEndpointFactory(reactor, self)

    @property
    def refused(self) -> bool:
        """See L{Visit}."""
        return self._checking.refused

    def endpointForURI(self, uri: URI) -> IStreamClientEndpoint:  # noqa: N802
        """See L{IAgentEndpointFactory}."""
        host = uri.host.decode("ascii")
        endpoint: Any = HostnameEndpoint(self._reactor, host, uri.port, self._seconds)
        if uri.scheme == b"https":
            endpoint = wrapClientTLS(self._policy.creatorForNetloc(uri.host, uri.port), endpoint)
        return _CountedEndpoint(endpoint, self)

    def close(self) -> None:
        """See L{Visit.close}."""
        for each in list(self.open):
            each.abortConnection()


@implementer(IStreamClientEndpoint)
class _CountedEndpoint:
    def __init__(self, endpoint: IStreamClientEndpoint, visit: _GuardedVisit) -> None:
        self._endpoint = endpoint
        self._visit = visit

    def connect(self, protocolFactory: IProtocolFactory) -> Deferred[IProtocol]:  # noqa: N803
        connecting: Deferred[Any] = self._endpoint.connect(_CountedFactory(protocolFactory, self._visit))
        return connecting.addCallback(lambda made: made.wrappedProtocol)


class _Counted(ProtocolWrapper):
    """Counts the bytes of an answer: Twisted bounds each header, and not how many there are."""

    factory: _CountedFactory

    def connectionMade(self) -> None:
        self.factory.visit.open.add(self)
        super().connectionMade()

    def dataReceived(self, data: bytes) -> None:
        visit = self.factory.visit
        visit.room -= len(data)
        if visit.room < 0:
            self.abortConnection()
        else:
            super().dataReceived(data)

    def connectionLost(self, reason: Failure) -> None:  # type: ignore[override]
        self.factory.visit.open.discard(self)
        super().connectionLost(reason)

    def abortConnection(self) -> None:  # noqa: N802
        transport: Any = self.transport
        transport.abortConnection()


class _CountedFactory(WrappingFactory):
    protocol = _Counted
    noisy = False

    def __init__(self, factory: Any, visit: _GuardedVisit) -> None:
        super().__init__(factory)
        factory.noisy = False
        self.visit = visit
