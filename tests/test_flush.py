"""Sending at once, past Twisted's transport, over a real socket. What the kernel does not take is the transport's."""

from __future__ import annotations

import errno
import socket
from typing import Any, cast

from twisted.internet.task import Clock
from twisted.internet.tcp import Connection
from twisted.internet.testing import StringTransport
from twisted.trial.unittest import SynchronousTestCase

from hichat.pipeline.gateway.connection import TURN_LIMIT, ChatFactory, ChatProtocol
from hichat.runtime.flush import Flusher, send_at_once, sends_at_once


class Socket:
    """
    A socket that counts, and takes so much at most.

    @ivar sends: how many system calls were made.
    """

    def __init__(self, real: socket.socket) -> None:
        self._real = real
        self.sends = 0
        self.takes = 2**31
        self.error: OSError | None = None

    def send(self, data: Any) -> int:
        self.sends += 1
        if self.error is not None:
            raise self.error
        return self._real.send(data[: self.takes])

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class Reactor:
    """Nothing is ever found readable or writable."""

    def __getattr__(self, name: str) -> Any:
        return lambda *_: None


class Case(SynchronousTestCase):
    def setUp(self) -> None:
        ours, self.peer = socket.socketpair()
        self.addCleanup(ours.close)
        self.addCleanup(self.peer.close)
        self.peer.setblocking(False)
        self.socket = Socket(ours)
        self.transport = Connection(cast(Any, self.socket), cast(Any, None), cast(Any, Reactor()))
        self.transport.connected = True

    def heard(self) -> bytes:
        """@return: what has reached the other end; first the transport writes what it has."""
        if self.transport.dataBuffer or self.transport._tempDataBuffer:
            self.transport.doWrite()
        try:
            return self.peer.recv(10_000_000)
        except BlockingIOError:
            return b""


class SendAtOnceTests(Case):
    def test_it_is_sent(self) -> None:
        self.assertTrue(sends_at_once(self.transport))
        self.assertEqual(send_at_once(self.transport, b"hello"), 5)
        self.assertEqual(self.peer.recv(10), b"hello")

    def test_not_past_what_waits(self) -> None:
        self.transport.write(b"first")
        self.assertEqual(send_at_once(self.transport, b"second"), 0)
        self.assertEqual(self.heard(), b"first")
        self.assertEqual(send_at_once(self.transport, b"second"), 6)

    def test_not_past_what_the_kernel_left(self) -> None:
        self.transport.write(b"first")
        self.socket.takes = 2
        self.transport.doWrite()
        self.assertEqual(send_at_once(self.transport, b"second"), 0)

    def test_a_part(self) -> None:
        self.socket.takes = 3
        self.assertEqual(send_at_once(self.transport, b"hello"), 3)

    def test_what_is_wrong_is_found_by_the_transport(self) -> None:
        for number in (errno.EAGAIN, errno.EPIPE, errno.ECONNRESET):
            self.socket.error = OSError(number, "no")
            self.assertEqual(send_at_once(self.transport, b"hello"), 0)

    def test_not_when_it_is_closed(self) -> None:
        self.transport._writeDisconnected = True
        self.assertEqual(send_at_once(self.transport, b"hello"), 0)
        self.transport._writeDisconnected = False
        self.transport.connected = False
        self.assertEqual((send_at_once(self.transport, b"hello"), self.socket.sends), (0, 0))

    def test_what_is_not_plain_tcp_is_written_to_as_usual(self) -> None:
        self.assertFalse(sends_at_once(StringTransport()))
        self.transport.TLS = True
        self.assertFalse(sends_at_once(self.transport))

    def test_another_version_of_twisted(self) -> None:
        for name in ("dataBuffer", "_tempDataBuffer"):
            self.patch(self.transport, name, None)
            self.assertFalse(sends_at_once(self.transport))


class TurnTests(Case):
    """A connection's turn: what is written in it goes out together, at its end, in order."""

    def setUp(self) -> None:
        super().setUp()
        self.clock = Clock()
        self.protocol = ChatProtocol()
        self.protocol.factory = cast(ChatFactory, self)
        self.protocol.transport = self.transport
        self.protocol._at_once = True
        self.protocol.state = self.protocol.STATE_OPEN
        self.flusher = Flusher(self.clock)

    def say(self, *frames: bytes) -> None:
        for frame in frames:
            self.protocol.write_frame(frame)

    def test_one_send_a_turn(self) -> None:
        self.say(b"one ", b"two ", b"three")
        self.assertEqual(self.socket.sends, 0)
        self.clock.advance(0)
        self.assertEqual((self.heard(), self.socket.sends), (b"one two three", 1))
        self.say(b"four")
        self.clock.advance(0)
        self.assertEqual((self.heard(), self.socket.sends), (b"four", 2))

    def test_what_is_left_goes_before_what_comes(self) -> None:
        self.socket.takes = 4
        self.say(b"one two ")
        self.clock.advance(0)
        self.socket.takes = 100
        self.say(b"three")
        self.clock.advance(0)
        self.assertEqual(self.heard(), b"one two three")

    def test_a_turn_with_much_does_not_wait(self) -> None:
        self.say(b"x" * TURN_LIMIT)
        self.assertEqual(self.socket.sends, 0)
        self.say(b"y", b"z")
        self.assertEqual(self.socket.sends, 1)
        self.clock.advance(0)
        self.assertEqual(self.heard(), b"x" * TURN_LIMIT + b"yz")

    def test_the_last_words_are_sent(self) -> None:
        self.say(b"goodbye")
        self.protocol._closeConnection()
        self.assertEqual(self.heard(), b"goodbye")
        self.clock.advance(0)
        self.assertEqual(self.heard(), b"")
