"""
The usual frames of a read, all in one pass, and those of a turn as one write (RFC 6455, 5.2).

Nearly all that servers send are small, whole text frames. For those Autobahn's general parser costs more than all the
rest of a message; so they are taken here, and it gets what is unusual: control frames, fragments, binary frames, long
ones and broken ones. The server's side of the same is L{hichat.wire.websocket}.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

_WHOLE_TEXT = 0x81
"""The first byte: FIN, no extension, opcode 1."""
_MASKED = 0x80
_TWO_BYTES = 126
_EIGHT_BYTES = 127


class Taken(NamedTuple):
    """
    What was found in a read.

    @ivar texts: the payloads of the usual frames, valid UTF-8.
    @ivar rest: where in the data the first byte is that was not used.
    @ivar unusual: whether a frame begins there that is not for us; else it is the beginning of one that has not come
        whole yet.
    """

    texts: list[bytes]
    rest: int
    unusual: bool


def take(data: bytes) -> Taken:
    """@param data: from a server, so not masked; begins where a frame begins."""
    texts: list[bytes] = []
    at, size = 0, len(data)
    while size - at >= 2:
        # With a mask bit, this is too large.
        length = data[at + 1]
        if data[at] != _WHOLE_TEXT or length >= _EIGHT_BYTES:
            return Taken(texts, at, True)
        start = at + 2
        if length == _TWO_BYTES:
            start += 2
            if size < start:
                break
            length = data[at + 2] << 8 | data[at + 3]
            if length < _TWO_BYTES:
                return Taken(texts, at, True)
        end = start + length
        if end > size:
            break
        text = data[start:end]
        try:
            text.decode()
        except UnicodeDecodeError:
            return Taken(texts, at, True)
        texts.append(text)
        at = end
    return Taken(texts, at, False)


def masked(payloads: Sequence[bytes]) -> bytes:
    """@return: a whole text frame of each, up to 65,535 bytes, with a mask of its own (RFC 6455, 5.3)."""
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
        # As one large number, which is one operation instead of one a byte.
        repeated = (mask * (size // 4 + 1))[:size]
        found += (int.from_bytes(payload, "little") ^ int.from_bytes(repeated, "little")).to_bytes(size, "little")
    return bytes(found)
