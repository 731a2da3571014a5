"""
The certificates of an C{ssl:} endpoint, which can be read again while the daemon runs.

A file of certificates may have the whole chain, as certbot's C{fullchain.pem}: the server's own one first, and behind
it those that lead to the root.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from OpenSSL import crypto
from twisted.internet.interfaces import IOpenSSLContextFactory
from twisted.internet.ssl import CertificateOptions, DiffieHellmanParameters
from twisted.python.filepath import FilePath
from zope.interface import implementer

_CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)

_OPTIONS = {"privateKey", "certKey", "extraCertChain", "dhParameters", "interface", "backlog"}


class WrongCertificate(Exception):
    """A file cannot be used. The text is one line that names it."""


@dataclass(frozen=True)
class CertificateFiles:
    """
    The files that an C{ssl:} endpoint names, as Twisted's endpoints do.

    @ivar key: the private key.
    @ivar own: the server's certificate, and the rest of the chain unless C{more} has it.
    @ivar more: the rest of the chain; empty: it is in C{own}.
    @ivar parameters: for Diffie-Hellman; empty: there are none.
    """

    key: str
    own: str
    more: str = ""
    parameters: str = ""

    @classmethod
    def of(cls, options: Mapping[str, str]) -> CertificateFiles:
        """
        @param options: those of the endpoint's description.
        @raise WrongCertificate: it has one that is unknown.
        """
        unknown = sorted(set(options) - _OPTIONS)
        if unknown:
            raise WrongCertificate(f"ssl: has no option {unknown[0]}; it has {', '.join(sorted(_OPTIONS))}")
        key = options.get("privateKey", "server.pem")
        own = options.get("certKey", key)
        return cls(key, own, options.get("extraCertChain", ""), options.get("dhParameters", ""))

    def read(self) -> ReadCertificates:
        """@raise WrongCertificate: one of the files cannot be used."""
        key = self._key()
        own, *chain = self._certificates(self.own)
        if self.more:
            chain = self._certificates(self.more)
        if _public(own.get_pubkey()) != _public(key):
            raise WrongCertificate(f"the key in {self.key} is not that of the first certificate in {self.own}")
        options = CertificateOptions(key, own, extraCertChain=chain, dhParameters=self._parameters())
        try:
            # Makes the context now, so that an error in the files is raised here, and not at the next connection.
            options.getContext()
        except Exception as e:
            raise WrongCertificate(f"{self.own} cannot be used with {self.key}: {_cause(e)}") from e
        until = datetime.strptime((own.get_notAfter() or b"").decode(), "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
        return ReadCertificates(options, self.own, len(chain), until)

    def _key(self) -> crypto.PKey:
        try:
            # With an empty passphrase OpenSSL does not ask for one at the terminal.
            return crypto.load_privatekey(crypto.FILETYPE_PEM, _content(self.key), b"")
        except (crypto.Error, ValueError, TypeError) as e:
            hint = " without a passphrase" if b"ENCRYPTED" in _content(self.key) else ""
            raise WrongCertificate(f"{self.key} (privateKey) has no private key in PEM{hint}") from e

    def _certificates(self, path: str) -> list[crypto.X509]:
        found = _CERTIFICATE.findall(_content(path))
        if not found:
            raise WrongCertificate(f"{path} has no certificate in PEM")
        try:
            return [crypto.load_certificate(crypto.FILETYPE_PEM, each) for each in found]
        except (crypto.Error, ValueError) as e:
            raise WrongCertificate(f"{path} has a certificate that cannot be read") from e

    def _parameters(self) -> DiffieHellmanParameters | None:
        if not self.parameters:
            return None
        _content(self.parameters)
        return DiffieHellmanParameters.fromFile(FilePath(self.parameters))


@dataclass(frozen=True)
class ReadCertificates:
    """
    What was in the files.

    @ivar options: makes the contexts of connections.
    @ivar file: the file of the server's certificate.
    @ivar others: how many certificates the server sends beside its own.
    @ivar until: when its own one ends.
    """

    options: Any
    file: str
    others: int
    until: datetime

    def about(self) -> str:
        """@return: what is to be said of them, in the log."""
        return f"{self.file}, good until {self.until:%Y-%m-%d %H:%M} UTC, with {self.others} more of its chain"

    def is_over(self, now: float) -> bool:
        """@return: whether the server's certificate has expired. @param now: seconds since the epoch."""
        return self.until.timestamp() < now


@implementer(IOpenSSLContextFactory)
@dataclass
class Certificates:
    """
    The certificates of one endpoint. Each new connection uses those that were read last.

    @ivar read: reads the files.
    """

    read: Callable[[], ReadCertificates]
    current: ReadCertificates = field(init=False)

    def __post_init__(self) -> None:
        self.current = self.read()

    def getContext(self) -> Any:  # noqa: N802
        """See L{IOpenSSLContextFactory}."""
        return self.current.options.getContext()

    def read_again(self) -> None:
        """
        Read the files again, for new connections.

        @raise WrongCertificate: the new files cannot be used. The certificates that were read before stay in use.
        """
        self.current = self.read()


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as e:
        raise WrongCertificate(f"{path} cannot be read: {e.strerror}") from e


def _public(key: crypto.PKey) -> bytes:
    return crypto.dump_publickey(crypto.FILETYPE_PEM, key)


def _cause(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
