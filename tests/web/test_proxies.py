"""Tests for L{hichat.web.proxies}: who is believed, and what."""

from typing import Any

from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from hichat.runtime.limits import address_key
from hichat.web.proxies import Proxies, Trusted, is_forwarded, parse_node

DEFAULT = "loopback,unix"
HERE = IPv4Address("TCP", "127.0.0.1", 4711)


class _Asked:
    """A request, as far as it is looked at here."""

    def __init__(self, client=HERE, secure=False, **headers):
        self.client = client
        self.secure = secure
        self.requestHeaders = Headers()
        for name, value in headers.items():
            lines = value if isinstance(value, list) else [value]
            self.requestHeaders.setRawHeaders(name.replace("_", "-"), [line.encode("utf-8") for line in lines])

    def getClientAddress(self):  # noqa: N802
        return self.client

    def isSecure(self):  # noqa: N802
        return self.secure


Asked: Any = _Asked


def source(trusted=DEFAULT, client=HERE, **headers):
    return Proxies(Trusted.parse(trusted)).source(Asked(client, **headers))


def v4(host):
    return IPv4Address("TCP", host, 1)


def v6(host):
    return IPv6Address("TCP", host, 1)


class ForWhom(SynchronousTestCase):
    def named(self, said, address, trusted=DEFAULT, client=HERE):
        found = source(trusted, client, X_Forwarded_For=said)
        self.assertEqual((found.peer.address, found.named), (address, True), said)

    def test_ways_to_write_an_address(self):
        for said, address in (
            ("203.0.113.7", "203.0.113.7"),
            ("203.0.113.7:5123", "203.0.113.7"),
            ("  203.0.113.7  ", "203.0.113.7"),
            ('"203.0.113.7"', "203.0.113.7"),
            ('"203.0.113.7:5123"', "203.0.113.7"),
            ("2001:db8::1", "2001:db8::1"),
            ("2001:DB8:0:0::1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ('"[2001:db8::1]:443"', "2001:db8::1"),
            ("fe80::1%eth0", "fe80::1"),
            ("[fe80::1%25eth0]:80", "fe80::1"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("[::ffff:203.0.113.7]:9", "203.0.113.7"),
        ):
            self.named(said, address)

    def test_one_stranger(self):
        """What cannot be read is somebody, who is limited; all of them are one."""
        for said in (
            "unknown",
            "_hidden",
            "_hidden:80",
            "nonsense",
            "localhost",
            "203.0.113.7:",
            "203.0.113.7:x",
            "203.0.113.7:99999",
            "203.0.113.7:123456",
            "203.0.113.256",
            "203.0.113.007",
            "203.0.113.7 203.0.113.8",
            "[203.0.113.7]",
            "[2001:db8::1",
            "[2001:db8::1]443",
            "2001:db8::1]:443",
            '"203.0.113.7',
            '"',
            "",
            ",",
            " , ,",
            "203.0.113.7/32",
            "\N{FULLWIDTH DIGIT ONE}.2.3.4",
            "9" * 5000,
        ):
            self.named(said, "unknown")
        self.assertEqual(address_key("unknown"), "unknown", "and that is limited")

    def test_the_right_most_who_is_not_trusted(self):
        for said, address in (
            ("198.51.100.1, 203.0.113.7", "203.0.113.7"),
            ("198.51.100.1,203.0.113.7:80", "203.0.113.7"),
            ("198.51.100.1, 203.0.113.7, 10.0.0.2", "203.0.113.7"),
            ("198.51.100.1, 203.0.113.7, 10.0.0.2:80, 10.1.2.3, 127.0.0.1", "203.0.113.7"),
            ("198.51.100.1, nonsense, 10.0.0.2", "unknown"),
            ("198.51.100.1, nonsense", "unknown"),
            ("nonsense, 203.0.113.7", "203.0.113.7"),
            (["198.51.100.1", "203.0.113.7"], "203.0.113.7"),
            (["198.51.100.1, 203.0.113.7", "10.0.0.2"], "203.0.113.7"),
            (["203.0.113.7", ""], "203.0.113.7"),
            ("203.0.113.7, ", "203.0.113.7"),
            ("10.0.0.9, 10.0.0.2", "10.0.0.9"),
        ):
            self.named(said, address, "loopback,10.0.0.0/8")

    def test_who_is_believed(self):
        said = "203.0.113.7"
        for trusted, client, is_trusted in (
            (DEFAULT, v4("127.0.0.1"), True),
            (DEFAULT, v4("127.9.9.9"), True),
            (DEFAULT, v6("::1"), True),
            (DEFAULT, v6("::ffff:127.0.0.1"), True),
            (DEFAULT, UNIXAddress(None), True),
            (DEFAULT, v4("10.0.0.2"), False),
            ("10.0.0.0/8", v4("10.0.0.2"), True),
            ("10.0.0.0/8", v6("::ffff:10.0.0.2"), True),
            ("10.0.0.2", v4("10.0.0.2"), True),
            ("10.0.0.0/8", v4("127.0.0.1"), False),
            ("10.0.0.0/8", UNIXAddress(None), False),
            ("fe80::/10", v6("fe80::2%eth0"), True),
            ("2001:db8::/32 unix", v6("2001:db8::2"), True),
            ("off", v4("127.0.0.1"), False),
            ("off", UNIXAddress(None), False),
        ):
            found = source(trusted, client, X_Forwarded_For=said, X_Forwarded_Proto="https", X_Forwarded_Host="x")
            case = trusted, client
            self.assertEqual((found.proxied, found.named, found.secure), (is_trusted,) * 3, case)
            self.assertEqual(found.peer.address == said, is_trusted, case)
            self.assertEqual(bool(found.hosts), is_trusted, case)
            self.assertEqual(Proxies(Trusted.parse(trusted)).trusts(client), is_trusted, case)

    def test_nobody_is_named(self):
        """A proxy that does not say for whom it asks speaks for everybody; an address of this machine stays known."""
        for trusted, client, address in (
            (DEFAULT, v4("127.0.0.1"), "127.0.0.1"),
            (DEFAULT, v6("::1"), "::1"),
            (DEFAULT, UNIXAddress(None), ""),
            ("10.0.0.0/8", v4("10.0.0.2"), ""),
        ):
            found = source(trusted, client)
            self.assertEqual((found.peer.address, found.proxied, found.named), (address, True, False))
            self.assertEqual(address_key(found.peer.address), "")

    def test_without_an_address(self):
        """Who comes by a UNIX socket that is not trusted has none: that is no way around the limits."""
        for client in (UNIXAddress(None), None):
            self.assertEqual(source("off", client).peer.address, "unknown")

    def test_a_node_is_read_soon(self):
        self.assertIsNone(parse_node("[" * 16_000))
        self.assertIsNone(parse_node("1." * 8_000))


class Forwarded(SynchronousTestCase):
    """RFC 7239."""

    def test_reading(self):
        for said, address in (
            ("for=203.0.113.7", "203.0.113.7"),
            ("FOR=203.0.113.7;proto=http;by=10.0.0.1", "203.0.113.7"),
            ('by=10.0.0.1; for="203.0.113.7:80"', "203.0.113.7"),
            ('for="[2001:db8::1]:443"', "2001:db8::1"),
            ("for=198.51.100.1, for=203.0.113.7", "203.0.113.7"),
            ("for=203.0.113.7, for=127.0.0.1", "203.0.113.7"),
            ('for="evil, for=203.0.113.7', "203.0.113.7"),
            ("for=unknown", "unknown"),
            ("for=_hidden", "unknown"),
            ("for=198.51.100.1, proto=https", "unknown"),
            ("nonsense", "unknown"),
            ("", "unknown"),
        ):
            found = source(Forwarded=said)
            self.assertEqual((found.peer.address, found.named), (address, True), said)

    def test_protocol_and_host(self):
        found = source(Forwarded='for=203.0.113.7;proto=HTTPS;host="chat.example:8443"')
        self.assertEqual((found.secure, found.hosts), (True, ["chat.example:8443"]))

    def test_never_mixed(self):
        """A proxy that knows one kind of header passes on the other as it came."""
        said = "for=198.51.100.1;proto=https;host=evil.example"
        for headers in ({"X_Forwarded_For": "203.0.113.7"}, {"X_Forwarded_Proto": "http"}, {"X_Forwarded_Host": "a"}):
            found = source(Forwarded=said, **headers)
            self.assertNotEqual(found.peer.address, "198.51.100.1")
            self.assertFalse(found.secure)
            self.assertNotIn("evil.example", found.hosts)


class OverWhat(SynchronousTestCase):
    def test_over_tls(self):
        for said, is_secure in (
            ("https", True),
            ("HTTPS", True),
            (" Https ", True),
            ("https, http", True),
            ("http,https", True),
            (["https", "http"], True),
            ("wss", True),
            ("http", False),
            ("", False),
            ("httpsx", False),
            ("ftp", False),
        ):
            self.assertEqual(source(X_Forwarded_Proto=said).secure, is_secure, said)
            self.assertFalse(source(client=v4("203.0.113.7"), X_Forwarded_Proto=said).secure, "nobody believes that")

    def test_our_own_tls(self):
        for client in (HERE, v4("203.0.113.7")):
            self.assertTrue(Proxies(Trusted.parse(DEFAULT)).source(Asked(client, secure=True)).secure)


class PassedOn(SynchronousTestCase):
    def test_any_sign_of_it(self):
        for name in (
            "X-Forwarded-For",
            "x-forwarded-proto",
            "X-FORWARDED-HOST",
            "X-Forwarded-Port",
            "X-Forwarded-Prefix",
            "X-Forwarded",
            "Forwarded",
            "Via",
            "X-Real-IP",
            "CF-Connecting-IP",
            "True-Client-IP",
        ):
            self.assertTrue(is_forwarded(Asked(**{name: ""})), name)
        self.assertFalse(is_forwarded(Asked(Host="localhost", Accept="*/*", Connection="close", Origin="null")))


class TrustedTests(SynchronousTestCase):
    def test_there_and_back(self):
        for text in (DEFAULT, "off", "10.0.0.0/8", "10.0.0.1, 2001:db8::/32 unix", "unix"):
            found = Trusted.parse(text)
            self.assertEqual(Trusted.parse(str(found)), found)

    def test_wrong(self):
        for text in ("", " ", "proxy.example", "10.0.0.1/8", "10.0.0.0/33", "127.0.0.1:80", "off,unix", "*"):
            self.assertRaises(ValueError, Trusted.parse, text)
