"""
Reads the headers of proxies: the client of a request, whether the client uses TLS, and the host that it asked for.

The headers count only if the connection comes from a trusted proxy. C{X-Forwarded-For}, C{-Proto} and C{-Host} count;
if there is none of them, C{Forwarded} (RFC 7239) does. The two kinds are never mixed: a proxy overwrites or extends the
kind that it knows, and passes the other on as the client sent it, who may have made it up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Any, NamedTuple

from hichat.runtime.limits import STRANGER

if TYPE_CHECKING:
    from twisted.web.http import Request

IPAddress = IPv4Address | IPv6Address

LOOPBACK = "127.0.0.0/8", "::1/128"

_FORWARDING = re.compile(
    rb"forwarded|via|x-forwarded(-.*)?|x-original-(for|host|proto)|x-real-ip|x-client-ip|x-cluster-client-ip"
    rb"|true-client-ip|cf-connecting-ip|fastly-client-ip|x-envoy-external-address|x-proxyuser-ip",
    re.IGNORECASE,
)
_NODE = re.compile(
    r"\[(?P<v6>[^\]]*)\](?::(?P<v6_port>\d{1,5}))?|(?P<v4>[0-9.]+)(?::(?P<v4_port>\d{1,5}))?|(?P<bare>.*)"
)


@dataclass(frozen=True)
class Trusted:
    """
    The trusted proxies.

    @ivar networks: their networks.
    @ivar unix: whether clients of a UNIX socket are trusted.
    """

    networks: tuple[IPv4Network | IPv6Network, ...]
    unix: bool

    @classmethod
    def parse(cls, text: str) -> Trusted:
        """
        @param text: networks or addresses, C{loopback} and C{unix}, with commas or spaces between them; or C{off}.
        @raise ValueError: it contains something else.
        """
        words = text.replace(",", " ").split()
        if words == ["off"]:
            words = []
        elif not words:
            raise ValueError("it is empty; nobody is: off")
        found: list[IPv4Network | IPv6Network] = []
        for word in words:
            if word == "unix":
                continue
            for each in LOOPBACK if word == "loopback" else (word,):
                try:
                    found.append(ip_network(each))
                except ValueError:
                    raise ValueError(f"{word!r} is no network, nor loopback, unix or off") from None
        return cls(tuple(found), "unix" in words)

    def __str__(self) -> str:
        """@return: the text that L{parse} reads."""
        return ",".join([*map(str, self.networks), *(["unix"] if self.unix else [])]) or "off"

    def __contains__(self, address: IPAddress) -> bool:
        return any(address in network for network in self.networks)


class Peer(NamedTuple):
    """
    The client of a request.

    @ivar address: its IP address. L{STRANGER}: it is not known. Empty: a proxy has passed the request on and names no
        client, or it is a program on this machine; neither is limited by its address.
    @ivar port: its port; empty: it is not known.
    """

    address: str
    port: str


class Source(NamedTuple):
    """
    The origin of a request, as far as it is known.

    @ivar proxied: whether the connection comes from a trusted proxy, or from a program that could be one.
    @ivar named: whether the proxy named the client for whom it asks.
    @ivar secure: whether the client is known to use TLS.
    @ivar hosts: the names, with ports, by which the client knows this server, as a trusted proxy tells; may be empty.
    """

    peer: Peer
    proxied: bool
    named: bool
    secure: bool
    hosts: Sequence[str]


class Proxies:
    """
    Reads the origin of a request.

    @param trusted: the trusted proxies.
    """

    def __init__(self, trusted: Trusted) -> None:
        self._trusted = trusted

    def trusts(self, address: object) -> bool:
        """
        @param address: of the other side of a connection, as a transport has it (an L{IAddress}).
        @return: whether it is a trusted proxy, or could be one: its connections may have requests of many clients.
        """
        host = getattr(address, "host", None)
        if host is None:
            # The connection is a UNIX socket's; its clients have no address.
            return self._trusted.unix and address is not None
        found = parse_address(str(host))
        return found is not None and found in self._trusted

    def source(self, request: Request) -> Source:
        """@return: the origin of a request."""
        client = request.getClientAddress()
        host, port = getattr(client, "host", None), str(getattr(client, "port", ""))
        if not self.trusts(client):
            found = None if host is None else parse_address(str(host))
            # Without an address the connection is of a UNIX socket whose clients are not trusted.
            return Source(Peer(STRANGER if found is None else str(found), port), False, False, request.isSecure(), ())
        told = _told(request)
        peer = self._named(told.nodes)
        named = peer is not None
        if peer is None:
            own = parse_address(str(host or ""))
            peer = Peer(str(own), port) if own is not None and own.is_loopback else Peer("", "")
        return Source(peer, True, named, request.isSecure() or told.is_secure, told.hosts)

    def _named(self, nodes: Sequence[str] | None) -> Peer | None:
        """@return: the client that the right-most trusted proxy names; None: it names none."""
        if nodes is None:
            return None
        peer = Peer(STRANGER, "")
        for node in reversed(nodes):
            found = parse_node(node)
            if found is None:
                return Peer(STRANGER, "")
            peer = Peer(str(found), "")
            if found not in self._trusted:
                break
        return peer


def is_forwarded(request: Request) -> bool:
    """@return: whether a proxy has passed the request on, trusted or not, by any header that proxies add."""
    return any(_FORWARDING.fullmatch(name) for name, _ in request.requestHeaders.getAllRawHeaders())


def parse_address(text: str) -> IPAddress | None:
    """@return: an address without its zone; an IPv4-mapped one as IPv4. None: the text is no address."""
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found


def parse_node(text: str) -> IPAddress | None:
    """
    @param text: as proxies name a node: an address, perhaps with a port, in brackets or quotes (RFC 7239, 6).
    @return: its address; None: it has none that can be read.
    """
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1].strip()
    found = _NODE.fullmatch(text)
    if found is None or int(found["v6_port"] or found["v4_port"] or 0) > 65535:
        return None
    address = parse_address(found["v6"] or found["v4"] or found["bare"] or "")
    if found["v6"] and ":" not in found["v6"]:
        return None
    return address


class _Told(NamedTuple):
    """
    The contents of a proxy's headers, each in the order of the proxies.

    @ivar nodes: the nodes that the proxies name; None: there is no such header.
    @ivar protocols: the protocols over which the requests came.
    @ivar hosts: the hosts that were asked for.
    """

    nodes: Sequence[str] | None
    protocols: Sequence[str]
    hosts: Sequence[str]

    @property
    def is_secure(self) -> bool:
        """
        Whether the client uses TLS; between proxies the connections may well be plain. It cannot be told which entry is
        the client's, so one entry that tells of TLS is enough. A client that lies about it only loses its own cookie.
        """
        return any(protocol.lower() in ("https", "wss") for protocol in self.protocols)


def _told(request: Request) -> _Told:
    nodes, protocols, hosts = (_elements(request, b"x-forwarded-" + name) for name in (b"for", b"proto", b"host"))
    if nodes is None and protocols is None and hosts is None:
        return _forwarded(_elements(request, b"forwarded"))
    return _Told(nodes, protocols or (), hosts or ())


def _forwarded(elements: Sequence[str] | None) -> _Told:
    """Read C{Forwarded}. No valid value that we read has a comma, so quoted commas are not handled."""
    if elements is None:
        return _Told(None, (), ())
    found: dict[str, list[str]] = {"for": [], "proto": [], "host": []}
    for element in elements:
        pairs = dict(_pairs(element))
        # Each element is of one proxy: an element without "for" hides its client.
        found["for"].append(pairs.get("for", STRANGER))
        for name in ("proto", "host"):
            if name in pairs:
                found[name].append(pairs[name].strip('"'))
    return _Told(found["for"], found["proto"], found["host"])


def _pairs(element: str) -> Iterable[tuple[str, str]]:
    for pair in element.split(";"):
        name, _, value = pair.partition("=")
        yield name.strip().lower(), value.strip()


def _elements(request: Request, name: bytes) -> list[str] | None:
    """@return: a list that may be in several lines (RFC 9110, 5.6.1), without empty elements; None: no such header."""
    lines: Any = request.requestHeaders.getRawHeaders(name)
    if lines is None:
        return None
    elements = [element.strip() for element in b",".join(lines).decode("latin-1").split(",")]
    return [element for element in elements if element]
