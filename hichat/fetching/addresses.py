"""
The addresses that HiChat connects to when users say where.

Whoever may name a URL that the server then asks could reach what only the server can reach: its own machine, the
network behind it, and the cloud's metadata, which has credentials (CWE-918, server-side request forgery). So such
URLs reach public addresses only (IANA's registries of special-purpose addresses), unless an operator names others.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

AnyAddress = IPv4Address | IPv6Address
AnyNetwork = IPv4Network | IPv6Network

ALL_PRIVATE = "all"
"""The word of the setting for all private networks."""

LAST_PRIVILEGED_PORT = 1023

WEB_PORTS = frozenset((80, 443))

_NOT_PUBLIC = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        # Azure's virtual machines get their settings there, though the address is a public one.
        "168.63.129.16/32",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)

_GLOBAL_UNICAST = IPv6Network("2000::/3")

_NOT_PUBLIC_6 = tuple(
    IPv6Network(text)
    for text in (
        # Protocols' own, Teredo among them.
        "2001::/23",
        "2001:db8::/32",
        # 6to4, which carries an IPv4 address, perhaps a private one.
        "2002::/16",
        "3fff::/20",
    )
)

_NAT64 = IPv6Network("64:ff9b::/96")

_ISATAP = frozenset((0x00005EFE, 0x02005EFE))
"""The third quarter of an address that carries an IPv4 address in the last one (RFC 5214)."""

_ONLY_BY_NAME: tuple[AnyNetwork, ...] = (
    IPv4Network("169.254.0.0/16"),
    IPv4Network("168.63.129.16/32"),
    IPv4Network("100.100.100.200/32"),
    IPv4Network("192.0.0.192/32"),
    IPv6Network("fe80::/10"),
    IPv6Network("fd00:ec2::254/128"),
    IPv6Network("fd20:ce::254/128"),
)
"""Link-local networks, and where clouds have metadata: C{all} does not mean these."""

_NEVER: tuple[AnyNetwork, ...] = (
    IPv4Network("0.0.0.0/8"),
    IPv4Network("224.0.0.0/4"),
    IPv4Network("255.255.255.255/32"),
    IPv6Network("::/128"),
    IPv6Network("ff00::/8"),
)
"""What is no address of one host. Linux connects to the host itself for C{0.0.0.0} and C{::}."""


def plain(address: AnyAddress) -> AnyAddress:
    """@return: the IPv4 address that an IPv6 address leads to: of a mapped one, or through NAT64 (RFC 6052)."""
    if isinstance(address, IPv4Address):
        return address
    address = IPv6Address(int(address))
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address


def is_public(address: AnyAddress) -> bool:
    """@return: whether the address is one of the whole Internet's, and of one host."""
    address = plain(address)
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC)
    return (
        address in _GLOBAL_UNICAST
        and not any(address in network for network in _NOT_PUBLIC_6)
        and (int(address) >> 32) & 0xFFFFFFFF not in _ISATAP
    )


@dataclass(frozen=True)
class Reachable:
    """
    The addresses that may be connected to: public ones, and those that the operator names.

    @ivar networks: the operator's.
    @ivar private: whether all private networks are among them.
    """

    networks: tuple[AnyNetwork, ...] = ()
    private: bool = False

    @classmethod
    def parse(cls, text: str) -> Reachable:
        """
        @param text: networks or addresses, and C{all}, with commas or spaces between them; empty: none.
        @raise ValueError: it contains something else.
        """
        found: list[AnyNetwork] = []
        words = text.replace(",", " ").split()
        for word in words:
            if word != ALL_PRIVATE:
                try:
                    found.append(ip_network(word))
                except ValueError:
                    raise ValueError(f"{word!r} is no network, nor {ALL_PRIVATE}") from None
        return cls(tuple(found), ALL_PRIVATE in words)

    def __str__(self) -> str:
        """@return: the text that L{parse} reads."""
        return ",".join([*map(str, self.networks), *([ALL_PRIVATE] if self.private else [])])

    def has(self, address: AnyAddress, port: int) -> bool:
        """
        @return: whether a connection may be made. At public addresses the ports of other protocols than HTTP are left
            alone: a mail server, for one, would take a body for commands.
        """
        address = plain(address)
        if any(address in network for network in _NEVER):
            return False
        if any(address in network for network in self.networks):
            return True
        if is_public(address):
            return port > LAST_PRIVILEGED_PORT or port in WEB_PORTS
        return self.private and not any(address in network for network in _ONLY_BY_NAME)


PUBLIC = Reachable()

ANYWHERE = Reachable((IPv4Network("0.0.0.0/0"), IPv6Network("::/0")))
"""For URLs that the operator himself has set."""
