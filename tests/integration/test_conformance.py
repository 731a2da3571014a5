"""
RFC 6455, case by case, as far as a server that is no echo server shows it. What stands for the echo is v2's C{ping}:
its answer has the C{ref} of the question. Text that is no JSON is answered with an error, and the connection goes on.

Each case says what is sent, how it is cut into segments, and what must come back; then a good connection must still
work, and a broken one must be over.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import pytest
from twisted.internet.threads import deferToThread

from tests.support.raw import (
    BINARY,
    CLOSE,
    KEY,
    PING,
    PONG,
    TEXT,
    Gone,
    Raw,
    Server,
    fragments,
    frame,
    upgrade,
)

BROKEN, NOT_TEXT, TOO_LARGE = 1002, 1007, 1009
WAYS = ("whole", "frames", "bytes")
"""In one segment, each part in one of its own, each byte in one of its own."""


class Case(NamedTuple):
    """
    @ivar answers: opcode, and a payload or a part of it; a close's is its code.
    """

    name: str
    parts: list[bytes]
    answers: list[tuple[int, bytes | int]]


def ask(ref: str, size: int = 0) -> bytes:
    """@return: a question."""
    text = json.dumps({"op": "ping", "ref": ref}, ensure_ascii=False)
    return (text[:-1] + " " * (size - len(text.encode())) + "}").encode()


def echo(ref: str) -> tuple[int, bytes | int]:
    """@return: its answer."""
    return TEXT, json.dumps(ref, ensure_ascii=False).encode()


def good(name: str, *parts: bytes, answers: list[tuple[int, bytes | int]] | None = None) -> Case:
    return Case(name, list(parts), [echo("a")] if answers is None else answers)


def bad(name: str, *parts: bytes, code: int = BROKEN, before: list[tuple[int, bytes | int]] | None = None) -> Case:
    return Case(name, list(parts), [*(before or []), (CLOSE, code)])


A, B = frame(ask("a")), frame(ask("b"))

ONES = "\x7f \u0080 \u07ff \u0800 \ud7ff \ue000 \ufffd \ufffe \uffff \U00010000 \U0001fffe \U0010ffff \ufeff \u2028"
VALID = ("Hello-µ@ßöäüàá", "κόσμε", "😀👍🏽", *ONES.split(" "))
INVALID = {
    "a surrogate": b"\xce\xba\xed\xa0\x80edited",
    "a pair of surrogates": b"\xed\xa0\x80\xed\xb0\x80",
    "a continuation alone": b"\x80",
    "many": b"\x80\xbf\x80\xbf\x80",
    "a lead alone": b"\xc2 ",
    "a lead at the end": b"\xe1\xbd",
    "overlong 2": b"\xc0\xaf",
    "overlong 3": b"\xe0\x80\xaf",
    "overlong 4": b"\xf0\x8f\xbf\xbf",
    "an overlong NUL": b"\xc0\x80",
    "five bytes": b"\xf8\x88\x80\x80\x80",
    "six bytes": b"\xfc\x84\x80\x80\x80\x80",
    "above the last character": b"\xf4\x90\x80\x80",
    "FE": b"\xfe",
    "FF": b"\xff",
    "cut in four": b"\xf0\x9f\x98",
}
CLOSES = (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 3000, 3999, 4000, 4999)
NO_CLOSES = (0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535)


def framing() -> Iterator[Case]:
    """5.2 and 5.3: heads, lengths and masks."""
    for size in (40, 125, 126, 127, 128, 1000, 16384, 32767, 32768):
        yield good(f"text of {size}", frame(ask("a", size)))
    for size in (32769, 65535, 65536):
        yield bad(f"text of {size}", frame(b"x" * size), code=TOO_LARGE)
    for size in (0, 125, 126, 32768):
        yield good(f"binary of {size}", frame(b"\xfe" * size, op=BINARY), answers=[(TEXT, b"not_text")])
    for bits, size in ((16, 0), (16, 1), (16, 125), (64, 0), (64, 125), (64, 126), (64, 32768)):
        yield bad(f"length {size} in {bits} bits", frame(b" " * size, bits=bits))
    yield bad("length with the top bit", frame(b"12345", bits=64, length=1 << 63 | 5))
    for key in (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x80\0\x7f\1"):
        yield good(f"masked with {key.hex()}", frame(ask("a"), key=key))
    for op in (TEXT, BINARY, CLOSE, PING, PONG):
        yield bad(f"opcode {op}, not masked", frame(op=op, key=None))
    yield bad("usual, then not masked", A, frame(b"x", key=None), before=[echo("a")])
    for rsv in range(1, 8):
        for op in (TEXT, BINARY, PING, CLOSE):
            yield bad(f"reserved bits {rsv}, opcode {op}", frame(b"\x03\xe8", op=op, rsv=rsv))
        yield bad(f"usual, then reserved bits {rsv}", A, frame(b"x", rsv=rsv), B, before=[echo("a")])
    for op in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15):
        yield bad(f"reserved opcode {op}", frame(op=op))
        yield bad(f"usual, then reserved opcode {op}", A, frame(b"reserved", op=op), B, before=[echo("a")])


def fragmentation() -> Iterator[Case]:
    """5.4."""
    first, second = fragments(ask("a"), 9)
    yield good("two", first, second)
    yield good("each byte", *fragments(ask("a"), *range(1, len(ask("a")))))
    yield good("empty ones", frame(fin=False), frame(ask("a"), op=0, fin=False), frame(op=0, fin=False), frame(op=0))
    yield good("a ping between", first, frame(b"p", op=PING), second, answers=[(PONG, b"p"), echo("a")])
    yield good("a pong between", first, frame(b"p", op=PONG), second)
    yield good("among usual ones", B, first, second, B, answers=[echo("b"), echo("a"), echo("b")])
    yield good("of binary", *fragments(b"\xfe" * 20, 9, op=BINARY), answers=[(TEXT, b"not_text")])
    for fin in (False, True):
        yield bad(f"nothing to continue, {fin}", frame(b"x", op=0, fin=fin), A)
        yield bad(f"usual, then nothing to continue, {fin}", A, frame(b"x", op=0, fin=fin), before=[echo("a")])
        yield bad(f"whole, then a continuation, {fin}", first, second, frame(b"x", op=0, fin=fin), before=[echo("a")])
    for op in (TEXT, BINARY):
        yield bad(f"opcode {op} in the middle", first, frame(b"{}", op=op))
    for op in (CLOSE, PING, PONG):
        yield bad(f"opcode {op} in fragments", frame(b"\x03\xe8", op=op, fin=False), frame(b"x", op=0))
    yield bad("not masked", first, frame(b"}", op=0, key=None))
    yield bad("reserved bits", first, frame(b"}", op=0, rsv=4))
    # No end, but too much already.
    yield bad("too large", *[frame(b"x" * 16000, op=0 if n else TEXT, fin=False) for n in range(3)], code=TOO_LARGE)
    yield bad("closed in the middle", first, frame(b"\x03\xe8", op=CLOSE), second, code=1000)


def control() -> Iterator[Case]:
    """5.5."""
    for payload in (b"", b"Hello, world!", b"\x00\xff\xfe", b"\xfe" * 125):
        yield good(f"ping of {len(payload)}", frame(payload, op=PING), answers=[(PONG, payload)])
        yield good(f"pong of {len(payload)}, unasked", frame(payload, op=PONG), answers=[])
    for op in (CLOSE, PING, PONG):
        yield bad(f"opcode {op} of 126", frame(b"\x03\xe8" + b"x" * 124, op=op))
    pings = [frame(b"%d" % n, op=PING) for n in range(10)]
    yield good("ten pings", *pings, answers=[(PONG, b"%d" % n) for n in range(10)])
    mixed = [part for n in range(10) for part in (frame(ask(f"r{n}")), pings[n])]
    both = [answer for n in range(10) for answer in (echo(f"r{n}"), (PONG, b"%d" % n))]
    yield good("pings among questions, in order", *mixed, answers=both)


def closing() -> Iterator[Case]:
    """5.5.1, 7.1 and 7.4: a close is answered, what follows it is nothing."""
    yield bad("no code", frame(op=CLOSE), code=1000)
    for code in CLOSES:
        yield bad(f"with {code}", frame(code.to_bytes(2, "big"), op=CLOSE), code=1000)
        yield bad(f"with {code} and a reason", frame(code.to_bytes(2, "big") + "再见".encode(), op=CLOSE), code=1000)
    for code in NO_CLOSES:
        yield bad(f"with {code}, which is none", frame(code.to_bytes(2, "big"), op=CLOSE))
    yield bad("half a code", frame(b"\x03", op=CLOSE))
    yield bad("reason of 123", frame(b"\x03\xe8" + b"x" * 123, op=CLOSE), code=1000)
    for name, text in INVALID.items():
        yield bad(f"reason: {name}", frame(b"\x03\xe8" + text, op=CLOSE), code=NOT_TEXT)
    for behind in (A, frame(b"p", op=PING), frame(b"\x03\xe8", op=CLOSE), b"\xff" * 20):
        yield bad(f"then {behind[:1].hex()}", A, frame(b"\x03\xe8", op=CLOSE), behind, code=1000, before=[echo("a")])


def text() -> Iterator[Case]:
    """5.6 and 8.1: UTF-8."""
    yield good("empty", frame(), answers=[(TEXT, b"not_json")])
    for ref in VALID:
        yield good(f"valid {ref!a}", frame(ask(ref)), answers=[echo(ref)])
        payload = ask(ref)
        yield good(f"valid {ref!a}, cut", *fragments(payload, *range(1, len(payload))), answers=[echo(ref)])
    for name, wrong in INVALID.items():
        yield bad(name, frame(wrong), code=NOT_TEXT)
        yield bad(f"{name}, in JSON", frame(b'{"op":"ping","ref":"' + wrong + b'"}'), code=NOT_TEXT)
        yield bad(f"{name}, cut", *fragments(wrong + b" ", *range(1, len(wrong) + 1)), code=NOT_TEXT)
        yield bad(f"usual, then {name}", A, frame(wrong), B, code=NOT_TEXT, before=[echo("a")])
    sample = "κόσμε€😀".encode()
    for cut in range(1, len(sample)):
        try:
            sample[:cut].decode()
        except UnicodeDecodeError:
            yield bad(f"two messages cut at {cut}", frame(sample[:cut]), frame(sample[cut:]), code=NOT_TEXT)


ACCEPT = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
TAKEN: dict[str, dict[str, str | None]] = {
    "as usual": {},
    "no subprotocol": {"Sec_WebSocket_Protocol": None},
    "ours among others": {"Sec_WebSocket_Protocol": "chat, hichat.v2"},
    "Upgrade in capitals": {"Upgrade": "WebSocket"},
    "Connection among others": {"Connection": "keep-alive, Upgrade"},
    "a header that nobody knows": {"X_Foo": "bar"},
    "an IPv6 host": {"Host": "[::1]:8000"},
}
REFUSED: dict[str, dict[str, str | None]] = {
    "no Upgrade": {"Upgrade": None},
    "another Upgrade": {"Upgrade": "h2c"},
    "no Connection": {"Connection": None},
    "another Connection": {"Connection": "keep-alive"},
    "no key": {"Sec_WebSocket_Key": None},
    "an empty key": {"Sec_WebSocket_Key": ""},
    "a short key": {"Sec_WebSocket_Key": KEY[4:]},
    "a key of other letters": {"Sec_WebSocket_Key": "!" + KEY[1:]},
    "no version": {"Sec_WebSocket_Version": None},
    "version 12": {"Sec_WebSocket_Version": "12"},
    "version 14": {"Sec_WebSocket_Version": "14"},
    "version abc": {"Sec_WebSocket_Version": "abc"},
    "another subprotocol": {"Sec_WebSocket_Protocol": "chat"},
    "by POST": {"method": "POST"},
    "by HEAD": {"method": "HEAD"},
    "another path": {"path": "/v2/wss"},
}


@pytest.fixture
def token(server: Server) -> str:
    """The token of somebody who asks."""
    name = f"ann{time.time_ns()}"
    server.account(name)
    return server.token(name)


async def test_framing(server: Server, token: str) -> None:
    await try_all(server, token, framing())


async def test_fragmentation(server: Server, token: str) -> None:
    await try_all(server, token, fragmentation())


async def test_control(server: Server, token: str) -> None:
    await try_all(server, token, control())


async def test_closing(server: Server, token: str) -> None:
    await try_all(server, token, closing())


async def test_text(server: Server, token: str) -> None:
    await try_all(server, token, text())


async def try_all(server: Server, token: str, cases: Iterable[Case]) -> None:
    """Try each case in each way, in a thread: these clients wait for their sockets. Those that fail are named."""
    tried, failed = await deferToThread(attempts, server, token, cases)
    assert tried > 20
    assert failed == {}


def attempts(server: Server, token: str, cases: Iterable[Case]) -> tuple[int, dict[str, str]]:
    """@return: how many were tried, and the errors of those that failed."""
    tried, failed = 0, {}
    for case in cases:
        for way in WAYS:
            # A byte at a time takes long, and a part by itself is the whole.
            if (way == "bytes" and sum(map(len, case.parts)) >= 300) or (way == "frames" and len(case.parts) == 1):
                continue
            tried += 1
            try:
                attempt(server, token, case, way)
            except (AssertionError, Gone, TimeoutError) as e:
                failed[f"{case.name}, {way}"] = repr(e)
    return tried, failed


def attempt(server: Server, token: str, case: Case, way: str) -> None:
    data = b"".join(case.parts)
    parts = {"whole": [data], "frames": case.parts, "bytes": [data[n : n + 1] for n in range(len(data))]}[way]
    with contextlib.closing(server.open(token)) as raw:
        raw.send(*parts, pause=0.001 if way == "frames" else 0.0)
        for op, expected in case.answers:
            if op == CLOSE:
                assert raw.close_code() == expected
                raw.send(frame(int(expected).to_bytes(2, "big"), op=CLOSE))
                with pytest.raises(Gone):
                    raw.get()
                return
            found = raw.get()
            assert found[0] == op
            assert isinstance(expected, bytes)
            if op == TEXT:
                assert expected in found[1]
            else:
                assert found[1] == expected
        raw.send(frame(ask("still there")))
        assert raw.said()["ref"] == "still there"


async def test_handshake(server: Server, token: str) -> None:
    """4.2.2; also cut anywhere."""
    for name, given in TAKEN.items():
        data = upgrade(**given, Authorization=f"Bearer {token}")  # type: ignore[arg-type]
        for cut in (0, 1, 30, len(data) - 3):
            await deferToThread(shake_hands, server, name, data, cut)


def shake_hands(server: Server, name: str, data: bytes, cut: int) -> None:
    with contextlib.closing(Raw(server.port)) as raw:
        raw.send(data[:cut], data[cut:], pause=0.002)
        status, head = raw.response()
        assert (status, ACCEPT in head) == (101, True), (name, head)
        agreed = "Sec-WebSocket-Protocol: hichat.v2" in head
        assert agreed == (name != "no subprotocol"), name
        raw.send(frame(b'{"op":"hello","device":"raw"}'))
        assert raw.said()["op"] == "welcome", name


async def test_no_handshake(server: Server) -> None:
    """4.2.1: a client that does not say all of it gets an answer of HTTP, and no WebSocket."""
    for name, given in REFUSED.items():
        status, head = await deferToThread(answer_to, server, upgrade(**given))  # type: ignore[arg-type]
        assert status in range(400, 500), (name, head)
        if "Version" in str(given):
            assert "sec-websocket-version" in head.lower() or status == 400, (name, head)


def answer_to(server: Server, data: bytes) -> tuple[int, str]:
    """@return: the status and the head of the answer to a request."""
    with contextlib.closing(Raw(server.port)) as raw:
        raw.send(data)
        return raw.response()
