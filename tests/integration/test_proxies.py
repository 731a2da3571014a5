"""
A daemon behind a proxy: nginx, HAProxy and Caddy by the files beside the documentation, before one daemon; nginx and
HAProxy before several, as their page has it.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pytest

from hichat.pipeline.gateway.connection import ASK_AFTER, SILENCE_SWEEP
from tests import guide
from tests.proof import SECONDS_OF_IDLING
from tests.support.certificates import CertificateAuthority
from tests.support.daemon import Daemon, wait
from tests.support.proxies import HAPROXY_HERE, NGINX_HERE, RUN, SECONDS, Site, changed, recipe
from tests.support.raw import PING, PONG, Raw, frame

PASSWORD = "correct horse"
EVIL = "https://evil.example"
LARGEST = 10485760
"""Bytes of the largest file that the daemon takes."""

FORGED = {
    "X_Forwarded_For": "203.0.113.9",
    "X_Forwarded_Host": "evil.example",
    "X_Forwarded_Proto": "http",
    "Forwarded": "for=203.0.113.9;host=evil.example",
    "X_Real_IP": "203.0.113.9",
}
"""What a client says that takes itself for a proxy."""


class Setup(NamedTuple):
    """
    A way to have the daemon behind a proxy.

    @ivar proxy: C{nginx}, C{haproxy} or C{caddy}.
    @ivar file: the recipe; empty: the block of the page about several hosts, without TLS. All of these are the one
        that runs.
    @ivar below: whether the daemon is below the path C{/chat} of a host that has something else, too.
    @ivar socket: whether the daemon is at a UNIX socket, and the proxy takes the path off.
    @ivar network: the beginning of its clients' addresses.
    """

    proxy: str
    file: str
    below: bool
    network: str
    socket: bool = False


SETUPS = {
    "nginx": Setup("nginx", "nginx.conf", False, "127.1.1"),
    "nginx below a path": Setup("nginx", "nginx-path.conf", True, "127.1.2"),
    "nginx below a path over a socket": Setup("nginx", "nginx-path.conf", True, "127.1.3", socket=True),
    "HAProxy": Setup("haproxy", "haproxy.cfg", False, "127.1.4"),
    "HAProxy below a path": Setup("haproxy", "haproxy-path.cfg", True, "127.1.5"),
    "Caddy": Setup("caddy", "Caddyfile", False, "127.1.6"),
    "Caddy below a path": Setup("caddy", "Caddyfile-path", True, "127.1.7"),
}

SEVERAL = {
    "nginx before several": Setup("nginx", "", False, "127.1.8"),
    "HAProxy before several": Setup("haproxy", "", False, "127.1.9"),
}


class Behind:
    """
    A daemon behind a proxy.

    @ivar site: as its clients know it.
    """

    def __init__(self, setup: Setup, daemon: Daemon, site: Site) -> None:
        self.setup = setup
        self.daemon = daemon
        self.site = site
        self.name = re.sub(r"\W", "", setup.network)

    def address(self, number: int) -> str:
        """@return: one of its clients' addresses."""
        return f"{self.setup.network}.{number}"

    def log_in(self, password: str = PASSWORD, number: int = 1, **headers: str) -> tuple[int, Any]:
        """@return: the status of a log-in as a browser does it, and the answer."""
        account = {"name": self.name, "password": password}
        status, headers_, body = self.site.call(
            "POST", "/session", account, self.address(number), Origin=self.site.origin, **headers
        )
        self.cookies = headers_.get_all("Set-Cookie", [])
        return status, json.loads(body)


@pytest.fixture(scope="module")
def authority() -> CertificateAuthority:
    """The one that clients believe."""
    return CertificateAuthority()


class Daemons:
    """
    The daemons of this module, by their settings.

    @ivar directory: where they are.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._running: dict[tuple[tuple[str, str], ...], Daemon] = {}

    def get(self, **settings: str) -> Daemon:
        """@return: the one with these settings; it is started if it does not run yet."""
        key = tuple(sorted(settings.items()))
        if key not in self._running:
            # The clients of a test are on this machine as the proxy is.
            found = Daemon(
                self.directory / f"daemon-{len(self._running)}", TRUSTED_PROXIES="127.0.0.1,unix", **settings
            )
            found.environment["HICHAT_ADDRESS_LIMIT"] = "3/600"
            found.prepare()
            found.fork()
            self._running[key] = found
        return self._running[key]

    def kill(self) -> None:
        for daemon in self._running.values():
            daemon.kill()


@pytest.fixture(scope="module")
def daemons() -> Iterator[Daemons]:
    """Those that run behind the proxies."""
    # Its path is short: that of a UNIX socket may have a hundred bytes.
    with TemporaryDirectory() as directory:
        found = Daemons(Path(directory))
        yield found
        found.kill()


def put(setup: Setup, daemons: Daemons, authority: CertificateAuthority, running: ExitStack) -> Behind:
    """@param running: ends the proxy."""
    directory = Path(running.enter_context(TemporaryDirectory()))
    path = daemons.directory / "hichat.sock"
    settings = {"LISTEN": f"unix:{path}"} if setup.socket else {}
    if setup.file:
        host = "example.org" if setup.below else "chat.example.org"
        site = Site("/chat" if setup.below else "", host, authority)
        if setup.below:
            settings["PUBLIC_URL"] = f"{site.origin}/chat"
        daemon = daemons.get(**settings)
        address = f"unix:{path}:/" if setup.socket else f"127.0.0.1:{daemon.port}"
        text = recipe(setup.file, site, address, authority, directory)
    else:
        site = Site()
        daemon = daemons.get(PUBLIC_URL=site.origin)
        (text,) = guide.blocks(guide.text("hosts"), setup.proxy)
        names = {f"{name}.lan:8000": f"127.0.0.1:{daemon.port}" for name in ("one", "two", "three")}
        text = changed(text, names | (NGINX_HERE if setup.proxy == "nginx" else HAPROXY_HERE))
        text = text.replace("PORT", str(site.port))
    running.enter_context(RUN[setup.proxy](directory, text))
    wait(site.is_healthy)
    behind = Behind(setup, daemon, site)
    daemon.command("user", "add", behind.name, line=f"{PASSWORD}\n")
    return behind


@pytest.fixture(params=[*SETUPS.values(), *SEVERAL.values()], ids=[*SETUPS, *SEVERAL])
def behind(request: pytest.FixtureRequest, daemons: Daemons, authority: CertificateAuthority) -> Iterator[Behind]:
    """Each way to have a daemon behind a proxy."""
    with ExitStack() as running:
        yield put(request.param, daemons, authority, running)


def test_somebody_comes_in(behind: Behind) -> None:
    """
    From an address and over TLS that only the proxy knows of. The pages, a WebSocket and uploads work. Where
    the proxy is not the only one, it passes on what it was told itself, and the daemon believes the last.
    """
    site = behind.site
    the_client_loads(site)
    account = {"name": "stranger", "password": PASSWORD}
    assert site.call("POST", "/v2/accounts", account)[0] == 403, "a proxy asks: that needs an invite"
    status, session = behind.log_in(number=1, **FORGED)
    assert status == 200, session
    assert len(behind.cookies) == 3
    for cookie in behind.cookies:
        assert cookie.startswith("__Secure-hichat_")
        assert f"Path={site.root}/session;" in cookie
    token, device = session["accessToken"], session["device"]
    _, _, devices = site.call("GET", "/v2/devices", Authorization=f"Bearer {token}")
    assert [each["address"] for each in json.loads(devices)["items"]] == [behind.address(1)]
    _, other = behind.log_in(number=2)
    with (
        closing(connected(site, token, device)) as one,
        closing(connected(site, other["accessToken"], other["device"])) as two,
    ):
        say(one, op="send", ref="mine", counter=1, user=session["user"], text="hello")
        assert one.said(SECONDS)["op"] == "ack"
        said = two.said(SECONDS)
        assert (said["op"], said["text"]) == ("event", "hello")
    events_come_at_once(site, token, session["user"])
    no_strange_page_comes_in(behind)
    uploads(site, token)
    if behind.setup.file:
        who_guesses_is_known(behind)
        nothing_leads_out(site)
    if behind.setup.file and not behind.setup.socket:
        what_leads_there(site)


def events_come_at_once(site: Site, token: str, user: int) -> None:
    """A proxy that kept them until there are more would be noticed here: there are none."""
    authorized = {"Authorization": f"Bearer {token}"}
    accept = {"Accept": "text/event-stream", "Accept_Encoding": "gzip"}
    connection, stream = site.listen("/v2/events", **accept, **authorized)
    with closing(connection):
        assert (stream.status, stream.headers["Content-Encoding"]) == (200, None)
        while stream.readline() != b"event: synced\n":
            pass
        for number in range(2):
            said = {"text": f"over HTTP {number}"}
            path = f"/v2/conversations/user-{user}/messages"
            told = [
                site.call("POST", path, said, **authorized, Idempotency_Key=f"名字 {number}".encode().decode("latin-1"))
                for _ in range(2)
            ]
            assert [(status, json.loads(body)["duplicate"]) for status, _, body in told] == [(201, False), (201, True)]
            while said["text"].encode() not in stream.readline():
                pass


def the_client_loads(site: Site) -> None:
    """And all that its page names: below the root of the site, as files that are compressed once."""
    status, headers, page = site.call("GET", "/")
    assert (status, headers["X-Content-Type-Options"]) == (200, "nosniff")
    links = re.findall(r'(?:href|src)="(/[^"]+)"', page.decode())
    assert any(link.startswith(f"{site.root}/app/") for link in links)
    for link in links:
        assert link.startswith(f"{site.root}/"), link
        assert site.call("GET", link.removeprefix(site.root))[0] == 200


def no_strange_page_comes_in(behind: Behind) -> None:
    """Whatever it says of the host; and C{/metrics} is nobody's business, however it is written."""
    site = behind.site
    status, raw = site.shake(EVIL, **FORGED)
    assert status == 403
    raw.close()
    account = {"name": behind.name, "password": PASSWORD}
    assert site.call("POST", "/session", account, Origin=EVIL, **FORGED)[0] == 403
    for path in ("/metrics", "/%6detrics", "/metrics?", "//metrics", "/./metrics", "/v2/../metrics"):
        status, _, body = site.call("GET", path)
        assert b"hichat_ready" not in body, path
        if "etrics" in path[:5]:
            assert status == 404


def connected(site: Site, token: str, device: str) -> Raw:
    """@return: a WebSocket that is live."""
    status, raw = site.shake(site.origin)
    assert status == 101
    say(raw, op="hello", token=token, device=device)
    assert raw.said(SECONDS)["op"] == "welcome"
    say(raw, op="sync")
    assert raw.said(SECONDS)["op"] == "synced"
    return raw


def say(raw: Raw, **fields: object) -> None:
    raw.send(frame(json.dumps(fields).encode()))


def uploads(site: Site, token: str) -> None:
    """The largest file that the daemon takes, and one byte more, which it refuses in its own words."""
    authorized = {"Authorization": f"Bearer {token}"}
    status, _, body = site.call("POST", "/v2/media?name=large.bin", bytes(LARGEST), **authorized)
    assert status == 201, body
    made = json.loads(body)
    status, headers, body = site.send_while_it_listens("/v2/media?name=larger.bin", LARGEST + 1, **authorized)
    assert (status, headers["Content-Type"]) == (413, "application/problem+json"), body
    assert json.loads(body)["code"] == "form_too_large"
    assert "10 MB" in json.loads(body)["detail"]
    status, _, body = site.call("POST", "/v2/media/links", {"ids": [made["id"]]}, **authorized)
    assert status == 200, body
    (link,) = json.loads(body)["items"]
    status, headers, body = site.call("GET", link["url"])
    assert (status, len(body), headers["Content-Encoding"]) == (200, LARGEST, None)


def who_guesses_is_known(behind: Behind) -> None:
    """
    By the address from which the proxy is called, not by the one that a guesser invents: that would be limited, as this
    machine's addresses are not.
    """
    for _ in range(5):
        status, told = behind.log_in("wrong", 7, **FORGED)
        assert (status, told["code"]) == (403, "wrong_password")
    wait(lambda: behind.address(7) in addresses(behind.daemon))
    assert not any(address.startswith("203.") for address in addresses(behind.daemon))


def addresses(daemon: Daemon) -> set[str]:
    """@return: those of refused log-ins in the audit log."""
    found = [json.loads(line) for line in daemon.command("audit", "--act", "log_in", "--json").splitlines()]
    return {entry["address"] for entry in found if entry.get("outcome") == "wrong_password"}


def what_leads_there(site: Site) -> None:
    """Whoever comes without TLS, or without the slash at the end, is led on."""
    if site.root:
        status, headers, _ = site.call("GET", "")
        assert (status, re.sub(r"https://example.org(:\d+)?", "", headers["Location"])) == (301, f"{site.root}/")
    else:
        status, headers = site.call_plainly("/docs?x=1")
        assert status in (301, 308)
        assert re.sub(r":\d+", "", headers["Location"].removeprefix("https:")) == "//chat.example.org/docs?x=1"


def nothing_leads_out(site: Site) -> None:
    """What a browser and programs are told about addresses is below the root."""
    manifest = json.loads(site.call("GET", re.findall(r'href="(\S+manifest)"', page_of(site))[0])[2])
    assert {manifest[name] for name in ("id", "start_url", "scope")} == {f"{site.root}/"}
    assert f"{site.root}/app/" in site.call("GET", "/service-worker.js")[2].decode()
    (server,) = json.loads(site.call("GET", "/v2/openapi.json")[2])["servers"]
    # At the root the daemon need not know its name.
    assert server["url"] == (f"{site.origin}{site.root}/v2" if site.root else "/v2")
    for page in ("/docs", "/v2/api", "/v2/protocol"):
        status, _, body = site.call("GET", page)
        assert status == 200
        links = set(re.findall(r'(?:href|src)="(/[^"]*)"', body.decode()))
        assert [link for link in links if not f"{link}/".startswith(f"{site.root}/")] == []


def page_of(site: Site) -> str:
    """@return: the web client's page, whose addresses begin below the root."""
    return site.call("GET", "/")[2].decode().replace(f'="{site.root}/', '="/')


@pytest.mark.timeout(300)
def test_who_is_silent_stays(daemons: Daemons, authority: CertificateAuthority) -> None:
    """The daemon asks before a proxy loses patience: the proxies' limits say so, and time tells."""
    for setup in SETUPS.values():
        text = re.sub("^ *#.*", "", (guide.PAGES / setup.file).read_text(), flags=re.MULTILINE)
        limits = re.findall(r"(?:proxy_read_timeout|timeout (?:tunnel|client|server)) (\d+)m", text)
        assert len(limits) == {"nginx": 1, "haproxy": 3, "caddy": 0}[setup.proxy]
        assert [limit for limit in limits if int(limit) * 60 < 2 * (ASK_AFTER + 1) * SILENCE_SWEEP] == []
    with ExitStack() as running:
        connections: list[Raw] = []
        for number, name in enumerate(("nginx", "HAProxy", "Caddy")):
            behind = put(SETUPS[name]._replace(network=f"127.1.3{number}"), daemons, authority, running)
            _, session = behind.log_in()
            connections.append(connected(behind.site, session["accessToken"], session["device"]))
            running.callback(connections[-1].close)
        end = time.monotonic() + SECONDS_OF_IDLING
        while time.monotonic() < end:
            for connection in connections:
                answers_for_a_second(connection)
        for connection in connections:
            say(connection, op="ping", ref="still here")
            assert connection.said(SECONDS) == {"op": "pong", "ref": "still here"}


def answers_for_a_second(connection: Raw) -> None:
    """To pings, as every WebSocket does by itself."""
    with suppress(TimeoutError):
        op, payload = connection.get(1)
        assert op == PING
        connection.send(frame(payload, op=PONG))
