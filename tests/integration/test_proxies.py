"""A daemon behind a proxy, as the pages have it: nginx before one daemon, nginx and HAProxy before several."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import pytest

from tests import guide
from tests.support.daemon import Daemon, wait
from tests.support.proxies import HAPROXY_HERE, NGINX_HERE, SECONDS, Site, changed, haproxy, nginx
from tests.support.raw import frame

PASSWORD = "correct horse"
ORIGIN = "https://chat.example.org"
EVIL = "https://evil.example"
SEVERAL = {f"{name}.lan:8000": "ADDRESS" for name in ("one", "two", "three")}
"""All of them are the one that runs."""


class Setup(NamedTuple):
    """
    A way to have the daemon behind a proxy. Where C{SOCKET} stands, the path of a UNIX socket is meant; C{ADDRESS} is
    the daemon's.

    @ivar root: the path of the client, without the slash at its end.
    @ivar changes: what is changed in the page's configuration.
    @ivar settings: the daemon's, by variable without C{HICHAT_}.
    @ivar page: where the configuration is written.
    @ivar proxy: C{nginx} or C{haproxy}.
    """

    root: str
    changes: dict[str, str]
    settings: Mapping[str, str] = MappingProxyType({})
    page: str = "proxy"
    proxy: str = "nginx"


SETUPS = {
    "at the root": Setup("", {"127.0.0.1:8000": "ADDRESS"}),
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
        {
            "location / {": "location /chat/ {",
            "location = /metrics": "location = /chat/metrics",
            "127.0.0.1:8000": "ADDRESS",
        },
        {"PUBLIC_URL": f"{ORIGIN}/chat"},
    ),
    "nginx before several": Setup("", SEVERAL, {"PUBLIC_URL": ORIGIN}, "hosts"),
    "HAProxy before several": Setup("", SEVERAL, {"PUBLIC_URL": ORIGIN}, "hosts", "haproxy"),
}


@pytest.fixture(params=list(SETUPS.values()), ids=list(SETUPS))
def site(request: pytest.FixtureRequest, daemon: Daemon, short_directory: Path) -> Iterator[Site]:
    """A daemon that runs behind a proxy."""
    setup: Setup = request.param
    path = str(short_directory / "hichat.sock")
    daemon.environment |= {f"HICHAT_{name}": value.replace("SOCKET", path) for name, value in setup.settings.items()}
    daemon.prepare()
    daemon.fork()
    site = Site(setup.root)
    (text,) = guide.blocks(guide.text(setup.page), setup.proxy)
    run, here = (nginx, NGINX_HERE) if setup.proxy == "nginx" else (haproxy, HAPROXY_HERE)
    text = changed(changed(text, setup.changes), here)
    for old, new in {"SOCKET": path, "ADDRESS": f"127.0.0.1:{daemon.port}", "PORT": str(site.port)}.items():
        text = text.replace(old, new)
    with run(short_directory, text):
        wait(site.is_healthy)
        yield site


def test_somebody_comes_in(site: Site, daemon: Daemon) -> None:
    """From an address and over TLS that only the proxy knows of."""
    status, headers, page = site.call("GET", "/")
    assert (status, headers["X-Content-Type-Options"]) == (200, "nosniff")
    assert f'src="{site.root}/app/'.encode() in page
    script = page.split(b'type="module" src="')[1].split(b'"')[0].decode().removeprefix(site.root)
    assert site.call("GET", script)[0] == 200
    account = {"name": "ann", "password": PASSWORD}
    assert site.call("POST", "/v2/accounts", account)[0] == 403, "a proxy asks: that needs an invite"
    daemon.command("user", "add", "ann", line=f"{PASSWORD}\n")
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
    # The proxy is called from the loopback, which is trusted; what it was told before that it was told by 192.0.2.9.
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
    # The largest file that the daemon takes.
    status, _, body = site.call("POST", "/v2/media?name=large.bin", bytes(10485760), Authorization=f"Bearer {token}")
    assert status == 201, body
