"""Clients that send any bytes that a test wants. They use neither Autobahn nor the project's own code."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import ssl
import struct
import subprocess
import time
from pathlib import Path
from typing import Any

from tests.support.daemon import Daemon
from tests.support.prepared import Forked

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
"""The key of the example in RFC 6455, 1.3."""

PASSWORD = "violet anchor 3721"
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


class Gone(Exception):
    """The server has closed the connection."""


def frame(
    payload: bytes = b"",
    op: int = TEXT,
    fin: bool = True,
    rsv: int = 0,
    key: bytes | None = b"\1\2\3\4",
    bits: int | None = None,
    length: int | None = None,
) -> bytes:
    """
    @param op: the opcode.
    @param key: the masking key; None: the frame is not masked.
    @param bits: the size of the length field: 7, 16 or 64; None: the smallest that fits.
    @param length: a false length; None: the payload's.
    @return: a frame (RFC 6455, 5.2).
    """
    size = len(payload) if length is None else length
    bits = bits or (7 if size < 126 else 16 if size < 65536 else 64)
    first = bytes([fin << 7 | rsv << 4 | op])
    mask = 0 if key is None else 0x80
    more = {7: b"", 16: struct.pack("!H", size & 0xFFFF), 64: struct.pack("!Q", size)}[bits]
    head = first + bytes([mask | {7: size & 127, 16: 126, 64: 127}[bits]]) + more
    if key is None:
        return head + payload
    return head + key + bytes(byte ^ key[place % 4] for place, byte in enumerate(payload))


def fragments(payload: bytes, *cuts: int, op: int = TEXT) -> list[bytes]:
    """@return: the frames of a message that is fragmented at these offsets."""
    places = [0, *cuts, len(payload)]
    last = len(places) - 2
    return [frame(payload[places[i] : places[i + 1]], op=0 if i else op, fin=i == last) for i in range(len(places) - 1)]


def upgrade(path: str = "/v2/ws", method: str = "GET", version: str = "HTTP/1.1", **headers: str | None) -> bytes:
    """
    @param headers: replace the usual headers, with C{_} for C{-} in names; None removes a header.
    @return: an opening handshake (RFC 6455, 4.1).
    """
    usual: dict[str, str | None] = {
        "Host": "localhost",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": KEY,
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Protocol": "hichat.v2",
    }
    usual |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{method} {path} {version}", *(f"{name}: {value}" for name, value in usual.items() if value is not None)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


class Raw:
    """
    One connection.

    @param context: for TLS, with the name of the host; None: it is plain.
    """

    def __init__(self, port: int, context: ssl.SSLContext | None = None, host: str = "") -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), 10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if context is not None:
            self.socket = context.wrap_socket(self.socket, server_hostname=host)
        self.data = b""

    def send(self, *parts: bytes, pause: float = 0.0) -> None:
        """Send parts, each in a segment of its own. Once the server has closed the connection, the rest is dropped."""
        with contextlib.suppress(OSError):
            for part in parts:
                self.socket.sendall(part)
                time.sleep(pause)

    def _more(self, end: float) -> None:
        left = end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self.socket.settimeout(left)
        try:
            data = self.socket.recv(65536)
        except TimeoutError:
            raise
        except OSError:
            raise Gone from None
        if not data:
            raise Gone
        self.data += data

    def response(self, seconds: float = 10) -> tuple[int, str]:
        """@return: the status and the head of an HTTP response."""
        end = time.monotonic() + seconds
        while b"\r\n\r\n" not in self.data:
            self._more(end)
        head, _, self.data = self.data.partition(b"\r\n\r\n")
        return int(head.split()[1]), head.decode("latin-1")

    def get(self, seconds: float = 10) -> tuple[int, bytes]:
        """@return: opcode and payload of the next frame, which must be unfragmented and unmasked."""
        end = time.monotonic() + seconds
        while True:
            if len(self.data) >= 2:
                assert self.data[0] & 0xF0 == 0x80 and self.data[1] < 128, self.data[:20]  # noqa: PT018
                size, at = self.data[1], 2
                if size == 126:
                    size, at = int.from_bytes(self.data[2:4], "big"), 4
                elif size == 127:
                    size, at = int.from_bytes(self.data[2:10], "big"), 10
                if len(self.data) >= max(at + size, at):
                    op, payload = self.data[0] & 15, self.data[at : at + size]
                    self.data = self.data[at + size :]
                    return op, payload
            self._more(end)

    def said(self, seconds: float = 10) -> dict[str, Any]:
        """@return: the next text frame's object; pings are answered."""
        while True:
            op, payload = self.get(seconds)
            if op == PING:
                self.send(frame(payload, op=PONG))
            else:
                assert op == TEXT, (op, payload)
                found: dict[str, Any] = json.loads(payload)
                return found

    def close_code(self, seconds: float = 10) -> int | None:
        """@return: the code of the Close frame that the server sends next; None: it closes without one."""
        try:
            op, payload = self.get(seconds)
        except Gone:
            return None
        assert op == CLOSE, (op, payload)
        return int.from_bytes(payload[:2], "big") if payload else 1005

    def close(self) -> None:
        """Close the TCP connection, without a Close frame."""
        self.socket.close()

    def reset(self) -> None:
        """Reset the TCP connection."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


class Server:
    """A daemon for raw clients."""

    def __init__(self, directory: Path) -> None:
        self.daemon = Daemon(directory, REGISTER_LIMIT="off", LOGIN_LIMIT="off", ADDRESS_LIMIT="off")
        self.daemon.prepare()
        self.port = self.daemon.port
        self.daemon.fork()
        end = time.monotonic() + 30
        while not self.is_healthy():
            assert time.monotonic() < end
            assert self.process.poll() is None, self.daemon.log.read_text()
            time.sleep(0.05)

    @property
    def process(self) -> subprocess.Popen[bytes] | Forked:
        assert self.daemon.process is not None
        return self.daemon.process

    def is_healthy(self) -> bool:
        with contextlib.suppress(OSError):
            return self.call("GET", "/healthz")[0] == 200
        return False

    def call(self, method: str, path: str, body: Any = None, token: str = "") -> tuple[int, Any]:
        """@return: the status and the body; a JSON body is decoded."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        with contextlib.closing(connection):
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            data = answer.read()
        return answer.status, json.loads(data) if "json" in (answer.getheader("Content-Type") or "") else data

    def account(self, name: str) -> int:
        """Make an account. @return: the user's id."""
        status, made = self.call("POST", "/v2/accounts", {"name": name, "password": PASSWORD})
        assert status == 201, made
        return int(made["id"])

    def token(self, name: str, device: str = "raw") -> str:
        """@return: an access token."""
        status, made = self.call("POST", "/v2/login", {"name": name, "password": PASSWORD, "device": device})
        assert status == 200, made
        return str(made["accessToken"])

    def open(self, token: str, device: str = "raw", sync: bool = False) -> Raw:
        """@return: a v2 connection that has been welcomed."""
        raw = Raw(self.port)
        raw.send(upgrade(Authorization=f"Bearer {token}"))
        status, head = raw.response()
        assert status == 101, head
        raw.send(frame(json.dumps({"op": "hello", "device": device}).encode()))
        said = raw.said()
        assert said["op"] == "welcome", said
        if sync:
            raw.send(frame(b'{"op":"sync","ref":"s"}'))
            while raw.said()["op"] != "synced":
                pass
        return raw

    def stop(self) -> str:
        """Stop the daemon. @return: its log."""
        self.process.terminate()
        assert self.process.wait(20) == -15
        self.daemon.process = None
        return self.daemon.log.read_text()

    def end(self) -> None:
        """
        Stop the daemon.

        @raise AssertionError: it has not stopped in order, or has logged a failure.
        """
        log = self.stop()
        for word in ("Traceback", "Unhandled", "#critical"):
            assert word not in log, log[-5000:]
        assert "everything that was accepted is stored" in log
