"""
Parses the usual WebSocket frames of a read in one pass (RFC 6455, 5.2). The gateway and the client library share it.

Nearly all frames of clients and servers are small, unfragmented text frames. For these Autobahn's general parser costs
more than all the rest of a message; so they are parsed here. Autobahn gets the unusual ones: control frames, fragments,
binary frames, long and invalid frames. Clients mask their frames, servers do not (RFC 6455, 5.1).
"""

from __future__ import annotations

import os
from collections.abc import Sequence

import msgspec

_WHOLE_TEXT = 0x81
"""The first byte of an unfragmented text frame: FIN, no extension, opcode 1."""
PING = 0x89
PONG = 0x8A
"""The first bytes of pings and pongs."""
_MASKED = 0x80
_TWO_BYTES = 126
_EIGHT_BYTES = 127
_UNMASKED = 2
_SHORTEST = 6
"""Bytes of a frame without a payload: unmasked, and masked."""
USUAL_PAYLOAD = (1 << 16) - 1
"""Bytes of the longest payload that a usual frame may have."""


class ParsedFrames(msgspec.Struct, gc=False):
    """
    The usual frames of a read.

    @ivar texts: the payloads of the usual frames, valid UTF-8.
    @ivar rest: the offset of the first byte that was not parsed.
    @ivar unusual: whether an unusual frame begins at C{rest}. If not, the frame there has not come whole yet, or there
        were more frames than wanted.
    """

    texts: list[bytes]
    rest: int
    unusual: bool


def take(data: bytes, limit: int = USUAL_PAYLOAD, most: int = 1 << 20, from_client: bool = True) -> ParsedFrames:
    """
    @param data: bytes that begin with a frame.
    @param limit: the most bytes of payload; longer frames are unusual.
    @param most: the most frames to parse.
    @param from_client: whether the frames must be masked; else they must not be.
    """
    texts: list[bytes] = []
    at, size = 0, len(data)
    unusual = False
    mask_bit, head = (_MASKED, _SHORTEST) if from_client else (0, _UNMASKED)
    number = int.from_bytes
    for _ in range(most):
        if size - at < 2:
            break
        # If the mask bit is wrong, this makes the length too large, and so the frame unusual.
        length = data[at + 1] ^ mask_bit
        if data[at] != _WHOLE_TEXT or length >= _EIGHT_BYTES:
            unusual = True
            break
        start = at + head
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
        if mask_bit:
            # Unmask the payload (RFC 6455, 5.3) as one large number, with one operation instead of one for each byte.
            # It is done inline, because a function call costs as much.
            mask = (data[start - 4 : start] * (length + 3 >> 2))[:length]
            texts.append((number(data[start:end], "little") ^ number(mask, "little")).to_bytes(length, "little"))
        else:
            texts.append(data[start:end])
        at = end
    try:
        # A line feed ends any UTF-8 sequence: so the joined texts are valid if each of them is.
        b"\n".join(texts).decode()
    except UnicodeDecodeError:
        return _valid(texts, head)
    return ParsedFrames(texts, at, unusual)


def _valid(texts: list[bytes], head: int) -> ParsedFrames:
    """
    @param head: bytes before the payload of a short frame.
    @return: the texts before the first one that is not UTF-8, which counts as unusual.
    """
    at = 0
    for place, text in enumerate(texts):
        try:
            text.decode()
        except UnicodeDecodeError:
            return ParsedFrames(texts[:place], at, True)
        at += len(text) + (head if len(text) < _TWO_BYTES else head + 2)
    raise AssertionError("one of them is not valid")


def whole_size(head: bytes) -> int:
    """
    @param head: the first bytes of a frame of any kind; ten are enough.
    @return: the size of the whole frame in bytes; if the head is too short, of the part that it tells.
    """
    if len(head) < 2:
        return 2
    size = _SHORTEST if head[1] & _MASKED else _UNMASKED
    length = head[1] & ~_MASKED
    if length < _TWO_BYTES:
        return size + length
    more = 2 if length == _TWO_BYTES else 8
    return size + more + (int.from_bytes(head[2 : 2 + more], "big") if len(head) >= 2 + more else 0)


def control(data: bytes) -> tuple[int, bytes] | None:
    """
    @param data: bytes that begin with a client's frame.
    @return: the first byte and the payload, if the frame is a valid ping or pong that has come whole.
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


def masked(payloads: Sequence[bytes]) -> bytes:
    """@return: a masked text frame for each payload of up to 65,535 bytes, each with its own mask (RFC 6455, 5.3)."""
    masks = os.urandom(4 * len(payloads))
    found = bytearray()
    for place, payload in enumerate(payloads):
        size = len(payload)
        if size < _TWO_BYTES:
            found += bytes((_WHOLE_TEXT, _MASKED | size))
        else:
            found += b"\x81\xfe" + size.to_bytes(2, "big")
        mask = masks[4 * place : 4 * place + 4]
        found += mask
        # Mask the payload as one large number: see take().
        repeated = (mask * (size // 4 + 1))[:size]
        found += (int.from_bytes(payload, "little") ^ int.from_bytes(repeated, "little")).to_bytes(size, "little")
    return bytes(found)
