"""
Proxies before daemons: nginx and HAProxy, from Debian's packages. Without one its tests are skipped; with C{CI=true}
they fail.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import ports
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
    @ivar port: the proxy's.
    """

    def __init__(self, root: str = "") -> None:
        self.root = root
        self.port = ports.reserve()

    def call(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """
        @param body: bytes, or what is sent as JSON.
        @return: the status, the headers and the body of the answer.
        """
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        given = {"Host": "chat.example.org", **{name.replace("_", "-"): value for name, value in headers.items()}}
        if body is not None and not isinstance(body, bytes):
            given["Content-Type"] = "application/json"
            body = json.dumps(body)
        connection.request(method, self.root + path, body, given)
        answer = connection.getresponse()
        found = answer.status, answer.headers, answer.read()
        connection.close()
        return found

    def is_healthy(self) -> bool:
        with contextlib.suppress(OSError):
            return self.call("GET", "/healthz")[0] == 200
        return False

    def shake(self, origin: str) -> tuple[int, Raw]:
        """@return: the status of a WebSocket's opening handshake, and its connection."""
        raw = Raw(self.port)
        raw.send(upgrade(f"{self.root}/v2/ws", Host="chat.example.org", Origin=origin))
        return raw.response(SECONDS)[0], raw


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
def _running(*command: str | Path) -> Iterator[None]:
    process = subprocess.Popen(command)
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
