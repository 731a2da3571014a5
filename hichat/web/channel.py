"""
An HTTP/1.1 channel that is stricter than twisted.web's. It answers invalid heads, and does not only drop them. Requests
that come together take turns with those of other connections. A client that does not read its answer is cut off.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IDelayedCall
from twisted.python.failure import Failure
from twisted.web import http

from hichat.pipeline.gateway.connection import GUARDS

LINGER_TIME = 5
"""
Seconds that a client which has sent too much has to read the refusal before the connection closes: closing at once
would lose the answer.
"""

STALL_TIME = 60
"""Seconds between two looks at how much of an answer was read."""

READ_RATE = 1024
"""The slowest rate at which a client may read an answer, in bytes a second."""

# A Host header (RFC 9110, 7.2): a name or an address, and a port; or nothing, for a target without a host. A comma is
# not allowed: a proxy may have joined two headers.
_HOST = re.compile(rb"(?:[A-Za-z0-9._~!$&'()*+;=%-]+|\[[0-9A-Za-z.:%]+\])?(?::[0-9]*)?")
_ABSOLUTE = re.compile(rb"https?://([^/?#]+)(.*)", re.IGNORECASE)
_LENGTH_DIGITS = 15
LOST = Failure(ConnectionDone())


class PlainChannel(http.HTTPChannel):
    """
    One connection.

    @ivar failed: whether an invalid head was answered: the connection ends, and further bytes are dropped.
    """

    transport: Any
    failed = False
    linger_time = LINGER_TIME
    paused = False
    _written = 0
    _read_then = 0
    _stall: IDelayedCall | None = None
    _turn: IDelayedCall | None = None

    # Heads

    def dataReceived(self, data: bytes) -> None:
        """Bytes came."""
        if not self.failed:
            super().dataReceived(data)

    def lineReceived(self, line: bytes) -> None:
        """A line of a head came."""
        if self.failed:
            return
        if self._receivedHeaderSize + len(line) > self.totalHeadersSize:
            self._too_long()
        else:
            super().lineReceived(line)

    def rawDataReceived(self, data: bytes) -> None:
        """A piece of a body came."""
        if not self.failed:
            super().rawDataReceived(data)

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: N802
        """A line is too long, whether or not it is whole."""
        if not self.failed:
            self._too_long()

    def _too_long(self) -> None:
        if self._receivedHeaderSize:
            self.fail(431, f"the head is too large: at most {self.totalHeadersSize} bytes")
        else:
            self.fail(414, f"the request line is too long: at most {self.totalHeadersSize} bytes")

    def headerReceived(self, line: bytes) -> bool:  # noqa: N802
        """@return: whether the header is valid."""
        if self.failed:
            return False
        if self._receivedHeaderCount >= self.maxHeaders:
            self.fail(431, f"there are too many headers: at most {self.maxHeaders}")
            return False
        return bool(super().headerReceived(line))

    def _maybeChooseTransferDecoder(self, header: bytes, data: bytes) -> bool:  # noqa: N802
        """Refuse a request whose body's length is ambiguous (RFC 9112, 6)."""
        if header == b"Content-Length" and len(data) > _LENGTH_DIGITS:
            self.fail(400, "Content-Length is not a length")
            return False
        if header == b"Transfer-Encoding":
            codings = [coding.strip().lower() for coding in data.split(b",")]
            if self._version != b"HTTP/1.1" or codings[-1] != b"chunked" or codings.count(b"chunked") > 1:
                self.fail(400, "Transfer-Encoding does not say where the body ends")
                return False
            if len(codings) > 1:
                self.fail(501, "the only Transfer-Encoding taken is chunked")
                return False
        return bool(super()._maybeChooseTransferDecoder(header, data))

    def allHeadersReceived(self) -> None:  # noqa: N802
        """The head is complete."""
        if not self.failed and self._is_sound():
            self.head_received()
            super().allHeadersReceived()

    def head_received(self) -> None:
        """The head is complete and valid."""

    def allContentReceived(self) -> None:  # noqa: N802
        """The body is complete."""
        if not self.failed:
            self.content_received()
            super().allContentReceived()

    def content_received(self) -> None:
        """The body is complete."""

    def _is_sound(self) -> bool:
        """
        Check the host and the target (RFC 9112, 3.2). There must be one host. The target is a path, or a URL whose path
        is taken.
        """
        headers = self.requests[-1].requestHeaders
        hosts = headers.getRawHeaders(b"host", [])
        if len(hosts) > 1 or (not hosts and self._version == b"HTTP/1.1"):
            self.fail(400, "Host must be there once")
            return False
        target = self._path
        if not target.startswith(b"/") and target != b"*":
            found = _ABSOLUTE.fullmatch(target)
            if found is None:
                self.fail(400, "the request target is not a path")
                return False
            host, path = found.groups()
            if not path and self._command == b"OPTIONS":
                path = b"*"
            elif not path.startswith(b"/"):
                path = b"/" + path
            # The host in the target counts, not the header's.
            hosts, self._path = [host], path
            headers.setRawHeaders(b"host", hosts)
        if hosts and not _HOST.fullmatch(hosts[0]):
            self.fail(400, "Host is not the name of a host")
            return False
        return True

    def _respondToBadRequestAndDisconnect(self) -> None:  # noqa: N802
        self.fail(400, "the request cannot be read")

    def fail(self, status: int, text: str) -> None:
        """
        Refuse bytes that are no HTTP request, and end the connection.

        @param text: what is wrong, on one line.
        """
        if self.failed:
            return
        self.failed = True
        self.persistent = 0
        begun = any(request.startedWriting for request in self.requests)
        for request in self.requests:
            request.connectionLost(LOST)
        self.requests = []
        if begun:
            self.loseConnection()
            return
        body = f"{text}\n".encode()
        reason = HTTPStatus(status).phrase.encode()
        self.writeSequence(
            [
                b"HTTP/1.1 %d %s\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n"
                % (status, reason),
                b"".join(b"%s: %s\r\n" % (name.encode(), value.encode()) for name, value in GUARDS.items()),
                b"Content-Length: %d\r\n\r\n" % len(body),
                body,
            ]
        )
        self.linger()

    def linger(self) -> None:
        """Close the writing side, and leave the client time to read the answer: see L{LINGER_TIME}."""
        self.setTimeout(self.linger_time)
        # Not with TLS, which cannot close one side only.
        if not self.isSecure() and hasattr(self.transport, "loseWriteConnection"):
            self.transport.unregisterProducer()
            self.transport.loseWriteConnection()

    # Turns

    def requestDone(self, request: http.Request) -> None:  # noqa: N802
        """A request is answered. If the next one has come already, it waits for the next turn of the reactor."""
        self.paused = True
        super().requestDone(request)
        if not self.persistent or not self._buffer:
            self.paused = False
            return
        self._networkProducer.pauseProducing()
        self._turn = self.callLater(0, self._next)

    def _next(self) -> None:
        self._turn = None
        self.paused = False
        self._networkProducer.resumeProducing()
        self.dataReceived(b"")

    # Answers

    def writeHeaders(self, version: bytes, code: bytes, reason: bytes, headers: Any) -> None:  # noqa: N802
        """Begin an answer. Twisted has no reason phrases for newer statuses."""
        if int(code) not in http.RESPONSES:
            reason = HTTPStatus(int(code)).phrase.encode()
        super().writeHeaders(version, code, reason, headers)

    def write(self, data: bytes) -> None:
        """Write a piece of an answer."""
        self._written += len(data)
        super().write(data)

    def writeSequence(self, iovec: Iterable[bytes]) -> None:  # noqa: N802
        """Write pieces of an answer."""
        pieces = list(iovec)
        self._written += sum(map(len, pieces))
        super().writeSequence(pieces)

    def pauseProducing(self) -> None:
        """The transport's buffer is full."""
        super().pauseProducing()
        if self._stall is None:
            self._watch()

    def resumeProducing(self) -> None:
        """The transport's buffer is empty."""
        self._stop_watching()
        super().resumeProducing()

    def _watch(self) -> None:
        self._read_then = self._written - unsent(self.transport)
        self._stall = self.callLater(STALL_TIME, self._look)

    def _look(self) -> None:
        self._stall = None
        if self._written - unsent(self.transport) - self._read_then < STALL_TIME * READ_RATE:
            self.stalled()
            self.transport.abortConnection()
        else:
            self._watch()

    def stalled(self) -> None:
        """The client does not read, and is cut off."""

    def _stop_watching(self) -> None:
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None

    def timeoutConnection(self) -> None:  # noqa: N802
        """The client took too long. This does the same as the base class, but logs nothing."""
        if self._stall is not None:
            # The client is still reading its answer: see L{_look}.
            self.setTimeout(self.timeOut)
            return
        self._abortingCall = self.callLater(self.abortTimeout, self.forceAbortClient)
        self.loseConnection()

    def loseConnection(self) -> None:  # noqa: N802
        """Nothing more is written. Over TLS the client has to agree, which it may never do."""
        super().loseConnection()
        if self.isSecure() and self._abortingCall is None:
            self._abortingCall = self.callLater(self.abortTimeout, self._part)

    def _part(self) -> None:
        self._abortingCall = None
        if unsent(self.transport):
            # It may read slowly: see L{_look}.
            self._abortingCall = self.callLater(self.abortTimeout, self._part)
        else:
            self.transport.abortConnection()

    def forceAbortClient(self) -> None:  # noqa: N802
        """The client has not closed the connection in time: abort it."""
        self._abortingCall = None
        self.transport.abortConnection()

    def connectionLost(self, reason: Failure = LOST) -> None:
        """The connection is gone."""
        self._stop_watching()
        if self._turn is not None:
            self._turn.cancel()
            self._turn = None
        super().connectionLost(reason)


def unsent(transport: Any) -> int:
    """@return: the number of written bytes that the kernel has not taken yet."""
    # With TLS: the bytes that wait to be encrypted, and the buffers of the transport below.
    waiting = sum(map(len, getattr(transport, "_appSendBuffer", ())))
    below = getattr(transport, "transport", transport)
    buffered = len(getattr(below, "dataBuffer", b"")) - getattr(below, "offset", 0) + getattr(below, "_tempDataLen", 0)
    return int(waiting + buffered)
