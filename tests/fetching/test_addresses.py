"""Which addresses URLs of users reach, and how their URLs are read."""

from __future__ import annotations

from ipaddress import ip_address

from twisted.trial.unittest import SynchronousTestCase

from hichat.core.errors import BadURL
from hichat.fetching.addresses import ANYWHERE, PUBLIC, Reachable, is_public
from hichat.fetching.urls import URL_LIMIT, follow, origin_of, parse_url

PRIVATE = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 127.0.0.1 127.255.255.254 168.63.129.16
169.254.0.1 169.254.169.254 169.254.170.2 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.7 192.88.99.1
192.168.0.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.250 240.0.0.1
255.255.255.255 :: ::1 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254
::ffff:0:127.0.0.1 fe80::1 fe80::a9fe:a9fe febf::1 fec0::1 fc00::1 fd00::1 fd00:ec2::254 fd20:ce::254 ff02::1
ff0e::1 100::1 64:ff9b::127.0.0.1 64:ff9b::10.0.0.1 64:ff9b::169.254.169.254 64:ff9b:1::8.8.8.8 2001::1
2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:db8::1 2001:10::1 2001:20::1 2002:7f00:1::1 2002:a00:1::1
2002:808:808::1 3fff::1 5f00::1 2606:4700::5efe:10.0.0.1 2606:4700::200:5efe:127.0.0.1 4000::1
"""

OPEN = """
1.1.1.1 8.8.8.8 11.0.0.1 100.63.255.255 100.128.0.1 126.255.255.255 128.0.0.1 169.253.1.1 169.255.1.1
172.15.255.255 172.32.0.1 192.167.1.1 192.169.1.1 198.17.255.255 198.20.0.1 223.255.255.255 2606:4700:4700::1111
2a00:1450::1 2001:4860:4860::8888 2400:cb00::1 ::ffff:8.8.8.8 64:ff9b::8.8.8.8
"""

BAD = [
    "",
    "http",
    "http:",
    "http://",
    "http:///x",
    "//example.org",
    "ftp://example.org/",
    "file:///etc/passwd",
    "gopher://example.org/",
    "javascript:alert(1)",
    "unix:///run/x",
    "http+unix://%2Frun%2Fx/",
    "http://user@example.org/",
    "http://user:secret@example.org/",
    "http://@example.org/",
    "http://example.org@127.0.0.1/",
    "http://127.0.0.1\\@example.org/",
    "http://example.org\\@127.0.0.1/",
    "http://example.org:0/",
    "http://example.org:65536/",
    "http://example.org:x/",
    "http://example.org /",
    "http://exam ple.org/",
    "http://example.org/\r\nHost: evil",
    "http://example.org/\tx",
    "http://example.org/\x00",
    "http://2130706433/",
    "http://017700000001/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://0x7f.0x0.0x0.0x1/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "http://127.0.1/",
    "http://0/",
    "http://127.0.0.1.5/",
    "http://00127.0.0.1/",
    "http://256.1.1.1/",
    "http://1.1.1.1.0x/",
    "http://[::1/",
    "http://[::1%25lo]/",
    "http://[fe80::1%eth0]/",
    "http://[v1.x]/",
    "http://[127.0.0.1]/",
    "http://::1/",
    "http://%31%32%37.0.0.1/",
    "http://exam%70le.org/",
    "http://-/",
    "http://.example.org/",
    "http://example..org/",
    "http://" + "a" * 64 + ".org/",
    "http://" + ".".join(["a" * 60] * 5) + "/",
    "http://example.org/" + "a" * URL_LIMIT,
    "http://example.org/<x>",
]

GOOD = {
    "http://example.org#@127.0.0.1:99999/": "http://example.org/",
    "http://example.org": "http://example.org/",
    "HTTP://EXAMPLE.ORG:80/A?b=C#d": "http://example.org/A?b=C",
    "https://example.org:443/": "https://example.org/",
    "https://example.org:8443/x/../y": "https://example.org:8443/x/../y",
    "http://example.org./": "http://example.org/",
    "http://8.8.8.8/": "http://8.8.8.8/",
    "http://127.0.0.1/": "http://127.0.0.1/",
    "http://\uff11\uff12\uff17.0.0.1/": "http://127.0.0.1/",
    "http://127\u30020\u30020\u30021/": "http://127.0.0.1/",
    "http://[::1]:8000/": "http://[::1]:8000/",
    "http://[0:0::ffff:127.0.0.1]/": "http://[::ffff:7f00:1]/",
    "https://b\u00fccher.example/\u00fc?\u00e9=1": "https://xn--bcher-kva.example/%C3%BC?%C3%A9=1",
    "https://my_service/x": "https://my_service/x",
    "https://hooks.example.org/a%20b?x=%41&y=1;z": "https://hooks.example.org/a%20b?x=%41&y=1;z",
    "https://example.org?x": "https://example.org/?x",
}


class AddressTests(SynchronousTestCase):
    def test_private(self) -> None:
        for text in PRIVATE.split():
            self.assertFalse(is_public(ip_address(text)), text)
            self.assertFalse(PUBLIC.has(ip_address(text), 443), text)

    def test_public(self) -> None:
        for text in OPEN.split():
            self.assertTrue(PUBLIC.has(ip_address(text), 443), text)
            self.assertTrue(PUBLIC.has(ip_address(text), 8443), text)

    def test_ports_of_other_protocols(self) -> None:
        for port in (1, 22, 25, 53, 110, 143, 445, 465, 587, 993):
            self.assertFalse(PUBLIC.has(ip_address("8.8.8.8"), port))
            self.assertTrue(ANYWHERE.has(ip_address("8.8.8.8"), port))

    def test_named_networks(self) -> None:
        """A named network is reached, also as a mapped address; no other one is."""
        some = Reachable.parse("10.1.0.0/16, fd12::/48")
        for text in ("10.1.2.3", "::ffff:10.1.2.3", "fd12::1", "8.8.8.8"):
            self.assertTrue(some.has(ip_address(text), 443), text)
        for text in ("10.2.0.1", "127.0.0.1", "fd13::1", "169.254.169.254"):
            self.assertFalse(some.has(ip_address(text), 443), text)
        self.assertTrue(some.has(ip_address("10.1.2.3"), 25))

    def test_all_private(self) -> None:
        """That does not mean a cloud's metadata, nor what is no host's address."""
        found = Reachable.parse("all")
        for text in ("10.2.0.1", "127.0.0.1", "::1", "fd13::1", "100.64.0.1"):
            self.assertTrue(found.has(ip_address(text), 80), text)
        for text in (
            "169.254.169.254", "::ffff:169.254.169.254", "64:ff9b::169.254.169.254", "fe80::1", "fd00:ec2::254",
            "100.100.100.200", "168.63.129.16", "192.0.0.192", "0.0.0.0", "::", "224.0.0.1", "ff02::1",
        ):  # fmt: skip
            self.assertFalse(found.has(ip_address(text), 80), text)
        self.assertTrue(Reachable.parse("all 169.254.169.254").has(ip_address("169.254.169.254"), 80))

    def test_everywhere(self) -> None:
        for text in ("127.0.0.1", "10.0.0.1", "::1", "fe80::1"):
            self.assertTrue(ANYWHERE.has(ip_address(text), 80), text)
        self.assertFalse(ANYWHERE.has(ip_address("0.0.0.0"), 80))

    def test_the_setting(self) -> None:
        for text in ("", "all", "10.0.0.0/8", "10.0.0.0/8,fd00::/8,all"):
            self.assertEqual(str(Reachable.parse(text)), text)
        for text in ("some", "10.0.0.1/8", "10.0.0.0/8,off", "example.org"):
            self.assertRaises(ValueError, Reachable.parse, text)


class URLTests(SynchronousTestCase):
    def test_bad(self) -> None:
        for text in BAD:
            try:
                made = parse_url(text)
            except BadURL:
                continue
            self.fail(f"{text!r} is taken for {made!r}")

    def test_good(self) -> None:
        """The one form of a URL is its own one form."""
        for text, made in GOOD.items():
            self.assertEqual(parse_url(text), made)
            self.assertEqual(parse_url(made), made)

    def test_going_on(self) -> None:
        self.assertEqual(follow("https://a.example/x/y?z", "../w"), "https://a.example/w")
        self.assertEqual(follow("http://a.example/", "//b.example/"), "http://b.example/")
        self.assertEqual(follow("http://a.example/", "https://b.example:444/"), "https://b.example:444/")
        for place in ("http://a.example/", "file:///etc/passwd", "//u:p@b.example", "https://[::1", "https://0x7f.1/"):
            self.assertRaises(BadURL, follow, "https://a.example/", place)
        self.assertEqual(origin_of("https://a.example:8443/x/y"), "https://a.example:8443")
