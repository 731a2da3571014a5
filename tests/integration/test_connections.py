"""Who has how many connections of a real daemon, and what is left for the others."""

from __future__ import annotations

import contextlib
import http.client
import io
import json
import resource
import socket
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode

from PIL import Image
from twisted.trial.unittest import SynchronousTestCase

from hichat.pipeline.gateway.admission import DOOR
from tests.support.daemon import Daemon, wait

STRANGER, OTHER = "203.0.113.7", "203.0.113.8"
UPGRADE = (
    "Host: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)


GREETED = ("天系统".encode(), b"}")
"""How what is said to a socket of v1 ends: the greeting, or a refusal."""


class Socket:
    """A client that says what it likes."""

    def __init__(self, daemon: Daemon) -> None:
        self.socket = socket.create_connection(("127.0.0.1", daemon.port), 20)

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


class ConnectionCase(SynchronousTestCase):
    def begin(self, files: int = 0, **settings: str) -> None:
        """
        Start a daemon.

        @param files: that it may have open; 0: as many as we.
        """
        self.daemon = Daemon(Path(self.mktemp()).absolute(), **settings)
        self.addCleanup(self.daemon.kill)
        self.sockets: list[Socket] = []
        self.addCleanup(self.close_all)
        self.daemon.launch()
        assert self.daemon.process is not None
        if files:
            resource.prlimit(self.daemon.process.pid, resource.RLIMIT_NOFILE, (files, files))
        wait(self.serves)

    def close_all(self) -> None:
        for each in self.sockets:
            each.close()

    def serves(self) -> bool:
        try:
            return self.ask("GET", "/healthz")[0] == 200
        except OSError:
            return False

    def open(self) -> Socket:
        self.sockets.append(Socket(self.daemon))
        return self.sockets[-1]

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.daemon.port, timeout=20)
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
        self.assertEqual((status, found["code"]), (200, 0), found)
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


class Caps(ConnectionCase):
    def test_of_an_address(self) -> None:
        self.begin(ADDRESS_CONNECTIONS="5")
        ann = self.user("ann")
        path = f"/v1/user/SendUserMsg{ann}"
        held = [self.upgrade(path, STRANGER) for _ in range(5)]
        self.assertTrue(all(b" 101 " in said for _, said in held))
        _, said = self.upgrade(path, STRANGER)
        self.assertTrue(said.startswith(b"HTTP/1.1 429 "), said)
        self.assertEqual(self.ask("GET", f"/v1/user/list{ann}", X_Forwarded_For=STRANGER)[1]["code"], -1)
        self.assertEqual(self.ask("GET", "/v2/me", X_Forwarded_For=STRANGER)[1]["code"], "too_many_connections")
        self.assertIn(b" 101 ", self.upgrade(path, OTHER)[1])
        self.assertIn(b" 101 ", self.upgrade(path)[1], "a proxy that names nobody")
        self.assertEqual(self.metric('connections_refused_total{reason="address"}'), 3)
        held[0][0].close()
        wait(lambda: b" 101 " in self.upgrade(path, STRANGER)[1])

    def test_of_a_user(self) -> None:
        self.begin(USER_CONNECTIONS="3")
        ann, bob = self.user("ann"), self.user("bob")
        path = f"/v1/user/SendUserMsg{ann}"
        sockets = [self.open() for _ in range(20)]
        for each in sockets:
            each.send(f"GET {path} HTTP/1.1\r\n{UPGRADE}\r\n")
        said = [each.read(*GREETED) for each in sockets]
        self.assertEqual(sum("天系统".encode() in each for each in said), 3)
        self.assertIn(b" 101 ", self.upgrade(f"/v1/user/SendUserMsg{bob}")[1])
        refused = next(each for each in said if each.startswith(b"HTTP/1.1 429 "))
        self.assertIn("连接数过多".encode(), refused)
        v2, _ = self.upgrade("/v2/ws")
        hello = json.dumps({"op": "hello", "device": "x", "token": self.daemon.issue("ann")}).encode()
        # The mask is zeros.
        v2.send(b"\x81\xfe" + len(hello).to_bytes(2, "big") + bytes(4) + hello)
        found = v2.read((4009).to_bytes(2, "big"))
        self.assertIn(b'"too_many_connections"', found)
        self.assertIn((4009).to_bytes(2, "big"), found)

    def test_in_all(self) -> None:
        self.begin(CONNECTIONS="20")
        for _ in range(20 + DOOR):
            self.open()
        refused = self.open()
        with contextlib.suppress(OSError):
            refused.send(b"GET / HTTP/1.1\r\n")
        self.assertEqual(refused.read(b"never"), b"")
        # They have a second to hear why; then there is room for another one to be told, and for a probe.
        wait(self.serves)
        self.assertGreater(self.metric('connections_refused_total{reason="total"}'), DOOR)
        self.assertEqual(self.ask("GET", "/v2/me")[1]["code"], "busy")


class Descriptors(ConnectionCase):
    def test_there_are_some_left(self) -> None:
        """Somebody takes all connections that there are; who is here already sends, uploads and reads files."""
        self.begin(files=256)
        ann, bob = self.user("ann"), self.user("bob")
        mine, _ = self.upgrade(f"/v1/user/SendUserMsg{ann}")
        his, _ = self.upgrade(f"/v1/user/SendUserMsg{bob}")
        here = http.client.HTTPConnection("127.0.0.1", self.daemon.port, timeout=20)
        self.addCleanup(here.close)
        here.connect()
        head = b"POST /v1/user/login_pw HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n"
        for _ in range(300):
            with contextlib.suppress(OSError):
                self.open().send(head + b"x" * 999)
        (me, him) = (int(query.split("=")[1].split("&")[0]) for query in (ann, bob))
        said = json.dumps({"userId": me, "TargetId": him, "Type": 1, "Media": 1, "Content": "hello"}).encode()
        mine.send(b"\x81" + bytes([0x80 | len(said)]) + bytes(4) + said)
        self.assertIn(said, his.read(b'"hello"}'))
        for _ in range(3):
            boundary = '--b\r\nContent-Disposition: form-data; name="file"; filename="blob.png"\r\n\r\n'
            body = boundary.encode() + picture(400, 400) + b"\r\n--b--\r\n"
            self.assertGreater(len(body), 64 * 1024, "or it is in no file")
            here.request("POST", f"/v1/upload/image{ann}", body, {"Content-Type": "multipart/form-data; boundary=b"})
            answer = json.load(here.getresponse())
            self.assertEqual(answer["Code"], 0, answer)
            here.request("GET", f"/{answer['Data'].lstrip('./')}")
            found = here.getresponse()
            self.assertEqual((found.status, found.read()[:4]), (200, b"\x89PNG"))
        self.assertNotIn("Traceback", self.daemon.log.read_text())
        self.assertLess(self.daemon.log.read_text().count("refused"), 3)
