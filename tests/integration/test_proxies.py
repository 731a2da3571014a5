"""
A daemon behind nginx, as the page about proxies has it.

Debian's C{nginx} is used (C{apt-get install nginx-light}). Without it these tests are skipped; where C{CI=true}
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
from typing import Any, NamedTuple

import pytest

from tests import guide
from tests.support import ports
from tests.support.daemon import Daemon, wait
from tests.support.raw import Raw, frame, upgrade

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
PASSWORD = "correct horse"
ORIGIN = "https://chat.example.org"
EVIL = "https://evil.example"
SECONDS = 60
"""How long a client waits for nginx and for the daemon."""


class Setup(NamedTuple):
    """
    A way to have the daemon behind nginx. Where C{SOCKET} stands, the path of a UNIX socket is meant.

    @ivar root: the path of the client, without the slash at its end.
    @ivar changes: what is changed in the page's configuration.
    @ivar settings: the daemon's, by variable without C{HICHAT_}.
    """

    root: str
    changes: dict[str, str]
    settings: dict[str, str]


SETUPS = {
    "at the root": Setup("", {}, {}),
    # nginx takes the path off.
    "below a path over a socket": Setup(
        "/chat",
        {
            "location / {": "location /chat/ {",
            "location = /metrics": "location = /chat/metrics",
            "http://127.0.0.1:8000;": "http://unix:SOCKET:/;",
        },
        {"LISTEN": "unix:SOCKET", "PUBLIC_URL": f"{ORIGIN}/chat"},
    ),
    "below a path that is kept": Setup(
        "/chat",
        {"location / {": "location /chat/ {", "location = /metrics": "location = /chat/metrics"},
        {"PUBLIC_URL": f"{ORIGIN}/chat"},
    ),
}


def configuration(changes: dict[str, str]) -> str:
    """@return: what the page tells people to write, with so much changed."""
    (text,) = guide.blocks(guide.text("proxy"), "nginx")
    for old, new in changes.items():
        text = text.replace(old, new)
    return text


class Site:
    """A daemon and its clients, who only know nginx."""

    def __init__(self, daemon: Daemon, root: str) -> None:
        self.daemon = daemon
        self.root = root
        self.port = ports.reserve()

    def call(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """@return: the status, the headers and the body of the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        given = {"Host": "chat.example.org", **{name.replace("_", "-"): value for name, value in headers.items()}}
        if body is not None:
            given["Content-Type"] = "application/json"
        connection.request(method, self.root + path, None if body is None else json.dumps(body), given)
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
    process = subprocess.Popen([str(NGINX), "-p", directory, "-e", "error.log", "-c", "nginx.conf"])
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


@pytest.fixture(params=list(SETUPS.values()), ids=list(SETUPS))
def site(request: pytest.FixtureRequest, daemon: Daemon, short_directory: Path) -> Iterator[Site]:
    """A daemon that runs behind nginx."""
    if NGINX is None:
        missing = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        missing("nginx is not installed: apt-get install nginx-light")
    setup: Setup = request.param
    path = str(short_directory / "hichat.sock")
    daemon.environment |= {f"HICHAT_{name}": value.replace("SOCKET", path) for name, value in setup.settings.items()}
    daemon.prepare()
    daemon.launch()
    site = Site(daemon, setup.root)
    changes = {
        "listen 443 ssl;": f"listen 127.0.0.1:{site.port};",
        "ssl_certificate /etc/ssl/certs/chat.pem;": "",
        "ssl_certificate_key /etc/ssl/private/chat.key;": "",
        "$scheme": "https",
        "http://127.0.0.1:8000;": f"http://127.0.0.1:{daemon.port};",
    } | {old: new.replace("SOCKET", path) for old, new in setup.changes.items()}
    with nginx(short_directory, configuration(changes)):
        wait(site.is_healthy)
        yield site


def test_somebody_comes_in(site: Site) -> None:
    """From an address and over TLS that only nginx knows of."""
    status, headers, page = site.call("GET", "/")
    assert (status, headers["X-Content-Type-Options"]) == (200, "nosniff")
    assert f'src="{site.root}/app/'.encode() in page
    script = page.split(b'type="module" src="')[1].split(b'"')[0].decode().removeprefix(site.root)
    assert site.call("GET", script)[0] == 200
    account = {"name": "ann", "password": PASSWORD}
    assert site.call("POST", "/v2/accounts", account)[0] == 403, "a proxy asks: that needs an invite"
    site.daemon.command("user", "add", "ann", line=f"{PASSWORD}\n")
    status, headers, body = site.call(
        "POST", "/session", account, X_Forwarded_For="203.0.113.7:80, 192.0.2.9", Origin=ORIGIN
    )
    assert status == 200, body
    cookies = headers.get_all("Set-Cookie", [])
    assert len(cookies) == 3
    for cookie in cookies:
        assert cookie.startswith("__Secure-hichat_")
        assert f"Path={site.root}/session;" in cookie
    session = json.loads(body)
    token, device = session["accessToken"], session["device"]
    _, _, devices = site.call("GET", "/v2/devices", Authorization=f"Bearer {token}")
    # nginx is called from the loopback, which is trusted; what it was told before that it was told by 192.0.2.9.
    assert [each["address"] for each in json.loads(devices)["items"]] == ["192.0.2.9"]
    status, peer = site.shake(ORIGIN)
    assert status == 101
    peer.send(frame(json.dumps({"op": "hello", "token": token, "device": device}).encode()))
    assert peer.said(SECONDS)["op"] == "welcome"
    peer.close()
    status, peer = site.shake(EVIL)
    assert status == 403
    peer.close()
    assert site.call("POST", "/session", account, Origin=EVIL)[0] == 403
    assert site.call("GET", "/metrics")[0] == 404
