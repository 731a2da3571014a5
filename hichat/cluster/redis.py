"""
The connection to Redis or Valkey, which carries messages between the hosts of one service. What it carries may be lost:
the truth is in the log.

There are two TCP connections, because one that is subscribed cannot publish. The B{channel} is common to all; each
member also has one of its own. The bus is up when both connections are there, the subscriptions are confirmed, and what
this process publishes comes back to it. It looks for that each second: so a connection that is dead in one direction
only is noticed, and both are made anew.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Coroutine
from typing import Any

import txredisapi
from OpenSSL import SSL
from service_identity import VerificationError
from twisted.application.internet import ClientService
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.endpoints import HostnameEndpoint, wrapClientTLS
from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.internet.protocol import Factory
from twisted.internet.ssl import optionsForClientTLS
from twisted.internet.task import LoopingCall
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from hichat.cluster.redis_address import RedisAddress

PROBE = 1.0
"""Seconds between two probes."""

SILENCE = 3.0
"""Seconds after which a bus on which no probe comes back is made anew."""

REDIS_TIMEOUT = 2.0
"""Seconds that a connection may take, and that a sentinel has for its answer."""

LAST_WORDS = 0.5
"""Seconds that the last messages may take until the connections are closed."""

LONGEST_PAUSE = 1.0
"""The most seconds between two tries to connect."""

REDIS_UNSENT_LIMIT = 4 * 1024 * 1024
"""The most bytes that wait for Redis. With more, what can be read from the log is not sent."""


@implementer(IStreamClientEndpoint)
class _Master:
    """
    The endpoint of the server that the sentinels call master now.

    @param connect: makes the endpoint of a server.
    """

    def __init__(self, reactor: Any, address: RedisAddress, connect: Callable[[str, int], Any]) -> None:
        self._reactor = reactor
        self._address = address
        self._connect = connect

    def connect(self, protocolFactory: Any) -> Deferred[Any]:  # noqa: N803
        """See L{IStreamClientEndpoint.connect}."""
        return Deferred.fromCoroutine(self._ask_all(protocolFactory))

    async def _ask_all(self, factory: Any) -> Any:
        error: Exception = ConnectionError("no sentinel")
        for host, port in self._address.servers:
            try:
                found = await Deferred.fromCoroutine(self._ask(host, port)).addTimeout(REDIS_TIMEOUT, self._reactor)
            except Exception as e:
                error = e
                continue
            if found:
                server, number = (part.decode() for part in found)
                return await self._connect(server, int(number)).connect(factory)
            error = ConnectionError(f"the sentinel knows no master {self._address.master}")
        raise error

    async def _ask(self, host: str, port: int) -> Any:
        # Sentinels have passwords of their own, if any; most have none.
        made = await self._connect(host, port).connect(_Protocols(_Speaker, RedisAddress([])))
        try:
            return await made.sentinel_get_master_addr_by_name(self._address.master)
        finally:
            made.transport.abortConnection()


class _Protocols(Factory):
    """
    Makes the protocols of one connection.

    @ivar made: the last one.
    @ivar rejected: how many in a row were not usable.
    @ivar refused: why Redis has refused the password or the database, or TLS its certificate; empty: nobody has.
    """

    noisy = False
    isLazy = False  # noqa: N815 - txredisapi looks at it

    def __init__(self, kind: type[Any], address: RedisAddress) -> None:
        self._kind = kind
        self._address = address
        self.made: Any = None
        self.rejected = 0
        self.refused = ""

    def buildProtocol(self, addr: object) -> Any:
        """See L{Factory.buildProtocol}."""
        made = self._kind(
            charset=None,
            convertNumbers=False,
            username=self._address.user,
            password=self._address.password,
            dbid=self._address.database,
        )
        made.factory = self
        self.made = made
        self.rejected += 1
        return made

    def stopTrying(self) -> None:  # noqa: N802
        """txredisapi would give up after a wrong password. It may be mended while the daemon runs."""

    def connectionError(self, why: str) -> None:
        """Redis has refused the password, the database or a message; or the connection is lost, which is no reason."""
        if "Lost connection" not in why and "Not connected" not in why:
            self.refused = why

    def connection_lost(self, reason: Failure) -> None:
        """A connection is lost. If that is no fault of TLS, it is no reason that an administrator would look for."""
        if self._address.tls and reason.check(SSL.Error, VerificationError):
            self.refused = f"TLS: {_fault_of(reason)}"

    def is_usable(self) -> None:
        """Redis has taken the connection."""
        self.rejected, self.refused = 0, ""

    def pause(self, tries: int) -> float:
        """@return: seconds until the next try. A connection that Redis has refused counts as a try that failed."""
        return min(LONGEST_PAUSE, 0.1 * 2 ** min(max(tries, self.rejected), 5))


class _Speaker(txredisapi.RedisProtocol):
    """
    The connection that publishes.

    @ivar unsent: about how many bytes wait for Redis.
    """

    unsent = 0
    _is_full = False

    def connectionMade(self) -> Any:
        """See L{txredisapi.RedisProtocol}."""
        _without_delay(self.transport)
        self.transport.registerProducer(self, True)
        return super().connectionMade()

    def pauseProducing(self) -> None:
        """Redis is slow to read."""
        self._is_full = True

    def resumeProducing(self) -> None:
        """It has read everything."""
        self._is_full, self.unsent = False, 0

    def stopProducing(self) -> None:
        """It is gone."""

    def say(self, channel: bytes, message: bytes) -> None:
        """Publish a message; the answer is not waited for."""
        if self._is_full:
            self.unsent += len(message)
        self.publish(channel, message).addErrback(lambda failure: self.factory.connectionError(str(failure.value)))


class _Listener(txredisapi.SubscriberProtocol):
    """The connection that is subscribed."""

    heard: Callable[[bytes], object]

    def connectionMade(self) -> Any:
        """See L{txredisapi.SubscriberProtocol}."""
        _without_delay(self.transport)
        return super().connectionMade()

    def connectionLost(self, why: Failure) -> None:
        """See L{txredisapi.SubscriberProtocol}. What TLS says of the other connection is the same."""
        self.factory.connection_lost(why)
        super().connectionLost(why)

    def messageReceived(self, pattern: object, channel: bytes, message: bytes) -> None:  # noqa: N802
        """A message was published."""
        self.heard(message)


def _fault_of(reason: Failure) -> str:
    """@return: what is wrong with a connection over TLS."""
    assert reason.value is not None
    if reason.check(VerificationError):
        return "the certificate is for another host"
    return "; ".join(text for error in reason.value.args for _, _, text in error if text) or "it ended without a word"


def _without_delay(transport: Any) -> None:
    if hasattr(transport, "setTcpNoDelay"):
        transport.setTcpNoDelay(True)
        transport.setTcpKeepAlive(True)


class RedisBus:
    """
    Publishes messages to all members, and hears theirs and its own.

    @param channel: the common channel.
    @ivar heard: called with each message that was published, this process's own included.
    @ivar came_up: called with a new number of this member when it can be heard and hears; the number is also the name
        of its own channel.
    @ivar went_down: called when that is over.
    @ivar probe: called each second while the connections are there: to publish something that comes back, for which
        L{is_heard} is to be called.
    """

    _log = Logger()

    def __init__(self, address: RedisAddress, channel: str, reactor: Any) -> None:
        self.heard: Callable[[bytes], object] = lambda message: None
        self.came_up: Callable[[], object] = lambda: None
        self.went_down: Callable[[], object] = lambda: None
        self.probe: Callable[[], object] = lambda: None
        self.number = 0
        self.is_up = False
        self._address = address
        self._channel = channel.encode()
        self._reactor = reactor
        self._speaker: _Speaker | None = None
        self._listener: _Listener | None = None
        self._said_away = self._is_stopping = False
        self._sign = 0.0
        self._probing = LoopingCall(self._probe)
        self._probing.clock = reactor
        self._factories = _Protocols(_Speaker, address), _Protocols(_Listener, address)
        self._services = [
            ClientService(
                self._endpoint(),
                factory,
                retryPolicy=factory.pause,
                prepareConnection=prepare,
                clock=reactor,
            )
            for factory, prepare in zip(self._factories, (self._speaks, self._listens), strict=True)
        ]

    def _endpoint(self) -> Any:
        def connect(host: str, port: int) -> Any:
            endpoint = HostnameEndpoint(self._reactor, host, port, timeout=REDIS_TIMEOUT)
            return wrapClientTLS(optionsForClientTLS(host), endpoint) if self._address.tls else endpoint

        if self._address.master:
            return _Master(self._reactor, self._address, connect)
        return connect(*self._address.servers[0])

    def start(self) -> None:
        """Connect, and go on trying as long as that fails."""
        self._sign = self._reactor.seconds()
        for service in self._services:
            service.startService()
        self._probing.start(PROBE, now=False)

    def stop(self) -> Deferred[Any]:
        """@return: fires when the connections are closed."""
        if self._probing.running:
            self._probing.stop()
        self.is_up, self._is_stopping = False, True
        if self._speaker is not None:
            # Over TLS a connection with a producer would not close.
            self._speaker.transport.unregisterProducer()
        closed = gatherResults([service.stopService() for service in self._services if service.running])
        # A connection on which something waits to be sent does not close by itself, and Redis may be frozen.
        late = self._reactor.callLater(LAST_WORDS, self._abort)
        return closed.addBoth(lambda _: late.active() and late.cancel())

    @property
    def has_room(self) -> bool:
        """Whether a message that can be left out should be sent."""
        return self.is_up and self._speaker is not None and self._speaker.unsent < REDIS_UNSENT_LIMIT

    def say(self, message: bytes, to: int = 0) -> None:
        """
        Publish a message. It is lost if the bus is down.

        @param to: the number of the only member for which it is; 0: all.
        """
        if self._speaker is not None and self._listener is not None:
            self._speaker.say(self._own_channel(to) if to else self._channel, message)

    def _own_channel(self, number: int) -> bytes:
        return b"%s:%016x" % (self._channel, number)

    def is_heard(self) -> None:
        """A message of this process has come back."""
        self._sign = self._reactor.seconds()
        if not self.is_up and self._listener is not None:
            self.is_up, self._said_away = True, False
            self._log.info("Redis at {address} carries messages between the hosts", address=str(self._address))
            self.came_up()

    # The connections

    async def _ready(self, made: Any) -> None:
        ready = made.whenConnected()
        made.whenDisconnected().addCallback(lambda _: ready.cancel())
        await ready.addTimeout(REDIS_TIMEOUT, self._reactor)

    def _speaks(self, _: object) -> None:
        self._try(self._take_speaker, self._factories[0])

    def _listens(self, _: object) -> None:
        self._try(self._take_listener, self._factories[1])

    def _try(self, take: Callable[[Any], Coroutine[Any, Any, None]], factory: _Protocols) -> None:
        """
        Take a connection, or abort it: then another one is made. ClientService must not wait for that, because it does
        not expect a connection to be lost meanwhile.
        """
        # What ClientService has is a wrapper.
        made = factory.made
        taking = Deferred.fromCoroutine(take(made))
        taking.addCallbacks(lambda _: factory.is_usable(), lambda _: made.transport.abortConnection())

    async def _take_speaker(self, made: Any) -> None:
        await self._ready(made)
        if self._address.master:
            role = await made.role().addTimeout(REDIS_TIMEOUT, self._reactor)
            if role[0] != b"master":
                raise ConnectionError("it is no master")
        self._speaker = made
        made.whenDisconnected().addCallback(lambda _: self._lost())
        self._begin()

    async def _take_listener(self, made: Any) -> None:
        await self._ready(made)
        self.number = secrets.randbits(63) + 1
        made.heard = self.heard
        for channel in (self._channel, self._own_channel(self.number)):
            await made.subscribe([channel]).addTimeout(REDIS_TIMEOUT, self._reactor)
        self._listener = made
        made.whenDisconnected().addCallback(lambda _: self._lost())
        self._begin()

    def _begin(self) -> None:
        if self._speaker is not None and self._listener is not None:
            self._sign = self._reactor.seconds()
            self.probe()

    def _lost(self) -> None:
        """One of the connections is gone: both are made anew, so that nothing that was missed stays unnoticed."""
        if not self._is_stopping:
            self._abort()
        if self.is_up:
            self.is_up = False
            self._tell_away()
            self.went_down()

    def _abort(self) -> None:
        speaker, listener = self._speaker, self._listener
        self._speaker = self._listener = None
        for made in (speaker, listener):
            if made is not None and made.transport is not None:
                made.transport.abortConnection()

    def _probe(self) -> None:
        if self._speaker is not None and self._listener is not None:
            self.probe()
            if self._reactor.seconds() - self._sign > SILENCE:
                self._tell_away()
                self._lost()
        elif not self._said_away and self._reactor.seconds() - self._sign > SILENCE:
            self._tell_away()

    def _tell_away(self) -> None:
        if self._said_away:
            return
        self._said_away = True
        self._log.warn(
            "Redis at {address} does not carry messages between the hosts: {why}; until it does, they are read from the"
            " log, and who is online at another host is not known anew",
            address=str(self._address),
            why=next((made.refused for made in self._factories if made.refused), "it is not there, or does not answer"),
        )
