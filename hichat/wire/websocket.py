"""
The usual frames of a read, all in one pass (RFC 6455, 5.2).

Nearly everything that clients send are small, whole, masked text frames. For those Autobahn's general parser costs more
than all the rest of a message; so they are taken here, and it gets what is unusual: control frames, fragments, binary
frames, long ones and broken ones.
"""

from __future__ import annotations

from typing import NamedTuple

_WHOLE_TEXT = 0x81
"""The first byte: FIN, no extension, opcode 1."""
PING = 0x89
PONG = 0x8A
"""The first byte of a whole one."""
_MASKED = 0x80
_TWO_BYTES = 126
_EIGHT_BYTES = 127
_SHORTEST = 6
"""Bytes of a masked frame without a payload."""


class Taken(NamedTuple):
    """
    What was found in a read.

    @ivar texts: the payloads of the usual frames, valid UTF-8.
    @ivar rest: where in the data the first byte is that was not used.
    @ivar unusual: whether a frame begins there that is not for us; else it is the beginning of one that has not come
        whole yet, or there were more than were wanted.
    """

    texts: list[bytes]
    rest: int
    unusual: bool


def take(data: bytes, limit: int, most: int = 1 << 20) -> Taken:
    """
    @param data: begins where a frame begins.
    @param limit: bytes of payload; longer frames are unusual.
    @param most: how many frames are wanted.
    """
    texts: list[bytes] = []
    at, size = 0, len(data)
    unusual = False
    number = int.from_bytes
    for _ in range(most):
        if size - at < 2:
            break
        # Without the mask bit, this makes the length too large.
        length = data[at + 1] ^ _MASKED
        if data[at] != _WHOLE_TEXT or length >= _EIGHT_BYTES:
            unusual = True
            break
        start = at + _SHORTEST
        if length == _TWO_BYTES:
            start += 2
            if size < start:
                break
            length = data[at + 2] << 8 | data[at + 3]
            if length < _TWO_BYTES or length > limit:
                unusual = True
                break
        end = start + length
        if end > size:
            break
        # Unmasked (RFC 6455, 5.3) as one large number, which is one operation instead of one a byte; and here, because
        # a call costs as much.
        mask = (data[start - 4 : start] * (length + 3 >> 2))[:length]
        texts.append((number(data[start:end], "little") ^ number(mask, "little")).to_bytes(length, "little"))
        at = end
    try:
        # No text can go on behind a line feed: together they are valid if each is.
        b"\n".join(texts).decode()
    except UnicodeDecodeError:
        return _valid(texts, data)
    return Taken(texts, at, unusual)


def _valid(texts: list[bytes], data: bytes) -> Taken:
    """@return: the texts before the first one that is not UTF-8, which is not for us."""
    at = 0
    for place, text in enumerate(texts):
        try:
            text.decode()
        except UnicodeDecodeError:
            return Taken(texts[:place], at, True)
        at += len(text) + (_SHORTEST if data[at + 1] ^ _MASKED < _TWO_BYTES else _SHORTEST + 2)
    raise AssertionError("one of them is not valid")


def whole_size(head: bytes) -> int:
    """
    @param head: the first bytes of a frame, whatever its kind; ten are enough.
    @return: the bytes of the whole frame as a client sends it, so far as these say.
    """
    if len(head) < 2:
        return 2
    size = _SHORTEST if head[1] & _MASKED else 2
    length = head[1] & ~_MASKED
    if length < _TWO_BYTES:
        return size + length
    more = 2 if length == _TWO_BYTES else 8
    return size + more + (int.from_bytes(head[2 : 2 + more], "big") if len(head) >= 2 + more else 0)


def control(data: bytes) -> tuple[int, bytes] | None:
    """
    @param data: begins where a frame begins.
    @return: the first byte and the payload, if that is a whole ping or pong as it should be.
    """
    if len(data) < _SHORTEST or data[0] not in (PING, PONG):
        return None
    length = data[1] ^ _MASKED
    if length >= _TWO_BYTES or len(data) < _SHORTEST + length:
        return None
    mask = data[2:_SHORTEST]
    return data[0], bytes(byte ^ mask[at & 3] for at, byte in enumerate(data[_SHORTEST : _SHORTEST + length]))


def pong(payload: bytes) -> bytes:
    """@return: the answer to a ping."""
    return bytes((PONG, len(payload))) + payload


def text(payload: bytes) -> bytes:
    """@return: a whole text frame, unmasked as servers send it (RFC 6455, 5.2)."""
    size = len(payload)
    if size < _TWO_BYTES:
        return bytes((_WHOLE_TEXT, size)) + payload
    if size < 1 << 16:
        return b"\x81\x7e" + size.to_bytes(2, "big") + payload
    return b"\x81\x7f" + size.to_bytes(8, "big") + payload
