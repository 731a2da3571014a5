"""
Seeded rubbish: frames of both dialects, datagrams at the plane's port and HTTP requests, each a little wrong, while two
healthy people talk. Nothing of theirs is lost or late for long, the daemon lives and has nothing to complain of.

How many rounds, and how to repeat one: L{tests.proof}.
"""

from __future__ import annotations

import contextlib
import io
import json
import random
import re
import socket
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from PIL import Image
from twisted.internet.threads import deferToThread

from hichat.pipeline.plane.datagram import Codec, Trail
from tests import proof
from tests.media.samples import AUDIO
from tests.support.raw import BINARY, CLOSE, PING, PONG, Gone, Raw, Server, fragments, frame, upgrade

STEPS = 30

V2: list[dict[str, Any]] = [
    {"op": "ping", "ref": 1},
    {"op": "sync", "ref": "s", "since": 0},
    {"op": "send", "ref": "a", "user": 3, "counter": 1, "text": "Hi"},
    {"op": "send", "ref": "b", "group": 1000000001, "counter": 2, "media": "picture", "url": "/v2/media/x", "text": ""},
    {
        "op": "send",
        "ref": "c",
        "user": 3,
        "counter": 3,
        "text": "x",
        "replyTo": 3,
        "mentions": [4],
        "format": "markdown",
    },
    {"op": "edit", "message": 4, "text": "y", "ref": "c", "counter": 3},
    {"op": "recall", "message": 4, "ref": "d", "counter": 4},
    {"op": "react", "message": 4, "emoji": "👍", "on": False, "ref": "e", "counter": 5},
    {"op": "read", "ref": "r", "user": 3, "id": 4},
    {"op": "marks", "ref": "m", "user": 3},
    {"op": "history", "ref": "h", "user": 3, "limit": 2, "before": 39},
    {"op": "typing", "user": 3},
    {"op": "watch", "users": [2, 4], "groups": [1000000001], "ref": "w"},
    {"op": "show", "presence": False, "ref": "v"},
    {"op": "speak", "language": "en"},
    {"op": "hello", "device": "x", "token": "t"},
]
V1: list[dict[str, Any]] = [
    {"userId": 3, "TargetId": 3, "Type": 1, "Media": 1, "Content": "hi", "url": "", "Desc": "", "amount": 0},
    {"userId": 3, "targetId": 3, "Type": 2, "Content": "g"},
    {"userId": 3, "Type": 3, "Content": "all"},
    {"userid": 3, "TARGETID": 3, "tYpE": 1, "media": 4, "url": "/uploads/x.png"},
]
ODD: list[Any] = [None, True, 0, -1, 2**53, 2**63, 2**64, -(2**63), 10**400, 1.5, 1e308, "", "x", "é", "\0", "\x1b[2J"]
ODD += ["a" * 8192, "漢" * 2731, "\ufffe", "\u202e", "\u2028", "a\u0300" * 3000, [], {}, [[]], [1] * 5000, {"a": 1}]
ODD += [
    "NaN",
    "../../etc/passwd",
    "/v2/media/../x",
    "javascript:x",
    "\r\nSet-Cookie: a=b",
    "%00",
    "' OR 1=1 --",
    [None],
]
RAW = [b"NaN", b"-Infinity", b"1e999", b"-0", b"01", b"9" * 5000, b"[" * 3000, b"[" * 500 + b"]" * 500, b'"\\ud800"']
RAW += [b'{"a":' * 300 + b"1" + b"}" * 300, b'"\\u0000"', b'"\t"', b'"a', b"'a'", b"", b"\xef\xbb\xbf1", b"tru", b"1,"]


def _picture(kind: str) -> bytes:
    """@return: a picture that is the same in each run."""
    file = io.BytesIO()
    Image.linear_gradient("L").save(file, kind)
    return file.getvalue()


PICTURES = [(kind, _picture(kind)) for kind in ("PNG", "JPEG", "GIF", "WEBP")]


class Fuzz:
    """One round."""

    def __init__(self, seed: int, server: Server) -> None:
        self.chance = random.Random(seed)
        self.server = server
        self.name = f"mallory{seed}x{time.time_ns()}"
        self.user = server.account(self.name)
        self.token = server.token(self.name)
        self.paths: dict[str, Any] = server.call("GET", "/v2/openapi.json")[1]["paths"]

    def some(self, size: int) -> bytes:
        return self.chance.randbytes(self.chance.randrange(size))

    def bent(self, data: bytes) -> bytes:
        """@return: the same, cut, lengthened, or with bits that are turned."""
        chance, bent = self.chance, bytearray(data)
        kind = chance.randrange(4)
        if kind == 0:
            return data[: chance.randrange(len(data) + 1)]
        if kind == 1:
            return data + self.some(50)
        for _ in range(chance.choice((1, 1, 2, 8)) if data else 0):
            place = chance.randrange(len(bent))
            bent[place] = bent[place] ^ 1 << chance.randrange(8) if kind == 2 else chance.randrange(256)
        return bytes(bent)

    # Frames

    def payload(self, known: list[dict[str, Any]]) -> bytes:
        chance = self.chance
        said = dict(chance.choice(known))
        for _ in range(chance.randrange(4)):
            name = chance.choice([*said, "x", "", "OP", "ref", "\0", "a" * 300, "__proto__"])
            if chance.random() < 0.2:
                said.pop(name, None)
            else:
                said[name] = chance.choice(ODD)
        text = json.dumps(said, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")
        if chance.random() < 0.2:
            text = re.sub(rb'(?<=: )("[^"]*"|[0-9]+)', lambda _: chance.choice(RAW), text, count=1)
        return self.bent(text) if chance.random() < 0.3 else text

    def frames(self, payload: bytes) -> bytes:
        """@return: frames with this: usual, unusual or wrong."""
        chance = self.chance
        kinds: list[Callable[[], bytes]] = [
            lambda: frame(payload),
            lambda: frame(payload, key=chance.choice((b"\0\0\0\0", b"\xff\xff\xff\xff"))),
            lambda: b"".join(fragments(payload, len(payload) // 2)),
            lambda: frame(payload, op=BINARY),
            lambda: frame(payload[:125], op=chance.choice((PING, PONG))),
            lambda: frame(payload, key=None),
            lambda: frame(payload, rsv=chance.randrange(1, 8)),
            lambda: frame(payload, op=chance.randrange(16), fin=chance.random() < 0.5),
            lambda: frame(payload, bits=64, length=chance.choice((2**63, 2**64 - 1, 2**40, 32769, 0))),
            lambda: frame(chance.randbytes(2) + payload[:120], op=CLOSE),
            lambda: self.bent(frame(payload)),
            lambda: self.some(60),
        ]
        return chance.choice(kinds[:5] if chance.random() < 0.9 else kinds)()

    def talk(self) -> None:
        """A connection full of that, of either dialect, left in any way."""
        chance, raw = self.chance, Raw(self.server.port)
        known = chance.choice((V1, V2))
        if known is V2:
            raw.send(upgrade(Authorization=f"Bearer {self.token}"))
        else:
            raw.send(
                upgrade(f"/v1/user/SendUserMsg?userId={self.user}&token={self.token}", Sec_WebSocket_Protocol=None)
            )
        raw.response()
        data = frame(b'{"op":"hello","device":"raw"}') if known is V2 and chance.random() < 0.9 else b""
        data += b"".join(self.frames(self.payload(known)) for _ in range(chance.randrange(20)))
        cuts = sorted(chance.randrange(len(data) + 1) for _ in range(chance.randrange(4)))
        raw.send(*(data[one:other] for one, other in zip([0, *cuts], [*cuts, len(data)], strict=True)))
        with contextlib.suppress(Gone, TimeoutError, AssertionError):
            raw.get(0.02)
        raw.reset() if chance.random() < 0.5 else raw.close()

    # Datagrams

    def datagrams(self) -> None:
        """Of strangers, and of a life before."""
        chance, daemon = self.chance, self.server.daemon
        key = (daemon.directory / "state" / "plane.key").read_bytes()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plane:
            for _ in range(30):
                codec = Codec(chance.choice((key, bytes(32))), 0, chance.getrandbits(64))
                first = chance.choice((0, 1, 10, 2**40))
                whole = codec.pack(Trail(chance.randrange(9)), first, first + chance.randrange(5), self.some(100))
                size = chance.choice((0, 1, 16, 84, 86, 1400, 9000, 60000))
                data = chance.choice((self.bent(whole), whole + whole, chance.randbytes(size)))
                plane.sendto(data, ("127.0.0.1", daemon.udp))

    # Requests

    def request(self) -> bytes:
        chance = self.chance
        path = chance.choice(list(self.paths))
        method = chance.choice(list(self.paths[path])).upper()
        target = "/v2" + re.sub(r"\{\w+\}", lambda _: quote(str(chance.choice(ODD))[:2000], safe=""), path)
        if chance.random() < 0.3:
            target += "?" + "&".join(
                f"{name}={quote(str(chance.choice(ODD))[:500])}" for name in ("limit", "cursor", "q")
            )
        if chance.random() < 0.1:
            target = chance.choice(
                ("/", "//", "/v2/../me", "*", "/%", "/uploads/%2e%2e/hichat.db", "/app/../x", "http://x/")
            )
        if chance.random() < 0.05:
            method = chance.choice(("HEAD", "OPTIONS", "TRACE", "FOO", "get", "G\x01T", ""))
        body = json.dumps(
            {name: chance.choice(ODD) for name in ("name", "password", "device", "text", "user")}
        ).encode()
        if path == "/media" and method == "POST":
            body = self.bent(chance.choice((*AUDIO, *PICTURES))[1])
        elif chance.random() < 0.3:
            body = chance.choice((self.bent(body), *RAW, b"[" * 60000, b" " * 70000))
        headers = {
            "Host": chance.choice(("localhost",) * 9 + ("", "a b", "[::1", "x" * 5000)),
            "Authorization": chance.choice(
                (f"Bearer {self.token}",) * 9 + ("Bearer ", "Basic eA==", "Bearer " + "x" * 9000)
            ),
            "Content-Type": chance.choice(
                ("application/json",) * 9 + ("text/plain", "multipart/form-data; boundary=", "\xff")
            ),
            "Content-Length": chance.choice((str(len(body)),) * 12 + ("-1", "abc", "0", "9" * 20, "0x10")),
            chance.choice(
                ("Range", "Cookie", "X-Forwarded-For", "Accept-Language", "Expect", "If-None-Match", "X Y")
            ): (chance.choice(("bytes=0-1", "*", "1.2.3.4, 5.6.7.8", "\xff", "100-continue", "x" * 3000, "a\r\n b"))),
        }
        if chance.random() < 0.1:
            del headers["Content-Length"]
            headers["Transfer-Encoding"] = chance.choice(("chunked", "chunked, chunked", "gzip"))
            body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
            body = self.bent(body) if chance.random() < 0.5 else body
        head = f"{method} {target} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        data = head.encode("utf-8") + b"\r\n" + body
        return self.bent(data) if chance.random() < 0.1 else data

    def requests(self) -> None:
        for _ in range(8):
            data = self.request()
            with contextlib.closing(Raw(self.server.port)) as raw:
                raw.send(data)
                with contextlib.suppress(OSError):
                    raw.socket.shutdown(socket.SHUT_WR)
                with contextlib.suppress(Gone, TimeoutError):
                    status, head = raw.response(5)
                    # That it cannot be stored at the moment, or is not done by this server, is an answer; 500 is none.
                    assert status not in (500, 502), (data[:500], head)

    def step(self) -> None:
        self.chance.choice((self.talk, self.talk, self.datagrams, self.requests))()


class Pair:
    """Two who talk with each other."""

    def __init__(self, server: Server) -> None:
        name = str(time.time_ns())
        self.ids = [server.account(f"{one}{name}") for one in ("ann", "bob")]
        self.ends = [server.open(server.token(f"{one}{name}"), sync=True) for one in ("ann", "bob")]
        self.count = 0

    def talk(self) -> None:
        """Each says one thing; it is acked and heard, in order, once."""
        self.count += 1
        for me in (0, 1):
            said = {
                "op": "send",
                "ref": self.count,
                "user": self.ids[1 - me],
                "counter": self.count,
                "text": str(self.count),
            }
            self.ends[me].send(frame(json.dumps(said).encode()))
        for end in self.ends:
            found: dict[str, Any] = {}
            while len(found) < 2:
                said = end.said()
                assert said["op"] in ("ack", "event"), said
                assert said["op"] not in found
                found[said["op"]] = said
            assert found["ack"]["ref"] == self.count
            assert found["event"]["text"] == str(self.count)


async def test_the_log_of_broken_connections(server: Server) -> None:
    """Of each at most one line, and of many a few; nothing in it that a terminal obeys."""
    log = server.daemon.log
    before = len(log.read_text().splitlines())
    wrong = [b"\x16\x03\x01\0\5hello", b"GET /\x1b[2J\r\n HTTP/9\r\n\r\n", b"GET / HTTP/1.1\r\nX: " + b"a" * 70000]
    wrong += [upgrade(Sec_WebSocket_Version="99"), upgrade(Sec_WebSocket_Key="\x1b]0;x"), upgrade() + b"\xff" * 40]
    for data in wrong * 20:
        await deferToThread(break_off, server, data)
    lines = log.read_text().splitlines()[before:]
    assert len(lines) <= 12, lines
    assert all(line.isprintable() for line in lines), lines


def break_off(server: Server, data: bytes) -> None:
    """Send something wrong, then rubbish, and reset the connection."""
    raw = Raw(server.port)
    raw.send(data)
    with contextlib.suppress(Gone, TimeoutError):
        raw.response(0.05)
    raw.send(b"\xff" * 40)
    with contextlib.suppress(Gone, TimeoutError, AssertionError):
        raw.get(0.05)
    raw.reset()


@pytest.mark.timeout(60 + 20 * proof.ROUNDS_OF_FUZZ)
async def test_rubbish(server: Server) -> None:
    pair = await deferToThread(Pair, server)
    for seed in proof.seeds(proof.ROUNDS_OF_FUZZ):
        try:
            await deferToThread(rubbish, server, pair, seed)
        except Exception as e:
            log = server.daemon.log.read_text()
            raise AssertionError(f"repeat with HICHAT_SEED={seed}\n{log[-3000:]}") from e


def rubbish(server: Server, pair: Pair, seed: int) -> None:
    """One round of rubbish, while two people talk."""
    fuzz = Fuzz(seed, server)
    for _ in range(STEPS):
        fuzz.step()
        pair.talk()
    assert server.process.poll() is None
    assert server.is_healthy()
    assert "Traceback" not in server.daemon.log.read_text()
