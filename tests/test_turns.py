"""The reactor's turns, with a reactor of its own."""

from __future__ import annotations

import errno
import socket
from typing import Any

from twisted.internet.epollreactor import EPollReactor
from twisted.internet.protocol import DatagramProtocol
from twisted.internet.selectreactor import SelectReactor
from twisted.trial.unittest import SynchronousTestCase

from hichat.runtime.turns import Turns


class Receiver(DatagramProtocol):
    def __init__(self) -> None:
        self.seen: list[bytes] = []

    def datagramReceived(self, datagram: bytes, addr: object) -> None:
        self.seen.append(datagram)
        if datagram == b"fail":
            raise ZeroDivisionError


class TurnsTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.reactor: Any = EPollReactor()
        self.addCleanup(self.reactor.removeAll)
        self.ticks: list[float] = []
        turns = Turns.install(self.reactor, self.ticks.append)
        assert turns is not None
        self.turns = turns
        self.receiver = Receiver()
        port = self.reactor.listenUDP(0, self.receiver, interface="127.0.0.1")
        self.address = ("127.0.0.1", port.getHost().port)

    def send(self, data: bytes) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(data, self.address)

    def test_events_are_handled_and_measured(self) -> None:
        for data in (b"a", b"b"):
            self.send(data)
            self.reactor.doIteration(1)
        self.assertEqual(self.receiver.seen, [b"a", b"b"])
        self.assertEqual(len(self.ticks), 1)

    def test_what_fails_is_logged_and_the_turns_go_on(self) -> None:
        self.send(b"fail")
        self.send(b"after")
        self.reactor.doIteration(1)
        self.reactor.doIteration(0)
        self.assertEqual(self.receiver.seen, [b"fail", b"after"])
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)

    def test_a_signal_ends_the_waiting_only(self) -> None:
        def interrupted(*_: object) -> None:
            raise OSError(errno.EINTR, "interrupted")

        self.patch(self.turns, "_poll", interrupted)
        self.reactor.doIteration(1)

    def test_no_events_in_time(self) -> None:
        self.reactor.doIteration(0)
        self.assertEqual(self.receiver.seen, [])

    def test_uninstall(self) -> None:
        self.turns.uninstall()
        self.assertNotIn("doIteration", self.reactor.__dict__)
        self.send(b"a")
        self.reactor.doIteration(1)
        self.assertEqual((self.receiver.seen, self.ticks), ([b"a"], []))

    def test_another_reactor_keeps_its_own(self) -> None:
        other: Any = SelectReactor()
        self.addCleanup(other.removeAll)
        self.assertIsNone(Turns.install(other, self.ticks.append))
        self.assertNotIn("doIteration", other.__dict__)
