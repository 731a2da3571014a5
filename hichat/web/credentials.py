"""Where a request says who makes it."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING, NamedTuple

from hichat.errors import Unauthorized

if TYPE_CHECKING:
    from twisted.internet.interfaces import IAddress
    from twisted.web.http import Request

_SCHEME = "bearer "


def credentials(request: Request) -> tuple[str, str]:
    """
    Read C{?token=T&userId=U}; the token may come as C{Authorization: Bearer T} (RFC 6750) instead.

    @return: the token and the user's id, as text; neither is checked: see L{hichat.accounts.accounts.Accounts}.
    @raise Unauthorized: one is missing, or is given twice with two values.
    """
    tokens = _values(request, b"token")
    in_header = bearer(request)
    if in_header:
        tokens.add(in_header)
    return _only(tokens), _only(_values(request, b"userId"))


def bearer(request: Request) -> str:
    """@return: the token of the C{Authorization} header; empty if there is none."""
    header = request.getHeader("authorization") or ""
    return header[len(_SCHEME) :].strip() if header.lower().startswith(_SCHEME) else ""


class Peer(NamedTuple):
    """
    From where a request comes.

    @ivar address: the IP address.
    """

    address: str
    port: str


def peer(request: Request) -> Peer:
    """
    @return: from where a request comes: if a proxy on this machine passed it on, from where that had it, which it says
        last in C{X-Forwarded-For}. Whoever calls from elsewhere may say there what they like.
    """
    client = request.getClientAddress()
    address, port = str(getattr(client, "host", "")), str(getattr(client, "port", ""))
    told = (request.getHeader("x-forwarded-for") or "").rpartition(",")[2].strip()
    try:
        if told and _is_here(ip_address(address)):
            return Peer(str(ip_address(told)), "")
    except ValueError:
        pass
    return Peer(address, port)


def is_proxy(client: IAddress | None) -> bool:
    """@return: whether what connects from there may speak for others: what is on this machine may."""
    try:
        return _is_here(ip_address(getattr(client, "host", "127.0.0.1")))
    except ValueError:
        return False


def _is_here(address: IPv4Address | IPv6Address) -> bool:
    """@return: whether it is this machine, also for a socket of IPv6 that takes IPv4 as well."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback


def _values(request: Request, name: bytes) -> set[str]:
    return {value.decode("latin-1") for value in (request.args or {}).get(name, ())}


def _only(values: set[str]) -> str:
    if len(values) != 1:
        raise Unauthorized
    return values.pop()
