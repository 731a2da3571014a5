"""
Proxies before daemons: nginx, HAProxy and Caddy, from Debian's packages. Without one its tests are skipped; with
C{CI=true} they fail.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import select
import shutil
import signal
import socket
import ssl
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from tests import guide
from tests.support import ports
from tests.support.certificates import CertificateAuthority
from tests.support.raw import Raw, upgrade

SECONDS = 60
"""How long a client waits for the proxy and for the daemon."""


NGINX_HERE = {
    "listen 443 ssl;": "listen 127.0.0.1:PORT;",
    "ssl_certificate /etc/ssl/certs/chat.pem;": "",
    "ssl_certificate_key /etc/ssl/private/chat.key;": "",
    "$scheme": "https",
}
"""What is changed in nginx's configurations to try them here, without TLS: see L{changed}."""

HAPROXY_HERE = {"bind :443 ssl crt /etc/ssl/private/chat.pem alpn http/1.1": "bind 127.0.0.1:PORT"}
"""The same for HAProxy's."""


class Site:
    """
    A service and its clients, who only know the proxy.

    @param root: the path of the client, without the slash at its end.
    @param host: the name by which they know it.
    @param authority: whose certificates they believe; None: there is no TLS.
    @ivar port: the proxy's; C{plain}: the one of C{http:}, if it has one.
    """

    def __init__(self, root: str = "", host: str = "chat.example.org", authority: CertificateAuthority | None = None):
        self.root = root
        self.host = host
        self.origin = f"https://{host}"
        self.context = None
        if authority is not None:
            self.context = ssl.create_default_context(cadata=authority.root.decode())
        self.port, self.plain = ports.reserve(), ports.reserve()

    def call(
        self, method: str, path: str, body: Any = None, source: str = "127.0.0.1", **headers: str
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """
        @param path: begins below the root.
        @param body: bytes, or what is sent as JSON.
        @param source: the client's address.
        @return: the status, the headers and the body of the answer.
        """
        return self.ask(self._connection(source), method, self.root + path, body, **headers)

    def ask(
        self, connection: http.client.HTTPConnection, method: str, target: str, body: Any = None, **headers: str
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """As L{call}, over a connection, which is closed after it."""
        given = {"Host": self.host, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if body is not None and not isinstance(body, bytes):
            given["Content-Type"] = "application/json"
            body = json.dumps(body)
        with contextlib.closing(connection):
            connection.request(method, target, body, given)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()

    def listen(self, path: str, **headers: str) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        """@return: a connection, and the beginning of an answer that goes on."""
        connection = self._connection("127.0.0.1")
        given = {"Host": self.host, **{name.replace("_", "-"): value for name, value in headers.items()}}
        connection.request("GET", self.root + path, None, given)
        return connection, connection.getresponse()

    def send_while_it_listens(self, path: str, size: int, **headers: str) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Post zeros, as browsers do: until an answer comes. @return: as L{call}."""
        # Not TLS 1.3, where a server says something else first.
        if self.context is not None:
            self.context.maximum_version = ssl.TLSVersion.TLSv1_2
        with contextlib.closing(self._connection("127.0.0.1")) as connection:
            connection.putrequest("POST", self.root + path, skip_host=True)
            for name, value in {"Host": self.host, "Content-Length": str(size), **headers}.items():
                connection.putheader(name, value)
            connection.endheaders()
            _send_until_it_says_something(connection.sock, memoryview(bytes(size)))
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()

    def _connection(self, source: str) -> http.client.HTTPConnection:
        made = http.client.HTTPConnection(self.host, self.port, SECONDS, (source, 0))
        if self.context is not None:
            made = http.client.HTTPSConnection(
                self.host, self.port, timeout=SECONDS, source_address=(source, 0), context=self.context
            )
        # The name is this machine's.
        create = made._create_connection  # type: ignore[attr-defined]
        made._create_connection = lambda address, *more: create(("127.0.0.1", address[1]), *more)  # type: ignore[attr-defined]
        return made

    def call_plainly(self, path: str) -> tuple[int, http.client.HTTPMessage]:
        """@return: the status and the headers of the answer at the port of C{http:}."""
        connection = http.client.HTTPConnection("127.0.0.1", self.plain, timeout=SECONDS)
        return self.ask(connection, "GET", self.root + path)[:2]

    def is_healthy(self) -> bool:
        with contextlib.suppress(OSError):
            return self.call("GET", "/healthz")[0] == 200
        return False

    def shake(self, origin: str, **headers: str) -> tuple[int, Raw]:
        """@return: the status of a WebSocket's opening handshake, and its connection."""
        raw = Raw(self.port, self.context, self.host)
        raw.send(upgrade(f"{self.root}/v2/ws", Host=self.host, Origin=origin, **headers))
        return raw.response(SECONDS)[0], raw


def _send_until_it_says_something(sock: socket.socket, data: memoryview) -> None:
    """
    Send no more than the connection takes at once. A server that has answered reads no more, and closes the connection
    soon: who waited until it takes the rest would never see the answer.
    """
    sock.setblocking(False)
    while data:
        heard, free, _ = select.select([sock], [sock], [], SECONDS)
        assert heard or free, f"not within {SECONDS} s"
        if heard:
            break
        with contextlib.suppress(ssl.SSLWantWriteError):
            data = data[sock.send(data[:65536]) :]
    sock.settimeout(SECONDS)


@contextlib.contextmanager
def nginx(directory: Path, text: str) -> Iterator[None]:
    """
    Run nginx.

    @param directory: where it writes.
    @param text: the configuration of its servers.
    """
    paths = "".join(
        f"{name}_temp_path {directory}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    # Its workers would be another user, who may not enter our directory.
    who = "user root;" if os.geteuid() == 0 else ""
    whole = f"{who} daemon off; pid {directory}/pid; error_log {directory}/error.log;\nevents {{}}\n"
    (directory / "nginx.conf").write_text(f"{whole}http {{ access_log off;\n{paths}{text}}}\n")
    with _running(_program("nginx", "nginx-light"), "-p", directory, "-e", "error.log", "-c", "nginx.conf"):
        yield


@contextlib.contextmanager
def haproxy(directory: Path, text: str) -> Iterator[None]:
    """
    Run HAProxy.

    @param directory: where its configuration is written.
    @param text: the configuration.
    """
    (directory / "haproxy.cfg").write_text(text)
    with _running(_program("haproxy", "haproxy"), "-db", "-q", "-f", directory / "haproxy.cfg"):
        yield


@contextlib.contextmanager
def caddy(directory: Path, text: str) -> Iterator[None]:
    """
    Run Caddy.

    @param directory: where it writes.
    @param text: the configuration.
    """
    (directory / "Caddyfile").write_text(text)
    home = {"HOME": str(directory), "XDG_DATA_HOME": str(directory), "XDG_CONFIG_HOME": str(directory)}
    arguments = ("run", "--adapter", "caddyfile", "--config", directory / "Caddyfile")
    with (directory / "log").open("wb") as log, _running(_program("caddy", "caddy"), *arguments, more=home, log=log):
        yield


@contextlib.contextmanager
def _running(*command: str | Path, more: Mapping[str, str] = MappingProxyType({}), log: Any = None) -> Iterator[None]:
    process = subprocess.Popen(command, env={**os.environ, **more}, stderr=log)
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _program(name: str, package: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if found is None:
        missing = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        missing(f"{name} is not installed: apt-get install {package}")
    return found


def changed(text: str, changes: dict[str, str]) -> str:
    """
    @param changes: by what stands in a configuration: what shall stand there.
    @return: the configuration.
    """
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


RUN = {"nginx": nginx, "haproxy": haproxy, "caddy": caddy}
"""What runs a proxy, by its name."""


def recipe(file: str, site: Site, daemon: str, authority: CertificateAuthority, directory: Path) -> str:
    """
    @param file: a recipe beside the documentation.
    @param daemon: the daemon's address.
    @param directory: gets the certificate.
    @return: the recipe, for ports, paths and a certificate of this test.
    """
    text = changed((guide.PAGES / file).read_text(), {"127.0.0.1:8000": daemon})
    key, chain = authority.issue(site.host)
    certificate = directory / f"{site.host}.pem"
    certificate.write_bytes(chain + key)
    plain, port = f"127.0.0.1:{site.plain}", f"127.0.0.1:{site.port}"
    if file.startswith("nginx"):
        live = f"/etc/letsencrypt/live/{site.host}"
        here = {f"{live}/fullchain.pem": str(certificate), f"{live}/privkey.pem": str(certificate)}
        here |= {"listen 443 ssl http2;": f"listen {port} ssl http2;"}
        plainly = {"listen 80;": f"listen {plain};"}
    elif file.startswith("haproxy"):
        name = "chat" if site.host == "chat.example.org" else site.host
        here = {f"bind :443 ssl crt /etc/ssl/private/{name}.pem": f"bind {port} ssl crt {certificate}"}
        plainly = {"bind :80": f"bind {plain}"}
    else:
        # It would get a certificate by itself.
        own = f"{{\n admin off\n http_port {site.plain}\n https_port {site.port}\n default_bind 127.0.0.1\n}}\n"
        here = {f"\n{site.host} {{": f"\n{own}{site.host} {{\n tls {certificate} {certificate}"}
        plainly = {}
    return changed(text, here | {old: new for old, new in plainly.items() if old in text})
