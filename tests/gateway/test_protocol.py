"""The WebSocket protocol over a transport in memory."""

from __future__ import annotations

import contextlib
import gc
import ssl
from datetime import datetime, timedelta
from typing import cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from OpenSSL.crypto import X509, PKey
from twisted.internet.defer import CancelledError
from twisted.internet.ssl import CertificateOptions
from twisted.internet.testing import StringTransport
from twisted.logger import LogEvent, LogLevel, eventAsText
from twisted.protocols.tls import TLSMemoryBIOFactory, TLSMemoryBIOProtocol

from hichat.core.errors import SignedOut
from hichat.core.events import Event, Scope
from hichat.core.kinds import Kind
from hichat.pipeline.gateway.admission import Capacity, Caps, Refusals
from hichat.pipeline.gateway.connection import CLOSE_TIMEOUT, UNSENT_LIMIT
from hichat.pipeline.gateway.roster import Roster
from hichat.pipeline.gateway.v2_connection import HELLO_TIMEOUT
from hichat.pipeline.gateway.v2_session import SignedIn
from hichat.v1.connection import V1Protocol
from hichat.v1.session import V1Session
from hichat.wire.closing import LATER
from hichat.wire.frames import Close
from tests.support.doubles import watch_log
from tests.support.gateway import GREETING, MET, REQUEST, ProtocolCase, Transport, V2Case, masked


def message(position: int, body: bytes = b"hello") -> Event:
    return Event(position, 1, 1, 1, Kind.MESSAGE, Scope.USER, 8, 7, 0, 0, body)


class ProtocolTests(ProtocolCase):
    def test_the_greeting_says_that_messages_come(self) -> None:
        _, transport = self.connect()
        self.roster.deliver([7], message(1))
        self.assertEqual(transport.value(), b"")
        self.routing.waiting.pop().callback(None)
        self.roster.deliver([7], message(2, b"{}"))
        self.assertEqual(transport.value(), GREETING + b"\x81\x02{}")

    def test_one_too_many(self) -> None:
        """Of several that came at once, and were not yet when each of them was let in."""
        self.factory.roster = Roster(self.metrics, limit=1)
        _, first = self.connect()
        protocol, second = self.connect()
        for waiter in self.routing.waiting:
            waiter.callback(None)
        self.assertEqual(first.value(), GREETING)
        self.assertEqual((self.closed(second), GREETING in second.value()), (Close.TOO_MANY, False))
        self.assertFalse(protocol.may_send)

    def test_its_place_ends_with_it(self) -> None:
        capacity = Capacity(Caps(), Refusals(self.metrics, self.clock))
        for request in (REQUEST, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"):
            protocol = self.factory.buildProtocol(None)
            self.admit(protocol, 7)
            protocol.slot = capacity.enter("192.0.2.1")
            protocol.makeConnection(Transport())
            protocol.dataReceived(request)
            self.assertEqual(capacity.taken, 1)
            self.lose(protocol)
            self.assertEqual((capacity.taken, len(capacity.addresses)), (0, 0))

    def test_offers_of_extensions(self) -> None:
        """Every browser offers compression: it is not taken, and all goes on."""
        protocol = cast(V1Protocol, self.factory.buildProtocol(None))
        protocol.admit(7, 0, MET, "en")
        transport = Transport()
        protocol.makeConnection(transport)
        offer = b"\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits, permessage-bzip2\r\n\r\n"
        protocol.dataReceived(REQUEST.removesuffix(b"\r\n\r\n") + offer)
        self.assertIn(b"101 Switching", transport.value())
        self.assertNotIn(b"Extensions", transport.value())
        self.assertEqual(len(self.routing.waiting), 1)

    def test_what_a_handshake_says_to_browsers(self) -> None:
        """Refused or not, nobody is to take the answer for something else than it is."""
        for request, status in ((REQUEST, b"101"), (REQUEST.replace(b"Version: 13", b"Version: 1"), b"400")):
            protocol = cast(V1Protocol, self.factory.buildProtocol(None))
            protocol.admit(7, 0, MET, "en")
            transport = Transport()
            protocol.makeConnection(transport)
            protocol.dataReceived(request)
            self.assertTrue(transport.value().startswith(b"HTTP/1.1 " + status), transport.value())
            self.assertIn(b"X-Content-Type-Options: nosniff\r\n", transport.value())
            self.assertIn(b"Cross-Origin-Resource-Policy: same-origin\r\n", transport.value())

    def test_nothing_of_the_handshake_is_kept(self) -> None:
        """It has the token in it; and it takes as much memory as all the rest of an idle connection."""
        protocol = cast(V1Protocol, self.factory.buildProtocol(None))
        protocol.admit(7, 0, MET, "en")
        protocol.makeConnection(Transport())
        protocol.dataReceived(REQUEST.replace(b"GET /", b"GET /?token=s3cret"))
        kept = vars(protocol)
        self.assertLess(len(kept), 30, sorted(kept))
        met: list[object] = [kept]
        for each in met:
            self.assertNotIn("s3cret", each if isinstance(each, str) else "")
            self.assertNotIn(b"s3cret", each if isinstance(each, bytes) else b"")
            # Not what all connections share, nor what is behind it.
            if each is kept or isinstance(each, dict | list | tuple | V1Session):
                met += gc.get_referents(each)

    def test_who_neither_reads_nor_is_read_is_dead_too(self) -> None:
        protocol, _ = self.online()
        protocol.pause_reading()
        for _ in range(5):
            protocol.look()
        self.assertTrue(protocol.may_send, "it is we who do not read")
        protocol.pauseProducing()
        for _ in range(4):
            protocol.look()
        self.assertFalse(protocol.may_send)
        self.assertEqual(self.metrics.silent_closed, 1)

    def test_shut_is_shut(self) -> None:
        """Whoever wants to read on, while the daemon stops."""
        protocol, transport = self.online()
        protocol.shut()
        protocol.resume_reading()
        self.assertEqual(transport.producerState, "paused")
        protocol.unshut()
        self.assertEqual(transport.producerState, "producing")

    def test_no_nagle(self) -> None:
        self.assertTrue(self.online()[1].no_delay)

    def test_every_device(self) -> None:
        transports = [self.online()[1] for _ in range(3)]
        self.roster.deliver([7, 8], message(1, b"{}"))
        self.assertEqual([t.value() for t in transports], [b"\x81\x02{}"] * 3)
        self.assertEqual(self.metrics.messages_out, 3)

    def test_the_last_device_takes_the_user_along(self) -> None:
        first, second = self.online()[0], self.online()[0]
        self.lose(first)
        self.assertEqual(self.routing.left, [])
        self.lose(second)
        self.assertEqual(self.routing.left, [7])
        self.assertEqual(self.factory.connections, set())
        self.assertEqual(self.roster.all(), [])

    def test_gone_before_it_listened(self) -> None:
        protocol, _ = self.connect()
        self.lose(protocol)
        self.assertEqual(self.roster.all(), [])
        self.assertEqual(self.factory.connections, set())

    def test_a_connection_that_listens_keeps_no_deferred(self) -> None:
        """There may be many thousands that say nothing."""
        protocol, _ = self.online()
        self.assertIsNone(cast(V1Protocol, protocol)._arriving)

    def test_groups_cannot_be_read(self) -> None:
        _, transport = self.connect()
        self.routing.waiting.pop().errback(OSError("disk"))
        self.assertEqual(transport.value()[2:4], (4011).to_bytes(2, "big"))
        self.assertEqual(len(self.flushLoggedErrors(OSError)), 1)

    def test_a_token_that_is_void_by_now(self) -> None:
        _, transport = self.connect()
        self.routing.waiting.pop().errback(SignedOut())
        self.assertEqual(transport.value()[2:4], (4001).to_bytes(2, "big"))

    def test_frames(self) -> None:
        protocol, _ = self.online()
        data = b'{"userId":7,"targetId":8,"Type":1,"Content":"hi"}'
        stream = masked(data) + masked(data[:20], fin=False) + masked(b"ping", 9) + masked(data[20:], 0)
        for i in range(0, len(stream), 7):
            protocol.dataReceived(stream[i : i + 7])
        self.assertEqual([draft.body for draft in self.drafts], [data, data])

    def test_bad_frames_get_an_answer_and_the_connection_lives(self) -> None:
        protocol, transport = self.online()
        for payload, opcode in ((b"nonsense", 1), (b"[]", 1), (b"\x00\x01", 2)):
            transport.clear()
            protocol.dataReceived(masked(payload, opcode))
            self.assertEqual(transport.value()[:1], b"\x81")
            self.assertNotIn(b"{", transport.value())
        self.assertTrue(protocol.may_send)

    def closes(self, data: bytes) -> int:
        protocol, transport = self.online()
        protocol.dataReceived(data)
        self.assertEqual(transport.value()[:1], b"\x88")
        return int.from_bytes(transport.value()[2:4], "big")

    def test_closes_by_the_rfc(self) -> None:
        self.assertEqual(self.closes(masked(b"\xff\xfe")), 1007)
        self.assertEqual(self.closes(masked(b"x", 3)), 1002)
        self.assertEqual(self.closes(b"\x81\x01x"), 1002)  # not masked
        self.assertEqual(self.closes(masked(b"x" * 32769)), 1009)
        self.assertEqual(self.closes(masked(b"x" * 20_000, fin=False) + masked(b"x" * 20_000, 0)), 1009)

    def test_half_a_frame_before_our_close(self) -> None:
        """What has begun is not forgotten while the connection is closing: what comes behind it is no broken frame."""
        protocol, transport = self.online()
        data = masked(b'{"userId":7,"targetId":8,"Type":1}')
        protocol.dataReceived(data[:9])
        protocol.close(Close.GOING_AWAY, LATER)
        transport.clear()
        protocol.dataReceived(data[9:] + masked(b"\x0f\xa2", 8))
        self.assertEqual((transport.value(), protocol.wasClean), (b"", True))

    def test_the_largest_frame(self) -> None:
        protocol, _ = self.online()
        data = b'{"userId":7,"targetId":8,"Type":1,"x":"%s"}'
        data %= b"x" * (32768 - len(data) + 2)
        self.assertEqual(len(data), 32768)
        protocol.dataReceived(masked(data))
        self.assertEqual(len(self.drafts), 1)

    def test_signed_out(self) -> None:
        protocol, transport = self.online()
        self.roster.sign_out(7, 0)
        self.assertEqual(transport.value(), b"", "its token is as good as before")
        self.roster.sign_out(7, 1)
        self.assertEqual(transport.value()[2:4], (4001).to_bytes(2, "big"))
        self.assertEqual(self.routing.left, [7])
        transport.clear()
        self.roster.deliver([7], message(1))
        protocol.deliver(b"late")
        self.assertEqual(transport.value(), b"")

    def test_a_device_is_logged_out(self) -> None:
        for login, until, stays in ((1, 2, False), (2, 2, True), (0, 2, False), (2, None, False)):
            protocol, transport = self.online()
            protocol.number, protocol.login = 3, login
            self.roster.revoke(7, 4, None)
            self.roster.revoke(7, 3, until)
            self.assertEqual(transport.value() == b"", stays, (login, until))

    def test_a_token_of_another_device(self) -> None:
        """What ends either device ends it; a session that ends has to be that of the token."""
        for number in (0, 5):
            for device, until, stays in (
                (3, None, False),
                (3, 3, False),
                (3, 2, True),
                (number, None, number == 0),
                (number, 9, True),
                (4, None, True),
            ):
                protocol, transport = self.online()
                protocol.number, protocol.bound, protocol.login = number, 3, 2
                self.roster.revoke(7, device or 4, until)
                self.assertEqual(transport.value() == b"", stays, (number, device, until))

    def test_too_slow_for_what_happened_meanwhile(self) -> None:
        """It listens no more when it is through: routing must not count on it."""
        protocol, transport = self.connect()
        self.routing.missed = [message(position, b"x" * 30_000) for position in range(1, 100)]
        protocol.pauseProducing()
        self.routing.waiting.pop().callback(None)
        self.assertEqual((self.routing.listened, self.roster.all()), ([False], []))
        self.assertFalse(self.presence.is_online(7))
        protocol.resumeProducing()
        self.assertEqual(self.closed(transport), 4008)

    def test_a_slow_reader_is_closed_and_costs_a_bounded_memory(self) -> None:
        protocol, transport = self.online()
        body = b"x" * 30_000
        protocol.pauseProducing()
        for position in range(1, 100):
            protocol.pauseProducing()  # comes at every write
            self.roster.deliver([7], message(position, body))
        self.assertEqual(transport.value(), b"")
        self.assertLess(protocol._unsent_size, 100)
        self.assertEqual(self.metrics.slow_closed, 1)
        protocol.resumeProducing()
        self.assertEqual(transport.value()[2:4], (4008).to_bytes(2, "big"))
        self.clock.advance(10)
        self.assertTrue(transport.aborted)

    def test_complaints_and_pongs_count_too(self) -> None:
        for data in (masked(b"nonsense"), masked(b"x" * 125, 9)):
            protocol, transport = self.online()
            before = self.metrics.slow_closed
            protocol.pauseProducing()
            for _ in range(60):
                if not transport.disconnecting:
                    protocol.dataReceived(data * 1000)
                    self.clock.pump([0.01] * 64)
            self.assertEqual(self.metrics.slow_closed - before, 1)
            self.assertEqual(transport.value(), b"")
            self.assertLessEqual(protocol._unsent_size, UNSENT_LIMIT)

    def test_a_reader_that_never_quite_catches_up_is_not_slow(self) -> None:
        protocol, transport = self.online()

        def write(data: bytes) -> None:
            StringTransport.write(transport, data)
            protocol.pauseProducing()

        self.patch(transport, "write", write)
        for position in range(1, 300):
            for _ in range(2):
                self.roster.deliver([7], message(position, b"x" * 20_000))
            protocol.resumeProducing()
            protocol.resumeProducing()
        self.assertTrue(protocol.may_send)
        self.assertEqual(len(transport.value()), 299 * 2 * 20_004)

    def test_a_reader_that_catches_up_is_not_slow(self) -> None:
        protocol, transport = self.online()
        for position in range(1, 200):
            protocol.pauseProducing()
            self.roster.deliver([7], message(position, b"x" * 30_000))
            protocol.resumeProducing()
            transport.clear()
        self.assertTrue(protocol.may_send)

    def test_a_session_that_fails_is_logged_and_lives(self) -> None:
        protocol, _ = self.online()
        self.patch(protocol.session.__class__, "received_all", lambda *_: 1 // 0)
        protocol.dataReceived(masked(b"{}"))
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        self.assertTrue(protocol.may_send)

    def test_a_broken_rule_is_one_line(self) -> None:
        """Autobahn says nothing of it besides, nor of what comes behind it."""
        lines: list[LogEvent] = []
        watch_log(self, lines.append)
        for count, wrong in enumerate((b"\xff" * 40, masked(b"\xff\xfe"), masked(b"", 3), masked(b"x", 8)), 1):
            protocol, _ = self.online()
            protocol.dataReceived(wrong + b"\xff" * 40)
            self.lose(protocol)
            told = [each for each in lines if each["log_level"] >= LogLevel.info]
            self.assertEqual([eventAsText(each).count("broke the WebSocket's rules") for each in told], [1] * count)

    def test_its_own_bound(self) -> None:
        self.factory.unsent_limit = 100
        protocol, transport = self.online()
        protocol.pauseProducing()
        self.roster.deliver([7], message(1, b"x" * 98))
        self.assertTrue(protocol.may_send, "100 bytes, with the frame's header")
        self.roster.deliver([7], message(2, b""))
        self.assertFalse(protocol.may_send)
        protocol.resumeProducing()
        self.assertEqual(self.closed(transport), 4008)

    def test_drained(self) -> None:
        protocol, transport = self.online()
        self.successResultOf(protocol.drained())
        protocol.pauseProducing()
        protocol.write_frame(b"x" * 50)
        waiters = [protocol.drained(), protocol.drained()]
        for waiter in waiters:
            self.assertNoResult(waiter)
        protocol.resumeProducing()
        for waiter in waiters:
            self.successResultOf(waiter)
        self.assertEqual(transport.value(), b"x" * 50)

    def test_drained_only_when_all_is_written(self) -> None:
        protocol, transport = self.online()
        protocol.pauseProducing()
        protocol.write_frame(b"x" * 50)
        protocol.write_frame(b"y" * 50)
        waiter = protocol.drained()

        def write(data: bytes) -> None:
            StringTransport.write(transport, data)
            protocol.pauseProducing()

        self.patch(transport, "write", write)
        for _ in range(2):
            protocol.resumeProducing()
            self.assertNoResult(waiter)
        protocol.resumeProducing()
        self.successResultOf(waiter)

    def test_drained_when_it_is_lost(self) -> None:
        protocol, _ = self.online()
        protocol.pauseProducing()
        waiter = protocol.drained()
        self.lose(protocol)
        self.successResultOf(waiter)
        self.successResultOf(protocol.drained())

    def test_one_who_does_not_wait_for_it_any_more(self) -> None:
        """A page that is cancelled takes nothing from the others."""
        protocol, _ = self.online()
        protocol.pauseProducing()
        gone, other = protocol.drained(), protocol.drained()
        gone.cancel()
        self.failureResultOf(gone, CancelledError)
        self.assertNoResult(other)
        protocol.resumeProducing()
        self.successResultOf(other)


WRONG_CLOSES = {
    **{str(code): masked(code.to_bytes(2, "big"), 8) for code in (999, 1004, 1005, 1006, 1015, 1016, 2999, 5000)},
    "half a code": masked(b"\x03", 8),
    "no text": masked(b"\x03\xe8\xff", 8),
    "reserved bits": b"\xc8\x80\0\0\0\0",
    "after a broken frame": masked(b"", 3) + masked(b"\x03\xe8", 8),
}


class ClosingTests(ProtocolCase):
    """A connection that both have closed ends; and what is said last arrives."""

    def test_a_complaint_about_a_close_is_sent(self) -> None:
        for name, data in WRONG_CLOSES.items():
            protocol, transport = self.online()
            protocol.dataReceived(data)
            self.assertEqual(self.closed(transport), 1007 if name == "no text" else 1002, name)
            self.assertEqual((transport.disconnecting, transport.aborted), (True, False), name)
            self.lose(protocol)

    def test_a_peer_that_does_not_let_go(self) -> None:
        for data in (masked(b"\x03\xe8", 8), *WRONG_CLOSES.values()):
            protocol, transport = self.online()
            protocol.dataReceived(data)
            self.clock.advance(CLOSE_TIMEOUT - 0.1)
            self.assertFalse(transport.aborted)
            self.clock.advance(0.1)
            self.assertTrue(transport.aborted)
            self.lose(protocol)
            self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_an_answer_that_is_wrong_itself(self) -> None:
        protocol, transport = self.online()
        protocol.close(Close.GOING_AWAY, LATER)
        protocol.dataReceived(WRONG_CLOSES["1005"])
        self.assertEqual((transport.disconnecting, transport.aborted), (True, False))
        self.clock.advance(CLOSE_TIMEOUT)
        self.assertTrue(transport.aborted)

    def test_a_peer_that_does_not_read(self) -> None:
        protocol, transport = self.online()
        protocol.pauseProducing()
        protocol.deliver(b"unread")
        protocol.dataReceived(masked(b"\x03\xe8", 8))
        self.assertEqual(transport.value(), b"unread\x88\x02\x03\xe8")
        self.clock.advance(CLOSE_TIMEOUT)
        self.assertTrue(transport.aborted)

    def test_one_that_is_gone_in_time(self) -> None:
        protocol, transport = self.online()
        self.assertEqual(self.clock.getDelayedCalls(), [], "nothing while it is open")
        protocol.dataReceived(masked(b"\x03\xe8", 8))
        self.lose(protocol)
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.assertFalse(transport.aborted)

    def test_over_tls(self) -> None:
        """All in one segment with the handshake; then the client does not agree to the end."""
        protocol = self.factory.buildProtocol(None)
        self.admit(protocol, 7)
        below, server = Transport(), TLSMemoryBIOFactory(own_certificate(), False, self.factory, self.clock)
        below.unregisterProducer()
        tls = TLSMemoryBIOProtocol(server, protocol)
        tls.makeConnection(below)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = context.wrap_bio(incoming, outgoing)

        def exchange() -> None:
            tls.dataReceived(outgoing.read())
            incoming.write(below.value())
            below.clear()

        for _ in range(2):
            with contextlib.suppress(ssl.SSLWantReadError):
                client.do_handshake()
            exchange()
        client.write(REQUEST + WRONG_CLOSES["1005"])
        exchange()
        found = client.read(10_000)
        while b"\x88" not in found:
            found += client.read(10_000)
        self.assertIn(b"101 Switching", found)
        self.assertIn(b"\x03\xea", found[found.index(b"\x88") :])
        self.assertFalse(below.aborted)
        self.clock.advance(CLOSE_TIMEOUT)
        self.assertTrue(below.aborted)


def own_certificate() -> CertificateOptions:
    """@return: a server's, with a certificate that nobody else has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "x")])
    start = datetime(2020, 1, 1)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, start, start + timedelta(36500))
    certificate = builder.sign(key, hashes.SHA256())
    return CertificateOptions(PKey.from_cryptography_key(key), X509.from_cryptography(certificate))


class SweepTests(ProtocolCase):
    """Peers that have gone silent."""

    def setUp(self) -> None:
        super().setUp()
        self.factory.start()
        self.addCleanup(self.factory.stop)

    def wait(self, seconds: int) -> None:
        self.clock.pump([1] * seconds)

    def test_a_silent_peer(self) -> None:
        _, transport = self.online()
        self.wait(29)
        self.assertEqual(transport.value(), b"")
        self.wait(1)
        self.assertEqual(transport.value()[:1], b"\x89")
        transport.clear()
        self.wait(29)
        self.assertEqual(transport.value(), b"")
        self.wait(1)
        self.assertEqual(self.closed(transport), 4010)
        self.assertEqual((self.metrics.silent_closed, self.roster.all()), (1, []))
        self.wait(3)
        self.assertTrue(transport.aborted, "it did not answer the close")

    def signs(self, *signs: bytes) -> None:
        """Each of these comes in time, and is enough."""
        protocol, transport = self.online()
        for sign in signs:
            self.wait(45)
            self.assertEqual(transport.value()[:1], b"\x89")
            transport.clear()
            protocol.dataReceived(sign)
        self.wait(45)
        self.assertTrue(protocol.may_send)

    def test_pongs(self) -> None:
        self.signs(*[masked(b"", 10)] * 4)

    def test_a_slow_writer(self) -> None:
        data = masked(b"hello")
        self.signs(data[:1], data[1:4], data[4:8])

    def test_who_is_not_read_cannot_give_a_sign(self) -> None:
        protocol, transport = self.online()
        self.wait(45)
        protocol.pause_reading()
        transport.clear()
        self.wait(600)
        self.assertEqual((transport.value(), protocol.may_send), (b"", True))
        protocol.resume_reading()
        self.wait(45)
        self.assertTrue(protocol.may_send, "it has its minute from then on")
        self.wait(15)
        self.assertEqual(self.closed(transport), 4010)


class V2Tests(V2Case):
    """What is v2's own: the time that a client has to say hello."""

    def test_no_hello(self) -> None:
        protocol, transport = self.connect()
        self.clock.advance(HELLO_TIMEOUT - 0.1)
        self.assertEqual((transport.value(), HELLO_TIMEOUT), (b"", 10))
        self.clock.advance(0.1)
        self.assertEqual(self.closed(transport), 4004)
        self.assertFalse(protocol.may_send)

    def test_half_a_hello(self) -> None:
        protocol, transport = self.connect()
        protocol.dataReceived(masked(b'{"op":"hello","device":"x"}')[:-1])
        self.clock.advance(HELLO_TIMEOUT)
        self.assertEqual(self.closed(transport), 4004)

    def test_a_sign_in_may_take_long(self) -> None:
        protocol, transport = self.connect()
        self.clock.advance(HELLO_TIMEOUT - 0.1)
        protocol.dataReceived(masked(b'{"op":"hello","device":"x"}'))
        self.clock.advance(60)
        self.assertEqual((transport.value(), protocol.may_send), (b"", True))
        self.signing_in.callback(SignedIn(7, 3, 0, 2))
        self.assertIn(b'"op":"welcome"', transport.value())
        self.assertEqual((protocol.number, protocol.generation), (3, 2))
        self.clock.advance(60)
        self.assertTrue(protocol.may_send)

    def test_nothing_before_the_hello(self) -> None:
        protocol, transport = self.connect()
        protocol.dataReceived(masked(b'{"op":"ping"}'))
        self.assertEqual(self.closed(transport), 4004)

    def test_gone_before_the_hello(self) -> None:
        self.lose(self.connect()[0])
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_the_daemon_stops_during_the_sign_in(self) -> None:
        """What the client said behind its hello is not the reason."""
        protocol, transport = self.connect()
        protocol.dataReceived(masked(b'{"op":"hello","device":"x"}') + masked(b'{"op":"sync"}'))
        protocol.go_away()
        self.assertEqual(self.closed(transport), 4002)
