"""A v2 connection: the WebSocket side of L{hichat.pipeline.gateway.v2_session}."""

from __future__ import annotations

from typing import Any, ClassVar

from autobahn.websocket.types import ConnectionDeny
from twisted.internet.interfaces import IDelayedCall
from twisted.protocols.policies import ProtocolWrapper

from hichat.core.errors import Language, ResyncRequired
from hichat.core.events import Event
from hichat.pipeline.gateway.connection import ChatProtocol
from hichat.pipeline.gateway.v2_session import V2Session
from hichat.wire import closing, v2
from hichat.wire.frames import SUBPROTOCOL, Close

HELLO_READ = 4 * 1024
"""Bytes that are read at once before the hello, so that a stranger's connection costs little memory."""

HELLO_TIMEOUT = 10.0
"""Seconds that a v2 client has to say hello."""


class V2Protocol(ChatProtocol):
    """
    A v2 connection. L{admit} comes before anything else.
    """

    subprotocols: ClassVar[list[str]] = [SUBPROTOCOL]
    session: V2Session
    encode = staticmethod(v2.encode)
    framed = staticmethod(v2.frame)
    _hello: IDelayedCall | None = None

    def admit(self, token: str, language: Language) -> None:
        """
        @param token: the token of the handshake's header; empty if there was none.
        @param language: the language of the server's sentences.
        """
        assert self.factory.services is not None
        self.session = V2Session(token, language, self, self.factory.inlet, self.factory.services)

    def onConnect(self, request: Any) -> str | None:
        """@return: the subprotocol, if the client asks for one."""
        if not request.protocols:
            return None
        if SUBPROTOCOL not in request.protocols:
            raise ConnectionDeny(ConnectionDeny.BAD_REQUEST, f"the subprotocol is {SUBPROTOCOL}")
        return SUBPROTOCOL

    @property
    def speaks(self) -> Language:
        """See L{ChatProtocol.speaks}."""
        return self.session.language

    def opened(self) -> None:
        """Wait for the hello."""
        _socket(self.transport).bufferSize = HELLO_READ
        self._hello = self.factory.clock.callLater(HELLO_TIMEOUT, self.close, Close.NO_HELLO, closing.HELLO_LATE)

    def greeted(self) -> None:
        """See L{hichat.pipeline.gateway.v2_session.V2Connection.greeted}."""
        vars(_socket(self.transport)).pop("bufferSize", None)
        if self._hello is not None and self._hello.active():
            self._hello.cancel()
        self._hello = None

    def signal(self, event: Event) -> None:
        """See L{hichat.pipeline.gateway.roster.ConnectedDevice.signal}."""
        if self.may_send:
            self.session.signal(event)

    def start_anew(self) -> None:
        """See L{hichat.pipeline.gateway.roster.ConnectedDevice.start_anew}."""
        if self.may_send:
            self.session.complain(ResyncRequired())
        super().start_anew()

    def hide(self, user: int, hidden: bool) -> None:
        """See L{hichat.pipeline.gateway.roster.ConnectedDevice.hide}."""
        self.session.hide(user, hidden)

    def left(self) -> None:
        """See L{ChatProtocol.left}."""
        self.greeted()
        self.session.gone()


def _socket(transport: Any) -> Any:
    """@return: the transport that reads the socket itself, below TLS."""
    while isinstance(transport, ProtocolWrapper):
        transport = transport.transport
    return transport
