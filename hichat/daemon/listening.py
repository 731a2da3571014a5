"""The endpoints on which a daemon listens: for clients, and for its metrics if these have one of their own."""

from __future__ import annotations

import os
import socket
import stat
import time
from contextlib import suppress
from typing import Any, NamedTuple

from twisted.internet.defer import Deferred
from twisted.internet.endpoints import SSL4ServerEndpoint, serverFromString
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IListeningPort, IProtocolFactory, IStreamServerEndpoint
from twisted.logger import Logger
from twisted.protocols.tls import TLSMemoryBIOFactory

from hichat.core.errors import StartError
from hichat.daemon.settings import DaemonSettings, parse_endpoint
from hichat.runtime.certificates import CertificateFiles, Certificates, WrongCertificate

BACKLOG = 4096
"""Connections that may wait to be accepted: after a restart all clients reconnect at once. Twisted's default is 50."""

EVERYWHERE = "0.0.0.0"  # noqa: S104
"""The address on which an endpoint without an interface listens."""

LEFT_OVER_TIMEOUT = 1.0
"""Seconds to find out whether a process listens on a UNIX socket."""


class Endpoint(NamedTuple):
    """
    An endpoint of the settings.

    @ivar setting: the setting that names it.
    @ivar text: its description.
    """

    setting: str
    text: str

    def make(self, reactor: Any, certificates: Certificates | None) -> IStreamServerEndpoint:
        """
        @param certificates: those of L{certificates}.
        @raise StartError: there is no such kind of endpoint, or something that it needs is missing.
        """
        try:
            if certificates is None:
                return serverFromString(reactor, with_backlog(self.text))
            arguments, options = parse_endpoint(self.text)
            backlog, interface = int(options.get("backlog", BACKLOG)), options.get("interface", "")
            return SSL4ServerEndpoint(reactor, int(arguments[1]), certificates, backlog, interface)
        except Exception as e:
            raise self.error(e) from e

    def certificates(self) -> Certificates | None:
        """
        Read the certificates' files.

        @return: None: the endpoint has no TLS.
        @raise StartError: they cannot be used.
        """
        arguments, options = parse_endpoint(self.text)
        if arguments[0] != "ssl":
            return None
        try:
            return Certificates(CertificateFiles.of(options).read)
        except WrongCertificate as e:
            raise StartError(f"hichat: {self.setting}: {e}") from e

    def preflight(self, reactor: Any) -> None:
        """
        Find out whether a daemon could listen on it.

        @raise StartError: it could not.
        """
        self.make(reactor, self.certificates())
        arguments, options = parse_endpoint(self.text)
        if arguments[0] in ("tcp", "ssl"):
            try:
                try_to_bind(socket.SOCK_STREAM, options.get("interface", EVERYWHERE), int(arguments[1]))
            except OSError as e:
                raise self.error(e) from e

    def reserve(self) -> socket.socket:
        """
        @return: a socket bound to the TCP port that the workers share; it does not listen.
        @raise StartError: it cannot be bound.
        """
        arguments, options = parse_endpoint(self.text)
        host = options.get("interface", EVERYWHERE)
        port = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
        try:
            port.setblocking(False)
            port.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            port.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            port.bind((host, int(arguments[1])))
        except OSError as e:
            port.close()
            raise self.error(e) from e
        return port

    def error(self, error: Exception | None) -> StartError:
        """@return: the error for the operator."""
        return StartError(
            f"hichat: {self.setting}: cannot listen on {self.text}: {cause_of_bind(error)}; name another endpoint"
        )


def endpoints_of(settings: DaemonSettings) -> list[Endpoint]:
    """@return: the endpoints of a daemon: for clients; and the one for the metrics, if these have one of their own."""
    found = [Endpoint("HICHAT_LISTEN", settings.listen)]
    if settings.metrics_listen:
        found.append(Endpoint("HICHAT_METRICS_LISTEN", settings.metrics_listen))
    return found


class Listening:
    """An endpoint on which this process listens, or is about to."""

    _log = Logger()

    def __init__(self, endpoint: Endpoint, reactor: Any) -> None:
        self._endpoint = endpoint
        self._reactor = reactor
        self._port: IListeningPort | None = None
        self._certificates: Certificates | None = None

    def open(self, site: IProtocolFactory, shared: bool) -> None:
        """
        Begin to listen.

        @param shared: whether other workers listen on the same port.
        @raise StartError: that is not possible.
        """
        self._certificates = certificates = self._endpoint.certificates()
        if certificates is not None:
            self._tell_about("uses", certificates)
        if shared:
            if certificates is not None:
                site = TLSMemoryBIOFactory(certificates, False, site)
            with self._endpoint.reserve() as port:
                port.listen(BACKLOG)
                # The reactor duplicates the file descriptor.
                self._port = self._reactor.adoptStreamPort(port.fileno(), port.family, site)
            return
        arguments, options = parse_endpoint(self._endpoint.text)
        if arguments[0] == "unix":
            remove_left_over_socket(options.get("address") or arguments[1])
        result: list[Any] = []
        self._endpoint.make(self._reactor, certificates).listen(site).addBoth(result.append)
        # The Deferreds of Twisted's server endpoints fire at once.
        found = result[0] if result else None
        if not IListeningPort.providedBy(found):
            raise self._endpoint.error(getattr(found, "value", None))
        self._port = found

    def read_again(self) -> None:
        """Read the certificates' files again, for new connections."""
        if self._certificates is None:
            return
        try:
            self._certificates.read_again()
        except WrongCertificate as e:
            self._log.error("the certificates cannot be read again: {cause}; the ones from before stay", cause=e)
        else:
            self._log.info("the certificates were read again")
            self._tell_about("now uses", self._certificates)

    def _tell_about(self, uses: str, certificates: Certificates) -> None:
        current, setting = certificates.current, self._endpoint.setting
        self._log.info("{setting} {uses} {certificates}", setting=setting, uses=uses, certificates=current.about())
        if current.is_over(time.time()):
            self._log.warn("the certificate in {file} has expired: browsers refuse it", file=current.file)

    def stop(self) -> Deferred[None] | None:
        """Listen no more. May be called again."""
        port, self._port = self._port, None
        return None if port is None else port.stopListening()


def remove_left_over_socket(path: str) -> None:
    """
    Remove a UNIX socket on which no process listens any more, and Twisted's lock beside it: a killed process leaves
    them. The lock has only a process id, which in a container may be our own.
    """
    with suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(LEFT_OVER_TIMEOUT)
        try:
            if stat.S_ISSOCK(os.stat(path).st_mode):
                probe.connect(path)
            # A process listens there, or it is no socket: Twisted reports that.
            return
        except FileNotFoundError:
            pass
        except ConnectionRefusedError:
            os.unlink(path)
        if os.path.islink(f"{path}.lock"):
            os.unlink(f"{path}.lock")


def try_to_bind(kind: int, host: str, port: int) -> None:
    """
    Find out whether a port is free.

    @param kind: C{SOCK_STREAM} or C{SOCK_DGRAM}.
    @raise OSError: it is not.
    """
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, kind) as probe:
        if kind == socket.SOCK_STREAM:
            # As Twisted does: a port with connections in TIME_WAIT is free, one with a listener is not.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))


def with_backlog(endpoint: str) -> str:
    """@return: the endpoint's description, with room for L{BACKLOG} connections unless it says otherwise."""
    arguments, options = parse_endpoint(endpoint)
    return f"{endpoint}:backlog={BACKLOG}" if arguments[0] == "tcp" and "backlog" not in options else endpoint


def cause_of_bind(error: Exception | None) -> str:
    """@return: why something cannot be bound, in words."""
    if isinstance(error, CannotListenError):
        error = error.socketError
    return getattr(error, "strerror", None) or str(error or "it does not listen at once")
