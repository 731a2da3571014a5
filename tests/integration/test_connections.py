"""Who has how many connections of a real daemon, and what is left for the others."""

from __future__ import annotations

import contextlib
import http.client
import io
import json
import socket
from collections.abc import Iterator
from random import Random
from typing import Any
from urllib.parse import urlencode

import pytest
from PIL import Image

from hichat.pipeline.gateway.admission import DOOR
from tests.support.daemon import Daemon, wait

STRANGER, OTHER = "203.0.113.7", "203.0.113.8"
UPGRADE = (
    "Host: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)


GREETED = ("天系统".encode(), b"}")
"""How what is said to a socket of v1 ends: the greeting, or a refusal."""

SECONDS = 60
"""How long a client waits for the daemon."""


class Socket:
    """A client that says what it likes."""

    def __init__(self, daemon: Daemon) -> None:
        self.socket = socket.create_connection(("127.0.0.1", daemon.port), SECONDS)

    def send(self, data: str | bytes) -> None:
        self.socket.sendall(data.encode() if isinstance(data, str) else data)

    def read(self, *until: bytes) -> bytes:
        """@return: what comes, until one of these has come or nothing more does."""
        found = b""
        with contextlib.suppress(ConnectionResetError):
            while not any(each in found for each in until):
                more = self.socket.recv(65536)
                if not more:
                    break
                found += more
        return found

    def close(self) -> None:
        self.socket.close()


def picture(width: int, height: int) -> bytes:
    """@return: a PNG of noise, which cannot be made smaller."""
    file = io.BytesIO()
    Image.frombytes("RGB", (width, height), Random(1).randbytes(3 * width * height)).save(file, "PNG")
    return file.getvalue()


class Clients:
    """
    Clients of one daemon.

    @ivar sockets: what they have open.
    """

    def __init__(self, daemon: Daemon) -> None:
        self.daemon = daemon
        self.sockets: list[Socket] = []

    def start(self, files: int = 0, **settings: str) -> None:
        """
        Start the daemon.

        @param files: that it may have open; 0: as many as we.
        """
        self.daemon.environment |= {f"HICHAT_{name}": value for name, value in settings.items()}
        self.daemon.prepare()
        self.daemon.launch(prefix=("sh", "-c", f'ulimit -n {files}; exec "$@"', "sh") if files else ())
        wait(self.daemon.serves)

    def leave(self) -> None:
        for each in self.sockets:
            each.close()

    def open(self) -> Socket:
        self.sockets.append(Socket(self.daemon))
        return self.sockets[-1]

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.daemon.port, timeout=SECONDS)
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        with contextlib.suppress(ValueError):
            return answer.status, json.loads(content)
        return answer.status, content

    def user(self, name: str) -> str:
        """@return: the query that says who it is."""
        self.daemon.command("user", "add", name, line="correct horse\n")
        form = urlencode({"name": name, "password": "correct horse"}).encode()
        kind = "application/x-www-form-urlencoded"
        status, found = self.ask("POST", "/v1/user/login_pw", form, Content_Type=kind)
        assert (status, found["code"]) == (200, 0), found
        return f"?userId={found['userId']}&token={found['tokens']}"

    def upgrade(self, path: str, address: str = "") -> tuple[Socket, bytes]:
        """@return: a WebSocket, and what was said to it."""
        found = self.open()
        forwarded = f"X-Forwarded-For: {address}\r\n" if address else ""
        found.send(f"GET {path} HTTP/1.1\r\n{UPGRADE}{forwarded}\r\n")
        return found, found.read(*(GREETED if path.startswith("/v1") else (b"\r\n\r\n",)))

    def metric(self, name: str) -> float:
        _, text = self.ask("GET", "/metrics")
        return float(text.decode().partition(f"\nhichat_{name} ")[2].split()[0])


@pytest.fixture
def clients(daemon: Daemon) -> Iterator[Clients]:
    """Clients of a daemon that does not run yet; they leave after the test."""
    clients = Clients(daemon)
    yield clients
    clients.leave()


def test_the_cap_of_an_address(clients: Clients) -> None:
    clients.start(ADDRESS_CONNECTIONS="5")
    ann = clients.user("ann")
    path = f"/v1/user/SendUserMsg{ann}"
    held = [clients.upgrade(path, STRANGER) for _ in range(5)]
    assert all(b" 101 " in said for _, said in held)
    _, said = clients.upgrade(path, STRANGER)
    assert said.startswith(b"HTTP/1.1 429 ")
    assert clients.ask("GET", f"/v1/user/list{ann}", X_Forwarded_For=STRANGER)[1]["code"] == -1
    assert clients.ask("GET", "/v2/me", X_Forwarded_For=STRANGER)[1]["code"] == "too_many_connections"
    assert b" 101 " in clients.upgrade(path, OTHER)[1]
    assert b" 101 " in clients.upgrade(path)[1], "a proxy that names nobody"
    assert clients.metric('connections_refused_total{reason="address"}') == 3
    held[0][0].close()
    wait(lambda: b" 101 " in clients.upgrade(path, STRANGER)[1])


def test_the_cap_of_a_user(clients: Clients) -> None:
    clients.start(USER_CONNECTIONS="3")
    ann, bob = clients.user("ann"), clients.user("bob")
    path = f"/v1/user/SendUserMsg{ann}"
    sockets = [clients.open() for _ in range(20)]
    for each in sockets:
        each.send(f"GET {path} HTTP/1.1\r\n{UPGRADE}\r\n")
    said = [each.read(*GREETED) for each in sockets]
    assert sum("天系统".encode() in each for each in said) == 3
    assert b" 101 " in clients.upgrade(f"/v1/user/SendUserMsg{bob}")[1]
    refused = next(each for each in said if each.startswith(b"HTTP/1.1 429 "))
    assert "连接数过多".encode() in refused
    v2, _ = clients.upgrade("/v2/ws")
    hello = json.dumps({"op": "hello", "device": "x", "token": clients.daemon.issue("ann")}).encode()
    # The mask is zeros.
    v2.send(b"\x81\xfe" + len(hello).to_bytes(2, "big") + bytes(4) + hello)
    found = v2.read((4009).to_bytes(2, "big"))
    assert b'"too_many_connections"' in found
    assert (4009).to_bytes(2, "big") in found


def test_the_cap_of_all(clients: Clients) -> None:
    clients.start(CONNECTIONS="20")
    for _ in range(20 + DOOR):
        clients.open()
    refused = clients.open()
    with contextlib.suppress(OSError):
        refused.send(b"GET / HTTP/1.1\r\n")
    assert refused.read(b"never") == b""
    # They have a second to hear why; then there is room for another one to be told, and for a probe.
    for each in clients.sockets[20 : 20 + DOOR]:
        each.read(b"never")
    wait(clients.daemon.serves)
    assert clients.metric('connections_refused_total{reason="total"}') > DOOR
    assert clients.ask("GET", "/v2/me")[1]["code"] == "busy"


def test_some_descriptors_are_left(clients: Clients) -> None:
    """Somebody takes all connections that there are; who is here already sends, uploads and reads files."""
    clients.start(files=256)
    ann, bob = clients.user("ann"), clients.user("bob")
    mine, _ = clients.upgrade(f"/v1/user/SendUserMsg{ann}")
    his, _ = clients.upgrade(f"/v1/user/SendUserMsg{bob}")
    here = http.client.HTTPConnection("127.0.0.1", clients.daemon.port, timeout=SECONDS)
    here.connect()
    head = b"POST /v1/user/login_pw HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n"
    for _ in range(300):
        with contextlib.suppress(OSError):
            clients.open().send(head + b"x" * 999)
    (me, him) = (int(query.split("=")[1].split("&")[0]) for query in (ann, bob))
    said = json.dumps({"userId": me, "TargetId": him, "Type": 1, "Media": 1, "Content": "hello"}).encode()
    mine.send(b"\x81" + bytes([0x80 | len(said)]) + bytes(4) + said)
    assert said in his.read(b'"hello"}')
    with contextlib.closing(here):
        for _ in range(3):
            send_picture(here, ann)
    assert "Traceback" not in clients.daemon.log.read_text()
    assert clients.daemon.log.read_text().count("refused") < 3


def send_picture(connection: http.client.HTTPConnection, who: str) -> None:
    """
    Upload a picture, and read it.

    @param who: the query that says whose it is.
    """
    boundary = '--b\r\nContent-Disposition: form-data; name="file"; filename="blob.png"\r\n\r\n'
    body = boundary.encode() + picture(400, 400) + b"\r\n--b--\r\n"
    assert len(body) > 64 * 1024, "or it is in no file"
    connection.request("POST", f"/v1/upload/image{who}", body, {"Content-Type": "multipart/form-data; boundary=b"})
    answer = json.load(connection.getresponse())
    assert answer["Code"] == 0, answer
    connection.request("GET", f"/{answer['Data'].lstrip('./')}")
    found = connection.getresponse()
    assert (found.status, found.read()[:4]) == (200, b"\x89PNG")
