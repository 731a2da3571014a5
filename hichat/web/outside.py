"""
The site and the world outside: the proxies before it, its public address, and the origins whose pages may use it.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast

from twisted.logger import Logger

from hichat.core.errors import ForeignOrigin
from hichat.signin.parties import AT_LOCALHOST, RelyingParty
from hichat.web.proxies import LOOPBACK, Peer, Proxies, Source, Trusted, is_forwarded, parse_address

if TYPE_CHECKING:
    from twisted.web.http import Request

_PORTS = {"http": 80, "https": 443}
_ORIGIN = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<host>\[[0-9a-f:.]+\]|[^\s/?#@:\[\]\\]+)(?::(?P<port>[0-9]{0,5}))?",
    re.IGNORECASE,
)
_NAME = re.compile(r"[a-z0-9._-]+")
_PREFIX = re.compile(r"(?:/[A-Za-z0-9._~-]+)*")
_OWN = frozenset(("app", "device", "docs", "healthz", "hooks", "metrics", "readyz", "session", "uploads", "v1", "v2"))
"""The first segments of the site's own paths. A prefix must not begin with one: it could not be told from them."""


@dataclass(frozen=True)
class Origin:
    """
    The origin of a page (RFC 6454).

    @ivar scheme: the scheme, in lower case.
    @ivar host: the host, in lower case.
    @ivar port: the port; the scheme's default port if none is given, and 0 if the scheme has none.
    """

    scheme: str
    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Origin:
        """@raise ValueError: it is not C{scheme://host} or C{scheme://host:port}."""
        found = _ORIGIN.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r} is not https://HOST or https://HOST:PORT")
        scheme, host = found["scheme"].lower(), _host(found["host"])
        port = int(found["port"] or _PORTS.get(scheme, 0))
        if port > 65535:
            raise ValueError(f"{port} is not a port")
        return cls(scheme, host, port)

    def is_at(self, host: str) -> bool:
        """
        @param host: the value of a C{Host} header, which does not tell the scheme.
        @return: whether the page is from this host.
        """
        try:
            return Origin.parse(f"{self.scheme}://{host}") == self
        except ValueError:
            return False

    @property
    def authority(self) -> str:
        """The host, and the port unless it is the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port in (0, _PORTS.get(self.scheme)) else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}"


def parse_origins(text: str) -> Origins:
    """
    @param text: origins, with commas or spaces between them.
    @raise ValueError: it contains something else.
    """
    return Origins(tuple(map(Origin.parse, text.replace(",", " ").split())))


@dataclass(frozen=True)
class Origins:
    """The origins in an operator's list."""

    found: tuple[Origin, ...] = ()

    def __str__(self) -> str:
        return ",".join(map(str, self.found))


@dataclass(frozen=True)
class PublicURL:
    """
    The public URL of the site.

    @ivar prefix: the beginning of all its paths, without a slash at the end; mostly empty.
    """

    origin: Origin
    prefix: str

    @classmethod
    def parse(cls, text: str) -> PublicURL:
        """@raise ValueError: it is no URL, or has more than a scheme, a host, a port and a path."""
        scheme, separator, rest = text.partition("://")
        host, slash, path = rest.partition("/")
        origin = Origin.parse(f"{scheme}{separator}{host}")
        prefix = f"{slash}{path}".rstrip("/")
        if origin.scheme not in _PORTS:
            raise ValueError("it begins with neither https:// nor http://")
        if not _PREFIX.fullmatch(prefix) or "." in prefix.split("/") or ".." in prefix.split("/"):
            raise ValueError("its path is not /WORD or /WORD/WORD, of letters, digits and . _ ~ -")
        if prefix.split("/")[1:2] and prefix.split("/")[1] in _OWN:
            raise ValueError(f"its path begins with /{prefix.split('/')[1]}, as addresses of HiChat's own do")
        return cls(origin, prefix)

    @property
    def is_here(self) -> bool:
        """Whether its host is this machine (loopback)."""
        address = parse_address(self.origin.host)
        return self.origin.host == "localhost" or (address is not None and address.is_loopback)

    def __str__(self) -> str:
        return f"{self.origin}{self.prefix}"


def party_of(public: PublicURL | None) -> RelyingParty | None:
    """
    @param public: the public URL; None: it is not set.
    @return: the site, as passkeys know it; None: browsers let its pages use none, because they come without TLS and not
        from C{localhost}, or from an address.
    """
    if public is None:
        return AT_LOCALHOST
    host = public.origin.host
    is_local = host == "localhost" or host.endswith(".localhost")
    if parse_address(host) is not None or not (is_local or public.origin.scheme == "https"):
        return None
    return RelyingParty(host, str(public.origin))


class Outside:
    """
    How the world outside reaches the site.

    @param proxies: reads which client a proxy names.
    @param public: the public URL; None: each request's C{Host} header counts.
    @param origins: the origins whose pages may use the site, beside its own.
    @param hsts: the C{max-age} of C{Strict-Transport-Security}, in seconds; 0: the header is not sent.
    """

    _log = Logger()

    def __init__(
        self,
        proxies: Proxies | None = None,
        public: PublicURL | None = None,
        origins: Collection[Origin] = (),
        hsts: int = 0,
    ) -> None:
        self.proxies = proxies or Proxies(Trusted.parse(",".join((*LOOPBACK, "unix"))))
        self.public = public
        self._origins = frozenset(origins) | ({public.origin} if public else frozenset())
        self._hsts = hsts
        self._has_warned = False

    def is_home(self, request: Request) -> bool:
        """@return: whether the client asked for the host that passkeys are bound to, as far as that is known."""
        if self.public:
            return party_of(self.public) is not None
        said = request.requestHeaders.getRawHeaders(b"host", ())
        return any(AT_LOCALHOST.has(f"http://{host.decode('latin-1')}") for host in said)

    @property
    def prefix(self) -> str:
        """The prefix of the public URL: the beginning of all paths as clients see them; mostly empty."""
        return self.public.prefix if self.public else ""

    def local(self, target: bytes) -> bytes:
        """
        @param target: the target of a request; a proxy may or may not have removed the prefix.
        @return: the target without the prefix.
        """
        prefix = self.prefix.encode("ascii")
        return target[len(prefix) :] if prefix and target.startswith(prefix + b"/") else target

    def is_secure(self, request: Request) -> bool:
        """@return: whether the client uses TLS."""
        return self.public.origin.scheme == "https" if self.public else self.proxies.source(request).secure

    def base(self, request: Request) -> str:
        """
        @return: the site's address as the client knows it, without a slash at the end. Without a public URL it goes by
            what the request says, so it is good for an answer to the same client only; empty: that does not tell it.
        """
        if self.public:
            return str(self.public)
        source = self.proxies.source(request)
        named = [host.decode("latin-1") for host in request.requestHeaders.getRawHeaders(b"host", ())]
        for host in (*source.hosts, *named):
            try:
                return str(Origin.parse(f"{'https' if source.secure else 'http'}://{host}"))
            except ValueError:
                continue
        return ""

    def hsts(self, request: Request) -> bytes:
        """@return: the value of C{Strict-Transport-Security}; empty: do not send it."""
        return b"max-age=%d" % self._hsts if self._hsts and self.is_secure(request) else b""

    def check_origin(self, request: Request) -> None:
        """
        Refuse requests of foreign pages, which would act for the user who looks at them. Only browsers send C{Origin}:
        a request without it is a program's.

        @raise ForeignOrigin: the page is neither of this site nor of an origin in the list.
        """
        said = request.requestHeaders.getRawHeaders(b"origin")
        if not said:
            return
        try:
            origin = Origin.parse(said[0].decode("ascii")) if len(said) == 1 else None
        except ValueError:
            origin = None
        if origin is None:
            # This includes "null", which stands for a page without an origin.
            raise ForeignOrigin
        if origin in self._origins:
            return
        source = self.proxies.source(request)
        named = [host.decode("latin-1") for host in request.requestHeaders.getRawHeaders(b"host", ())]
        if any(map(origin.is_at, [*named, *source.hosts])) and not (source.secure and origin.scheme == "http"):
            return
        if self.public or not _hides_host(request, source):
            raise ForeignOrigin
        if not self._has_warned:
            self._has_warned = True
            self._log.warn(
                "a proxy does not say in X-Forwarded-Host by which name browsers know this server, so origins are not "
                "checked; set HICHAT_PUBLIC_URL"
            )


def _hides_host(request: Request, source: Source) -> bool:
    """@return: whether the request comes from a trusted proxy that does not tell which host the client asked for."""
    return source.proxied and not source.hosts and is_forwarded(request)


def _host(text: str) -> str:
    """@return: the canonical spelling of a host."""
    address = parse_address(text.strip("[]"))
    if address is not None:
        return str(address)
    if text.startswith("["):
        raise ValueError(f"{text!r} is not an address")
    # As browsers write it (IDNA).
    host = text.lower() if text.isascii() else text.encode("idna").decode("ascii")
    if not _NAME.fullmatch(host):
        raise ValueError(f"{text!r} is not the name of a host")
    return host


class _Site(Protocol):
    """The site, as far as it is needed here."""

    outside: Outside


class _Channel(Protocol):
    """The connection on which a request comes."""

    site: _Site


def outside_of(request: Request) -> Outside:
    """@return: how the world outside reaches the site that this request came to."""
    return cast(_Channel, request.channel).site.outside


def source(request: Request) -> Source:
    """@return: the origin of a request, as far as it is known."""
    return outside_of(request).proxies.source(request)


def peer(request: Request) -> Peer:
    """@return: the client of a request: the one that a trusted proxy names, or the other side of the connection."""
    return source(request).peer
